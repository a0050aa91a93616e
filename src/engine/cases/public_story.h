/* What the public is told of a case beyond its line in a list: released answers, and what happened.
 * Layer: engine. Reads on ctx->conn. */
#ifndef ENGINE_PUBLIC_STORY_H
#define ENGINE_PUBLIC_STORY_H

#include "engine/cases/public_case.h"
#include "engine/definition/answer.h"

/* The answers of a case that its definition gives to everybody (`open: public`); the others are not
 * given. */
enum rc public_answers(struct ctx *ctx, const struct public_case *shown,
                       struct answers *ret) MUST_CHECK;

/* A thing that happened to a case, as the public is told. */
struct public_update {
    int64_t id; /* of its event */
    struct instant at;
    const struct state *state; /* the state it led to; NULL: it changed none */
    const struct outcome *outcome;
    struct str text; /* a public note, else empty */
};

struct public_updates {
    struct public_update *of;
    size_t n;
};

/* What happened to the case from `from` until before `until`, oldest first: its opening, its steps
 * and notes for everybody. Messages between the city and the reporter are not among them. */
enum rc public_updates(struct ctx *ctx, const struct public_case *shown, struct instant from,
                       struct instant until, struct public_updates *ret) MUST_CHECK;

/* What happened to all cases in a time, by the order in which it happened: `most` things that
 * everybody may know of, after so many that are left out, from the time's end when is_from_end. */
struct public_events_ask {
    struct instant from, until; /* from, until before */
    bool is_from_end;
    int64_t skipped;
    size_t most;
};

struct public_told {
    struct public_case shown; /* without its place */
    struct public_update update;
};

/* They cost what they are, however many cases there are. Fewer than `most` are given where some
 * are about cases that are public no more, or say nothing; has_more is about what happened, not
 * about what is told. */
struct public_happened {
    struct public_told *of; /* in no order */
    size_t n;
    bool has_more;
};
enum rc public_happened(struct ctx *ctx, const struct public_events_ask *ask,
                        struct public_happened *ret) MUST_CHECK;

#endif
