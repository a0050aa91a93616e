#include "image/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "image/test_support.h"

static pid_t start(const char *option, const char *what, int out_fd)
{
    char *argv[] = {(char *)(uintptr_t)IMAGE_PROBE, (char *)(uintptr_t)option,
                    (char *)(uintptr_t)what, NULL};
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;

    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    if (out_fd >= 0)
        assert_int_equal(posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO), 0);
    assert_int_equal(posix_spawn(&pid, IMAGE_PROBE, &actions, NULL, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static int run(const char *what)
{
    int status;
    pid_t pid = start("--probe", what, -1);

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static struct str status_text(struct ctx *ctx)
{
    char *text = arena_alloc(ctx->arena, 1000);
    int ends[2], status;
    size_t n = 0;
    ssize_t got;
    pid_t pid;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid = start("--status", NULL, ends[1]);
    close(ends[1]);
    while ((got = read(ends[0], text + n, 1000 - n)) > 0)
        n += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return (struct str){text, n};
}

/* A kernel without that wall cannot show it; cmocka's own skip counts as a failure under TAP. */
static bool is_active(struct ctx *ctx, struct str wall)
{
    bool is_there = str_find(status_text(ctx), wall) >= 0;

    if (!is_there)
        print_message("# not tried, the kernel does not offer: %.*s\n", STR_ARG(wall));
    return is_there;
}

static void assert_refused(const char *what)
{
    int status = run(what);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
        fail_msg("probe %s ended with status %#x", what, (unsigned)status);
}

/* Attempts that no decoder makes end the program. */
static void assert_fatal(const char *what)
{
    int status = run(what);

    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
        fail_msg("probe %s ended with status %#x", what, (unsigned)status);
}

static void test_seccomp(void **state)
{
    if (!is_active(*state, S("seccomp: active")))
        return;
    assert_refused("open");
    assert_refused("create");
    assert_refused("stat");
    assert_refused("fork");
    assert_refused("signal");
    assert_refused("exec-memory");
    assert_refused("no-thread");
    assert_fatal("socket");
    assert_fatal("exec");
}

/* Without seccomp, which would answer first: no file can be opened, made or run. */
static void test_landlock(void **state)
{
    if (!is_active(*state, S("landlock: active")))
        return;
    assert_refused("landlock-open");
    assert_refused("landlock-create");
    assert_refused("landlock-exec");
}

/* The probes can tell: what HEIC needs still works. */
static void test_thread_where_needed(void **state)
{
    int status = run("thread");

    (void)state;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = run("no such probe");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

static void test_unlocked_probes_succeed(void **state)
{
    static const char *words[] = {"unlocked-open",   "unlocked-stat", "unlocked-exec-memory",
                                  "unlocked-socket", "unlocked-fork", "unlocked-thread"};

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        int status = run(words[i]);

        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("probe %s ended with status %#x", words[i], (unsigned)status);
    }
}

static rlim_t limit_of(pid_t pid, __rlimit_resource_t resource)
{
    struct rlimit limit;

    assert_int_equal(prlimit(pid, resource, NULL, &limit), 0);
    return limit.rlim_cur;
}

static void test_limits(void **state)
{
    int status;
    pid_t pid = start("--probe", "spin", -1);

    (void)state;
    for (int i = 0; i < 2000 && limit_of(pid, RLIMIT_NOFILE) != 3; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(limit_of(pid, RLIMIT_NOFILE), 3);
    assert_int_equal(limit_of(pid, RLIMIT_CPU), CONFINE_CPU_S);
    assert_int_equal(limit_of(pid, RLIMIT_CORE), 0);
    assert_int_equal(limit_of(pid, RLIMIT_NPROC), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_int_equal(limit_of(pid, RLIMIT_AS), (rlim_t)CONFINE_MEMORY_MB << 20);
    assert_int_equal(WEXITSTATUS(run("allocate")), 1);
#endif
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* Makes this process look like one on a kernel without Landlock and seccomp. */
static void forget_protections(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const uint32_t missing = SCMP_ACT_ERRNO(ENOSYS);

    if (!filter || seccomp_rule_add(filter, missing, SCMP_SYS(landlock_create_ruleset), 0) ||
        seccomp_rule_add(filter, missing, SCMP_SYS(seccomp), 0) ||
        seccomp_rule_add(filter, missing, SCMP_SYS(prctl), 1,
                         SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) ||
        seccomp_load(filter))
        _exit(99);
}

/* An old kernel: the program says so, and still does its work within its limits. */
static void test_old_kernel(void **state)
{
    char text[1000];
    int ends[2], status;
    size_t n = 0;
    ssize_t got;
    pid_t pid;

    if (!is_active(*state, S("seccomp: active")))
        return;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        forget_protections();
        execl(IMAGE_PROBE, IMAGE_PROBE, "--status", (char *)NULL);
        _exit(98);
    }
    close(ends[1]);
    while (n < sizeof text && (got = read(ends[0], text + n, sizeof text - n)) > 0)
        n += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(str_find((struct str){text, n}, S("seccomp: missing")) >= 0);
    assert_true(str_find((struct str){text, n}, S("landlock: missing")) >= 0);
}

static void test_status(void **state)
{
    struct str text = status_text(*state);

    assert_true(str_find(text, S("memory limit: ")) >= 0);
    assert_true(str_find(text, S("processor limit: 6 s\n")) >= 0);
    assert_true(str_find(text, S("seccomp: ")) >= 0);
    assert_true(str_find(text, S("landlock: ")) >= 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_status),
        TEST(test_seccomp),
        TEST(test_landlock),
        TEST(test_thread_where_needed),
        TEST(test_unlocked_probes_succeed),
        TEST(test_limits),
        TEST(test_old_kernel),
    };

    return cmocka_run_group_tests_name("image/confine", tests, NULL, NULL);
}
