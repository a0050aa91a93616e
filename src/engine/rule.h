/* Expressions of the city's files: compiled once with the definition, evaluated for a case.
 *
 * What an expression may refer to is fixed here: the fields of its service, `place`, `filed`,
 * `today`, `channel`, `lang`, and in a workflow's guards also `state`, `outcome` and `reopened`.
 * Layer: engine.
 */
#ifndef ENGINE_RULE_H
#define ENGINE_RULE_H

#include "base/ctx.h"
#include "base/problem.h"
#include "base/yaml.h"

struct cel_program;

/* An expression of a file, compiled. An absent one (program NULL) always holds. */
struct rule {
    const struct cel_program *program;
    struct str source;
    int line, column;
};

#endif
