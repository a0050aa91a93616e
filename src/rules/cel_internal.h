/* What the files of the CEL implementation share: the syntax tree, the environment's tables and
 * the state of an evaluation. Nothing outside src/rules includes it.
 *
 * The way of a source: lex.c makes tokens, parse.c the tree (macros.c turns calls such as
 * x.all(e, p) into nodes of their own), check.c resolves names and deduces types (types.c unifies
 * them), eval.c evaluates the tree as it is, explain.c records that. The functions of the
 * language are rows { signature, function } in std_*.c, ext_*.c, time.c and city.c.
 */
#ifndef RULES_CEL_INTERNAL_H
#define RULES_CEL_INTERNAL_H

#include <stdio.h>

#include "base/buf.h"
#include "rules/cel.h"

#define CEL_MAX_ARGS    32 /* the standard demands so many */
#define CEL_MAX_SLOTS   64 /* variables of macros in one expression */
#define CEL_TRACE_NODES 200

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,   /* also reserved words; text is the name */
    TOKEN_QUOTED, /* `a-b`: a field name in backticks, without them */
    TOKEN_INT,
    TOKEN_UINT,
    TOKEN_DOUBLE,
    TOKEN_STRING,
    TOKEN_BYTES,
    TOKEN_SIGN, /* an operator or bracket; text is it */
};

struct token {
    enum token_kind kind;
    struct str text;        /* the source's; of strings and bytes what they mean, arena */
    uint32_t begin, end;    /* bytes of the source */
    struct cel_value value; /* of a literal */
};

/* What went wrong where, while a source is compiled. */
struct compile {
    struct ctx *ctx;
    struct arena *arena;
    struct cel_env *env;
    struct str source;
    bool is_checked; /* false: types are left to the evaluation */
    bool has_problem;
    struct cel_problem problem; /* the first one */
};

/* Notes the problem unless there is one already; always false. */
bool compile_problem(struct compile *compile, uint32_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The token that starts at or after *at, which moves behind it. False after a problem. */
bool lex_next(struct compile *compile, uint32_t *at, struct token *ret);

/* Words that CEL keeps for later and refuses as names of variables. */
bool lex_is_reserved(struct str word);

/* Whether the whole text is a name as CEL writes one. */
bool lex_is_name(struct str text);

enum node_kind {
    NODE_LITERAL,
    NODE_NAME,     /* a variable or type; resolved by check.c to what follows */
    NODE_VARIABLE, /* of the environment */
    NODE_SLOT,     /* of a macro */
    NODE_SELECT,   /* operand.field on a map, or a property of an object */
    NODE_HAS,      /* has(operand.field) */
    NODE_PRESENT,  /* has(variable) */
    NODE_CALL,
    NODE_AND, /* of two or more operands */
    NODE_OR,
    NODE_IF, /* condition ? then : else */
    NODE_LIST,
    NODE_MAP,
    NODE_EACH, /* a macro that goes through a list or map */
    NODE_BIND, /* cel.bind(name, value, body) */
};

enum each_kind {
    EACH_ALL,
    EACH_EXISTS,
    EACH_EXISTS_ONE,
    EACH_MAP, /* also transformList */
    EACH_FILTER,
    EACH_MAKE_MAP,   /* transformMap */
    EACH_MAKE_ENTRY, /* transformMapEntry */
};

struct overload;

struct call {
    struct str name; /* "_+_", "size", "math.abs" */
    bool is_member;  /* args[0] is the receiver */
    bool is_certain; /* one candidate, all types known: no look at the values is needed */
    size_t n_args;
    struct node **args;
    size_t n_candidates;
    const struct overload **candidates;
    const void *prepared; /* a compiled pattern of a constant argument */
};

struct node {
    enum node_kind kind;
    uint16_t depth;
    bool is_grouped;     /* stood in parentheses */
    uint32_t begin, end; /* bytes of the source; for texts and problems */
    const struct cel_type *type;
    union {
        struct {
            struct cel_value literal;
            struct str number; /* how a number was written, its minus included */
        };
        struct {
            struct str text;
            size_t number; /* of the variable or slot */
            bool is_root;  /* written with a leading dot */
        } name;
        struct {
            struct node *operand;
            struct str field;
            const struct overload *property;
        } select;
        struct call call;
        struct {
            size_t n;
            struct node **items; /* operands, elements, or the three parts of ?: */
        } list;
        struct {
            size_t n;
            struct node **keys;
            struct node **values;
        } map;
        struct {
            enum each_kind kind;
            bool has_second;   /* two variables: index and element, or key and value */
            size_t first_slot; /* given by check.c; the second is the next one */
            struct str first, second;
            struct node *range;
            struct node *filter; /* or NULL */
            struct node *body;   /* of EACH_FILTER NULL */
        } each;
        struct {
            struct str name;
            size_t slot;
            struct node *value;
            struct node *body;
        } bind;
    };
};

/* NULL after a problem or when the arena failed. */
struct node *parse(struct compile *compile);

/* A new node that spans the given part of the source; its depth is one more than that of the
 * deepest child so far joined by node_join. NULL when the arena failed. */
struct node *node_new(struct compile *compile, enum node_kind kind, uint32_t begin, uint32_t end);

/* Says that `child` is below `node`; a problem when the tree becomes too deep. */
bool node_join(struct compile *compile, struct node *node, const struct node *child);

/* A call that is a macro becomes the macro's node: *node is replaced. False after a problem; true
 * and untouched when the call is none. */
bool macro_expand(struct compile *compile, struct node **node);

/* The dotted name that a chain of names and selections spells, or empty. */
struct str node_dotted(struct arena *arena, const struct node *node);

/* The node's text as written. */
struct str node_text(struct str source, const struct node *node);

enum overload_flags {
    OVERLOAD_LOOSE = 1, /* the function looks at the kinds of its arguments itself */
};

struct overload {
    struct str name;
    bool is_member, is_property;
    unsigned flags;
    int data;
    uint32_t cost;
    uint32_t n_type_params;
    size_t n_params;
    const struct cel_type **params; /* the receiver is the first */
    const struct cel_type *result;
    cel_function *function;
};

struct variable {
    struct str name;
    const struct cel_type *type;
    bool is_optional;
};

struct cel_env {
    struct arena *arena;
    struct cel_limits limits;
    struct str container;
    bool has_no_macros;
    size_t n_variables, room_variables;
    struct variable *variables;
    const struct cel_env *standard; /* what it declares comes first; NULL in that one itself */
    size_t n_types, room_types;     /* of its own */
    const struct cel_type **types;
    size_t n_overloads, room_overloads;
    const struct overload **overloads; /* each stays where it is: programs point at them */
};

/* The types and functions of an environment: the standard's, then its own. */
size_t env_type_count(const struct cel_env *env);
const struct cel_type *env_type(const struct cel_env *env, size_t number);
size_t env_overload_count(const struct cel_env *env);
const struct overload *env_overload(const struct cel_env *env, size_t number);

/* A row of a table of built-in functions. */
struct builtin {
    const char *signature;
    cel_function *function;
    int data; /* tells apart the rows that share a function: its call->data */
    unsigned flags;
    uint32_t cost;
};

void env_add(struct cel_env *env, const struct builtin *rows, size_t n);

/* The tables, each from the file of its name. */
void std_operators_add(struct cel_env *env);
void std_convert_add(struct cel_env *env);
void std_text_add(struct cel_env *env);
void time_add(struct cel_env *env);
void ext_strings_add(struct cel_env *env);
void ext_format_add(struct cel_env *env);
void ext_math_add(struct cel_env *env);
void city_add(struct cel_env *env);

/* Reads a signature into *ret (name and types in the environment's arena). */
bool signature_parse(struct cel_env *env, struct str text, struct overload *ret);

/* Reads a type at the front of *text. NULL when there is none. */
const struct cel_type *signature_type(struct cel_env *env, struct str *text);

/* The bindings of type variables; undone back to a mark when a candidate does not fit. */
struct bindings {
    struct arena *arena;
    const struct cel_type **bound; /* by number of the variable; NULL: free */
    size_t n, room;
    struct undo {
        uint32_t param;
        const struct cel_type *was;
    } * undo;
    size_t n_undo, room_undo;
};

/* A new free type variable; dyn when the arena failed. */
const struct cel_type *bindings_fresh(struct bindings *bindings);

/* The type with `first` added to each of its variables' numbers: an overload's own copy. */
const struct cel_type *bindings_rename(struct bindings *bindings, const struct cel_type *type,
                                       uint32_t first);

/* Reserves `n` variables and returns the number of the first. */
uint32_t bindings_reserve(struct bindings *bindings, uint32_t n);

/* Whether a value of type `from` may stand where `to` is asked, binding variables as needed. */
bool types_fit(struct bindings *bindings, const struct cel_type *from, const struct cel_type *to);
void bindings_rewind(struct bindings *bindings, size_t mark);

/* What a variable stands for, one step deep: never a bound variable. */
const struct cel_type *types_resolve(const struct bindings *bindings, const struct cel_type *type);

/* The type with every variable replaced; free ones become dyn. */
const struct cel_type *types_final(struct bindings *bindings, const struct cel_type *type);

/* The more general of two types that fit each other. */
const struct cel_type *types_general(struct bindings *bindings, const struct cel_type *a,
                                     const struct cel_type *b);

/* Checking (check.c, check_call.c, exact.c) -------------------------------------------------
 */

struct scope {
    const struct scope *outer;
    struct str name;
    const struct cel_type *type;
    size_t slot;
};

struct facts { /* which optional variables are known to be there */
    uint64_t bits[CEL_VARIABLES_MAX / 64];
};

struct check {
    struct compile *compile;
    struct arena *arena;
    struct cel_env *env;
    struct bindings bindings;
    const struct scope *scope;
    struct facts facts;
    struct facts uses;
    size_t n_slots; /* the most in use at one time */
};

/* Deduces the node's type (also into node->type) and resolves what is below it. NULL after a
 * problem. */
const struct cel_type *check_node(struct check *check, struct node *node);
const struct cel_type *check_call(struct check *check, struct node *node);
const struct cel_type *check_each(struct check *check, struct node *node);
const struct cel_type *check_bind(struct check *check, struct node *node);

/* Deduces the type of a condition and demands bool; `what` names it in the problem. */
bool check_condition(struct check *check, struct node *node, const char *what);

/* Whether the name means something in this place: a macro's variable or a declared one. */
bool check_is_variable(const struct check *check, struct str name);

/* Before checking: the number literals that are the result, or a branch of it, become exact where
 * the result has to be. */
bool exact_push(struct check *check, struct node *node, const struct cel_type *wanted);

/* After the whole tree is checked (settle.c): types without variables, constant lists made once,
 * constant patterns compiled, calls that need no look at their arguments marked. */
bool settle_node(struct check *check, struct node *node);

/* The type's text for a problem. */
struct str check_type_text(struct check *check, const struct cel_type *type);

/* Whether a number literal (or a list or choice of them) could be of the exact type `wanted`;
 * exact_become makes it so. */
bool exact_may_become(const struct node *node, const struct cel_type *wanted);
bool exact_become(struct check *check, struct node *node, const struct cel_type *wanted);

/* A program and its evaluation (eval.c, call.c, each.c) --------------------------------------
 */

struct cel_program {
    struct str source;
    struct node *root;
    const struct cel_type *type;
    const struct cel_type *expected; /* or NULL */
    size_t n_slots;
    size_t n_variables; /* of the environment when compiled */
    struct facts uses;
    struct cel_limits limits;
};

struct run {
    struct ctx *ctx;
    const struct cel_program *program;
    const struct cel_activation *activation;
    struct cel_value *slots;
    uint64_t cost_left;
    struct str error;            /* of the last RC_INVALID */
    struct regex_scratch *regex; /* PCRE2's working memory, made when first needed */
    struct trace *trace;         /* the node being explained, or NULL */
    size_t trace_room;
};

struct cel_call {
    struct run *run;
    const struct node *node; /* a NODE_CALL or NODE_SELECT */
    int data;                /* of the row of the function's table */
};

/* Evaluates the whole program and turns an error of the rule into ctx->err. */
enum rc run_program(struct run *run, struct cel_value *ret) MUST_CHECK;
enum rc run_node(struct run *run, const struct node *node, struct cel_value *ret) MUST_CHECK;
enum rc run_call(struct run *run, const struct node *node, struct cel_value *ret) MUST_CHECK;
enum rc run_property(struct run *run, const struct node *node, struct cel_value object,
                     struct cel_value *ret) MUST_CHECK;
enum rc run_each(struct run *run, const struct node *node, struct cel_value *ret) MUST_CHECK;
enum rc run_charge(struct run *run, uint64_t cost) MUST_CHECK;
enum rc run_fail(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The error every function gives for arguments it does not take. */
enum rc fail_overload(struct cel_call *call, const struct cel_value *args, size_t n);

/* Evaluates under a recorder (explain.c). */
enum rc trace_node(struct run *run, const struct node *node, struct cel_value *ret) MUST_CHECK;
enum rc run_node_plain(struct run *run, const struct node *node, struct cel_value *ret) MUST_CHECK;

/* While explaining: forgets the children recorded after the first `keep`. */
void trace_forget(struct run *run, size_t keep);
size_t trace_count(const struct run *run);

/* Shared by the functions --------------------------------------------------------------------
 */

/* A string made in the arena, with its cost charged; RC_LIMIT when the arena failed. */
enum rc give_text(struct cel_call *call, struct buf *text, struct cel_value *ret);

/* A buffer for text made by a function: never beyond what the cost limit would pay for. */
struct buf text_buf(struct cel_call *call);

/* cel_equal, charged by what is walked; RC_LIMIT when that is more than is left. */
enum rc equal_within_cost(struct cel_call *call, struct cel_value a, struct cel_value b,
                          bool *ret) MUST_CHECK;

/* Without the last character when a cut has left only a part of it. */
struct str text_whole(struct str text);

/* At most so many bytes of a text that a sentence quotes. */
struct str text_quoted(struct str text);

/* Numbers as CEL writes them: the shortest that reads back the same; "NaN", "Infinity". */
struct str double_text(struct arena *arena, double number);

/* The same in plain digits, however large or small: never an exponent. */
struct str double_digits(struct arena *arena, double number);

/* Reads a whole-string double: decimal, with exponent, "NaN", "Infinity"; false for others, and
 * for digits beyond the greatest double. */
bool double_parse(struct str text, double *ret);
bool uint_parse(struct str text, uint64_t *ret);

struct str timestamp_text(struct arena *arena, int64_t seconds, int32_t nanos);
struct str duration_text(struct arena *arena, int64_t ns);

/* Seconds east of UTC of a zone ("America/Chicago", "-06:00", "UTC") at that moment. */
enum rc time_offset(struct cel_call *call, struct str zone, int64_t seconds,
                    int32_t *ret) MUST_CHECK;

bool kind_is_number(enum cel_kind kind);

/* A pattern of the RE2 subset (regex.c). On failure *ret_why (arena) says what is refused. */
struct regex;
bool regex_compile(struct arena *arena, struct str pattern, const struct regex **ret,
                   struct str *ret_why);
enum rc regex_matches(struct cel_call *call, const struct regex *regex, struct str text,
                      bool *ret) MUST_CHECK;

/* The exact types' operators (city.c), called by the standard's when an operand is exact. */
enum rc city_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                        struct cel_value *ret) MUST_CHECK;
enum rc city_negate(struct cel_call *call, const struct cel_value *args,
                    struct cel_value *ret) MUST_CHECK;
bool city_order(struct cel_value a, struct cel_value b, int *ret);
bool city_literal(struct arena *arena, struct str text, enum cel_kind wanted,
                  struct cel_value *ret);
bool kind_is_exact(enum cel_kind kind);

#endif
