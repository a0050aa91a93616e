/* Evaluates the tree as it stands. An error of the rule is RC_INVALID with its sentence in the
 * run; && and || go on past it and drop it when another operand decides. Every other rc ends the
 * evaluation. */
#include "rules/cel_internal.h"

#include <assert.h>
#include <stdarg.h>

enum rc run_fail(struct run *run, const char *format, ...)
{
    va_list list;
    char text[400];

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    run->error = str_copy(run->ctx->arena, text_whole(str_of(text)));
    return RC_INVALID;
}

enum rc run_charge(struct run *run, uint64_t cost)
{
    if (cost <= run->cost_left) {
        run->cost_left -= cost;
        return RC_OK;
    }
    run->cost_left = 0;
    run_fail(run,
             "the rule takes too long: it goes through too many elements or makes texts too "
             "long (the limit is %llu steps)",
             (unsigned long long)run->program->limits.max_cost);
    return RC_LIMIT;
}

static enum rc fail_type(struct run *run, const struct node *node, struct cel_value value,
                         const char *wanted)
{
    struct str text = node_text(run->program->source, node);
    struct str name = cel_type_text(run->ctx->arena, cel_type_of(value));

    return run_fail(run, "no such overload: %s is needed, and %.*s is %.*s", wanted,
                    STR_ARG(text_quoted(text)), STR_ARG(name));
}

static enum rc run_variable(struct run *run, const struct node *node, struct cel_value *ret)
{
    const struct cel_activation *activation = run->activation;
    size_t number = node->name.number;

    if (number >= activation->n || activation->values[number].kind == CEL_ABSENT)
        return run_fail(run, "%.*s has no value: ask has(%.*s) first", STR_ARG(node->name.text),
                        STR_ARG(node->name.text));
    *ret = activation->values[number];
    return RC_OK;
}

static enum rc run_present(struct run *run, const struct node *node, struct cel_value *ret)
{
    const struct cel_activation *activation = run->activation;
    size_t number = node->name.number;

    *ret = cel_bool(number < activation->n && activation->values[number].kind != CEL_ABSENT);
    return RC_OK;
}

/* The field's value, CEL_ABSENT when there is none. */
static enum rc run_field(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_value operand;
    const struct cel_value *found;
    enum rc rc = run_node(run, node->select.operand, &operand);

    if (rc != RC_OK)
        return rc;
    if (operand.kind == CEL_OBJECT && node->select.property)
        return run_property(run, node, operand, ret);
    if (operand.kind != CEL_MAP)
        return fail_type(run, node->select.operand, operand, "something with fields");
    found = cel_map_find(operand.map, cel_string(node->select.field));
    *ret = found ? *found : (struct cel_value){.kind = CEL_ABSENT};
    return RC_OK;
}

static enum rc run_select(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_value value;
    enum rc rc = run_field(run, node, &value);

    if (rc != RC_OK)
        return rc;
    if (value.kind == CEL_ABSENT)
        return run_fail(run, "no such key: there is no %.*s in %.*s", STR_ARG(node->select.field),
                        STR_ARG(node_text(run->program->source, node->select.operand)));
    *ret = value;
    return RC_OK;
}

static enum rc run_has(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_value value;
    enum rc rc = run_field(run, node, &value);

    if (rc == RC_OK)
        *ret = cel_bool(value.kind != CEL_ABSENT);
    return rc;
}

/* The first operand that says `decisive` decides, whatever errors came before it. */
static enum rc run_chain(struct run *run, const struct node *node, bool decisive,
                         struct cel_value *ret)
{
    struct str error = STR_NONE;
    bool has_failed = false;

    for (size_t i = 0; i < node->list.n; i++) {
        struct cel_value value;
        enum rc rc = run_node(run, node->list.items[i], &value);

        if (rc == RC_OK && value.kind != CEL_BOOL)
            rc = fail_type(run, node->list.items[i], value, "true or false");
        if (rc == RC_OK && value.boolean == decisive) {
            *ret = value;
            return RC_OK;
        }
        if (rc == RC_INVALID && !has_failed) {
            has_failed = true;
            error = run->error;
        } else if (rc != RC_OK && rc != RC_INVALID) {
            return rc;
        }
    }
    *ret = cel_bool(!decisive);
    run->error = error;
    return has_failed ? RC_INVALID : RC_OK;
}

static enum rc run_if(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_value condition;
    enum rc rc = run_node(run, node->list.items[0], &condition);

    if (rc != RC_OK)
        return rc;
    if (condition.kind != CEL_BOOL)
        return fail_type(run, node->list.items[0], condition, "true or false");
    return run_node(run, node->list.items[condition.boolean ? 1 : 2], ret);
}

static enum rc run_list(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_value *items = ARENA_ARRAY(run->ctx->arena, node->list.n, struct cel_value);
    struct cel_list *list = ARENA_NEW(run->ctx->arena, struct cel_list);

    if (!items || !list)
        return RC_LIMIT;
    for (size_t i = 0; i < node->list.n; i++) {
        enum rc rc = run_node(run, node->list.items[i], &items[i]);

        if (rc != RC_OK)
            return rc;
    }
    *list = (struct cel_list){node->list.n, items};
    *ret = (struct cel_value){.kind = CEL_LIST, .list = list};
    return RC_OK;
}

static enum rc run_map(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_entry *entries = ARENA_ARRAY(run->ctx->arena, node->map.n, struct cel_entry);

    if (!entries)
        return RC_LIMIT;
    for (size_t i = 0; i < node->map.n; i++) {
        enum rc rc = run_node(run, node->map.keys[i], &entries[i].key);

        if (rc == RC_OK)
            rc = run_node(run, node->map.values[i], &entries[i].value);
        if (rc != RC_OK)
            return rc;
    }
    if (!cel_map_of(run->ctx->arena, entries, node->map.n, ret))
        return run_fail(run, "a map has two equal keys, or a key that is no text, whole number or "
                             "bool");
    return ret->kind == CEL_MAP ? RC_OK : RC_LIMIT;
}

/* A bound value that cannot be had is an error only where it is used: until then its slot is
 * absent and keeps the sentence. */
static enum rc run_bind(struct run *run, const struct node *node, struct cel_value *ret)
{
    size_t kept = trace_count(run);
    struct cel_value value;
    enum rc rc = run_node(run, node->bind.value, &value);

    if (rc == RC_INVALID) {
        value = (struct cel_value){.kind = CEL_ABSENT, .text = run->error};
        trace_forget(run, kept);
    } else if (rc != RC_OK) {
        return rc;
    }
    run->slots[node->bind.slot] = value;
    return run_node(run, node->bind.body, ret);
}

static enum rc run_slot(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_value value = run->slots[node->name.number];

    if (value.kind == CEL_ABSENT) {
        run->error = value.text;
        return RC_INVALID;
    }
    *ret = value;
    return RC_OK;
}

enum rc run_node_plain(struct run *run, const struct node *node, struct cel_value *ret)
{
    switch (node->kind) {
    case NODE_LITERAL: *ret = node->literal; return RC_OK;
    case NODE_NAME:
        return run_fail(run, "undeclared reference: %.*s is not known", STR_ARG(node->name.text));
    case NODE_VARIABLE: return run_variable(run, node, ret);
    case NODE_SLOT: return run_slot(run, node, ret);
    case NODE_SELECT: return run_select(run, node, ret);
    case NODE_HAS: return run_has(run, node, ret);
    case NODE_PRESENT: return run_present(run, node, ret);
    case NODE_CALL: return run_call(run, node, ret);
    case NODE_AND: return run_chain(run, node, false, ret);
    case NODE_OR: return run_chain(run, node, true, ret);
    case NODE_IF: return run_if(run, node, ret);
    case NODE_LIST: return run_list(run, node, ret);
    case NODE_MAP: return run_map(run, node, ret);
    case NODE_EACH: return run_each(run, node, ret);
    case NODE_BIND: return run_bind(run, node, ret);
    }
    return RC_INTERNAL;
}

enum rc run_node(struct run *run, const struct node *node, struct cel_value *ret)
{
    enum rc rc;

    if (run->cost_left == 0 && (rc = run_charge(run, 1)) != RC_OK)
        return rc;
    run->cost_left--;
    return run->trace ? trace_node(run, node, ret) : run_node_plain(run, node, ret);
}

static enum rc check_expected(struct run *run, const struct cel_type *expected,
                              struct cel_value value)
{
    if (!expected || expected->kind == CEL_DYN || expected->kind == value.kind)
        return RC_OK;
    return fail_type(run, run->program->root, value,
                     str_z(run->ctx->arena, cel_type_text(run->ctx->arena, expected)));
}

enum rc run_program(struct run *run, struct cel_value *ret)
{
    const struct cel_program *program = run->program;
    struct ctx *ctx = run->ctx;
    struct cel_value value = {.kind = CEL_NULL};
    enum rc rc;

    assert(run->activation->n >= program->n_variables);
    if (program->n_slots)
        run->slots = ARENA_ARRAY(ctx->arena, program->n_slots, struct cel_value);
    rc = program->n_slots && !run->slots ? RC_LIMIT : run_node(run, program->root, &value);
    if (rc == RC_OK)
        rc = check_expected(run, program->expected, value);
    if (arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    if (rc == RC_INVALID || (rc == RC_LIMIT && run->error.n && ctx->err.id == ERR_NONE))
        return FAIL(ctx, ERR_EXPRESSION, .detail = run->error);
    if (rc != RC_OK)
        return rc;
    *ret = value;
    return RC_OK;
}

enum rc cel_eval_measured(struct ctx *ctx, const struct cel_program *program,
                          const struct cel_activation *activation, struct cel_value *ret,
                          struct cel_usage *ret_usage)
{
    struct run run = {.ctx = ctx,
                      .program = program,
                      .activation = activation,
                      .cost_left = program->limits.max_cost};
    enum rc rc = run_program(&run, ret);

    ret_usage->cost = program->limits.max_cost - run.cost_left;
    return rc;
}

enum rc cel_eval(struct ctx *ctx, const struct cel_program *program,
                 const struct cel_activation *activation, struct cel_value *ret)
{
    struct cel_usage usage;

    return cel_eval_measured(ctx, program, activation, ret, &usage);
}
