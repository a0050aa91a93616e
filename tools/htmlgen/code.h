/* Writing the C functions.
 *
 * Literal text is collected and written by one buf_add before the next piece of code. Expressions
 * and code lines stand at their own line and column of the template (#line and leading blanks), so
 * that the C compiler's messages and a debugger lead there. Layer: tools.
 */
#ifndef TOOLS_CODE_H
#define TOOLS_CODE_H

#include "template.h"

/* Where a value stands; decides how it is escaped. */
enum place {
    IN_TEXT,
    IN_RCDATA, /* title and textarea: text, but never markup */
    IN_ATTR,
    IN_URL,      /* the beginning of a URL attribute */
    IN_URL_PART, /* in one after its beginning */
    IN_JSON,     /* a JSON data block */
    IN_PLAIN,    /* a text template */
};

struct code_arg {
    struct str name;
    struct str expr; /* a slice of the template, as every expression here */
};

void code_begin(struct template *t, struct str name, struct str params);
void code_end(struct template *t);

void code_literal(struct template *t, struct str s);

/* Removes white space from the end of the waiting literal. */
void code_trim(struct template *t);

/* A line of the template's own C. */
void code_line(struct template *t, struct str line);

/* `{= expr }`, `{! expr }` and `{json expr }`. */
void code_value(struct template *t, enum place place, struct str expr);
void code_raw(struct template *t, struct str expr);
void code_json(struct template *t, struct str expr);

/* `{t "key" ...}`: the id is a C expression, "MSG_..." or the template's own. */
void code_message(struct template *t, enum place place, struct str id, const struct code_arg *args,
                  size_t count);

/* What is written between these appears when the expression is true. */
void code_if(struct template *t, struct str expr);
void code_end_if(struct template *t);

#endif
