/* Lists for everybody: whatever is asked for, pages read one after the other hold every case that
 * fits once and in order, and no page looks at more than it may. */
#include <stdlib.h>

#include "engine/cases/public_case.h"
#include "engine/cases/public_story.h"
#include "engine/test_support.h"
#include "place/place.h"

#define MOST_IDS 700
#define STEP     (raw_is_postgres() ? 7 : 1) /* there each question takes its time */

struct found {
    int64_t ids[MOST_IDS];
    size_t n, missed, pages;
};

/* Copies of three cases of two services: over a year, in all states, some hidden, some at each of
 * three places; some changed long after they were opened. */
static void fill(struct world *world, int copies)
{
    static const char *const places[] = {"795 Massachusetts Ave", "", "14 Garden St"};

    for (int i = 0; i < 3; i++)
        test_file(world, &(struct test_filing){.service = i % 2 ? "graffiti" : "pothole",
                                               .place = *places[i] ? places[i] : "806 Mass Ave",
                                               .answers = {i % 2 ? "surface" : NULL, "public"}});
    test_exec(
        world,
        str_z(
            world->ctx.arena,
            str_fmt(world->ctx.arena,
                    "WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < %d) "
                    "INSERT INTO cases (number, service, service_version, class, state, "
                    "state_type, state_since, place, lang, channel, confidentiality, is_hidden, "
                    "description, is_description_public, answers, opened, updated, district, "
                    "lock_version) SELECT 'k' || k || '-' || id, service, service_version, '', "
                    "CASE k %% 3 WHEN 2 THEN 'resolved' ELSE state END, "
                    "CASE k %% 3 WHEN 2 THEN 2 ELSE 0 END, opened, place, lang, channel, 0, "
                    "CASE WHEN k %% 11 = 0 THEN TRUE ELSE FALSE END, '', FALSE, answers, "
                    "opened - k / 2 * 3600000000, opened - k / 2 * 3600000000 + k %% 7 * "
                    "86400000000, CAST(1 + k %% 5 AS TEXT), 1 FROM k, cases WHERE id <= 3",
                    copies)));
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

/* All pages of a filter, one after the other. */
static struct found read_all(struct world *world, struct public_filter filter)
{
    struct found found = {.n = 0};
    struct public_cases page;

    do {
        test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
        assert_true(page.n <= filter.most && page.n + page.missed <= 5000);
        for (size_t i = 0; i < page.n && found.n < MOST_IDS; i++)
            found.ids[found.n++] = page.of[i].id;
        found.missed += page.missed;
        found.pages++;
        filter.has_after = true;
        filter.after = page.next;
    } while (page.has_more);
    return found;
}

static const struct public_filter *sorting;

static int newest_first(const void *left, const void *right)
{
    const struct public_case *a = left, *b = right;
    int order = sorting->is_by_updated ? instant_cmp(b->updated, a->updated)
                                       : instant_cmp(b->opened, a->opened);

    return order ? order : (b->id > a->id) - (b->id < a->id);
}

/* Every case that is public, looked at one by one. */
struct every {
    struct public_case *of;
    size_t n;
};

static struct every look_at_all(struct world *world)
{
    int64_t last = test_i64(world, "SELECT max(id) + 0 * %lld FROM cases", 1);
    struct every every = {.of = ARENA_ARRAY(world->ctx.arena, (size_t)last, struct public_case)};

    assert_non_null(every.of);
    for (int64_t id = 1; id <= last; id++) {
        if (public_case_get(&world->ctx, id, &every.of[every.n]))
            ctx_clear_error(&world->ctx);
        else
            every.n++;
    }
    return every;
}

static void assert_alike(struct world *world, struct every every,
                         const struct public_filter *filter, int number)
{
    struct arena *home = world->ctx.arena, *piece = arena_child(home);
    struct found pages;
    size_t n = 0;

    assert_non_null(piece);
    world->ctx.arena = piece;
    pages = read_all(world, *filter);
    sorting = filter;
    qsort(every.of, every.n, sizeof *every.of, newest_first);
    for (size_t i = 0; i < every.n; i++) {
        if (!public_filter_has(filter, &every.of[i]))
            continue;
        if (n >= pages.n || pages.ids[n] != every.of[i].id)
            fail_msg("filter %x: case %lld is not at %zu of %zu", (unsigned)number,
                     (long long)every.of[i].id, n, pages.n);
        n++;
    }
    assert_int_equal(pages.n, n);
    world->ctx.arena = home;
    arena_free(piece);
}

/* The house number is blurred for none of these services: the box is around where it is. */
static struct box box_at(struct world *world, int64_t case_id, double metres)
{
    struct public_case shown;

    test_ok(&world->ctx, public_case_get(&world->ctx, case_id, &shown));
    return box_around(shown.place.point, metres);
}

static struct public_filter filter_of(struct world *world, int bits)
{
    static int64_t services[2];
    struct public_filter filter = {.most = bits & 1 ? 7 : 200, .is_by_updated = bits & 2};

    services[0] = test_i64(world, "SELECT service FROM cases WHERE id = %lld", 1);
    services[1] = test_i64(world, "SELECT service FROM cases WHERE id = %lld", 2);
    if (bits & 4)
        filter.service = services[1];
    else if (bits & 8) {
        filter.services = services;
        filter.service_n = 2;
    }
    if (bits & 16)
        filter.states = 1U << STATE_OPEN | 1U << STATE_CLOSED;
    if (bits & 32) {
        filter.has_state = true;
        filter.state = STATE_CLOSED;
    }
    if (bits & 64) {
        filter.has_from = filter.has_until = true;
        filter.from = instant_plus_us(world->ctx.now, -3 * US_PER_DAY);
        filter.until = instant_plus_us(world->ctx.now, -US_PER_DAY);
    }
    if (bits & 128)
        filter.district = S("3");
    if (bits & 256) {
        filter.has_box = true;
        filter.box = box_at(world, 1, 120);
    }
    return filter;
}

static void pages_hold_every_case_once(void **state)
{
    struct world *world = *state;
    struct every every;

    fill(world, 200);
    every = look_at_all(world);
    for (int bits = 0; bits < 512; bits += STEP) {
        struct public_filter filter = filter_of(world, bits);

        if (filter.is_by_updated) {
            filter.has_updated_from = bits & 16;
            filter.updated_from = instant_plus_us(world->ctx.now, -2 * US_PER_DAY);
        }
        assert_alike(world, every, &filter, bits);
    }
}

/* More places than are looked at one by one: then the order of time leads, to the same. */
static void a_crowded_box_is_read_by_time(void **state)
{
    struct world *world = *state;
    struct public_filter filter;
    struct every every;

    fill(world, 200);
    test_exec(world,
              "INSERT INTO place (kind, label, unit, zip, lat_e7, lon_e7, cell, layers) "
              "SELECT p.kind, p.label, p.unit, p.zip, p.lat_e7, p.lon_e7, p.cell, p.layers "
              "FROM cases a, cases b JOIN cases c ON c.id = 1 JOIN place p ON p.id = c.place "
              "WHERE a.id <= 100 AND b.id <= 60");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    every = look_at_all(world);
    for (int bits = 256; bits < 512; bits += STEP) {
        filter = filter_of(world, bits);
        assert_alike(world, every, &filter, bits);
    }
}

/* A box where nothing is costs a look at its squares. */
static void an_empty_box_costs_nothing(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.most = 50, .has_box = true};
    struct found found;

    fill(world, 200);
    filter.box = box_around((struct point){100000000, -600000000}, 100);
    found = read_all(world, filter);
    assert_int_equal(found.n + found.missed, 0);
    assert_int_equal(found.pages, 1);
    filter.box = (struct box){{-900000000, -1800000000}, {900000000, 1800000000}};
    assert_true(read_all(world, filter).n > 500);
}

/* What hardly fits is not read on and on for one page. */
static void a_page_looks_at_so_many_rows(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.most = 50, .district = S("77")};
    struct public_cases page;

    fill(world, 2000);
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 0);
    assert_true(page.has_more);
    assert_true(page.missed >= 1000 && page.missed <= 2200);
    filter.is_by_updated = true;
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_true(page.missed >= 1000 && page.missed <= 2200 && page.has_more);
}

/* Who only counts gets the same cases without their places. */
static void counting_leaves_places_out(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.most = 200};
    struct public_cases page;

    fill(world, 20);
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_true(page.of[0].place.has_point && page.n > 50);
    filter.is_bare = true;
    filter.most = page.n;
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, filter.most);
    assert_false(page.of[0].place.has_point || page.of[0].place.label.n);
}

/* ---- What happened */

static void add_happenings(struct world *world, int n)
{
    test_exec(world, str_z(world->ctx.arena,
                           str_fmt(world->ctx.arena,
                                   "WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k "
                                   "WHERE k < %d) INSERT INTO event (at, kind, cases, actor_kind, "
                                   "audience, commitment) SELECT c.opened + k / 10 * 1000000, "
                                   "'case.opened', c.id, 'system', CASE WHEN k %% 4 = 0 THEN 2 "
                                   "ELSE 0 END, x'00' FROM k, cases c WHERE c.id = 1",
                                   n)));
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

static void what_happened_is_told_in_pages(void **state)
{
    struct world *world = *state;
    struct instant until = instant_plus_us(world->ctx.now, US_PER_DAY);
    struct public_events_ask ask = {.until = until, .most = 1300};
    struct public_happened happened;
    int64_t seen = 0, n;

    test_file(world, &(struct test_filing){0});
    add_happenings(world, 4000);
    n = test_i64(world, "SELECT count(*) FROM event WHERE audience = 0 AND cases = %lld", 1);
    for (ask.skipped = 0;; ask.skipped += 1300) {
        test_ok(&world->ctx, public_happened(&world->ctx, &ask, &happened));
        seen += (int64_t)happened.n;
        if (!happened.has_more)
            break;
        assert_int_equal(happened.n, 1300);
    }
    assert_int_equal(seen, n);
    assert_int_equal(ask.skipped, n / 1300 * 1300);
    /* From the end: the latest of them. */
    ask = (struct public_events_ask){.until = until, .most = 1, .is_from_end = true};
    test_ok(&world->ctx, public_happened(&world->ctx, &ask, &happened));
    assert_int_equal(
        happened.of[0].update.at.us_utc,
        test_i64(world, "SELECT max(at) FROM event WHERE audience = 0 AND cases = %lld", 1));
    assert_true(happened.has_more && happened.of[0].shown.number.n);
    /* Of a case that is hidden nothing is told. */
    test_exec(world, "UPDATE cases SET is_hidden = TRUE");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, public_happened(&world->ctx, &ask, &happened));
    assert_int_equal(happened.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_hold_every_case_once), TEST(a_crowded_box_is_read_by_time),
        TEST(an_empty_box_costs_nothing), TEST(a_page_looks_at_so_many_rows),
        TEST(counting_leaves_places_out), TEST(what_happened_is_told_in_pages),
    };

    return RUN_TESTS("engine public list", tests);
}
