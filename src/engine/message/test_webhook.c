#include "engine/message/webhook.h"

#include "base/crypto.h"
#include "base/json.h"
#include "engine/message/test_peer.h"
#include "engine/record/people_record.h"
#include "engine/test_town.h"
#include "people/api_key.h"
#include "people/people.h"

static const char taken[] = "HTTP/1.1 204 No Content\r\n\r\n";
static const char broken[] = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n";
static const char gone[] = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
static const struct webhook_sender sender = {.base_url = STR("https://city.example")};

static int open_town(void **state)
{
    people_use(
        &(struct people_setup){.key = "a key for the tests of webhook", .record = people_record});
    if (test_town_open(state))
        return -1;
    ((struct test_town *)*state)->city->is_demonstration = true;
    return 0;
}

static struct str add_key(struct test_town *town, const char *scope)
{
    struct api_scope of = {.right = API_RIGHT_READ};
    struct str text;

    assert_true(!scope || api_scope_parse(str_of(scope), &of));
    test_ok(&town->ctx, api_key_add(&town->ctx,
                                    &(struct api_key_new){.name = S("A program"),
                                                          .scopes = &of,
                                                          .scope_n = scope != NULL,
                                                          .days = 30},
                                    &text, NULL));
    return str_slice(text, 9, 17);
}

static struct str add_hook(struct test_town *town, struct str key, int port, const char *kind)
{
    struct str kinds = str_of(kind), secret;
    int64_t id;

    test_ok(&town->ctx,
            webhook_add(&town->ctx,
                        &(struct webhook_new){
                            .url = str_fmt(town->ctx.arena, "http://localhost:%d/hook", port),
                            .key_prefix = key,
                            .kinds = &kinds,
                            .kind_n = kind != NULL,
                        },
                        &secret, &id));
    return secret;
}

static struct webhook_result send_one(struct test_town *town)
{
    struct webhook_result result = {0};

    test_ok(&town->ctx, webhook_send_next(&town->ctx, &sender, &result));
    return result;
}

static int send_all(struct test_town *town)
{
    int n = 0;

    while (send_one(town).was_there)
        assert_true(++n < 100);
    return n;
}

static void wait(struct test_town *town, int64_t us)
{
    town->ctx.now = instant_plus_us(town->ctx.now, us);
}

/* The value of a header that was sent. */
static struct str header_of(const struct peer *peer, struct test_town *town, const char *name)
{
    struct str text = {peer->asked, peer->asked_n}, mark;
    ptrdiff_t at;

    mark = str_fmt(town->ctx.arena, "\r\n%s: ", name);
    at = str_find(text, mark);
    assert_true(at >= 0);
    text = str_slice(text, (size_t)at + mark.n, text.n);
    return str_slice(text, 0, (size_t)str_find_byte(text, '\r'));
}

static struct str body_of(const struct peer *peer)
{
    struct str text = {peer->asked, peer->asked_n};

    return str_slice(text, (size_t)str_find(text, S("\r\n\r\n")) + 4, text.n);
}

/* The example that the specification of Standard Webhooks gives. */
static void the_signature_is_the_standards(void **state)
{
    struct test_town *town = *state;
    struct str signature = webhook_signature(
        town->ctx.arena, S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        S("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, S("{\"test\": 2432232314}"));

    if (!str_eq(signature, S("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")))
        fail_msg("%.*s", STR_ARG(signature));
    assert_int_equal(webhook_signature(town->ctx.arena, S("MfKQ"), S("a"), 1, S("")).n, 0);
}

static void an_event_is_told_with_its_signature(void **state)
{
    struct test_town *town = *state;
    struct str key = add_key(town, "read"), secret, signature;
    struct webhook_result result;
    struct filed filed;
    struct peer peer;
    int64_t at_s;

    peer_start(&peer, taken);
    secret = add_hook(town, key, peer.port, "case.opened");
    filed = test_town_file(town);
    test_town_step(town, filed.case_id, "start");
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM webhook_delivery"), 1);
    result = send_one(town);
    peer_stop(&peer);
    assert_int_equal(result.status, 204);
    assert_int_equal(result.trouble.n, 0);
    assert_true(str_eq(header_of(&peer, town, "webhook-id"), S("msg_1")));
    assert_true(str_to_i64(header_of(&peer, town, "webhook-timestamp"), &at_s));
    assert_int_equal(at_s, town->ctx.now.us_utc / US_PER_S);
    signature = webhook_signature(town->ctx.arena, secret, S("msg_1"), at_s, body_of(&peer));
    assert_true(str_eq(header_of(&peer, town, "webhook-signature"), signature));
    assert_true(str_find(body_of(&peer), filed.number) > 0);
    assert_true(str_find(body_of(&peer), S("\"type\":\"case.opened\"")) > 0);
    assert_true(str_find(body_of(&peer), S("Minh")) < 0);
    assert_true(str_find(body_of(&peer), S("no seat")) < 0);
    assert_int_equal(send_all(town), 0);
}

static void a_failed_one_is_tried_again_later(void **state)
{
    struct test_town *town = *state;
    struct peer peer;
    struct str id;

    peer_start(&peer, broken);
    add_hook(town, add_key(town, "read"), peer.port, "case.opened");
    test_town_file(town);
    test_town_file(town);
    assert_int_equal(send_one(town).status, 500);
    id = str_copy(town->ctx.arena, header_of(&peer, town, "webhook-id"));
    assert_false(send_one(town).was_there); /* the other one waits with it */
    wait(town, 6 * US_PER_S);
    assert_int_equal(send_one(town).status, 500);
    assert_true(str_eq(header_of(&peer, town, "webhook-id"), id));
    assert_false(send_one(town).was_there);
    peer.says = taken;
    wait(town, 61 * US_PER_S);
    assert_int_equal(send_all(town), 2);
    peer_stop(&peer);
    assert_int_equal(peer.connections, 4);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM webhook_delivery WHERE state = 'sent'"), 2);
    assert_int_equal(test_town_count(town, "SELECT failures FROM webhook"), 0);
}

static void a_server_that_stays_away_is_told_no_more(void **state)
{
    struct test_town *town = *state;
    struct webhook_result result = {0};
    struct peer peer;

    peer_start(&peer, broken);
    peer_stop(&peer); /* the port is free: nobody answers there */
    add_hook(town, add_key(town, "read"), peer.port, "case.opened");
    for (int i = 0; i < 40 && !result.has_ended; i++) {
        if (i % 8 == 0)
            test_town_file(town);
        result = send_one(town);
        wait(town, 14 * US_PER_H);
    }
    assert_true(result.has_ended);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM webhook WHERE ended IS NULL"), 0);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM event WHERE kind = 'webhook.disabled'"), 1);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM webhook_delivery WHERE state = 'queued'"), 0);
    test_town_file(town);
    assert_false(send_one(town).was_there);
}

static void a_server_that_is_gone_ends_it_at_once(void **state)
{
    struct test_town *town = *state;
    struct peer peer;

    peer_start(&peer, gone);
    add_hook(town, add_key(town, "read"), peer.port, NULL);
    test_town_file(town);
    test_town_file(town);
    assert_true(send_one(town).has_ended);
    assert_false(send_one(town).was_there);
    peer_stop(&peer);
}

static void a_key_hears_what_it_may_see(void **state)
{
    static const struct {
        const char *scope, *change;
        int told;
    } rows[] = {
        {"read", "UPDATE cases SET confidentiality = 0", 3},
        {"read", "UPDATE cases SET confidentiality = 2", 3},
        {"read@service:broken-bench", "UPDATE cases SET is_hidden = TRUE", 3},
        {NULL, "UPDATE cases SET confidentiality = 0", 2}, /* not the message to the reporter */
        {NULL, "UPDATE cases SET confidentiality = 1", 0},
        {NULL, "UPDATE cases SET is_hidden = TRUE", 0},
        {"read@team:streets-east", "UPDATE cases SET confidentiality = 1", 0},
        {"file", "UPDATE cases SET confidentiality = 2", 0},
    };
    struct test_town *town = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct filed filed;
        struct peer peer;

        peer_start(&peer, taken);
        add_hook(town, add_key(town, rows[i].scope), peer.port, NULL);
        filed = test_town_file(town);
        test_town_step(town, filed.case_id, "ask");
        test_town_set(town, rows[i].change);
        send_all(town);
        peer_stop(&peer);
        if (peer.connections != rows[i].told)
            fail_msg("row %zu: told %d times", i, peer.connections);
        test_town_set(town, "UPDATE webhook SET ended = 1");
    }
}

static void a_revoked_key_ends_its_webhooks(void **state)
{
    struct test_town *town = *state;
    struct str key = add_key(town, "read");
    struct webhook_line *lines;
    struct peer peer;
    size_t n;

    peer_start(&peer, taken);
    add_hook(town, key, peer.port, NULL);
    test_town_file(town);
    test_ok(&town->ctx, api_key_revoke(&town->ctx, key));
    assert_true(send_one(town).has_ended);
    peer_stop(&peer);
    assert_int_equal(peer.connections, 0);
    test_ok(&town->ctx, webhook_list(&town->ctx, &lines, &n));
    db_reader_release(&town->ctx);
    assert_int_equal(n, 1);
    assert_true(lines[0].has_ended);
    assert_true(str_eq(lines[0].ended_why, S("its key has ended")));
}

static void what_was_lost_is_sent_again(void **state)
{
    struct test_town *town = *state;
    struct peer peer;

    peer_start(&peer, taken);
    add_hook(town, add_key(town, "read"), peer.port, "case.opened");
    test_town_file(town);
    test_town_set(town, "UPDATE webhook_delivery SET state = 'sending', attempts = 1");
    assert_false(send_one(town).was_there);
    wait(town, 10 * US_PER_MIN);
    test_ok(&town->ctx, webhook_tidy(&town->ctx));
    assert_int_equal(send_all(town), 1);
    wait(town, WEBHOOK_KEPT_US + US_PER_S);
    test_ok(&town->ctx, webhook_tidy(&town->ctx));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM webhook_delivery"), 0);
    peer_stop(&peer);
}

static void subscriptions_are_checked_listed_and_removed(void **state)
{
    struct test_town *town = *state;
    struct ctx *ctx = &town->ctx;
    struct str key = add_key(town, "read"), secret, kind = S("Case Opened"), service = S("nosuch");
    struct webhook_new made = {.url = S("https://hooks.example/a"), .key_prefix = key};
    struct webhook_result result;
    int64_t id;

    test_ok(ctx, webhook_add(ctx, &made, &secret, &id));
    assert_true(str_starts_with(secret, S("whsec_")));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = "
                                           "'webhook.added'"),
                     1);
    made.url = S("ftp://hooks.example/a");
    assert_int_equal(webhook_add(ctx, &made, &secret, &id), RC_INVALID);
    assert_true(str_eq(ctx->err.field, S("url")));
    ctx_clear_error(ctx);
    town->city->is_demonstration = false;
    made.url = S("http://hooks.example/a");
    assert_int_equal(webhook_add(ctx, &made, &secret, &id), RC_INVALID);
    ctx_clear_error(ctx);
    made.url = S("https://hooks.example/a");
    made.key_prefix = S("NOSUCH22");
    assert_int_equal(webhook_add(ctx, &made, &secret, &id), RC_INVALID);
    assert_true(str_eq(ctx->err.field, S("key")));
    ctx_clear_error(ctx);
    made = (struct webhook_new){.url = made.url, .key_prefix = key, .kinds = &kind, .kind_n = 1};
    assert_int_equal(webhook_add(ctx, &made, &secret, &id), RC_INVALID);
    ctx_clear_error(ctx);
    made = (struct webhook_new){
        .url = made.url, .key_prefix = key, .services = &service, .service_n = 1};
    assert_int_equal(webhook_add(ctx, &made, &secret, &id), RC_INVALID);
    ctx_clear_error(ctx);
    test_ok(ctx, webhook_remove(ctx, 1));
    test_ok(ctx, webhook_remove(ctx, 1));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = "
                                           "'webhook.removed'"),
                     1);
    assert_int_equal(webhook_remove(ctx, 99), RC_NOT_FOUND);
    ctx_clear_error(ctx);
    assert_int_equal(webhook_test(ctx, 1, &sender, &result), RC_NOT_FOUND);
    ctx_clear_error(ctx);
}

static void a_test_stores_nothing(void **state)
{
    struct test_town *town = *state;
    struct webhook_result result;
    struct peer peer;

    peer_start(&peer, taken);
    add_hook(town, add_key(town, "read"), peer.port, NULL);
    test_ok(&town->ctx, webhook_test(&town->ctx, 1, &sender, &result));
    assert_int_equal(result.status, 204);
    assert_true(str_find(body_of(&peer), S("webhook.test")) > 0);
    peer_stop(&peer);
    test_ok(&town->ctx, webhook_test(&town->ctx, 1, &sender, &result));
    assert_true(result.trouble.n > 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM webhook_delivery"), 0);
}

/* Only this machine is let in, and only in a demonstration. */
static void the_fence_holds(void **state)
{
    struct test_town *town = *state;
    struct peer peer;

    peer_start(&peer, taken);
    add_hook(town, add_key(town, "read"), peer.port, NULL);
    test_town_file(town);
    town->city->is_demonstration = false;
    assert_true(send_one(town).has_ended);
    peer_stop(&peer);
    assert_int_equal(peer.connections, 0);
}

#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN_TEST(the_signature_is_the_standards),
        TOWN_TEST(an_event_is_told_with_its_signature),
        TOWN_TEST(a_failed_one_is_tried_again_later),
        TOWN_TEST(a_server_that_stays_away_is_told_no_more),
        TOWN_TEST(a_server_that_is_gone_ends_it_at_once),
        TOWN_TEST(a_key_hears_what_it_may_see),
        TOWN_TEST(a_revoked_key_ends_its_webhooks),
        TOWN_TEST(what_was_lost_is_sent_again),
        TOWN_TEST(subscriptions_are_checked_listed_and_removed),
        TOWN_TEST(a_test_stores_nothing),
        TOWN_TEST(the_fence_holds),
    };

    return cmocka_run_group_tests_name("engine/webhook", tests, NULL, NULL);
}
