/* Rules in the Common Expression Language: compile once, evaluate often, show why.
 *
 * A service file's conditions, routes, deadlines and fees are CEL expressions. The host says in
 * an environment what they may use: variables with types, functions with signatures and costs.
 * Compiling finds every mistake that can be found without data and says what to do about it;
 * evaluating cannot loop, write, wait or exceed its cost; explaining gives the tree of
 * sub-expressions that decided a result, for the page "Why?" and for the record.
 *
 * Layer: rules (on base). Threads: an environment is filled and compiles in one thread at a time;
 * a compiled program never changes and may be evaluated by any number of threads, each with its
 * own ctx. Memory: environment and programs live in the arena of the ctx that made them and go
 * with it; there is nothing to free. A program borrows from its environment, which must live as
 * long. Evaluation allocates from its own ctx's arena only.
 *
 * Standard: CEL language definition (github.com/google/cel-spec, doc/langdef.md) with its
 * extensions strings, math, bindings and two-variable comprehensions; not protobuf messages and
 * enums. Beyond the standard: the exact types decimal, money and date; `has(name)` for a variable
 * that may be absent; a number literal beside an exact type is exact (`amount * 0.1` with money).
 * Regular expressions are the RE2 subset of PCRE2, with match limits.
 */
#ifndef RULES_CEL_H
#define RULES_CEL_H

#include "rules/cel_value.h"

struct cel_env;
struct cel_program;
struct cel_call;

/* What a hostile or careless expression may use up. */
struct cel_limits {
    size_t max_chars;  /* of a source, in bytes */
    int max_depth;     /* of nesting and of chained operators */
    uint64_t max_cost; /* of one evaluation: about one per sub-expression evaluated, one per
                          element looped over, one per 64 bytes made, and what functions declare */
};
#define CEL_LIMITS ((struct cel_limits){.max_chars = 10000, .max_depth = 200, .max_cost = 100000})

/* An environment with the standard's and the city's types and functions. NULL when the arena
 * failed. */
struct cel_env *cel_env_new(struct ctx *ctx, struct cel_limits limits);

/* An opaque type of the host, e.g. "place"; functions and properties on it are declared like any
 * other. Declaring it twice gives the same. NULL when the arena failed. */
const struct cel_type *cel_env_type(struct cel_env *env, struct str name);

/* The type that a text names: "money", "list<string>", "map<string, dyn>", "place". NULL for a
 * text that names none. */
const struct cel_type *cel_env_type_named(struct cel_env *env, struct str text);

#define CEL_VARIABLES_MAX 512

/* Declares a variable and returns its number, from 0 in the order of declaration: the index of
 * its value in an activation. The name may have dots ("case.priority"). An optional one may be
 * absent when evaluated; compiling then demands that it is used only where has(name) holds.
 * A name that is taken, reserved or malformed is a programming fault (ask cel_env_may_name), and
 * so is one more than CEL_VARIABLES_MAX. */
size_t cel_env_variable(struct cel_env *env, struct str name, const struct cel_type *type,
                        bool is_optional);

/* Whether the name is well formed, no word of the language and not taken. */
bool cel_env_may_name(const struct cel_env *env, struct str name);

/* How many values an activation has. */
size_t cel_env_variable_count(const struct cel_env *env);

/* False, *ret_number untouched, when no variable has that name. */
bool cel_env_variable_find(const struct cel_env *env, struct str name, size_t *ret_number);

/* A host function: reads args[0..n), n as its signature says (the receiver first), and sets *ret
 * to a value of its result type, made in call's arena or borrowed for at least as long. It fails
 * in one of two ways: `return cel_fail(call, ...)` is an error of the rule, which && and || may
 * make irrelevant; any rc other than RC_OK and RC_INVALID, with FAIL on ctx, ends the evaluation
 * and is handed to the caller as it is. A function must not keep what it is given. */
typedef enum rc cel_function(struct cel_call *call, const struct cel_value *args,
                             struct cel_value *ret);

/* Declares a function by its signature:
 *   "workdays(date, int): date"         called workdays(d, 3)
 *   "place.layer(string): string"       called place.layer("district"), as `place` is a type
 *   "place.ward: string"                a property, read place.ward
 *   "math.abs(int): int"                called math.abs(x), as `math` is no type
 *   "list<A>.last(): A"                 capital letters are type variables
 * `cost` is charged for each call. Overloads differ in their parameters. A signature that does
 * not parse or is declared twice is a programming fault. */
void cel_env_function(struct cel_env *env, const char *signature, uint32_t cost,
                      cel_function *function);

/* Whether the signature parses and is not declared yet. */
bool cel_env_may_declare(struct cel_env *env, const char *signature);

/* What only the standard's tests ask for. A container is where names are looked for first: with
 * "a.b" the name x is the variable a.b.x, else a.x, else x; .x is always x. Without macros a call
 * of has() or all() is one of a function of that name, which there is none. Both before anything
 * is compiled. */
void cel_env_container(struct cel_env *env, struct str name);
void cel_env_without_macros(struct cel_env *env);

struct ctx *cel_call_ctx(struct cel_call *call);
struct arena *cel_call_arena(struct cel_call *call);

/* The activation's host pointer. */
void *cel_call_host(struct cel_call *call);

/* Charges further cost, e.g. one per element; RC_LIMIT when the evaluation has used up its cost,
 * to be returned at once. */
enum rc cel_charge(struct cel_call *call, uint64_t cost) MUST_CHECK;

/* Sets the rule's error and returns RC_INVALID. */
enum rc cel_fail(struct cel_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What is wrong with a source, for the person who wrote it. */
struct cel_problem {
    int line, column;    /* within the source, from 1; the column in characters */
    struct str sentence; /* what is wrong and what to do; arena */
};

/* Parses and checks `source` (copied). `expected` is the type its result must have, or NULL for
 * any; a literal number becomes money or decimal there as well. RC_INVALID with *ret_problem set
 * and ctx->err ERR_EXPRESSION when the source is wrong: the checker of a file clears that error
 * and reports the problem. RC_LIMIT (ERR_MEMORY) when the arena failed. */
enum rc cel_compile(struct ctx *ctx, struct cel_env *env, struct str source,
                    const struct cel_type *expected, struct cel_program **ret,
                    struct cel_problem *ret_problem) MUST_CHECK;

/* The same without the type checker: types are found out when evaluated. Only for the standard's
 * tests, which ask for it; rules of a city are always checked. */
enum rc cel_compile_unchecked(struct ctx *ctx, struct cel_env *env, struct str source,
                              struct cel_program **ret, struct cel_problem *ret_problem) MUST_CHECK;

/* The checked type of the result. */
const struct cel_type *cel_program_type(const struct cel_program *program);
struct str cel_program_source(const struct cel_program *program);

/* Whether the program reads that variable (has() included): for "which rules use this field". */
bool cel_program_uses(const struct cel_program *program, size_t variable);

/* The data of one evaluation. `values` has one value per declared variable, by number, of the
 * declared type or CEL_ABSENT; `host` is what host functions get. Borrowed. */
struct cel_activation {
    const struct cel_value *values;
    size_t n;
    void *host;
};

/* Evaluates. RC_INVALID with ERR_EXPRESSION, the sentence in err.detail, when the rule has no
 * value: a division by zero, a missing key, an absent variable, its cost used up. RC_LIMIT with
 * ERR_MEMORY when the arena failed; or what a host function failed with. The value may point into
 * the program, the activation and the arena. */
enum rc cel_eval(struct ctx *ctx, const struct cel_program *program,
                 const struct cel_activation *activation, struct cel_value *ret) MUST_CHECK;

/* What an evaluation used of its cost limit. */
struct cel_usage {
    uint64_t cost;
};
enum rc cel_eval_measured(struct ctx *ctx, const struct cel_program *program,
                          const struct cel_activation *activation, struct cel_value *ret,
                          struct cel_usage *ret_usage) MUST_CHECK;

/* One sub-expression that took part in the decision. Literals are left out; of && and || only
 * the operands that decided, of ?: the condition and the branch taken, of exists() and all() the
 * element that decided. */
struct cel_trace {
    struct str text; /* as written in the source */
    struct cel_value value;
    bool has_failed;               /* no value: `error` says why */
    struct str error;              /* arena */
    const struct cel_trace *first; /* child, in the order of evaluation */
    const struct cel_trace *next;  /* sibling */
};

/* As cel_eval, and *ret_trace is the root of the tree, also when the result is an error that is
 * the rule's own (RC_INVALID). At most 200 nodes and 12 levels; what is beyond is left out. */
enum rc cel_explain(struct ctx *ctx, const struct cel_program *program,
                    const struct cel_activation *activation, struct cel_value *ret,
                    const struct cel_trace **ret_trace) MUST_CHECK;

/* The tree as JSON, to be kept with a decision: {"expr":"a > 1","value":"true","children":[...]};
 * `value` is cel_value_text's text, "error" stands in its place where there is none, `children`
 * only where there are any. */
struct str cel_trace_json(struct arena *arena, const struct cel_trace *trace);

#endif
