/* One act on many cases: chosen in a list, looked at first, confirmed once, done case by case.
 *
 * The choice is kept with the version each case had, so that what somebody changed meanwhile is
 * refused and not overrun. Every case is changed by its own transaction and event, as if by hand;
 * many are done by a job. Confirmed twice, or done again after a crash, it has one effect.
 * Layer: console. Tables: bulk, bulk_case, job. */
#ifndef CONSOLE_BULK_H
#define CONSOLE_BULK_H

#include "console/queue.h"
#include "engine/work/job.h"
#include "people/account.h"

#define BULK_MAX       1000 /* cases in one act */
#define BULK_AT_ONCE   20   /* done before the answer; more are a job's */
#define BULK_BATCH     100  /* in one run of the job */
#define BULK_SHOWN_MAX 200  /* lines of a list */

/* What can be done to many by ctx->actor: to assign, a note, and the steps that staff take. */
enum rc bulk_acts(struct ctx *ctx, struct queue_act **ret, size_t *ret_n) MUST_CHECK;

/* What is given with the act. */
struct bulk_input {
    struct str assignee; /* a login, "me", or "nobody" */
    struct str note, message, outcome, date;
};

struct bulk_line {
    struct str number, place, service;
    struct str reason; /* why it cannot be done, or could not; empty: it can */
};

struct bulk_view {
    struct bulk_by_token_row row;
    struct str token, name; /* of the act */
    const struct step *step;
    unsigned asks;                   /* enum step_ask: of all the cases' workflows */
    const struct workflow *workflow; /* for the outcomes */
    struct bulk_line *can, *cannot;
    size_t can_n, cannot_n;
    int64_t waiting, done, refused; /* once confirmed */
    struct accounts members;
    struct bulk_input input;
    struct err err;
};

/* Chooses: marked cases, or all of a list. Leads to the preview. */
enum rc bulk_choose(struct ctx *ctx, struct request *request, struct reply *reply);

/* The preview, or how far it is. */
enum rc bulk_show(struct ctx *ctx, struct request *request, struct reply *reply);

enum rc bulk_confirm_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* bulk_run.c */

struct bulk_doing {
    int64_t id;
    struct str base_url; /* for links in notices */
};

/* Does the next `most` cases of a confirmed act as ctx->actor. *ret_is_ended: none is left.
 * Failures of the store are returned, and the act goes on there the next time; what cannot be done
 * to a case is written to its row. Runs transactions; without one of its own. */
enum rc bulk_run(struct ctx *ctx, const struct bulk_doing *doing, size_t most,
                 bool *ret_is_ended) MUST_CHECK;

/* Sets the job to go on with it; inside db_tx. */
enum rc bulk_order(struct ctx *ctx, int64_t id, struct instant due) MUST_CHECK;

/* "bulk.run". */
extern const struct job_kind bulk_jobs[];

#endif
