/* Who reads a case by its number, and what of its story. */
#include "engine/cases/case_read.h"
#include "engine/cases/photo.h"
#include "engine/cases/public_case.h"
#include "engine/test_support.h"

static enum rc read_as(struct world *world, const struct actor *actor, enum case_reader reader,
                       struct case_read *ret)
{
    enum rc rc;

    world->ctx.actor = actor;
    rc = case_read(&world->ctx, S("26-00001-7"), reader, ret);
    if (rc)
        ctx_clear_error(&world->ctx);
    return rc;
}

static void assert_stranger(struct world *world, enum rc expected)
{
    struct public_case shown;
    struct case_read read;
    enum rc rc = public_case_get(&world->ctx, 1, &shown);

    ctx_clear_error(&world->ctx);
    assert_int_equal(rc, expected);
    assert_int_equal(read_as(world, NULL, CASE_FOR_RESIDENT, &read), expected);
}

/* The city with the newest version of potholes for fewer. */
static struct city closed_city(struct world *world, enum audience audience)
{
    struct city city = *test_city;

    city.services = ARENA_ARRAY(world->ctx.arena, city.service_n, struct definition *);
    for (size_t i = 0; i < city.service_n; i++) {
        struct definition *service = ARENA_NEW(world->ctx.arena, struct definition);

        *service = *test_city->services[i];
        if (str_eq(service->code, S("pothole")))
            service->audience = audience;
        city.services[i] = service;
    }
    test_city_index(world, &city);
    return city;
}

static void a_service_taken_from_the_public_takes_its_cases_along(void **state)
{
    struct world *world = *state;
    struct city parties = closed_city(world, AUDIENCE_PARTIES);
    struct city closed = closed_city(world, AUDIENCE_STAFF);
    struct case_read read;

    test_file(world, &(struct test_filing){0});
    assert_stranger(world, RC_OK);
    world->ctx.city = &parties;
    assert_stranger(world, RC_NOT_FOUND);
    assert_int_equal(read_as(world, test_reporter(world, 1), CASE_FOR_RESIDENT, &read), RC_OK);
    assert_true(read.is_own);
    world->ctx.city = &closed;
    assert_stranger(world, RC_NOT_FOUND);
    assert_int_equal(read_as(world, test_reporter(world, 1), CASE_FOR_RESIDENT, &read),
                     RC_NOT_FOUND);
    assert_int_equal(
        read_as(world, test_staff(world, ROLE_CREW, SCOPE_CITY, NULL), CASE_FOR_STAFF, &read),
        RC_OK);
    world->ctx.city = test_city;
}

static void a_photo_is_as_public_as_its_case(void **state)
{
    struct world *world = *state;
    struct city city = closed_city(world, AUDIENCE_STAFF);
    struct photo_file file = {.fd = -1};

    test_file(world, &(struct test_filing){0});
    test_exec(world, "INSERT INTO file (sha256, bytes, media, width, height, name, class, created) "
                     "VALUES (x'00', 1, 'image/jpeg', 1, 1, '', 'photo', 1)");
    test_exec(world, "INSERT INTO case_file (cases, file, thumbnail, event, is_public, is_hidden, "
                     "by_staff, caption) VALUES (1, 1, 1, 1, TRUE, FALSE, FALSE, '')");
    world->ctx.actor = NULL;
    city.files_folder = "/nonexistent";
    /* Past the question who may see it, there is no file. */
    world->ctx.city = &city;
    assert_error(&world->ctx, photo_open(&world->ctx, 1, PHOTO_FULL, &file), ERR_NOT_FOUND, NULL);
    city.ever = test_city->ever;
    assert_false(photo_open(&world->ctx, 1, PHOTO_FULL, &file) == RC_OK);
    assert_false(world->ctx.err.id == ERR_NOT_FOUND);
    ctx_clear_error(&world->ctx);
    world->ctx.city = test_city;
}

static void hidden_and_confidential_cases_are_for_few(void **state)
{
    static const char *const ways[] = {"UPDATE cases SET is_hidden = TRUE",
                                       "UPDATE cases SET is_hidden = FALSE, confidentiality = 1"};
    struct world *world = *state;
    const struct actor *reporter, *staff = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct case_read read;

    test_file(world, &(struct test_filing){0});
    reporter = test_reporter(world, 1);
    for (size_t i = 0; i < 2; i++) {
        test_exec(world, ways[i]);
        db_reader_release(&world->ctx);
        test_ok(&world->ctx, db_reader_acquire(&world->ctx));
        assert_stranger(world, RC_NOT_FOUND);
        assert_int_equal(read_as(world, reporter, CASE_FOR_RESIDENT, &read), RC_OK);
        assert_int_equal(read_as(world, reporter, CASE_FOR_STAFF, &read), RC_NOT_FOUND);
        assert_int_equal(read_as(world, staff, CASE_FOR_STAFF, &read), RC_OK);
    }
}

static void who_entered_a_case_sees_where_it_went(void **state)
{
    struct world *world = *state;
    const struct actor *east = test_staff(world, ROLE_CREW, SCOPE_TEAM, "streets-east");
    const struct actor *west = test_staff(world, ROLE_CREW, SCOPE_TEAM, "streets-west");
    struct case_read read;
    struct actor other;

    world->ctx.actor = west;
    test_file(world, &(struct test_filing){0});
    assert_int_equal(read_as(world, west, CASE_FOR_STAFF, &read), RC_NOT_FOUND);
    assert_int_equal(read_as(world, west, CASE_FOR_OPENER, &read), RC_OK);
    assert_false(read.may_read);
    assert_str(read.team->id, "streets-east");
    assert_int_equal(read_as(world, east, CASE_FOR_OPENER, &read), RC_OK);
    assert_true(read.may_read);
    other = *west;
    other.id++;
    assert_int_equal(read_as(world, &other, CASE_FOR_OPENER, &read), RC_NOT_FOUND);
    assert_int_equal(read_as(world, NULL, CASE_FOR_OPENER, &read), RC_NOT_FOUND);
}

static void why_a_case_was_routed_is_for_staff(void **state)
{
    struct world *world = *state;
    int64_t opened;
    struct str payload;

    test_file(world, &(struct test_filing){0});
    opened = test_i64(world,
                      "SELECT count(*) FROM event e JOIN event_payload p ON p.event = e.id "
                      "WHERE audience < 2 AND payload LIKE '%%district%%' AND %lld = 0",
                      0);
    assert_int_equal(opened, 0);
    payload = test_text(world,
                        "SELECT payload FROM event e JOIN event_payload p ON p.event = e.id "
                        "WHERE kind = 'case.routed' AND audience = 2 AND cases = %lld",
                        1);
    assert_true(str_find(payload, S("district")) > 0);
    assert_true(str_starts_with(payload, S("{\"team\":\"streets-east\",\"route\":")));
}

/* As the first versions wrote it. */
static void an_old_opening_is_told_without_its_payload(void **state)
{
    struct world *world = *state;
    struct events_of_rows rows;
    struct case_read read;

    test_file(world, &(struct test_filing){0});
    assert_int_equal(read_as(world, NULL, CASE_FOR_RESIDENT, &read), RC_OK);
    test_ok(&world->ctx, case_events(&world->ctx, &read, EVENT_PUBLIC, &rows));
    assert_int_equal(rows.n, 1);
    assert_false(rows.rows[0].payload_is_null);
    test_exec(world, "UPDATE event_payload SET payload = '{\"number\":\"26-00001-7\",\"route\":"
                     "[{\"expr\":\"lane\",\"value\":true}]}' WHERE event = (SELECT id FROM event "
                     "WHERE kind = 'case.opened')");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    for (int reader = EVENT_PUBLIC; reader <= EVENT_STAFF; reader++) {
        test_ok(&world->ctx, case_events(&world->ctx, &read, (enum event_audience)reader, &rows));
        assert_true(rows.n > 0);
        assert_str(rows.rows[0].kind, "case.opened");
        assert_int_equal(rows.rows[0].payload_is_null, reader != EVENT_STAFF);
    }
}

static void answers_set_by_a_step_are_as_open_as_their_fields(void **state)
{
    struct world *world = *state;
    struct definition pothole = *city_service(test_city, S("pothole"));
    struct field *fields = ARENA_ARRAY(world->ctx.arena, pothole.field_n, struct field);
    struct str kind = S("case.answered"), payload = S("{\"size\":\"tire\"}");

    for (size_t i = 0; i < pothole.field_n; i++) {
        fields[i] = pothole.fields[i];
        fields[i].open = OPEN_NEVER;
    }
    assert_true(case_payload_is_for(&world->ctx, &pothole, EVENT_PUBLIC, kind, payload));
    pothole.fields = fields;
    assert_false(case_payload_is_for(&world->ctx, &pothole, EVENT_PUBLIC, kind, payload));
    assert_true(case_payload_is_for(&world->ctx, &pothole, EVENT_STAFF, kind, payload));
    pothole.fields = city_service(test_city, S("pothole"))->fields;
    assert_false(case_payload_is_for(&world->ctx, &pothole, EVENT_PUBLIC, kind,
                                     S("{\"size\":\"tire\",\"gone\":\"x\"}")));
    assert_true(case_payload_is_for(&world->ctx, &pothole, EVENT_PARTIES, kind, payload));
    assert_false(case_payload_is_for(&world->ctx, &pothole, EVENT_PUBLIC, kind, S("{\"size")));
}

static void every_kind_has_a_word_of_its_own(void **state)
{
    enum event_kind found;

    (void)state;
    for (int kind = 0; kind < EVENT_KIND__N; kind++) {
        struct str word = event_kind_word((enum event_kind)kind);

        assert_true(word.n > 0 && word.n <= 40 && str_find_byte(word, '.') > 0);
        assert_true(event_kind_of(word, &found));
        assert_int_equal(found, kind);
    }
    assert_false(event_kind_of(S("case.open"), &found));
    assert_int_equal(found, EVENT_KIND__N - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_service_taken_from_the_public_takes_its_cases_along),
        TEST(a_photo_is_as_public_as_its_case),
        TEST(hidden_and_confidential_cases_are_for_few),
        TEST(who_entered_a_case_sees_where_it_went),
        TEST(why_a_case_was_routed_is_for_staff),
        TEST(an_old_opening_is_told_without_its_payload),
        TEST(answers_set_by_a_step_are_as_open_as_their_fields),
        TEST(every_kind_has_a_word_of_its_own),
    };

    return RUN_TESTS("read", tests);
}
