/* The public list as its page's form asks for it: each filter, what no form can have sent, days and
 * their ends, pages and their links, the feed. */
#include "portal/list.h"

#include "place/layers.h"
#include "portal/test_visitor.h"
#include "web/url.h"

#define TEXT(world, ...) str_z((world)->ctx.arena, str_fmt((world)->ctx.arena, __VA_ARGS__))

static int times(const struct visitor *visitor, const char *piece)
{
    struct str body = visitor->asker.last.body;
    int n = 0;

    for (ptrdiff_t at; (at = str_find(body, str_of(piece))) >= 0; n++)
        body = str_slice(body, (size_t)at + 1, body.n);
    return n;
}

/* How many cases the list of a query has. */
static int found(struct visitor *visitor, const char *query)
{
    assert_int_equal(visit(visitor, "/cases.json?%s", query), 200);
    return times(visitor, "\"number\":");
}

/* What comes behind the first `mark` up to a quotation mark. */
static struct str behind(const struct visitor *visitor, const char *mark)
{
    struct str body = visitor->asker.last.body;
    ptrdiff_t at = str_find(body, str_of(mark));

    if (at < 0)
        return STR_NONE;
    body = str_slice(body, (size_t)at + strlen(mark), body.n);
    return str_slice(body, 0, (size_t)str_find_byte(body, '"'));
}

static void set_scene(struct visitor *visitor, struct world *world)
{
    visitor_init(visitor, world);
    test_file(world, &(struct test_filing){0});
    test_file(world, &(struct test_filing){.place = "10 Garden St"});
    test_file(world, &(struct test_filing){.service = "graffiti",
                                           .place = "10 Garden St",
                                           .answers = {"surface", "public"}});
    test_exec(world, "UPDATE cases SET state_type = 1, state = 'waiting' WHERE id = 2");
}

static void each_filter_narrows(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    struct str district;

    set_scene(&ana, world);
    assert_int_equal(found(&ana, ""), 3);
    assert_int_equal(found(&ana, "service=pothole"), 2);
    assert_int_equal(found(&ana, "state=waiting"), 1);
    assert_int_equal(found(&ana, "state=open"), 2);
    assert_int_equal(found(&ana, "state=closed"), 0);
    assert_int_equal(found(&ana, "service=graffiti&state=waiting"), 0);
    assert_int_equal(found(&ana, "q=garden"), 2);
    assert_int_equal(found(&ana, "q=garden&service=pothole&state=waiting"), 1);
    district = test_text(world, "SELECT district FROM cases WHERE id = 1", 0);
    assert_true(district.n > 0);
    assert_int_equal(found(&ana, TEXT(world, "district=%.*s", STR_ARG(district))),
                     test_i64(world,
                              TEXT(world, "SELECT count(*) FROM cases WHERE district = '%.*s'",
                                   STR_ARG(district)),
                              0));
    assert_int_equal(found(&ana, "bbox=-71.2,42.3,-71.0,42.5"), 3);
    assert_int_equal(found(&ana, "bbox=-70.2,42.3,-70.0,42.5"), 0);
}

/* Another list than the one asked for would be a wrong answer: each of its formats says so. */
static void what_there_is_not_is_said(void **state)
{
    static const struct {
        const char *query, *says;
    } wrong[] = {
        {"service=nothing", "no service “nothing”"}, {"service=%3Cscript%3E", "no service"},
        {"state=maybe", "no state “maybe”"},         {"state=OPEN", "no state “OPEN”"},
        {"district=nowhere", "no district"},         {"from=yesterday", "“yesterday” is no day"},
        {"until=2026-02-30", "is no day"},           {"from=07/02/2026", "is no day"},
        {"state=open&from=2026-13-01", "is no day"},
    };
    static const char *const files[] = {"json", "geojson", "csv", "atom"};
    struct visitor ana;

    set_scene(&ana, *state);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(visit(&ana, "/cases?%s", wrong[i].query), 422);
        if (!sees(&ana, wrong[i].says) || sees(&ana, "<script>") || sees(&ana, "<tbody>"))
            fail_msg("%s", wrong[i].query);
        assert_true(sees(&ana, "id=\"f-q\"") && sees(&ana, "href=\"/cases\""));
        for (size_t j = 0; j < COUNT(files); j++) {
            assert_int_equal(visit(&ana, "/cases.%s?%s", files[j], wrong[i].query), 422);
            assert_true(sees(&ana, wrong[i].says));
            assert_int_equal(sees(&ana, "{\"type\":"), j < 2);
            assert_false(sees(&ana, "<!doctype"));
        }
    }
    assert_int_equal(visit(&ana, "/es/cases.json?state=maybe"), 422);
    assert_true(sees(&ana, "no existe el estado"));
}

/* What says nothing of what is asked for takes nothing from the list. */
static void what_asks_for_nothing_is_left_out(void **state)
{
    static const char *const queries[] = {
        "after=first", "after=9-9-9", "unknown=1",    "q=++",
        "q=%EF%BF%BF", "service=",    "state=&from=",
    };
    struct visitor ana;

    set_scene(&ana, *state);
    for (size_t i = 0; i < COUNT(queries); i++) {
        if (found(&ana, queries[i]) != 3)
            fail_msg("%s", queries[i]);
        assert_int_equal(visit(&ana, "/cases?%s", queries[i]), 200);
        assert_true(sees(&ana, "href=\"/cases.csv\""));
    }
    assert_int_equal(visit(&ana, "/cases?bbox=1,2,3"), 400); /* it would be about another place */
    assert_int_equal(visit(&ana, "/cases.json?bbox=1,2,3"), 400);
    assert_int_equal(visit(&ana, "/cases.atom?bbox=1,2,3"), 400);
}

/* Days are the city's, and the last one counts to its end. */
static void days_are_whole_days_of_the_city(void **state)
{
    struct world *world = *state;
    struct visitor ana;

    visitor_init(&ana, world);
    world->ctx.now = test_time("2026-07-01 23:59");
    test_file(world, &(struct test_filing){0});
    world->ctx.now = test_time("2026-07-02 00:00");
    test_file(world, &(struct test_filing){.place = "10 Garden St"});
    world->ctx.now = test_time("2026-07-02 23:59");
    test_file(world, &(struct test_filing){.place = "12 Garden St"});
    assert_int_equal(found(&ana, "from=2026-07-02&until=2026-07-02"), 2);
    assert_int_equal(found(&ana, "until=2026-07-01"), 1);
    assert_int_equal(found(&ana, "from=2026-07-03"), 0);
    assert_int_equal(found(&ana, "from=2026-07-02&until=2026-07-01"), 0);
    assert_int_equal(visit(&ana, "/cases?from=2026-07-02&until=never"), 422);
    assert_true(sees(&ana, "value=\"2026-07-02\""));
    assert_false(sees(&ana, "value=\"never\""));
}

static void pages_keep_the_filter(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    struct str older;

    visitor_init(&ana, world);
    for (int i = 0; i <= LIST_PAGE; i++)
        test_file(world, &(struct test_filing){.place = i % 2 ? "10 Garden St" : NULL});
    visit(&ana, "/es/cases?service=pothole&state=open&from=2026-01-01&unknown=x");
    assert_int_equal(times(&ana, "<th scope=\"row\">"), LIST_PAGE);
    assert_false(sees(&ana, "26-00001-"));
    older = behind(&ana, "rel=\"next\" href=\"");
    assert_true(str_starts_with(
        older, S("/es/cases?service=pothole&amp;state=open&amp;from=2026-01-01&amp;after=")));
    older = str_slice(older, (size_t)str_find(older, S("after=")) + 6, older.n);
    assert_int_equal(visit(&ana, "/es/cases?service=pothole&after=%.*s", STR_ARG(older)), 200);
    assert_true(sees(&ana, "26-00001-"));
    assert_int_equal(behind(&ana, "rel=\"next\" href=\"").n, 0);
    assert_true(sees(&ana, "href=\"/es/cases?service=pothole\""));
    assert_true(sees(&ana, "href=\"/es/cases.csv?service=pothole\""));
}

/* The moving map shows what the list's page has, under the same numbers. */
static void the_moving_map_is_of_the_page(void **state)
{
    struct world *world = *state;
    struct visitor ana;

    visitor_init(&ana, world);
    for (int i = 0; i <= LIST_PAGE; i++)
        test_file(world, &(struct test_filing){.place = i % 2 ? "10 Garden St" : NULL});
    visit(&ana, "/cases?state=open");
    assert_true(sees(&ana, "data-points=\"/cases.geojson?state=open&amp;page=1\""));
    visit(&ana, "/cases.geojson?state=open&page=1");
    assert_int_equal(times(&ana, "\"Feature\""), LIST_PAGE);
    assert_true(sees(&ana, "\"marker\":1,\"kind\":\"open\"") && sees(&ana, "\"marker\":20,"));
    visit(&ana, "/cases.geojson?state=open"); /* for others it is what it was */
    assert_int_equal(times(&ana, "\"Feature\""), LIST_PAGE + 1);
    assert_false(sees(&ana, "\"marker\""));
}

/* The drawing that a page takes into itself has no sheet of its own: its policy would refuse it. */
static void a_drawing_for_a_page_has_no_sheet(void **state)
{
    struct visitor ana;
    struct str bounds;

    visitor_init(&ana, *state);
    test_file(ana.world, &(struct test_filing){0});
    visit(&ana, "/cases");
    bounds = str_copy(ana.world->ctx.arena, behind(&ana, "data-bounds=\""));
    assert_int_equal(visit(&ana, "/map.svg?bbox=%.*s&width=400", STR_ARG(bounds)), 200);
    assert_true(sees(&ana, "<style>"));
    assert_int_equal(visit(&ana, "/map.svg?bbox=%.*s&width=400&plain=1", STR_ARG(bounds)), 200);
    assert_true(sees(&ana, "<path"));
    assert_false(sees(&ana, "<style>"));
}

/* Words that people use for what the city does, none of them a service's name. */
static void everyday_words_find_their_service(void **state)
{
    static const struct {
        const char *words, *service;
    } wanted[] = {
        {"couch", "bulky-item"},
        {"sofa", "bulky-item"},
        {"mattress", "bulky-item"},
        {"fridge", "bulky-item"},
        {"clogged drain", "flooding-drain"},
        {"water in the street", "flooding-drain"},
        {"tagging", "graffiti"},
        {"spray paint", "graffiti"},
        {"trash on the street", "litter-illegal-dumping"},
        {"needle", "litter-illegal-dumping"},
        {"trash not picked up", "missed-collection"},
        {"recycling", "missed-collection"},
        {"weeds", "overgrown-lot"},
        {"rats", "overgrown-lot"},
        {"swing", "park-maintenance"},
        {"bench", "park-maintenance"},
        {"hole in the road", "pothole"},
        {"bump", "pothole"},
        {"curb", "sidewalk"},
        {"wheelchair ramp", "sidewalk"},
        {"dog", "stray-animal"},
        {"dead cat", "stray-animal"},
        {"lamp", "street-light-out"},
        {"dark street", "street-light-out"},
        {"stop sign", "street-sign"},
        {"street name", "street-sign"},
        {"traffic light", "traffic-signal"},
        {"crosswalk button", "traffic-signal"},
        {"branch", "tree-limb"},
        {"fallen tree", "tree-limb"},
        {"sofá", "bulky-item"},
        {"hoyo", "pothole"},
        {"farola", "street-light-out"},
        {"basura", "missed-collection"},
        {"tủ lạnh cũ", "bulky-item"},
        {"ghế sofa", "bulky-item"},
    };
    struct world *world = *state;
    struct visitor ana;

    visitor_init(&ana, world);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        struct str query = str_of(wanted[i].words);
        struct buf out = buf_in(world->ctx.arena, 300);

        url_escape(&out, query);
        visit(&ana, "/find?q=%.*s", STR_ARG(buf_str(&out)));
        if (!sees(&ana, TEXT(world, "href=\"/services/%s\"", wanted[i].service)))
            print_error("%s does not find %s\n", wanted[i].words, wanted[i].service), fail();
    }
    for (size_t i = 0; i < test_city->service_n; i++) {
        size_t n = 0;

        for (size_t j = 0; j < COUNT(wanted); j++)
            n += str_eq(test_city->services[i]->code, str_of(wanted[j].service));
        assert_true(n >= 2); /* a new service brings its words */
    }
}

static void no_service_for_words_leads_on(void **state)
{
    struct visitor ana;

    visitor_init(&ana, *state);
    assert_int_equal(visit(&ana, "/find?q=zebra+xylophone"), 200);
    assert_true(sees(&ana, "href=\"/groups/streets\"") && sees(&ana, "ch-empty"));
    assert_true(sees(&ana, TEXT(ana.world, "Or call us: %.*s", STR_ARG(test_city->phone))));
    visit(&ana, "/vi/find?q=zebra");
    assert_true(sees(&ana, "href=\"/vi/groups/streets\""));
    visit(&ana, "/find?q=pothole");
    assert_false(sees(&ana, "ch-empty"));
    for (int i = 0; i < 2; i++) { /* nothing was looked for yet */
        assert_int_equal(visit(&ana, i ? "/find?q=++" : "/find"), 200);
        assert_true(sees(&ana, "href=\"/groups/streets\"") && !sees(&ana, "ch-empty"));
    }
}

/* Before anything is asked: how long it will take, where a clock says so. */
static void a_service_says_how_long_it_takes(void **state)
{
    struct visitor ana;

    visitor_init(&ana, *state);
    visit(&ana, "/services/bulky-item");
    assert_true(sees(&ana, "As a rule we finish within 5 workdays."));
    visit(&ana, "/es/services/bulky-item");
    assert_true(sees(&ana, "un plazo de 5 d"));
}

static void an_empty_list_says_why(void **state)
{
    struct visitor ana;

    visitor_init(&ana, *state);
    assert_int_equal(visit(&ana, "/cases"), 200);
    assert_true(sees(&ana, "No reports like these. Choose fewer filters."));
    assert_int_equal(visit(&ana, "/cases?q=%%3Cb%%3Ezebra"), 200);
    assert_true(sees(&ana, "No public report has \xe2\x80\x9c&lt;b&gt;zebra"));
    assert_true(sees(&ana, "href=\"/follow\""));
    assert_false(sees(&ana, "map-pin"));
}

static void a_feed_is_of_the_filter(void **state)
{
    struct world *world = *state;
    struct visitor ana;

    set_scene(&ana, world);
    test_exec(world, "UPDATE cases SET updated = updated + 60000000 WHERE id = 2");
    assert_int_equal(visit(&ana, "/es/cases.atom?service=pothole&after=9-9"), 200);
    assert_int_equal(times(&ana, "<entry>"), 2);
    assert_true(sees(&ana, "xml:lang=\"es\"") && sees(&ana, "<updated>2026-07-02T15:01:00") &&
                sees(&ana, "href=\"https://city.example/es/cases.atom?service=pothole\"") &&
                sees(&ana, "tag:city.example,2026:/cases/26-00001-") &&
                sees(&ana, "label=\"Bache\""));
    assert_int_equal(visit(&ana, "/cases.atom?q=zebra"), 200);
    assert_int_equal(times(&ana, "<entry>"), 0);
    assert_true(sees(&ana, ": zebra - "));
    for (int i = 0; i < LIST_FEED; i++)
        test_file(world, &(struct test_filing){0});
    visit(&ana, "/cases.atom");
    assert_int_equal(times(&ana, "<entry>"), LIST_FEED);
}

/* The forms that programs read tell where they go on, with the host. */
static void data_goes_on(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    struct str next;

    visitor_init(&ana, world);
    for (int i = 0; i <= LIST_DATA; i++)
        test_file(world, &(struct test_filing){0});
    assert_int_equal(found(&ana, "service=pothole"), LIST_DATA);
    next = behind(&ana, "\"next\":\"https://city.example/cases.json?service=pothole\\u0026after=");
    assert_true(next.n > 0);
    assert_int_equal(found(&ana, TEXT(world, "service=pothole&after=%.*s", STR_ARG(next))), 1);
    assert_false(sees(&ana, "\"next\""));
    visit(&ana, "/cases.csv");
    assert_int_equal(times(&ana, "\r\n"), LIST_DATA + 2);
    assert_int_equal(visit(&ana, "/cases.geojson"), 200);
    assert_int_equal(times(&ana, "\"Feature\""), LIST_DATA + 1);
}

/* ---- The way to a service */

static void services_are_found(void **state)
{
    struct visitor ana;

    visitor_init(&ana, *state);
    assert_int_equal(visit(&ana, "/groups/streets"), 200);
    assert_true(sees(&ana, "href=\"/services/pothole\"") &&
                !sees(&ana, "href=\"/services/stray-animal\""));
    assert_int_equal(visit(&ana, "/groups/nothing"), 404);
    assert_int_equal(visit(&ana, "/services/nothing"), 404);
    assert_int_equal(visit(&ana, "/es/services/pothole"), 200);
    assert_true(sees(&ana, "href=\"/es/report/pothole\"") && sees(&ana, "Bache"));
    assert_int_equal(visit(&ana, "/find?q=%%3Cscript%%3E"), 200);
    assert_false(sees(&ana, "<script>"));
    assert_int_equal(visit(&ana, "/places.json"), 200);
    assert_string_equal(str_z((*(struct world **)state)->ctx.arena, ana.asker.last.body),
                        "{\"places\":[]}");
    assert_int_equal(visit(&ana, "/nothing/at/all"), 404);
    assert_true(sees(&ana, "<h1") && sees(&ana, "lang=\"en\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_filter_narrows),
        TEST(what_there_is_not_is_said),
        TEST(what_asks_for_nothing_is_left_out),
        TEST(days_are_whole_days_of_the_city),
        TEST(pages_keep_the_filter),
        TEST(the_moving_map_is_of_the_page),
        TEST(a_drawing_for_a_page_has_no_sheet),
        TEST(everyday_words_find_their_service),
        TEST(no_service_for_words_leads_on),
        TEST(a_service_says_how_long_it_takes),
        TEST(an_empty_list_says_why),
        TEST(a_feed_is_of_the_filter),
        TEST(data_goes_on),
        TEST(services_are_found),
    };

    return RUN_TESTS("portal/filters", tests);
}
