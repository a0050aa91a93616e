/* The page of a case and its forms. Layer: console, private. */
#ifndef CONSOLE_CASE_PAGE_H
#define CONSOLE_CASE_PAGE_H

#include "console/case_view.h"

enum rc staff_case_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc staff_step_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc staff_note_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc staff_assign_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
