/* Effects: what a workflow's step does beside changing the state. A closed list.
 *
 *   set     {field: expression, ...}   the case's answer to a field becomes the value
 *   notify  a notice of the workflow   told as well, beside the step's own
 *   clock   {start: kind} {stop: kind} begins a clock of the service anew; ends one as met
 *   case    {service: code, link: kind} opens a case of another service at the same place, by the
 *                                      same reporter, linked from the new one to this one
 *
 * `task`, `charge`, `credential` and `link` are read by their grammar (sections.h) and noted: this
 * version does not run them. Effects run in the transaction of their step, in the file's order; one
 * that fails undoes the step. Layer: engine. Immutable once loaded.
 */
#ifndef ENGINE_EFFECT_H
#define ENGINE_EFFECT_H

#include "engine/definition/rule.h"

struct city;
struct definition;

enum effect_kind { EFFECT_SET, EFFECT_NOTIFY, EFFECT_CLOCK_START, EFFECT_CLOCK_STOP, EFFECT_CASE };

struct effect {
    enum effect_kind kind;
    struct str subject; /* id of the field, notice or clock; code of the service */
    struct str link;    /* EFFECT_CASE: kind of the link */
    struct rule value;  /* EFFECT_SET */
    struct problem_at at;
};

/* Reads a step's "do", whose grammar has been checked (section_read). *ret_unrun is the first
 * effect that this version does not run, NULL when it runs all. Names and ids are not looked up
 * here: the workflow knows notices and clocks, the service its fields. */
enum rc effects_read(struct ctx *ctx, struct cel_env *names, const struct yaml_node *node,
                     const struct effect **ret, size_t *ret_n,
                     const struct yaml_node **ret_unrun) MUST_CHECK;

/* Whether the effects of its workflow fit a service: each field that is set is one of its own, and
 * the value of its type. `names` are the service's. */
void effects_check(const struct definition *definition, struct cel_env *names,
                   struct problems *problems);

/* Whether the services that effects open are there. Where one requires what the opening service
 * does not have to give under the same id, that is noted, and "do" counts as not run: this version
 * opens no case that has to be asked for more. */
void effects_check_services(const struct city *city, struct problems *problems);

#endif
