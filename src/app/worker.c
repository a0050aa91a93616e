#include "app/worker.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/rest.h"
#include "base/log.h"
#include "engine/message/outbox.h"
#include "engine/record/record_tree.h"
#include "engine/work/job.h"
#include "engine/work/sign.h"

#define ARENA_BYTES  ((size_t)64 << 20)
#define MAX_TABLES   40
#define PAUSE_MS     1000
#define MINUTE_MS    60000
#define MAX_TURN     100    /* so many jobs, or messages, before the other kind has its turn */
#define MAIL_REST_MS 30000  /* for a relay that does not answer */
#define SAY_AGAIN_MS 600000 /* a failure that stays is logged again after so long */

/* What a round does: each fails for itself and is told once. */
enum stage {
    STAGE_BEGIN,
    STAGE_CITY,
    STAGE_JOBS,
    STAGE_MAIL,
    STAGE_LOST,
    STAGE_HEAD,
    STAGE_SIGN,
    STAGE_DAILY,
    STAGE__N
};

struct worker {
    struct worker_options options;
    const struct job_kind *tables[MAX_TABLES + 1];
    struct arena *arena;
    struct outbox *outbox;
    struct {
        enum err_id id;
        int64_t said_ms;
    } failing[STAGE__N];
    bool has_begun;
    int64_t minute_ms; /* when the minute's work was last done; 0: never */
    int64_t mail_ms;   /* no mail before then */
    char name[100];    /* "machine:process", of its sign of life */
    struct instant began;
    pthread_t thread, watcher;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool is_stopping, is_store_away;
    _Atomic int64_t moved_ms, rounds, jobs, messages, failures, halts;
    _Atomic(const char *) at; /* what it is doing, for the log */
};

static struct ctx work_begin(struct worker *worker, const char *at)
{
    static _Atomic uint64_t next_id = 1;
    struct live_city *live = worker->options.live;

    worker->at = at;
    arena_reset(worker->arena);
    return (struct ctx){
        .arena = worker->arena,
        .now = clock_now(),
        .lang = LANG_EN,
        .work_id = next_id++,
        .city = live ? live_city_take(live) : worker->options.home->city,
        .db = worker->options.home->db,
    };
}

static void work_end(struct worker *worker, struct ctx *ctx)
{
    if (worker->options.live)
        live_city_put(worker->options.live, ctx->city);
    ctx_done(ctx);
    worker->moved_ms = clock_monotonic_ms();
    worker->at = "rest";
}

/* A store that is away fails every round: it is said when it begins, and from time to time. */
static void note_stage(struct worker *worker, enum stage stage, const struct ctx *ctx, enum rc rc)
{
    static const char *const events[] = {
        [STAGE_BEGIN] = "worker.begin", [STAGE_CITY] = "worker.city",
        [STAGE_JOBS] = "worker.jobs",   [STAGE_MAIL] = "worker.mail",
        [STAGE_LOST] = "worker.lost",   [STAGE_HEAD] = "worker.head",
        [STAGE_SIGN] = "worker.sign",   [STAGE_DAILY] = "worker.daily",
    };
    int64_t now_ms = clock_monotonic_ms();

    if (!rc) {
        worker->failing[stage].id = ERR_NONE;
        return;
    }
    if (worker->failing[stage].id == ctx->err.id &&
        now_ms - worker->failing[stage].said_ms < SAY_AGAIN_MS)
        return;
    worker->failing[stage].id = ctx->err.id;
    worker->failing[stage].said_ms = now_ms;
    worker->failures++;
    log_failure(ctx, events[stage]);
}

/* Pages can be read from a full disk, and busy is not away. */
static bool is_away(const struct ctx *ctx, enum rc rc)
{
    switch (rc ? ctx->err.id : ERR_NONE) {
    case ERR_NONE:
    case ERR_OVERLOAD:
    case ERR_DEADLINE:
    case ERR_DISK_FULL:
    case ERR_DISK_READONLY: return false;
    default: return true;
    }
}

/* False when there was nothing to do, or it could not be done. */
static bool run_job(struct worker *worker)
{
    const struct job_runner runner = {worker->tables, worker->options.base_url};
    struct ctx ctx = work_begin(worker, "job");
    bool was_there;
    enum rc rc = job_run_next(&ctx, &runner, &was_there);

    note_stage(worker, STAGE_JOBS, &ctx, was_there ? RC_OK : rc);
    worker->is_store_away = !was_there && is_away(&ctx, rc);
    if (was_there)
        worker->jobs++;
    if (was_there && rc) {
        worker->failures++;
        log_failure(&ctx, "job.failed");
    }
    work_end(worker, &ctx);
    return was_there;
}

static bool send_message(struct worker *worker)
{
    struct ctx ctx;
    struct outbox_result result = {0};
    enum rc rc;

    if (clock_monotonic_ms() < worker->mail_ms)
        return false;
    ctx = work_begin(worker, "mail");
    rc = outbox_send_next(&ctx, worker->outbox, &result);

    note_stage(worker, STAGE_MAIL, &ctx, rc);
    if (!rc && result.was_there)
        worker->messages++;
    if (!rc && result.is_relay_away)
        worker->mail_ms = clock_monotonic_ms() + MAIL_REST_MS;
    if (!rc && result.trouble)
        LOG(LOG_WARNING, result.trouble, LOG_I64("message", result.message));
    work_end(worker, &ctx);
    return !rc && result.was_there;
}

static void begin(struct worker *worker)
{
    struct ctx ctx = work_begin(worker, "begin");
    enum rc rc = jobs_begin(&ctx, &(struct job_runner){.tables = worker->tables});

    worker->has_begun = !rc;
    note_stage(worker, STAGE_BEGIN, &ctx, rc);
    work_end(worker, &ctx);
}

static void do_minute(struct worker *worker)
{
    struct ctx ctx = work_begin(worker, "lost");

    note_stage(worker, STAGE_LOST, &ctx, outbox_find_lost(&ctx));
    work_end(worker, &ctx);
    ctx = work_begin(worker, "head");
    note_stage(worker, STAGE_HEAD, &ctx, record_sign_head(&ctx, &worker->options.home->keys, NULL));
    work_end(worker, &ctx);
    ctx = work_begin(worker, "sign");
    note_stage(worker, STAGE_SIGN, &ctx, sign_put(&ctx, str_of(worker->name), worker->began));
    work_end(worker, &ctx);
    ctx = work_begin(worker, "daily");
    note_stage(worker, STAGE_DAILY, &ctx,
               jobs_keep_daily(&ctx, &(struct job_runner){.tables = worker->tables}));
    work_end(worker, &ctx);
    worker->minute_ms = clock_monotonic_ms();
}

/* Without a city of its own: it may be the last to hold the old one. */
static void refresh_city(struct worker *worker)
{
    struct ctx ctx = {.arena = worker->arena,
                      .now = clock_now(),
                      .lang = LANG_EN,
                      .db = worker->options.home->db};
    bool is_new = false;
    enum rc rc;

    arena_reset(worker->arena);
    rc = live_city_refresh(&ctx, worker->options.live, &is_new);
    note_stage(worker, STAGE_CITY, &ctx, rc);
    if (!rc && is_new)
        LOG(LOG_INFO, "city.read", LOG_STR("stamp", worker->options.home->city->stamp));
    ctx_done(&ctx);
}

static void do_round(struct worker *worker)
{
    if (worker->options.live)
        refresh_city(worker);
    if (!worker->has_begun)
        begin(worker);
    for (int i = 0; i < MAX_TURN && !worker->is_stopping && run_job(worker);)
        i++;
    for (int i = 0; i < MAX_TURN && !worker->is_stopping && send_message(worker);)
        i++;
    if (!worker->is_stopping &&
        (!worker->minute_ms || clock_monotonic_ms() - worker->minute_ms >= MINUTE_MS))
        do_minute(worker);
    worker->rounds++;
}

static void rest(struct worker *worker)
{
    int64_t pause_ms = worker->options.pause_ms ? worker->options.pause_ms : PAUSE_MS;

    rest_until_woken(&worker->lock, &worker->wake, &worker->is_stopping, pause_ms);
}

/* Whoever ends by intention is not waited for. */
static void say_goodbye(struct worker *worker)
{
    struct ctx ctx = work_begin(worker, "end");

    note_stage(worker, STAGE_SIGN, &ctx, sign_end(&ctx, str_of(worker->name)));
    work_end(worker, &ctx);
}

static void *work(void *arg)
{
    struct worker *worker = arg;

    while (!worker->is_stopping) {
        int64_t done = worker->jobs + worker->messages;

        do_round(worker);
        if (worker->jobs + worker->messages - done < MAX_TURN)
            rest(worker);
    }
    say_goodbye(worker);
    return NULL;
}

/* A thread of its own, because a worker that hangs cannot say so. */
static void *watch(void *arg)
{
    struct worker *worker = arg;
    bool was_stuck = false;

    while (!worker->is_stopping) {
        struct worker_state state;

        rest(worker);
        state = worker_state(worker);
        if (state.is_stuck == was_stuck)
            continue;
        was_stuck = state.is_stuck;
        worker->halts += was_stuck;
        LOG(was_stuck ? LOG_ERROR : LOG_INFO, was_stuck ? "worker.stuck" : "worker.moves",
            LOG_I64("idle_s", state.idle_ms / 1000), LOG_STR("at", str_of(worker->at)));
    }
    return NULL;
}

static void set_tables(struct worker *worker)
{
    size_t n = 0;

    for (size_t i = 0; worker->options.modules[i]; i++) {
        const struct job_kind *const *jobs = worker->options.modules[i]->jobs;

        for (; jobs && *jobs; jobs++) {
            assert(n < MAX_TABLES);
            worker->tables[n++] = *jobs;
        }
    }
}

static void worker_free(struct worker *worker)
{
    outbox_free(worker->outbox);
    arena_free(worker->arena);
    pthread_cond_destroy(&worker->wake);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

static void take_name(struct worker *worker)
{
    char host[80] = "";

    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    snprintf(worker->name, sizeof worker->name, "%s:%ld", host, (long)getpid());
    worker->began = clock_now();
}

static enum rc start_threads(struct ctx *ctx, struct worker *worker)
{
    if (pthread_create(&worker->thread, NULL, work, worker) != 0)
        return FAIL(ctx, ERR_MEMORY, .detail = S("no thread for the worker"));
    if (pthread_create(&worker->watcher, NULL, watch, worker) == 0)
        return RC_OK;
    worker->is_stopping = true;
    pthread_join(worker->thread, NULL);
    return FAIL(ctx, ERR_MEMORY, .detail = S("no thread to watch the worker"));
}

enum rc worker_start(struct ctx *ctx, const struct worker_options *options, struct worker **ret)
{
    struct worker *worker = calloc(1, sizeof *worker);
    pthread_condattr_t monotonic;
    enum rc rc;

    if (!worker)
        return FAIL(ctx, ERR_MEMORY);
    worker->options = *options;
    worker->moved_ms = clock_monotonic_ms();
    worker->arena = arena_new(ARENA_BYTES);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&worker->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    worker->at = "rest";
    take_name(worker);
    set_tables(worker);
    rc = worker->arena ? outbox_new(ctx, options->home->folder, &worker->outbox)
                       : FAIL(ctx, ERR_MEMORY);
    if (!rc)
        outbox_links_to(worker->outbox, options->base_url);
    if (!rc)
        rc = start_threads(ctx, worker);
    if (rc) {
        worker_free(worker);
        return rc;
    }
    *ret = worker;
    return RC_OK;
}

void worker_stop(struct worker *worker)
{
    if (!worker)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->is_stopping = true;
    pthread_cond_broadcast(&worker->wake);
    pthread_mutex_unlock(&worker->lock);
    outbox_stop(worker->outbox);
    pthread_join(worker->thread, NULL);
    pthread_join(worker->watcher, NULL);
    worker_free(worker);
}

struct worker_state worker_state(const struct worker *worker)
{
    int64_t idle_ms = clock_monotonic_ms() - worker->moved_ms;
    int64_t stuck_ms = worker->options.stuck_ms ? worker->options.stuck_ms : WORKER_STUCK_S * 1000;

    return (struct worker_state){
        .idle_ms = idle_ms,
        .is_stuck = idle_ms > stuck_ms,
        .is_store_away = worker->is_store_away,
        .rounds = worker->rounds,
        .jobs = worker->jobs,
        .messages = worker->messages,
        .failures = worker->failures,
        .halts = worker->halts,
    };
}
