/* What monitors and auditors ask: whether the city is served, the numbers and who may read them,
 * and proofs that the record only grew. */
#include "api/metrics.h"
#include "api/status.h"
#include "api/test_program.h"
#include "engine/record/merkle.h"

static struct status_load load;

static void give_load(void *app, struct status_load *ret)
{
    (void)app;
    *ret = load;
}

static const struct status_sources sources = {
    .version = "9.8.7", .started = {INT64_C(1783027800) * US_PER_S}, .load = give_load};

static bool says(const struct program *program, const char *line)
{
    return asked_has(&program->asker, str_z(program->world->ctx.arena,
                                            str_fmt(program->world->ctx.arena, "\n%s\n", line)));
}

/* ---- Health */

static void the_city_is_well_until_it_is_not(void **state)
{
    struct program anybody;

    program_init(&anybody, *state, NULL);
    status_use(&sources);
    load = (struct status_load){.queued_reads = 1000, .worker_failures = 7};
    assert_int_equal(api_get(&anybody, "/healthz"), 200);
    assert_str(anybody.asker.last.body, "ok\n");
    load.is_store_away = true;
    assert_int_equal(api_get(&anybody, "/healthz"), 503);
    assert_str(anybody.asker.last.body, "unavailable\n"); /* and not why */
    load = (struct status_load){.has_worker = true, .is_worker_stuck = true};
    assert_int_equal(api_get(&anybody, "/healthz"), 503);
    status_use(NULL);
    assert_int_equal(api_get(&anybody, "/healthz"), 200);
}

/* ---- Numbers */

static int asks_from(struct program *program, const char *address, const char *header)
{
    int status;

    program->asker.remote = str_of(address);
    if (header)
        asker_header(&program->asker, header, S("192.0.2.9"));
    status = api_get(program, "/metrics");
    if (header)
        asker_header(&program->asker, header, STR_NONE);
    return status;
}

/* What a proxy passes on comes from this machine too, and may be anybody's. */
static void numbers_are_for_this_machine(void **state)
{
    struct program anybody;

    program_init(&anybody, *state, NULL);
    assert_int_equal(asks_from(&anybody, "127.0.0.1", NULL), 200);
    assert_int_equal(asks_from(&anybody, "::1", NULL), 200);
    assert_int_equal(asks_from(&anybody, "192.0.2.1", NULL), 403);
    assert_int_equal(asks_from(&anybody, "10.0.0.1", NULL), 403);
    assert_int_equal(asks_from(&anybody, "127.0.0.1", "x-forwarded-for"), 403);
    assert_int_equal(asks_from(&anybody, "127.0.0.1", "forwarded"), 403);
    assert_int_equal(asks_from(&anybody, "::1", "via"), 403);
}

static void numbers_are_for_keys_that_read_everything(void **state)
{
    static const char *const others[] = {"",
                                         "file@city",
                                         "work@team:streets-east",
                                         "read@team:streets-east",
                                         "read@department:public-works",
                                         "read@service:pothole"};
    struct program program;

    program_init(&program, *state, "read@city");
    assert_int_equal(asks_from(&program, "192.0.2.1", NULL), 200);
    program_init(&program, *state, "work@city"); /* which reads as well */
    assert_int_equal(asks_from(&program, "192.0.2.1", NULL), 200);
    for (size_t i = 0; i < COUNT(others); i++) {
        program_init(&program, *state, others[i]);
        assert_int_equal(asks_from(&program, "192.0.2.1", NULL), 403);
    }
}

static void each_number_says_what_is_there(void **state)
{
    static const char *const lines[] = {
        "cityhall_requests_queued{pool=\"read\"} 3",
        "cityhall_requests_queued{pool=\"write\"} 4",
        "cityhall_refused_total{reason=\"overload\"} 5",
        "cityhall_refused_total{reason=\"late\"} 6",
        "cityhall_worker_up 1",
        "cityhall_worker_idle_seconds 1.5",
        "cityhall_worker_failures_total{kind=\"webhook\"} 8",
        "cityhall_jobs{state=\"due\"} 1",
        "cityhall_jobs{state=\"later\"} 2",
        "cityhall_jobs{state=\"failed\"} 2",
        "cityhall_outbox{route=\"mail\",state=\"queued\"} 0",
        "cityhall_outbox{route=\"mail\",state=\"uncertain\"} 1",
        "cityhall_outbox{route=\"webhook\",state=\"failed\"} 0",
        "cityhall_record_signed_size 0",
        "process_start_time_seconds 1783027800",
        "cityhall_info{version=\"9.8.7\"} 1",
    };
    struct world *world = *state;
    struct program here;
    long long now = (long long)world->ctx.now.us_utc;

    program_init(&here, world, NULL);
    test_file(world, &(struct test_filing){.email = "ana@example.org"});
    test_exec(world, "UPDATE message SET state = 'uncertain'; DELETE FROM job");
    /* Due now and later, one that was tried in vain once, and two whose tries are over. */
    test_exec(world, str_z(world->ctx.arena,
                           str_fmt(world->ctx.arena,
                                   "INSERT INTO job (kind, argument, due, attempts, done, trouble) "
                                   "VALUES ('a', '', %lld, 0, NULL, ''), ('b', '', %lld, 0, NULL, "
                                   "''), ('c', '', %lld, 1, NULL, 'x'), ('d', '', %lld, 8, NULL, "
                                   "'x'), ('e', '', %lld, 8, NULL, 'x'), ('f', '', 0, 1, 5, '')",
                                   now, now + 1, now + 1, now, now + 1)));
    test_look_again(world);
    load = (struct status_load){.queued_reads = 3,
                                .queued_writes = 4,
                                .overloads = 5,
                                .late_connections = 6,
                                .has_worker = true,
                                .worker_idle_ms = 1500,
                                .webhooks_failed = 8};
    status_use(&sources);
    assert_int_equal(asks_from(&here, "127.0.0.1", NULL), 200);
    status_use(NULL);
    for (size_t i = 0; i < COUNT(lines); i++)
        if (!says(&here, lines[i]))
            fail_msg("%s is not in:\n%.*s", lines[i], STR_ARG(here.asker.last.body));
}

/* A bucket holds what took as long as it says or less, and all that came before it. */
static void requests_are_counted_by_route_and_time(void **state)
{
    static const struct route routes[] = {
        {HTTP_GET, "/cases/{number}", NULL, 1, .summary = "A case"},
        {HTTP_GET, "/never", NULL, 1, .summary = "Never asked for"},
        {.pattern = NULL}};
    static const struct route *const tables[] = {routes, NULL};
    static const struct server_event events[] = {
        {.route = routes, .status = 200, .duration_us = 1000},
        {.route = routes, .status = 200, .duration_us = 1001},
        {.route = routes, .status = 418, .duration_us = 10000001},
        {.route = NULL, .status = 404, .duration_us = 5},
    };
#define CASE_LABELS "route=\"/cases/{number}\",method=\"GET\""
    static const char *const lines[] = {
        "cityhall_requests_total{" CASE_LABELS ",status=\"200\"} 2",
        "cityhall_requests_total{" CASE_LABELS ",status=\"other\"} 1",
        "cityhall_requests_total{route=\"\",method=\"\",status=\"404\"} 1",
        "cityhall_request_seconds_bucket{" CASE_LABELS ",le=\"0.001\"} 1",
        "cityhall_request_seconds_bucket{" CASE_LABELS ",le=\"0.0025\"} 2",
        "cityhall_request_seconds_bucket{" CASE_LABELS ",le=\"10\"} 2",
        "cityhall_request_seconds_bucket{" CASE_LABELS ",le=\"+Inf\"} 3",
        "cityhall_request_seconds_sum{" CASE_LABELS "} 10.002002",
        "cityhall_request_seconds_count{" CASE_LABELS "} 3",
    };
    struct world *world = *state;
    struct program here;

    test_ok(&world->ctx, metrics_begin(&world->ctx, tables));
    for (size_t i = 0; i < COUNT(events); i++)
        metrics_note(&events[i]);
    program_init(&here, world, NULL);
    assert_int_equal(asks_from(&here, "127.0.0.1", NULL), 200);
    for (size_t i = 0; i < COUNT(lines); i++)
        if (!says(&here, lines[i]))
            fail_msg("%s is not in:\n%.*s", lines[i], STR_ARG(here.asker.last.body));
    assert_false(asked_has(&here.asker, "/never"));
}

/* ---- The record's proofs, checked as an auditor does: by what was sent alone */

static struct merkle_proof proof_of(struct program *program, const char *member)
{
    struct arena *arena = program->world->ctx.arena;
    struct merkle_proof proof = {.n = (int)told_n(program, member)};

    for (int i = 0; i < proof.n; i++) {
        struct str bytes, text = told(program, str_z(arena, str_fmt(arena, "%s[%d]", member, i)));

        assert_true(crypto_hex_decode(arena, text, &bytes) && bytes.n == CRYPTO_SHA256_BYTES);
        memcpy(proof.hashes[i].bytes, bytes.p, bytes.n);
    }
    return proof;
}

static struct record_head sign(struct world *world)
{
    struct record_head head;
    bool is_there;

    test_ok(&world->ctx, db_settle(&world->ctx));
    test_ok(&world->ctx, record_sign_head(&world->ctx, &world->keys, NULL));
    test_look_again(world);
    test_ok(&world->ctx, record_latest_head(&world->ctx, &is_there, &head));
    assert_true(is_there);
    return head;
}

static void the_record_is_shown_to_have_only_grown(void **state)
{
    struct world *world = *state;
    struct record_head old, head;
    struct merkle_proof proof;
    struct program auditor;

    program_init(&auditor, world, NULL);
    for (int i = 0; i < 3; i++)
        test_file(world, &(struct test_filing){.email = "ana@example.org"});
    old = sign(world);
    for (int i = 0; i < 4; i++)
        test_file(world, &(struct test_filing){0});
    head = sign(world);
    assert_true(head.size > old.size);
    assert_int_equal(api_get(&auditor, "/record/consistency?from=%lld", (long long)old.size), 200);
    assert_int_equal(told_i64(&auditor, "to"), head.size);
    proof = proof_of(&auditor, "proof");
    assert_true(merkle_is_consistent(old.size, &old.root, head.size, &head.root, &proof));
    old.root.bytes[0] ^= 1; /* another history has no such proof */
    assert_false(merkle_is_consistent(old.size, &old.root, head.size, &head.root, &proof));
    api_get(&auditor, "/record/consistency?from=%lld&to=%lld", (long long)old.size,
            (long long)old.size);
    assert_int_equal(told_n(&auditor, "proof"), 0);
}

static void nothing_is_proved_beyond_the_head(void **state)
{
    struct world *world = *state;
    struct record_head head;
    struct program auditor;
    long long last;

    program_init(&auditor, world, NULL);
    test_file(world, &(struct test_filing){0});
    head = sign(world);
    api_get(&auditor, "/record/consistency?from=1&to=%lld", (long long)head.size + 1);
    assert_problem(&auditor, ERR_TOO_BIG, "to TOO_BIG");
    api_get(&auditor, "/record/consistency?from=2&to=1");
    assert_problem(&auditor, ERR_TOO_BIG, "from TOO_BIG");
    api_get(&auditor, "/record/consistency?from=0");
    assert_problem(&auditor, ERR_TOO_SMALL, "from TOO_SMALL");
    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx, db_settle(&world->ctx));
    test_look_again(world);
    last = test_i64(world, "SELECT max(id) FROM event", 0);
    assert_int_equal(api_get(&auditor, "/record/inclusion?event=%lld", last), 404);
    assert_int_equal(api_get(&auditor, "/record/inclusion?event=%lld", last + 1), 404);
    assert_int_equal(api_get(&auditor, "/record/inclusion?event=1"), 200);
    assert_int_equal(told_i64(&auditor, "size"), head.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_city_is_well_until_it_is_not),
        TEST(numbers_are_for_this_machine),
        TEST(numbers_are_for_keys_that_read_everything),
        TEST(each_number_says_what_is_there),
        TEST(requests_are_counted_by_route_and_time),
        TEST(the_record_is_shown_to_have_only_grown),
        TEST(nothing_is_proved_beyond_the_head),
    };

    return RUN_TESTS("api/numbers", tests);
}
