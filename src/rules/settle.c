/* The last pass over a checked tree: what can be known before there is data is worked out once. */
#include "rules/cel_internal.h"

static bool settle_all(struct check *check, struct node **items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!settle_node(check, items[i]))
            return false;
    }
    return true;
}

static bool are_literals(struct node *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i]->kind != NODE_LITERAL)
            return false;
    }
    return true;
}

/* ["1", "2"] is made once, not at every evaluation. */
static bool settle_list(struct check *check, struct node *node)
{
    struct cel_value *values;
    size_t n = node->list.n;

    if (!settle_all(check, node->list.items, n))
        return false;
    if (node->kind != NODE_LIST || !are_literals(node->list.items, n))
        return true;
    values = ARENA_ARRAY(check->arena, n, struct cel_value);
    if (!values)
        return false;
    for (size_t i = 0; i < n; i++)
        values[i] = node->list.items[i]->literal;
    node->kind = NODE_LITERAL;
    node->literal = cel_list_of(check->arena, values, n);
    node->number = STR_NONE;
    return true;
}

/* Whether the types alone say that the one candidate takes these arguments. */
static bool is_certain(const struct call *call)
{
    if (call->n_candidates != 1)
        return false;
    for (size_t i = 0; i < call->n_args; i++) {
        enum cel_kind param = call->candidates[0]->params[i]->kind;

        if (param != CEL_PARAM && param != CEL_DYN && call->args[i]->type->kind != param)
            return false;
    }
    return true;
}

static bool is_pattern(const struct call *call)
{
    return str_eq(call->name, S("matches")) && call->n_args == 2 &&
           call->args[1]->kind == NODE_LITERAL && call->args[1]->literal.kind == CEL_STRING;
}

static bool prepare_pattern(struct check *check, struct call *call)
{
    const struct regex *regex;
    struct str why;

    if (regex_compile(check->arena, call->args[1]->literal.text, &regex, &why)) {
        call->prepared = regex;
        return true;
    }
    if (!check->compile->is_checked)
        return true;
    return compile_problem(check->compile, call->args[1]->begin, "the pattern is wrong: %.*s",
                           STR_ARG(why));
}

/* Conversions of literals: date("2026-07-02") is that day for good. */
static bool is_conversion(const struct call *call, bool *ret_must_work)
{
    static const struct str must[] = {STR("date"), STR("money"), STR("decimal")};
    static const struct str may[] = {STR("timestamp"), STR("duration")};

    if (call->is_member || !are_literals(call->args, call->n_args))
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (str_eq(call->name, must[i]))
            return *ret_must_work = true;
    }
    *ret_must_work = false;
    return str_eq(call->name, may[0]) || str_eq(call->name, may[1]);
}

static bool fold(struct check *check, struct node *node)
{
    struct cel_program none = {.source = check->compile->source};
    struct run run = {.ctx = check->compile->ctx, .program = &none, .cost_left = 10000};
    struct cel_value value;
    bool must_work;

    if (!is_conversion(&node->call, &must_work))
        return true;
    if (run_call(&run, node, &value) == RC_OK) {
        node->kind = NODE_LITERAL;
        node->literal = value;
        node->number = STR_NONE;
        return true;
    }
    if (!must_work || !check->compile->is_checked)
        return true;
    return compile_problem(check->compile, node->begin, "%.*s", STR_ARG(run.error));
}

static bool settle_call(struct check *check, struct node *node)
{
    struct call *call = &node->call;

    if (!settle_all(check, call->args, call->n_args))
        return false;
    call->is_certain = is_certain(call);
    if (is_pattern(call) && !prepare_pattern(check, call))
        return false;
    return fold(check, node);
}

static bool settle_each(struct check *check, struct node *node)
{
    return settle_node(check, node->each.range) &&
           (!node->each.filter || settle_node(check, node->each.filter)) &&
           (!node->each.body || settle_node(check, node->each.body));
}

bool settle_node(struct check *check, struct node *node)
{
    node->type = types_final(&check->bindings, node->type);
    switch (node->kind) {
    case NODE_LITERAL:
    case NODE_NAME:
    case NODE_VARIABLE:
    case NODE_SLOT:
    case NODE_PRESENT: return true;
    case NODE_SELECT:
    case NODE_HAS: return settle_node(check, node->select.operand);
    case NODE_CALL: return settle_call(check, node);
    case NODE_AND:
    case NODE_OR:
    case NODE_IF:
    case NODE_LIST: return settle_list(check, node);
    case NODE_MAP:
        return settle_all(check, node->map.keys, node->map.n) &&
               settle_all(check, node->map.values, node->map.n);
    case NODE_EACH: return settle_each(check, node);
    case NODE_BIND:
        return settle_node(check, node->bind.value) && settle_node(check, node->bind.body);
    }
    return false;
}
