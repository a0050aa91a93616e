/* What a hostile or broken client sends, as bytes, and what it gets. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/test_site.h"

#define LINE      " HTTP/1.1\r\nHost: h\r\n"
#define JSON_POST "POST /api/echo" LINE "Content-Type: application/json\r\n"

struct raw {
    const char *name;
    struct str bytes;
};

static struct site site;

static int start(void **state)
{
    (void)state;
    site_prepare(&site);
    site.options.head_deadline_ms = 700;
    site.options.body_deadline_ms = 700;
    site.options.drain_deadline_ms = 4000;
    site_start(&site);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    site_stop(&site);
    return 0;
}

static const struct raw malformed[] = {
    {"length and chunked",
     STR("POST /api/echo" LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"two lengths", STR("POST /api/echo" LINE "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x")},
    {"the same length twice",
     STR("POST /api/echo" LINE "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}")},
    {"two hosts", STR("GET /" LINE "Host: i\r\n\r\n")},
    {"no host", STR("GET / HTTP/1.1\r\n\r\n")},
    {"unknown method", STR("BREW /" LINE "\r\n")},
    {"method in small letters", STR("get /" LINE "\r\n")},
    {"connect", STR("CONNECT h:1" LINE "\r\n")},
    {"trace", STR("TRACE /" LINE "\r\n")},
    {"odd transfer encoding",
     STR("POST /api/echo" LINE "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")},
    {"gzip, chunked",
     STR("POST /api/echo" LINE "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")},
    {"identity", STR("POST /api/echo" LINE "Transfer-Encoding: identity\r\n\r\n")},
    {"chunked in 1.0",
     STR("POST /api/echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"unknown expect", STR("POST /api/echo" LINE "Expect: tea\r\nContent-Length: 2\r\n\r\n{}")},
    {"folded header", STR("GET /" LINE "X: a\r\n b\r\n\r\n")},
    {"folded host", STR("GET / HTTP/1.1\r\nHost:\r\n h\r\n\r\n")},
    {"NUL in a value", STR("GET /" LINE "X: a\0b\r\nY: c\r\n\r\n")},
    {"NUL in the last value", STR("GET /" LINE "X: a\0b\r\n\r\n")},
    {"NUL at the end of a value", STR("GET /" LINE "X: a\0\r\n\r\n")},
    {"NUL in a name", STR("GET /" LINE "X\0Y: a\r\n\r\n")},
    {"NUL in the path", STR("GET /\0x" LINE "\r\n")},
    {"lone LF", STR("GET / HTTP/1.1\nHost: h\n\n")},
    {"lone LF after one header", STR("GET /" LINE "X: a\nY: b\r\n\r\n")},
    {"lone CR in a value", STR("GET /" LINE "X: a\rY: b\r\n\r\n")},
    {"blank before the colon", STR("GET /" LINE "X : a\r\n\r\n")},
    {"no colon", STR("GET /" LINE "X\r\n\r\n")},
    {"empty name", STR("GET /" LINE ": a\r\n\r\n")},
    {"name with a bracket", STR("GET /" LINE "X(: a\r\n\r\n")},
    {"control in a value", STR("GET /" LINE "X: a\x01\r\n\r\n")},
    {"body with GET", STR("GET /" LINE "Content-Length: 2\r\n\r\n{}")},
    {"chunked GET", STR("GET /" LINE "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"version 1.2", STR("GET / HTTP/1.2\r\nHost: h\r\n\r\n")},
    {"no version", STR("GET /\r\n\r\n")},
    {"a blank in the path", STR("GET /a b" LINE "\r\n")},
    {"two origins", STR("GET /" LINE "Origin: a\r\nOrigin: b\r\n\r\n")},
};

/* The library refuses these before anybody sees them. */
static const struct raw wrong_lengths[] = {
    {"a list of lengths", STR("POST /api/echo" LINE "Content-Length: 2, 2\r\n\r\n{}")},
    {"a length with a sign", STR("POST /api/echo" LINE "Content-Length: +2\r\n\r\n{}")},
    {"a negative length", STR("POST /api/echo" LINE "Content-Length: -2\r\n\r\n{}")},
    {"a hexadecimal length", STR("POST /api/echo" LINE "Content-Length: 0x2\r\n\r\n{}")},
    {"an empty length", STR("POST /api/echo" LINE "Content-Length:\r\n\r\n{}")},
    {"beyond numbers", STR("POST /api/echo" LINE "Content-Length: 99999999999999999999\r\n\r\n{}")},
};

/* All that comes until the server closes. */
static struct str read_all(int fd)
{
    struct buf out = buf_in(site.ctx.arena, 1 << 20);
    char bytes[4096];
    ssize_t n;

    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        buf_add(&out, (struct str){bytes, (size_t)n});
    return buf_str(&out);
}

/* How many replies begin there: one within another's body counts too. */
static int replies_in(struct str text)
{
    int count = 0;

    for (ptrdiff_t at = str_find(text, S("HTTP/1.1 ")); at >= 0;
         at = str_find(text, S("HTTP/1.1 "))) {
        count++;
        text = str_slice(text, (size_t)at + 1, text.n);
    }
    return count;
}

static void check_one_reply(const char *name, int fd, const char *begin)
{
    struct str text = read_all(fd);

    if (!str_starts_with(text, str_of(begin)) || replies_in(text) != 1)
        fail_msg("%s: %.*s", name, STR_ARG(text));
    if (str_find(text, S("\r\nConnection: close\r\n")) < 0)
        fail_msg("%s: no word of closing: %.*s", name, STR_ARG(text));
    close(fd);
}

static void test_malformed_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(malformed); i++) {
        int fd = site_connect(&site);

        site_send(fd, malformed[i].bytes);
        check_one_reply(malformed[i].name, fd, "HTTP/1.1 400 ");
    }
    assert_int_equal(site_ask(&site, S("GET /" LINE "\r\n")).status, 200);
}

/* By the library, which says the same a second time (0.9.75) before it closes. */
static void test_wrong_lengths(void **state)
{
    int64_t handled = server_stats(site.server).requests;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong_lengths); i++) {
        int fd = site_connect(&site);
        struct str text;

        site_send(fd, wrong_lengths[i].bytes);
        text = read_all(fd);
        if (!str_starts_with(text, S("HTTP/1.1 400 ")) &&
            !str_starts_with(text, S("HTTP/1.1 413 ")))
            fail_msg("%s: %.*s", wrong_lengths[i].name, STR_ARG(text));
        assert_true(str_find(text, S("HTTP/1.1 2")) < 0);
        close(fd);
    }
    assert_int_equal(server_stats(site.server).requests, handled);
    assert_int_equal(site_ask(&site, S("GET /" LINE "\r\n")).status, 200);
}

/* More parameters than the library has memory for are answered before it reads them, and nothing of
 * the request is left when its connection ends (the sanitizer looks for that). */
static void test_many_parameters(void **state)
{
    static const char *const methods[] = {"GET", "POST"};
    struct buf query = buf_in(site.ctx.arena, 20000);

    (void)state;
    for (int i = 0; i < 400; i++)
        BUF_ADD(&query, "a=b&");
    for (int i = 0; i < 20; i++) {
        int fd = site_connect(&site);
        struct str text;

        site_send(fd, str_fmt(site.ctx.arena, "%s /?%.*s" LINE "Content-Length: 0\r\n\r\n",
                              methods[i % 2], STR_ARG(buf_str(&query))));
        text = read_all(fd);
        close(fd);
        if (!str_starts_with(text, S("HTTP/1.1 431 ")) || replies_in(text) != 1)
            fail_msg("%.*s", STR_ARG(text));
    }
    /* Few, but in a target that leaves no room for them. */
    for (int i = 0; i < 20; i++) {
        int fd = site_connect(&site);

        site_send(fd, str_fmt(site.ctx.arena, "GET /%018000d?%.700s" LINE "\r\n", 0,
                              str_z(site.ctx.arena, buf_str(&query))));
        close(fd);
    }
    assert_int_equal(site_ask(&site, S("GET /" LINE "\r\n")).status, 200);
}

/* A connection on which a POST with these chunks has been sent, and what follows them. */
static int send_chunks(struct str chunks, const char *after)
{
    int fd = site_connect(&site);

    site_send(fd, S(JSON_POST "Transfer-Encoding: chunked\r\n\r\n"));
    site_send(fd, str_fmt(site.ctx.arena, "%.*s%s", STR_ARG(chunks), after));
    return fd;
}

static void test_broken_chunks(void **state)
{
    static const struct raw bodies[] = {
        {"hexadecimal prefix", STR("0x2\r\n{}\r\n0\r\n\r\n")},
        {"negative", STR("-2\r\n{}\r\n0\r\n\r\n")},
        {"no size", STR("\r\n{}\r\n0\r\n\r\n")},
        {"too short", STR("1\r\n{}\r\n0\r\n\r\n")},
        {"beyond numbers", STR("fffffffffffffffff\r\n{}\r\n0\r\n\r\n")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        int fd = send_chunks(bodies[i].bytes, "");
        int status = site_read(&site, fd, false).status;

        if (status != 400 && status != 413)
            fail_msg("%s: %d", bodies[i].name, status);
        assert_true(site_is_closed(fd));
        close(fd);
    }
}

/* What follows a chunked body is nobody's request, wherever somebody else sees the body's end. */
static void test_chunks_end_the_connection(void **state)
{
    static const struct raw bodies[] = {
        {"strict", STR("d\r\n{\"text\":\"ok\"}\r\n0\r\n\r\n")},
        {"lone LF", STR("d\n{\"text\":\"ok\"}\n0\n\n")},
        {"extension", STR("d;a=b\r\n{\"text\":\"ok\"}\r\n0\r\n\r\n")},
        {"extension with LF", STR("d;\n{\"text\":\"ok\"}\r\n0;\r\n\r\n")},
        {"trailer", STR("d\r\n{\"text\":\"ok\"}\r\n0\r\nX: y\r\n\r\n")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++)
        check_one_reply(bodies[i].name, send_chunks(bodies[i].bytes, "GET /cases/1" LINE "\r\n"),
                        "HTTP/1.1 200 ");
}

static void test_large_heads(void **state)
{
    struct arena *arena = site.ctx.arena;
    struct buf many = buf_in(arena, 1 << 20);
    char *x = arena_alloc(arena, 60000);
    struct answer answer;

    (void)state;
    memset(x, 'x', 60000);
    for (int i = 0; i < 70; i++)
        buf_add_fmt(&many, "X-%d: y\r\n", i);
    assert_int_equal(
        site_ask(&site, str_fmt(arena, "GET /" LINE "%.*s\r\n", STR_ARG(buf_str(&many)))).status,
        431);
    assert_int_equal(site_ask(&site, str_fmt(arena, "GET /" LINE "X: %.17000s\r\n\r\n", x)).status,
                     431);
    assert_int_equal(site_ask(&site, str_fmt(arena, "GET /" LINE "X: %.15000s\r\n\r\n", x)).status,
                     200);
    /* Up to the whole block that the library keeps a head in, and beyond. */
    for (int n = 16400; n <= 21200; n += 80) {
        answer = site_ask(&site, str_fmt(arena, "GET /%.*s" LINE "\r\n", n, x));
        if (answer.status != 414 && answer.status != 431)
            fail_msg("a path of %d bytes: %d", n, answer.status);
    }
    for (int n = 8000; n <= 60000; n += 8000) {
        answer = site_ask(&site, str_fmt(arena, "GET /%.*s" LINE "\r\n", n, x));
        assert_int_equal(answer.status, n < 16384 ? 404 : n < 20480 ? 431 : 414);
    }
}

/* A head of about so many bytes, in its target or in a header, and a body. */
static struct str long_request(const char *method, int n, bool is_in_header, int body)
{
    struct buf out = buf_in(site.ctx.arena, 200000);
    char *x = arena_alloc(site.ctx.arena, 100000);

    memset(x, 'x', 100000);
    buf_add_fmt(&out, "%s /%.*s" LINE, method, is_in_header ? 0 : n, x);
    if (is_in_header)
        buf_add_fmt(&out, "X: %.*s\r\n", n, x);
    if (body)
        buf_add_fmt(&out, "Content-Length: %d\r\n", body);
    buf_add_fmt(&out, "\r\n%.*s", body, x);
    return buf_str(&out);
}

/* What nearly fills the library's block, or more, whatever it asks for and whatever follows. */
static void test_large_heads_of_every_method(void **state)
{
    static const struct {
        const char *method;
        int body;
    } asks[] = {
        {"GET", 0}, {"HEAD", 0},   {"OPTIONS", 0}, {"POST", 0},  {"POST", 5},   {"POST", 60000},
        {"PUT", 5}, {"DELETE", 0}, {"BREW", 700},  {"GET", 700}, {"GET /a", 0},
    };
    struct arena *home = site.ctx.arena, *own = arena_new((size_t)4 << 20);

    (void)state;
    site.ctx.arena = own;
    for (int n = 16400; n <= 26000; n += 300) {
        for (size_t i = 0; i < 2 * COUNT(asks); i++) {
            const char *method = asks[i / 2].method;
            int fd = site_connect(&site);
            struct str text;

            arena_reset(own);
            site_send(fd, long_request(method, n, i % 2, asks[i / 2].body));
            text = read_all(fd);
            close(fd);
            if ((!str_starts_with(text, S("HTTP/1.1 431 ")) &&
                 !str_starts_with(text, S("HTTP/1.1 414 "))) ||
                replies_in(text) != 1)
                fail_msg("%s of %d bytes in %s: %.*s", method, n, i % 2 ? "a header" : "the path",
                         STR_ARG(text));
            /* Of more than its block the library tells by itself, with a body. */
            if (strcmp(method, "HEAD") == 0 && str_starts_with(text, S("HTTP/1.1 431 ")) &&
                str_find(text, S("\r\n\r\n")) + 4 != (ptrdiff_t)text.n)
                fail_msg("HEAD of %d bytes has a body: %.*s", n, STR_ARG(text));
        }
    }
    site.ctx.arena = home;
    arena_free(own);
    assert_int_equal(site_ask(&site, S("GET /" LINE "\r\n")).status, 200);
}

static void test_body_limits(void **state)
{
    struct arena *arena = site.ctx.arena;
    char *x = arena_alloc(arena, 1 << 20);
    struct answer answer;

    (void)state;
    memset(x, 'x', 1 << 20);
    answer = site_ask(&site, S(JSON_POST "Content-Length: 5000000000\r\n\r\n{"));
    assert_int_equal(answer.status, 413);
    assert_true(answer.is_closed);
    assert_str(answer_header(&site, &answer, "content-type"), "application/problem+json");
    assert_int_equal(
        site_ask(&site, S(JSON_POST "Content-Length: 99999999999999999999\r\n\r\n{")).status, 413);
    answer = site_ask(&site, S(JSON_POST "Content-Length: 5000000000\r\n"
                                         "Expect: 100-continue\r\n\r\n"));
    assert_int_equal(answer.status, 413);
    answer =
        site_ask(&site, str_fmt(arena, JSON_POST "Content-Length: 1048576\r\n\r\n%.1048576s", x));
    assert_int_equal(answer.status, 413);
    answer =
        site_ask(&site, str_fmt(arena, JSON_POST "Content-Length: 100000\r\n\r\n%.100000s", x));
    assert_int_equal(answer.status, 413);
    answer = site_ask(&site, str_fmt(arena,
                                     JSON_POST "Transfer-Encoding: chunked\r\n\r\n"
                                               "100000\r\n%.1048576s\r\n0\r\n\r\n",
                                     x));
    assert_int_equal(answer.status, 413);
    assert_true(answer.is_closed);
    assert_int_equal(site.last_error, ERR_TOO_LARGE);
}

static void test_expect_continue(void **state)
{
    int fd = site_connect(&site);
    char first[25];

    (void)state;
    site_send(fd, S(JSON_POST "Content-Length: 15\r\nExpect: 100-continue\r\n\r\n"));
    assert_int_equal(recv(fd, first, 25, MSG_WAITALL), 25);
    assert_memory_equal(first, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    site_send(fd, S("{\"text\":\"late\"}"));
    close(fd);
}

static void test_ten_thousand_fields(void **state)
{
    struct buf body = buf_in(site.ctx.arena, 1 << 20);
    struct buf parts = buf_in(site.ctx.arena, 1 << 21);

    (void)state;
    for (int i = 0; i < 10000; i++)
        BUF_ADD(&body, "a=b&");
    assert_int_equal(site_ask(&site, str_fmt(site.ctx.arena,
                                             "POST /upload" LINE
                                             "Content-Type: application/x-www-form-urlencoded\r\n"
                                             "Content-Length: %zu\r\n\r\n%.*s",
                                             body.n, STR_ARG(buf_str(&body))))
                         .status,
                     413);
    for (int i = 0; i < 10000; i++)
        BUF_ADD(&parts, "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n");
    assert_int_equal(
        site_ask(&site, str_fmt(site.ctx.arena,
                                "POST /upload" LINE "Content-Type: multipart/form-data; boundary=B"
                                "\r\nContent-Length: %zu\r\n\r\n%.*s",
                                parts.n, STR_ARG(buf_str(&parts))))
            .status,
        413);
}

#define PART(name, more) "--B\r\nContent-Disposition: form-data; name=\"" name "\"" more "\r\n\r\n"

static struct answer send_multipart(const char *path, struct str body)
{
    return site_ask(&site, str_fmt(site.ctx.arena,
                                   "POST %s" LINE "Content-Type: multipart/form-data; boundary=B"
                                   "\r\nContent-Length: %zu\r\n\r\n%.*s",
                                   path, body.n, STR_ARG(body)));
}

static void test_multipart(void **state)
{
    (void)state;
    assert_str(send_multipart("/upload", S(PART("text", "") "hello\r\n" PART(
                                             "photo", "; filename=\"a.jpg\"") "12345\r\n--B--\r\n"))
                   .body,
               "text=hello photo=5");
    /* An empty file input is no file. */
    assert_str(send_multipart("/upload", S(PART("text", "") "hello\r\n" PART(
                                             "photo", "; filename=\"\"") "\r\n--B--\r\n"))
                   .body,
               "text=hello photo=-1");
    /* Cut short, and files where the route takes none. */
    assert_int_equal(
        send_multipart("/upload", S(PART("text", "") "hello\r\n" PART(
                                      "photo", "; filename=\"a.jpg\"") "12345\r\n--B-"))
            .status,
        400);
    assert_int_equal(
        send_multipart("/api/echo", S(PART("photo", "; filename=\"a.jpg\"") "12345\r\n--B--\r\n"))
            .status,
        415);
    /* What is no text is the field's fault. */
    assert_int_equal(send_multipart("/upload", S(PART("text", "") "\xff\r\n--B--\r\n")).status,
                     422);
}

static struct answer send_form(const char *type, struct str body)
{
    return site_ask(&site, str_fmt(site.ctx.arena,
                                   "POST /upload" LINE
                                   "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%.*s",
                                   type, body.n, STR_ARG(body)));
}

/* One text that is far too long reaches the handler as a field that is wrong, whatever carries it,
 * and no form grows without end. */
static void test_a_text_without_end(void **state)
{
    static const char *const urlencoded = "application/x-www-form-urlencoded";
    struct arena *arena = arena_new((size_t)128 << 20);
    char *x = arena_alloc(arena, (size_t)17 << 20);
    struct buf many = buf_in(arena, 4 << 20);

    (void)state;
    assert_non_null(x);
    memset(x, 'x', (size_t)17 << 20);
    assert_str(send_form(urlencoded, str_fmt(arena, "text=%.1048576s&other=1", x)).body, "wrong");
    assert_str(
        send_multipart("/upload", str_fmt(arena, PART("text", "") "%.1048576s\r\n--B--\r\n", x))
            .body,
        "wrong");
    assert_int_equal(site_ask(&site, str_fmt(arena,
                                             JSON_POST "Content-Length: 1048587\r\n\r\n"
                                                       "{\"text\":\"%.1048576s\"}",
                                             x))
                         .status,
                     422);
    assert_int_equal(send_form(urlencoded, str_fmt(arena, "text=%.17000000s", x)).status, 413);
    for (int i = 0; i < 400; i++)
        buf_add_fmt(&many, "a%d=%.1000s&", i, x);
    assert_int_equal(send_form(urlencoded, buf_str(&many)).status, 413);
    arena_free(arena);
}

static void test_client_gone_in_upload(void **state)
{
    int fd = site_connect(&site);

    (void)state;
    site_send(fd, S("POST /upload" LINE "Content-Type: multipart/form-data; boundary=B\r\n"
                    "Content-Length: 1000000\r\n\r\n" PART("photo", "; filename=\"a\"") "bytes"));
    poll(NULL, 0, 50);
    close(fd);
    /* That its file is deleted is checked when the site stops. */
}

/* The address sanitizer keeps freed memory aside. */
#ifdef __SANITIZE_ADDRESS__
#define UPLOAD_KB (24 * 1024)
#else
#define UPLOAD_KB 2048
#endif

static int64_t resident_kb(void)
{
    char bytes[4096];
    FILE *file = fopen("/proc/self/status", "re");
    size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    struct str text = {bytes, n};
    ptrdiff_t at = str_find(text, S("VmRSS:"));
    int64_t kb = 0;

    if (file)
        fclose(file);
    text = at < 0 ? STR_NONE : str_trim(str_slice(text, (size_t)at + 6, text.n));
    for (size_t i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
        kb = kb * 10 + (text.p[i] - '0');
    return kb;
}

static void test_upload_needs_little_memory(void **state)
{
    static char block[65536];
    int64_t before = resident_kb(), after;
    int fd = site_connect(&site);

    (void)state;
    site_send(fd, S("POST /upload" LINE "Content-Type: multipart/form-data; boundary=B\r\n"
                    "Content-Length: 33554640\r\n\r\n" PART("text", "") "x\r\n"));
    for (int file = 0; file < 2; file++) {
        site_send(fd, S(PART("photo", "; filename=\"a\"")));
        for (size_t i = 0; i < 255; i++)
            site_send(fd, (struct str){block, sizeof block});
        site_send(fd, S("\r\n"));
    }
    after = resident_kb();
    close(fd);
    assert_true(before > 0);
    assert_in_range(after - before, 0, UPLOAD_KB);
}

static struct answer send_file(size_t blocks)
{
    static char block[65536];
    const struct str before = S(PART("text", "") "x\r\n" PART("photo", "; filename=\"a\""));
    const struct str after = S("\r\n--B--\r\n");
    int fd = site_connect(&site);
    struct answer answer;

    site_send(fd, str_fmt(site.ctx.arena,
                          "POST /upload" LINE "Content-Type: multipart/form-data; boundary=B\r\n"
                          "Content-Length: %zu\r\n\r\n%.*s",
                          before.n + blocks * sizeof block + after.n, STR_ARG(before)));
    for (size_t i = 0; i < blocks; i++)
        if (send(fd, block, sizeof block, MSG_NOSIGNAL) < 0)
            break; /* refused */
    send(fd, after.p, after.n, MSG_NOSIGNAL);
    answer = site_read(&site, fd, false);
    close(fd);
    return answer;
}

/* A file of 19 MB is the handler's to refuse, beside the rest of the form; one without end is not
 * waited for. */
static void test_too_large_a_file(void **state)
{
    (void)state;
    assert_str(send_file(300).body, "text=x photo=19660800 too large");
    assert_int_equal(send_file(1000).status, 413);
}

static void test_slow_clients_are_closed(void **state)
{
    int64_t late = server_stats(site.server).late_connections;
    int head = site_connect(&site), body = site_connect(&site), idle = site_connect(&site);

    (void)state;
    site_send(body, S(JSON_POST "Content-Length: 100\r\n\r\n"));
    for (int i = 0; i < 20; i++) {
        site_send(head, S("G"));
        site_send(body, S("{"));
        poll(NULL, 0, 100);
    }
    assert_true(site_is_closed(head));
    assert_true(site_is_closed(body));
    assert_true(site_is_closed(idle));
    assert_true(server_stats(site.server).late_connections - late >= 3);
    close(head);
    close(body);
    close(idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed_requests),
        cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_many_parameters),
        cmocka_unit_test(test_broken_chunks),
        cmocka_unit_test(test_chunks_end_the_connection),
        cmocka_unit_test(test_large_heads),
        cmocka_unit_test(test_large_heads_of_every_method),
        cmocka_unit_test(test_body_limits),
        cmocka_unit_test(test_expect_continue),
        cmocka_unit_test(test_ten_thousand_fields),
        cmocka_unit_test(test_multipart),
        cmocka_unit_test(test_a_text_without_end),
        cmocka_unit_test(test_client_gone_in_upload),
        cmocka_unit_test(test_upload_needs_little_memory),
        cmocka_unit_test(test_too_large_a_file),
        cmocka_unit_test(test_slow_clients_are_closed),
    };

    return cmocka_run_group_tests_name("web/edge", tests, start, stop);
}
