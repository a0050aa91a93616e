/* A template while it is read: the position in it, what was made of it so far, the first fault.
 *
 * The template compiler reads once from front to back. A fault stops it: template_fail reports
 * file:line and moves the position to the end, so that every loop over template_has_more ends by
 * itself and no caller has to look. Layer: tools.
 */
#ifndef TOOLS_TEMPLATE_H
#define TOOLS_TEMPLATE_H

#include "gen.h"

#define MAX_DEPTH 64

/* An element that is open, or a C block; line 0 when another definition opens it. */
struct open_element {
    struct str name;
    int line;
};

struct open_block {
    int line;
    size_t depth; /* elements open where it began */
};

struct template
{
    struct arena *arena;
    const char *path;
    struct str text;
    size_t at;
    struct gen_report *report;
    struct str messages; /* messages.list: a line "key plain|plural name,name" each */
    bool has_failed;

    struct buf code;    /* the functions */
    struct buf header;  /* their prototypes */
    struct buf literal; /* text that waits to be written with what follows it */

    /* The definition that is being read. */
    bool is_inside;
    bool is_plain;       /* %text: no markup */
    bool ends_in_space;  /* what was written last is white space, or nothing was */
    int definition_line; /* of its %page or %text */
    struct open_element elements[MAX_DEPTH];
    size_t depth;
    struct open_block blocks[MAX_DEPTH];
    size_t block_depth;
    struct str opens; /* the names that must be open at its end */
};

/* Compiles the whole template into header and code; true when it has no fault. */
bool template_compile(struct template *t);

static inline bool template_has_more(const struct template *t)
{
    return t->at < t->text.n;
}

/* The byte at the position plus `ahead`; NUL past the end. */
static inline char template_peek(const struct template *t, size_t ahead)
{
    return t->at + ahead < t->text.n ? t->text.p[t->at + ahead] : '\0';
}

static inline struct str template_rest(const struct template *t)
{
    return str_slice(t->text, t->at, t->text.n);
}

/* True when the position is followed by `word`. */
bool template_sees(const struct template *t, struct str word);

/* Line and column, from 1, of a place in the text. */
int template_line(const struct template *t, size_t at);
int template_column(const struct template *t, size_t at);

/* Reports the first fault, at the line of `at`, and ends the reading. */
void template_fail(struct template *t, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
