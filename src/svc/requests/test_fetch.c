/* Fetching from strangers' addresses: what is never asked, and what a server cannot do to us. */
#include "svc/requests/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <unistd.h>

#include "base/test_support.h"

/* ---- Addresses */

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    union {
        const struct sockaddr *any;
        const struct sockaddr_in *v4;
        const struct sockaddr_in6 *v6;
    } of;

    if (strchr(text, ':')) {
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        of.v6 = &v6;
    } else {
        assert_int_equal(inet_pton(AF_INET, text, &v4.sin_addr), 1);
        of.v4 = &v4;
    }
    return fetch_is_public(of.any);
}

static void special_ranges_are_not_public(void **state)
{
    static const char *const special[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
    };
    static const char *const usual[] = {
        "8.8.8.8",         "1.1.1.1",     "100.63.255.255", "100.128.0.1",
        "172.15.0.1",      "172.32.0.1",  "192.167.1.1",    "198.17.0.1",
        "223.255.255.255", "2606:4700::", "2a00:1450::",    "2001:4860::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (is_public(special[i]))
            fail_msg("%s", special[i]);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (!is_public(usual[i]))
            fail_msg("%s", usual[i]);
}

static enum fetch_result fetch(struct ctx *ctx, const char *url,
                               const struct fetch_options *options, struct str *body)
{
    enum fetch_result result = FETCH_DONE;
    const char *reason;

    assert_int_equal(fetch_url(ctx, str_of(url), options, &result, body, &reason), RC_OK);
    assert_true(result == FETCH_DONE || *reason);
    return result;
}

static void strange_addresses_are_refused(void **state)
{
    static const struct fetch_options options = {.max_bytes = 1000, .total_ms = 1000};
    static const char *const urls[] = {
        "",
        "photo.jpg",
        "//example.com/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/x",
        "dict://127.0.0.1:11211/",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "http://192.168.0.1/\r\nHost: other",
        "http://localhost/",
    };
    struct ctx *ctx = *state;
    struct str body;

    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        if (fetch(ctx, urls[i], &options, &body) != FETCH_REFUSED)
            fail_msg("%s", urls[i]);
}

/* ---- A server of ours */

struct site {
    int fd;
    int port;
    const char *answer;
    size_t fill; /* so many bytes more */
    pthread_t thread;
};

static void *serve_one(void *arg)
{
    struct site *site = arg;
    int fd = accept(site->fd, NULL, NULL);
    char request[4000];

    if (fd < 0)
        return NULL;
    if (read(fd, request, sizeof request) > 0 && write(fd, site->answer, strlen(site->answer)) > 0)
        for (size_t i = 0; i < site->fill && send(fd, "x", 1, MSG_NOSIGNAL) == 1; i++)
            ;
    close(fd);
    return NULL;
}

static void site_start(struct site *site, const char *answer, size_t fill)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    union {
        struct sockaddr_in *v4;
        struct sockaddr *any;
    } to = {&at};

    *site = (struct site){
        .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .answer = answer, .fill = fill};
    assert_true(site->fd >= 0);
    assert_int_equal(bind(site->fd, to.any, sizeof at), 0);
    assert_int_equal(listen(site->fd, 1), 0);
    assert_int_equal(getsockname(site->fd, to.any, &n), 0);
    site->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&site->thread, NULL, serve_one, site), 0);
}

static void site_stop(struct site *site)
{
    shutdown(site->fd, SHUT_RDWR);
    pthread_join(site->thread, NULL);
    close(site->fd);
}

/* For these tests alone the machine itself may be asked. */
static bool may_ask_ourselves(const struct sockaddr *address, int port)
{
    return address->sa_family == AF_INET && port > 1024;
}

static enum fetch_result fetch_answer(struct ctx *ctx, const char *answer, size_t fill,
                                      struct str *body)
{
    static const struct fetch_options options = {
        .max_bytes = 1000, .total_ms = 3000, .may_ask = may_ask_ourselves};
    struct site site;
    enum fetch_result result;

    site_start(&site, answer, fill);
    result = fetch(
        ctx, str_z(ctx->arena, str_fmt(ctx->arena, "http://127.0.0.1:%d/photo.jpg", site.port)),
        &options, body);
    site_stop(&site);
    return result;
}

static void what_a_server_answers(void **state)
{
    struct ctx *ctx = *state;
    struct str body = STR_NONE;

    assert_int_equal(
        fetch_answer(ctx, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, &body),
        FETCH_DONE);
    assert_str(body, "hello");
    assert_int_equal(fetch_answer(ctx,
                                  "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n"
                                  "Content-Length: 0\r\n\r\n",
                                  0, &body),
                     FETCH_FAILED);
    assert_int_equal(
        fetch_answer(ctx, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 0, &body),
        FETCH_FAILED);
    assert_int_equal(
        fetch_answer(ctx, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", 100, &body),
        FETCH_FAILED);
    assert_int_equal(fetch_answer(ctx, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 5000, &body),
                     FETCH_FAILED);
    assert_int_equal(
        fetch_answer(ctx, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", 0, &body),
        FETCH_FAILED);
    assert_int_equal(fetch_answer(ctx, "hello", 0, &body), FETCH_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_ranges_are_not_public),
        TEST(strange_addresses_are_refused),
        TEST(what_a_server_answers),
    };

    return cmocka_run_group_tests_name("svc/fetch", tests, NULL, NULL);
}
