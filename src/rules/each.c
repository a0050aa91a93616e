/* The macros that go through a list or map. */
#include "rules/cel_internal.h"

/* What one pass over the range has gathered. */
struct gathered {
    size_t n_true;
    struct str error; /* of a test that failed; another element may still decide */
    bool has_failed;
    struct cel_value *items; /* of a new list */
    struct cel_entry *entries;
    size_t n, room;
};

static size_t range_size(struct cel_value range)
{
    return range.kind == CEL_LIST ? range.list->n : range.map->n;
}

static void set_slots(struct run *run, const struct node *node, struct cel_value range, size_t i)
{
    struct cel_value *slots = &run->slots[node->each.first_slot];
    bool has_second = node->each.has_second;

    if (range.kind == CEL_MAP) {
        slots[0] = range.map->entries[i].key;
        if (has_second)
            slots[1] = range.map->entries[i].value;
        return;
    }
    slots[0] = has_second ? cel_int((int64_t)i) : range.list->items[i];
    if (has_second)
        slots[1] = range.list->items[i];
}

static enum rc run_test(struct run *run, const struct node *test, bool *ret)
{
    struct cel_value value;
    enum rc rc = run_node(run, test, &value);

    if (rc != RC_OK)
        return rc;
    if (value.kind != CEL_BOOL)
        return run_fail(run, "no such overload: the condition %.*s is not true or false",
                        STR_ARG(node_text(run->program->source, test)));
    *ret = value.boolean;
    return RC_OK;
}

static bool make_room(struct run *run, struct gathered *gathered, size_t more)
{
    size_t room = gathered->room ? gathered->room : 8;
    struct arena *arena = run->ctx->arena;

    while (room < gathered->n + more)
        room *= 2;
    if (room == gathered->room)
        return true;
    gathered->items = arena_grow(arena, gathered->items, gathered->room * sizeof *gathered->items,
                                 room * sizeof *gathered->items);
    gathered->entries =
        arena_grow(arena, gathered->entries, gathered->room * sizeof *gathered->entries,
                   room * sizeof *gathered->entries);
    gathered->room = room;
    return gathered->items && gathered->entries;
}

/* The entries of the map that transformMapEntry's body gives. */
static enum rc add_entries(struct run *run, struct gathered *gathered, struct cel_value value)
{
    enum rc rc;

    if (value.kind != CEL_MAP)
        return run_fail(run, "no such overload: transformMapEntry needs {key: value}");
    rc = run_charge(run, value.map->n);
    if (rc != RC_OK)
        return rc;
    if (!make_room(run, gathered, value.map->n))
        return RC_LIMIT;
    for (size_t i = 0; i < value.map->n; i++)
        gathered->entries[gathered->n++] = value.map->entries[i];
    return RC_OK;
}

/* One element of map, filter and the transforms. */
static enum rc gather(struct run *run, const struct node *node, struct gathered *gathered)
{
    const struct cel_value *slots = &run->slots[node->each.first_slot];
    struct cel_value first = slots[0], value = first;
    bool is_wanted = true;
    enum rc rc = RC_OK;

    if (node->each.filter)
        rc = run_test(run, node->each.filter, &is_wanted);
    if (rc != RC_OK || !is_wanted)
        return rc;
    if (node->each.body)
        rc = run_node(run, node->each.body, &value);
    if (rc != RC_OK)
        return rc;
    if (node->each.kind == EACH_MAKE_ENTRY)
        return add_entries(run, gathered, value);
    if (!make_room(run, gathered, 1))
        return RC_LIMIT;
    gathered->items[gathered->n] = value;
    gathered->entries[gathered->n++] = (struct cel_entry){first, value};
    return RC_OK;
}

/* One element of all, exists and exists_one. *ret_is_decided ends the pass. */
static enum rc test(struct run *run, const struct node *node, struct gathered *gathered,
                    bool *ret_is_decided)
{
    enum each_kind kind = node->each.kind;
    bool is_true = false;
    enum rc rc = run_test(run, node->each.body, &is_true);

    if (rc == RC_INVALID && kind != EACH_EXISTS_ONE) {
        if (!gathered->has_failed)
            gathered->error = run->error;
        gathered->has_failed = true;
        return RC_OK;
    }
    if (rc != RC_OK)
        return rc;
    gathered->n_true += is_true;
    *ret_is_decided = (kind == EACH_ALL && !is_true) || (kind == EACH_EXISTS && is_true);
    return RC_OK;
}

static enum rc give(struct run *run, const struct node *node, const struct gathered *gathered,
                    struct cel_value *ret)
{
    struct arena *arena = run->ctx->arena;

    switch (node->each.kind) {
    case EACH_ALL:
    case EACH_EXISTS:
        *ret = cel_bool(node->each.kind == EACH_ALL);
        run->error = gathered->error;
        return gathered->has_failed ? RC_INVALID : RC_OK;
    case EACH_EXISTS_ONE: *ret = cel_bool(gathered->n_true == 1); return RC_OK;
    case EACH_MAP:
    case EACH_FILTER:
        *ret = cel_list_of(arena, gathered->items, gathered->n);
        return ret->kind == CEL_LIST ? RC_OK : RC_LIMIT;
    case EACH_MAKE_MAP:
    case EACH_MAKE_ENTRY:
        if (!cel_map_of(arena, gathered->entries, gathered->n, ret))
            return run_fail(run, "the new map has two equal keys");
        return ret->kind == CEL_MAP ? RC_OK : RC_LIMIT;
    }
    return RC_INTERNAL;
}

static bool is_test(enum each_kind kind)
{
    return kind == EACH_ALL || kind == EACH_EXISTS || kind == EACH_EXISTS_ONE;
}

enum rc run_each(struct run *run, const struct node *node, struct cel_value *ret)
{
    struct gathered gathered = {0};
    struct cel_value range;
    bool is_decided = false;
    size_t kept;
    enum rc rc = run_node(run, node->each.range, &range);

    if (rc != RC_OK)
        return rc;
    if (range.kind != CEL_LIST && range.kind != CEL_MAP)
        return run_fail(run, "no such overload: %.*s is no list or map",
                        STR_ARG(node_text(run->program->source, node->each.range)));
    kept = trace_count(run);
    for (size_t i = 0; i < range_size(range) && !is_decided; i++) {
        set_slots(run, node, range, i);
        trace_forget(run, kept);
        rc = run_charge(run, 1);
        if (rc == RC_OK)
            rc = is_test(node->each.kind) ? test(run, node, &gathered, &is_decided)
                                          : gather(run, node, &gathered);
        if (rc != RC_OK)
            return rc;
    }
    if (is_decided) {
        *ret = cel_bool(node->each.kind == EACH_EXISTS);
        return RC_OK;
    }
    trace_forget(run, kept);
    return give(run, node, &gathered, ret);
}
