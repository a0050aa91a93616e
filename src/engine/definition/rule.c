#include "engine/definition/rule.h"

#include <assert.h>

#include "base/utf8.h"
#include "engine/definition/answer.h"
#include "place/place.h"

#define SHORT_TEXT_BYTES 2000

/* The variables every definition has, in the order in which they are declared. */
enum { VAR_PLACE, VAR_FILED, VAR_TODAY, VAR_CHANNEL, VAR_LANG, VAR__FIXED };

/* place.layer("district"): the feature that covers the place, "" when none does. */
static enum rc call_layer(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    const struct place *place = args[0].object.thing;

    (void)call;
    *ret = cel_string(place_layer(place, args[1].text));
    return RC_OK;
}

static enum rc call_kind(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    const struct place *place = args[0].object.thing;

    (void)call;
    *ret = cel_string(place_kind_word(place->kind));
    return RC_OK;
}

static enum rc call_workdays(struct cel_call *call, const struct cel_value *args,
                             struct cel_value *ret)
{
    const struct facts *facts = cel_call_host(call);
    struct date date = args[0].date;
    int64_t left = args[1].integer;

    if (left < 0 || left > 1000)
        return cel_fail(call, "workdays() counts from 0 to 1000 days");
    for (; left > 0; left--) {
        enum rc rc = calendar_next_workday(cel_call_ctx(call), facts->calendar, date, &date);

        if (rc)
            return rc;
    }
    *ret = cel_date(date);
    return RC_OK;
}

static enum rc call_is_workday(struct cel_call *call, const struct cel_value *args,
                               struct cel_value *ret)
{
    const struct facts *facts = cel_call_host(call);

    *ret = cel_bool(calendar_is_workday(facts->calendar, args[0].date));
    return RC_OK;
}

static enum rc call_linked(struct cel_call *call, const struct cel_value *args,
                           struct cel_value *ret)
{
    const struct facts *facts = cel_call_host(call);
    int64_t open = 0;

    for (size_t i = 0; i < facts->link_n; i++)
        if (str_eq(facts->links[i].kind, args[0].text))
            open += facts->links[i].open;
    *ret = cel_int(open);
    return RC_OK;
}

void rule_names_add_guard(struct cel_env *names)
{
    cel_env_function(names, "linked(string): int", 5, call_linked);
}

enum rc rule_names_new(struct ctx *ctx, bool has_place, struct cel_env **ret)
{
    struct cel_env *names = cel_env_new(ctx, CEL_LIMITS);
    const struct cel_type *place = names ? cel_env_type(names, S("place")) : NULL;

    if (!place)
        return FAIL(ctx, ERR_MEMORY);
    cel_env_variable(names, S("place"), place, !has_place);
    cel_env_variable(names, S("filed"), cel_type_of_kind(CEL_TIMESTAMP), false);
    cel_env_variable(names, S("today"), cel_type_of_kind(CEL_DATE), false);
    cel_env_variable(names, S("channel"), cel_type_of_kind(CEL_STRING), false);
    cel_env_variable(names, S("lang"), cel_type_of_kind(CEL_STRING), false);
    assert(cel_env_variable_count(names) == VAR__FIXED);
    cel_env_function(names, "place.layer(string): string", 5, call_layer);
    cel_env_function(names, "place.kind: string", 1, call_kind);
    cel_env_function(names, "workdays(date, int): date", 20, call_workdays);
    cel_env_function(names, "is_workday(date): bool", 5, call_is_workday);
    *ret = names;
    return RC_OK;
}

const struct cel_type *rule_field_type(struct cel_env *names, const struct field *field)
{
    if (field->type == FIELD_NUMBER && field->decimals)
        return cel_type_of_kind(CEL_DECIMAL);
    return cel_env_type_named(names, field->type == FIELD_LATER ? field->later->cel
                                                                : field_kind(field->type)->cel);
}

void rule_names_add_field(struct cel_env *names, const struct field *field)
{
    bool may_be_absent =
        !field->has_default && !field->is_derived && (!field->is_required || field->when.program);

    cel_env_variable(names, field->id, rule_field_type(names, field), may_be_absent);
}

static enum rc call_later(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    (void)args;
    (void)ret;
    return cel_fail(call, "this version reads such rules but does not run them");
}

/* Dates that a later version knows of a case. */
static const struct str later_dates[] = {STR("paid_on"), STR("issued_on"), STR("valid_until")};

void rule_names_add_later(struct cel_env *names)
{
    static const char *const functions[] = {
        "table.money(string, string, string, date): money",
        "table.decimal(string, string, string, date): decimal",
        "table.text(string, string, string, date): string",
        "tier(string, money, date): money",
        "tier(string, int, date): money",
        "band(string, date, int): decimal",
        "per_or_fraction(money, money, money): money",
        "prorate(money, int, int): money",
        "clamp(money, money, money): money",
        "sum(list<money>): money",
        "next_workday(date): date",
        "fee(string): money",
        "balance(): money",
        "tasks(string): list<map<string, dyn>>",
        "closed(string): bool",
        "held(string): bool",
        "document(string): bool",
        "party(string): map<string, dyn>",
        "credential(string): map<string, dyn>",
    };

    for (size_t i = 0; i < COUNT(functions); i++)
        cel_env_function(names, functions[i], 1, call_later);
    for (size_t i = 0; i < COUNT(later_dates); i++)
        cel_env_variable(names, later_dates[i], cel_type_of_kind(CEL_DATE), false);
}

bool rule_may_name(const struct cel_env *names, struct str name)
{
    /* Keys of an example, and names kept free: one that came later would take a field's name in
     * versions that are published already. */
    static const struct str kept[] = {
        STR("expect"), STR("contact"),   STR("paid"),     STR("case"),
        STR("now"),    STR("applicant"), STR("reporter"),
    };
    size_t number;

    for (size_t i = 0; i < COUNT(later_dates); i++)
        if (str_eq(name, later_dates[i]))
            return false;
    for (size_t i = 0; i < COUNT(kept); i++)
        if (str_eq(name, kept[i]))
            return false;
    return cel_env_may_name(names, name) && !cel_env_variable_find(names, name, &number);
}

void rule_compile(struct ctx *ctx, struct cel_env *names, const struct yaml_node *node,
                  struct problems *problems, struct rule *ret)
{
    rule_compile_as(ctx, (struct rule_wanted){names, cel_type_of_kind(CEL_BOOL)}, node, problems,
                    ret);
}

void rule_compile_as(struct ctx *ctx, struct rule_wanted wanted, const struct yaml_node *node,
                     struct problems *problems, struct rule *ret)
{
    struct problem_at at = yaml_at(node);
    struct cel_problem problem;
    struct cel_program *program;
    enum rc rc;

    if (node->kind != YAML_SCALAR) {
        problem_add(problems, PROBLEM_ERROR, at, "an expression is expected here");
        return;
    }
    rc = cel_compile(ctx, wanted.names, node->scalar, wanted.type, &program, &problem);
    if (rc == RC_OK) {
        *ret = (struct rule){program, cel_env_type(wanted.names, S("place")), node->scalar,
                             node->line, node->column};
        return;
    }
    if (rc != RC_INVALID)
        return;
    ctx_clear_error(ctx);
    /* In a block scalar the expression begins on the next line; quotes take one column. */
    at.column = problem.line > 1 || node->is_block
                    ? problem.column
                    : at.column + problem.column - 1 + node->is_quoted;
    at.line += problem.line - 1 + node->is_block;
    problem_add(problems, PROBLEM_ERROR, at, "%.*s", STR_ARG(problem.sentence));
}

bool rule_compiles(struct ctx *ctx, struct rule_wanted wanted, const struct yaml_node *node)
{
    struct problems unsaid = problems_in(ctx->arena);
    struct rule rule;

    rule_compile_as(ctx, wanted, node, &unsaid, &rule);
    return unsaid.error_count == 0;
}

static enum rc values_of(struct ctx *ctx, const struct rule *rule, const struct facts *facts,
                         struct cel_value **ret, size_t *ret_n)
{
    const struct definition *definition = facts->answers->definition;
    size_t n = VAR__FIXED + definition->field_n;
    struct cel_value *values = ARENA_ARRAY(ctx->arena, n, struct cel_value);

    if (!values)
        return FAIL(ctx, ERR_MEMORY);
    if (facts->place)
        values[VAR_PLACE] = cel_object(rule->place_type, facts->place);
    values[VAR_FILED] = cel_timestamp(facts->filed);
    values[VAR_TODAY] = cel_date(facts->today);
    values[VAR_CHANNEL] = cel_string(facts->channel);
    values[VAR_LANG] = cel_string(lang_code(facts->lang));
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct answer *answer = &facts->answers->of[i];

        values[VAR__FIXED + i] =
            answer->is_given ? answer->value : definition->fields[i].default_answer;
    }
    *ret = values;
    *ret_n = n;
    return RC_OK;
}

static enum rc evaluate(struct ctx *ctx, const struct rule *rule, const struct facts *facts,
                        struct cel_value *ret, const struct cel_trace **ret_trace)
{
    union {
        const struct facts *read;
        void *host;
    } given = {.read = facts};
    struct cel_activation activation = {.host = given.host};
    struct cel_value *values;
    enum rc rc = values_of(ctx, rule, facts, &values, &activation.n);

    if (rc)
        return rc;
    activation.values = values;
    return ret_trace ? cel_explain(ctx, rule->program, &activation, ret, ret_trace)
                     : cel_eval(ctx, rule->program, &activation, ret);
}

enum rc rule_value(struct ctx *ctx, const struct rule *rule, const struct facts *facts,
                   struct cel_value *ret)
{
    return evaluate(ctx, rule, facts, ret, NULL);
}

enum rc rule_holds(struct ctx *ctx, const struct rule *rule, const struct facts *facts, bool *ret)
{
    struct cel_value value;
    enum rc rc;

    if (!rule->program) {
        *ret = true;
        return RC_OK;
    }
    rc = evaluate(ctx, rule, facts, &value, NULL);
    if (!rc)
        *ret = value.boolean;
    return rc;
}

/* The whole tree has the text of each node, so that a long expression stands there many times. */
static struct str bounded_trace(struct ctx *ctx, const struct cel_trace *trace)
{
    struct str whole = cel_trace_json(ctx->arena, trace);
    struct cel_trace beginning = *trace;

    if (whole.n && whole.n <= RULE_TRACE_MAX)
        return whole;
    beginning.first = NULL;
    beginning.text = utf8_cut(trace->text, SHORT_TEXT_BYTES);
    return cel_trace_json(ctx->arena, &beginning);
}

enum rc rule_explain(struct ctx *ctx, const struct rule *rule, const struct facts *facts, bool *ret,
                     struct str *ret_trace)
{
    const struct cel_trace *trace;
    struct cel_value value;
    enum rc rc;

    if (!rule->program) {
        *ret = true;
        *ret_trace = S("null");
        return RC_OK;
    }
    rc = evaluate(ctx, rule, facts, &value, &trace);
    if (rc)
        return rc;
    *ret = value.boolean;
    *ret_trace = bounded_trace(ctx, trace);
    return RC_OK;
}
