#include "image/image_child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"

#define REAP_PAUSE_NS 1000000

static enum rc system_fail(struct ctx *ctx, int error, const char *what)
{
    struct str detail = str_fmt(ctx->arena, "%s: %s", what, strerrordesc_np(error));

    if (error == EMFILE || error == ENFILE || error == EAGAIN || error == ENOMEM)
        return FAIL(ctx, ERR_OVERLOAD, .detail = detail);
    return FAIL(ctx, ERR_FILE, .detail = detail);
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int in_fd, int out_fd)
{
    int error = posix_spawn_file_actions_adddup2(actions, in_fd, STDIN_FILENO);

    if (!error)
        error = posix_spawn_file_actions_adddup2(actions, out_fd, STDOUT_FILENO);
    if (!error)
        error = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return error;
}

static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error)
        error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return error;
}

/* An errno, 0 on success. */
static int spawn(const char *program, int in_fd, int out_fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char name[] = "cityhall-image";
    char *argv[] = {name, NULL}, *environment[] = {NULL};
    int error = fault_here() ? EAGAIN : posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error)
        goto out;
    error = set_descriptors(&actions, in_fd, out_fd);
    if (!error)
        error = set_signals(&attributes);
    if (!error)
        error = posix_spawn(ret_pid, program, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
out:
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

enum rc image_child_start(struct ctx *ctx, const char *program, int in_fd,
                          struct image_child *child)
{
    int ends[2];
    int error = fault_here() ? EMFILE : pipe2(ends, O_CLOEXEC) < 0 ? errno : 0;

    assert(in_fd > STDERR_FILENO);
    if (error)
        return system_fail(ctx, error, "pipe");
    assert(ends[0] > STDERR_FILENO && ends[1] > STDERR_FILENO);
    error = spawn(program, in_fd, ends[1], &child->pid);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return system_fail(ctx, error, program);
    }
    child->out_fd = ends[0];
    return RC_OK;
}

/* True when there is something to read, be it the end. */
static bool wait_readable(const struct image_child *child)
{
    for (;;) {
        struct pollfd poll_fd = {.fd = child->out_fd, .events = POLLIN};
        int64_t left_ms = child->deadline_ms - clock_monotonic_ms();
        int ready;

        if (left_ms <= 0)
            return false;
        ready = poll(&poll_fd, 1, left_ms < 60000 ? (int)left_ms : 60000);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

bool image_child_read(struct image_child *child, void *to, size_t n)
{
    char *p = to;

    while (n > 0) {
        ssize_t got;

        if (!wait_readable(child))
            return false;
        got = read(child->out_fd, p, n);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            child->has_said = true;
            p += got;
            n -= (size_t)got;
        }
    }
    return true;
}

bool image_child_is_done(struct image_child *child)
{
    char byte;

    while (wait_readable(child)) {
        ssize_t got = read(child->out_fd, &byte, 1);

        if (got >= 0)
            return got == 0;
        if (errno != EINTR)
            return false;
    }
    return false;
}

/* True once it was reaped; also when somebody else reaped it, whose status is lost. */
static bool reap(const struct image_child *child, int options, int *ret_status)
{
    int status = 0;
    pid_t pid;

    do
        pid = waitpid(child->pid, &status, options);
    while (pid < 0 && errno == EINTR);
    if (pid == 0)
        return false;
    *ret_status = pid > 0 ? status : 0;
    return true;
}

struct image_child_end image_child_end(struct image_child *child, bool is_unwanted)
{
    struct image_child_end end = {.was_late = clock_monotonic_ms() >= child->deadline_ms};
    int status = 0;

    close(child->out_fd);
    while (!reap(child, WNOHANG, &status)) {
        if (is_unwanted || clock_monotonic_ms() >= child->deadline_ms) {
            end.was_late = end.was_late || !is_unwanted;
            kill(child->pid, SIGKILL);
            reap(child, 0, &status);
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = REAP_PAUSE_NS}, NULL);
    }
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end.end_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return end;
}
