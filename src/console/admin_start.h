/* The overview of administration: what needs somebody, and what each page is for and how it stands.
 * Layer: console, private. */
#ifndef CONSOLE_ADMIN_START_H
#define CONSOLE_ADMIN_START_H

#include "console/admin_page.h"

/* A finding of another page that is not good. */
struct start_finding {
    const struct finding *finding;
    const char *path; /* where it is explained: "/staff/admin/health" */
};

/* A page of administration. */
struct start_card {
    const char *path;
    enum msg_id name, says;
    struct str now;           /* how it stands: "Waiting: 3; failed: 0" */
    enum finding_state state; /* whether that needs somebody */
};

#define START_CARDS 8

struct start_view {
    struct findings health, security;
    struct start_finding *todo; /* bad ones first */
    size_t todo_n;
    struct start_card cards[START_CARDS];
    size_t card_n;
    struct str version; /* of the program; empty: unknown */
    bool is_published;
    struct instant published; /* when a service was last published */
};

enum rc admin_start_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
