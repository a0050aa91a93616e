/* The frame of every page of the console. Layer: console, private. */
#ifndef CONSOLE_STAFF_PAGE_H
#define CONSOLE_STAFF_PAGE_H

#include "base/html.h"
#include "engine/definition/city.h"
#include "people/session.h"
#include "web/reply.h"
#include "web/request.h"

struct staff_page {
    struct view view;
    struct ctx *ctx;
    const struct request *request;
    const struct session *session; /* NULL: nobody has signed in */
    struct str title;
    struct str csrf;    /* the token for its forms */
    struct str current; /* the entry of the navigation it belongs to: "/staff/queue" */
    bool has_errors;    /* a form came back */
    bool is_paper;      /* a sheet to be printed: without the bar's navigation */
};

/* Begins a page of the reply; its templates get &page.view. */
struct staff_page staff_page_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                                struct str title);

/* A path of this site in the page's language. */
struct str staff_url(const struct staff_page *page, struct str path);

/* The sentence for what is wrong, in the page's language. */
struct str staff_error(const struct staff_page *page, const struct err *err);

/* The same for a list of what is wrong: with the name of the box that was left empty. */
struct str staff_error_named(const struct staff_page *page, const struct err *err);

/* Sends the browser to a page of the console, in the request's language. */
void staff_redirect(struct ctx *ctx, struct reply *reply, struct str path);

/* A deadline as a list shows it: the words, and the class that colours them (which says nothing
 * that the words do not). */
struct due_mark {
    struct str text;
    const char *kind; /* "ch-due ch-due--late" */
};
struct due_mark staff_due(struct ctx *ctx, struct instant due, enum lang lang);

/* "5 h", "12 d": how long ago. */
struct str staff_age(struct ctx *ctx, struct instant since, enum lang lang);

/* The value of a datetime attribute: whole seconds, as HTML has at most three digits of them. */
struct str staff_datetime(struct arena *arena, struct instant at);

/* The channel by which a case came, and the language it is in, in words. */
struct str staff_channel(struct str channel, enum lang lang);
struct str staff_language(struct str code);

/* "ch-tag ch-tag--open" and so on for a state; `is_start` when it is its workflow's first. */
const char *staff_tag(enum state_type type, bool is_start);

#endif
