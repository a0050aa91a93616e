/* Signatures and the unification of types, below the public interface. */
#include "rules/cel_internal.h"
#include "rules/test_cel.h"

static const struct cel_type *type(struct cel_env *env, const char *text)
{
    const struct cel_type *found = cel_env_type_named(env, str_of(text));

    if (!found)
        fail_msg("%s is no type", text);
    return found;
}

/* The signature written again from what was read. */
static struct str signature_text(struct arena *arena, const struct overload *overload)
{
    struct buf out = buf_in(arena, 500);

    buf_add_fmt(&out, "%s%.*s", overload->is_member ? "." : "", STR_ARG(overload->name));
    for (size_t i = 0; i < overload->n_params; i++) {
        buf_add(&out, i ? S(", ") : S(" "));
        buf_add(&out, cel_type_text(arena, overload->params[i]));
    }
    BUF_ADD(&out, " -> ");
    buf_add(&out, cel_type_text(arena, overload->result));
    return buf_str(&out);
}

#define EIGHT "int, int, int, int, int, int, int, int, "

static void test_signatures(void **state)
{
    static const struct expectation table[] = {
        {"now(): timestamp", "now -> timestamp"},
        {"workdays(date, int): date", "workdays date, int -> date"},
        {"place.layer(string): string", ".layer place, string -> string"},
        {"place.ward: string", ".ward place -> string"},
        {"list<A>.last(): A", ".last list<A> -> A"},
        {"map<string, A>.values() : list<A>", ".values map<string, A> -> list<A>"},
        {"math.abs(int): int", "math.abs int -> int"},
        {"a.b.c(dyn): null", "a.b.c dyn -> null"},
        {"_+_(int, int): int", "_+_ int, int -> int"},
        {"_[_](list<A>, int): A", "_[_] list<A>, int -> A"},
        {"string.size(): int", ".size string -> int"},
    };
    static const char *const bad[] = {
        "",
        "f",
        "f()",
        "f(): ",
        "f(): what",
        "f(what): int",
        "f(int: int",
        "f(int,): int",
        "f(int): int x",
        "f: int",
        "f(list<): int",
        "f(" EIGHT EIGHT EIGHT EIGHT "int): int",
        "int.f(" EIGHT EIGHT EIGHT "int, int, int, int, int, int, int, int): int",
        "(int): int",
    };
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);

    for (size_t i = 0; i < COUNT(table); i++) {
        struct overload overload = {0};

        if (!signature_parse(world->env, str_of(table[i].source), &overload))
            fail_msg("%s: should be read", table[i].source);
        assert_str(signature_text(ctx->arena, &overload), table[i].expected);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct overload overload = {0};

        if (signature_parse(world->env, str_of(bad[i]), &overload))
            fail_msg("%s: should be refused", bad[i]);
        assert_int_equal(overload.n_params, 0);
    }
}

static void test_fit(void **state)
{
    static const struct {
        const char *from, *to;
        bool fits;
    } table[] = {
        {"int", "int", true},
        {"int", "uint", false},
        {"int", "dyn", true},
        {"dyn", "int", true},
        {"list<int>", "list<int>", true},
        {"list<int>", "list<string>", false},
        {"list<int>", "list<dyn>", true},
        {"list<dyn>", "list<int>", true},
        {"list<int>", "map<int, int>", false},
        {"map<string, int>", "map<string, dyn>", true},
        {"map<string, int>", "map<int, int>", false},
        {"place", "place", true},
        {"null", "int", false},
        {"money", "decimal", false},
    };
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct bindings bindings = {.arena = ctx->arena};

    for (size_t i = 0; i < COUNT(table); i++) {
        if (types_fit(&bindings, type(world->env, table[i].from), type(world->env, table[i].to)) !=
            table[i].fits)
            fail_msg("%s into %s", table[i].from, table[i].to);
    }
    assert_false(
        types_fit(&bindings, type(world->env, "place"), cel_type_object(ctx->arena, S("party"))));
}

static void test_variables(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct bindings bindings = {.arena = ctx->arena};
    const struct cel_type *a = bindings_fresh(&bindings), *b = bindings_fresh(&bindings);
    const struct cel_type *list_a = cel_type_list(ctx->arena, a);
    size_t mark;

    assert_int_equal(types_final(&bindings, a)->kind, CEL_DYN);
    assert_true(types_fit(&bindings, a, b));
    mark = bindings.n_undo;
    assert_true(types_fit(&bindings, type(world->env, "list<int>"), list_a));
    assert_str(cel_type_text(ctx->arena, types_final(&bindings, b)), "int");
    assert_false(types_fit(&bindings, type(world->env, "string"), b));

    /* Seeing the more general type moves the variable; going back undoes it. */
    assert_true(types_fit(&bindings, type(world->env, "dyn"), b));
    assert_str(cel_type_text(ctx->arena, types_final(&bindings, list_a)), "list<dyn>");
    bindings_rewind(&bindings, mark);
    assert_int_equal(types_resolve(&bindings, a)->kind, CEL_PARAM);
    assert_true(types_fit(&bindings, type(world->env, "string"), b));
    assert_str(cel_type_text(ctx->arena, types_final(&bindings, list_a)), "list<string>");
}

/* A type cannot hold itself. */
static void test_occurs(void **state)
{
    struct ctx *ctx = *state;
    struct bindings bindings = {.arena = ctx->arena};
    const struct cel_type *a = bindings_fresh(&bindings), *b = bindings_fresh(&bindings);

    assert_false(types_fit(&bindings, cel_type_list(ctx->arena, a), a));
    assert_true(types_fit(&bindings, cel_type_list(ctx->arena, a), b));
    assert_false(types_fit(&bindings, cel_type_list(ctx->arena, b), a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_signatures),
        TEST(test_fit),
        TEST(test_variables),
        TEST(test_occurs),
    };

    return cmocka_run_group_tests_name("rules/types", tests, NULL, NULL);
}
