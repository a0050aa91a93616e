/* Guards and effects of a step: one bench that needs another service before it may be closed. */
#include <stdio.h>

#include "engine/test_town.h"
#include "people/actor.h"

#define NAMES(text) "{en: " text ", es: " text ", vi: " text "}"

#define EXAMPLES                                                                \
    "examples:\n"                                                               \
    "  - {filed: 2026-07-06 09:00, sure: true, expect: {team: streets-west}}\n" \
    "  - {filed: 2026-07-06 10:00, sure: true, expect: {team: streets-west}}\n" \
    "  - {filed: 2026-07-06 11:00, sure: true, expect: {team: streets-west}}\n"

static const char workflow[] =
    "workflow: mend\n"
    "name: " NAMES(
        "Mend") "\n"
                "start: new\n"
                "states:\n"
                "  new: {type: open, name: " NAMES(
                    "New") "}\n"
                           "  looked-at: {type: open, name: " NAMES(
                               "Looked at") "}\n"
                                            "  done: {type: closed, name: " NAMES(
                                                "Done") "}\n"
                                                        "clocks:\n"
                                                        "  respond: {name: " NAMES(
                                                            "Respond") ", stops: [done]}\n"
                                                                       "  resolve: {name: " NAMES(
                                                                           "Resolve") ", stops: "
                                                                                      "[done]}\n"
                                                                                      "  repair: "
                                                                                      "{name:"
                                                                                      " " NAMES(
                                                                                          "Repair") ", stops: [done]}\n"
                                                                                                    "steps:\n"
                                                                                                    "  look: {name: " NAMES(
                                                                                                        "Look") ", from: [new], to: looked-at, by: [staff], do: [\n"
                                                                                                                "    {set: {seen_on: today, size: '\"large\"'}}, {clock: {stop: respond, start: repair}},\n"
                                                                                                                "    {case: {service: paint, link: needs}}, {notify: looked}]}\n"
                                                                                                                "  close: {name: " NAMES(
                                                                                                                    "Close") ", from: [looked-at], to: done, by: [staff, resident],\n"
                                                                                                                             "    when: 'linked(\"needs\") == 0', else: {en: The paint is not dry., es: Falta pintar.,\n"
                                                                                                                             "    vi: Chua son.}}\n"
                                                                                                                             "notices:\n"
                                                                                                                             "  looked: {to: [reporter], subject: " NAMES(
                                                                                                                                 "\"{number} seen\"") ", body: " NAMES("Seen") "}\n";

static const char painting[] =
    "workflow: painting\n"
    "name: " NAMES(
        "Paint") "\n"
                 "start: new\n"
                 "states:\n"
                 "  new: {type: open, name: " NAMES(
                     "New") "}\n"
                            "  done: {type: closed, name: " NAMES(
                                "Done") "}\n"
                                        "steps:\n"
                                        "  close: {name: " NAMES(
                                            "Close") ", from: [new], to: done, by: [staff]}\n";

static const char bench
    [] = "service: bench\n"
         "name: " NAMES(
             "Bench") "\n"
                      "department: public-works\n"
                      "workflow: mend\n"
                      "place: {required: false}\n"
                      "fields:\n"
                      "  - {id: sure, type: yes-no, text: " NAMES(
                          "Sure?") "}\n"
                                   "  - {id: size, type: choice, required: false, indexed: true, "
                                   "text: " NAMES(
                                       "Size") ",\n"
                                               "     options: [{id: small, text: " NAMES("Small") "}, {id: large, text: " NAMES(
                                                   "Large") "}]}\n"
                                                            "  - {id: seen_on, type: date, "
                                                            "required: false, audience: staff, "
                                                            "text: " NAMES(
                                                                "Seen") "}\n"
                                                                        "route: [{team: "
                                                                        "streets-west}]\n"
                                                                        "clocks: {respond: 1 "
                                                                        "workday, repair: 3 "
                                                                        "workdays}\n" EXAMPLES;

static const char paint[] =
    "service: paint\n"
    "name: " NAMES("Paint") "\n"
                            "department: public-works\n"
                            "workflow: painting\n"
                            "place: {required: false}\n"
                            "fields:\n"
                            "  - {id: sure, type: yes-no, text: " NAMES(
                                "Sure?") "}\n"
                                         "route: [{team: streets-west}]\n" EXAMPLES;

static int open_town(void **state)
{
    int opened = test_town_open(state);

    test_town_put(*state, "workflows/mend.yaml", workflow);
    test_town_put(*state, "workflows/painting.yaml", painting);
    test_town_put(*state, "services/bench.yaml", bench);
    test_town_put(*state, "services/paint.yaml", paint);
    test_town_publish(*state);
    return opened;
}

static int64_t file_bench(struct test_town *town)
{
    struct ctx *ctx = &town->ctx;
    struct filing filing = {
        .definition = city_service(town->city, S("bench")),
        .description = S("It has no seat."),
        .contact = {.name = S("Minh"), .email = S("minh@example.org")},
        .channel = S("web"),
        .base_url = S("https://city.example"),
    };
    struct filed filed;

    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    test_ok(ctx,
            answer_read(ctx, &filing.definition->fields[0], &S("true"), 1, &filing.answers.of[0]));
    test_ok(ctx, case_file(ctx, &filing, &filed));
    return filed.case_id;
}

static enum rc try_step(struct test_town *town, int64_t case_id, const char *step)
{
    static const struct grant grant = {ROLE_AGENT, SCOPE_CITY, STR("")};
    const struct actor staff = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};
    struct step_input input = {.step = str_of(step), .base_url = S("https://city.example")};
    enum rc rc;

    town->ctx.actor = &staff;
    rc = case_step(&town->ctx, case_id, &input);
    town->ctx.actor = NULL;
    return rc;
}

static void a_step_sets_answers(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_bench(town);

    test_ok(&town->ctx, try_step(town, id, "look"));
    test_town_says(town, "SELECT json(answers) FROM cases WHERE id = 1",
                   "{\"sure\":true,\"size\":\"large\",\"seen_on\":\"2026-11-16\"}");
    test_town_says(town, "SELECT text FROM case_index WHERE cases = 1 AND field = 'size'", "large");
    /* Staff alone are asked when it was seen: so the event that says it is theirs. */
    test_town_says(town,
                   "SELECT audience || payload FROM event e JOIN event_payload p ON p.event = e.id "
                   "WHERE kind = 'case.answered'",
                   "2{\"seen_on\":\"2026-11-16\",\"size\":\"large\"}");
}

static void a_step_turns_clocks(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_bench(town);

    test_town_at(town, "2026-11-17T16:00:00Z");
    test_ok(&town->ctx, try_step(town, id, "look"));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM clock WHERE cases = 1"), 2);
    assert_int_equal(test_town_count(town, "SELECT met IS NOT NULL FROM clock WHERE cases = 1 AND "
                                           "kind = 'respond'"),
                     1);
    /* A clock that runs already is not begun again. */
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM clock WHERE cases = 1 AND "
                                           "kind = 'repair' AND met IS NULL"),
                     1);
    assert_int_equal(test_town_count(town, "SELECT due = (SELECT due FROM clock k WHERE k.cases = "
                                           "c.id AND met IS NULL) FROM cases c WHERE id = 1"),
                     1);
}

static void a_step_opens_a_case(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_bench(town);

    test_ok(&town->ctx, try_step(town, id, "look"));
    test_town_says(
        town,
        "SELECT s.code || ' ' || c.description FROM cases c JOIN service s ON s.id = c.service "
        "WHERE c.id = 2",
        "paint It has no seat.");
    test_town_says(town, "SELECT json(answers) FROM cases WHERE id = 2", "{\"sure\":true}");
    assert_int_equal(test_town_count(town, "SELECT reporter = (SELECT reporter FROM cases WHERE id "
                                           "= 1) FROM cases WHERE id = 2"),
                     1);
    test_town_says(town, "SELECT kind || from_case || to_case FROM link", "needs21");
}

static void a_step_tells_more(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_bench(town);

    test_ok(&town->ctx, try_step(town, id, "look"));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM message WHERE notice = 'looked'"),
                     1);
}

static void a_guard_holds_a_step_back(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_bench(town), events;

    test_ok(&town->ctx, try_step(town, id, "look"));
    events = test_town_count(town, "SELECT count(*) FROM event");
    town->ctx.lang = LANG_ES;
    assert_int_equal(try_step(town, id, "close"), RC_CONFLICT);
    assert_int_equal(town->ctx.err.id, ERR_GUARD);
    assert_true(str_eq(town->ctx.err.arg, S("Falta pintar.")));
    ctx_clear_error(&town->ctx);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event"), events);
    test_town_says(town, "SELECT state FROM cases WHERE id = 1", "looked-at");
    test_ok(&town->ctx, try_step(town, 2, "close"));
    test_ok(&town->ctx, try_step(town, id, "close"));
    test_town_says(town, "SELECT state FROM cases WHERE id = 1", "done");
}

/* Nothing of a step stays when one of its effects cannot be: here the service that it opens has
 * been withdrawn. */
static void an_effect_that_fails_undoes_the_step(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_bench(town), events;

    test_town_put(town, "services/bench.yaml", NULL);
    test_town_put(town, "services/paint.yaml", NULL);
    test_town_publish(town);
    events = test_town_count(town, "SELECT count(*) FROM event");
    assert_true(try_step(town, id, "look") != RC_OK);
    assert_int_equal(town->ctx.err.id, ERR_CONFIG);
    ctx_clear_error(&town->ctx);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event"), events);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM clock WHERE met IS NOT NULL"), 0);
    test_town_says(town, "SELECT state FROM cases WHERE id = 1", "new");
}

/* What cannot work is said when the files are read. */
static void the_checker_finds_what_does_not_fit(void **state)
{
    static const struct {
        const char *what, *with, *says;
    } wrong[] = {
        {"size: '\"large\"'", "colour: '\"red\"'", "sets \"colour\", which is no field of"},
        {"seen_on: today", "seen_on: 7", "not of the type of the field \"seen_on\""},
        {"stop: respond", "stop: responds", "one of the workflow's clocks"},
        {"notify: looked", "notify: seen", "one of the workflow's notices"},
        {"service: paint", "service: pain", "\"pain\" is not a service of this city"},
        {"linked(\"needs\") == 0", "linked(\"needs\")", "error"},
    };
    struct test_town *town = *state;
    struct ctx *ctx = &town->ctx;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct problems problems = problems_in(ctx->arena);
        struct buf said = buf_in(ctx->arena, 10000);
        ptrdiff_t at = str_find(str_of(workflow), str_of(wrong[i].what));
        struct city *city;

        assert_true(at > 0);
        test_town_put(
            town, "workflows/mend.yaml",
            str_z(ctx->arena, str_fmt(ctx->arena, "%.*s%s%s", (int)at, workflow, wrong[i].with,
                                      workflow + at + strlen(wrong[i].what))));
        assert_int_equal(city_read(ctx, town->folder, &problems, &city), RC_INVALID);
        ctx_clear_error(ctx);
        problems_write(&problems, &said);
        if (str_find(buf_str(&said), str_of(wrong[i].says)) < 0)
            fail_msg("%s: %.*s", wrong[i].with, STR_ARG(buf_str(&said)));
    }
}

/* ---- Things of the map */

#define POST(layer, within)                                                  \
    "fields:\n  - {id: post, type: asset, layer: " layer ", within: " within \
    ", required: false, text: " NAMES("Post") "}\n"
#define LAYER(id)                                                                                 \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"id\":" \
    "\"" id "\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[-87.5,30.5]}}]}"

static void put_with(struct test_town *town, const char *file, const char *text, const char *what,
                     const char *with)
{
    struct arena *arena = town->ctx.arena;
    ptrdiff_t at = str_find(str_of(text), str_of(what));

    assert_true(at > 0);
    test_town_put(
        town, file,
        str_z(arena, str_fmt(arena, "%.*s%s%s", (int)at, text, with, text + at + strlen(what))));
}

/* A bench that asks for a post, and what paint asks for. */
static void publish_posts(struct test_town *town, const char *of_paint)
{
    test_town_put(town, "layers/sign-post.geojson", LAYER("SP-1"));
    test_town_put(town, "layers/bin.geojson", LAYER("LB-1"));
    put_with(town, "services/bench.yaml", bench, "fields:\n", POST("sign-post", "40 m"));
    put_with(town, "services/paint.yaml", paint, "fields:\n", of_paint);
    test_town_publish(town);
}

/* Some 20 m from the post. */
static int64_t file_by_post(struct test_town *town, const char *post)
{
    struct ctx *ctx = &town->ctx;
    struct place place = {.kind = PLACE_POINT, .label = S("near the river"), .has_point = true};
    struct filing filing = {
        .definition = city_service(town->city, S("bench")),
        .place = &place,
        .channel = S("web"),
        .base_url = S("https://city.example"),
    };
    const struct str typed[] = {str_of(post), S("true")};
    struct filed filed;

    assert_true(point_of(30.5, -87.5002, &place.point));
    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    for (size_t i = 0; i < COUNT(typed); i++)
        test_ok(ctx, answer_read(ctx, &filing.definition->fields[i], &typed[i], 1,
                                 &filing.answers.of[i]));
    test_ok(ctx, case_file(ctx, &filing, &filed));
    return filed.case_id;
}

/* The post of the newest case. */
static void assert_newest(struct test_town *town, const char *expected)
{
    test_town_says(
        town,
        raw_is_postgres()
            ? "SELECT s.code || ' ' || coalesce(c.answers->>'post', '') FROM cases c JOIN "
              "service s ON s.id = c.service ORDER BY c.id DESC LIMIT 1"
            : "SELECT s.code || ' ' || coalesce(c.answers->>'$.post', '') FROM cases c "
              "JOIN service s ON s.id = c.service ORDER BY c.id DESC LIMIT 1",
        expected);
}

/* To the further case goes what its own field could be answered: no thing of another layer, none
 * that is farther than it may be, and no words that a version took for one. */
static void an_asset_goes_to_the_further_case_where_it_is_one(void **state)
{
    struct test_town *town = *state;
    struct ctx *ctx = &town->ctx;
    int64_t id;

    publish_posts(town, POST("sign-post", "40 m"));
    test_ok(ctx, try_step(town, file_by_post(town, "SP-1"), "look"));
    assert_newest(town, "paint SP-1");
    id = file_by_post(town, "SP-1");
    test_town_set(
        town, str_z(ctx->arena, str_fmt(ctx->arena,
                                        "UPDATE cases SET answers = '{\"post\":\"My neighbor\"}' "
                                        "WHERE id = %lld",
                                        (long long)id)));
    test_ok(ctx, try_step(town, id, "look"));
    assert_newest(town, "paint ");
    publish_posts(town, POST("sign-post", "10 m"));
    test_ok(ctx, try_step(town, file_by_post(town, "SP-1"), "look"));
    assert_newest(town, "paint ");
    publish_posts(town, POST("bin", "40 m"));
    test_ok(ctx, try_step(town, file_by_post(town, "SP-1"), "look"));
    assert_newest(town, "paint ");
}

static void a_step_sets_no_asset_that_is_none(void **state)
{
    struct test_town *town = *state;
    int64_t id;

    put_with(town, "workflows/mend.yaml", workflow, "size: '\"large\"'", "post: '\"SP-1\"'");
    publish_posts(town, "fields:\n");
    test_ok(&town->ctx, try_step(town, file_by_post(town, ""), "look"));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event_payload WHERE payload LIKE "
                                           "'%\"post\":\"SP-1\"%'"),
                     1);
    put_with(town, "workflows/mend.yaml", workflow, "size: '\"large\"'", "post: '\"LB-1\"'");
    publish_posts(town, "fields:\n");
    id = file_by_post(town, "");
    assert_true(try_step(town, id, "look") != RC_OK);
    assert_int_equal(town->ctx.err.id, ERR_CONFIG);
    ctx_clear_error(&town->ctx);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event_payload WHERE payload LIKE "
                                           "'%LB-1%'"),
                     0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_step_sets_answers),
        TEST(a_step_turns_clocks),
        TEST(a_step_opens_a_case),
        TEST(a_step_tells_more),
        TEST(a_guard_holds_a_step_back),
        TEST(an_effect_that_fails_undoes_the_step),
        TEST(the_checker_finds_what_does_not_fit),
        TEST(an_asset_goes_to_the_further_case_where_it_is_one),
        TEST(a_step_sets_no_asset_that_is_none),
    };

    return cmocka_run_group_tests_name("effects", tests, NULL, NULL);
}
