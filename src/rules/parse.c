/* A recursive descent over CEL's grammar (doc/langdef.md, "Syntax"), one function per level. */
#include "rules/cel_internal.h"

#include <assert.h>

struct parser {
    struct compile *compile;
    struct token token; /* the one to be read next */
    uint32_t at;        /* behind it */
    uint32_t last_end;  /* of the token read last */
    int depth;
};

/* Nodes that are collected before their number is known. */
struct pile {
    struct node **items;
    size_t n, room;
};

static struct node *parse_expression(struct parser *parser);

struct node *node_new(struct compile *compile, enum node_kind kind, uint32_t begin, uint32_t end)
{
    struct node *node = ARENA_NEW(compile->arena, struct node);

    if (node)
        *node = (struct node){.kind = kind, .depth = 1, .begin = begin, .end = end};
    return node;
}

bool node_join(struct compile *compile, struct node *node, const struct node *child)
{
    if (child->depth >= node->depth)
        node->depth = (uint16_t)(child->depth + 1);
    if (node->depth > compile->env->limits.max_depth)
        return compile_problem(compile, node->begin,
                               "this is nested more than %d deep: split it into several rules",
                               compile->env->limits.max_depth);
    return true;
}

struct str node_text(struct str source, const struct node *node)
{
    return str_slice(source, node->begin, node->end);
}

struct str node_dotted(struct arena *arena, const struct node *node)
{
    struct str left;

    if (node->kind == NODE_NAME)
        return node->name.text;
    if (node->kind != NODE_SELECT)
        return STR_NONE;
    left = node_dotted(arena, node->select.operand);
    if (str_is_empty(left))
        return STR_NONE;
    return str_fmt(arena, "%.*s.%.*s", STR_ARG(left), STR_ARG(node->select.field));
}

static bool pile_add(struct parser *parser, struct pile *pile, struct node *node)
{
    struct arena *arena = parser->compile->arena;

    if (!node)
        return false;
    if (pile->n == pile->room) {
        size_t room = pile->room ? 2 * pile->room : 4;

        pile->items = arena_grow(arena, pile->items, pile->room * sizeof *pile->items,
                                 room * sizeof *pile->items);
        if (!pile->items)
            return false;
        pile->room = room;
    }
    pile->items[pile->n++] = node;
    return true;
}

/* Joins all of the pile below the node. */
static bool pile_join(struct parser *parser, struct node *node, const struct pile *pile)
{
    for (size_t i = 0; i < pile->n; i++) {
        if (!node_join(parser->compile, node, pile->items[i]))
            return false;
    }
    return true;
}

static bool advance(struct parser *parser)
{
    parser->last_end = parser->token.end;
    return lex_next(parser->compile, &parser->at, &parser->token);
}

static bool is_sign(const struct parser *parser, const char *sign)
{
    return parser->token.kind == TOKEN_SIGN && str_eq(parser->token.text, str_of(sign));
}

/* Reads the sign when it is next; *ret_is_there says whether it was. False after a problem. */
static bool accept(struct parser *parser, const char *sign, bool *ret_is_there)
{
    *ret_is_there = is_sign(parser, sign);
    return !*ret_is_there || advance(parser);
}

static bool unexpected(struct parser *parser, const char *wanted)
{
    struct compile *compile = parser->compile;
    struct str text = str_slice(compile->source, parser->token.begin, parser->token.end);

    if (parser->token.kind == TOKEN_END)
        return compile_problem(compile, parser->token.begin,
                               "the expression ends too early: %s is missing", wanted);
    return compile_problem(compile, parser->token.begin, "%s is expected here, not %.*s", wanted,
                           STR_ARG(text_quoted(text)));
}

static bool expect(struct parser *parser, const char *sign, const char *wanted)
{
    return is_sign(parser, sign) ? advance(parser) : unexpected(parser, wanted);
}

static struct node *literal_node(struct parser *parser, uint32_t begin, struct cel_value value)
{
    struct node *node = node_new(parser->compile, NODE_LITERAL, begin, parser->last_end);

    if (node)
        node->literal = value;
    return node;
}

/* The lexer keeps the size of an int; the sign decides whether it fits. */
static struct node *number_node(struct parser *parser, uint32_t begin, bool is_negative)
{
    struct token token = parser->token;
    struct cel_value value = token.value;
    uint64_t most = (uint64_t)INT64_MAX + is_negative;
    struct node *node;

    if (token.kind == TOKEN_INT) {
        if (value.natural > most) {
            compile_problem(parser->compile, begin,
                            "the number %.*s is too large: whole numbers go up to "
                            "9223372036854775807",
                            STR_ARG(token.text));
            return NULL;
        }
        value = cel_int(is_negative ? (int64_t)(0 - value.natural) : (int64_t)value.natural);
    } else if (is_negative) {
        value.real = -value.real;
    }
    if (!advance(parser))
        return NULL;
    node = literal_node(parser, begin, value);
    if (str_ends_with(token.text, S(".")))
        token.text.n--;
    if (node)
        node->number = is_negative ? str_fmt(parser->compile->arena, "-%.*s", STR_ARG(token.text))
                                   : token.text;
    return node;
}

/* Comma-separated expressions up to the closing sign, which is read; a last comma is allowed
 * where `may_trail`. */
static bool parse_items(struct parser *parser, struct pile *pile, const char *close, bool may_trail)
{
    bool is_there = true;

    while (is_there && !(is_sign(parser, close) && (may_trail || pile->n == 0))) {
        if (!pile_add(parser, pile, parse_expression(parser)) || !accept(parser, ",", &is_there))
            return false;
    }
    return expect(parser, close, close[0] == ')' ? "a comma or )" : "a comma or ]");
}

static struct node *parse_list(struct parser *parser)
{
    uint32_t begin = parser->token.begin;
    struct pile pile = {0};
    struct node *node;

    if (!advance(parser) || !parse_items(parser, &pile, "]", true))
        return NULL;
    node = node_new(parser->compile, NODE_LIST, begin, parser->last_end);
    if (!node || !pile_join(parser, node, &pile))
        return NULL;
    node->list.n = pile.n;
    node->list.items = pile.items;
    return node;
}

static struct node *parse_map(struct parser *parser)
{
    uint32_t begin = parser->token.begin;
    struct pile keys = {0}, values = {0};
    bool is_there = true;
    struct node *node;

    if (!advance(parser))
        return NULL;
    while (is_there && !is_sign(parser, "}")) {
        if (!pile_add(parser, &keys, parse_expression(parser)) ||
            !expect(parser, ":", "a colon between key and value") ||
            !pile_add(parser, &values, parse_expression(parser)) || !accept(parser, ",", &is_there))
            return NULL;
    }
    if (!expect(parser, "}", "a comma or }"))
        return NULL;
    node = node_new(parser->compile, NODE_MAP, begin, parser->last_end);
    if (!node || !pile_join(parser, node, &keys) || !pile_join(parser, node, &values))
        return NULL;
    node->map.n = keys.n;
    node->map.keys = keys.items;
    node->map.values = values.items;
    return node;
}

static struct node *call_node(struct parser *parser, uint32_t begin, struct str name,
                              const struct pile *args)
{
    struct node *node = node_new(parser->compile, NODE_CALL, begin, parser->last_end);

    if (!node || !pile_join(parser, node, args))
        return NULL;
    node->call.name = name;
    node->call.args = args->items;
    node->call.n_args = args->n;
    return node;
}

/* The arguments behind "(", which is next; a receiver, if any, comes first. */
static struct node *parse_call(struct parser *parser, uint32_t begin, struct str name,
                               struct node *receiver)
{
    struct pile args = {0};
    struct pile rest = {0};
    struct node *node;

    if (receiver && !pile_add(parser, &args, receiver))
        return NULL;
    if (!advance(parser) || !parse_items(parser, &rest, ")", false))
        return NULL;
    for (size_t i = 0; i < rest.n; i++) {
        if (!pile_add(parser, &args, rest.items[i]))
            return NULL;
    }
    node = call_node(parser, begin, name, &args);
    if (!node)
        return NULL;
    node->call.is_member = receiver != NULL;
    if (parser->compile->env->has_no_macros)
        return node;
    return macro_expand(parser->compile, &node) ? node : NULL;
}

static struct node *name_node(struct parser *parser, struct token token)
{
    struct node *node = node_new(parser->compile, NODE_NAME, token.begin, token.end);

    if (node)
        node->name.text = token.text;
    return node;
}

static struct node *parse_name(struct parser *parser)
{
    struct token token = parser->token;

    if (str_eq(token.text, S("true")) || str_eq(token.text, S("false")))
        return advance(parser) ? literal_node(parser, token.begin, cel_bool(token.text.p[0] == 't'))
                               : NULL;
    if (str_eq(token.text, S("null")))
        return advance(parser) ? literal_node(parser, token.begin, cel_null()) : NULL;
    if (str_eq(token.text, S("in")) || lex_is_reserved(token.text)) {
        compile_problem(parser->compile, token.begin,
                        "%.*s is a word of the language: it cannot stand here as a name",
                        STR_ARG(token.text));
        return NULL;
    }
    if (!advance(parser))
        return NULL;
    if (is_sign(parser, "("))
        return parse_call(parser, token.begin, token.text, NULL);
    return name_node(parser, token);
}

static struct node *parse_group(struct parser *parser)
{
    uint32_t begin = parser->token.begin;
    struct node *node;

    if (!advance(parser))
        return NULL;
    node = parse_expression(parser);
    if (!node || !expect(parser, ")", "a closing )"))
        return NULL;
    node->begin = begin;
    node->end = parser->last_end;
    node->is_grouped = true;
    return node;
}

/* A leading dot names something of the root: no macro's variable, nothing of the container. */
static struct node *parse_root_name(struct parser *parser)
{
    uint32_t begin = parser->token.begin;
    struct node *node;

    if (!advance(parser))
        return NULL;
    if (parser->token.kind != TOKEN_NAME) {
        unexpected(parser, "a name after the dot");
        return NULL;
    }
    node = parse_name(parser);
    if (!node)
        return NULL;
    node->begin = begin;
    if (node->kind == NODE_NAME)
        node->name.is_root = true;
    return node;
}

static struct node *parse_primary(struct parser *parser)
{
    struct token token = parser->token;

    switch (token.kind) {
    case TOKEN_INT:
    case TOKEN_UINT:
    case TOKEN_DOUBLE: return number_node(parser, token.begin, false);
    case TOKEN_STRING:
    case TOKEN_BYTES:
        return advance(parser) ? literal_node(parser, token.begin, token.value) : NULL;
    case TOKEN_NAME: return parse_name(parser);
    case TOKEN_END:
    case TOKEN_QUOTED:
    case TOKEN_SIGN: break;
    }
    if (is_sign(parser, "("))
        return parse_group(parser);
    if (is_sign(parser, "["))
        return parse_list(parser);
    if (is_sign(parser, "{"))
        return parse_map(parser);
    if (is_sign(parser, "."))
        return parse_root_name(parser);
    unexpected(parser, "a value");
    return NULL;
}

static struct node *parse_dot(struct parser *parser, struct node *operand)
{
    struct token field;
    struct node *node;

    if (!advance(parser))
        return NULL;
    field = parser->token;
    if (field.kind != TOKEN_NAME && field.kind != TOKEN_QUOTED) {
        unexpected(parser, "a name after the dot");
        return NULL;
    }
    if (!advance(parser))
        return NULL;
    if (field.kind == TOKEN_NAME && is_sign(parser, "("))
        return parse_call(parser, operand->begin, field.text, operand);
    node = node_new(parser->compile, NODE_SELECT, operand->begin, parser->last_end);
    if (!node || !node_join(parser->compile, node, operand))
        return NULL;
    node->select.operand = operand;
    node->select.field = field.text;
    return node;
}

static struct node *parse_index(struct parser *parser, struct node *operand)
{
    struct pile args = {0};

    if (!pile_add(parser, &args, operand) || !advance(parser) ||
        !pile_add(parser, &args, parse_expression(parser)) || !expect(parser, "]", "a closing ]"))
        return NULL;
    return call_node(parser, operand->begin, S("_[_]"), &args);
}

static struct node *parse_member(struct parser *parser, struct node *node)
{
    while (node && (is_sign(parser, ".") || is_sign(parser, "[")))
        node = is_sign(parser, ".") ? parse_dot(parser, node) : parse_index(parser, node);
    if (node && is_sign(parser, "{")) {
        compile_problem(parser->compile, node->begin,
                        "protobuf messages cannot be made here: use a map, {\"name\": value}");
        return NULL;
    }
    return node;
}

static struct node *operator_node(struct parser *parser, struct str name, struct node *left,
                                  struct node *right)
{
    struct pile args = {0};
    struct node *node;

    if (!pile_add(parser, &args, left) || (right && !pile_add(parser, &args, right)))
        return NULL;
    node = call_node(parser, left->begin, name, &args);
    return node;
}

/* A minus directly before a number that nothing is asked of belongs to the number, so that the
 * smallest int can be written. */
static struct node *parse_minus(struct parser *parser, uint32_t begin)
{
    enum token_kind kind = parser->token.kind;
    struct parser before = *parser;
    struct node *node;

    if (kind != TOKEN_INT && kind != TOKEN_DOUBLE)
        return NULL;
    node = number_node(parser, begin, true);
    if (!node || (!is_sign(parser, ".") && !is_sign(parser, "[")))
        return node;
    *parser = before;
    return NULL;
}

static struct node *parse_unary(struct parser *parser)
{
    uint32_t begin = parser->token.begin;
    bool is_not = is_sign(parser, "!"), is_minus = is_sign(parser, "-");
    struct node *node;

    if (!is_not && !is_minus)
        return parse_member(parser, parse_primary(parser));
    if (++parser->depth > parser->compile->env->limits.max_depth) {
        compile_problem(parser->compile, begin, "too many signs in a row: remove pairs of them");
        return NULL;
    }
    if (!advance(parser))
        return NULL;
    node = is_minus ? parse_minus(parser, begin) : NULL;
    if (!node && !parser->compile->has_problem) {
        node = parse_unary(parser);
        node = node ? operator_node(parser, is_not ? S("!_") : S("-_"), node, NULL) : NULL;
        if (node)
            node->begin = begin;
    }
    parser->depth--;
    return node;
}

/* The levels of binary operators that call a function, loosest first; all group to the left. */
struct level {
    const char *signs[8];
    struct str names[8];
};

static const struct level levels[] = {
    {{"<", "<=", ">", ">=", "==", "!=", "in"},
     {STR("_<_"), STR("_<=_"), STR("_>_"), STR("_>=_"), STR("_==_"), STR("_!=_"), STR("@in")}},
    {{"+", "-"}, {STR("_+_"), STR("_-_")}},
    {{"*", "/", "%"}, {STR("_*_"), STR("_/_"), STR("_%_")}},
};
#define LEVELS (COUNT(levels))

static struct str operator_here(const struct parser *parser, const struct level *level)
{
    for (size_t i = 0; i < 8 && level->signs[i]; i++) {
        if ((parser->token.kind == TOKEN_SIGN || parser->token.kind == TOKEN_NAME) &&
            str_eq(parser->token.text, str_of(level->signs[i])))
            return level->names[i];
    }
    return STR_NONE;
}

static struct node *parse_level(struct parser *parser, size_t level)
{
    struct node *node;

    if (level == LEVELS)
        return parse_unary(parser);
    node = parse_level(parser, level + 1);
    while (node) {
        struct str name = operator_here(parser, &levels[level]);
        struct node *right;

        if (str_is_empty(name))
            break;
        if (!advance(parser))
            return NULL;
        right = parse_level(parser, level + 1);
        node = right ? operator_node(parser, name, node, right) : NULL;
    }
    return node;
}

/* a && b && c is one node of three operands: it reads and explains as people mean it. */
static struct node *parse_chain(struct parser *parser, bool is_or)
{
    const char *sign = is_or ? "||" : "&&";
    struct pile pile = {0};
    struct node *node;
    bool is_there = true;

    while (is_there) {
        node = is_or ? parse_chain(parser, false) : parse_level(parser, 0);
        if (!pile_add(parser, &pile, node) || !accept(parser, sign, &is_there))
            return NULL;
    }
    if (pile.n == 1)
        return pile.items[0];
    node = node_new(parser->compile, is_or ? NODE_OR : NODE_AND, pile.items[0]->begin,
                    parser->last_end);
    if (!node || !pile_join(parser, node, &pile))
        return NULL;
    node->list.n = pile.n;
    node->list.items = pile.items;
    return node;
}

static struct node *parse_choice(struct parser *parser, struct node *condition)
{
    struct pile parts = {0};
    struct node *node;

    if (!pile_add(parser, &parts, condition) || !advance(parser) ||
        !pile_add(parser, &parts, parse_chain(parser, true)) ||
        !expect(parser, ":", "a colon and the value for the other case") ||
        !pile_add(parser, &parts, parse_expression(parser)))
        return NULL;
    node = node_new(parser->compile, NODE_IF, condition->begin, parser->last_end);
    if (!node || !pile_join(parser, node, &parts))
        return NULL;
    node->list.n = parts.n;
    node->list.items = parts.items;
    return node;
}

static struct node *parse_expression(struct parser *parser)
{
    struct node *node;

    if (++parser->depth > parser->compile->env->limits.max_depth) {
        compile_problem(parser->compile, parser->token.begin,
                        "this is nested more than %d deep: split it into several rules",
                        parser->compile->env->limits.max_depth);
        return NULL;
    }
    node = parse_chain(parser, true);
    if (node && is_sign(parser, "?"))
        node = parse_choice(parser, node);
    parser->depth--;
    return node;
}

struct node *parse(struct compile *compile)
{
    struct parser parser = {.compile = compile};
    struct node *node;

    if (!advance(&parser))
        return NULL;
    if (parser.token.kind == TOKEN_END) {
        compile_problem(compile, 0, "the expression is empty");
        return NULL;
    }
    node = parse_expression(&parser);
    if (node && parser.token.kind != TOKEN_END) {
        unexpected(&parser, "an operator or the end");
        return NULL;
    }
    return node;
}
