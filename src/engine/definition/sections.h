/* The grammar of what service and workflow files may say beyond what this version runs.
 *
 * Permits, licences, help desks and purchasing need fees, documents, reviews, inspections and more.
 * Their sections are part of the language from the first day: each key says here whether it holds
 * a literal or an expression and of which type, so that a file for a later version is checked to
 * the last key today. What is read here is noted and never run. Layer: engine. Any thread.
 */
#ifndef ENGINE_SECTIONS_H
#define ENGINE_SECTIONS_H

#include "engine/definition/rule.h"

enum section_shape {
    SHAPE_ID,        /* lower-case letters, digits, hyphens */
    SHAPE_PLAIN,     /* any text */
    SHAPE_LANGUAGES, /* {en: ..., es: ..., vi: ...} */
    SHAPE_SPAN,      /* 10 workdays */
    SHAPE_DATE,      /* 2026-01-01 */
    SHAPE_TIME,      /* 05:30 */
    SHAPE_COUNT,     /* a whole number from 0 */
    SHAPE_NUMBER,    /* 0.10 */
    SHAPE_YES_NO,
    SHAPE_WORD,   /* one of `words` */
    SHAPE_WORDS,  /* a list of texts; where `words` is set, of those */
    SHAPE_SPANS,  /* a list of spans */
    SHAPE_TRUTH,  /* an expression of the type bool */
    SHAPE_MONEY,  /* an expression of the type money */
    SHAPE_DAY,    /* an expression of the type date */
    SHAPE_VALUE,  /* an expression of any type */
    SHAPE_PAIRS,  /* a map of names to texts */
    SHAPE_VALUES, /* a map of names to expressions of any type */
    SHAPE_MAP,    /* a map with `keys` */
    SHAPE_LIST,   /* a list of maps with `keys` */
    SHAPE_BY_ID,  /* a map from ids to maps with `keys` */
};

struct section_key {
    struct str key; /* empty ends a list of keys */
    enum section_shape shape;
    bool is_required;
    const struct section_key *keys;
    const struct str *words; /* empty text ends the list */
};

struct section_reader {
    struct ctx *ctx;
    struct cel_env *names; /* with the fields, and with rule_names_add_later where it is done */
    struct problems *problems;
};

/* The sections of a service file and of a workflow file that this version only reads. */
const struct section_key *sections_of_service(size_t *ret_n);
const struct section_key *sections_of_workflow(size_t *ret_n);

/* A step's effects ("do"), the columns of a list field, a file of tables/. */
const struct section_key *section_of_effects(void);
const struct section_key *section_of_columns(void);
const struct section_key *section_of_table_file(void);

/* Reads a node by its grammar; every key that is not there, value of another shape and expression
 * that does not compile becomes a problem. */
void section_read(const struct section_reader *reader, const struct yaml_node *node,
                  const struct section_key *what);

/* The key itself, for a note about its whole section; NULL when the map does not have it. */
const struct yaml_node *section_key_node(const struct yaml_node *map, struct str key);

/* Notes at the node that this version reads `what` but does not run it, and adds `section` to the n
 * that a definition or workflow uses in this way, unless it is there. Returns how many they are
 * now; `list` has room for each section there is. */
size_t section_note_unrun(struct problems *problems, const struct yaml_node *node,
                          struct str section, struct str what, struct str *list, size_t n);

#endif
