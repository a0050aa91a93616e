/* The page of a case and its forms. Layer: console, private. */
#ifndef CONSOLE_CASE_PAGE_H
#define CONSOLE_CASE_PAGE_H

#include "console/case_view.h"

enum rc staff_case_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc staff_step_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc staff_note_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc staff_assign_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* After a form of the page: back to the case, or the case with what was typed and what is wrong. */
enum rc staff_case_answer(struct ctx *ctx, struct request *request, struct reply *reply, enum rc rc,
                          struct case_form *form) MUST_CHECK;

/* The version of the case that its form was made from; where the form has none, that of the case.
 */
int64_t staff_seen_version(const struct request *request, const struct case_view *view);

#endif
