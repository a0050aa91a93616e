/* Entry for somebody who calls or comes to the counter: one page for any service, made to be filled
 * without a mouse.
 *
 * First the service, by words; then one form with the place, the service's questions and the
 * caller. Which questions there are is the engine's (engine/cases/draft.h): an answer may bring new
 * ones, and the form comes back with them. Before anything is stored, open cases around the place
 * are shown. Nothing here knows any particular service, and nothing needs a script.
 * Layer: console, private.
 */
#ifndef CONSOLE_ENTRY_H
#define CONSOLE_ENTRY_H

#include "console/staff_page.h"
#include "engine/cases/draft.h"
#include "engine/cases/nearby.h"

#define ENTRY_PROBLEMS 24
#define ENTRY_NEARBY   5
#define ENTRY_SERVICES 6

struct entry_problem {
    struct str input; /* the id of the input it is about */
    struct err err;
};

struct entry {
    const struct definition *service;
    struct str channel; /* "phone" or "counter" */
    enum lang lang;     /* the caller's */
    struct str key;     /* the submission key: the form sent twice is one case */
    struct draft draft; /* never stored: what was given so far, for the form's steps */
    struct str place_typed, place_id;
    struct place_choices choices; /* which of these? */
    const struct field **asked;
    size_t asked_n;
    struct str *typed; /* by the field's index; what was typed or is the default */
    struct entry_problem problems[ENTRY_PROBLEMS];
    size_t problem_n;
    bool has_more;              /* an answer brought questions that were not on the form */
    struct nearby_cases nearby; /* to look at before it is sent */
    struct str first;           /* the id of the input that has the focus */
};

/* What is wrong with that input, or NULL. */
const struct err *entry_problem_of(const struct entry *entry, struct str input);

/* What the input is called on the form, in that language; empty for one that is not there. */
struct str entry_label(const struct entry *entry, struct str input, enum lang lang);

/* The id and name of a field's input: "f-lane". */
struct str entry_input(struct arena *arena, const struct field *field);

/* The ids of what a field's box is read with, in the order in which it stands: its hint, what is
 * wrong, its unit; empty when it has none of them. In the arena. */
struct str entry_described(struct arena *arena, const struct entry *entry,
                           const struct field *field);

/* The ids of the asked fields, and the numbers of the near cases, joined by blanks. */
struct str entry_asked_ids(struct arena *arena, const struct entry *entry);
struct str entry_nearby_numbers(struct arena *arena, const struct entry *entry);

/* Services that the words may mean, in any language and with typing errors, best first; all of
 * them, by name, for no words. *ret_is_sure: the first is meant. In the arena. */
enum rc entry_find_service(struct ctx *ctx, struct str words, const struct definition ***ret,
                           size_t *ret_n, bool *ret_is_sure) MUST_CHECK;

struct entry_start {
    struct str words, channel;
    enum lang lang;
    const struct definition **services;
    size_t service_n;
    const struct definition **all; /* by name, for the box's suggestions */
    size_t all_n;
    bool is_none; /* nothing is like the words */
};

struct entry_done {
    struct str number, channel;
    enum lang lang;
    const struct definition *service;
    const struct team *team;
    bool has_due, may_read;
    struct instant due;
};

/* The number as it is read aloud: "2 6 - 0 0 1 2 3 - 4". */
struct str entry_spelled(struct arena *arena, struct str number);

enum rc entry_start(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc entry_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc entry_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc entry_done(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
