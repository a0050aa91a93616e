#include "web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/crypto.h"
#include "web/exchange.h"

/* The library keeps a head, and builds the head of the reply, in one block per connection. */
#define CONNECTION_BYTES (20 * 1024)

/* Descriptors that are not connections: database, logs, threads, uploads being written. */
#define OTHER_FDS 512

/* 16 kB each. */
#define MAX_KEPT_ARENAS 256

/* Tries of a few hundred nanoseconds each. */
#define READER_PATIENCE 3

static int cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

#define DEFAULT(field, value) ((field) = (field) ? (field) : (value))

static void set_defaults(struct server_options *options)
{
    DEFAULT(options->io_threads, cores());
    DEFAULT(options->readers, cores());
    DEFAULT(options->writers, 32);
    DEFAULT(options->max_queued_reads, 512);
    DEFAULT(options->max_queued_writes, 512);
    DEFAULT(options->max_connections, 12000);
    DEFAULT(options->max_uploads_under_way, 64);
    DEFAULT(options->max_uploads_of_address, 8);
    DEFAULT(options->max_uploads_of_staff, 32);
    DEFAULT(options->max_uploads_of_person, 8);
    DEFAULT(options->arena_cap_bytes, (size_t)32 << 20);
    DEFAULT(options->max_body_bytes, (size_t)64 << 10);
    DEFAULT(options->max_sent_bytes, INT64_C(16) << 20);
    DEFAULT(options->max_fields, 1000);
    DEFAULT(options->max_files, 20);
    DEFAULT(options->max_file_bytes, INT64_C(16) << 20);
    DEFAULT(options->max_uploads_bytes, INT64_C(100) << 20);
    DEFAULT(options->head_deadline_ms, 30000);
    DEFAULT(options->body_deadline_ms, 30000);
    DEFAULT(options->upload_pause_ms, 10000);
    DEFAULT(options->work_deadline_ms, 10000);
    DEFAULT(options->drain_deadline_ms, 10000);
    DEFAULT(options->session_cookie, "session");
}

/* Makes room for the connections, or fewer connections: past the limit, accept() would fail for
 * everybody. */
static void fit_descriptors(struct server_options *options)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)options->max_connections + OTHER_FDS;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted)
        options->max_connections =
            limit.rlim_cur > 2 * OTHER_FDS ? (int)limit.rlim_cur - OTHER_FDS : OTHER_FDS / 2;
}

struct listen_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t n;
};

static enum rc parse_listen(struct ctx *ctx, const char *text, struct listen_address *ret)
{
    struct str s = str_of(text), host;
    struct listen_address address = {.n = sizeof address.v4};
    size_t colon = s.n;
    int64_t port = -1;
    bool is_good;

    while (colon && s.p[colon - 1] != ':')
        colon--;
    host = str_slice(s, 0, colon ? colon - 1 : 0);
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
        address.v6.sin6_family = AF_INET6;
        address.n = sizeof address.v6;
        host = str_slice(host, 1, host.n - 1);
        is_good = inet_pton(AF_INET6, str_z(ctx->arena, host), &address.v6.sin6_addr) == 1;
    } else {
        address.v4.sin_family = AF_INET;
        is_good = inet_pton(AF_INET, str_z(ctx->arena, host), &address.v4.sin_addr) == 1;
    }
    if (!is_good || !str_to_i64(str_slice(s, colon, s.n), &port) || port < 0 || port > 65535)
        return FAIL(ctx, ERR_CONFIG,
                    .detail =
                        str_fmt(ctx->arena,
                                "not an address to listen on: %s; one is 127.0.0.1:8080", text));
    address.v4.sin_port = htons((uint16_t)port); /* at the same place in both */
    *ret = address;
    return RC_OK;
}

static enum rc cannot_listen(struct ctx *ctx, const char *listen, int error)
{
    const char *why = strerrordesc_np(error), *what_to_do = "choose another address and port";

    if (error == EADDRINUSE)
        why = "another program listens there, perhaps this city's own server";
    else if (error == EADDRNOTAVAIL)
        why = "this machine has no such address";
    else if (error == EACCES)
        what_to_do = "a port below 1024 needs the right to it; choose another";
    return FAIL(ctx, ERR_CONFIG,
                .detail =
                    str_fmt(ctx->arena, "cannot listen on %s: %s; %s", listen, why, what_to_do));
}

static enum rc listen_on(struct ctx *ctx, struct server *server, int *ret_fd)
{
    struct listen_address address;
    int fd, yes = 1;
    enum rc rc = parse_listen(ctx, server->options.listen, &address);

    if (rc)
        return rc;
    fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, &address.any, address.n) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, &address.any, &address.n) != 0) {
        rc = cannot_listen(ctx, server->options.listen, errno);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    server->port = ntohs(address.v4.sin_port);
    *ret_fd = fd;
    return RC_OK;
}

static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

/* The library's own complaints are about broken requests: the sender has been told. */
static void say_nothing(void *cls, const char *format, va_list args)
{
    (void)cls;
    (void)format;
    (void)args;
}

static enum rc start_daemon(struct ctx *ctx, struct server *server)
{
    int fd = -1;
    enum rc rc = listen_on(ctx, server, &fd);

    if (rc)
        return rc;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        edge_handle, server, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)(server->options.io_threads > 1 ? server->options.io_threads : 0),
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->options.max_connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK, edge_target, server,
        MHD_OPTION_NOTIFY_COMPLETED, edge_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        edge_connection, server, MHD_OPTION_END);
    if (!server->daemon) {
        close(fd);
        return FAIL(ctx, ERR_UNAVAILABLE, .detail = S("the HTTP library did not start"));
    }
    return RC_OK;
}

static bool make_fixed(struct server *server)
{
    server->fixed = fixed_new(server->options.edge_styles, server->csrf.is_https);
    return server->fixed != NULL;
}

static struct upload_places *make_places(const struct server_options *options)
{
    return upload_places_new(&(struct upload_places_options){
        .places = (size_t)options->max_uploads_under_way,
        .reserve = (size_t)options->max_uploads_of_staff,
        .max_of_address = (size_t)options->max_uploads_of_address,
        .max_of_person = (size_t)options->max_uploads_of_person,
    });
}

static bool start_threads(struct server *server)
{
    struct pool_options options = {
        .thread_name = "web-read",
        .threads = server->options.readers,
        .max_queued = server->options.max_queued_reads,
        .patience = READER_PATIENCE,
        .run = work_run,
    };

    server->sweep = sweep_new();
    server->shelf = shelf_new(server->options.arena_cap_bytes, MAX_KEPT_ARENAS);
    server->uploads = make_places(&server->options);
    if (!server->sweep || !server->shelf || !server->uploads)
        return false;
    options.shelf = server->shelf;
    server->readers = pool_new(&options);
    options.patience = 0;
    options.thread_name = "web-write";
    options.threads = server->options.writers;
    options.max_queued = server->options.max_queued_writes;
    server->writers = pool_new(&options);
    return server->readers && server->writers;
}

static void set_csrf(struct ctx *ctx, struct server *server)
{
    struct csrf *csrf = &server->csrf;

    csrf->base_url = str_of(server->options.base_url);
    csrf->is_https = str_starts_with(csrf->base_url, S("https://"));
    csrf->session_cookie =
        cookie_full_name(ctx->arena, str_of(server->options.session_cookie), csrf->is_https);
    if (server->options.csrf_secret)
        memcpy(csrf->secret, server->options.csrf_secret, CSRF_SECRET_BYTES);
    else
        crypto_random_bytes(csrf->secret, CSRF_SECRET_BYTES);
}

static enum rc start_all(struct ctx *ctx, struct server *server)
{
    enum rc rc = router_new(ctx, server->options.routes, &server->router);

    if (rc)
        return rc;
    set_csrf(ctx, server);
    assets_use(server->options.assets);
    if (server->options.assets &&
        !(server->assets = assets_new(server->options.assets, server->csrf.is_https)))
        return FAIL(ctx, ERR_MEMORY);
    if (server->options.temp_dir)
        body_sweep_temp_dir(server->options.temp_dir);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (server->stop_fd < 0 || !make_fixed(server) || !start_threads(server))
        return FAIL(ctx, ERR_MEMORY, .detail = S("starting the server"));
    return start_daemon(ctx, server);
}

enum rc server_start(struct ctx *ctx, const struct server_options *options,
                     struct server **ret_server)
{
    struct server *server;
    sigset_t stop_signals, before;
    enum rc rc;

    crypto_init();
    server = calloc(1, sizeof *server);
    if (!server)
        return FAIL(ctx, ERR_MEMORY);
    server->options = *options;
    server->stop_fd = -1;
    server->next_work_id = 1;
    set_defaults(&server->options);
    fit_descriptors(&server->options);
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, &before);
    rc = start_all(ctx, server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc) {
        server_free(server);
        return rc;
    }
    if (options->hooks.ready)
        options->hooks.ready(options->app, server->port);
    *ret_server = server;
    return RC_OK;
}

int server_port(const struct server *server)
{
    return server->port;
}

void server_wait(struct server *server)
{
    struct pollfd fds[2] = {{.events = POLLIN}, {.fd = server->stop_fd, .events = POLLIN}};
    sigset_t stop_signals;

    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    fds[0].fd = signalfd(-1, &stop_signals, SFD_CLOEXEC);
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    if (fds[0].fd >= 0)
        close(fds[0].fd);
}

void server_ask_stop(struct server *server)
{
    eventfd_write(server->stop_fd, 1);
}

bool server_drain(struct server *server)
{
    int64_t until_ms = clock_monotonic_ms() + server->options.drain_deadline_ms;
    MHD_socket fd = MHD_quiesce_daemon(server->daemon);

    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    atomic_store(&server->is_draining, true);
    sweep_drain(server->sweep);
    /* A request that arrived just now is not counted yet: the sweep has made every idle
     * connection end before the last look. */
    while (sweep_count(server->sweep) > 0 || atomic_load(&server->under_way) > 0) {
        if (clock_monotonic_ms() > until_ms)
            return atomic_load(&server->under_way) == 0;
        poll(NULL, 0, 10);
    }
    return true;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    pool_free(server->readers);
    pool_free(server->writers);
    shelf_free(server->shelf);
    upload_places_free(server->uploads);
    sweep_free(server->sweep);
    assets_free(server->assets);
    fixed_free(server->fixed);
    if (server->stop_fd >= 0)
        close(server->stop_fd);
    sodium_memzero(&server->csrf, sizeof server->csrf);
    free(server);
}

struct server_stats server_stats(struct server *server)
{
    struct server_stats stats = {
        .requests = server->requests,
        .overloads = server->overloads,
        .malformed = server->malformed_count,
        .late_connections = sweep_late_count(server->sweep),
        .abandoned = server->abandoned,
        .queued_reads = pool_queued(server->readers),
        .queued_writes = pool_queued(server->writers),
        .under_way = server->under_way,
    };

    for (int class = 0; class < 6; class ++)
        stats.by_status_class[class] = server->by_status_class[class];
    return stats;
}

const struct csrf *request_csrf(const struct request *request)
{
    return &request->exchange->server->csrf;
}
