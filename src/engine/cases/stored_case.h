/* A case as stored, read back with what its rules ask about: version, answers, place, links.
 * Layer: engine. */
#ifndef ENGINE_STORED_CASE_H
#define ENGINE_STORED_CASE_H

#include "engine/cases/rows.h"
#include "engine/definition/answer.h"
#include "engine/definition/city.h"
#include "place/place.h"

struct stored_case {
    struct case_for_rules_row row;
    const struct definition *definition; /* of its version */
    struct answers answers;
    bool has_place;
    struct place place;
    enum lang lang;
    const struct link_count *links;
    size_t link_n;
};

/* Reads it with ctx->conn, in a transaction or with a reader. RC_NOT_FOUND; ERR_INTERNAL when its
 * version is not known. Arena. */
enum rc stored_case_read(struct ctx *ctx, int64_t case_id, struct stored_case *ret) MUST_CHECK;

/* The facts for its rules, as they stand at ctx->now; they borrow from `stored`. */
struct facts stored_case_facts(const struct ctx *ctx, const struct stored_case *stored);

/* Stores other answers, with what is made of them (case_entries.h). Inside db_tx only; the event
 * and lock_version are the caller's. */
enum rc stored_case_answer(struct ctx *ctx, const struct stored_case *stored,
                           const struct answers *answers) MUST_CHECK;

#endif
