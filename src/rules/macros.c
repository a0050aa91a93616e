/* Calls that the language defines as macros become nodes of their own: going through lists and
 * maps, has() and cel.bind(). The standard describes them as rewriting into folds; a node per
 * macro means the same, runs without rebuilding lists at every step, and can be explained. */
#include "rules/cel_internal.h"

struct each_macro {
    struct str name;
    enum each_kind kind;
    bool has_one_form, has_two_form; /* with one variable, with two */
    bool may_filter;                 /* a condition may come before the result */
    const char *use;
};

static const struct each_macro each_macros[] = {
    {STR("all"), EACH_ALL, true, true, false, "list.all(x, condition on x)"},
    {STR("exists"), EACH_EXISTS, true, true, false, "list.exists(x, condition on x)"},
    {STR("exists_one"), EACH_EXISTS_ONE, true, true, false, "list.exists_one(x, condition on x)"},
    {STR("existsOne"), EACH_EXISTS_ONE, true, true, false, "list.existsOne(x, condition on x)"},
    {STR("filter"), EACH_FILTER, true, false, false, "list.filter(x, condition on x)"},
    {STR("map"), EACH_MAP, true, false, true, "list.map(x, value made of x)"},
    {STR("transformList"), EACH_MAP, false, true, true,
     "list.transformList(index, x, value made of them)"},
    {STR("transformMap"), EACH_MAKE_MAP, false, true, true,
     "map.transformMap(key, value, new value)"},
    {STR("transformMapEntry"), EACH_MAKE_ENTRY, false, true, true,
     "map.transformMapEntry(key, value, {new key: new value})"},
};

static bool is_variable(struct compile *compile, const struct node *node)
{
    if (node->kind != NODE_NAME || node->end - node->begin != node->name.text.n)
        return compile_problem(compile, node->begin,
                               "a plain name for the variable is expected here");
    return true;
}

static const struct each_macro *find_each(struct str name)
{
    for (size_t i = 0; i < COUNT(each_macros); i++) {
        if (str_eq(name, each_macros[i].name))
            return &each_macros[i];
    }
    return NULL;
}

/* How many variables the call names: the ways to call a macro differ in their argument count,
 * except that map(x, condition, value) has as many as all(k, v, condition). 0: none fits. */
static int variables_of(const struct each_macro *macro, size_t n)
{
    if (macro->has_one_form && (n == 2 || (n == 3 && macro->may_filter)))
        return 1;
    if (macro->has_two_form && (n == 3 || (n == 4 && macro->may_filter)))
        return 2;
    return 0;
}

static bool expand_each(struct compile *compile, struct node **node, const struct each_macro *macro)
{
    struct call call = (*node)->call;
    size_t n = call.n_args - 1;
    struct node **args = call.args + 1, *each = *node;
    int variables = variables_of(macro, n);
    bool has_filter = n == (size_t)variables + 2;

    if (variables == 0)
        return compile_problem(compile, each->begin, "%.*s is used as %s", STR_ARG(macro->name),
                               macro->use);
    for (int i = 0; i < variables; i++) {
        if (!is_variable(compile, args[i]))
            return false;
    }
    if (variables == 2 && str_eq(args[0]->name.text, args[1]->name.text))
        return compile_problem(compile, args[1]->begin, "the two variables need different names");
    each->kind = NODE_EACH;
    each->each.kind = macro->kind;
    each->each.has_second = variables == 2;
    each->each.first_slot = 0;
    each->each.first = args[0]->name.text;
    each->each.second = variables == 2 ? args[1]->name.text : STR_NONE;
    each->each.range = call.args[0];
    each->each.filter = has_filter ? args[variables] : NULL;
    each->each.body = args[n - 1];
    if (macro->kind == EACH_FILTER) {
        each->each.filter = args[n - 1];
        each->each.body = NULL;
    }
    return true;
}

static bool expand_has(struct compile *compile, struct node *node)
{
    struct node *operand;

    if (node->call.n_args != 1)
        return compile_problem(compile, node->begin, "has() takes one field: has(name)");
    operand = node->call.args[0];
    if (operand->kind == NODE_SELECT) {
        node->kind = NODE_HAS;
        node->select.field = operand->select.field;
        node->select.operand = operand->select.operand;
        node->select.property = NULL;
    } else if (operand->kind == NODE_NAME) {
        node->kind = NODE_PRESENT;
        node->name.text = operand->name.text;
        node->name.number = 0;
    } else {
        return compile_problem(compile, operand->begin,
                               "has() asks for a field: write has(name) or has(value.name)");
    }
    return true;
}

static bool expand_bind(struct compile *compile, struct node *node)
{
    struct call call = node->call;

    if (call.n_args != 4)
        return compile_problem(compile, node->begin,
                               "cel.bind is used as cel.bind(name, value, expression)");
    if (!is_variable(compile, call.args[1]))
        return false;
    node->kind = NODE_BIND;
    node->bind.name = call.args[1]->name.text;
    node->bind.slot = 0;
    node->bind.value = call.args[2];
    node->bind.body = call.args[3];
    return true;
}

/* math.greatest(a, b, c) takes any number of arguments: beyond two they become a list. */
static bool expand_extreme(struct compile *compile, struct node *node)
{
    size_t n = node->call.n_args - 1;
    struct node *list, **args;

    if (n == 0)
        return compile_problem(compile, node->begin, "math.%.*s needs at least one number",
                               STR_ARG(node->call.name));
    if (n < 3)
        return true;
    list = node_new(compile, NODE_LIST, node->call.args[1]->begin, node->end - 1);
    args = ARENA_ARRAY(compile->arena, 2, struct node *);
    if (!list || !args)
        return false;
    list->list.n = n;
    list->list.items = node->call.args + 1;
    for (size_t i = 0; i < n; i++) {
        if (!node_join(compile, list, list->list.items[i]))
            return false;
    }
    args[0] = node->call.args[0];
    args[1] = list;
    node->call.args = args;
    node->call.n_args = 2;
    return node_join(compile, node, list);
}

bool macro_expand(struct compile *compile, struct node **node)
{
    struct call *call = &(*node)->call;
    const struct each_macro *macro;
    struct str receiver;

    if (!call->is_member)
        return str_eq(call->name, S("has")) ? expand_has(compile, *node) : true;
    receiver = node_dotted(compile->arena, call->args[0]);
    if (str_eq(receiver, S("cel")) && str_eq(call->name, S("bind")))
        return expand_bind(compile, *node);
    if (str_eq(receiver, S("math")) &&
        (str_eq(call->name, S("greatest")) || str_eq(call->name, S("least"))))
        return expand_extreme(compile, *node);
    macro = find_each(call->name);
    return macro ? expand_each(compile, node, macro) : true;
}
