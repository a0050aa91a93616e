/* A case taken in hand to be changed outside of its workflow's steps: what every such change asks
 * first, and the pieces they share.
 *
 * A change reads the case with case_edit_open, finds out whether it would change anything, says
 * with case_edit_bump that the case is another from now on, writes, and records its event.
 * Layer: engine, private to this folder. What changes is for inside db_tx only; a plan opens the
 * case and reads with a reader.
 */
#ifndef ENGINE_CASE_EDIT_H
#define ENGINE_CASE_EDIT_H

#include "base/json.h"
#include "engine/cases/access.h"
#include "engine/cases/rows.h"
#include "engine/definition/answer.h"
#include "engine/record/record.h"
#include "place/place.h"

#define REASON_MAX_CHARACTERS 400 /* as a text of the record holds it, in any script */

enum case_right { CASE_RIGHT_WORK, CASE_RIGHT_SUPERVISE };

struct case_edit {
    int64_t case_id;
    int64_t lock_version; /* as its editor saw it; 0: whatever it is now */
    /* By case_edit_open: */
    struct case_for_edit_row row;
    const struct definition *definition;
    const struct team *team; /* NULL: none */
    struct reach reach;
};

/* Reads the case. ERR_DENIED when ctx->actor has not the right to it; ERR_STALE when somebody
 * changed it since `lock_version`. */
enum rc case_edit_open(struct ctx *ctx, struct case_edit *edit, enum case_right right) MUST_CHECK;

/* Counts the change; ERR_STALE when somebody was quicker. */
enum rc case_edit_bump(struct ctx *ctx, const struct case_edit *edit) MUST_CHECK;

/* A reason as people type it: ERR_REQUIRED, ERR_TOO_LONG, ERR_NOT_UTF8, field "reason". */
enum rc case_reason_check(struct ctx *ctx, struct str reason) MUST_CHECK;

/* The place of the case with the layers it was stored with; *ret_place is NULL when it has none. */
enum rc case_edit_place(struct ctx *ctx, const struct case_edit *edit,
                        const struct place **ret_place) MUST_CHECK;

/* A row for a place, with the layers it lies in. */
enum rc case_place_add(struct ctx *ctx, const struct place *place, int64_t *ret_id) MUST_CHECK;

/* The same with its layers as JSON (place_layers_json), made beforehand. */
enum rc case_place_add_with(struct ctx *ctx, const struct place *place, struct str layers,
                            int64_t *ret_id) MUST_CHECK;

/* The team of the service's first route that holds, and why as JSON. NULL without a route. */
struct case_route {
    const struct team *team;
    struct str trace;
};
enum rc case_route(struct ctx *ctx, const struct definition *definition, const struct facts *facts,
                   struct case_route *ret) MUST_CHECK;

/* The facts of the case for the rules of `definition`: as it was filed, today. */
struct facts case_edit_facts(const struct ctx *ctx, const struct case_edit *edit,
                             const struct answers *answers, const struct place *place);

/* Gives the case to a team (NULL: none). Whoever had it keeps it when they work there too. */
enum rc case_edit_team(struct ctx *ctx, const struct case_edit *edit,
                       const struct definition *definition, const struct team *team) MUST_CHECK;

/* Writes what search finds the case by. */
enum rc case_edit_words(struct ctx *ctx, const struct case_edit *edit, struct str place_label,
                        struct str description, const struct answers *answers) MUST_CHECK;

/* Adds an event: between begin and end or add the caller puts the members of its payload, one JSON
 * object that both open and close, on `json`. ERR_TOO_LARGE when it does not fit. */
struct case_event {
    struct buf out;
    struct json_writer json;
};
void case_event_begin(struct ctx *ctx, struct case_event *event);
enum rc case_event_end(struct ctx *ctx, struct case_event *event, int64_t case_id,
                       enum event_kind kind, enum event_audience audience) MUST_CHECK;

/* The same, with the event's id for the notices that speak of it; about->payload is not read. */
enum rc case_event_add(struct ctx *ctx, struct case_event *event, const struct event *about,
                       int64_t *ret_id) MUST_CHECK;

#endif
