/* A case as staff see it: everything its page shows, gathered. Layer: console. */
#ifndef CONSOLE_CASE_VIEW_H
#define CONSOLE_CASE_VIEW_H

#include "console/staff_page.h"
#include "engine/cases/case_own.h"
#include "engine/cases/cases.h"
#include "engine/cases/photo.h"
#include "engine/cases/rows.h"
#include "people/account.h"

struct case_fact {
    struct str name, value;
};

struct case_event_line {
    int64_t id;
    struct instant at;
    struct str title, text, who;
    struct case_fact *facts; /* what else there is to tell: answers left behind, teams */
    size_t fact_n;
    bool can_redact, is_note; /* a private note */
    const char *kind;         /* "ch-event ch-event--note" */
};

struct case_clock_line {
    struct str name, state; /* "Resolution", "Jul 9, 2026" */
    const char *kind;       /* "ch-due ch-due--late" */
    struct str *why;        /* sentences, from the trace */
    size_t why_n;
};

enum case_form_kind {
    CASE_FORM_NONE,
    CASE_FORM_STEP,
    CASE_FORM_NOTE,
    CASE_FORM_ASSIGN,
    CASE_FORM_LINK,
    CASE_FORM_FOLLOWER,
    CASE_FORM_DESCRIPTION,
};

/* What came back from a form that was refused. */
struct case_form {
    enum case_form_kind kind;
    struct str step;
    struct str note, message, outcome, month, day, year, assignee;
    struct str other; /* the number of a case to link */
    struct str email, lang;
    bool is_public;
    struct err err;
    struct instant seen; /* when the page was made that the form stood on */
};

/* Whether an error's field is the date of a step, whole or one of its three inputs. */
bool case_form_is_date(struct str field);

/* A canned reply as it would be sent: in the reporter's language, its placeholders filled in. */
struct case_reply {
    struct str id, name, text;
};

struct case_panels; /* case_panels.h */

struct case_view {
    struct case_by_number_row row;
    const struct definition *definition;
    const struct state *state;
    struct str title, service, team, place, district, assignee, assignee_login, reporter;
    bool may_work, may_supervise;
    bool is_saved; /* the browser comes from a form that was accepted */
    struct case_fact *facts;
    size_t fact_n;
    struct case_event_line *events; /* oldest first */
    size_t event_n;
    struct case_clock_line *clocks;
    size_t clock_n;
    const struct step **steps;
    size_t step_n;
    bool is_rated;
    struct case_rating rating; /* how it went, as the reporter says */
    struct photos photos;
    struct contacts_of_party_rows contacts;
    struct accounts members; /* to whom it can be given */
    struct case_reply *replies;
    size_t reply_n;
    bool has_map;
    struct html map;
    const struct case_panels *panels; /* NULL where they are not shown */
    struct case_form form;
};

/* The case of that number as ctx->actor may see it. RC_NOT_FOUND for one that is not there or not
 * theirs to read. view->form and is_saved are the caller's. */
enum rc case_view_load(struct ctx *ctx, struct str number, struct case_view *view) MUST_CHECK;

/* Whether an event is newer than the page on which the refused form stood. */
bool case_view_is_new(const struct case_view *view, const struct case_event_line *event);

/* Whether the step may still be taken: else its form is gone and what was typed is shown apart. */
bool case_view_has_step(const struct case_view *view, struct str step);

#endif
