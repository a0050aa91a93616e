/* A case read by its number by who asks for it, and what happened to it as far as they may know.
 *
 * Whoever shows one case above the engine takes it from here, so that the questions "does it exist
 * for them" and "what of its story" are answered in one place. Whether the case is public at all is
 * case_is_public (access.h). Layer: engine. Reads with ctx->conn.
 */
#ifndef ENGINE_CASE_READ_H
#define ENGINE_CASE_READ_H

#include "engine/cases/access.h"
#include "engine/cases/rows.h"
#include "engine/record/record.h"
#include "engine/record/rows.h"

enum case_reader {
    CASE_FOR_STAFF,    /* what is within a grant of ctx->actor */
    CASE_FOR_OPENER,   /* the same, and what ctx->actor entered, wherever it went */
    CASE_FOR_RESIDENT, /* one's own as its reporter, else what everybody may know of */
    CASE_FOR_KEY, /* a key of the interface: what is within its grants, else what it filed itself,
                     as its reporter sees it, else what everybody may know of */
};

struct case_read {
    struct case_by_number_row row;
    const struct definition *definition; /* of its version */
    const struct state *state;
    const struct team *team; /* NULL: none */
    struct case_reach reach;
    bool may_read;         /* false for who entered it and may see it no more */
    enum audience seen_as; /* CASE_FOR_KEY: AUDIENCE_STAFF, PARTIES or PUBLIC */
    bool is_own;           /* ctx->actor is its reporter */
};

/* The case of a number as people type it. ERR_NOT_FOUND for what is no number, for no case, and for
 * one that does not exist for such a reader; ERR_INTERNAL when its version is not known. */
enum rc case_read(struct ctx *ctx, struct str typed, enum case_reader reader,
                  struct case_read *ret) MUST_CHECK;

/* Whether the payload of an event may be told to readers of that audience, whatever the event's own
 * audience says: the first versions told why a case was routed in "case.opened" itself, with the
 * values that the rules asked for, and set answers in "case.answered" that are for the parties.
 * Such an event is part of the record for ever; only its payload is kept back. */
bool case_payload_is_for(struct ctx *ctx, const struct definition *definition,
                         enum event_audience reader, struct str kind, struct str payload);

/* What happened to the case that readers of that audience may know, oldest first; a payload that is
 * not for them is as good as erased. */
enum rc case_events(struct ctx *ctx, const struct case_read *of, enum event_audience reader,
                    struct events_of_rows *ret) MUST_CHECK;

/* How to reach who reported it, as it was given with the case; none when nobody is known. */
enum rc case_contacts(struct ctx *ctx, const struct case_by_number_row *of,
                      struct contacts_of_party_rows *ret) MUST_CHECK;

#endif
