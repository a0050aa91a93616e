#include "image/probe.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool try_open(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 || open("/", O_RDONLY | O_DIRECTORY) >= 0 ||
           open("/proc/self/mem", O_RDWR) >= 0;
}

static bool try_create(void)
{
    return open("/var/tmp/cityhall-image-probe", O_WRONLY | O_CREAT, 0600) >= 0 ||
           open("/var/tmp", O_RDWR | O_TMPFILE, 0600) >= 0;
}

static bool try_stat(void)
{
    struct stat st;

    return stat("/etc/passwd", &st) == 0 || access("/", R_OK) == 0;
}

static bool try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool try_exec(void)
{
    char *argv[] = {NULL};

    execve("/bin/true", argv, argv);
    return false;
}

static bool try_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid > 0;
}

static bool try_signal(void)
{
    return kill(getppid(), 0) == 0 || kill(1, 0) == 0;
}

static bool try_exec_memory(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0 ||
           mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
               MAP_FAILED;
}

static void *thread_main(void *arg)
{
    return arg;
}

static bool try_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, thread_main, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool try_allocate(void)
{
    return mmap(NULL, (size_t)600 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool try_spin(void)
{
    volatile unsigned n = 0;

    while (n < 2)
        n = !n;
    return true;
}

/* Sets the walls that the name asks for and takes the prefix off it. */
static void lock(struct confinement *confinement, struct str *what)
{
    const struct str unlocked = S("unlocked-"), landlock = S("landlock-");

    if (str_starts_with(*what, unlocked)) {
        *what = str_slice(*what, unlocked.n, what->n);
        return;
    }
    confine_files(confinement);
    if (str_starts_with(*what, landlock))
        *what = str_slice(*what, landlock.n, what->n);
    else
        confine_calls(confinement, str_eq(*what, S("thread")));
}

int probe_run(struct confinement *confinement, struct str what)
{
    static const struct {
        struct str name;
        bool (*attempt)(void);
    } probes[] = {
        {STR("open"), try_open},         {STR("create"), try_create},
        {STR("stat"), try_stat},         {STR("socket"), try_socket},
        {STR("exec"), try_exec},         {STR("fork"), try_fork},
        {STR("signal"), try_signal},     {STR("exec-memory"), try_exec_memory},
        {STR("thread"), try_thread},     {STR("no-thread"), try_thread},
        {STR("allocate"), try_allocate}, {STR("spin"), try_spin},
    };

    lock(confinement, &what);
    for (size_t i = 0; i < COUNT(probes); i++)
        if (str_eq(probes[i].name, what))
            return probes[i].attempt() ? 0 : 1;
    return 2;
}
