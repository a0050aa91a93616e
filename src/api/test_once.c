/* Idempotency keys and problems: what comes of a request that comes again, in each state the first
 * may have been left in, and how failures are told. */
#include "api/once.h"

#include "api/test_program.h"
#include "base/crypto.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/private_link.h"
#include "engine/work/job.h"

#define CASES  "/api/v1/cases"
#define REPORT "{\"service\":\"pothole\",\"place\":{\"text\":\"795 Massachusetts Ave\"}}"

static int64_t count(struct world *world, const char *what)
{
    return test_i64(
        world, str_z(world->ctx.arena, str_fmt(world->ctx.arena, "SELECT count(*) FROM %s", what)),
        0);
}

static int file(struct program *program, const char *once, const char *body)
{
    return api_send(program, HTTP_POST, once, body, CASES);
}

static void the_first_answer_is_given_again(void **state)
{
    struct world *world = *state;
    struct program p, other;
    struct str first, location;

    program_init(&p, world, "file@city");
    program_init(&other, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    first = p.asker.last.body;
    location = asked_header(&p.asker, "Location");
    assert_true(str_starts_with(told(&p, "private_link"), S("https://city.example/follow/")));
    assert_false(asked_header(&p.asker, "Idempotency-Replayed").p);
    for (int i = 0; i < 2; i++) {
        world->ctx.now = instant_plus_us(world->ctx.now, US_PER_H);
        assert_int_equal(file(&p, "one", REPORT), 201);
        assert_true(str_eq(p.asker.last.body, first) &&
                    str_eq(asked_header(&p.asker, "Location"), location));
        assert_str(asked_header(&p.asker, "Idempotency-Replayed"), "true");
    }
    assert_int_equal(file(&p, "one", "{\"service\":\"pothole\"}"), 422);
    assert_problem(&p, ERR_IDEMPOTENCY, NULL);
    assert_int_equal(file(&other, "one", REPORT), 201);
    assert_int_equal(count(world, "cases"), 2);
}

static void a_key_is_needed_and_is_a_line(void **state)
{
    struct world *world = *state;
    struct program p;
    char longest[202];

    program_init(&p, world, "file@city");
    memset(longest, 'k', sizeof longest);
    longest[201] = 0;
    file(&p, NULL, REPORT);
    assert_problem(&p, ERR_REQUIRED, "Idempotency-Key REQUIRED");
    file(&p, longest, REPORT);
    assert_problem(&p, ERR_TOO_LONG, "Idempotency-Key TOO_LONG");
    file(&p, "caf\xe9", REPORT);
    assert_problem(&p, ERR_NOT_UTF8, "Idempotency-Key NOT_UTF8");
    file(&p, "del\x7f", REPORT);
    assert_problem(&p, ERR_NOT_UTF8, "Idempotency-Key NOT_UTF8");
    longest[200] = 0;
    assert_int_equal(file(&p, longest, REPORT), 201);
    assert_int_equal(file(&p, longest, REPORT), 201); /* the same again */
    assert_int_equal(count(world, "cases"), 1);
    longest[199] = 0;
    assert_int_equal(file(&p, longest, REPORT), 201);
    assert_int_equal(file(&p, "two words", REPORT), 201);
    assert_int_equal(file(&p, "caf\xc3\xa9", REPORT), 201);
    assert_int_equal(count(world, "cases"), 4);
    assert_int_equal(count(world, "api_call"), 4);
}

/* Work that failed left nothing: the same key takes the request that was mended. */
static void what_failed_may_be_asked_anew(void **state)
{
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "one", "{\"service\":\"nothing\"}"), 422);
    assert_int_equal(file(&p, "one", "{\"service\""), 400);
    assert_int_equal(count(world, "api_call"), 0);
    assert_int_equal(file(&p, "one", REPORT), 201);
}

static void what_is_under_way_is_not_begun_again(void **state)
{
    struct world *world = *state;
    struct program p;
    struct str number, link;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    number = told(&p, "number");
    link = told(&p, "private_link");
    test_exec(world, "UPDATE api_call SET status = 0, answer = NULL");
    assert_int_equal(file(&p, "one", REPORT), 409);
    assert_problem(&p, ERR_UNDER_WAY, NULL);
    assert_str(asked_header(&p.asker, "Retry-After"), "1");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_WORKING_US - 1);
    assert_int_equal(file(&p, "one", REPORT), 409);
    world->ctx.now = instant_plus_us(world->ctx.now, 1); /* by now it was lost */
    assert_int_equal(file(&p, "one", REPORT), 201);
    assert_true(str_eq(told(&p, "number"), number) && str_eq(told(&p, "private_link"), link));
    assert_int_equal(count(world, "cases"), 1);
    assert_int_equal(count(world, "link_token WHERE purpose = 'case'"), 1);
    assert_str(told(&p, "place"), "795 Massachusetts Ave");
}

/* A step is no filing: it has no key of its own, so what was done is not done again. */
static void what_was_done_is_not_done_again(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){0});
    const char *note = "{\"text\":\"Seen\"}";
    struct program p;

    program_init(&p, world, "work@city");
    assert_int_equal(api_send(&p, HTTP_POST, "n", note, CASES "/%.*s/notes", STR_ARG(filed.number)),
                     201);
    test_exec(world, "UPDATE api_call SET status = 1, answer = NULL");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_WORKING_US);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            api_send(&p, HTTP_POST, "n", note, CASES "/%.*s/notes", STR_ARG(filed.number)), 201);
        assert_str(asked_header(&p.asker, "Idempotency-Replayed"), "true");
        assert_true(str_eq(told(&p, "number"), filed.number));
        assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 1);
        /* That it was answered is kept, what was answered is not. */
        assert_int_equal(count(world, "api_call WHERE status = 201 AND answer IS NULL"), 1);
    }
}

/* What was done and could not be answered is not forgotten before its time. */
static void what_was_done_is_noted_for_two_days(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){0});
    const char *note = "{\"text\":\"Seen\"}";
    struct program p, other;

    program_init(&p, world, "work@city");
    program_init(&other, world, "file@city");
    assert_int_equal(api_send(&p, HTTP_POST, "n", note, CASES "/%.*s/notes", STR_ARG(filed.number)),
                     201);
    test_exec(world, "UPDATE api_call SET status = 1; UPDATE cases SET state = 'nowhere'");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_WORKING_US);
    assert_int_equal(api_send(&p, HTTP_POST, "n", note, CASES "/%.*s/notes", STR_ARG(filed.number)),
                     500);
    assert_int_equal(file(&other, "two", REPORT), 201);
    assert_int_equal(count(world, "api_call WHERE status = 1"), 1);
}

/* Whoever reported anonymously has nothing but the link: it is the first answer's, and opens the
 * case. Past the two days it is nobody's any more. */
static void the_link_of_a_lost_answer_is_given_again(void **state)
{
    struct world *world = *state;
    struct private_link link;
    struct program p, other;
    struct str first, token;
    bool is_found;

    program_init(&p, world, "file@city");
    program_init(&other, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    first = told(&p, "private_link");
    token = str_slice(first, sizeof "https://city.example/follow/" - 1, first.n);
    test_ok(&world->ctx, private_link_find(&world->ctx, token, &is_found, &link));
    assert_true(is_found && str_eq(link.number, told(&p, "number")) && !link.is_mailed);
    assert_int_equal(file(&other, "one", REPORT), 201);
    assert_false(str_eq(told(&other, "private_link"), first));
    test_exec(world, "UPDATE api_call SET status = 1, answer = NULL");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US - 1);
    assert_int_equal(file(&p, "one", REPORT), 201);
    assert_true(str_eq(told(&p, "private_link"), first));
    test_exec(world, "DELETE FROM api_call");
    world->ctx.now = instant_plus_us(world->ctx.now, 1);
    assert_int_equal(file(&p, "one", REPORT), 201);
    assert_int_equal(told(&p, "private_link").n, 0);
    assert_int_equal(count(world, "cases"), 2);
}

/* An answer with a secret in it that cannot be opened any more is made anew, with the same one. */
static void a_kept_answer_that_is_lost_is_made_anew(void **state)
{
    static const char *const losses[] = {"NULL", "'\\x00'", "x'00'"};
    struct world *world = *state;
    struct program p;
    struct str number, link;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    number = told(&p, "number");
    link = told(&p, "private_link");
    for (size_t i = 0; i < COUNT(losses); i++) {
        if (i && (i == 1) != (db_engine(world->db) == SQL_POSTGRES))
            continue;
        test_exec(world,
                  str_z(world->ctx.arena,
                        str_fmt(world->ctx.arena, "UPDATE api_call SET answer = %s", losses[i])));
        assert_int_equal(file(&p, "one", REPORT), 201);
        assert_true(str_eq(told(&p, "number"), number) && str_eq(told(&p, "private_link"), link));
    }
    assert_int_equal(count(world, "cases"), 1);
}

/* ---- What a replay shows */

#define BULKY                                                                                    \
    "{\"service\":\"bulky-item\",\"place\":{\"text\":\"795 Massachusetts Ave\"},"                \
    "\"description\":\"MINE55\",\"fields\":{\"pieces\":2,\"cold\":false,\"note\":\"SECRET77\"}," \
    "\"contact\":{\"name\":\"Ana\",\"phone\":\"205-555-0111\"}}"

static int note(struct program *program, struct str number)
{
    return api_send(program, HTTP_POST, "note", "{\"text\":\"Seen\"}", CASES "/%.*s/notes",
                    STR_ARG(number));
}

/* As often as a request is sent again, what was destroyed between is not told any more. */
static void a_replay_shows_what_is_there_now(void **state)
{
    const struct redaction answer = {.what = REDACT_ANSWER, .field = S("note"), .reason = S("x")},
                           text = {.what = REDACT_DESCRIPTION, .reason = S("x")};
    struct world *world = *state;
    struct program p;
    struct str number;
    int64_t id;

    program_init(&p, world, "file@city work@city");
    assert_int_equal(file(&p, "one", BULKY), 201);
    number = told(&p, "number");
    assert_int_equal(note(&p, number), 201);
    assert_true(asked_has(&p.asker, "SECRET77") && asked_has(&p.asker, "MINE55"));
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    id = test_i64(world, "SELECT max(id) FROM cases", 0);
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, case_redact(&world->ctx, id, 0, &answer));
    test_ok(&world->ctx, case_redact(&world->ctx, id, 0, &text));
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_int_equal(note(&p, number), 201);
    assert_str(asked_header(&p.asker, "Idempotency-Replayed"), "true");
    assert_true(asked_has(&p.asker, "\"pieces\""));
    assert_false(asked_has(&p.asker, "SECRET77") || asked_has(&p.asker, "MINE55"));
    assert_int_equal(file(&p, "one", BULKY), 201);
    assert_false(asked_has(&p.asker, "SECRET77") || asked_has(&p.asker, "MINE55"));
    assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 1);
}

/* And to whom: by the scopes that the key has then. */
static void a_replay_shows_what_the_key_may_see_now(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.description = "By the gate"});
    struct program p;

    program_init(&p, world, "work@city");
    assert_int_equal(note(&p, filed.number), 201);
    assert_str(told(&p, "view"), "staff");
    test_exec(world, "UPDATE api_scope SET scope_kind = 'team', scope = 'streets-west'");
    assert_int_equal(note(&p, filed.number), 201);
    assert_str(told(&p, "view"), "public");
    assert_false(asked_has(&p.asker, "By the gate"));
    test_exec(world, "UPDATE cases SET is_hidden = TRUE");
    assert_int_equal(note(&p, filed.number), 404);
    assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 1);
}

/* ---- How long */

static void a_note_counts_for_two_days(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){0});
    struct program p;

    program_init(&p, world, "work@city");
    assert_int_equal(note(&p, filed.number), 201);
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US);
    assert_int_equal(note(&p, filed.number), 201);
    assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 1);
    world->ctx.now = instant_plus_us(world->ctx.now, 1); /* nobody has swept */
    assert_int_equal(note(&p, filed.number), 201);
    assert_false(asked_header(&p.asker, "Idempotency-Replayed").p);
    assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 2);
    assert_int_equal(count(world, "api_call"), 1);
}

/* What a forgotten key filed must not be taken for what another request asks under it. */
static void a_forgotten_key_files_anew(void **state)
{
    static const char another[] = "{\"service\":\"pothole\",\"place\":{\"text\":\"30 Cedar St\"}}";
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "k", REPORT), 201);
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US + 1);
    assert_int_equal(file(&p, "k", another), 201);
    assert_int_equal(count(world, "cases"), 2);
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US + 1);
    assert_int_equal(file(&p, "k", another), 201); /* the same again */
    assert_int_equal(count(world, "cases"), 2);
}

/* As the version before the body was in the name left the newest filing, its answer lost. */
static void be_of_before(struct world *world, const char *once)
{
    struct arena *arena = world->ctx.arena;
    int64_t key = test_i64(world, "SELECT max(api_key) FROM api_call", 0);
    struct crypto_hash hash = crypto_sha256(str_fmt(arena, "api %lld %s", (long long)key, once));
    struct str name = crypto_hex(arena, crypto_hash_str(&hash));

    test_exec(world, str_z(arena, str_fmt(arena,
                                          "UPDATE cases SET submission = '%.*s' WHERE id = "
                                          "(SELECT max(id) FROM cases)",
                                          STR_ARG(name))));
    test_exec(world, "DELETE FROM link_token"); /* of which it had another */
    test_exec(world, "UPDATE api_call SET status = 1, answer = NULL");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_WORKING_US);
}

static void a_filing_of_a_version_before_is_one(void **state)
{
    static const char another[] = "{\"service\":\"pothole\",\"place\":{\"text\":\"30 Cedar St\"}}";
    struct world *world = *state;
    struct program p;
    struct str number;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "k", REPORT), 201);
    number = told(&p, "number");
    be_of_before(world, "k");
    assert_int_equal(file(&p, "k", REPORT), 201);
    assert_true(str_eq(told(&p, "number"), number));
    assert_int_equal(count(world, "cases"), 1);
    /* The key is forgotten and files another: which is not taken for that one, lost or not. */
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US + 1);
    assert_int_equal(file(&p, "k", another), 201);
    assert_false(str_eq(told(&p, "number"), number));
    number = told(&p, "number");
    test_exec(world, "UPDATE api_call SET status = 1, answer = NULL");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_WORKING_US);
    assert_int_equal(file(&p, "k", another), 201);
    assert_true(str_eq(told(&p, "number"), number));
    assert_int_equal(count(world, "cases"), 2);
}

static const struct job_kind *const tables[] = {api_once_jobs, NULL};
static const struct job_runner runner = {.tables = tables};

/* A city that nobody asks anything of forgets as well. */
static void what_is_old_is_swept_every_day(void **state)
{
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    test_exec(world, "DELETE FROM job");
    test_exec(world, "INSERT INTO api_call (api_key, idempotency, request_hash, begun, status, "
                     "location, etag) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
                     "n WHERE i < 1200) SELECT c.api_key, 'key ' || n.i, c.request_hash, c.begun - "
                     "1, 201, '', '' FROM n, api_call c");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, jobs_begin(&world->ctx, &runner));
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US);
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(count(world, "api_call"), 1);
    assert_false(program_job_runs(world, &runner));
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY);
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(count(world, "api_call"), 0);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

/* ---- Problems */

static void a_problem_is_told_in_the_language_asked_for(void **state)
{
    static const char *const langs[][2] = {{"", "Please choose one of"},
                                           {"es-MX, en;q=0.5", "Elija"},
                                           {"vi", "Vui l\xc3\xb2ng"},
                                           {"de", "Please choose one of"}};
    struct program p;

    program_init(&p, *state, "file@city");
    for (size_t i = 0; i < COUNT(langs); i++) {
        asker_header(&p.asker, "accept-language", str_of(langs[i][0]));
        assert_int_equal(file(&p, "one", "{\"service\":\"nothing\"}"), 422);
        assert_problem(&p, ERR_NOT_A_CHOICE, "#/service NOT_A_CHOICE");
        if (i != 2 && !str_starts_with(told(&p, "detail"), str_of(langs[i][1])))
            fail_msg("%s: %.*s", langs[i][0], STR_ARG(told(&p, "detail")));
        assert_true(str_eq(told(&p, "detail"), told(&p, "errors[0].detail")));
        assert_str(told(&p, "type"), "https://city.example/api/#NOT_A_CHOICE");
        assert_str(told(&p, "title"), "Not a choice");
        assert_int_equal(told_i64(&p, "status"), 422);
    }
}

/* Where a body breaks is told; what it asks for is named as the body has it. */
static void each_fault_has_its_place(void **state)
{
#define AT_MASS "{\"service\":\"pothole\",\"place\":{\"text\":\"795 Massachusetts Ave\"},"
    static const struct {
        const char *body;
        enum err_id id;
        const char *fault;
    } bodies[] = {
        {"{\"service\":\"pothole\",,}", ERR_MALFORMED, NULL},
        {"[]", ERR_WRONG_TYPE, "# WRONG_TYPE"},
        {"{}", ERR_REQUIRED, "#/service REQUIRED"},
        {"{\"service\":\"pothole\",\"a/b~c\":1}", ERR_UNKNOWN_FIELD, "#/a~1b~0c UNKNOWN_FIELD"},
        {AT_MASS "\"contact\":{\"phone\":\"12\"}}", ERR_NOT_A_PHONE, "#/contact/phone NOT_A_PHONE"},
        {AT_MASS "\"contact\":{\"name\":\"a\\nb\"}}", ERR_ONE_LINE, "#/contact/name ONE_LINE"},
        {AT_MASS "\"fields\":{\"size\":\"huge\"}}", ERR_NOT_A_CHOICE, "#/fields/size NOT_A_CHOICE"},
        {AT_MASS "\"fields\":{\"size\":[\"tire\"]}}", ERR_WRONG_TYPE, "#/fields/size WRONG_TYPE"},
        {AT_MASS "\"fields\":{\"a/b c\":1}}", ERR_UNKNOWN_FIELD, "#/fields/a~1b%20c UNKNOWN_FIELD"},
        {AT_MASS "\"fields\":{\"a234567890123456789012345678901234567890123\":1}}",
         ERR_UNKNOWN_FIELD, "#/fields/a234567890123456789012345678901234567890123 UNKNOWN_FIELD"},
        {"{\"service\":\"pothole\",\"place\":{\"lat\":42.37}}", ERR_REQUIRED, "#/place REQUIRED"},
        {"{\"service\":\"pothole\",\"place\":{\"id\":\"a/x/1\"}}", ERR_PLACE_UNKNOWN,
         "#/place/id PLACE_UNKNOWN"},
        {"{\"service\":\"stray-animal\",\"place\":{\"text\":\"10 Garden St\"}}", ERR_REQUIRED,
         "#/fields/state REQUIRED"},
    };
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "file@city");
    for (size_t i = 0; i < COUNT(bodies); i++) {
        file(&p, "one", bodies[i].body);
        assert_problem(&p, bodies[i].id, bodies[i].fault);
        assert_int_equal(told(&p, "cause").n > 0, bodies[i].id == ERR_MALFORMED);
    }
    assert_int_equal(count(world, "cases"), 0);
#undef AT_MASS
}

static void no_key_is_told_how_to_bring_one(void **state)
{
    struct world *world = *state;
    struct program p, bare;

    program_init(&p, world, "file@city");
    program_init(&bare, world, NULL);
    assert_int_equal(api_get(&bare, "/api/v1/services"), 401);
    assert_problem(&bare, ERR_KEY, NULL);
    assert_str(asked_header(&bare.asker, "WWW-Authenticate"), "Bearer realm=\"cityhall\"");
    asker_header(&bare.asker, "authorization",
                 str_fmt(world->ctx.arena, "bearer  %.*s ", STR_ARG(p.key)));
    assert_int_equal(api_get(&bare, "/api/v1/services"), 200);
    asker_header(&bare.asker, "authorization",
                 str_fmt(world->ctx.arena, "Basic %.*s", STR_ARG(p.key)));
    assert_int_equal(api_get(&bare, "/api/v1/services"), 401);
    world->ctx.now = instant_plus_us(world->ctx.now, 30 * US_PER_DAY - 1);
    assert_int_equal(api_get(&p, "/api/v1/services"), 200);
    world->ctx.now = instant_plus_us(world->ctx.now, 1); /* it has expired */
    assert_int_equal(api_get(&p, "/api/v1/services"), 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_answer_is_given_again),
        TEST(a_key_is_needed_and_is_a_line),
        TEST(what_failed_may_be_asked_anew),
        TEST(what_is_under_way_is_not_begun_again),
        TEST(what_was_done_is_not_done_again),
        TEST(what_was_done_is_noted_for_two_days),
        TEST(the_link_of_a_lost_answer_is_given_again),
        TEST(a_kept_answer_that_is_lost_is_made_anew),
        TEST(a_replay_shows_what_is_there_now),
        TEST(a_replay_shows_what_the_key_may_see_now),
        TEST(a_note_counts_for_two_days),
        TEST(a_forgotten_key_files_anew),
        TEST(a_filing_of_a_version_before_is_one),
        TEST(what_is_old_is_swept_every_day),
        TEST(a_problem_is_told_in_the_language_asked_for),
        TEST(each_fault_has_its_place),
        TEST(no_key_is_told_how_to_bring_one),
    };

    return RUN_TESTS("api/once", tests);
}
