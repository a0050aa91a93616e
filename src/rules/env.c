#include "rules/cel_internal.h"

#include <assert.h>
#include <pthread.h>

#define STANDARD_MAX_BYTES ((size_t)4 << 20)

/* Makes room for one more item of an array in the environment's arena. */
static void *grow(struct cel_env *env, void *items, size_t n, size_t *room, size_t size)
{
    size_t more = *room ? 2 * *room : 8;
    void *grown;

    if (n < *room)
        return items;
    grown = arena_grow(env->arena, items, *room * size, more * size);
    if (grown)
        *room = more;
    return grown;
}

/* What every environment declares: read from its signatures once and kept for the program's life. A
 * city has environments by the dozen, and each would hold the same fifty kilobytes. */
static pthread_mutex_t standard_lock = PTHREAD_MUTEX_INITIALIZER;
static struct cel_env *standard;

static struct cel_env *standard_new(void)
{
    struct arena *arena = arena_new(STANDARD_MAX_BYTES);
    struct cel_env *env = arena ? ARENA_NEW(arena, struct cel_env) : NULL;

    if (env) {
        env->arena = arena;
        std_operators_add(env);
        std_convert_add(env);
        std_text_add(env);
        time_add(env);
        ext_strings_add(env);
        ext_format_add(env);
        ext_math_add(env);
        city_add(env);
        if (!arena_has_failed(arena))
            return env;
    }
    arena_free(arena);
    return NULL;
}

static const struct cel_env *standard_get(void)
{
    const struct cel_env *env;

    pthread_mutex_lock(&standard_lock);
    if (!standard)
        standard = standard_new();
    env = standard;
    pthread_mutex_unlock(&standard_lock);
    return env;
}

size_t env_type_count(const struct cel_env *env)
{
    return (env->standard ? env->standard->n_types : 0) + env->n_types;
}

const struct cel_type *env_type(const struct cel_env *env, size_t number)
{
    size_t before = env->standard ? env->standard->n_types : 0;

    return number < before ? env->standard->types[number] : env->types[number - before];
}

size_t env_overload_count(const struct cel_env *env)
{
    return (env->standard ? env->standard->n_overloads : 0) + env->n_overloads;
}

const struct overload *env_overload(const struct cel_env *env, size_t number)
{
    size_t before = env->standard ? env->standard->n_overloads : 0;

    return number < before ? env->standard->overloads[number] : env->overloads[number - before];
}

struct cel_env *cel_env_new(struct ctx *ctx, struct cel_limits limits)
{
    struct cel_env *env = ARENA_NEW(ctx->arena, struct cel_env);
    const struct cel_env *declared = standard_get();

    if (!declared)
        arena_fail(ctx->arena);
    if (!env || !declared)
        return NULL;
    *env = (struct cel_env){.arena = ctx->arena, .limits = limits, .standard = declared};
    return env;
}

const struct cel_type *cel_env_type(struct cel_env *env, struct str name)
{
    const struct cel_type **grown, *type;

    for (size_t i = 0; i < env_type_count(env); i++) {
        if (str_eq(env_type(env, i)->name, name))
            return env_type(env, i);
    }
    grown = grow(env, env->types, env->n_types, &env->room_types, sizeof *env->types);
    type = grown ? cel_type_object(env->arena, name) : NULL;
    if (!type)
        return NULL;
    env->types = grown;
    env->types[env->n_types++] = type;
    return type;
}

void cel_env_container(struct cel_env *env, struct str name)
{
    env->container = str_copy(env->arena, name);
}

void cel_env_without_macros(struct cel_env *env)
{
    env->has_no_macros = true;
}

const struct cel_type *cel_env_type_named(struct cel_env *env, struct str text)
{
    const struct cel_type *type = signature_type(env, &text);

    return str_trim(text).n == 0 ? type : NULL;
}

bool cel_env_variable_find(const struct cel_env *env, struct str name, size_t *ret_number)
{
    for (size_t i = 0; i < env->n_variables; i++) {
        if (str_eq(env->variables[i].name, name)) {
            *ret_number = i;
            return true;
        }
    }
    return false;
}

bool cel_env_may_name(const struct cel_env *env, struct str name)
{
    static const struct str words[] = {STR("true"), STR("false"), STR("null"), STR("in")};
    struct str rest = name, piece;
    size_t number;

    if (str_is_empty(name) || name.p[name.n - 1] == '.')
        return false;
    while (str_next(&rest, '.', &piece)) {
        if (!lex_is_name(piece) || lex_is_reserved(piece))
            return false;
        for (size_t i = 0; i < COUNT(words); i++) {
            if (str_eq(piece, words[i]))
                return false;
        }
    }
    return !cel_env_variable_find(env, name, &number);
}

size_t cel_env_variable(struct cel_env *env, struct str name, const struct cel_type *type,
                        bool is_optional)
{
    struct variable *grown;

    assert(cel_env_may_name(env, name));
    assert(env->n_variables < CEL_VARIABLES_MAX);
    grown = grow(env, env->variables, env->n_variables, &env->room_variables, sizeof *grown);
    if (!grown || !type)
        return 0;
    env->variables = grown;
    env->variables[env->n_variables] = (struct variable){
        .name = str_copy(env->arena, name), .type = type, .is_optional = is_optional};
    return env->n_variables++;
}

size_t cel_env_variable_count(const struct cel_env *env)
{
    return env->n_variables;
}

static bool is_same(const struct overload *a, const struct overload *b)
{
    if (!str_eq(a->name, b->name) || a->is_member != b->is_member ||
        a->is_property != b->is_property || a->n_params != b->n_params)
        return false;
    for (size_t i = 0; i < a->n_params; i++) {
        if (!cel_type_eq(a->params[i], b->params[i]))
            return false;
    }
    return true;
}

static void add(struct cel_env *env, const struct builtin *row)
{
    const struct overload **grown =
        grow(env, env->overloads, env->n_overloads, &env->room_overloads, sizeof *grown);
    struct overload *overload = ARENA_NEW(env->arena, struct overload);
    bool is_read;

    if (!grown || !overload)
        return;
    env->overloads = grown;
    is_read = signature_parse(env, str_of(row->signature), overload);
    if (arena_has_failed(env->arena))
        return;
    assert(is_read);
    overload->function = row->function;
    overload->cost = row->cost;
    overload->flags = row->flags;
    overload->data = row->data;
    env->overloads[env->n_overloads++] = overload;
}

void env_add(struct cel_env *env, const struct builtin *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(env, &rows[i]);
}

bool cel_env_may_declare(struct cel_env *env, const char *signature)
{
    struct overload overload;

    if (!signature_parse(env, str_of(signature), &overload))
        return false;
    for (size_t i = 0; i < env_overload_count(env); i++) {
        if (is_same(env_overload(env, i), &overload))
            return false;
    }
    return true;
}

void cel_env_function(struct cel_env *env, const char *signature, uint32_t cost,
                      cel_function *function)
{
    add(env, &(struct builtin){signature, function, .cost = cost});
    for (size_t i = 0; i + 1 < env_overload_count(env); i++)
        assert(!is_same(env_overload(env, i), env_overload(env, env_overload_count(env) - 1)));
}
