/* Another service for a case: the plan and the change, by the rules of case_change.h: previewed by
 * the code that makes it, refused when stale, an event for staff. Layer: engine. case_transfer runs
 * its own db_tx; the plan reads on ctx->conn.
 */
#ifndef ENGINE_CASE_TRANSFER_H
#define ENGINE_CASE_TRANSFER_H

#include "engine/clock/deadline.h"
#include "engine/definition/answer.h"

struct transfer {
    struct str service; /* code of another service that the city offers */
    struct str reason;  /* for staff; needed, at most REASON_MAX_CHARACTERS */
    /* What staff answer to questions of the new service that the case has no answer to. */
    const struct answers *given; /* NULL: nothing */
    struct str base_url;         /* for the links in what people are told */
};

/* What a transfer makes of the case. Answers are kept where the new service has a field of that id
 * that can hold them; the others stay in the event, readable in the case's history, and come back
 * when the case does. Deadlines are those of the new service from the day of the first filing,
 * later by as long as the clock stood still before; a clock that was fulfilled stays so. A state
 * that keeps its name takes the type that the new workflow gives it, and its steps by timer,
 * counted from when it began. */
struct transfer_plan {
    const struct definition *from, *to;
    struct answers kept;          /* of `to`: kept and given */
    struct answers left;          /* of `from`: those that are not kept */
    const struct field **missing; /* of `to`: needed and not answered */
    size_t missing_n;             /* when there are some, what follows is not known yet */
    const struct team *team_from; /* NULL: none */
    const struct team *team;      /* NULL: none */
    struct str route;             /* why this team, JSON */
    struct deadline *deadlines;   /* one a clock of `to` */
    int state;                    /* of its workflow: the same by name and open, else its start */
};

/* ERR_NOT_A_CHOICE, field "service", for the service it has and for one that the city does not
 * offer; ERR_REQUIRED or ERR_PLACE_OUTSIDE, field "place", when the new service needs another
 * place; ERR_CASE_CLOSED for a case that is closed; ERR_TOO_LONG at the longest answer of staff
 * when theirs make the answers longer than they were and than a filing's may be
 * (FILING_ANSWERS_MAX). */
enum rc case_transfer_plan(struct ctx *ctx, int64_t case_id, const struct transfer *transfer,
                           struct transfer_plan *ret) MUST_CHECK;

/* Errors of the plan, of the reason, and ERR_REQUIRED with the id of the first question that needs
 * an answer. The reporter and the followers are told (case_tell.h). Event case.transferred:
 * {"from", "from_version", "to", "to_version", "team_from", "team", "route", "left", "reason"};
 * left is the JSON of answers as a text. */
enum rc case_transfer(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                      const struct transfer *transfer) MUST_CHECK;

#endif
