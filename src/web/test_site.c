#include "web/test_site.h"
#include "base/text.h"
#include "web/fixed.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "web/fixed.h"
#include "web/form.h"
#include "web/limit.h"

#define ANYBODY 1

static enum rc home(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)request;
    buf_add_fmt(&reply->body, "<h1>home %.*s</h1>", STR_ARG(lang_code(ctx->lang)));
    return RC_OK;
}

static enum rc show_case(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str number = request_param(request, S("number"));

    if (str_eq(number, S("none")))
        return FAIL(ctx, ERR_NOT_FOUND);
    if (str_eq(number, S("broken")))
        return RC_INTERNAL;
    if (str_starts_with(number, S("greedy")))
        while (arena_alloc(ctx->arena, 1 << 20))
            ;
    if (str_eq(number, S("split")))
        reply_header(reply, S("X-Split"), S("a\r\nB: c"));
    reply->etag = str_fmt(ctx->arena, "\"case %.*s\"", STR_ARG(number));
    if (etag_matches(request_header(request, S("if-none-match")), reply->etag)) {
        reply->status = 304;
        return RC_OK;
    }
    buf_add_fmt(&reply->body, "case %.*s q=%.*s", STR_ARG(number),
                STR_ARG(request_value(request, S("q"))));
    return RC_OK;
}

static enum rc slow(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t ms = 300;

    (void)ctx;
    str_to_i64(request_param(request, S("ms")), &ms);
    poll(NULL, 0, (int)ms);
    BUF_ADD(&reply->body, "slow");
    return RC_OK;
}

static atomic_bool is_released;

/* A worker that is busy until the test says otherwise, or for ten seconds. */
static enum rc held(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    for (int i = 0; i < 2000 && !is_released; i++)
        poll(NULL, 0, 5);
    BUF_ADD(&reply->body, "held");
    return RC_OK;
}

void site_release(void)
{
    is_released = true;
}

bool site_reached(const atomic_int *count, int wanted)
{
    for (int i = 0; i < 1000 && *count < wanted; i++)
        poll(NULL, 0, 5);
    return *count >= wanted;
}

static enum rc form_page(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = csrf_token(request_csrf(request), ctx, request, reply);

    buf_add(&reply->body, token);
    return RC_OK;
}

/* Without the store and the rest that workers have. */
static enum rc well(struct ctx *ctx, struct request *request, struct reply *reply)
{
    assert_true(!ctx->db && !ctx->city && !ctx->conn);
    if (request_header(request, S("x-fail")).p)
        return FAIL(ctx, ERR_UNAVAILABLE);
    BUF_ADD(&reply->body, "well");
    return RC_OK;
}

static enum rc sign_out(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    request->signed_out_person = request->trusted_person;
    BUF_ADD(&reply->body, "out");
    return RC_OK;
}

static const struct input_spec report_fields[] = {
    {.name = "text", .type = INPUT_TEXT, .is_required = true, .max_characters = 100},
    {.name = NULL},
};

static enum rc report(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct upload *photo = request_upload(request, S("photo"));
    struct form form;
    enum rc rc = form_read(ctx, request, report_fields, &form);

    if (rc)
        return rc;
    if (!form_is_valid(&form)) {
        reply->status = 422;
        BUF_ADD(&reply->body, "wrong");
        return RC_OK;
    }
    buf_add_fmt(&reply->body, "text=%.*s photo=%lld", STR_ARG(form_text(&form, "text")),
                photo ? (long long)photo->size_bytes : -1);
    if (photo && upload_check(ctx, photo)) {
        ctx_clear_error(ctx);
        BUF_ADD(&reply->body, " too large");
    }
    return RC_OK;
}

static enum rc api_echo(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str text;
    json_t *root;
    enum rc rc;

    if (!str_eq_ascii_nocase(request->media_type, S("application/json")))
        return FAIL(ctx, ERR_MEDIA_TYPE);
    rc = json_parse(ctx, request->body, request->body.n, &root);
    if (rc)
        return rc;
    text = str_of(json_string_value(json_object_get(root, "text")));
    if (json_object_size(root) != 1 || !text.n)
        return FAIL(ctx, ERR_PATTERN);
    rc = text_check(ctx, text, S("text"), 100);
    if (rc)
        return rc;
    reply->content_type = "application/json";
    buf_add_fmt(&reply->body, "{\"text\":\"%.*s\"}", STR_ARG(text));
    return RC_OK;
}

static enum rc go(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    reply_redirect(reply, request_value(request, S("to")));
    return RC_OK;
}

struct rows {
    int next, last;
};

static enum rc next_rows(struct ctx *ctx, void *state, struct buf *chunk, bool *is_last)
{
    struct rows *rows = state;

    for (int i = 0; i < 1000 && rows->next < rows->last; i++)
        buf_add_fmt(chunk, "row %d\n", rows->next++);
    *is_last = rows->next == rows->last;
    if (rows->last == 1500 && *is_last)
        return FAIL(ctx, ERR_UNAVAILABLE);
    return RC_OK;
}

static enum rc export_rows(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct arena *arena = reply_stream_arena(reply);
    struct rows *rows = arena ? ARENA_NEW(arena, struct rows) : NULL;
    int64_t last = 0;

    if (!rows || !str_to_i64(request_param(request, S("count")), &last))
        return FAIL(ctx, ERR_MEMORY);
    rows->last = (int)last;
    reply_stream(reply, "text/csv", next_rows, rows);
    return RC_OK;
}

static enum rc own_file(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)request;
    reply->cache = REPLY_FIVE_MINUTES;
    return reply_file(ctx, reply, open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "image/png");
}

static enum rc secret(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    BUF_ADD(&reply->body, "never seen");
    return RC_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/", home, ANYBODY, .summary = "Home"},
    {HTTP_GET, "/cases/{number}", show_case, ANYBODY, .summary = "A case"},
    {HTTP_GET, "/slow/{ms}", slow, ANYBODY, .summary = "Slow read"},
    {HTTP_GET, "/held", held, ANYBODY, .summary = "Read until released"},
    {HTTP_POST, "/slow/{ms}", slow, ANYBODY, .flags = ROUTE_API | ROUTE_API_KEY},
    {HTTP_GET, "/form", form_page, ANYBODY, .summary = "A form"},
    {HTTP_POST, "/form", report, ANYBODY, .input = report_fields},
    {HTTP_POST, "/upload", report, ANYBODY, .flags = ROUTE_UPLOAD | ROUTE_API | ROUTE_API_KEY},
    {HTTP_POST, "/api/echo", api_echo, ANYBODY, .flags = ROUTE_API | ROUTE_API_KEY},
    {HTTP_GET, "/go", go, ANYBODY, .summary = "Redirect"},
    {HTTP_GET, "/export/{count}", export_rows, ANYBODY, .summary = "Rows"},
    {HTTP_GET, "/file", own_file, ANYBODY, .summary = "A file"},
    {HTTP_GET, "/staff/", home, ANYBODY, .summary = "Staff"},
    {HTTP_GET, "/well", well, ANYBODY, .flags = ROUTE_AT_EDGE, .summary = "How it is"},
    {HTTP_GET, "/out", sign_out, ANYBODY, .summary = "Signs out"},
    {HTTP_GET, "/secret", secret, 2, .summary = "Not for anybody"},
    {.pattern = NULL},
};

static const struct route *const tables[] = {routes, NULL};

static enum rc begin(void *app, struct ctx *ctx, struct request *request)
{
    struct site *site = app;
    struct str cookie, person;

    (void)ctx;
    cookie = request_cookie(request, S("session"));
    if (str_starts_with(cookie, S("staff")) && str_next(&cookie, '.', &person))
        request->trusted_person = person;
    atomic_fetch_add(&site->begun, 1);
    return RC_OK;
}

static void end(void *app, struct ctx *ctx, struct request *request)
{
    struct site *site = app;

    (void)ctx;
    (void)request;
    atomic_fetch_add(&site->ended, 1);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)app;
    (void)request;
    return route->permission == ANYBODY ? RC_OK : FAIL(ctx, ERR_DENIED);
}

static void note(void *app, const struct server_event *event)
{
    struct site *site = app;

    site->last_error = (int)(event->err ? event->err->id : ERR_NONE);
    atomic_fetch_add(&site->logged, 1);
}

/* An interface that speaks no HTML. */
static const struct edge_style styles[] = {
    {"/cases/", ".xml", "text/xml; charset=utf-8", "<e>{status} {says}</e>"},
    {.prefix = NULL},
};

void site_prepare(struct site *site)
{
    *site = (struct site){.server = NULL};
    is_released = false;
    site->ctx.arena = arena_new((size_t)64 << 20);
    assert_non_null(site->ctx.arena);
    test_temporary(site->temp_dir, "web");
    site->options = (struct server_options){
        .listen = "127.0.0.1:0",
        .base_url = "http://127.0.0.1",
        .routes = tables,
        .temp_dir = site->temp_dir,
        .edge_styles = styles,
        .app = site,
        .hooks = {.begin = begin, .end = end, .authorize = authorize, .log = note},
        .drain_deadline_ms = 5000,
    };
}

void site_start(struct site *site)
{
    assert_int_equal(server_start(&site->ctx, &site->options, &site->server), RC_OK);
}

static int files_in(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    int count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

void site_stop(struct site *site)
{
    assert_true(server_drain(site->server));
    server_free(site->server);
    assert_int_equal(atomic_load(&site->begun), atomic_load(&site->ended));
    assert_int_equal(files_in(site->temp_dir), 0);
    test_temporary_remove(site->temp_dir);
    ctx_done(&site->ctx);
    arena_free(site->ctx.arena);
}

int site_try_connect(const struct site *site)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server_port(site->server)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval timeout = {.tv_sec = 5};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

int site_connect(const struct site *site)
{
    int fd = site_try_connect(site);

    assert_true(fd >= 0);
    return fd;
}

void site_send(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
}

bool site_is_closed(int fd)
{
    char rest[4096];
    ssize_t n;

    while ((n = recv(fd, rest, sizeof rest, 0)) > 0)
        ;
    return n == 0 || errno == ECONNRESET;
}

/* A child of the server that ends interrupts a socket that has a timeout. */
static ssize_t receive(int fd, char *bytes, size_t n)
{
    ssize_t got;

    do
        got = recv(fd, bytes, n, 0);
    while (got < 0 && errno == EINTR);
    return got;
}

/* One byte at a time: nothing of a reply that follows is taken away. */
static bool read_line(struct buf *head, int fd)
{
    char byte;

    do {
        if (receive(fd, &byte, 1) != 1)
            return false;
        buf_add_byte(head, byte);
    } while (byte != '\n');
    return true;
}

static void read_exactly(struct buf *body, int fd, int64_t n)
{
    char bytes[16384];

    while (n > 0) {
        ssize_t got = receive(fd, bytes, n < (int64_t)sizeof bytes ? (size_t)n : sizeof bytes);

        if (got <= 0)
            return;
        buf_add(body, (struct str){bytes, (size_t)got});
        n -= got;
    }
}

static bool read_chunks(struct site *site, struct buf *body, int fd)
{
    for (;;) {
        struct buf line = buf_in(site->ctx.arena, 100);
        struct buf end = buf_in(site->ctx.arena, 100);
        int64_t n = 0;

        if (!read_line(&line, fd))
            return false;
        for (size_t i = 0; i < line.n && line.p[i] > ' '; i++)
            n = n * 16 + (line.p[i] <= '9' ? line.p[i] - '0' : (line.p[i] | 32) - 'a' + 10);
        read_exactly(body, fd, n);
        if (!read_line(&end, fd))
            return false;
        if (n == 0)
            return true;
    }
}

struct str answer_header(struct site *site, const struct answer *answer, const char *name)
{
    struct str rest = answer->head, line;

    (void)site;
    while (str_next(&rest, '\n', &line)) {
        ptrdiff_t at = str_find_byte(line, ':');

        if (at > 0 && str_eq_ascii_nocase(str_slice(line, 0, (size_t)at), str_of(name)))
            return str_trim(str_slice(line, (size_t)at + 1, line.n));
    }
    return STR_NONE;
}

struct answer site_read(struct site *site, int fd, bool is_head)
{
    struct buf head = buf_in(site->ctx.arena, 65536);
    struct buf body = buf_in(site->ctx.arena, (size_t)32 << 20);
    struct answer answer = {.status = 0};
    int64_t status, length = 0;

    while (read_line(&head, fd) && !str_ends_with(buf_str(&head), S("\r\n\r\n")))
        ;
    answer.head = buf_str(&head);
    if (!str_to_i64(str_slice(answer.head, 9, 12), &status))
        return (struct answer){.is_closed = true};
    answer.status = (int)status;
    if (status == 100)
        return site_read(site, fd, is_head);
    if (str_eq(answer_header(site, &answer, "transfer-encoding"), S("chunked")) && !is_head)
        answer.is_closed = !read_chunks(site, &body, fd);
    else if (str_to_i64(answer_header(site, &answer, "content-length"), &length) && !is_head &&
             status != 304)
        read_exactly(&body, fd, length);
    answer.body = buf_str(&body);
    if (str_eq_ascii_nocase(answer_header(site, &answer, "connection"), S("close")))
        answer.is_closed = site_is_closed(fd);
    return answer;
}

struct answer site_ask(struct site *site, struct str request)
{
    int fd = site_connect(site);
    struct answer answer;

    site_send(fd, request);
    answer = site_read(site, fd, str_starts_with(request, S("HEAD")));
    close(fd);
    return answer;
}
