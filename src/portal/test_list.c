/* What the public sees of cases: in every form of the list the bytes are searched for what must
 * not be there. */
#include "portal/list.h"

#include <libxml/parser.h>

#include "engine/test_support.h"
#include "portal/page.h"
#include "web/exchange.h"
#include "web/url.h"

static struct server server = {.csrf = {.base_url = STR("https://city.example")}};
static struct exchange exchange = {.server = &server};

typedef enum rc handler_fn(struct ctx *ctx, struct request *request, struct reply *reply);

/* "state=open&after=..." as the server would have decoded it. */
static struct request request_of(struct world *world, const char *query)
{
    struct request request = {.exchange = &exchange, .path = {.segments = {STR("cases")}, .n = 1}};
    struct param *items = ARENA_ARRAY(world->ctx.arena, 16, struct param);
    struct str rest = str_of(query), piece;

    assert_non_null(items);
    request.query.items = items;
    while (rest.n && str_next(&rest, '&', &piece)) {
        assert_true(str_next(&piece, '=', &items[request.query.n].name));
        items[request.query.n++].value = piece;
    }
    return request;
}

/* The whole body, streamed or not. */
static struct str answer(struct world *world, handler_fn *handler, const char *query)
{
    struct request request = request_of(world, query);
    struct reply reply = reply_in(world->ctx.arena, true);
    bool is_last = false;
    struct str body;

    test_ok(&world->ctx, handler(&world->ctx, &request, &reply));
    while (reply.produce && !is_last)
        test_ok(&world->ctx,
                reply.produce(&world->ctx, reply.produce_state, &reply.body, &is_last));
    assert_false(reply.has_failed || buf_has_failed(&reply.body));
    body = str_copy(world->ctx.arena, buf_str(&reply.body));
    reply_done(&reply);
    return body;
}

static bool has(struct str text, const char *piece)
{
    return str_find(text, str_of(piece)) >= 0;
}

static handler_fn *const forms[] = {list_show, list_json, list_csv, list_atom, list_geojson};
#define FORMS (COUNT(forms))

/* The city with one service turned to be staff's own. */
static struct city *city_with_staff_service(struct world *world, const char *code)
{
    struct city *city = ARENA_NEW(world->ctx.arena, struct city);
    struct definition *staff = ARENA_NEW(world->ctx.arena, struct definition);

    assert_non_null(city);
    assert_non_null(staff);
    *city = *test_city;
    city->services = ARENA_ARRAY(world->ctx.arena, city->service_n, struct definition *);
    city->versions = ARENA_ARRAY(world->ctx.arena, city->version_n, struct definition *);
    *staff = *city_service(test_city, str_of(code));
    staff->audience = AUDIENCE_STAFF;
    for (size_t i = 0; i < city->service_n; i++)
        city->services[i] =
            str_eq(test_city->services[i]->code, staff->code) ? staff : test_city->services[i];
    for (size_t i = 0; i < city->version_n; i++)
        city->versions[i] = test_city->versions[i]->version_id == staff->version_id
                                ? staff
                                : test_city->versions[i];
    test_city_index(world, city);
    return city;
}

static void no_form_tells_what_is_not_public(void **state)
{
    static const char *const secret[] = {
        "SECRETWORD", "linh@example.com", "Linh Tran", "555-0199", "795 Mass", "CONFIDENTIAL",
    };
    struct world *world = *state;
    struct filed home =
        test_file(world, &(struct test_filing){.service = "stray-animal",
                                               .description = "SECRETWORD 1",
                                               .answers = {"state", "loose", "animal", "Dog"}});
    struct filed secret_one = test_file(
        world, &(struct test_filing){.place = "10 Garden St", .description = "SECRETWORD 2"});
    struct filed hidden = test_file(
        world, &(struct test_filing){.place = "12 Garden St", .description = "SECRETWORD 3"});
    struct filed staff = test_file(world, &(struct test_filing){.service = "graffiti",
                                                                .place = "14 Garden St",
                                                                .answers = {"surface", "public"}});
    struct filed open = test_file(world, &(struct test_filing){.place = "Broadway & Prospect St",
                                                               .name = "Linh Tran",
                                                               .email = "linh@example.com",
                                                               .phone = "251-555-0199",
                                                               .description = "SECRETWORD 4"});
    struct filed told =
        test_file(world, &(struct test_filing){.place = "20 Garden St", .description = "OPENWORD"});
    const struct str gone[] = {secret_one.number, hidden.number, staff.number};
    struct str exact_lat;

    test_exec(world, "UPDATE cases SET confidentiality = 1 WHERE id = 2;"
                     "UPDATE cases SET is_hidden = TRUE WHERE id = 3;"
                     "UPDATE cases SET is_description_public = TRUE WHERE id = 6");
    exact_lat = str_fmt(world->ctx.arena, "%lld",
                        (long long)test_i64(world, "SELECT lat_e7 FROM place WHERE id = %lld", 1));
    exact_lat = str_fmt(world->ctx.arena, "%.*s.%.*s", 2, exact_lat.p, (int)exact_lat.n - 2,
                        exact_lat.p + 2);
    world->ctx.city = city_with_staff_service(world, "graffiti");
    test_look_again(world);
    for (size_t i = 0; i < FORMS; i++) {
        struct str body = answer(world, forms[i], "");

        for (size_t j = 0; j < COUNT(secret); j++)
            assert_false(has(body, secret[j]));
        for (size_t j = 0; j < COUNT(gone); j++)
            assert_false(has(body, str_z(world->ctx.arena, gone[j])));
        assert_false(has(body, str_z(world->ctx.arena, str_slice(exact_lat, 0, 8))));
        assert_true(has(body, str_z(world->ctx.arena, home.number)));
        assert_true(has(body, str_z(world->ctx.arena, open.number)));
        assert_true(has(body, str_z(world->ctx.arena, told.number)));
        assert_true(has(body, "20 Garden St"));
        assert_true(has(body, "700 block of Massachusetts Ave"));
        assert_int_equal(has(body, "OPENWORD"), forms[i] != list_show && forms[i] != list_geojson);
    }
    world->ctx.city = test_city;
}

/* The body with a word taken out wherever the page repeats what was searched for. */
static struct str without(struct world *world, struct str body, const char *word)
{
    struct buf out = buf_in(world->ctx.arena, body.n + 1);
    struct str gone = str_of(word);
    ptrdiff_t at;

    while ((at = str_find(body, gone)) >= 0) {
        buf_add(&out, str_slice(body, 0, (size_t)at));
        body = str_slice(body, (size_t)at + gone.n, body.n);
    }
    buf_add(&out, body);
    return buf_str(&out);
}

/* Four cases that a word could give away, and one that may be found. */
static void file_secrets(struct world *world)
{
    test_file(world, &(struct test_filing){.service = "stray-animal",
                                           .description = "PRIVATEWORD",
                                           .answers = {"state", "loose", "animal", "Zebra"}});
    test_file(world, &(struct test_filing){.place = "10 Garden St", .description = "PARTYWORD"});
    test_file(world, &(struct test_filing){.place = "12 Garden St", .description = "HIDDENWORD"});
    test_file(world, &(struct test_filing){.service = "graffiti",
                                           .place = "14 Garden St",
                                           .answers = {"surface", "public"},
                                           .description = "STAFFWORD",
                                           .name = "Linh Tran",
                                           .email = "linh@example.com"});
    test_file(world, &(struct test_filing){.place = "20 Garden St", .description = "OPENWORD"});
    test_exec(world, "UPDATE cases SET is_description_public = TRUE WHERE id IN (2, 3, 4, 5);"
                     "UPDATE cases SET confidentiality = 1 WHERE id = 2;"
                     "UPDATE cases SET is_hidden = TRUE WHERE id = 3");
    world->ctx.city = city_with_staff_service(world, "graffiti");
}

/* Every way to write the words into the index that everybody searches: as the program does, and as
 * if a mistake had put all of them there. */
static void put_words(struct world *world, bool all)
{
    static const char *const sql[] = {
        "UPDATE case_public_text SET words = 'pothole 20 garden st openword' WHERE rowid = 5",
        "UPDATE case_public_text SET words = (SELECT t.words FROM case_text t WHERE t.rowid = "
        "case_public_text.rowid)",
    };

    test_exec(world, sql[all]);
    if (raw_is_postgres())
        test_exec(world, "UPDATE case_public_text SET vector = to_tsvector('simple', words)");
    test_look_again(world);
}

/* A search for what is not shown answers, to the byte, what one for nonsense answers. */
static void a_search_tells_nothing_of_what_is_not_public(void **state)
{
    static const char *const secret[] = {
        "PRIVATEWORD", "partyword",        "hiddenword", "staffword",  "Zebra",
        "Linh",        "linh@example.com", "26-00002-5", "26-00003-3", "795",
    };
    static const char *const nonsense = "qqqzzz";
    struct world *world = *state;

    file_secrets(world);
    for (int all = 0; all < 2; all++) {
        put_words(world, all);
        for (size_t i = 0; i < FORMS; i++) {
            struct str nothing = without(world, answer(world, forms[i], "q=qqqzzz"), nonsense);

            for (size_t j = 0; j < COUNT(secret); j++) {
                struct str query = str_fmt(world->ctx.arena, "q=%s", secret[j]);
                struct str body = answer(world, forms[i], str_z(world->ctx.arena, query));
                struct buf escaped = buf_in(world->ctx.arena, 100);

                url_escape(&escaped, str_of(secret[j]));
                body = without(world, body, str_z(world->ctx.arena, buf_str(&escaped)));
                assert_str(without(world, body, secret[j]), str_z(world->ctx.arena, nothing));
            }
        }
    }
    world->ctx.city = test_city;
}

/* What is shown is found in every form, together with the other filters. */
static void a_search_finds_what_is_shown(void **state)
{
    struct world *world = *state;

    file_secrets(world);
    put_words(world, false);
    for (size_t i = 0; i < FORMS; i++) {
        assert_true(has(answer(world, forms[i], "q=openword"), "26-00005"));
        assert_true(has(answer(world, forms[i], "q=GARDEN st&state=open"), "26-00005"));
        assert_true(has(answer(world, forms[i], "q=26-00005-0"), "26-00005"));
        assert_true(has(answer(world, forms[i], "q=pothole&service=pothole"), "26-00005"));
        assert_true(has(answer(world, forms[i], "q=700 block of massachusetts"), "26-00001"));
        assert_false(has(answer(world, forms[i], "q=openword&state=closed"), "26-00005"));
        assert_false(has(answer(world, forms[i], "q=openword&until=2020-01-01"), "26-00005"));
        assert_false(has(answer(world, forms[i], "q=openword nothing"), "26-00005"));
    }
    assert_true(has(answer(world, list_show, "q=<b>%"), "&lt;b&gt;%"));
    assert_true(
        has(answer(world, list_show, "q=openword&state=open"), "q=openword&amp;state=open"));
    world->ctx.city = test_city;
}

/* A box around the house finds nothing: it is asked about the block. */
static void boxes_do_not_find_the_house(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.most = 10, .has_box = true};
    struct public_cases page;
    struct point exact;

    test_file(world, &(struct test_filing){.service = "stray-animal",
                                           .answers = {"state", "dead", "animal", "Cat"}});
    exact = (struct point){(int32_t)test_i64(world, "SELECT lat_e7 FROM place WHERE id = %lld", 1),
                           (int32_t)test_i64(world, "SELECT lon_e7 FROM place WHERE id = %lld", 1)};
    test_look_again(world);
    filter.box = box_around(exact, 3000);
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 1);
    assert_true(page.of[0].place.is_blurred);
    assert_true(point_distance_m(page.of[0].place.point, exact) > 2);
    filter.box = box_around(exact, 1);
    filter.box = box_around(page.of[0].place.point, 1);
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 1);
    filter.box = box_around(exact, 1);
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 0);
    assert_false(page.has_more);
}

/* Reads all pages of a filter; each case once, `expected` in all, newest first. */
static void read_through(struct world *world, struct public_filter filter, size_t expected)
{
    struct str seen[64];
    struct instant last = {INT64_MAX};
    struct public_cases page;
    size_t n = 0;

    do {
        test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
        assert_true(page.n <= filter.most);
        for (size_t i = 0; i < page.n; i++) {
            for (size_t j = 0; j < n; j++)
                assert_false(str_eq(seen[j], page.of[i].number));
            assert_true(instant_cmp(page.of[i].opened, last) <= 0);
            last = page.of[i].opened;
            assert_true(n < 64);
            seen[n++] = page.of[i].number;
        }
        filter.has_after = true;
        filter.after = page.next;
    } while (page.has_more);
    assert_int_equal(n, expected);
}

static void every_case_is_on_one_page(void **state)
{
    static const char *const services[] = {"pothole", "graffiti", "stray-animal"};
    static const char *const asked[][4] = {
        {NULL}, {"surface", "public"}, {"state", "dead", "animal", "Cat"}};
    struct world *world = *state;
    struct instant start = world->ctx.now;

    for (int i = 0; i < 31; i++) {
        world->ctx.now = instant_plus_us(start, i / 4 * US_PER_MIN); /* four at one instant */
        test_file(world, &(struct test_filing){.service = services[i % 3],
                                               .answers = {asked[i % 3][0], asked[i % 3][1],
                                                           asked[i % 3][2], asked[i % 3][3]}});
    }
    test_exec(world, "UPDATE cases SET state_type = 2, state = 'resolved' WHERE id % 5 = 0;"
                     "UPDATE cases SET is_hidden = TRUE WHERE id % 7 = 0");
    test_look_again(world);
    for (size_t most = 1; most < 40; most += 6) {
        const struct public_filter by_service = {
            .most = most, .service = city_service(test_city, S("pothole"))->service_id};
        const struct public_filter by_state = {
            .most = most, .has_state = true, .state = STATE_OPEN};

        read_through(world, (struct public_filter){.most = most}, 27);
        read_through(world, by_service,
                     (size_t)test_i64(world,
                                      "SELECT count(*) FROM cases WHERE is_hidden = FALSE "
                                      "AND id %% 3 = 1 AND %lld = 1",
                                      1));
        read_through(world, by_state,
                     (size_t)test_i64(world,
                                      "SELECT count(*) FROM cases WHERE is_hidden = FALSE "
                                      "AND state_type = 0 AND %lld = 1",
                                      1));
        read_through(world,
                     (struct public_filter){.most = most,
                                            .has_from = true,
                                            .from = instant_plus_us(start, 2 * US_PER_MIN),
                                            .has_until = true,
                                            .until = instant_plus_us(start, 3 * US_PER_MIN)},
                     4);
    }
}

static void a_box_is_four_numbers(void **state)
{
    static const char *const wrong[] = {
        "",           "1,2,3",    "1,2,3,4,5", "nan,1,2,3",
        "1,inf,2,3",  "2,1,1,3",  "1,3,2,1",   "1,1,1,2",
        "-181,1,2,3", "1,2,3,91", "1e3,2,3,4", "0x1,2,3,4",
        "1,2,3,",     "1, ,3,4",  "--1,2,3,4", "99999999999999999999999999999999999999999999,2,3,4",
        "1;2;3;4",
    };
    struct arena *arena = arena_new(1 << 20);
    struct public_cursor cursor;
    struct box box = {.min = {7, 7}};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(public_box_parse(arena, str_of(wrong[i]), &box));
    assert_int_equal(box.min.lat_e7, 7);
    assert_true(public_box_parse(arena, S("-71.2, 42.3,-71.0,42.4"), &box));
    assert_int_equal(box.min.lat_e7, 423000000);
    assert_int_equal(box.max.lon_e7, -710000000);
    assert_true(public_cursor_parse(S("-17-5"), &cursor));
    assert_int_equal(cursor.opened.us_utc, -17);
    assert_int_equal(cursor.id, 5);
    assert_str(public_cursor_text(arena, cursor), "-17-5");
    assert_false(public_cursor_parse(S(""), &cursor) || public_cursor_parse(S("-"), &cursor) ||
                 public_cursor_parse(S("1-"), &cursor) || public_cursor_parse(S("1-x"), &cursor));
    arena_free(arena);
}

/* What somebody else's system sent us stays text, whatever is in it. */
static void hostile_texts_stay_texts(void **state)
{
    struct world *world = *state;
    struct str feed, table;
    xmlDocPtr document;

    test_file(world, &(struct test_filing){.description = "x"});
    test_exec(world,
              "UPDATE place SET label = '=HYPERLINK(\"x\") <b>&\"'']]>' || '\x01' || "
              "'</title>';"
              "UPDATE cases SET is_description_public = TRUE, description = '<script>&amp;]]>' "
              "|| '\x0b\xef\xbf\xbe'");
    test_look_again(world);
    feed = answer(world, list_atom, "service=pothole");
    document = xmlReadMemory(feed.p, (int)feed.n, "feed", NULL,
                             XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    assert_non_null(document);
    assert_string_equal((const char *)xmlDocGetRootElement(document)->name, "feed");
    xmlFreeDoc(document);
    assert_false(has(feed, "<script>") || has(feed, "<b>"));
    assert_true(has(feed, "<id>tag:city.example,2026:/cases/26-00001-"));
    assert_true(has(answer(world, list_show, ""), "text-anchor=\"middle\">1</text>"));
    table = answer(world, list_csv, "");
    assert_true(has(table, "\"'=HYPERLINK(") && !has(table, ",=HYPERLINK"));
    assert_false(has(answer(world, list_show, ""), "<b>"));
    assert_false(has(answer(world, list_json, ""), "<script>"));
}

static void maps_are_bounded(void **state)
{
    static const char *const wrong[] = {
        "",
        "bbox=-180,-90,180,90",
        "bbox=10,10,10.1,10.1",
        "bbox=-71.12,42.36,-71.10,42.38&width=0",
        "bbox=-71.12,42.36,-71.10,42.38&width=2001",
        "bbox=-71.12,42.36,-71.10,42.38&width=1x",
        "bbox=-71.12,42.36,-71.119999,42.38&width=2000",
    };
    struct world *world = *state;
    struct box box = {{423600000, -711200000}, {423800000, -711000000}};
    struct box square = city_map_shaped(box, CITY_MAP_PIN_PX, CITY_MAP_PIN_PX);
    struct request request;
    struct point at;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct reply reply = reply_in(world->ctx.arena, true);

        request = request_of(world, wrong[i]);
        assert_error(&world->ctx, city_map_show(&world->ctx, &request, &reply), ERR_MALFORMED,
                     NULL);
    }
    assert_true(has(answer(world, city_map_show, "bbox=-71.12,42.36,-71.10,42.38&pin=42.37,-71.11"),
                    "map-pin-here"));
    request = request_of(world, str_z(world->ctx.arena,
                                      str_fmt(world->ctx.arena, "pin.x=144&pin.y=144&pin_box=%.*s",
                                              STR_ARG(city_map_bounds(world->ctx.arena, square)))));
    assert_true(city_map_pin(&world->ctx, &request, &at));
    assert_true(point_distance_m(at, (struct point){423700000, -711100000}) < 10);
    request = request_of(world, "pin.x=-1&pin.y=144&pin_box=-71.12,42.36,-71.10,42.38");
    assert_false(city_map_pin(&world->ctx, &request, &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_search_tells_nothing_of_what_is_not_public),
        TEST(a_search_finds_what_is_shown),
        TEST(no_form_tells_what_is_not_public),
        TEST(boxes_do_not_find_the_house),
        TEST(every_case_is_on_one_page),
        TEST(a_box_is_four_numbers),
        TEST(hostile_texts_stay_texts),
        TEST(maps_are_bounded),
    };

    return RUN_TESTS("portal/list", tests);
}
