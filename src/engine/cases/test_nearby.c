/* Open cases around a place, in the store of the demonstration city. */
#include <sqlite3.h>

#include "engine/cases/locate.h"
#include "engine/cases/nearby.h"
#include "engine/cases/queries.h"
#include "engine/test_support.h"

static const struct point square = {423653000, -711039000};

static struct filed file_at(struct world *world, const char *service, double north_m, double east_m)
{
    struct point at = point_moved(square, north_m, east_m);
    struct str place = str_fmt(world->ctx.arena, "%.7f,%.7f", point_lat(at), point_lon(at));

    return test_file(world, &(struct test_filing){.service = service,
                                                  .place = str_z(world->ctx.arena, place),
                                                  .email = "maria@example.org"});
}

static struct nearby_ask ask_at(const char *service, struct point at)
{
    return (struct nearby_ask){
        .definition = city_service(test_city, str_of(service)),
        .place = {.has_point = true, .point = at},
        .most = NEARBY_MAX,
    };
}

static struct nearby_public near_square(struct world *world, const char *service)
{
    struct nearby_ask ask = ask_at(service, square);
    struct nearby_public found;

    test_ok(&world->ctx, nearby_public(&world->ctx, &ask, &found));
    return found;
}

static struct nearby_cases staff_near(struct world *world, const struct actor *actor,
                                      int64_t not_case)
{
    struct nearby_ask ask = ask_at("pothole", square);
    struct nearby_cases found;

    ask.not_case = not_case;
    world->ctx.actor = actor;
    test_ok(&world->ctx, nearby_staff(&world->ctx, &ask, &found));
    world->ctx.actor = NULL;
    return found;
}

/* ---- For anybody */

static void the_nearest_comes_first(void **state)
{
    struct world *world = *state;
    struct filed far = file_at(world, "pothole", 0, 44), near = file_at(world, "pothole", 5, 0),
                 middle = file_at(world, "pothole", -20, 0);
    struct nearby_public found;
    struct nearby_ask ask = ask_at("pothole", square);

    file_at(world, "pothole", 0, 53);
    file_at(world, "pothole", -90, 90);
    file_at(world, "flooding-drain", 0, 0);
    found = near_square(world, "pothole");
    assert_int_equal(found.n, 3);
    assert_true(str_eq(found.of[0].number, near.number));
    assert_true(str_eq(found.of[1].number, middle.number));
    assert_true(str_eq(found.of[2].number, far.number));
    assert_int_equal(found.case_ids[0], near.case_id);
    assert_int_equal(found.of[0].description.n, 0);
    ask.most = 1;
    test_ok(&world->ctx, nearby_public(&world->ctx, &ask, &found));
    assert_int_equal(found.n, 1);
    assert_int_equal(found.case_ids[0], near.case_id);
}

static void only_open_public_and_recent_ones_are_near(void **state)
{
    struct world *world = *state;
    const char *const without[] = {
        "UPDATE cases SET state_type = 2",
        "UPDATE cases SET state_type = 0, is_hidden = TRUE",
        "UPDATE cases SET is_hidden = FALSE, confidentiality = 1",
    };

    file_at(world, "pothole", 0, 0);
    assert_int_equal(near_square(world, "pothole").n, 1);
    for (size_t i = 0; i < COUNT(without); i++) {
        test_exec(world, without[i]);
        db_reader_release(&world->ctx);
        test_ok(&world->ctx, db_reader_acquire(&world->ctx));
        assert_int_equal(near_square(world, "pothole").n, 0);
    }
    test_exec(world, "UPDATE cases SET confidentiality = 0");
    world->ctx.now = test_time("2026-08-31 09:59");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_int_equal(near_square(world, "pothole").n, 1);
    world->ctx.now = test_time("2026-08-31 10:01");
    assert_int_equal(near_square(world, "pothole").n, 0);
}

static void a_service_without_the_rule_has_none(void **state)
{
    struct world *world = *state;
    struct nearby_ask ask = ask_at("pothole", square);
    struct definition without = *ask.definition;
    struct nearby_public found;

    file_at(world, "pothole", 0, 0);
    without.duplicates.is_on = false;
    ask.definition = &without;
    test_ok(&world->ctx, nearby_public(&world->ctx, &ask, &found));
    assert_int_equal(found.n, 0);
    ask = ask_at("pothole", square);
    ask.place.has_point = false;
    test_ok(&world->ctx, nearby_public(&world->ctx, &ask, &found));
    assert_int_equal(found.n, 0);
}

static struct nearby_public near_address(struct world *world, const char *address)
{
    struct nearby_ask ask = {.definition = city_service(test_city, S("bulky-item")), .most = 9};
    struct nearby_public found;
    struct place place;

    test_ok(&world->ctx, locate_sure(&world->ctx, test_city, str_of(address), &place));
    ask.place = nearby_at(&place);
    test_ok(&world->ctx, nearby_public(&world->ctx, &ask, &found));
    return found;
}

/* All houses of a block get one answer, in one order: probing from house to house learns nothing.
 */
static void a_blurred_house_is_not_found_by_probing(void **state)
{
    static const char *const homes[] = {"38 Bishop Allen Dr", "50 Bishop Allen Dr",
                                        "90 Bishop Allen Dr"};
    struct world *world = *state;
    struct nearby_public first;

    for (size_t i = 0; i < COUNT(homes); i++)
        test_file(world, &(struct test_filing){.service = "bulky-item",
                                               .place = homes[i],
                                               .answers = {"pieces", "2"},
                                               .name = "Maria Ngo",
                                               .email = "maria@example.org",
                                               .phone = "251-555-0142"});
    first = near_address(world, homes[0]);
    assert_int_equal(first.n, 3);
    for (size_t i = 0; i < COUNT(homes); i++) {
        struct nearby_public again = near_address(world, homes[i]);

        assert_int_equal(again.n, first.n);
        for (size_t j = 0; j < first.n; j++) {
            assert_true(str_eq(again.of[j].number, first.of[j].number));
            assert_true(again.of[j].place.is_blurred);
            assert_int_equal(str_find(again.of[j].place.label, S("38")), -1);
        }
    }
    assert_int_equal(near_address(world, "795 Massachusetts Ave").n, 0);
}

/* ---- For staff */

static void staff_see_what_they_may_read(void **state)
{
    struct world *world = *state;
    const struct actor *chief = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    struct filed one = file_at(world, "pothole", 0, 10), two = file_at(world, "pothole", 0, -20);
    struct nearby_cases found;

    test_exec(world, "UPDATE cases SET is_hidden = TRUE");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_int_equal(near_square(world, "pothole").n, 0);
    found = staff_near(world, chief, 0);
    assert_int_equal(found.n, 2);
    assert_int_equal(found.of[0].case_id, one.case_id);
    assert_true(found.of[0].distance_m > 9.5 && found.of[0].distance_m < 10.5);
    assert_int_equal(found.of[1].case_id, two.case_id);
    assert_int_equal(found.of[1].state->type, STATE_OPEN);
    assert_int_equal(staff_near(world, chief, one.case_id).n, 1);
    assert_int_equal(
        staff_near(world, test_staff(world, ROLE_AGENT, SCOPE_SERVICE, "graffiti"), 0).n, 0);
    assert_int_equal(staff_near(world, NULL, 0).n, 0);
}

/* ---- What it costs */

static const struct sql_statement *statement(const char *name)
{
    for (size_t i = 0; i < engine_cases_queries.n; i++) {
        const char *colon = strrchr(engine_cases_queries.items[i]->name, ' ');

        if (colon && strcmp(colon + 1, name) == 0)
            return engine_cases_queries.items[i];
    }
    fail_msg("no statement %s", name);
    return NULL;
}

/* From the squares to their places to the cases there: never over all of a table. */
static void the_plan_follows_the_squares(void **state)
{
    struct world *world = *state;
    struct str sql = sql_text(world->ctx.arena, statement("cases_near"), SQL_SQLITE, 0, 0);
    struct str explain = str_fmt(world->ctx.arena, "EXPLAIN QUERY PLAN %.*s", STR_ARG(sql));
    struct buf plan = buf_in(world->ctx.arena, 4000);
    sqlite3_stmt *rows;

    if (raw_is_postgres())
        return;
    assert_int_equal(
        sqlite3_prepare_v2(raw_sqlite(world->raw), explain.p, (int)explain.n, &rows, NULL),
        SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW)
        buf_add_fmt(&plan, "%s\n", (const char *)sqlite3_column_text(rows, 3));
    sqlite3_finalize(rows);
    assert_true(str_find(buf_str(&plan), S("p USING INDEX place_cell (cell>? AND cell<?)")) >= 0);
    assert_true(str_find(buf_str(&plan), S("c USING INDEX cases_place (place=?)")) >= 0);
    assert_int_equal(str_find(buf_str(&plan), S("SCAN")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_nearest_comes_first),
        TEST(only_open_public_and_recent_ones_are_near),
        TEST(a_service_without_the_rule_has_none),
        TEST(a_blurred_house_is_not_found_by_probing),
        TEST(staff_see_what_they_may_read),
        TEST(the_plan_follows_the_squares),
    };

    return RUN_TESTS("engine nearby", tests);
}
