/* Cases as programs see them: what each scope shows, pages and their links, tags and versions, and
 * a service that was withdrawn. */
#include "api/cases.h"

#include "api/test_program.h"

#define CASES            "/api/v1/cases"
#define TEXT(world, ...) str_z((world)->ctx.arena, str_fmt((world)->ctx.arena, __VA_ARGS__))

static const char *number_of(struct world *world, const char *place)
{
    struct filed filed = test_file(world, &(struct test_filing){.place = place,
                                                                .description = "By the gate",
                                                                .email = "ana@example.org"});

    return str_z(world->ctx.arena, filed.number);
}

static bool lists(const struct program *program, const char *number)
{
    return asked_has(&program->asker, TEXT(program->world, "\"number\":\"%s\"", number));
}

/* What a key may see hangs on its scopes and on what it filed itself. */
static void scopes_decide_what_is_seen(void **state)
{
    struct world *world = *state;
    const char *east = number_of(world, "795 Massachusetts Ave");
    const char *west = number_of(world, "Sherman St & Rindge Ave"), *own;
    struct program bare, reader, worker, team, filer;

    program_init(&bare, world, "");
    program_init(&reader, world, "read@city");
    program_init(&worker, world, "work@city");
    program_init(&team, world, "read@team:streets-east");
    program_init(&filer, world, "file@service:pothole");
    api_get(&bare, CASES "/%s", east);
    assert_str(told(&bare, "view"), "public");
    assert_false(asked_has(&bare.asker, "By the gate") || asked_has(&bare.asker, "\"staff\"") ||
                 asked_has(&bare.asker, "ana@"));
    api_get(&reader, CASES "/%s", east);
    assert_str(told(&reader, "view"), "staff");
    assert_str(told(&reader, "description"), "By the gate");
    assert_str(told(&reader, "staff.reporter.contacts[0].value"), "ana@example.org");
    assert_int_equal(told_n(&reader, "staff.steps"), 0); /* it may take none */
    api_get(&worker, CASES "/%s", east);
    assert_str(told(&worker, "staff.steps[0].id"), "start");
    assert_str(told(&worker, "staff.steps[0].asks[0]"), "note");
    assert_str(told(&worker, "staff.steps[1].asks[1]"), "date!");
    api_get(&team, CASES "/%s", east);
    assert_str(told(&team, "view"), "staff");
    api_get(&team, CASES "/%s", west);
    assert_str(told(&team, "view"), "public");
    assert_int_equal(api_get(&team, CASES "?view=staff"), 200);
    assert_true(lists(&team, east) && !lists(&team, west));
    assert_int_equal(api_get(&bare, CASES "?view=staff"), 403);
    assert_int_equal(api_get(&filer, CASES "?view=staff"), 403);
    assert_int_equal(api_send(&filer, HTTP_POST, "one",
                              "{\"service\":\"pothole\",\"place\":{\"text\":\"10 Garden St\"},"
                              "\"description\":\"Mine\"}",
                              CASES),
                     201);
    own = str_z(world->ctx.arena, told(&filer, "number"));
    test_exec(world, "UPDATE cases SET is_hidden = TRUE");
    assert_int_equal(api_get(&filer, CASES "/%s", own), 200);
    assert_str(told(&filer, "view"), "own");
    assert_str(told(&filer, "description"), "Mine");
    assert_int_equal(api_get(&filer, CASES "/%s", east), 404);
    assert_int_equal(api_get(&bare, CASES "/%s", own), 404);
    assert_int_equal(api_get(&team, CASES "/%s", west), 404);
    assert_int_equal(api_get(&team, CASES "/%s", east), 200);
    assert_int_equal(api_get(&bare, CASES), 200);
    assert_int_equal(told_n(&bare, "cases"), 0);
}

static void what_a_list_cannot_be_asked_is_named(void **state)
{
    static const struct {
        const char *query, *fault;
    } wrong[] = {
        {"service=nothing", "service NOT_A_CHOICE"},
        {"state=maybe", "state NOT_A_CHOICE"},
        {"team=streets-east", "team NOT_A_CHOICE"},
        {"view=staff&team=nothing", "team NOT_A_CHOICE"},
        {"sort=due", "sort NOT_A_CHOICE"},
        {"sort=updated&q=pothole", "sort NOT_A_CHOICE"},
        {"updated_from=2026-01-01", "sort NOT_A_CHOICE"},
        {"opened_from=yesterday", "opened_from NOT_A_DATE"},
        {"opened_until=2026-02-30", "opened_until NOT_A_DATE"},
        {"limit=0", "limit TOO_SMALL"},
        {"limit=1000000", "limit TOO_BIG"},
        {"limit=ten", "limit NOT_A_NUMBER"},
        {"cursor=first", "cursor NOT_A_CHOICE"},
        {"view=staff&cursor=1-2-3", "cursor NOT_A_CHOICE"},
        {"view=staff&q=team:", "q FILTER"},
        {"q=field.kind:sofa", "q FILTER"},
        {"q=hole+-state:open", "q FILTER"},
        {"district=nowhere", "district NOT_A_CHOICE"},
        {"view=staff&district=nowhere", "district NOT_A_CHOICE"},
        {"colour=red", "colour UNKNOWN_FIELD"},
    };
    struct program p;

    program_init(&p, *state, "read@city");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str code = str_slice(str_of(wrong[i].fault), 0, strlen(wrong[i].fault));
        struct str where;

        str_next(&code, ' ', &where);
        api_get(&p, CASES "?%s", wrong[i].query);
        if (p.asker.last.status != 422 || !str_eq(told(&p, "errors[0].parameter"), where) ||
            !str_eq(told(&p, "errors[0].code"), code))
            fail_msg("%s: %.*s", wrong[i].query, STR_ARG(p.asker.last.body));
    }
}

/* The way to the next page keeps what was asked, and ends. */
static void pages_lead_on_with_the_same_question(void **state)
{
    static const char *const views[] = {"public", "staff"};
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "read@city");
    for (int i = 0; i < 5; i++)
        number_of(world, i % 2 ? "10 Garden St" : "12 Garden St");
    for (size_t v = 0; v < COUNT(views); v++) {
        const char *target =
            TEXT(world, CASES "?view=%s&limit=2&opened_from=2026-01-01T00:00:00Z", views[v]);
        size_t n = 0;

        for (int i = 0; i < 3; i++) {
            struct str next;

            assert_int_equal(api_get(&p, "%s", target), 200);
            n += told_n(&p, "cases");
            next = told(&p, "next");
            assert_int_equal(next.n > 0, i < 2);
            if (!next.n)
                break;
            assert_true(str_find(next, S("&opened_from=2026-01-01T00%3A00%3A00Z&limit=2")) > 0 ||
                        str_find(next, S("opened_from=2026-01-01T00%3A00%3A00Z")) > 0);
            assert_true(str_eq(asked_header(&p.asker, "Link"),
                               str_fmt(world->ctx.arena, "<%.*s>; rel=\"next\"", STR_ARG(next))));
            assert_true(str_starts_with(next, S("https://city.example")));
            target =
                str_z(world->ctx.arena, str_slice(next, strlen("https://city.example"), next.n));
        }
        assert_int_equal(n, 5);
    }
}

/* A tag names what is seen: it changes with the case and with who sees it. */
static void tags_and_versions(void **state)
{
    struct world *world = *state;
    const char *number = number_of(world, "10 Garden St");
    struct program p, bare;
    struct str first, second;

    program_init(&p, world, "work@city");
    program_init(&bare, world, "");
    api_get(&p, CASES "/%s", number);
    first = p.asker.last.etag;
    assert_true(first.n > 2);
    asker_header(&p.asker, "if-none-match",
                 str_fmt(world->ctx.arena, "\"x\", W/%.*s", STR_ARG(first)));
    assert_int_equal(api_get(&p, CASES "/%s", number), 304);
    assert_int_equal(p.asker.last.body.n, 0);
    asker_header(&bare.asker, "if-none-match", first);
    assert_int_equal(api_get(&bare, CASES "/%s", number), 200);
    asker_header(&p.asker, "if-match", first);
    assert_int_equal(api_send(&p, HTTP_POST, "a", "{}", CASES "/%s/steps/start", number), 200);
    assert_str(told(&p, "state"), "in-progress");
    second = p.asker.last.etag;
    assert_false(str_eq(first, second));
    assert_int_equal(api_get(&p, CASES "/%s", number), 200); /* it is another one now */
    assert_int_equal(
        api_send(&p, HTTP_POST, "b", "{\"outcome\":\"done\"}", CASES "/%s/steps/resolve", number),
        412);
    assert_problem(&p, ERR_PRECONDITION, NULL);
    assert_int_equal(api_send(&p, HTTP_PUT, NULL, "{\"login\":null}", CASES "/%s/assignee", number),
                     412);
    asker_header(&p.asker, "if-match", S("none of ours"));
    assert_int_equal(
        api_send(&p, HTTP_POST, "c", "{\"outcome\":\"done\"}", CASES "/%s/steps/resolve", number),
        412);
    asker_header(&p.asker, "if-match", second);
    assert_int_equal(api_send(&p, HTTP_POST, "d", "{}", CASES "/%s/steps/resolve", number), 422);
    assert_problem(&p, ERR_REQUIRED, "#/outcome REQUIRED");
    assert_int_equal(
        api_send(&p, HTTP_POST, "e", "{\"outcome\":\"done\"}", CASES "/%s/steps/resolve", number),
        200);
    assert_str(told(&p, "outcome"), "done");
    assert_str(told(&p, "closed"), "2026-07-02T15:00:00Z");
    asker_header(&p.asker, "if-match", STR_NONE);
    assert_int_equal(api_send(&p, HTTP_POST, "f", "{}", CASES "/%s/steps/start", number), 409);
    assert_problem(&p, ERR_TRANSITION, NULL);
    assert_int_equal(api_send(&bare, HTTP_POST, "g", "{}", CASES "/%s/steps/reopen", number), 403);
}

static void a_withdrawn_service_takes_no_more(void **state)
{
    struct world *world = *state;
    const char *number = number_of(world, "10 Garden St");
    struct program p;

    program_init(&p, world, "file@city work@city");
    assert_int_equal(api_get(&p, "/api/v1/services/pothole"), 200);
    world->ctx.city = test_city_after(world, "pothole", NULL);
    assert_int_equal(api_get(&p, "/api/v1/services/pothole"), 404);
    assert_int_equal(api_get(&p, "/api/v1/services"), 200);
    assert_false(asked_has(&p.asker, "\"pothole\""));
    api_send(&p, HTTP_POST, "one",
             "{\"service\":\"pothole\",\"place\":{\"text\":\"12 Garden St\"}}", CASES);
    assert_problem(&p, ERR_NOT_A_CHOICE, "#/service NOT_A_CHOICE");
    assert_int_equal(api_get(&p, CASES "/%s", number), 200);
    assert_int_equal(api_send(&p, HTTP_POST, "two", "{}", CASES "/%s/steps/start", number), 200);
    assert_str(told(&p, "state"), "in-progress");
    world->ctx.city = test_city;
}

static void a_number_says_what_it_counts(void **state)
{
    struct program p;
    const json_t *depth;

    program_init(&p, *state, "");
    assert_int_equal(api_get(&p, "/api/v1/services/flooding-drain"), 200);
    depth =
        json_object_get(json_object_get(json_object_get(p.root, "fields"), "properties"), "depth");
    assert_string_equal(json_string_value(json_object_get(depth, "description")), "In inches.");
    assert_string_equal(json_string_value(json_object_get(json_object_get(depth, "x-unit"), "es")),
                        "pulgadas");
}

static void a_service_of_staff_is_not_for_everybody(void **state)
{
    struct world *world = *state;
    struct city *city = test_city_after(world, "pothole", NULL);
    struct definition *own = ARENA_NEW(world->ctx.arena, struct definition);
    struct program bare, filer;

    assert_non_null(own);
    *own = *city_service(test_city, S("pothole"));
    own->audience = AUDIENCE_STAFF;
    city->services[city->service_n++] = own;
    test_city_index(world, city);
    program_init(&bare, world, "");
    program_init(&filer, world, "file@service:pothole");
    world->ctx.city = city;
    assert_int_equal(api_get(&bare, "/api/v1/services/pothole"), 404);
    assert_int_equal(api_get(&filer, "/api/v1/services/pothole"), 200);
    assert_false(json_is_true(json_object_get(filer.root, "is_public")));
    api_get(&bare, "/api/v1/services");
    assert_false(asked_has(&bare.asker, "\"pothole\""));
    api_get(&filer, "/api/v1/services");
    assert_true(asked_has(&filer.asker, "\"pothole\""));
    world->ctx.city = test_city;
}

/* A question that only staff answer is no part of the service for a program. */
static void a_field_of_staff_is_not_taken(void **state)
{
    struct world *world = *state;
    struct city *city = test_city_after(world, "pothole", NULL);
    struct definition *own = ARENA_NEW(world->ctx.arena, struct definition);
    struct field *fields;
    struct program p;

    assert_non_null(own);
    *own = *city_service(test_city, S("pothole"));
    fields = ARENA_ARRAY(world->ctx.arena, own->field_n, struct field);
    assert_non_null(fields);
    memcpy(fields, own->fields, own->field_n * sizeof *fields);
    fields[1].audience = AUDIENCE_STAFF;
    own->fields = fields;
    city->services[city->service_n++] = own;
    program_init(&p, world, "file@city");
    assert_int_equal(api_get(&p, "/api/v1/services/pothole"), 200);
    assert_true(asked_has(&p.asker, "\"size\""));
    world->ctx.city = city;
    assert_int_equal(api_get(&p, "/api/v1/services/pothole"), 200);
    assert_false(asked_has(&p.asker, "\"size\""));
    api_send(&p, HTTP_POST, "one",
             "{\"service\":\"pothole\",\"place\":{\"text\":\"10 Garden St\"},"
             "\"fields\":{\"size\":\"tire\"}}",
             CASES);
    assert_problem(&p, ERR_UNKNOWN_FIELD, "#/fields/size UNKNOWN_FIELD");
    world->ctx.city = test_city;
}

static void places_and_layers_are_asked_for(void **state)
{
    static const char *const wrong[] = {"42.37", "north,west", "91,0", "42.37,-71.1,3"};
    struct world *world = *state;
    struct program p;

    program_init(&p, world, "");
    assert_int_equal(api_get(&p, "/api/v1/places?q=10+Garden+St"), 200);
    assert_str(told(&p, "places[0].label"), "10 Garden St");
    assert_int_equal(told_i64(&p, "places[0].score"), 100);
    assert_int_equal(api_get(&p, "/api/v1/places"), 422);
    assert_problem(&p, ERR_REQUIRED, "q REQUIRED");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        api_get(&p, "/api/v1/layers?at=%s", wrong[i]);
        assert_problem(&p, ERR_PATTERN, "at PATTERN");
    }
    assert_int_equal(api_get(&p, "/api/v1/layers?at=42.3736,-71.1097"), 200);
    assert_true(asked_has(&p.asker, "\"id\":\"district\""));
    assert_int_equal(api_get(&p, "/api/v1/layers?at=0,0"), 200);
    assert_true(asked_has(&p.asker, "\"area\":null"));
    assert_int_equal(api_get(&p, "/api/v1/layers/nothing"), 404);
}

/* Before the first head is signed there is nothing to prove, and no key is made up. */
static void the_record_before_its_first_head(void **state)
{
    struct world *world = *state;
    struct program p;

    program_init(&p, world, NULL);
    number_of(world, "10 Garden St");
    assert_int_equal(api_get(&p, "/record/head"), 404);
    assert_int_equal(api_get(&p, "/record/consistency?from=1"), 404);
    assert_int_equal(api_get(&p, "/record/inclusion?event=1"), 404);
    assert_int_equal(api_get(&p, "/record/key"), 500);
    test_city->record_keys = &world->keys;
    assert_int_equal(api_get(&p, "/record/key"), 200);
    assert_int_equal(p.asker.last.body.n, 65);
    test_city->record_keys = NULL;
}

static int send_fields(struct program *p, const char *once, const char *fields)
{
    struct ctx *ctx = &p->world->ctx;
    struct str body = str_fmt(ctx->arena,
                              "{\"service\":\"street-light-out\",\"place\":{\"text\":\"60 Banks "
                              "St\"},\"fields\":{%s}}",
                              fields);

    return api_send(p, HTTP_POST, once, str_z(ctx->arena, body), CASES);
}

/* Every limit's sentence has its number, at the field and for the whole. */
static void what_is_wrong_with_an_answer_is_told(void **state)
{
    struct world *world = *state;
    struct program p;
    char *long_text = arena_alloc(world->ctx.arena, 4002);
    struct str fields;

    memset(long_text, 'x', 4001);
    long_text[4001] = 0;
    program_init(&p, world, "file@city read@city");
    fields = str_fmt(world->ctx.arena, "\"trouble\":\"dark\",\"lamp\":\"%s\"", long_text);
    assert_int_equal(send_fields(&p, "key-1", str_z(world->ctx.arena, fields)), 422);
    assert_str(told(&p, "detail"),
               "This text is too long. Please shorten it to 4000 characters or fewer.");
    assert_str(told(&p, "errors[0].detail"),
               "This text is too long. Please shorten it to 4000 characters or fewer.");
    send_fields(&p, "key-2", "\"trouble\":\"dark\",\"lamp\":\"my neighbour is a thief\"");
    assert_problem(&p, ERR_ASSET_UNKNOWN, "#/fields/lamp ASSET_UNKNOWN");
    send_fields(&p, "key-3", "\"trouble\":\"dark\",\"lamp\":\"791-2\"");
    assert_problem(&p, ERR_ASSET_FAR, "#/fields/lamp ASSET_FAR");
    assert_true(str_find(told(&p, "detail"), S(" mi ")) > 0);
    assert_int_equal(send_fields(&p, "key-4", "\"trouble\":\"dark\",\"lamp\":\"48-12\""), 201);
    assert_int_equal(send_fields(&p, "key-5", "\"trouble\":\"dark\""), 201);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(scopes_decide_what_is_seen),           TEST(what_a_list_cannot_be_asked_is_named),
        TEST(pages_lead_on_with_the_same_question), TEST(tags_and_versions),
        TEST(a_withdrawn_service_takes_no_more),    TEST(a_number_says_what_it_counts),
        TEST(a_withdrawn_service_takes_no_more),    TEST(a_service_of_staff_is_not_for_everybody),
        TEST(a_field_of_staff_is_not_taken),        TEST(places_and_layers_are_asked_for),
        TEST(the_record_before_its_first_head),     TEST(what_is_wrong_with_an_answer_is_told),
    };

    return RUN_TESTS("api/cases", tests);
}
