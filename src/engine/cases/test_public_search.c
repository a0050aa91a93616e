/* What a search of everybody's may cost: so many entries are looked at for a page, however few fit.
 */
#include "engine/cases/public_search.h"
#include "engine/test_support.h"

#define MANY 1500 /* entries with the word above those that fit */

_Static_assert(MANY > PUBLIC_SEARCH_ROWS && MANY < 2 * PUBLIC_SEARCH_ROWS, "two pages");

/* Entries from..to of the index for everybody, with one word. */
static void enter(struct world *world, int from, int to)
{
    struct arena *arena = world->ctx.arena;
    struct str sql = str_fmt(arena,
                             "WITH RECURSIVE k(id) AS (SELECT CAST(%d AS BIGINT) UNION ALL "
                             "SELECT id + 1 FROM k WHERE id < %d)",
                             from, to);

    if (raw_is_postgres())
        sql = str_fmt(arena,
                      "INSERT INTO case_public_text (id, words, vector) %.*s "
                      "SELECT id, 'wobble', to_tsvector('simple', 'wobble') FROM k",
                      STR_ARG(sql));
    else
        sql = str_fmt(arena,
                      "INSERT INTO case_public_text (rowid, words) %.*s "
                      "SELECT id, 'wobble' FROM k",
                      STR_ARG(sql));
    test_exec(world, str_z(arena, sql));
}

static struct public_cases search_as(struct world *world, const struct public_filter *filter)
{
    struct public_cases found = {0};

    test_ok(&world->ctx, public_cases(&world->ctx, filter, &found));
    return found;
}

/* A case of pothole that everybody may see and that has the word, under MANY that fit nobody. */
static void fill(struct world *world)
{
    test_file(world, &(struct test_filing){0});
    if (raw_is_postgres())
        test_exec(world, "UPDATE case_public_text SET words = words || ' wobble', "
                         "vector = to_tsvector('simple', words || ' wobble')");
    else
        test_exec(world, "UPDATE case_public_text SET words = words || ' wobble'");
    test_exec(world, "UPDATE cases SET description = 'A wobble', is_description_public = TRUE");
    enter(world, 2, MANY + 1);
}

static void it_looks_at_so_many(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.words = S("wobble"), .most = 20};
    struct public_cases found;

    fill(world);
    found = search_as(world, &filter);
    assert_int_equal(found.n, 0);
    assert_true(found.has_more);
    assert_int_equal(found.next.id, MANY + 1 - PUBLIC_SEARCH_ROWS + 1);
    filter.has_after = true;
    filter.after = found.next;
    found = search_as(world, &filter);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.of[0].id, 1);
    assert_false(found.has_more);
}

/* What the filter refuses counts as what everybody is refused. */
static void what_is_filtered_counts(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.words = S("wobble"), .most = 20, .district = S("nowhere")};
    struct public_cases found;

    fill(world);
    found = search_as(world, &filter);
    assert_int_equal(found.n, 0);
    assert_true(found.has_more);
    assert_int_equal(found.next.id, MANY + 1 - PUBLIC_SEARCH_ROWS + 1);
    filter.has_after = true;
    filter.after = found.next;
    found = search_as(world, &filter);
    assert_int_equal(found.n, 0);
    assert_false(found.has_more);
}

/* A full page ends it sooner, and the next begins behind the last that was shown. */
static void a_full_page_ends_it(void **state)
{
    struct world *world = *state;
    struct public_filter filter = {.words = S("pothole"), .most = 1};
    struct public_cases found;

    test_file(world, &(struct test_filing){0});
    test_file(world, &(struct test_filing){.place = "100 Prospect St"});
    found = search_as(world, &filter);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.of[0].id, 2);
    assert_true(found.has_more);
    filter.has_after = true;
    filter.after = found.next;
    found = search_as(world, &filter);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.of[0].id, 1);
    assert_false(found.has_more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_looks_at_so_many),
        TEST(what_is_filtered_counts),
        TEST(a_full_page_ends_it),
    };

    return RUN_TESTS("public search", tests);
}
