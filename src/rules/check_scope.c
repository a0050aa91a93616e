/* Types of the macros that bring variables of their own. */
#include "rules/cel_internal.h"

#define BOOL cel_type_of_kind(CEL_BOOL)

static bool take_slots(struct check *check, const struct node *node, size_t n, size_t *ret)
{
    size_t first = check->scope ? check->scope->slot + 1 : 0;

    if (first + n > CEL_MAX_SLOTS)
        return compile_problem(check->compile, node->begin,
                               "too many macros within each other: split the rule");
    if (first + n > check->n_slots)
        check->n_slots = first + n;
    *ret = first;
    return true;
}

/* What the variables of a macro over this range are: element, or index and element; key, or key
 * and value. */
static bool range_types(struct check *check, const struct node *node,
                        const struct cel_type **ret_first, const struct cel_type **ret_second)
{
    const struct cel_type *range = types_resolve(&check->bindings, node->each.range->type);
    bool has_second = node->each.has_second;

    *ret_first = *ret_second = cel_type_of_kind(CEL_DYN);
    if (range->kind == CEL_LIST) {
        *ret_first = has_second ? cel_type_of_kind(CEL_INT) : range->args[0];
        *ret_second = range->args[0];
    } else if (range->kind == CEL_MAP) {
        *ret_first = range->args[0];
        *ret_second = range->args[1];
    } else if (check->compile->is_checked && range->kind != CEL_DYN && range->kind != CEL_PARAM) {
        struct str text = check_type_text(check, range);

        return compile_problem(check->compile, node->each.range->begin,
                               "only a list or a map can be gone through, and this is %.*s",
                               STR_ARG(text));
    }
    return true;
}

static const struct cel_type *entry_type(struct check *check, const struct node *node)
{
    const struct cel_type *body = types_resolve(&check->bindings, node->each.body->type);

    if (body->kind == CEL_MAP)
        return body;
    if (body->kind == CEL_DYN || body->kind == CEL_PARAM)
        return cel_type_of_kind(CEL_MAP);
    compile_problem(check->compile, node->each.body->begin,
                    "transformMapEntry makes entries: write {key: value}");
    return NULL;
}

static const struct cel_type *result_type(struct check *check, const struct node *node,
                                          const struct cel_type *first)
{
    switch (node->each.kind) {
    case EACH_ALL:
    case EACH_EXISTS:
    case EACH_EXISTS_ONE: return BOOL;
    case EACH_MAP: return cel_type_list(check->arena, node->each.body->type);
    case EACH_FILTER: return cel_type_list(check->arena, first);
    case EACH_MAKE_MAP: return cel_type_map(check->arena, first, node->each.body->type);
    case EACH_MAKE_ENTRY: return entry_type(check, node);
    }
    return NULL;
}

static bool is_test(enum each_kind kind)
{
    return kind == EACH_ALL || kind == EACH_EXISTS || kind == EACH_EXISTS_ONE;
}

/* What stands between the parentheses, with the macro's variables in scope. */
static bool check_inside(struct check *check, struct node *node)
{
    if (node->each.filter && !check_condition(check, node->each.filter, "the condition"))
        return false;
    if (!node->each.body)
        return true;
    if (is_test(node->each.kind))
        return check_condition(check, node->each.body, "the condition");
    return check_node(check, node->each.body) != NULL;
}

const struct cel_type *check_each(struct check *check, struct node *node)
{
    const struct cel_type *first_type, *second_type;
    struct scope first = {.outer = check->scope, .name = node->each.first};
    struct scope second = {.outer = &first, .name = node->each.second};
    bool is_good;

    if (!check_node(check, node->each.range) ||
        !range_types(check, node, &first_type, &second_type) ||
        !take_slots(check, node, node->each.has_second ? 2 : 1, &node->each.first_slot))
        return NULL;
    first.type = first_type;
    first.slot = node->each.first_slot;
    second.type = second_type;
    second.slot = first.slot + 1;
    check->scope = node->each.has_second ? &second : &first;
    is_good = check_inside(check, node);
    check->scope = first.outer;
    return is_good ? result_type(check, node, first_type) : NULL;
}

const struct cel_type *check_bind(struct check *check, struct node *node)
{
    struct scope scope = {.outer = check->scope, .name = node->bind.name};
    const struct cel_type *type = check_node(check, node->bind.value);

    if (!type || !take_slots(check, node, 1, &node->bind.slot))
        return NULL;
    scope.type = type;
    scope.slot = node->bind.slot;
    check->scope = &scope;
    type = check_node(check, node->bind.body);
    check->scope = scope.outer;
    return type;
}
