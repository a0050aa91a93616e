/* What the unit tests of this folder share: cmocka, a context with an arena, text compared. */
#ifndef BASE_TEST_SUPPORT_H
#define BASE_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/ctx.h"

/* A context whose arena has 64 MiB; *state of a test with test_setup and test_teardown. */
static inline int test_setup(void **state)
{
    struct ctx *ctx = calloc(1, sizeof *ctx);

    if (!ctx)
        return -1;
    ctx->arena = arena_new((size_t)64 << 20);
    *state = ctx;
    return ctx->arena ? 0 : -1;
}

static inline int test_teardown(void **state)
{
    struct ctx *ctx = *state;

    ctx_done(ctx);
    arena_free(ctx->arena);
    free(ctx);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, test_setup, test_teardown)

/* Fails, showing both, unless the slice holds exactly the text. */
#define assert_str(actual, expected) check_str((actual), (expected), __FILE__, __LINE__)
static inline void check_str(struct str actual, const char *expected, const char *file, int line)
{
    if (str_eq(actual, str_of(expected)))
        return;
    print_error("got \"%.*s\", expected \"%s\"\n", STR_ARG(actual), expected);
    _fail(file, line);
}

/* A small generator with a fixed seed, so that a failure can be repeated (splitmix64). */
static inline uint64_t test_random(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
