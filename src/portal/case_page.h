/* A case as its public page shows it, and the private link of the one who reported it.
 * Layer: portal. */
#ifndef PORTAL_CASE_PAGE_H
#define PORTAL_CASE_PAGE_H

#include "engine/cases/case_own.h"
#include "engine/cases/case_read.h"
#include "engine/cases/cases.h"
#include "engine/cases/photo.h"
#include "engine/cases/rows.h"
#include "portal/city_map.h"
#include "portal/why.h"

struct case_page_event {
    struct instant at;
    struct str title; /* "Work has begun" */
    struct str text;  /* a message; empty: none */
    bool is_citys;    /* the message is not the resident's own */
    struct str ended; /* how it ended, when this closed the case with an outcome; empty: not */
};

/* How the reporter comes back to their case. */
#define OWN_LINK_SHOWN_US (15 * US_PER_MIN)
struct own_way_back {
    struct str number;
    struct str link; /* private; empty: this browser holds none */
    /* So young that whoever sees it has just filed the case, or opened the link. Later it is not
     * shown, and mailed to nobody but the case's own address: others may use the machine. */
    bool is_fresh;
    struct str email; /* that was given with the case; empty: none */
    struct str says;  /* of the mail that the city sends, or that it has no address; or empty */
    struct str typed; /* kept */
    const struct err *err; /* of the address; NULL: none */
};

/* An answer that who asks may see: all but staff's own for the reporter, for others what the
 * definition opens to the public. */
struct case_page_answer {
    struct str prompt, text; /* in ctx->lang */
};

struct case_page {
    struct case_by_number_row row;
    const struct definition *definition;
    const struct state *state;
    const struct team *team;
    const struct outcome *outcome; /* of a closed case; NULL: none */
    struct str place;              /* blurred for who is not the reporter */
    bool has_map;
    struct figure map; /* of that place */
    bool is_own;       /* by the private link, signed in, or by the address it was filed with */
    bool is_merged;    /* another case goes on in its place */
    struct str merged; /* its number; empty where the public may not see it */
    struct case_page_answer *answers;
    size_t answer_n;
    struct case_page_event *events;
    size_t event_n;
    struct photos photos;      /* that may be seen by who asks */
    const struct step **steps; /* that the reporter may take now */
    size_t step_n;
    const struct step *answer; /* of those: what the case waits for; NULL: it does not */
    struct str asked;          /* what the city said last; empty: nothing */
    struct why why;            /* the expected date */
    bool is_rated, may_rate;   /* by the reporter, after closing */
    struct case_rating rating;
    bool may_add; /* the reporter may add words and photos */
    struct own_way_back back;
    struct str
        done; /* what was just done: "comment", "photos", "rating", "step", "link"; or empty */
    struct err err;   /* of what was refused */
    struct str step;  /* which: a step's id, or "comment", "photos", "rating", "link" */
    struct str typed; /* kept */
    int64_t score;    /* chosen, kept */
};

/* What may be seen of the path's case by who asks, and for its reporter what they may do; a case
 * that is not public does not exist for others. */
enum rc case_page_load(struct ctx *ctx, const struct request *request,
                       struct case_page *ret) MUST_CHECK;

/* Its page, with the status of shown->err. */
enum rc case_page_render(struct ctx *ctx, struct request *request, struct reply *reply,
                         const struct case_page *shown) MUST_CHECK;

/* Makes ctx->actor the reporter of that case by name: who acts is in the record, and case_step and
 * case_own.h, which do not ask case_reach_ask, know them by it. ERR_NOT_REPORTER for anybody else.
 */
enum rc case_page_as_reporter(struct ctx *ctx, const struct case_page *shown) MUST_CHECK;

/* The private link of a case that this browser holds, as an address of the city, and the address
 * that was given with the case. */
enum rc case_page_way_back(struct ctx *ctx, const struct request *request,
                           const struct case_by_number_row *row,
                           struct own_way_back *ret) MUST_CHECK;

/* Keeps what was typed for the page that says why it was refused: in its own form, or, when the
 * case has moved on and that is gone, where it can be sent all the same: as a comment while the
 * case is open, else with the first step that takes a message. shown->err is set. */
void case_page_keep(struct case_page *shown, struct str step, struct str typed);

/* Back to the case's page, which says that it was done. */
void case_page_done(struct ctx *ctx, struct reply *reply, const struct case_page *shown,
                    const char *what);

/* The kind of the state's tag: "open", "doing", "waiting", "done", "closed". */
struct str case_page_state_tag(const struct definition *definition, const struct state *state,
                               bool has_outcome);
struct str case_page_tag(const struct case_page *shown);

/* Whether the step closes the case: it stands last among what may be done. */
bool case_page_step_ends(const struct case_page *shown, const struct step *step);

/* What the state means: in the workflow's words, which speak to the reporter; in the program's for
 * everybody else. */
struct str case_page_says(const struct case_page *shown, enum lang lang);

enum rc case_page_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc case_page_step(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc case_page_find(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc case_page_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc case_page_link_open(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
