/* Records an evaluation as a tree while it runs. */
#include "rules/cel_internal.h"

#include "base/json.h"

#define VALUE_BYTES    200
#define JSON_BYTES_MAX ((size_t)4 << 20)
#define TRACE_DEPTH    12 /* each level is two of JSON's, of which readers allow 32 */

struct trace {
    struct cel_trace public;
    struct cel_trace *last; /* child */
    size_t n;               /* children */
    int depth;
};

size_t trace_count(const struct run *run)
{
    return run->trace ? run->trace->n : 0;
}

void trace_forget(struct run *run, size_t keep)
{
    struct cel_trace *last = NULL;

    if (!run->trace || run->trace->n <= keep)
        return;
    for (size_t i = 0; i < keep; i++) {
        const struct cel_trace *next = last ? last->next : run->trace->public.first;

        last = &((struct trace *)(uintptr_t)next)->public;
    }
    if (last)
        last->next = NULL;
    else
        run->trace->public.first = NULL;
    run->trace->last = last;
    run->trace->n = keep;
}

static void attach(struct trace *parent, struct trace *child)
{
    if (parent->last)
        parent->last->next = &child->public;
    else
        parent->public.first = &child->public;
    parent->last = &child->public;
    parent->n++;
}

/* Where one operand of && or || decided, the others did not matter. */
static void keep_decisive(struct trace *trace, bool decisive)
{
    const struct cel_trace *child = trace->public.first;

    if (trace->public.has_failed || trace->public.value.boolean != decisive)
        return;
    for (; child; child = child->next) {
        if (child->has_failed || child->value.kind != CEL_BOOL || child->value.boolean != decisive)
            continue;
        trace->public.first = child;
        ((struct trace *)(uintptr_t)child)->public.next = NULL;
        return;
    }
}

enum rc trace_node(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct trace *parent = run->trace, *own;
    bool is_left_out =
        node->kind == NODE_LITERAL || run->trace_room == 0 || parent->depth == TRACE_DEPTH;
    struct cel_value value = {.kind = CEL_ABSENT};
    enum rc rc;

    if (is_left_out)
        return run_node_plain(run, node, ret);
    own = ARENA_NEW(run->ctx->arena, struct trace);
    if (!own)
        return RC_LIMIT;
    run->trace_room--;
    own->depth = parent->depth + 1;
    own->public.text = node_text(run->program->source, node);
    run->trace = own;
    rc = run_node_plain(run, node, &value);
    run->trace = parent;
    own->public.value = value;
    own->public.has_failed = rc != RC_OK;
    own->public.error = rc == RC_OK ? STR_NONE : run->error;
    if (node->kind == NODE_AND || node->kind == NODE_OR)
        keep_decisive(own, node->kind == NODE_OR);
    attach(parent, own);
    if (rc == RC_OK)
        *ret = value;
    return rc;
}

enum rc cel_explain(struct ctx *ctx, const struct cel_program *program,
                    const struct cel_activation *activation, struct cel_value *ret,
                    const struct cel_trace **ret_trace)
{
    struct trace top = {0};
    struct run run = {.ctx = ctx,
                      .program = program,
                      .activation = activation,
                      .cost_left = program->limits.max_cost,
                      .trace = &top,
                      .trace_room = CEL_TRACE_NODES};
    struct cel_trace *literal;
    enum rc rc = run_program(&run, ret);

    if (rc != RC_OK && rc != RC_INVALID)
        return rc;
    if (top.public.first) {
        *ret_trace = top.public.first;
        return rc;
    }
    literal = ARENA_NEW(ctx->arena, struct cel_trace);
    if (!literal)
        return FAIL(ctx, ERR_MEMORY);
    *literal =
        (struct cel_trace){.text = program->source, .has_failed = rc != RC_OK, .error = run.error};
    if (rc == RC_OK)
        literal->value = *ret;
    *ret_trace = literal;
    return rc;
}

/* The source may hold a NUL, within quotes; JSON's readers refuse it. */
static struct str without_nul(struct arena *arena, struct str text)
{
    struct buf out = buf_in(arena, 3 * text.n);

    if (str_find_byte(text, '\0') < 0)
        return text;
    for (size_t i = 0; i < text.n; i++)
        buf_add(&out, text.p[i] ? str_slice(text, i, i + 1) : S("\xef\xbf\xbd"));
    return buf_str(&out);
}

static void write_json(struct json_writer *json, const struct cel_trace *trace)
{
    struct arena *arena = json->buf->arena;

    json_begin_object(json);
    json_put_member(json, S("expr"), without_nul(arena, trace->text));
    if (trace->has_failed)
        json_put_member(json, S("error"), trace->error);
    else
        json_put_member(json, S("value"), cel_value_text(arena, trace->value, VALUE_BYTES));
    if (trace->first) {
        json_put_key(json, S("children"));
        json_begin_array(json);
        for (const struct cel_trace *child = trace->first; child; child = child->next)
            write_json(json, child);
        json_end_array(json);
    }
    json_end_object(json);
}

struct str cel_trace_json(struct arena *arena, const struct cel_trace *trace)
{
    struct buf out = buf_in(arena, JSON_BYTES_MAX);
    struct json_writer json = json_writer_on(&out);

    write_json(&json, trace);
    return buf_str(&out);
}
