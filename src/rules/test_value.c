#include "rules/test_cel.h"

static void test_order(void **state)
{
    struct ctx *ctx = *state;
    const struct cel_value rising[] = {
        cel_int(INT64_MIN), cel_int(-1), cel_double(-0.5), cel_uint(0),          cel_double(0.5),
        cel_int(1),         cel_uint(2), cel_double(1e10), cel_uint(UINT64_MAX), cel_double(1e300),
    };
    size_t n = COUNT(rising);
    int order;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            assert_true(cel_order(rising[i], rising[k], &order));
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
            assert_int_equal(cel_equal(rising[i], rising[k]), i == k);
        }
    }
    assert_false(cel_order(cel_double(0.0 / 0.0), cel_int(1), &order));
    assert_false(cel_order(cel_null(), cel_null(), &order));
    assert_false(cel_order(cel_string(S("a")), cel_bytes(S("a")), &order));
    assert_false(cel_order(cel_bool(true), cel_int(1), &order));
    assert_true(cel_order(cel_decimal(ctx->arena, decimal_of(150, 2)), cel_int(1), &order));
    assert_true(order > 0);
    assert_false(cel_order(cel_decimal(ctx->arena, decimal_of(1, 0)), cel_double(1), &order));
    assert_false(cel_order(cel_money((struct money){100}), cel_int(1), &order));
}

static void test_equality(void **state)
{
    struct ctx *ctx = *state;
    struct cel_value one = cel_int(1), other = cel_double(1.0), map, same;
    struct cel_entry entry = {cel_string(S("k")), cel_int(1)};
    struct cel_entry equal_entry = {cel_string(S("k")), cel_uint(1)};
    int thing;

    assert_true(cel_equal(cel_list_of(ctx->arena, &one, 1), cel_list_of(ctx->arena, &other, 1)));
    assert_false(cel_equal(cel_list_of(ctx->arena, &one, 1), cel_list_of(ctx->arena, NULL, 0)));
    assert_true(cel_map_of(ctx->arena, &entry, 1, &map));
    assert_true(cel_map_of(ctx->arena, &equal_entry, 1, &same));
    assert_true(cel_equal(map, same));
    assert_true(cel_map_of(ctx->arena, NULL, 0, &same));
    assert_false(cel_equal(map, same));
    assert_false(cel_equal(cel_string(S("a")), cel_bytes(S("a"))));
    assert_false(cel_equal(cel_int(0), cel_bool(false)));
    assert_false(cel_equal(cel_null(), cel_int(0)));
    assert_true(cel_equal(cel_null(), cel_null()));
    assert_true(cel_equal(cel_object(cel_type_of_kind(CEL_OBJECT), &thing),
                          cel_object(cel_type_of_kind(CEL_OBJECT), &thing)));
    assert_false(cel_equal(cel_object(cel_type_of_kind(CEL_OBJECT), &thing),
                           cel_object(cel_type_of_kind(CEL_OBJECT), ctx)));
    assert_true(cel_equal(cel_type_value(cel_type_of_kind(CEL_LIST)),
                          cel_type_value(cel_type_list(ctx->arena, cel_type_of_kind(CEL_INT)))));
    assert_false(cel_equal(cel_double(0.0 / 0.0), cel_double(0.0 / 0.0)));
    assert_true(cel_equal(cel_double(0.0), cel_double(-0.0)));
}

static void test_timestamps(void **state)
{
    struct cel_value value = cel_timestamp((struct instant){-1});

    (void)state;
    assert_int_equal(value.seconds, -1);
    assert_int_equal(value.nanos, 999999000);
    value = cel_timestamp((struct instant){INT64_C(1500000)});
    assert_int_equal(value.seconds, 1);
    assert_int_equal(value.nanos, 500000000);
}

static void test_types(void **state)
{
    struct ctx *ctx = *state;
    const struct cel_type *integer = cel_type_of_kind(CEL_INT);
    const struct cel_type *list = cel_type_list(ctx->arena, integer);
    const struct cel_type *map = cel_type_map(ctx->arena, cel_type_of_kind(CEL_STRING), list);

    assert_str(cel_type_text(ctx->arena, map), "map<string, list<int>>");
    assert_true(cel_type_eq(map, cel_type_map(ctx->arena, cel_type_of_kind(CEL_STRING),
                                              cel_type_list(ctx->arena, integer))));
    assert_false(cel_type_eq(map, cel_type_of_kind(CEL_MAP)));
    assert_false(cel_type_eq(list, integer));
    assert_true(cel_type_eq(cel_type_object(ctx->arena, S("place")),
                            cel_type_object(ctx->arena, S("place"))));
    assert_false(cel_type_eq(cel_type_object(ctx->arena, S("place")),
                             cel_type_object(ctx->arena, S("party"))));
    assert_ptr_equal(cel_type_of(cel_int(1)), integer);
    assert_str(cel_type_text(ctx->arena, cel_type_of(cel_list_of(ctx->arena, NULL, 0))),
               "list<dyn>");
}

/* When the arena has no room, makers give null and never a half-made value. */
static void test_failed_arena(void **state)
{
    struct arena *arena = arena_new(0);
    struct cel_entry entry = {cel_string(S("k")), cel_int(1)};
    struct cel_value value = cel_int(1);

    (void)state;
    assert_int_equal(cel_list_of(arena, &entry.key, 1).kind, CEL_NULL);
    assert_int_equal(cel_decimal(arena, decimal_of(1, 0)).kind, CEL_NULL);
    assert_true(cel_map_of(arena, &entry, 1, &value));
    assert_int_equal(value.kind, CEL_NULL);
    assert_true(arena_has_failed(arena));
    assert_null(cel_type_list(arena, cel_type_of_kind(CEL_INT)));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_order), TEST(test_equality),     TEST(test_timestamps),
        TEST(test_types), TEST(test_failed_arena),
    };

    return cmocka_run_group_tests_name("rules/value", tests, NULL, NULL);
}
