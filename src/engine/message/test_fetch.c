#include "engine/message/fetch.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <unistd.h>

#include "base/test_support.h"
#include "base/test_temporary.h"
#include "engine/message/test_peer.h"

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* What a machine's /etc/hosts says of localhost, ended by NULL; NULL: what this one's says. */
static const char *const *localhost_is;

/* Stands before the C library's, for the program and for libcurl. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    getaddrinfo_fn *real = (getaddrinfo_fn *)dlsym(RTLD_NEXT, "getaddrinfo");
    struct addrinfo **end = ret;

    if (!localhost_is || !name || strcmp(name, "localhost") != 0)
        return real(name, service, hints, ret);
    for (size_t i = 0; localhost_is[i]; i++) {
        assert_int_equal(real(localhost_is[i], service, hints, end), 0);
        while (*end)
            end = &(*end)->ai_next;
    }
    return 0;
}

static struct fetch asking(struct ctx *ctx, const struct peer *peer, const char *path)
{
    return (struct fetch){
        .url = str_fmt(ctx->arena, "http://localhost:%d%s", peer->port, path),
        .may_be_local = true,
        .timeout_ms = 5000,
        .max_bytes = 1000,
        .fd = -1,
    };
}

static void an_answer_is_given(void **state)
{
    struct ctx *ctx = *state;
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, "HTTP/1.1 200 OK\r\nContent-Type: Image/JPEG; q=1\r\n"
                      "Content-Length: 5\r\n\r\nhello");
    fetch = asking(ctx, &peer, "/a?b=c");
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_ANSWERED);
    peer_stop(&peer);
    assert_int_equal(got.status, 200);
    assert_str(got.media_type, "image/jpeg");
    assert_str(got.body, "hello");
    assert_int_equal(got.body_bytes, 5);
    assert_non_null(strstr(peer.asked, "GET /a?b=c HTTP/1.1\r\n"));
    assert_null(strstr(peer.asked, "Accept-Encoding"));
}

static void a_post_carries_headers_and_body(void **state)
{
    struct ctx *ctx = *state;
    const struct str headers[] = {STR("Content-Type: application/json"), STR("webhook-id: 7")};
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, "HTTP/1.1 204 No Content\r\n\r\n");
    fetch = asking(ctx, &peer, "/hook");
    fetch.is_post = true;
    fetch.body = S("{\"a\":1}");
    fetch.headers = headers;
    fetch.header_n = 2;
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_ANSWERED);
    peer_stop(&peer);
    assert_int_equal(got.status, 204);
    assert_non_null(strstr(peer.asked, "POST /hook HTTP/1.1\r\n"));
    assert_non_null(strstr(peer.asked, "webhook-id: 7\r\n"));
    assert_non_null(strstr(peer.asked, "\r\n\r\n{\"a\":1}"));
}

static void a_body_can_go_to_a_file(void **state)
{
    struct ctx *ctx = *state;
    char folder[TEST_TEMPORARY_MAX], bytes[10];
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    fetch = asking(ctx, &peer, "/");
    test_temporary(folder, "fetch");
    fetch.fd = open(folder, O_TMPFILE | O_RDWR, 0600);
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_ANSWERED);
    peer_stop(&peer);
    assert_int_equal(got.body.n, 0);
    assert_int_equal(got.body_bytes, 5);
    assert_int_equal(pread(fetch.fd, bytes, sizeof bytes, 0), 5);
    assert_memory_equal(bytes, "hello", 5);
    close(fetch.fd);
    test_temporary_remove(folder);
}

static void redirects_are_answers_and_not_followed(void **state)
{
    struct ctx *ctx = *state;
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
    fetch = asking(ctx, &peer, "/");
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_ANSWERED);
    peer_stop(&peer);
    assert_int_equal(got.status, 302);
    assert_int_equal(peer.connections, 1);
    assert_null(strstr(peer.asked, "/other"));
}

static void an_answer_too_large_is_cut(void **state)
{
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello world",
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < 2; i++) {
        struct peer peer;
        struct fetch fetch;
        struct fetched got;

        peer_start(&peer, heads[i]);
        fetch = asking(ctx, &peer, "/");
        fetch.max_bytes = 10;
        assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_FAILED);
        peer_stop(&peer);
        assert_str(got.trouble, "the answer is too large");
    }
}

static void what_was_sent_and_not_answered_is_uncertain(void **state)
{
    struct ctx *ctx = *state;
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, "");
    fetch = asking(ctx, &peer, "/");
    fetch.is_post = true;
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_UNCERTAIN);
    peer_stop(&peer);
    assert_true(got.trouble.n > 0);
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_FAILED); /* nobody listens any more */
}

static void a_silent_server_is_left(void **state)
{
    struct ctx *ctx = *state;
    struct peer peer;
    struct fetch fetch;
    struct fetched got;
    int64_t began_ms = clock_monotonic_ms();

    peer_start(&peer, NULL);
    fetch = asking(ctx, &peer, "/");
    fetch.timeout_ms = 200;
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_UNCERTAIN);
    peer_stop(&peer);
    assert_true(clock_monotonic_ms() - began_ms < 4000);
}

static void *stop_soon(void *arg)
{
    usleep(100000);
    atomic_store((atomic_bool *)arg, true);
    return NULL;
}

static void the_program_can_stop(void **state)
{
    struct ctx *ctx = *state;
    atomic_bool is_stopping = false;
    pthread_t thread;
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, NULL);
    fetch = asking(ctx, &peer, "/");
    fetch.is_stopping = &is_stopping;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &is_stopping), 0);
    assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_UNCERTAIN);
    pthread_join(thread, NULL);
    peer_stop(&peer);
    assert_str(got.trouble, "the program stopped meanwhile");
}

static void inside_is_not_asked(void **state)
{
    static const char *const inside[] = {
        "http://127.0.0.1:%d/",
        "http://localhost:%d/",
        "http://[::1]:%d/",
        "http://2130706433:%d/",
        "http://0x7f.1:%d/",
        "http://0:%d/",
        "http://[::ffff:127.0.0.1]:%d/",
        "http://10.0.0.1:%d/",
        "http://192.168.1.1:%d/",
        "http://169.254.169.254:%d/latest/meta-data/",
        "http://[fe80::1]:%d/",
    };
    struct ctx *ctx = *state;
    struct peer peer;
    struct fetched got;

    peer_start(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (size_t i = 0; i < COUNT(inside); i++) {
        struct fetch fetch = asking(ctx, &peer, "/");
        ptrdiff_t at = str_find(str_of(inside[i]), S("%d"));

        fetch.may_be_local = false;
        fetch.url =
            str_fmt(ctx->arena, "%.*s%d%s", (int)at, inside[i], peer.port, inside[i] + at + 2);
        if (fetch_url(ctx, &fetch, &got) != FETCH_REFUSED)
            fail_msg("%.*s was asked", STR_ARG(fetch.url));
    }
    peer_stop(&peer);
    assert_int_equal(peer.connections, 0);
}

/* The peer listens on 127.0.0.1 alone. */
static void every_address_of_a_name_is_tried(void **state)
{
    static const char *const orders[][4] = {
        {"127.0.0.1"},
        {"127.0.0.1", "::1"},
        {"::1", "127.0.0.1"},
        {"::1", "127.0.0.2", "127.0.0.1"},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(orders); i++) {
        struct peer peer;
        struct fetch fetch;
        struct fetched got;

        peer_start(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        fetch = asking(ctx, &peer, "/");
        localhost_is = orders[i];
        if (fetch_url(ctx, &fetch, &got) != FETCH_ANSWERED)
            fail_msg("order %zu: %.*s", i, STR_ARG(got.trouble));
        localhost_is = NULL;
        peer_stop(&peer);
        assert_int_equal(peer.connections, 1);
    }
}

static void a_name_with_one_foot_inside_is_not_asked(void **state)
{
    static const char *const feet[][3] = {
        {"127.0.0.1", "10.0.0.1"},
        {"127.0.0.1", "fe80::1"},
        {"10.0.0.1", "127.0.0.1"},
        {"127.0.0.1", "::ffff:10.0.0.1"},
    };
    struct ctx *ctx = *state;
    struct peer peer;
    struct fetch fetch;
    struct fetched got;

    peer_start(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    fetch = asking(ctx, &peer, "/");
    for (size_t i = 0; i < COUNT(feet); i++) {
        localhost_is = feet[i];
        assert_int_equal(fetch_url(ctx, &fetch, &got), FETCH_REFUSED);
    }
    localhost_is = NULL;
    peer_stop(&peer);
    assert_int_equal(peer.connections, 0);
}

static void only_plain_addresses_of_the_web_are_asked(void **state)
{
    static const char *const wrong[] = {
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org:70/",
        "https://user@example.org/",
        "https://user:word@example.org/",
        "https://example.org:22/",
        "https://example.org:0/",
        "https://example.org:70000/",
        "https:///path",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: other",
        "https://example.org\\@127.0.0.1/",
        "https://ex\xc3\xa4mple.org/",
        "javascript:alert(1)",
    };
    struct ctx *ctx = *state;
    struct fetch fetch = {.timeout_ms = 1000, .max_bytes = 10, .fd = -1};
    struct fetched got;
    struct str trouble;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        fetch.url = str_of(wrong[i]);
        if (fetch_url_is_good(ctx, &fetch, &trouble) ||
            fetch_url(ctx, &fetch, &got) != FETCH_REFUSED)
            fail_msg("%s was taken", wrong[i]);
        assert_true(trouble.n > 0 && str_eq(trouble, got.trouble));
    }
    fetch.url = S("http://example.org/");
    assert_true(fetch_url_is_good(ctx, &fetch, &trouble));
    fetch.is_https_only = true;
    assert_false(fetch_url_is_good(ctx, &fetch, &trouble));
    fetch.url = S("https://example.org:8443/hooks?a=1");
    assert_true(fetch_url_is_good(ctx, &fetch, &trouble));
}

static void public_addresses_are_told_from_others(void **state)
{
    static const char *const open[] = {"8.8.8.8",      "1.1.1.1",      "100.63.255.255",
                                       "172.32.0.1",   "223.255.1.1",  "198.17.0.1",
                                       "2606:4700::1", "2a00:1450::1", "192.167.9.9"};
    static const char *const closed[] = {
        "0.0.0.0",
        "10.255.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.0.1",
        "172.16.0.1",
        "172.31.255.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "fc00::1",
        "fe80::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2002:7f00:1::",
        "100::1",
        "4000::1",
        "nonsense",
        "",
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(open); i++)
        if (!fetch_address_is_public(ctx, str_of(open[i])))
            fail_msg("%s is public", open[i]);
    for (size_t i = 0; i < COUNT(closed); i++)
        if (fetch_address_is_public(ctx, str_of(closed[i])))
            fail_msg("%s is not public", closed[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_is_given),
        TEST(a_post_carries_headers_and_body),
        TEST(a_body_can_go_to_a_file),
        TEST(redirects_are_answers_and_not_followed),
        TEST(an_answer_too_large_is_cut),
        TEST(what_was_sent_and_not_answered_is_uncertain),
        TEST(a_silent_server_is_left),
        TEST(the_program_can_stop),
        TEST(inside_is_not_asked),
        TEST(every_address_of_a_name_is_tried),
        TEST(a_name_with_one_foot_inside_is_not_asked),
        TEST(only_plain_addresses_of_the_web_are_asked),
        TEST(public_addresses_are_told_from_others),
    };

    return cmocka_run_group_tests_name("engine/fetch", tests, NULL, NULL);
}
