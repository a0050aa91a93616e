/* The server's life: overload, draining at SIGTERM, https, a start that must not happen. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/test_site.h"

#define GET(path) S("GET " path " HTTP/1.1\r\nHost: h\r\n\r\n")

/* Waits until that many requests were turned away; how many there are then. */
static int64_t wait_for_overloads(struct site *site, int64_t count)
{
    for (int i = 0; i < 1000 && server_stats(site->server).overloads < count; i++)
        poll(NULL, 0, 5);
    return server_stats(site->server).overloads;
}

/* Holds the one reader until site_release; the connection, to be read. */
static int hold_the_reader(struct site *site)
{
    int fd = site_connect(site), begun = atomic_load(&site->begun);

    site_send(fd, GET("/held"));
    assert_true(site_reached(&site->begun, begun + 1));
    return fd;
}

static void test_overload_is_answered_at_once(void **state)
{
    static struct site site;
    int fds[40], overloaded = 0, served = 0;

    (void)state;
    site_prepare(&site);
    site.options.readers = 1;
    site.options.max_queued_reads = 1;
    site_start(&site);
    for (int i = 0; i < 40; i++) {
        fds[i] = site_connect(&site);
        site_send(fds[i], GET("/held"));
    }
    /* One is at work and one or, while the worker takes it, two wait: the others are answered
     * before any of these has ended. */
    assert_true(wait_for_overloads(&site, 37) >= 37);
    assert_int_equal(atomic_load(&site.ended), 0);
    site_release();
    for (int i = 0; i < 40; i++) {
        struct answer answer = site_read(&site, fds[i], false);

        if (answer.status == 503)
            assert_str(answer_header(&site, &answer, "retry-after"), "2");
        overloaded += answer.status == 503;
        served += answer.status == 200;
        close(fds[i]);
    }
    assert_int_equal(overloaded + served, 40);
    assert_in_range(served, 1, 3);
    assert_int_equal(server_stats(site.server).overloads, overloaded);
    assert_int_equal(site_ask(&site, GET("/")).status, 200);
    site_stop(&site);
}

static void test_readers_do_not_hold_up_writers(void **state)
{
    static struct site site;
    int fd;
    struct answer answer;

    (void)state;
    site_prepare(&site);
    site.options.readers = 1;
    site_start(&site);
    fd = hold_the_reader(&site);
    answer = site_ask(&site, S("POST /slow/0 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"));
    assert_int_equal(answer.status, 200);
    assert_int_equal(server_stats(site.server).queued_reads, 0);
    assert_true(server_stats(site.server).under_way >= 1);
    site_release();
    assert_int_equal(site_read(&site, fd, false).status, 200);
    close(fd);
    site_stop(&site);
}

static void test_health_waits_for_nobody(void **state)
{
    static struct site site;
    int fd, waiting;
    struct answer answer;

    (void)state;
    site_prepare(&site);
    site.options.readers = 1;
    site.options.max_queued_reads = 1;
    site_start(&site);
    fd = hold_the_reader(&site);
    waiting = site_connect(&site);
    site_send(waiting, GET("/slow/0"));
    for (int i = 0; i < 1000 && server_stats(site.server).queued_reads < 1; i++)
        poll(NULL, 0, 5);
    assert_int_equal(site_ask(&site, GET("/")).status, 503);
    answer = site_ask(&site, GET("/well?x=y"));
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, "well");
    assert_int_equal(site_ask(&site, S("HEAD /well HTTP/1.1\r\nHost: h\r\n\r\n")).status, 200);
    answer = site_ask(&site, S("GET /well HTTP/1.1\r\nHost: h\r\nX-Fail: 1\r\n\r\n"));
    assert_int_equal(answer.status, 503);
    assert_int_equal(site.last_error, ERR_UNAVAILABLE);
    assert_int_equal(atomic_load(&site.begun), 1); /* the reader's, which is still held */
    site_release();
    assert_int_equal(site_read(&site, fd, false).status, 200);
    assert_int_equal(site_read(&site, waiting, false).status, 200);
    assert_int_equal(
        site_ask(&site, S("POST /well HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")).status,
        405);
    close(fd);
    close(waiting);
    site_stop(&site);
}

/* Goes away, and returns when the server's side knows. */
static void leave(int fd)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;

    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 1000 && info.tcpi_state != TCP_FIN_WAIT2; i++) {
        assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n), 0);
        poll(NULL, 0, info.tcpi_state == TCP_FIN_WAIT2 ? 0 : 5);
    }
    assert_int_equal(info.tcpi_state, TCP_FIN_WAIT2);
    close(fd);
}

static void test_nobody_waits_for_it_any_more(void **state)
{
    static struct site site;
    struct server_stats stats;
    int fd, begun, fds[20];

    (void)state;
    site_prepare(&site);
    site.options.readers = 1;
    site_start(&site);
    fd = hold_the_reader(&site);
    for (int i = 0; i < 20; i++) {
        fds[i] = site_connect(&site);
        site_send(fds[i], GET("/slow/1000"));
    }
    for (int i = 0; i < 100 && server_stats(site.server).queued_reads < 20; i++)
        poll(NULL, 0, 10);
    for (int i = 0; i < 20; i++)
        leave(fds[i]);
    site_release();
    assert_int_equal(site_read(&site, fd, false).status, 200);
    assert_int_equal(site_ask(&site, GET("/")).status, 200);
    stats = server_stats(site.server);
    assert_int_equal(stats.abandoned, 20);
    /* None of them was begun. */
    begun = atomic_load(&site.begun);
    assert_int_equal(begun, 2);
    close(fd);
    site_stop(&site);
}

/* Whoever ended its own direction alone, while nothing has to wait, is answered; on a machine that
 * is busy with other things not at the first try. */
static void test_half_a_connection_is_answered(void **state)
{
    static struct site site;
    int status = 0;

    (void)state;
    site_prepare(&site);
    site_start(&site);
    for (int tries = 0; tries < 20 && status != 200; tries++) {
        int fd = site_connect(&site);

        site_send(fd, GET("/slow/100"));
        shutdown(fd, SHUT_WR);
        status = site_read(&site, fd, false).status;
        close(fd);
    }
    assert_int_equal(status, 200);
    site_stop(&site);
}

/* What was sent to be done is done, also for somebody who left. */
static void test_a_post_is_done_for_who_left(void **state)
{
    static struct site site;
    int fds[3];

    (void)state;
    site_prepare(&site);
    site.options.writers = 1;
    site_start(&site);
    for (int i = 0; i < 3; i++) {
        fds[i] = site_connect(&site);
        site_send(fds[i], S("POST /slow/400 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"));
    }
    poll(NULL, 0, 50);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    for (int i = 0; i < 200 && atomic_load(&site.ended) < 3; i++)
        poll(NULL, 0, 20);
    assert_int_equal(atomic_load(&site.ended), 3);
    assert_int_equal(server_stats(site.server).abandoned, 0);
    site_stop(&site);
}

static void *wait_for_signal(void *cls)
{
    server_wait(cls);
    return NULL;
}

static void test_sigterm_finishes_what_is_under_way(void **state)
{
    static struct site site;
    pthread_t waiter;
    int slow, idle, late;
    struct answer answer;
    sigset_t signals;

    (void)state;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    site_prepare(&site);
    site_start(&site);
    pthread_create(&waiter, NULL, wait_for_signal, site.server);
    slow = site_connect(&site);
    idle = site_connect(&site);
    site_send(idle, GET("/"));
    assert_int_equal(site_read(&site, idle, false).status, 200);
    site_send(slow, GET("/slow/500"));
    assert_true(site_reached(&site.begun, 2));
    kill(getpid(), SIGTERM);
    pthread_join(waiter, NULL);
    assert_true(server_drain(site.server));
    answer = site_read(&site, slow, false);
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, "slow");
    assert_true(answer.is_closed);
    assert_true(site_is_closed(idle));
    late = site_try_connect(&site);
    assert_true(late < 0);
    close(slow);
    close(idle);
    site_stop(&site);
}

static void test_drain_has_a_deadline(void **state)
{
    static struct site site;
    int fd;

    (void)state;
    site_prepare(&site);
    site.options.drain_deadline_ms = 200;
    site_start(&site);
    fd = hold_the_reader(&site);
    assert_false(server_drain(site.server));
    site_release();
    assert_int_equal(site_read(&site, fd, false).status, 200);
    close(fd);
    assert_true(site_reached(&site.ended, 1));
    site_stop(&site);
}

static void test_asked_to_stop(void **state)
{
    static struct site site;

    (void)state;
    site_prepare(&site);
    site_start(&site);
    server_ask_stop(site.server);
    server_wait(site.server);
    site_stop(&site);
}

static void test_https(void **state)
{
    static struct site site;
    struct answer answer;
    struct str cookie;

    (void)state;
    site_prepare(&site);
    site.options.base_url = "https://city.example";
    site.options.has_pseudo_language = true;
    site_start(&site);
    answer = site_ask(&site, GET("/form"));
    assert_str(answer_header(&site, &answer, "strict-transport-security"), "max-age=31536000");
    cookie = answer_header(&site, &answer, "set-cookie");
    assert_true(str_starts_with(cookie, S("__Host-form=")));
    assert_true(str_find(cookie, S("; Path=/; HttpOnly; SameSite=Lax; Secure")) > 0);
    assert_str(site_ask(&site, GET("/qps/")).body, "<h1>home qps</h1>");
    site_stop(&site);
}

static void test_starts_that_fail(void **state)
{
    static struct site site;
    static const struct route no_permission[] = {{HTTP_GET, "/", NULL, 0, .summary = "Nobody"},
                                                 {.pattern = NULL}};
    static const struct route *const bad_tables[] = {no_permission, NULL};
    const char *const bad_listens[] = {
        "", "127.0.0.1", "localhost:80", "127.0.0.1:70000", "127.0.0.1:x", "[::1:0", "1.2.3:0"};
    struct server_options options;
    struct server *server = NULL;
    char taken[32];

    (void)state;
    site_prepare(&site);
    site_start(&site);
    for (size_t i = 0; i < COUNT(bad_listens); i++) {
        options = site.options;
        options.listen = bad_listens[i];
        assert_int_equal(server_start(&site.ctx, &options, &server), RC_INVALID);
        ctx_clear_error(&site.ctx);
    }
    options = site.options;
    options.routes = bad_tables;
    assert_int_equal(server_start(&site.ctx, &options, &server), RC_INVALID);
    ctx_clear_error(&site.ctx);
    snprintf(taken, sizeof taken, "127.0.0.1:%d", server_port(site.server));
    options = site.options;
    options.listen = taken;
    assert_int_equal(server_start(&site.ctx, &options, &server), RC_INVALID);
    assert_null(server);
    ctx_clear_error(&site.ctx);
    site_stop(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overload_is_answered_at_once),
        cmocka_unit_test(test_readers_do_not_hold_up_writers),
        cmocka_unit_test(test_health_waits_for_nobody),
        cmocka_unit_test(test_nobody_waits_for_it_any_more),
        cmocka_unit_test(test_half_a_connection_is_answered),
        cmocka_unit_test(test_a_post_is_done_for_who_left),
        cmocka_unit_test(test_sigterm_finishes_what_is_under_way),
        cmocka_unit_test(test_drain_has_a_deadline),
        cmocka_unit_test(test_asked_to_stop),
        cmocka_unit_test(test_https),
        cmocka_unit_test(test_starts_that_fail),
    };

    return cmocka_run_group_tests_name("web/life", tests, NULL, NULL);
}
