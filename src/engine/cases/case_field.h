/* Answers as lists know them: the questions whose answers a service has indexed (`indexed: true`),
 * by id over all services and versions. Two services may ask under one id for different things;
 * then a value means whatever it can mean in any of them. Layer: engine. Pure: any thread. */
#ifndef ENGINE_CASE_FIELD_H
#define ENGINE_CASE_FIELD_H

#include "engine/definition/city.h"

#define CASE_FIELD_PREFIX S("field.") /* before a field's id, as a key of filters and a column */

struct case_field {
    struct str id;
    const struct field *field; /* of the first service offered that has it, else first version */
    const struct definition *definition;
    unsigned kinds;   /* enum field_index */
    bool is_free;     /* some answer may be any text, not one of a list */
    bool is_personal; /* somewhere */
};

/* Finds it among all versions, since a case stays on its own; false, *ret untouched, when no
 * version has such a field indexed. */
bool case_field_find(const struct city *city, struct str id, struct case_field *ret);

/* Whether any version has a field of that id at all. */
bool case_field_exists(const struct city *city, struct str id);

/* Those of the services that are offered, each once, in the order of the services; of all versions
 * with `is_all`. In the arena. */
struct case_fields {
    struct case_field *of;
    size_t n;
};
enum rc case_fields_of(struct ctx *ctx, bool is_all, struct case_fields *ret) MUST_CHECK;

bool case_fields_have(const struct case_fields *fields, struct str id);

/* The answers that it takes where they are of a list: options, "true" and "false". In the arena. */
enum rc case_field_options(struct ctx *ctx, struct str id, struct str **ret,
                           size_t *ret_n) MUST_CHECK;

/* Whether ctx->actor may look for such answers and list them: who works on cases, and others what
 * is not personal. */
bool case_field_is_for(const struct ctx *ctx, const struct case_field *field);

/* A term of the filter that asks for it, for help: "field.size:large". */
struct str case_field_example(struct arena *arena, const struct case_field *field);

#endif
