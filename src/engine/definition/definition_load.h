/* What the parts of the service file's reader share; nothing outside them includes this.
 * Layer: engine, private. */
#ifndef ENGINE_DEFINITION_LOAD_H
#define ENGINE_DEFINITION_LOAD_H

#include "engine/definition/definition.h"

struct definition_loader {
    struct ctx *ctx;
    struct problems *problems;
    const struct definition_world *world;
    struct definition *definition;
    struct cel_env *names; /* what expressions may refer to; grows with the fields */
    struct str *not_run;   /* the definition's, while it grows; NULL before the first */
    bool is_public;        /* its texts are needed in every language */
};

/* Notes that this version reads but does not run what stands at the node, and that the definition
 * uses `section`, so that it is not published. */
void definition_note_unrun(struct definition_loader *loader, const struct yaml_node *node,
                           struct str section, struct str what);

/* The id of one of the city's layers, which a stored version may have outlived; empty after saying
 * that it is none. */
struct str definition_expect_layer(struct definition_loader *loader, const struct yaml_node *node);

/* definition_fields.c: reads the section "fields" (NULL: none) and declares the names that
 * expressions may refer to from then on. */
enum rc definition_load_fields(struct definition_loader *loader, const struct yaml_node *node);

/* Compiles the fields' "derive", after rule_names_add_later. */
void definition_load_derived(struct definition_loader *loader, const struct yaml_node *node);

#endif
