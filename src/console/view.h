/* Views: lists of cases that somebody keeps for themselves, with a name and an address. Layer:
 * console. A person's own setting: not recorded. Tables: saved_view. */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include "console/queue.h"

#define VIEWS_MAX 50 /* one's own */

struct views_page {
    struct saved_views_rows rows;
    bool is_saved;
};

/* The queue as the view has it. */
enum rc view_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* All of one's own, with what can be done to them. */
enum rc views_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* Keeps the list the form came with under a name; a name one has already is given the new list. */
enum rc view_save(struct ctx *ctx, struct request *request, struct reply *reply);

enum rc view_drop(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
