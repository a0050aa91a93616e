/* The work order: one case on one sheet of paper for who goes there. Layer: console, private. */
#ifndef CONSOLE_WORK_ORDER_H
#define CONSOLE_WORK_ORDER_H

#include "console/case_view.h"

enum rc work_order_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
