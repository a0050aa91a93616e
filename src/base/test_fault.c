#include "base/fault.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/zone.h"

#include "base/test_support.h"

#ifdef CITYHALL_FAULTS
/* Loads a zone, reads CSV and JSON, writes text: RC_OK, or the error that was met. */
static enum rc scenario(struct ctx *ctx)
{
    struct csv_reader *csv = NULL;
    struct zone *zone = NULL;
    struct csv_row row;
    json_t *tree = NULL;
    enum rc rc = zone_load(ctx, S("America/Chicago"), &zone);

    zone_free(zone);
    if (rc == RC_OK)
        rc = csv_open_text(ctx, S("a,\"b\"\"\"\n"), (struct csv_options){0}, &csv);
    if (rc == RC_OK)
        rc = csv_next(ctx, csv, &row);
    if (rc == RC_OK)
        rc = json_parse(ctx, S("[1]"), 10, &tree);
    str_fmt(ctx->arena, "%0100000d", 1);
    if (rc == RC_OK && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    return rc;
}

static enum rc run_failing_at(int64_t n)
{
    struct ctx ctx = {.arena = NULL};
    enum rc rc = RC_LIMIT;

    fault_arm(n);
    ctx.arena = arena_new((size_t)8 << 20);
    if (ctx.arena) {
        rc = scenario(&ctx);
        assert_int_equal(rc == RC_OK, ctx.err.id == ERR_NONE);
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return rc;
}

/* Each fallible call of the scenario fails once: every time an error comes out, and no leak. */
static void test_every_call_fails(void **state)
{
    int64_t calls;

    (void)state;
    assert_int_equal(run_failing_at(0), RC_OK);
    calls = fault_count();
    assert_true(calls >= 6);
    for (int64_t n = 1; n <= calls; n++)
        assert_int_not_equal(run_failing_at(n), RC_OK);
    assert_int_equal(run_failing_at(calls + 1), RC_OK);
    fault_arm(0);
}
#else
static void test_every_call_fails(void **state)
{
    (void)state;
    assert_false(fault_here());
}
#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_every_call_fails),
    };

    return cmocka_run_group_tests_name("base/fault", tests, NULL, NULL);
}
