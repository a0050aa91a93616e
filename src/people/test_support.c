#include "people/test_support.h"

#include "base/crypto.h"

int test_recorded;
char test_last_kind[40];
bool test_record_fails;

static enum rc record(struct ctx *ctx, const char *kind, struct str payload)
{
    assert_non_null(ctx->conn);
    assert_true(payload.n >= 2 && payload.p[0] == '{');
    if (test_record_fails)
        return FAIL(ctx, ERR_UNAVAILABLE);
    test_recorded++;
    snprintf(test_last_kind, sizeof test_last_kind, "%s", kind);
    return RC_OK;
}

void test_be_demonstration(bool is_demonstration)
{
    struct people_setup setup = {.key = "0123456789abcdef0123456789abcde",
                                 .is_demonstration = is_demonstration,
                                 .record = record};

    people_use(&setup);
}

int people_test_open(void **state)
{
    struct people_test *test = calloc(1, sizeof *test);
    char path[TEST_TEMPORARY_MAX + 10];
    struct db_options options = {.location = path, .schema = &db_schema, .may_create = true};

    assert_non_null(test);
    crypto_init();
    test_be_demonstration(false);
    test_recorded = 0;
    test_record_fails = false;
    test_temporary(test->folder, "people");
    snprintf(path, sizeof path, "%s/city.db", test->folder);
    test->ctx = (struct ctx){.arena = arena_new((size_t)64 << 20), .now = clock_now()};
    assert_non_null(test->ctx.arena);
    assert_int_equal(db_open(&test->ctx, &options, &test->db), RC_OK);
    assert_int_equal(db_migrate(&test->ctx, test->db, NULL), RC_OK);
    test->ctx.db = test->db;
    *state = test;
    return 0;
}

int people_test_close(void **state)
{
    struct people_test *test = *state;

    db_reader_release(&test->ctx);
    ctx_done(&test->ctx);
    db_close(test->db);
    test_temporary_remove(test->folder);
    arena_free(test->ctx.arena);
    free(test);
    return 0;
}

void test_wait(struct people_test *test, int64_t us)
{
    test->ctx.now = instant_plus_us(test->ctx.now, us);
}

int64_t test_account(struct people_test *test, const char *login, struct str *ret_password)
{
    const struct grant grant = {.role = ROLE_AGENT, .scope_kind = SCOPE_CITY};
    int64_t id = 0;

    assert_int_equal(account_add(&test->ctx,
                                 &(struct account_new){.login = str_of(login),
                                                       .name = S("R. Diaz"),
                                                       .grants = &grant,
                                                       .grant_n = 1},
                                 ret_password, &id),
                     RC_OK);
    return id;
}
