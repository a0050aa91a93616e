/* Reporting, step by step: where, the service's questions, details, who to tell, check, done.
 *
 * Each step is a page of its own with a form; what was answered is a draft in the database under
 * the cookie `draft`. Nothing here knows any particular service. Layer: portal. */
#ifndef PORTAL_REPORT_H
#define PORTAL_REPORT_H

#include "engine/cases/asset.h"
#include "engine/cases/draft_form.h"
#include "engine/cases/photo.h"
#include "portal/city_map.h"
#include "portal/own.h"
#include "portal/page.h"
#include "portal/seen.h"
#include "portal/why.h"

#define REPORT_STEPS_MAX 128

/* A photo that was not taken, and why. */
struct photo_refusal {
    struct str name; /* as the sender named it */
    struct err err;
};

/* What a step's page shows. */
struct report {
    struct draft draft;
    struct form_at at;
    struct form_at back; /* the step before; back.step == FORM_CHECK: the service's page */
    size_t number, count;
    struct err err;     /* of what was sent, id ERR_NONE when nothing was wrong */
    struct err also[2]; /* FORM_WHO: what else was wrong, at other boxes */
    size_t also_n;
    struct str typed[8];          /* what was typed, kept when it was wrong */
    struct place_choices choices; /* FORM_PLACE: which of these? */
    bool has_pin;                 /* FORM_PLACE: is it there? */
    struct point pin;
    struct str pin_label;      /* "near 795 Massachusetts Ave" */
    struct str example;        /* FORM_PLACE: a place that this city has; empty: none */
    struct assets_near assets; /* FORM_FIELD of an asset: which there are at the place */
    bool has_map;              /* FORM_CHECK: of the place */
    struct figure map;
    struct seen seen;     /* FORM_CHECK */
    bool wants_again;     /* FORM_PLACE: none of them, it is typed again */
    struct photos photos; /* FORM_PHOTOS, FORM_CHECK: those of the draft */
    struct photo_refusal *refused;
    size_t refused_n;
};

/* What the page after sending shows. */
struct report_sent {
    const struct definition *definition;
    struct filed filed;
    struct why why;
    struct own_way_back back; /* link empty: this browser holds none */
};

enum {
    TYPED_PLACE = 0,
    TYPED_ANSWER = 0,
    TYPED_DETAILS = 0,
    TYPED_NAME = 0,
    TYPED_EMAIL = 1,
    TYPED_PHONE = 2
};

/* "where", "lane", "photos", "details", "who", "check": the last piece of a step's path. */
struct str report_step_word(const struct draft *draft, struct form_at at);

/* The ids that describe a field's input, for aria-describedby: its hint, its error, its unit; empty
 * for none. */
struct str report_described(struct arena *arena, const struct field *field, bool has_hint,
                            bool is_wrong);

/* Whether the things at the place are offered: all of them, and what was typed is one of them. */
bool report_offers_assets(const struct report *report);

/* What is wrong with the box of that name; NULL: nothing. */
const struct err *report_error_of(const struct report *report, struct str id);

/* What is wrong, for the list over the form: with the name of the box. */
struct str report_error_named(const struct page *page, const struct report *report,
                              const struct err *err);

/* Where what is wrong with the whole is put right: the question of that field, else the page. */
struct str report_error_link(const struct page *page, const struct report *report);

/* The sentence over the boxes of who to tell: what of them is needed, and what for. */
struct str report_who_says(const struct applicant_rule *rule, enum lang lang);

/* What was said of who to tell, one piece a line. */
struct str report_contact(struct arena *arena, const struct contact *contact);

/* The draft that the request is about, at the step of that word; RC_NOT_FOUND when its form has no
 * such step. Then its page, with status and errors of report->err. */
enum rc report_load(struct ctx *ctx, const struct request *request, struct str word,
                    struct report *ret) MUST_CHECK;
enum rc report_render(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct report *report) MUST_CHECK;

/* Whether the public may report to that service now. */
bool report_is_taken(const struct city *city, struct str code);

/* The draft of the path's service that this browser holds, or a fresh one. ERR_EXPIRED for a
 * service that was withdrawn, ERR_NOT_FOUND for one that the public never had. */
enum rc report_draft(struct ctx *ctx, const struct request *request, struct draft *ret) MUST_CHECK;

/* Puts a place into the draft, so that what is like it is asked about anew. RC_INVALID with
 * ERR_PLACE_OUTSIDE, field "place", when it is not where the service looks. */
enum rc report_keep_place(struct ctx *ctx, struct report *report,
                          const struct place *place) MUST_CHECK;

/* Stores the draft, with its cookie when it is new, and goes to the question that comes next. */
enum rc report_go_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                     const struct draft *draft) MUST_CHECK;

/* Stores a draft that has no row yet, and reads it back. */
enum rc report_keep(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct draft *draft) MUST_CHECK;

/* Forgets a draft and this browser's hold on it. */
enum rc report_drop(struct ctx *ctx, const struct request *request, struct reply *reply,
                    const struct draft *draft) MUST_CHECK;

enum rc report_start(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc report_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc report_answer(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc report_done(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
