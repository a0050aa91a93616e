/* Reads types and signatures: "place.layer(string): string", "list<A>.last(): A". */
#include "rules/cel_internal.h"

static void skip_spaces(struct str *text)
{
    while (text->n && text->p[0] == ' ')
        *text = str_slice(*text, 1, text->n);
}

static bool take(struct str *text, char sign)
{
    skip_spaces(text);
    if (text->n == 0 || text->p[0] != sign)
        return false;
    *text = str_slice(*text, 1, text->n);
    return true;
}

/* Letters, digits, underscores and, for operators, "@[]+-*" and their like. */
static struct str take_word(struct str *text, const char *also)
{
    size_t n = 0;

    skip_spaces(text);
    while (n < text->n) {
        char c = text->p[n];
        bool is_word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';

        if (!is_word && !strchr(also, c))
            break;
        n++;
    }
    struct str word = str_slice(*text, 0, n);
    *text = str_slice(*text, n, text->n);
    return word;
}

static const struct cel_type *param_type(struct cel_env *env, char letter)
{
    struct cel_type *type = ARENA_NEW(env->arena, struct cel_type);

    if (!type)
        return NULL;
    *type = (struct cel_type){.kind = CEL_PARAM, .param = (uint32_t)(letter - 'A')};
    type->name = str_fmt(env->arena, "%c", letter);
    return type;
}

static const struct cel_type *simple_type(struct cel_env *env, struct str word)
{
    static const struct {
        struct str word;
        enum cel_kind kind;
    } others[] = {
        {STR("null"), CEL_NULL},
        {STR("timestamp"), CEL_TIMESTAMP},
        {STR("duration"), CEL_DURATION},
        {STR("dyn"), CEL_DYN},
    };

    if (word.n == 1 && word.p[0] >= 'A' && word.p[0] <= 'Z')
        return param_type(env, word.p[0]);
    for (size_t i = 0; i < COUNT(others); i++) {
        if (str_eq(word, others[i].word))
            return cel_type_of_kind(others[i].kind);
    }
    for (enum cel_kind kind = CEL_NULL; kind <= CEL_DATE; kind++) {
        if (str_eq(word, cel_type_of_kind(kind)->name))
            return cel_type_of_kind(kind);
    }
    for (size_t i = 0; i < env_type_count(env); i++) {
        if (str_eq(word, env_type(env, i)->name))
            return env_type(env, i);
    }
    return NULL;
}

/* As many types as there are, in the environment's arena. NULL when it failed. */
static const struct cel_type **types_copy(struct cel_env *env, const struct cel_type *const *types,
                                          size_t n)
{
    const struct cel_type **copy = ARENA_ARRAY(env->arena, n, const struct cel_type *);

    if (copy && n)
        memcpy(copy, types, n * sizeof *copy);
    return copy;
}

static const struct cel_type *with_args(struct cel_env *env, const struct cel_type *plain,
                                        const struct cel_type *const *args, size_t n)
{
    struct cel_type *type = ARENA_NEW(env->arena, struct cel_type);
    const struct cel_type **copy = types_copy(env, args, n);

    if (!type || !copy)
        return NULL;
    *type = *plain;
    type->n_args = n;
    type->args = copy;
    return type;
}

const struct cel_type *signature_type(struct cel_env *env, struct str *text)
{
    const struct cel_type *args[CEL_MAX_ARGS], *plain = simple_type(env, take_word(text, ""));
    size_t n = 0;

    if (!plain || !take(text, '<'))
        return plain;
    do {
        if (n == CEL_MAX_ARGS || !(args[n] = signature_type(env, text)))
            return NULL;
        n++;
    } while (take(text, ','));
    if (!take(text, '>') || (plain->kind == CEL_LIST && n != 1) ||
        (plain->kind == CEL_MAP && n != 2))
        return NULL;
    return with_args(env, plain, args, n);
}

/* "A", "list<B>": how many variables there are, given that they are the first letters. */
static uint32_t count_params(const struct cel_type *type)
{
    uint32_t most = type->kind == CEL_PARAM ? type->param + 1 : 0;

    for (size_t i = 0; i < type->n_args; i++) {
        uint32_t n = count_params(type->args[i]);

        most = n > most ? n : most;
    }
    return most;
}

static bool parse_params(struct cel_env *env, struct str *text, struct overload *overload)
{
    if (take(text, ')'))
        return true;
    do {
        const struct cel_type *type = signature_type(env, text);

        if (!type || overload->n_params == CEL_MAX_ARGS)
            return false;
        overload->params[overload->n_params++] = type;
    } while (take(text, ','));
    return take(text, ')');
}

/* A receiver is a type and a dot; what is no type is the first part of a dotted name. */
static void parse_receiver(struct cel_env *env, struct str *text, struct overload *overload)
{
    struct str rest = *text;
    const struct cel_type *type = signature_type(env, &rest);

    if (type && take(&rest, '.')) {
        overload->is_member = true;
        overload->params[overload->n_params++] = type;
        *text = rest;
    }
}

bool signature_parse(struct cel_env *env, struct str text, struct overload *ret)
{
    const struct cel_type *params[CEL_MAX_ARGS];
    struct overload overload = {.params = params};

    parse_receiver(env, &text, &overload);
    overload.name = take_word(&text, "@[]+-*/%!<>=.");
    if (str_is_empty(overload.name))
        return false;
    overload.is_property = !take(&text, '(');
    if (overload.is_property ? !overload.is_member : !parse_params(env, &text, &overload))
        return false;
    if (!take(&text, ':'))
        return false;
    overload.result = signature_type(env, &text);
    skip_spaces(&text);
    if (!overload.result || text.n)
        return false;
    for (size_t i = 0; i < overload.n_params; i++) {
        uint32_t n = count_params(overload.params[i]);

        overload.n_type_params = n > overload.n_type_params ? n : overload.n_type_params;
    }
    if (count_params(overload.result) > overload.n_type_params)
        overload.n_type_params = count_params(overload.result);
    overload.params = types_copy(env, params, overload.n_params);
    *ret = overload;
    return overload.params;
}
