/* The environment that the tests, the fuzz target and the bench of this folder share: what a
 * service file's rules may use, with values for one case. */
#ifndef RULES_TEST_ENV_H
#define RULES_TEST_ENV_H

#include <assert.h>

#include "rules/cel.h"

enum test_variable {
    TEST_LANE,     /* bool, true */
    TEST_DEPTH,    /* int, optional: absent */
    TEST_COUNT,    /* int, 3 */
    TEST_AMOUNT,   /* money, 125.50 */
    TEST_RATE,     /* decimal, 0.065 */
    TEST_FACTOR,   /* double, 1.5 */
    TEST_STREET,   /* string, "Hampshire St" */
    TEST_TAGS,     /* list<string> */
    TEST_ANSWERS,  /* map<string, dyn> */
    TEST_FILED,    /* timestamp, 2026-07-02T21:30:00Z */
    TEST_DUE,      /* date, 2026-07-09 */
    TEST_PLACE,    /* place, in district 2 */
    TEST_NOTE,     /* string, optional: "blocked" */
    TEST_PRIORITY, /* case.priority: int, 2 */
    TEST__N,
};

struct test_place {
    struct str district;
    struct str ward; /* empty: outside all wards */
};

struct test_world {
    struct cel_env *env;
    struct cel_value values[TEST__N];
    struct cel_activation activation;
};

static inline enum rc test_place_layer(struct cel_call *call, const struct cel_value *args,
                                       struct cel_value *ret)
{
    const struct test_place *place = args[0].object.thing;

    if (!str_eq(args[1].text, S("district")))
        return cel_fail(call, "there is no layer %.*s", STR_ARG(args[1].text));
    *ret = cel_string(place->district);
    return RC_OK;
}

static inline enum rc test_place_ward(struct cel_call *call, const struct cel_value *args,
                                      struct cel_value *ret)
{
    const struct test_place *place = args[0].object.thing;

    (void)call;
    *ret = place->ward.n ? cel_string(place->ward) : (struct cel_value){.kind = CEL_ABSENT};
    return RC_OK;
}

/* Fails as a host does whose database is away. */
static inline enum rc test_broken(struct cel_call *call, const struct cel_value *args,
                                  struct cel_value *ret)
{
    (void)args;
    (void)ret;
    return FAIL(cel_call_ctx(call), ERR_UNAVAILABLE);
}

static inline enum rc test_host_number(struct cel_call *call, const struct cel_value *args,
                                       struct cel_value *ret)
{
    const int64_t *number = cel_call_host(call);

    (void)args;
    *ret = cel_int(number ? *number : 0);
    return RC_OK;
}

static inline void test_declare(struct test_world *world, const char *name, const char *type,
                                struct cel_value value)
{
    size_t number =
        cel_env_variable(world->env, str_of(name), cel_env_type_named(world->env, str_of(type)),
                         value.kind == CEL_ABSENT || str_eq(str_of(name), S("note")));

    world->values[number] = value;
}

/* NULL when the arena failed. */
static inline struct test_world *test_world_new(struct ctx *ctx, struct cel_limits limits)
{
    static const struct test_place place = {STR("2"), STR("")};
    struct test_world *world = ARENA_NEW(ctx->arena, struct test_world);
    struct cel_value tags[] = {cel_string(S("road")), cel_string(S("water")),
                               cel_string(S("night"))};
    struct cel_entry answers[] = {{cel_string(S("size")), cel_int(40)},
                                  {cel_string(S("colour")), cel_string(S("red"))}};
    struct cel_value map;
    const struct cel_type *place_type;
    struct date due;

    if (!world || !(world->env = cel_env_new(ctx, limits)))
        return NULL;
    place_type = cel_env_type(world->env, S("place"));
    date_of((struct civil){2026, 7, 9}, &due);
    cel_map_of(ctx->arena, answers, 2, &map);
    test_declare(world, "lane", "bool", cel_bool(true));
    test_declare(world, "depth", "int", (struct cel_value){.kind = CEL_ABSENT});
    test_declare(world, "count", "int", cel_int(3));
    test_declare(world, "amount", "money", cel_money((struct money){12550}));
    test_declare(world, "rate", "decimal", cel_decimal(ctx->arena, decimal_of(65, 3)));
    test_declare(world, "factor", "double", cel_double(1.5));
    test_declare(world, "street", "string", cel_string(S("Hampshire St")));
    test_declare(world, "tags", "list<string>", cel_list_of(ctx->arena, tags, 3));
    test_declare(world, "answers", "map<string, dyn>", map);
    test_declare(world, "filed", "timestamp",
                 cel_timestamp((struct instant){INT64_C(1783027800) * US_PER_S}));
    test_declare(world, "due", "date", cel_date(due));
    test_declare(world, "place", "place", cel_object(place_type, &place));
    test_declare(world, "note", "string", cel_string(S("blocked")));
    test_declare(world, "case.priority", "int", cel_int(2));
    cel_env_function(world->env, "place.layer(string): string", 5, test_place_layer);
    cel_env_function(world->env, "place.ward: string", 5, test_place_ward);
    cel_env_function(world->env, "broken(): bool", 1, test_broken);
    cel_env_function(world->env, "host_number(): int", 1, test_host_number);
    world->activation = (struct cel_activation){world->values, TEST__N, NULL};
    assert(cel_env_variable_count(world->env) == TEST__N || arena_has_failed(ctx->arena));
    return arena_has_failed(ctx->arena) ? NULL : world;
}

#endif
