/* Type deduction: which types fit where, with type variables bound as needed.
 *
 * A variable stands for one type; when a later use needs a more general one that fits (list<int>
 * where list<dyn> is also seen), the variable moves to the more general. Dyn fits everything: what
 * it hides is looked at when the expression runs. A candidate overload that does not fit is undone
 * by rewinding to a mark. */
#include "rules/cel_internal.h"

static void *more(struct arena *arena, void *items, size_t *room, size_t size)
{
    size_t was = *room;

    *room = was ? 2 * was : 16;
    return arena_grow(arena, items, was * size, *room * size);
}

uint32_t bindings_reserve(struct bindings *bindings, uint32_t n)
{
    uint32_t first = (uint32_t)bindings->n;

    while (bindings->n + n > bindings->room) {
        bindings->bound =
            more(bindings->arena, bindings->bound, &bindings->room, sizeof *bindings->bound);
        if (!bindings->bound) {
            bindings->n = bindings->room = 0;
            return 0;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        bindings->bound[bindings->n++] = NULL;
    return first;
}

const struct cel_type *bindings_fresh(struct bindings *bindings)
{
    struct cel_type *type = ARENA_NEW(bindings->arena, struct cel_type);

    if (!type)
        return cel_type_of_kind(CEL_DYN);
    *type = (struct cel_type){.kind = CEL_PARAM, .name = S("?")};
    type->param = bindings_reserve(bindings, 1);
    return type->param < bindings->n ? type : cel_type_of_kind(CEL_DYN);
}

/* A copy of the type whose arguments are changed by `change`; the type itself when none is. */
static const struct cel_type *rebuild(struct bindings *bindings, const struct cel_type *type,
                                      const struct cel_type **args)
{
    const struct cel_type **copy;
    struct cel_type *made;
    bool is_changed = false;

    for (size_t i = 0; i < type->n_args; i++)
        is_changed |= args[i] != type->args[i];
    if (!is_changed)
        return type;
    copy = ARENA_ARRAY(bindings->arena, type->n_args, const struct cel_type *);
    made = ARENA_NEW(bindings->arena, struct cel_type);
    if (!copy || !made)
        return cel_type_of_kind(CEL_DYN);
    for (size_t i = 0; i < type->n_args; i++)
        copy[i] = args[i];
    *made = *type;
    made->args = copy;
    return made;
}

const struct cel_type *bindings_rename(struct bindings *bindings, const struct cel_type *type,
                                       uint32_t first)
{
    const struct cel_type *args[CEL_MAX_ARGS];

    if (type->kind == CEL_PARAM) {
        struct cel_type *own = ARENA_NEW(bindings->arena, struct cel_type);

        if (!own)
            return cel_type_of_kind(CEL_DYN);
        *own = *type;
        own->param += first;
        return own;
    }
    if (type->n_args == 0)
        return type;
    for (size_t i = 0; i < type->n_args; i++)
        args[i] = bindings_rename(bindings, type->args[i], first);
    return rebuild(bindings, type, args);
}

const struct cel_type *types_resolve(const struct bindings *bindings, const struct cel_type *type)
{
    while (type->kind == CEL_PARAM && type->param < bindings->n && bindings->bound[type->param])
        type = bindings->bound[type->param];
    return type;
}

const struct cel_type *types_final(struct bindings *bindings, const struct cel_type *type)
{
    const struct cel_type *args[CEL_MAX_ARGS];

    type = types_resolve(bindings, type);
    if (type->kind == CEL_PARAM)
        return cel_type_of_kind(CEL_DYN);
    if (type->n_args == 0)
        return type;
    for (size_t i = 0; i < type->n_args; i++)
        args[i] = types_final(bindings, type->args[i]);
    return rebuild(bindings, type, args);
}

/* Whether the free variable occurs in the type: binding it there would make it infinite. */
static bool occurs(const struct bindings *bindings, uint32_t param, const struct cel_type *type)
{
    type = types_resolve(bindings, type);
    if (type->kind == CEL_PARAM)
        return type->param == param;
    for (size_t i = 0; i < type->n_args; i++) {
        if (occurs(bindings, param, type->args[i]))
            return true;
    }
    return false;
}

static bool bind(struct bindings *bindings, uint32_t param, const struct cel_type *type)
{
    if (bindings->n_undo == bindings->room_undo)
        bindings->undo =
            more(bindings->arena, bindings->undo, &bindings->room_undo, sizeof *bindings->undo);
    if (!bindings->undo)
        return false;
    bindings->undo[bindings->n_undo++] = (struct undo){param, bindings->bound[param]};
    bindings->bound[param] = type;
    return true;
}

void bindings_rewind(struct bindings *bindings, size_t mark)
{
    while (bindings->n_undo > mark) {
        struct undo undo = bindings->undo[--bindings->n_undo];

        bindings->bound[undo.param] = undo.was;
    }
}

/* The last variable of a chain: the one that is bound to a type or free. */
static const struct cel_type *last_variable(const struct bindings *bindings,
                                            const struct cel_type *type)
{
    while (bindings->bound[type->param] && bindings->bound[type->param]->kind == CEL_PARAM)
        type = bindings->bound[type->param];
    return type;
}

/* Whether a says no more than b: dyn and free variables say least. */
static bool is_less_specific(const struct bindings *bindings, const struct cel_type *a,
                             const struct cel_type *b)
{
    a = types_resolve(bindings, a);
    b = types_resolve(bindings, b);
    if (a->kind == CEL_DYN || a->kind == CEL_PARAM)
        return true;
    if (b->kind == CEL_DYN || b->kind == CEL_PARAM || a->kind != b->kind || a->n_args != b->n_args)
        return false;
    for (size_t i = 0; i < a->n_args; i++) {
        if (!is_less_specific(bindings, a->args[i], b->args[i]))
            return false;
    }
    return true;
}

/* Argument by argument: (dyn, int) and (int, dyn) give (dyn, dyn). */
const struct cel_type *types_general(struct bindings *bindings, const struct cel_type *a,
                                     const struct cel_type *b)
{
    const struct cel_type *args[CEL_MAX_ARGS];

    if (is_less_specific(bindings, a, b))
        return a;
    a = types_resolve(bindings, a);
    b = types_resolve(bindings, b);
    if (a->n_args == 0 || a->kind != b->kind || a->n_args != b->n_args)
        return b;
    for (size_t i = 0; i < a->n_args; i++) {
        const struct cel_type *x = types_resolve(bindings, a->args[i]);
        const struct cel_type *y = types_resolve(bindings, b->args[i]);

        /* A free variable beside a type is that type, not less. */
        if (x->kind == CEL_PARAM && y->kind != CEL_PARAM)
            args[i] = y;
        else if (y->kind == CEL_PARAM)
            args[i] = x;
        else
            args[i] = types_general(bindings, x, y);
    }
    return rebuild(bindings, a, args);
}

static bool fit_variable(struct bindings *bindings, const struct cel_type *variable,
                         const struct cel_type *other)
{
    const struct cel_type *last, *bound, *general;

    if (variable->param >= bindings->n || (other->kind == CEL_PARAM && other->param >= bindings->n))
        return true; /* the arena has failed, and compiling fails with it */
    last = last_variable(bindings, variable);
    bound = bindings->bound[last->param];
    if (other->kind == CEL_PARAM && last_variable(bindings, other)->param == last->param)
        return true;
    if (!bound)
        return !occurs(bindings, last->param, other) && bind(bindings, last->param, other);
    if (!types_fit(bindings, other, bound))
        return false;
    general = types_general(bindings, bound, other);
    if (general == bound || occurs(bindings, last->param, general))
        return true;
    return bind(bindings, last->param, general);
}

bool types_fit(struct bindings *bindings, const struct cel_type *from, const struct cel_type *to)
{
    if (from == to)
        return true;
    if (to->kind == CEL_PARAM)
        return fit_variable(bindings, to, from);
    if (from->kind == CEL_PARAM)
        return fit_variable(bindings, from, to);
    if (from->kind == CEL_DYN || to->kind == CEL_DYN)
        return true;
    if (from->kind != to->kind || from->n_args != to->n_args)
        return false;
    if (from->kind == CEL_OBJECT && !str_eq(from->name, to->name))
        return false;
    for (size_t i = 0; i < from->n_args; i++) {
        if (!types_fit(bindings, from->args[i], to->args[i]))
            return false;
    }
    return true;
}
