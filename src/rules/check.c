/* Resolves names and deduces types, from the leaves up. Calls are in check_call.c, macros with
 * variables in check_scope.c. */
#include "rules/cel_internal.h"

#include "base/problem.h"

#define DYN  cel_type_of_kind(CEL_DYN)
#define BOOL cel_type_of_kind(CEL_BOOL)

struct str check_type_text(struct check *check, const struct cel_type *type)
{
    return cel_type_text(check->arena, types_final(&check->bindings, type));
}

static bool facts_has(const struct facts *facts, size_t number)
{
    return facts->bits[number / 64] >> (number % 64) & 1;
}

static void facts_add(struct facts *facts, size_t number)
{
    facts->bits[number / 64] |= UINT64_C(1) << (number % 64);
}

/* Adds what is known once the node has come out as `is_true`: has(a) && has(b) being true says
 * both, !has(a) being false says a. */
static void facts_learn(struct facts *facts, const struct node *node, bool is_true)
{
    if (node->kind == NODE_PRESENT && is_true)
        facts_add(facts, node->name.number);
    else if (node->kind == NODE_CALL && str_eq(node->call.name, S("!_")))
        facts_learn(facts, node->call.args[0], !is_true);
    else if (node->kind == (is_true ? NODE_AND : NODE_OR))
        for (size_t i = 0; i < node->list.n; i++)
            facts_learn(facts, node->list.items[i], is_true);
}

static bool find_in_scope(const struct check *check, struct str name, const struct scope **ret)
{
    for (const struct scope *scope = check->scope; scope; scope = scope->outer) {
        if (str_eq(scope->name, name)) {
            *ret = scope;
            return true;
        }
    }
    return false;
}

/* A variable of the environment: in the container, in what is around it, at the root. */
static bool find_variable(const struct check *check, struct str name, bool is_root,
                          size_t *ret_number)
{
    struct str within = is_root ? STR_NONE : check->env->container;

    while (within.n) {
        struct str whole = str_fmt(check->arena, "%.*s.%.*s", STR_ARG(within), STR_ARG(name));

        if (cel_env_variable_find(check->env, whole, ret_number))
            return true;
        while (within.n && within.p[--within.n] != '.')
            continue;
    }
    return cel_env_variable_find(check->env, name, ret_number);
}

bool check_is_variable(const struct check *check, struct str name)
{
    const struct scope *scope;
    size_t number;

    return find_in_scope(check, name, &scope) || find_variable(check, name, false, &number);
}

static void unknown_name(struct check *check, const struct node *node, struct str name)
{
    struct str names[CEL_VARIABLES_MAX + CEL_MAX_SLOTS], nearest;
    size_t n = 0;

    for (size_t i = 0; i < check->env->n_variables; i++)
        names[n++] = check->env->variables[i].name;
    for (const struct scope *scope = check->scope; scope; scope = scope->outer)
        names[n++] = scope->name;
    nearest = problem_nearest(name, names, n);
    if (str_is_empty(nearest))
        compile_problem(check->compile, node->begin,
                        "%.*s is not known here: check the spelling, or put quotes around a text",
                        STR_ARG(name));
    else
        compile_problem(check->compile, node->begin, "%.*s is not known here; did you mean %.*s?",
                        STR_ARG(name), STR_ARG(nearest));
}

static const struct cel_type *use_variable(struct check *check, struct node *node, struct str name,
                                           size_t number)
{
    const struct variable *variable = &check->env->variables[number];

    node->kind = NODE_VARIABLE;
    node->name.text = name;
    node->name.number = number;
    facts_add(&check->uses, number);
    if (variable->is_optional && check->compile->is_checked && !facts_has(&check->facts, number)) {
        compile_problem(check->compile, node->begin,
                        "%.*s may be left out: ask first, has(%.*s) && ...", STR_ARG(name),
                        STR_ARG(name));
        return NULL;
    }
    return variable->type;
}

/* A type's name is a value of type `type`. */
static bool name_type(struct check *check, struct str name, const struct cel_type **ret)
{
    struct str rest = name;

    if (str_eq(name, S("dyn")) || str_eq(name, S("null")) || str_eq(name, S("timestamp")) ||
        str_eq(name, S("duration")) || (name.n == 1 && name.p[0] < 'a'))
        return false;
    for (enum cel_kind kind = CEL_TIMESTAMP; kind <= CEL_DURATION; kind++) {
        if (str_eq(name, cel_type_of_kind(kind)->name)) {
            *ret = cel_type_of_kind(kind);
            return true;
        }
    }
    if (str_find_byte(name, '.') >= 0)
        return false;
    *ret = signature_type(check->env, &rest);
    return *ret && rest.n == 0;
}

/* What a plain or dotted name means; NULL without a problem when it means nothing. */
static const struct cel_type *resolve_name(struct check *check, struct node *node, struct str name,
                                           bool is_root)
{
    const struct scope *scope;
    const struct cel_type *type;
    size_t number;

    if (!is_root && find_in_scope(check, name, &scope)) {
        node->kind = NODE_SLOT;
        node->name.text = name;
        node->name.number = scope->slot;
        return scope->type;
    }
    if (find_variable(check, name, is_root, &number))
        return use_variable(check, node, name, number);
    if (!name_type(check, name, &type))
        return NULL;
    node->kind = NODE_LITERAL;
    node->literal = cel_type_value(type);
    node->number = STR_NONE;
    return cel_type_of_kind(CEL_TYPE);
}

static const struct cel_type *check_name(struct check *check, struct node *node)
{
    struct str name = node->name.text;
    const struct cel_type *type = resolve_name(check, node, name, node->name.is_root);

    if (type || check->compile->has_problem)
        return type;
    if (!check->compile->is_checked)
        return DYN;
    unknown_name(check, node, name);
    return NULL;
}

/* The property of that name on an object type, or NULL. */
static const struct overload *check_property(const struct check *check, const struct cel_type *type,
                                             struct str name)
{
    for (size_t i = 0; i < env_overload_count(check->env); i++) {
        const struct overload *overload = env_overload(check->env, i);

        if (overload->is_property && str_eq(overload->name, name) &&
            cel_type_eq(overload->params[0], type))
            return overload;
    }
    return NULL;
}

static const struct cel_type *field_type(struct check *check, struct node *node,
                                         const struct cel_type *operand)
{
    struct str field = node->select.field;

    operand = types_resolve(&check->bindings, operand);
    if (operand->kind == CEL_DYN || operand->kind == CEL_PARAM || !check->compile->is_checked)
        return DYN;
    if (operand->kind == CEL_MAP) {
        if (types_fit(&check->bindings, cel_type_of_kind(CEL_STRING), operand->args[0]))
            return operand->args[1];
    } else if ((node->select.property = check_property(check, operand, field))) {
        return node->select.property->result;
    }
    struct str text = check_type_text(check, operand);
    compile_problem(check->compile, node->begin,
                    "%.*s has no field %.*s: fields are read from maps with text keys and from "
                    "things that declare them",
                    STR_ARG(text), STR_ARG(field));
    return NULL;
}

/* "a.b" as a whole may be a variable's name. Before it go a macro's variable `a`, and a variable
 * in parentheses: (a).b is a field of it. The empty text when the node is no such name. */
static struct str whole_name(struct check *check, const struct node *node, bool *ret_is_root)
{
    struct str dotted = node_dotted(check->arena, node);
    const struct node *first = node;
    const struct scope *scope;
    size_t number;

    if (str_is_empty(dotted))
        return STR_NONE;
    while (first->kind == NODE_SELECT)
        first = first->select.operand;
    *ret_is_root = first->name.is_root;
    if (!*ret_is_root && find_in_scope(check, first->name.text, &scope))
        return STR_NONE;
    for (const struct node *part = node; part->kind == NODE_SELECT;) {
        part = part->select.operand;
        if (part->is_grouped &&
            find_variable(check, node_dotted(check->arena, part), *ret_is_root, &number))
            return STR_NONE;
    }
    return dotted;
}

static const struct cel_type *resolve_dotted(struct check *check, struct node *node)
{
    bool is_root = false;
    struct str dotted = whole_name(check, node, &is_root);

    return str_is_empty(dotted) ? NULL : resolve_name(check, node, dotted, is_root);
}

static const struct cel_type *check_select(struct check *check, struct node *node)
{
    const struct cel_type *type = resolve_dotted(check, node);

    if (type || check->compile->has_problem)
        return type;
    type = check_node(check, node->select.operand);
    return type ? field_type(check, node, type) : NULL;
}

static const struct cel_type *check_has(struct check *check, struct node *node)
{
    struct node whole = *node;
    bool is_root = false;
    struct str dotted;
    size_t number;
    const struct cel_type *type;

    whole.kind = NODE_SELECT;
    dotted = whole_name(check, &whole, &is_root);
    if (!str_is_empty(dotted) && find_variable(check, dotted, is_root, &number)) {
        node->kind = NODE_PRESENT;
        node->name.number = number;
        node->name.text = dotted;
        facts_add(&check->uses, node->name.number);
        return BOOL;
    }
    type = check_node(check, node->select.operand);
    return type && field_type(check, node, type) ? BOOL : NULL;
}

static const struct cel_type *check_present(struct check *check, struct node *node)
{
    const struct scope *scope;

    if (find_in_scope(check, node->name.text, &scope)) {
        compile_problem(check->compile, node->begin, "%.*s always has a value here: remove has()",
                        STR_ARG(node->name.text));
        return NULL;
    }
    if (!cel_env_variable_find(check->env, node->name.text, &node->name.number)) {
        unknown_name(check, node, node->name.text);
        return NULL;
    }
    facts_add(&check->uses, node->name.number);
    return BOOL;
}

bool check_condition(struct check *check, struct node *node, const char *what)
{
    const struct cel_type *type = check_node(check, node);
    size_t mark = check->bindings.n_undo;

    if (!type)
        return false;
    if (!check->compile->is_checked || types_fit(&check->bindings, type, BOOL))
        return true;
    bindings_rewind(&check->bindings, mark);
    struct str text = check_type_text(check, type);
    return compile_problem(check->compile, node->begin,
                           "%s must be true or false, and this is %.*s: compare it with something",
                           what, STR_ARG(text));
}

static const struct cel_type *check_chain(struct check *check, struct node *node)
{
    struct facts before = check->facts;
    bool is_and = node->kind == NODE_AND, is_good = true;

    for (size_t i = 0; is_good && i < node->list.n; i++) {
        is_good = check_condition(check, node->list.items[i],
                                  is_and ? "each side of &&" : "each side of ||");
        facts_learn(&check->facts, node->list.items[i], is_and);
    }
    check->facts = before;
    return is_good ? BOOL : NULL;
}

/* One type for two values, if there is one: the more general of the two. */
static const struct cel_type *join(struct check *check, const struct cel_type *a,
                                   const struct cel_type *b)
{
    size_t mark = check->bindings.n_undo;

    if (types_fit(&check->bindings, a, b))
        return types_general(&check->bindings, a, b);
    bindings_rewind(&check->bindings, mark);
    return NULL;
}

static const struct cel_type *check_branch(struct check *check, struct node *node, bool is_true)
{
    struct facts before = check->facts;
    const struct cel_type *type;

    facts_learn(&check->facts, node->list.items[0], is_true);
    type = check_node(check, node->list.items[is_true ? 1 : 2]);
    check->facts = before;
    return type;
}

/* A literal in one branch takes the exact type of the other. */
static const struct cel_type *join_exact(struct check *check, struct node *node,
                                         const struct cel_type *yes, const struct cel_type *no)
{
    yes = types_final(&check->bindings, yes);
    no = types_final(&check->bindings, no);
    if (exact_may_become(node->list.items[2], yes))
        return exact_become(check, node->list.items[2], yes) ? yes : NULL;
    if (exact_may_become(node->list.items[1], no))
        return exact_become(check, node->list.items[1], no) ? no : NULL;
    struct str a = check_type_text(check, yes), b = check_type_text(check, no);
    compile_problem(check->compile, node->begin,
                    "both results of ? : must be of one type, and these are %.*s and %.*s",
                    STR_ARG(a), STR_ARG(b));
    return NULL;
}

static const struct cel_type *check_if(struct check *check, struct node *node)
{
    const struct cel_type *yes, *no, *joined;

    if (!check_condition(check, node->list.items[0], "the condition before ?"))
        return NULL;
    yes = check_branch(check, node, true);
    no = yes ? check_branch(check, node, false) : NULL;
    if (!no)
        return NULL;
    if (!check->compile->is_checked)
        return DYN;
    joined = join(check, yes, no);
    return joined ? joined : join_exact(check, node, yes, no);
}

/* The type of all elements together: dyn when they differ. */
static const struct cel_type *join_all(struct check *check, struct node **items, size_t n)
{
    const struct cel_type *all = NULL, *exact = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct cel_type *type = check_node(check, items[i]);

        if (!type)
            return NULL;
        type = types_resolve(&check->bindings, type);
        if (kind_is_exact(type->kind))
            exact = type;
    }
    for (size_t i = 0; exact && i < n; i++) {
        if (exact_may_become(items[i], exact) && !exact_become(check, items[i], exact))
            return NULL;
        if (types_resolve(&check->bindings, items[i]->type)->kind == CEL_DOUBLE) {
            compile_problem(check->compile, items[i]->begin,
                            "a double is not exact: it cannot stand beside money and decimals");
            return NULL;
        }
    }
    for (size_t i = 0; i < n; i++) {
        all = all ? join(check, all, items[i]->type) : items[i]->type;
        if (!all)
            return DYN;
    }
    return all ? all : bindings_fresh(&check->bindings);
}

static const struct cel_type *check_list(struct check *check, struct node *node)
{
    const struct cel_type *element = join_all(check, node->list.items, node->list.n);

    return element ? cel_type_list(check->arena, element) : NULL;
}

static bool check_key(struct check *check, const struct node *key)
{
    const struct cel_type *type = types_resolve(&check->bindings, key->type);

    if (type->kind == CEL_BOOL || type->kind == CEL_INT || type->kind == CEL_UINT ||
        type->kind == CEL_STRING || type->kind == CEL_DYN || type->kind == CEL_PARAM)
        return true;
    struct str text = check_type_text(check, type);
    return compile_problem(check->compile, key->begin,
                           "a map's key is a text, a whole number or a bool, not %.*s",
                           STR_ARG(text));
}

static const struct cel_type *check_map(struct check *check, struct node *node)
{
    const struct cel_type *key = join_all(check, node->map.keys, node->map.n), *value;

    for (size_t i = 0; key && check->compile->is_checked && i < node->map.n; i++) {
        if (!check_key(check, node->map.keys[i]))
            return NULL;
    }
    value = key ? join_all(check, node->map.values, node->map.n) : NULL;
    return value ? cel_type_map(check->arena, key, value) : NULL;
}

static const struct cel_type *check_kind(struct check *check, struct node *node)
{
    switch (node->kind) {
    case NODE_LITERAL: return cel_type_of_kind(node->literal.kind);
    case NODE_NAME: return check_name(check, node);
    case NODE_SELECT: return check_select(check, node);
    case NODE_HAS: return check_has(check, node);
    case NODE_PRESENT: return check_present(check, node);
    case NODE_CALL: return check_call(check, node);
    case NODE_AND:
    case NODE_OR: return check_chain(check, node);
    case NODE_IF: return check_if(check, node);
    case NODE_LIST: return check_list(check, node);
    case NODE_MAP: return check_map(check, node);
    case NODE_EACH: return check_each(check, node);
    case NODE_BIND: return check_bind(check, node);
    case NODE_VARIABLE:
    case NODE_SLOT: break; /* made by this pass: not there before it */
    }
    return node->type;
}

const struct cel_type *check_node(struct check *check, struct node *node)
{
    node->type = check_kind(check, node);
    return node->type;
}
