#include "image/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"

static bool limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
    return setrlimit(resource, &(struct rlimit){soft, hard}) == 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_BYTES RLIM_INFINITY
#else
#define MEMORY_BYTES ((rlim_t)CONFINE_MEMORY_MB << 20)
#endif

void confine_limits(struct confinement *confinement)
{
    close_range(3, ~0U, 0);
    confinement->has_memory_limit =
        limit(RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES) && MEMORY_BYTES != RLIM_INFINITY;
    limit(RLIMIT_CPU, CONFINE_CPU_S, CONFINE_CPU_S + 1);
    limit(RLIMIT_CORE, 0, 0);
    setpriority(PRIO_PROCESS, 0, CONFINE_NICENESS);
    alarm(CONFINE_WALL_S);
    prctl(PR_SET_DUMPABLE, 0);
}

/* The rule set of include/uapi/linux/landlock.h as later kernels know it; Debian 12's header
 * ends after the first field. The kernel takes any length it knows. */
struct landlock_rules {
    uint64_t files;
    uint64_t ports;  /* since version 4 */
    uint64_t scopes; /* since version 6 */
};

#define LANDLOCK_ASK_VERSION 1U

static uint64_t landlock_file_rights(int abi)
{
    /* 13 rights in version 1, then REFER, TRUNCATE (3) and IOCTL_DEV (5). */
    int count = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;

    return (UINT64_C(1) << count) - 1;
}

static int landlock_lock(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_ASK_VERSION);
    struct landlock_rules rules = {0};
    size_t size = abi >= 6   ? sizeof rules
                  : abi >= 4 ? offsetof(struct landlock_rules, scopes)
                             : offsetof(struct landlock_rules, ports);
    long fd;
    bool is_locked;

    if (abi < 1)
        return 0;
    rules.files = landlock_file_rights((int)abi);
    rules.ports = abi >= 4 ? 3 : 0;  /* bind, connect */
    rules.scopes = abi >= 6 ? 3 : 0; /* abstract sockets, signals */
    fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0U);
    if (fd < 0)
        return 0;
    is_locked = syscall(SYS_landlock_restrict_self, (int)fd, 0U) == 0;
    close((int)fd);
    return is_locked ? (int)abi : 0;
}

/* What memory, threads, clocks and the two pipes need; nothing names a file or another process. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrandom),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* No honest decoder comes near these. */
static const int fatal[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(bpf),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(mount),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
};

static int add_lists(scmp_filter_ctx filter)
{
    int failed = 0;

    for (size_t i = 0; i < COUNT(allowed); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < COUNT(fatal); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, fatal[i], 0);
    return failed;
}

/* Memory may never be made executable, and a stat by number alone tells nothing. */
static int add_conditions(scmp_filter_ctx filter, bool may_thread)
{
    const scmp_datum_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    int failed = 0;

    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                               SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    /* glibc goes back to clone, whose flags a filter can see. */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (may_thread)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                   SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
    return failed;
}

static bool seccomp_lock(bool may_thread)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool is_locked;

    if (!filter)
        return false;
    is_locked = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
                add_lists(filter) == 0 && add_conditions(filter, may_thread) == 0 &&
                seccomp_load(filter) == 0;
    seccomp_release(filter);
    return is_locked;
}

void confine_files(struct confinement *confinement)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        confinement->landlock_abi = landlock_lock();
}

void confine_calls(struct confinement *confinement, bool may_thread)
{
    if (!may_thread)
        limit(RLIMIT_NPROC, 0, 0);
    limit(RLIMIT_NOFILE, 3, 3);
    confinement->has_seccomp = seccomp_lock(may_thread);
}
