/* Names of an older version, made ready to be looked for. */
#include "engine/cases/names_job.h"

#include "engine/cases/projection.h"
#include "engine/test_support.h"
#include "people/party_name.h"

static void look_anew(struct world *world)
{
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

static int64_t differences(struct world *world)
{
    struct buf report = buf_in(world->ctx.arena, 100000);
    struct projection_found found;

    look_anew(world);
    test_ok(&world->ctx, projection_check(&world->ctx, &report, &found));
    return found.differences;
}

static int run_jobs(struct world *world)
{
    static const struct job_kind *const tables[] = {names_jobs, NULL};
    const struct job_runner runner = {tables, STR_NONE};
    bool was_there = true;
    int n = 0;

    test_exec(world, "DELETE FROM job WHERE kind NOT IN ('names.fold', 'case.clocks')");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, jobs_begin(&world->ctx, &runner));
    while (was_there) {
        test_ok(&world->ctx, job_run_next(&world->ctx, &runner, &was_there));
        n += was_there;
    }
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    return n;
}

/* Three that are known, and many. */
static void be_of_before(struct world *world)
{
    test_file(world, &(struct test_filing){.name = "José  NÚÑEZ"});
    test_file(world, &(struct test_filing){.email = "ana@example.com"});
    test_file(world, &(struct test_filing){.name = "\u200b"});
    test_exec(world, "INSERT INTO party (kind, name, lang, created) "
                     "WITH RECURSIVE nth(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM nth "
                     "WHERE i < 1200) SELECT 'person', 'Ana Ruiz', 'en', 0 FROM nth");
    test_exec(world, "UPDATE party SET folded = NULL");
}

static struct str folded(struct world *world, int64_t case_id)
{
    return test_text(
        world, "SELECT folded FROM party WHERE id = (SELECT reporter FROM cases WHERE id = %lld)",
        case_id);
}

static void they_are_folded_run_by_run(void **state)
{
    struct world *world = *state;

    be_of_before(world);
    assert_int_equal(differences(world), 1203);
    assert_int_equal(run_jobs(world), 1203 / PARTY_NAMES_RUN + 1);
    assert_int_equal(differences(world), 0);
    assert_str(folded(world, 1), "jose nunez");
    assert_str(folded(world, 2), "");
    assert_str(folded(world, 3), "");
    assert_int_equal(run_jobs(world), 1);
}

static void an_upgrade_folds_all_of_them(void **state)
{
    struct world *world = *state;

    be_of_before(world);
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, names_catch_up(&world->ctx));
    test_ok(&world->ctx, names_catch_up(&world->ctx));
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_int_equal(differences(world), 0);
    assert_str(folded(world, 1), "jose nunez");
    assert_int_equal(run_jobs(world), 1);
}

/* What does not follow from the name, or from the proof, is told. */
static void what_is_wrong_is_told(void **state)
{
    struct world *world = *state;

    test_file(world, &(struct test_filing){.name = "Ana", .email = "ana@example.com"});
    assert_int_equal(differences(world), 0);
    test_exec(world, "UPDATE party SET folded = 'anna'");
    assert_int_equal(differences(world), 1);
    test_exec(world, "UPDATE party SET is_proven = TRUE");
    assert_int_equal(differences(world), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_are_folded_run_by_run),
        TEST(an_upgrade_folds_all_of_them),
        TEST(what_is_wrong_is_told),
    };

    return RUN_TESTS("engine names", tests);
}
