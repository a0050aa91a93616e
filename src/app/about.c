#include "app/about.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/installation.h"
#include "web/server.h"

#define STATUS_BYTES 1000

/* The worker as it is now; false while there is none. */
static bool worker_now(struct about *about, struct worker_state *ret)
{
    bool has_worker;

    pthread_mutex_lock(&about->lock);
    has_worker = about->worker != NULL;
    if (has_worker)
        *ret = worker_state(about->worker);
    pthread_mutex_unlock(&about->lock);
    return has_worker;
}

static void load(void *app, struct installation_load *ret)
{
    struct about *about = app;
    struct server_stats stats = server_stats(about->server);
    struct worker_state state;
    struct installation_load now = {
        .queued_reads = stats.queued_reads,
        .queued_writes = stats.queued_writes,
        .under_way = stats.under_way,
        .overloads = stats.overloads,
    };

    now.has_worker = worker_now(about, &state);
    if (now.has_worker) {
        now.is_worker_stuck = state.is_stuck;
        now.worker_idle_ms = state.idle_ms;
        now.worker_failures = state.failures;
    }
    *ret = now;
}

static void load_status(void *app, struct status_load *ret)
{
    struct about *about = app;
    struct server_stats stats = server_stats(about->server);
    struct status_load now = {
        .queued_reads = stats.queued_reads,
        .queued_writes = stats.queued_writes,
        .under_way = stats.under_way,
        .overloads = stats.overloads,
        .malformed = stats.malformed,
        .late_connections = stats.late_connections,
        .abandoned = stats.abandoned,
    };

    pthread_mutex_lock(&about->lock);
    if (about->worker) {
        struct worker_state state = worker_state(about->worker);

        now.has_worker = true;
        now.is_worker_stuck = state.is_stuck;
        now.worker_idle_ms = state.idle_ms;
        now.is_store_away = state.is_store_away;
        now.worker_jobs = state.jobs;
        now.worker_messages = state.messages;
        now.worker_failures = state.failures;
    }
    if (about->sender) {
        struct sender_state state = sender_state(about->sender);

        now.webhooks_sent = state.sent;
        now.webhooks_failed = state.failures;
    }
    pthread_mutex_unlock(&about->lock);
    *ret = now;
}

/* All that comes through a pipe until its other end is closed. */
static struct str read_all(struct ctx *ctx, int fd)
{
    char *text = arena_alloc(ctx->arena, STATUS_BYTES);
    size_t n = 0;

    while (text && n < STATUS_BYTES) {
        ssize_t got = read(fd, text + n, STATUS_BYTES - n);

        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    return text ? (struct str){text, n} : STR_NONE;
}

/* What `cityhall-image --status` prints; empty when it cannot be run. */
static struct str image_status(struct ctx *ctx, const char *image)
{
    char program[] = "cityhall-image", status[] = "--status";
    char *argv[] = {program, status, NULL}, *none[] = {NULL};
    posix_spawn_file_actions_t actions;
    struct str said = STR_NONE;
    int ends[2];
    pid_t pid;

    if (!image || pipe2(ends, O_CLOEXEC) != 0)
        return STR_NONE;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (posix_spawn(&pid, image, &actions, NULL, argv, none) == 0) {
        close(ends[1]);
        ends[1] = -1;
        said = read_all(ctx, ends[0]);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
    return said;
}

void about_use(struct ctx *ctx, struct about *about)
{
    pthread_mutex_init(&about->lock, NULL);
    about->status = (struct status_sources){
        .version = CITYHALL_VERSION, .started = clock_now(), .app = about, .load = load_status};
    status_use(&about->status);
    installation_use(&(struct installation){
        .folder = about->home->folder,
        .listen = about->listen,
        .base_url = about->base_url,
        .version = CITYHALL_VERSION,
        .image = about->image,
        .image_status = image_status(ctx, about->image),
        .proxies = about->proxies,
        .is_demonstration = about->home->is_demonstration,
        .started = clock_now(),
        .app = about,
        .load = load,
    });
}

void about_end_worker(struct about *about)
{
    pthread_mutex_lock(&about->lock);
    about->worker = NULL;
    about->sender = NULL;
    pthread_mutex_unlock(&about->lock);
}
