/* Reading and checking the entry's form. Layer: console, private to entry*.c. */
#ifndef CONSOLE_ENTRY_FORM_H
#define CONSOLE_ENTRY_FORM_H

#include "console/entry.h"

/* An empty form: the questions that are asked before anything is answered, with their defaults. */
enum rc entry_form_begin(struct ctx *ctx, struct entry *entry) MUST_CHECK;

/* Takes in what was sent; what cannot be read is among the problems, everything is kept as typed.
 * ERR_MALFORMED for a form without our key. */
enum rc entry_form_read(struct ctx *ctx, const struct request *request,
                        struct entry *entry) MUST_CHECK;

/* Asks the engine whether it is complete; *ret_is_ready when nothing is left to ask or to show. */
enum rc entry_form_check(struct ctx *ctx, const struct request *request, struct entry *entry,
                         bool *ret_is_ready) MUST_CHECK;

/* ctx->err becomes a problem of its input, and is cleared. */
void entry_problem_take(struct ctx *ctx, struct entry *entry);

struct filing entry_filing(const struct entry *entry);

#endif
