/* The daily mail to witnesses: to whom, how often, and what a wrong address or an empty record make
 * of it. */
#include "api/witness.h"

#include "api/test_program.h"
#include "engine/definition/setting.h"

#define MAILS "SELECT count(*) FROM message WHERE notice = 'record.witness'"

static enum rc set_tx(struct ctx *ctx, void *arg)
{
    return setting_write(ctx, S("witnesses"), str_of((const char *)arg));
}

static void set_witnesses(struct world *world, const char *addresses)
{
    test_ok(&world->ctx, db_tx(&world->ctx, set_tx, (void *)(uintptr_t)addresses));
}

static const struct job_kind *const tables[] = {witness_jobs, NULL};
static const struct job_runner runner = {.tables = tables, .base_url = S("https://city.example")};

/* The city's own jobs wait as well; only this one is looked at. */
static void set_scene(struct world *world, const char *addresses)
{
    bool is_new;

    set_witnesses(world, addresses);
    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx, db_settle(&world->ctx));
    test_ok(&world->ctx, record_sign_head(&world->ctx, &world->keys, &is_new));
    assert_true(is_new);
    test_exec(world, "DELETE FROM job");
    test_ok(&world->ctx, jobs_begin(&world->ctx, &runner));
}

static void each_is_told_once_a_day(void **state)
{
    struct world *world = *state;

    set_scene(world, "one@example.org, not an address ,two@example.org,,");
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(test_i64(world, MAILS, 0), 2);
    assert_true(str_find(test_text(world,
                                   "SELECT body FROM message WHERE address = "
                                   "'two@example.org' AND notice = 'record.witness'",
                                   0),
                         S("https://city.example/record/consistency?from=")) > 0);
    assert_false(program_job_runs(world, &runner));
    test_ok(&world->ctx, jobs_begin(&world->ctx, &runner)); /* the program starts again */
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(test_i64(world, MAILS, 0), 2);
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY - 1);
    assert_false(program_job_runs(world, &runner));
    world->ctx.now = instant_plus_us(world->ctx.now, 1);
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(test_i64(world, MAILS, 0), 4);
}

/* Nothing to witness, or nobody who does: no mail, and it is looked at again the next day. */
static void without_a_head_or_a_witness_nobody_is_told(void **state)
{
    struct world *world = *state;

    test_exec(world, "DELETE FROM job");
    set_witnesses(world, "one@example.org");
    test_ok(&world->ctx, jobs_begin(&world->ctx, &runner));
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(test_i64(world, MAILS, 0), 0);
    set_scene(world, "");
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(test_i64(world, MAILS, 0), 0);
    set_witnesses(world, "one@example.org");
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY);
    assert_true(program_job_runs(world, &runner));
    assert_int_equal(test_i64(world, MAILS, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_is_told_once_a_day),
        TEST(without_a_head_or_a_witness_nobody_is_told),
    };

    return RUN_TESTS("api/witness", tests);
}
