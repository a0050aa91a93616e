/* YAML files that people write, as a tree in which every node knows where it stands.
 *
 * Read with libyaml (YAML 1.1 syntax). All scalars stay text: what a value means is decided by
 * the key that holds it, never by how it is quoted. Anchors, aliases, tags, duplicate keys and
 * nesting deeper than 32 are refused, so that a file reads as it looks. Layer: base.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/ctx.h"
#include "base/problem.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    int line, column;  /* of its first character, from 1 */
    struct str file;   /* as the user named it */
    struct str scalar; /* YAML_SCALAR: the text without quotes, UTF-8 */
    bool is_block;     /* YAML_SCALAR: written as | or > block: positions inside are lines below */
    bool is_quoted;
    size_t n;                      /* YAML_LIST, YAML_MAP: how many items or pairs */
    const struct yaml_node *items; /* YAML_LIST: the items; YAML_MAP: the values */
    const struct yaml_node *keys;  /* YAML_MAP: the keys, scalars, in the file's order */
};

/* Reads one document. Syntax errors become problems; then, or when there is no memory, *ret is
 * NULL and RC_INVALID or RC_LIMIT is returned. The tree lives in ctx's arena. */
enum rc yaml_parse(struct ctx *ctx, struct str file, struct str text, struct problems *problems,
                   const struct yaml_node **ret) MUST_CHECK;

/* The same with the nodes in `tree`, an arena of its own, and nothing but the texts in ctx's: who
 * keeps only texts drops the tree, which is ten times as large as the file. */
struct yaml_source {
    struct str file, text;
};
enum rc yaml_parse_tree(struct ctx *ctx, struct arena *tree, struct yaml_source source,
                        struct problems *problems, const struct yaml_node **ret) MUST_CHECK;

/* Reads the file at `path` (at most 1 MB) and parses it; problems name it `file`. RC_UNAVAILABLE
 * with ERR_FILE when it cannot be read. */
enum rc yaml_read(struct ctx *ctx, const char *path, struct str file, struct problems *problems,
                  const struct yaml_node **ret) MUST_CHECK;

/* The value of a key of a map, or NULL; NULL too when `node` is NULL or no map. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);

/* Where a node stands, for problem_add. */
struct problem_at yaml_at(const struct yaml_node *node);

/* Reports every key of the map that is not among the `n` allowed ones, with the nearest of them,
 * and a node that is no map at all. True when it is a map. */
bool yaml_expect_map(struct problems *problems, const struct yaml_node *node,
                     const struct str *allowed, size_t n);
bool yaml_expect_list(struct problems *problems, const struct yaml_node *node, const char *what);

/* A scalar's text; a problem and the empty string for anything else, or when it is empty. */
struct str yaml_expect_text(struct problems *problems, const struct yaml_node *node,
                            const char *what);

/* Whole numbers within [min, max], "true"/"false", and one word of a list (its index, else -1);
 * a problem, and the fallback, for anything else. A NULL node gives the fallback silently. */
int64_t yaml_expect_i64(struct problems *problems, const struct yaml_node *node, int64_t min,
                        int64_t max, int64_t fallback);
bool yaml_expect_bool(struct problems *problems, const struct yaml_node *node, bool fallback);
int yaml_expect_word(struct problems *problems, const struct yaml_node *node,
                     const struct str *words, size_t n, int fallback);

/* A text in each language: {en: ..., es: ..., vi: ...}. English is required, and so are the
 * other public languages where `is_public`; a plain scalar is English alone. */
struct text yaml_expect_languages(struct problems *problems, const struct yaml_node *node,
                                  bool is_public, const char *what);

/* "[a-z][a-z0-9-]*", at most 40 bytes: names of services, fields, states, teams. */
struct str yaml_expect_id(struct problems *problems, const struct yaml_node *node,
                          const char *what);

#endif
