/* Number literals beside money and decimal.
 *
 * 0.1 as a double is not a tenth. A literal keeps its text, so where an exact type is asked for it
 * becomes exactly what was written; a double that was computed has no such text and is refused. */
#include "rules/cel_internal.h"

bool kind_is_exact(enum cel_kind kind)
{
    return kind == CEL_DECIMAL || kind == CEL_MONEY;
}

/* The exact type asked for inside a list type, else the type itself. */
static const struct cel_type *inner(const struct cel_type *type)
{
    return type->kind == CEL_LIST && type->n_args ? type->args[0] : NULL;
}

bool exact_may_become(const struct node *node, const struct cel_type *wanted)
{
    const struct cel_type *element = inner(wanted);

    if (node->kind == NODE_LITERAL)
        return kind_is_exact(wanted->kind) && node->number.n > 0 &&
               node->literal.kind != CEL_UINT && !kind_is_exact(node->literal.kind);
    if (node->kind == NODE_IF)
        return exact_may_become(node->list.items[1], wanted) &&
               exact_may_become(node->list.items[2], wanted);
    if (node->kind != NODE_LIST || !element || node->list.n == 0)
        return false;
    for (size_t i = 0; i < node->list.n; i++) {
        if (!exact_may_become(node->list.items[i], element))
            return false;
    }
    return true;
}

static bool literal_become(struct check *check, struct node *node, const struct cel_type *wanted)
{
    struct cel_value value;

    if (!city_literal(check->arena, node->number, wanted->kind, &value))
        return compile_problem(
            check->compile, node->begin,
            wanted->kind == CEL_MONEY
                ? "%.*s is no amount of money: write whole units and at most two decimals"
                : "%.*s is no decimal: write digits and at most 18 decimals, no exponent",
            STR_ARG(node->number));
    node->literal = value;
    node->type = wanted;
    return true;
}

bool exact_become(struct check *check, struct node *node, const struct cel_type *wanted)
{
    if (node->kind == NODE_LITERAL)
        return literal_become(check, node, wanted);
    node->type = wanted;
    if (node->kind == NODE_IF)
        return exact_become(check, node->list.items[1], wanted) &&
               exact_become(check, node->list.items[2], wanted);
    for (size_t i = 0; i < node->list.n; i++) {
        if (!exact_become(check, node->list.items[i], inner(wanted)))
            return false;
    }
    return true;
}

bool exact_push(struct check *check, struct node *node, const struct cel_type *wanted)
{
    size_t first = node->kind == NODE_IF ? 1 : 0;

    if (node->kind == NODE_LITERAL)
        return !exact_may_become(node, wanted) || exact_become(check, node, wanted);
    if (node->kind == NODE_LIST)
        wanted = inner(wanted);
    else if (node->kind != NODE_IF)
        return true;
    for (size_t i = first; wanted && i < node->list.n; i++) {
        if (!exact_push(check, node->list.items[i], wanted))
            return false;
    }
    return true;
}
