/* Cases: opening one, and taking it a step further.
 *
 * Every channel (web, counter, Open311, API, timers) comes through here: guards, numbers, routing,
 * deadlines, the record and notices are the same for all. What changes a case beside its workflow
 * has headers of its own: case_change.h, case_transfer.h, case_merge.h, case_privacy.h,
 * case_work.h, case_own.h and case_migrate.h; a history from another system is case_import.h.
 * Layer: engine. Functions that change something run their own db_tx.
 */
#ifndef ENGINE_CASES_H
#define ENGINE_CASES_H

#include "engine/definition/answer.h"
#include "engine/definition/city.h"
#include "place/place.h"

struct external_message;
struct photo_made;

struct contact {
    struct str name, email, phone;
};

/* What is handed in. All of it borrowed. */
struct filing {
    const struct definition *definition;
    struct answers answers;
    const struct place *place; /* NULL: none */
    struct str description;    /* what the resident wrote, '' when nothing */
    struct contact contact;    /* empty: anonymous */
    struct str channel;        /* "web", "counter", "phone", "open311", "api", "import" */
    enum lang lang;
    struct str submission; /* the form's key; empty: none */
    /* So many bytes at its beginning are a key that one filing alone may have: another that has
     * come since then refuses this one. 0: none. */
    size_t submission_key_n;
    struct instant submission_since;
    struct str base_url; /* "https://city.example", for links in messages */
    int64_t draft_id;    /* the draft it comes from, marked as sent; 0: none */
    int64_t party;       /* who reports, when the city has them already; 0: by `contact` */
    bool is_own_email;   /* who files has shown that contact.email is theirs */
    /* The private link's token, 256 bits that only who files can know; empty: a fresh one. */
    struct str link_token;
    /* What else the program that files has to say, kept with the case; its case_id is not read.
     * NULL: nothing. */
    const struct external_message *message;
};

struct filed {
    int64_t case_id;
    struct str number;
    struct str link_token; /* of the private link; empty when the filing had come before */
    bool was_there_before; /* the same submission key had made this case already: what follows is
                              as the case has it now */
    const struct team *team;
    bool has_due;
    struct instant due;
};

/* Whether the filing is complete and allowed. RC_INVALID with the first field that is not in
 * err.field: what the parts below refuse; ERR_PLACE_WIDE ("place", locate_check); ERR_REQUIRED with
 * the id of a question that its rule asks and nobody answered; ERR_ASSET_UNKNOWN and ERR_ASSET_FAR
 * (asset_check). What answer_read refuses is not looked for again. */
enum rc filing_check(struct ctx *ctx, const struct filing *filing) MUST_CHECK;

/* Parts of the same, for a form that asks page by page. ERR_REQUIRED ("name", "email", "phone");
 * ERR_TOO_LONG, ERR_NOT_UTF8, ERR_ONE_LINE ("name"); ERR_NOT_AN_EMAIL ("email"); ERR_NOT_A_PHONE
 * ("phone"). */
enum rc filing_check_contact(struct ctx *ctx, const struct filing *filing) MUST_CHECK;

/* The same, but all that is wrong with name, email and phone in that order, at most one of each;
 * ctx->err stays clear. Anything but RC_OK is no fault of what was typed. */
#define CONTACT_PROBLEMS_MAX 3
enum rc filing_contact_problems(struct ctx *ctx, const struct filing *filing,
                                struct err ret[CONTACT_PROBLEMS_MAX], size_t *ret_n) MUST_CHECK;

/* ERR_REQUIRED, ERR_PLACE_OUTSIDE ("place"; err.arg how far outside, where that is known). */
enum rc filing_check_place(struct ctx *ctx, const struct filing *filing) MUST_CHECK;

/* ERR_TOO_LONG, ERR_NOT_UTF8 ("description"). */
enum rc filing_check_description(struct ctx *ctx, const struct filing *filing) MUST_CHECK;

/* The answers together have a bound (FILING_ANSWERS_MAX), far below what can be stored:
 * ERR_TOO_LONG at the field `at`, or the longest when it is NULL, with a number of characters that
 * fit there. Where none would, or no words stand at `at`: ERR_ANSWERS_LONG there, err.arg the
 * question whose answer is the longest. */
enum rc filing_check_answers(struct ctx *ctx, const struct filing *filing,
                             const struct field *at) MUST_CHECK;

/* Files a case: place, reporter, route, number, deadlines, search entry, event and notice in one
 * transaction. With a submission key that was used before it returns that case and changes
 * nothing. What filing_check refuses, and ERR_OVERLOAD or ERR_DEADLINE when the turn for the next
 * number does not come in time (db_turn_begin); else only the store fails, or the city's own files
 * (ERR_CONFIG). */
enum rc case_file(struct ctx *ctx, const struct filing *filing, struct filed *ret) MUST_CHECK;

/* The case that a submission key made before, as case_file would return it; *ret_is_found is false,
 * *ret untouched, for a key that was not used. Reads. */
enum rc case_filed_before(struct ctx *ctx, struct str submission, bool *ret_is_found,
                          struct filed *ret) MUST_CHECK;

/* Whether a case was filed since then whose submission key begins with those hexadecimal digits.
 * Reads. */
enum rc case_filed_since(struct ctx *ctx, struct str digits, struct instant since,
                         bool *ret) MUST_CHECK;

/* case_file inside a transaction that is open, for a case that the city itself opens: what is
 * handed in is taken as it is, without filing_check and without its errors. */
enum rc case_file_within(struct ctx *ctx, const struct filing *filing,
                         struct filed *ret) MUST_CHECK;

/* What somebody gives with a step. */
struct step_input {
    struct str step;
    int64_t lock_version; /* of the case as they saw it; 0: whatever it is now */
    struct str note;      /* for staff */
    struct str message;   /* between city and resident */
    struct str outcome;
    struct str date; /* "2026-07-02" */
    struct str base_url;
    const struct photo_made *photos; /* where the step asks for some; else not looked at */
    size_t photo_n;
};

/* Takes a step of the case's workflow. ERR_NOT_FOUND without such a case, ERR_TRANSITION when its
 * state has no such step, ERR_DENIED when ctx->actor may not take it, ERR_STALE when somebody
 * changed the case since, ERR_MERGED when it went into another, ERR_EXPIRED when a resident's time
 * for reopening is over, ERR_GUARD with the workflow's sentence as err.arg when its guard does not
 * hold, ERR_TOO_MANY when a resident has taken so many steps of the case in a day. With the field
 * at fault: ERR_REQUIRED when something needed was not given, ERR_NOT_A_CHOICE, ERR_NOT_A_DATE,
 * ERR_TOO_LONG, ERR_NOT_UTF8, and ERR_CASE_PHOTOS when the case has all the photos it may. Its
 * effects run in the same transaction, and what they refuse (ERR_CONFIG: the city has no such team
 * or service any more) refuses the step. */
#define OWN_STEPS_PER_DAY 6
enum rc case_step(struct ctx *ctx, int64_t case_id, const struct step_input *input) MUST_CHECK;

/* Whether the step's guard lets the case go as it stands now; without one it does. Nothing else is
 * asked, nothing is changed. ERR_NOT_FOUND. With a reader. */
enum rc case_step_guard(struct ctx *ctx, int64_t case_id, const struct step *step,
                        bool *ret_holds) MUST_CHECK;

/* How a case stands, as far as its steps depend on it. `team` is the id of its team, empty without
 * one; `closed` when it was closed, where that is known. */
struct case_standing {
    const struct definition *definition;
    struct str state;
    struct str team;
    bool is_merged, has_closed;
    struct instant closed;
};

/* The steps that ctx->actor may take now, as a list of pointers in the arena: none of a merged
 * case, and for residents none of a closed one whose time for reopening is over. Guards are not
 * asked (case_step_guard), nor whether the case is the resident's own. */
enum rc case_steps_open(struct ctx *ctx, const struct case_standing *standing,
                        const struct step ***ret, size_t *ret_n) MUST_CHECK;

#endif
