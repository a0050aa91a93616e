/* Calls of functions, and what functions may ask of their call. */
#include "rules/cel_internal.h"

#include <stdarg.h>

#define FEW_ARGS 4 /* calls stand within calls, each on the stack */

struct ctx *cel_call_ctx(struct cel_call *call)
{
    return call->run->ctx;
}

struct arena *cel_call_arena(struct cel_call *call)
{
    return call->run->ctx->arena;
}

void *cel_call_host(struct cel_call *call)
{
    return call->run->activation ? call->run->activation->host : NULL;
}

enum rc cel_charge(struct cel_call *call, uint64_t cost)
{
    return run_charge(call->run, cost);
}

enum rc cel_fail(struct cel_call *call, const char *format, ...)
{
    va_list list;
    char text[400];

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return run_fail(call->run, "%s", text);
}

static enum rc fail_unbound(struct run *run, struct str name)
{
    return run_fail(run, "there is no function %.*s() for this", STR_ARG(name));
}

enum rc fail_overload(struct cel_call *call, const struct cel_value *args, size_t n)
{
    struct buf types = buf_in(cel_call_arena(call), 300);
    struct str name =
        call->node->kind == NODE_CALL ? call->node->call.name : call->node->select.field;

    for (size_t i = 0; i < n; i++) {
        buf_add(&types, i ? S(", ") : STR_NONE);
        buf_add(&types, cel_type_text(cel_call_arena(call), cel_type_of(args[i])));
    }
    return cel_fail(call, "no such overload: %.*s does not take (%.*s)", STR_ARG(name),
                    STR_ARG(buf_str(&types)));
}

static bool takes(const struct cel_type *param, struct cel_value value)
{
    if (param->kind == CEL_PARAM || param->kind == CEL_DYN)
        return true;
    if (param->kind != value.kind)
        return false;
    return value.kind != CEL_OBJECT || str_eq(param->name, value.object.type->name);
}

static bool takes_all(const struct overload *overload, const struct cel_value *args)
{
    if (overload->flags & OVERLOAD_LOOSE)
        return true;
    for (size_t i = 0; i < overload->n_params; i++) {
        if (!takes(overload->params[i], args[i]))
            return false;
    }
    return true;
}

static const struct overload *choose(const struct call *call, const struct cel_value *args)
{
    for (size_t i = 0; i < call->n_candidates; i++) {
        if (takes_all(call->candidates[i], args))
            return call->candidates[i];
    }
    return NULL;
}

enum rc run_call(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct cel_call call = {.run = run, .node = node};
    const struct overload *overload;
    struct cel_value few[FEW_ARGS], *args = few;
    enum rc rc;

    if (node->call.n_candidates == 0)
        return fail_unbound(run, node->call.name);
    if (node->call.n_args > FEW_ARGS)
        args = ARENA_ARRAY(run->ctx->arena, node->call.n_args, struct cel_value);
    if (!args)
        return RC_LIMIT;
    for (size_t i = 0; i < node->call.n_args; i++) {
        rc = run_node(run, node->call.args[i], &args[i]);
        if (rc != RC_OK)
            return rc;
    }
    overload = node->call.is_certain ? node->call.candidates[0] : choose(&node->call, args);
    if (!overload)
        return fail_overload(&call, args, node->call.n_args);
    if (overload->cost && (rc = run_charge(run, overload->cost)) != RC_OK)
        return rc;
    call.data = overload->data;
    rc = overload->function(&call, args, ret);
    if (rc == RC_OK && ret->kind == CEL_ABSENT)
        return run_fail(run, "%.*s has no value", STR_ARG(node_text(run->program->source, node)));
    return rc;
}

enum rc run_property(struct run *run, const struct node *node, struct cel_value object,
                     struct cel_value *ret)
{
    struct cel_call call = {.run = run, .node = node};
    const struct overload *property = node->select.property;
    enum rc rc;

    if (!takes(property->params[0], object))
        return fail_overload(&call, &object, 1);
    rc = run_charge(run, property->cost);
    return rc == RC_OK ? property->function(&call, &object, ret) : rc;
}

struct buf text_buf(struct cel_call *call)
{
    return buf_in(cel_call_arena(call), (size_t)(call->run->cost_left + 1) * 64);
}

enum rc give_text(struct cel_call *call, struct buf *text, struct cel_value *ret)
{
    if (buf_has_failed(text))
        return arena_has_failed(cel_call_arena(call)) ? RC_LIMIT : cel_charge(call, UINT64_MAX);
    *ret = cel_string(buf_str(text));
    return cel_charge(call, text->n / 64);
}
