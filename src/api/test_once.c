/* Idempotency keys and problems: what comes of a request that comes again, in each state the first
 * may have been left in, and how failures are told. */
#include "api/once.h"

#include "api/test_program.h"

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

static void a_key_is_needed_and_is_visible_ascii(void **state)
{
    struct world *world = *state;
    struct program p;
    char longest[130];

    program_init(&p, world, "file@city");
    memset(longest, 'k', sizeof longest);
    longest[129] = 0;
    file(&p, NULL, REPORT);
    assert_problem(&p, ERR_REQUIRED, "Idempotency-Key REQUIRED");
    file(&p, longest, REPORT);
    assert_problem(&p, ERR_TOO_LONG, "Idempotency-Key TOO_LONG");
    file(&p, "two words", REPORT);
    assert_problem(&p, ERR_PATTERN, "Idempotency-Key PATTERN");
    file(&p, "caf\xc3\xa9", REPORT);
    assert_problem(&p, ERR_PATTERN, "Idempotency-Key PATTERN");
    file(&p, "del\x7f", REPORT);
    assert_problem(&p, ERR_PATTERN, "Idempotency-Key PATTERN");
    longest[128] = 0;
    assert_int_equal(file(&p, longest, REPORT), 201);
    assert_int_equal(count(world, "cases"), 1);
    assert_int_equal(count(world, "api_call"), 1);
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
    struct str number;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    number = told(&p, "number");
    test_exec(world, "UPDATE api_call SET status = 0, answer = NULL");
    assert_int_equal(file(&p, "one", REPORT), 409);
    assert_problem(&p, ERR_UNDER_WAY, NULL);
    assert_str(asked_header(&p.asker, "Retry-After"), "1");
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_WORKING_US - 1);
    assert_int_equal(file(&p, "one", REPORT), 409);
    world->ctx.now = instant_plus_us(world->ctx.now, 1); /* by now it was lost */
    assert_int_equal(file(&p, "one", REPORT), 201);
    assert_true(str_eq(told(&p, "number"), number) && !told(&p, "private_link").n);
    assert_int_equal(count(world, "cases"), 1);
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
    test_exec(world, "UPDATE api_call SET status = 1, answer = NULL, begun = 0");
    assert_int_equal(api_send(&p, HTTP_POST, "n", note, CASES "/%.*s/notes", STR_ARG(filed.number)),
                     201);
    assert_str(asked_header(&p.asker, "Idempotency-Replayed"), "true");
    assert_true(str_eq(told(&p, "number"), filed.number));
    assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 1);
    /* That answer is kept. */
    assert_int_equal(count(world, "api_call WHERE status = 201 AND answer IS NOT NULL"), 1);
    /* An answer that cannot be opened any more is not made up. */
    test_exec(world, "UPDATE api_call SET answer = NULL");
    assert_int_equal(api_send(&p, HTTP_POST, "n", note, CASES "/%.*s/notes", STR_ARG(filed.number)),
                     500);
    assert_int_equal(count(world, "event WHERE kind = 'note.added'"), 1);
}

static void answers_are_kept_two_days(void **state)
{
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "file@city");
    assert_int_equal(file(&p, "one", REPORT), 201);
    world->ctx.now = instant_plus_us(world->ctx.now, ONCE_KEPT_US);
    assert_int_equal(file(&p, "two", "{\"service\":\"nothing\"}"), 422);
    assert_int_equal(count(world, "api_call"), 1);
    world->ctx.now = instant_plus_us(world->ctx.now, 1);
    assert_int_equal(file(&p, "three", "{\"service\":\"nothing\"}"), 422);
    assert_int_equal(count(world, "api_call"), 0);
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
        TEST(a_key_is_needed_and_is_visible_ascii),
        TEST(what_failed_may_be_asked_anew),
        TEST(what_is_under_way_is_not_begun_again),
        TEST(what_was_done_is_not_done_again),
        TEST(answers_are_kept_two_days),
        TEST(a_problem_is_told_in_the_language_asked_for),
        TEST(each_fault_has_its_place),
        TEST(no_key_is_told_how_to_bring_one),
    };

    return RUN_TESTS("api/once", tests);
}
