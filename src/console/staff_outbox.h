/* The outbox: what the city told people, and how far it got. Layer: console, private. */
#ifndef CONSOLE_STAFF_OUTBOX_H
#define CONSOLE_STAFF_OUTBOX_H

#include "console/staff_page.h"

struct outbox_line {
    struct instant created;
    struct str address, subject, body, state, trouble, number;
    const char *tag;
};

struct outbox_view {
    struct outbox_line *lines;
    size_t line_n;
    struct str next_url; /* empty: no more */
};

enum rc staff_outbox_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
