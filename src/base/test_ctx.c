#include "base/piece.h"

#include "base/test_support.h"

static enum rc refuse(struct ctx *ctx)
{
    return FAIL(ctx, ERR_PLACE_OUTSIDE, .field = S("place"), .arg = S("12 m"));
}

static void test_fail(void **state)
{
    struct ctx *ctx = *state;

    assert_int_equal(refuse(ctx), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_PLACE_OUTSIDE);
    assert_str(ctx->err.field, "place");
    assert_str(ctx->err.arg, "12 m");
    assert_true(str_ends_with(str_of(ctx->err.file), S("test_ctx.c")) && ctx->err.line > 0);
    /* The first failure is the cause; what follows from it gives its own rc but no new text. */
    assert_int_equal(FAIL(ctx, ERR_INTERNAL), RC_INTERNAL);
    assert_int_equal(ctx->err.id, ERR_PLACE_OUTSIDE);
    ctx_clear_error(ctx);
    assert_int_equal(ctx->err.id, ERR_NONE);
    assert_int_equal(FAIL(ctx, ERR_STALE), RC_CONFLICT);
    assert_int_equal(ctx->err.id, ERR_STALE);
}

static char order[8];

static void remember(void *thing)
{
    size_t n = strlen(order);

    order[n] = *(char *)thing;
    order[n + 1] = '\0';
}

static void test_defer(void **state)
{
    struct ctx *ctx = *state;
    struct ctx full = {.arena = arena_new(0)};

    order[0] = '\0';
    assert_int_equal(ctx_defer(ctx, remember, (char[]){'a'}), RC_OK);
    assert_int_equal(ctx_defer(ctx, remember, (char[]){'b'}), RC_OK);
    assert_string_equal(order, "");
    ctx_done(ctx);
    assert_string_equal(order, "ba");
    ctx_done(ctx);
    assert_string_equal(order, "ba");
    /* What cannot be remembered is undone at once. */
    assert_int_equal(ctx_defer(&full, remember, (char[]){'c'}), RC_LIMIT);
    assert_string_equal(order, "bac");
    ctx_done(&full);
    assert_string_equal(order, "bac");
    arena_free(full.arena);
}

/* What a piece defers ends with it and nothing else; what it says of an error outlasts it. */
static void test_piece(void **state)
{
    struct ctx *ctx = *state;
    struct piece piece;
    struct str kept;
    size_t before;

    order[0] = '\0';
    ctx_clear_error(ctx);
    assert_int_equal(ctx_defer(ctx, remember, (char[]){'a'}), RC_OK);
    before = arena_used_bytes(ctx->arena);
    assert_int_equal(piece_begin(ctx, &piece), RC_OK);
    assert_ptr_not_equal(ctx->arena, piece.home);
    assert_int_equal(ctx_defer(ctx, remember, (char[]){'b'}), RC_OK);
    assert_non_null(arena_alloc(ctx->arena, 100000));
    kept = str_copy(piece.home, str_fmt(ctx->arena, "%d", 17));
    assert_int_equal(FAIL(ctx, ERR_STALE, .detail = str_fmt(ctx->arena, "why %d", 5),
                          .arg = str_fmt(ctx->arena, "%d", 6)),
                     RC_CONFLICT);
    piece_end(ctx, &piece);
    assert_string_equal(order, "b");
    assert_ptr_equal(ctx->arena, piece.home);
    assert_true(str_eq(ctx->err.detail, S("why 5")) && str_eq(ctx->err.arg, S("6")));
    assert_true(str_eq(kept, S("17")));
    assert_true(arena_used_bytes(ctx->arena) < before + 1000);
    ctx_done(ctx);
    assert_string_equal(order, "ba");
    ctx_clear_error(ctx);
}

/* The registry: every entry has a name of its own, an rc that is an error and a status to match. */
static void test_registry(void **state)
{
    (void)state;
    assert_int_equal(err_rc(ERR_NONE), RC_OK);
    for (int id = ERR_NONE + 1; id < ERR__N; id++) {
        enum err_id err = (enum err_id)id;

        assert_true(err_rc(err) > RC_OK && err_rc(err) < RC__N);
        assert_true(err_status(err) >= 400 && err_status(err) < 600);
        assert_non_null(err_hint(err));
        for (int other = id + 1; other < ERR__N; other++)
            assert_string_not_equal(err_name(err), err_name((enum err_id)other));
    }
    assert_string_equal(err_name(ERR_PLACE_OUTSIDE), "PLACE_OUTSIDE");
    assert_int_equal(err_status(ERR_NOT_FOUND), 404);
    for (int rc = RC_OK; rc < RC__N; rc++)
        assert_true(strlen(rc_name((enum rc)rc)) > 0);
    assert_string_equal(rc_name(RC_INTERNAL), "internal");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_fail),
        TEST(test_defer),
        TEST(test_piece),
        TEST(test_registry),
    };

    return cmocka_run_group_tests_name("base/ctx", tests, NULL, NULL);
}
