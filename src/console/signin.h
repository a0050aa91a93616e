/* Signing in to the console and out. Layer: console, private. */
#ifndef CONSOLE_SIGNIN_H
#define CONSOLE_SIGNIN_H

#include "console/qr.h"
#include "console/staff_page.h"
#include "people/sign_in.h"

#define CONSOLE_COOKIE "session" /* the server's default name */

struct signin_view {
    struct str login; /* as typed */
    struct str next;  /* where to go afterwards; empty: the queue */
    bool asks_code;   /* not in a demonstration */
    struct str trouble;
};

struct setup_view {
    struct sign_in_setup setup;
    struct str ticket, next;
    struct str uri;
    struct qr_code qr; /* of it */
    struct err errs[SIGN_IN_FAULTS];
    size_t err_n;
};

/* What is wrong with the box of that name; NULL: nothing. */
const struct err *setup_error_of(const struct setup_view *view, const char *name);

/* What the box is called; the sentence for what is wrong with it. */
struct str setup_label(const struct err *err, enum lang lang);
struct str setup_error(const struct staff_page *page, const struct err *err);

enum rc signin_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc signin_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc signin_set_up(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc signout_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
