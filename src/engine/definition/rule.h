/* Expressions of the city's files: compiled once with the definition, evaluated for a case.
 *
 * What an expression may refer to is fixed here: `place`, `filed`, `today`, `channel`, `lang` and
 * the fields of its service. What may be missing (a place that is not required, a field that need
 * not be answered and has no default) may be used only where has(name) holds; the compiler sees to
 * that. Layer: engine. A compiled rule may be evaluated by any thread.
 */
#ifndef ENGINE_RULE_H
#define ENGINE_RULE_H

#include "base/calendar.h"
#include "base/ctx.h"
#include "base/problem.h"
#include "base/yaml.h"
#include "rules/cel.h"

struct answers;
struct field;
struct place;

/* An expression of a file, compiled. An absent one (program NULL) always holds. */
struct rule {
    const struct cel_program *program;
    const struct cel_type *place_type; /* of `place` among its names */
    struct str source;
    int line, column;
};

/* How many cases that are not closed are linked with the case by one kind of link. */
struct link_count {
    struct str kind;
    int64_t open;
};

/* The facts of one case, for its rules. Borrowed. */
struct facts {
    const struct answers *answers;
    const struct place *place; /* NULL: none */
    struct instant filed;
    struct date today; /* the city's date */
    struct str channel;
    enum lang lang;
    const struct calendar *calendar;
    const struct link_count *links; /* for guards */
    size_t link_n;
};

/* The names that the rules of one definition may use; fields are added in the file's order, so
 * that a field's own condition sees those before it. Without `has_place` a rule must ask
 * has(place) first. */
enum rc rule_names_new(struct ctx *ctx, bool has_place, struct cel_env **ret) MUST_CHECK;
void rule_names_add_field(struct cel_env *names, const struct field *field);
const struct cel_type *rule_field_type(struct cel_env *names, const struct field *field);

/* Adds what guards and effects of a workflow may ask beside: linked("kind"). */
void rule_names_add_guard(struct cel_env *names);

/* Adds what only the sections may use that this version reads but does not run: fees, tables,
 * tasks, holds. Evaluating a rule that calls one of them fails; compiling shows that it is well
 * formed. After all fields. */
void rule_names_add_later(struct cel_env *names);

/* Whether the city's language or an earlier field has taken the name. */
bool rule_may_name(const struct cel_env *names, struct str name);

/* Compiles a condition; what is wrong with it becomes a problem at its place in the file. */
void rule_compile(struct ctx *ctx, struct cel_env *names, const struct yaml_node *node,
                  struct problems *problems, struct rule *ret);

/* The same for an expression whose result is of the type, or of any when it is NULL. */
struct rule_wanted {
    struct cel_env *names;
    const struct cel_type *type;
};
void rule_compile_as(struct ctx *ctx, struct rule_wanted wanted, const struct yaml_node *node,
                     struct problems *problems, struct rule *ret);

/* Whether an expression of that type, or of any when it is NULL, compiles with the names; reports
 * nothing. */
bool rule_compiles(struct ctx *ctx, struct rule_wanted wanted, const struct yaml_node *node);

/* Whether the rule holds. RC_INVALID with ERR_EXPRESSION when it has no value for these facts. */
enum rc rule_holds(struct ctx *ctx, const struct rule *rule, const struct facts *facts,
                   bool *ret) MUST_CHECK;

/* The value of an expression that is there, of whatever type; in the arena or borrowed of `facts`.
 * RC_INVALID with ERR_EXPRESSION when it has none for these facts. */
enum rc rule_value(struct ctx *ctx, const struct rule *rule, const struct facts *facts,
                   struct cel_value *ret) MUST_CHECK;

/* Whether it holds, with the trace as JSON that shows why: {"expr", "value", what it rests on}. One
 * of more than RULE_TRACE_MAX bytes is the expression's beginning and its value alone. */
#define RULE_TRACE_MAX 16000
enum rc rule_explain(struct ctx *ctx, const struct rule *rule, const struct facts *facts, bool *ret,
                     struct str *ret_trace) MUST_CHECK;

#endif
