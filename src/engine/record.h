/* The record: every change of a case, a definition, a grant or a setting, provable.
 *
 * An event is a header, which stays for ever, and a payload with a random salt, which can be
 * erased; the header holds SHA-256(salt || payload), so that the proof survives the erasure.
 * The headers' hashes are the leaves of a Merkle tree (RFC 9162, section 2.1) in one dense
 * order, which the sequencer gives at the end of each group of transactions. Signed heads of the
 * tree are published. Layer: engine.
 */
#ifndef ENGINE_RECORD_H
#define ENGINE_RECORD_H

#include "base/ctx.h"
#include "base/json.h"

enum event_audience { EVENT_PUBLIC, EVENT_PARTIES, EVENT_STAFF };

struct event {
    const char *kind; /* "case.opened" */
    int64_t case_id;  /* 0: not about a case */
    enum event_audience audience;
    struct str payload; /* a JSON object */
};

/* Adds an event by ctx->actor at ctx->now. Inside db_tx only. *ret_id may be NULL. */
enum rc record_add(struct ctx *ctx, const struct event *event, int64_t *ret_id) MUST_CHECK;

#endif
