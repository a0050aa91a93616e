/* The sender by itself, as a program that serves has it: what happened is told without anybody
 * asking, what was refused is kept, and a server that says nothing keeps no stop waiting. */
#include "app/sender.h"

#include <unistd.h>

#include "engine/message/test_peer.h"
#include "engine/message/webhook.h"
#include "engine/record/people_record.h"
#include "engine/test_town.h"
#include "people/api_key.h"
#include "people/people.h"

#define WAIT_MS 20000

static struct home home;
static struct live_city *live;
static struct sender *running; /* a test that fails leaves it so */

static int open_town(void **state)
{
    struct test_town *town;

    people_use(
        &(struct people_setup){.key = "a key for the tests of sender", .record = people_record});
    if (test_town_open(state))
        return -1;
    town = *state;
    town->city->is_demonstration = true; /* so it may tell a server of this machine */
    town->ctx.now = clock_now();
    home = (struct home){.folder = town->folder, .db = town->db, .city = town->city};
    test_ok(&town->ctx, live_city_new(&town->ctx, &home, &live));
    return 0;
}

static void stop(void)
{
    sender_stop(running);
    running = NULL;
}

static int close_town(void **state)
{
    struct test_town *town = *state;

    stop();
    live_city_free(live);
    town->city = NULL;
    return test_town_close(state);
}

/* A server that wants to hear of every case that is opened, and a sender that tells it. */
static void tell(struct test_town *town, const struct peer *peer)
{
    struct ctx *ctx = &town->ctx;
    struct api_scope scope;
    struct str key, secret, kind = S("case.opened");
    int64_t id;

    assert_true(api_scope_parse(S("read@city"), &scope));
    test_ok(ctx,
            api_key_add(ctx,
                        &(struct api_key_new){
                            .name = S("A program"), .scopes = &scope, .scope_n = 1, .days = 30},
                        &key, NULL));
    test_ok(ctx, webhook_add(ctx,
                             &(struct webhook_new){
                                 .url = str_fmt(ctx->arena, "http://localhost:%d/hook", peer->port),
                                 .key_prefix = str_slice(key, 9, 17),
                                 .kinds = &kind,
                                 .kind_n = 1,
                             },
                             &secret, &id));
    test_town_file(town);
    test_ok(ctx, sender_start(ctx, &home, live, S("https://city.example"), &running));
}

static void await(struct test_town *town, const char *sql)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;

    while (test_town_count(town, sql) != 1) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(20000);
    }
}

static void await_told(int64_t sent, int64_t failures)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;

    while (sender_state(running).sent < sent || sender_state(running).failures < failures) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(20000);
    }
    assert_int_equal(sender_state(running).sent, sent);
    assert_int_equal(sender_state(running).failures, failures);
}

static void what_happened_is_told(void **state)
{
    struct test_town *town = *state;
    struct peer peer;

    peer_start(&peer, "HTTP/1.1 204 No Content\r\n\r\n");
    tell(town, &peer);
    await(town, "SELECT count(*) FROM webhook_delivery WHERE state = 'sent'");
    await_told(1, 0);
    stop();
    peer_stop(&peer);
    assert_non_null(strstr(peer.asked, "POST /hook HTTP/1.1\r\n"));
    assert_non_null(strstr(peer.asked, "case.opened"));
    assert_non_null(strstr(peer.asked, "https://city.example/"));
}

static void what_was_refused_is_told_again_later(void **state)
{
    struct test_town *town = *state;
    struct peer peer;

    peer_start(&peer, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
    tell(town, &peer);
    await(town, "SELECT count(*) FROM webhook_delivery WHERE state = 'queued' AND attempts = 1 AND "
                "status = 500 AND trouble <> ''");
    await_told(0, 1);
    stop();
    peer_stop(&peer);
}

/* It has been asked and says nothing: a stop lets it go, and it is asked anew another time. */
static void a_silent_server_keeps_no_stop_waiting(void **state)
{
    struct test_town *town = *state;
    struct peer peer;

    peer_start(&peer, NULL);
    tell(town, &peer);
    await(town, "SELECT count(*) FROM webhook_delivery WHERE state = 'sending'");
    stop();
    peer_stop(&peer);
    test_town_says(town, "SELECT state || ': ' || trouble FROM webhook_delivery",
                   "queued: the program stopped meanwhile");
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(what_happened_is_told),
        TOWN(what_was_refused_is_told_again_later),
        TOWN(a_silent_server_keeps_no_stop_waiting),
    };

    return cmocka_run_group_tests_name("app/sender", tests, NULL, NULL);
}
