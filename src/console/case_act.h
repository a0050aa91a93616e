/* One act on a case on a page of its own: the form, what would come of it, and doing it.
 *
 * Each act's page is its form. Its button "show what changes" sends the form and shows the plan
 * below it, changing nothing; its own button does it and leads back to the case. A form that is
 * refused comes back with what was typed; when somebody else changed the case meanwhile, with what
 * they changed. Layer: console, private.
 */
#ifndef CONSOLE_CASE_ACT_H
#define CONSOLE_CASE_ACT_H

#include "console/case_view.h"

struct case_act {
    struct case_view view; /* as it is now; view.form holds the error and when the form was made */
    const char *verb;      /* the last segment of its path: "transfer" */
    enum msg_id title;
    struct str act; /* the button pressed: "do", "plan", ...; empty for a look */
    struct str reason;
    int64_t lock_version; /* as the form had it */
};

/* The case of the path and what every act's form has. RC_NOT_FOUND as case_view_load. `verb` and
 * `title` are set before. */
enum rc case_act_open(struct ctx *ctx, const struct request *request,
                      struct case_act *act) MUST_CHECK;

/* Whether the button was the one that does it. */
bool case_act_is_doing(const struct case_act *act);

/* Whether the act was refused in a way that its form shows: then the error is in act->view.form and
 * no longer in ctx. */
bool case_act_is_refused(struct ctx *ctx, struct case_act *act, enum rc rc);

/* The act's page, with the status of its error. */
struct staff_page case_act_page(struct ctx *ctx, const struct request *request, struct reply *reply,
                                const struct case_act *act);

/* Back to the case. */
void case_act_done(struct ctx *ctx, struct reply *reply, const struct case_act *act);

/* The error if it is about that field, else NULL. */
const struct err *case_act_error(const struct case_act *act, const char *field);

/* Another case by the number somebody typed, as ctx->actor may see it. ERR_REQUIRED or
 * ERR_CASE_UNKNOWN with that field. */
enum rc case_act_other(struct ctx *ctx, struct str typed, const char *field,
                       struct case_view *ret) MUST_CHECK;

#endif
