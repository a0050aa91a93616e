/* What happened to a case, as each caller may know it: kinds, payloads and names by audience,
 * pages, and proofs from the first signed head on. */
#include "api/cases.h"

#include "api/test_program.h"

#define CASES "/api/v1/cases"

struct scene {
    struct world *world;
    struct filed filed;
    const char *events; /* "/api/v1/cases/N/events" */
};

/* A case that was filed with an address, worked on, and asked about. */
static void set_scene(struct scene *scene, struct world *world)
{
    const struct actor *staff = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);

    scene->world = world;
    scene->filed = test_file(
        world, &(struct test_filing){.email = "ana@example.org", .answers = {"lane", "true"}});
    scene->events = str_z(world->ctx.arena, str_fmt(world->ctx.arena, CASES "/%.*s/events",
                                                    STR_ARG(scene->filed.number)));
    test_ok(&world->ctx,
            test_step(world, staff, scene->filed.case_id,
                      &(struct step_input){.step = S("start"), .note = S("STAFFWORD")}));
    test_ok(&world->ctx,
            test_step(world, staff, scene->filed.case_id,
                      &(struct step_input){.step = S("ask"), .message = S("PARTYWORD")}));
    test_ok(&world->ctx, db_settle(&world->ctx));
}

/* The kinds that the last answer tells, with a blank behind each. */
static struct str kinds_of(const struct program *program)
{
    struct arena *arena = program->world->ctx.arena;
    struct buf out = buf_in(arena, 4000);

    for (size_t i = 0; i < told_n(program, "events"); i++)
        buf_add_fmt(&out, "%.*s ",
                    STR_ARG(told(program, str_z(arena, str_fmt(arena, "events[%zu].kind", i)))));
    return buf_str(&out);
}

static bool is_null(const struct program *program, const char *path)
{
    return program->root && !json_get(program->root, str_of(path));
}

static void each_audience_is_told_its_own(void **state)
{
    struct scene scene;
    struct program bare, reader, eastern;

    set_scene(&scene, *state);
    program_init(&bare, scene.world, "");
    program_init(&reader, scene.world, "read@city");
    program_init(&eastern, scene.world, "read@team:animal-control");
    assert_int_equal(api_get(&bare, "%s", scene.events), 200);
    assert_str(kinds_of(&bare), "case.opened case.step case.step ");
    assert_false(asked_has(&bare.asker, "STAFFWORD") || asked_has(&bare.asker, "PARTYWORD") ||
                 asked_has(&bare.asker, "ana@") || asked_has(&bare.asker, "\"name\""));
    api_get(&eastern, "%s", scene.events);
    assert_true(str_eq(kinds_of(&eastern), kinds_of(&bare)));
    api_get(&reader, "%s", scene.events);
    assert_str(kinds_of(&reader), "case.opened case.routed case.step note.added case.step "
                                  "message.added ");
    assert_true(asked_has(&reader.asker, "STAFFWORD") && asked_has(&reader.asker, "PARTYWORD"));
    /* What the first versions wrote there tells why it came to its team. */
    test_exec(scene.world, "UPDATE event_payload SET payload = '{\"route\":[]}' WHERE event IN "
                           "(SELECT id FROM event WHERE kind = 'case.opened')");
    api_get(&bare, "%s", scene.events);
    assert_true(is_null(&bare, "events[0].payload") && is_null(&bare, "events[0].salt") &&
                told(&bare, "events[1].salt").n == 32);
    api_get(&reader, "%s", scene.events);
    assert_str(told(&reader, "events[0].payload_text"), "{\"route\":[]}");
    assert_int_equal(api_get(&bare, CASES "/26-99999-0/events"), 404);
    assert_int_equal(api_get(&bare, "%s?after=-1", scene.events), 422);
    assert_problem(&bare, ERR_TOO_SMALL, "after TOO_SMALL");
}

/* Whoever filed it by their program knows what the parties know. */
static void who_filed_it_is_a_party(void **state)
{
    struct world *world = *state;
    const struct actor *staff = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    struct program filer;
    struct str number;
    long long id;

    program_init(&filer, world, "file@city");
    api_send(&filer, HTTP_POST, "one",
             "{\"service\":\"pothole\",\"place\":{\"text\":\"10 Garden St\"}}", CASES);
    number = told(&filer, "number");
    id = test_i64(world, "SELECT max(id) FROM cases", 0);
    test_ok(&world->ctx, test_step(world, staff, id,
                                   &(struct step_input){.step = S("ask"), .message = S("Where?")}));
    assert_int_equal(api_get(&filer, CASES "/%.*s/events", STR_ARG(number)), 200);
    assert_str(kinds_of(&filer), "case.opened case.step message.added ");
    assert_str(told(&filer, "events[0].actor.kind"), "api");
    assert_true(asked_has(&filer.asker, "Where?") && !asked_has(&filer.asker, "A program"));
}

/* An erased payload leaves the event and its commitment. */
static void what_was_erased_is_null(void **state)
{
    struct scene scene;
    struct program reader;

    set_scene(&scene, *state);
    test_exec(scene.world, "DELETE FROM event_payload WHERE event IN "
                           "(SELECT id FROM event WHERE kind = 'note.added')");
    program_init(&reader, scene.world, "read@city");
    api_get(&reader, "%s", scene.events);
    assert_str(told(&reader, "events[3].kind"), "note.added");
    assert_true(is_null(&reader, "events[3].payload") &&
                is_null(&reader, "events[3].payload_text") && is_null(&reader, "events[3].salt"));
    assert_int_equal(told(&reader, "events[3].commitment").n, 64);
    assert_true(told(&reader, "events[2].payload_text").n > 0);
    assert_int_equal(told(&reader, "events[2].salt").n, 32);
}

static void pages_of_events_lead_on(void **state)
{
    struct scene scene;
    struct program reader;
    struct str next;
    size_t n = 0;

    set_scene(&scene, *state);
    program_init(&reader, scene.world, "read@city");
    assert_int_equal(api_get(&reader, "%s?limit=4", scene.events), 200);
    n += told_n(&reader, "events");
    next = told(&reader, "next");
    assert_true(str_starts_with(
        next, str_fmt(scene.world->ctx.arena, "https://city.example%s?after=", scene.events)));
    assert_true(str_ends_with(next, S("&limit=4")));
    next = str_slice(next, strlen("https://city.example"), next.n);
    assert_int_equal(api_get(&reader, "%.*s", STR_ARG(next)), 200);
    n += told_n(&reader, "events");
    assert_int_equal(n, 6);
    assert_int_equal(told(&reader, "next").n, 0);
    assert_int_equal(api_get(&reader, "%s?limit=6", scene.events), 200); /* exactly full */
    assert_int_equal(told(&reader, "next").n, 0);
}

/* A proof is there with the first head that covers the event, and not before. */
static void proofs_come_with_a_head(void **state)
{
    struct scene scene;
    struct program reader;
    bool is_new;

    set_scene(&scene, *state);
    program_init(&reader, scene.world, "read@city");
    api_get(&reader, "%s", scene.events);
    assert_true(is_null(&reader, "head") && is_null(&reader, "events[0].proof"));
    test_ok(&scene.world->ctx, record_sign_head(&scene.world->ctx, &scene.world->keys, &is_new));
    assert_true(is_new);
    api_get(&reader, "%s", scene.events);
    assert_int_equal(told(&reader, "head.root").n, 64);
    assert_true(told_i64(&reader, "head.size") > told_i64(&reader, "events[5].proof.position"));
    assert_true(told_n(&reader, "events[5].proof.path") > 0);
    test_ok(&scene.world->ctx,
            test_step(scene.world, test_staff(scene.world, ROLE_SUPERVISOR, SCOPE_CITY, NULL),
                      scene.filed.case_id,
                      &(struct step_input){.step = S("resolve"), .outcome = S("done")}));
    test_ok(&scene.world->ctx, db_settle(&scene.world->ctx));
    api_get(&reader, "%s", scene.events); /* later than the head */
    assert_true(is_null(&reader, "events[6].proof") &&
                json_is_object(json_get(reader.root, S("events[5].proof"))));
}

static void a_receipt_is_for_its_parties(void **state)
{
    struct scene scene;
    struct program bare, reader;
    const char *path;

    set_scene(&scene, *state);
    path = str_z(scene.world->ctx.arena, str_fmt(scene.world->ctx.arena, CASES "/%.*s/receipt",
                                                 STR_ARG(scene.filed.number)));
    program_init(&bare, scene.world, "");
    program_init(&reader, scene.world, "read@city");
    assert_int_equal(api_get(&reader, "%s", path), 500); /* no key to sign with */
    test_city->record_keys = &scene.world->keys;
    assert_int_equal(api_get(&bare, "%s", path), 403);
    assert_int_equal(api_get(&reader, "%s", path), 200);
    assert_true(str_starts_with(reader.asker.last.body, S("cityhall receipt 1\nnumber ")));
    test_city->record_keys = NULL;
    assert_int_equal(api_get(&reader, CASES "/%.*s/photos/1/full", STR_ARG(scene.filed.number)),
                     404);
    assert_int_equal(api_get(&reader, CASES "/%.*s/photos/x/full", STR_ARG(scene.filed.number)),
                     404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_audience_is_told_its_own), TEST(who_filed_it_is_a_party),
        TEST(what_was_erased_is_null),       TEST(pages_of_events_lead_on),
        TEST(proofs_come_with_a_head),       TEST(a_receipt_is_for_its_parties),
    };

    return RUN_TESTS("api/events", tests);
}
