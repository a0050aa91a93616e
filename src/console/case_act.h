/* What staff do to a case on a page of its own: the form, what would come of it, and doing it.
 *
 * Each act's page is its form. Its button "show what changes" sends the form and shows the plan
 * below it, changing nothing; its own button does it and leads back to the case. A form that is
 * refused comes back with what was typed; when somebody else changed the case meanwhile, with what
 * they changed. An act is a line of acts.def and a struct case_act_kind: which it is, what it does
 * and its page; all else is the same for every act and stands here. Layer: console, private.
 */
#ifndef CONSOLE_CASE_ACT_H
#define CONSOLE_CASE_ACT_H

#include "console/case_view.h"
#include "people/permission.h"

struct case_act;

struct case_act_kind {
    enum msg_id title;
    enum msg_id (*title_for)(const struct case_view *view); /* NULL: `title`, whatever the case */
    size_t own_bytes; /* of act->own; 0: the act needs nothing beside its form */

    /* Fills act->own from the case and the form; NULL: nothing to fill. */
    enum rc (*open)(struct ctx *ctx, struct case_act *act);

    /* The form was sent. Does the act, and says so in act->is_done, if its own button was pressed
     * and, where there is a plan, what it would do had been shown; else makes the plan. RC_INVALID
     * and RC_CONFLICT are shown with the form; other errors are the request's. */
    enum rc (*take)(struct ctx *ctx, struct case_act *act);

    void (*page)(struct view *v, const struct staff_page *page, const struct case_act *act);
};

#define ACT(name, permission, when, form_summary, summary) \
    extern const struct case_act_kind act_##name;
#include "console/acts.def"
#undef ACT

enum case_act_when {
    CASE_ACT_ALWAYS,
    CASE_ACT_OPEN, /* neither closed nor merged */
    CASE_ACT_MERGED,
};

/* A line of acts.def. */
struct case_act_row {
    const char *name;
    enum permission permission;
    enum case_act_when when;
    const struct case_act_kind *kind;
};
enum {
#define ACT(name, ...) CASE_ACT_##name,
#include "console/acts.def"
#undef ACT
    CASE_ACT__N,
};
extern const struct case_act_row case_act_rows[CASE_ACT__N];

struct case_act {
    const struct case_act_row *row;
    const struct request *request;
    struct case_view view; /* as it is now; view.form holds the error and when the form was made */
    struct str reason;
    int64_t lock_version; /* as the form had it */
    void *own;            /* of that kind; zeroed before `open` */
    bool is_done;
};

/* What every act's two routes answer with; the act is the last segment of the path. */
enum rc case_act_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc case_act_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* Whether a case's page offers the act to who looks at it: who has its permission, and supervises
 * this case where it takes that. And what it is called there. */
bool case_act_is_offered(const struct case_act_row *row, const struct actor *actor,
                         const struct case_view *view);
enum msg_id case_act_title(const struct case_act_row *row, const struct case_view *view);

/* Whether the button was the one that does it. */
bool case_act_is_doing(const struct case_act *act);

/* What the form has under that name. */
struct str case_act_typed(const struct case_act *act, struct str name);

/* The error if it is about that field, else NULL. */
const struct err *case_act_error(const struct case_act *act, const char *field);

/* Whether the act was refused in a way that its form shows: then the error is in act->view.form and
 * no longer in ctx. */
bool case_act_is_refused(struct ctx *ctx, struct case_act *act, enum rc rc);

/* Another case by the number somebody typed, as ctx->actor may see it. ERR_REQUIRED or
 * ERR_CASE_UNKNOWN with that field. */
enum rc case_act_other(struct ctx *ctx, struct str typed, const char *field,
                       struct case_view *ret) MUST_CHECK;

#endif
