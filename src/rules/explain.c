/* Records an evaluation as a tree while it runs. */
#include "rules/cel_internal.h"

#define VALUE_BYTES 200

struct trace {
    struct cel_trace public;
    struct cel_trace *last; /* child */
    size_t n;               /* children */
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
        trace->last = &((struct trace *)(uintptr_t)child)->public;
        trace->last->next = NULL;
        trace->n = 1;
        return;
    }
}

enum rc trace_node(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct trace *parent = run->trace, *own;
    struct cel_value value = {.kind = CEL_ABSENT};
    enum rc rc;

    if (node->kind == NODE_LITERAL || run->trace_room == 0)
        return run_node_plain(run, node, ret);
    own = ARENA_NEW(run->ctx->arena, struct trace);
    if (!own)
        return RC_LIMIT;
    run->trace_room--;
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

/* ---- JSON */

static void write_json_text(struct buf *out, struct str text)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c == '"' || c == '\\')
            buf_add_fmt(out, "\\%c", c);
        else if (c < 0x20)
            buf_add_fmt(out, "\\u%04x", c);
        else
            buf_add_byte(out, (char)c);
    }
    buf_add_byte(out, '"');
}

static void write_json(struct buf *out, const struct cel_trace *trace)
{
    BUF_ADD(out, "{\"expr\":");
    write_json_text(out, trace->text);
    buf_add(out, trace->has_failed ? S(",\"error\":") : S(",\"value\":"));
    write_json_text(out, trace->has_failed ? trace->error
                                           : cel_value_text(out->arena, trace->value, VALUE_BYTES));
    if (trace->first)
        BUF_ADD(out, ",\"children\":[");
    for (const struct cel_trace *child = trace->first; child; child = child->next) {
        if (child != trace->first)
            buf_add_byte(out, ',');
        write_json(out, child);
    }
    if (trace->first)
        buf_add_byte(out, ']');
    buf_add_byte(out, '}');
}

struct str cel_trace_json(struct arena *arena, const struct cel_trace *trace)
{
    struct buf out = buf_in(arena, (size_t)4 << 20);

    write_json(&out, trace);
    return buf_str(&out);
}
