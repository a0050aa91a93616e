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

/* The kinds of events about a case; what is about none (accounts, services, settings) has words of
 * its own (record_add_other). */
enum event_kind {
#define KIND(name, word, widest, holds) EVENT_##name,
#include "engine/record/kinds.def"
#undef KIND
    EVENT_KIND__N
};

struct str event_kind_word(enum event_kind kind);

/* False, *ret untouched, for a word that this version does not know. */
bool event_kind_of(struct str word, enum event_kind *ret);
bool event_is(struct str word, enum event_kind kind);

/* What events of a kind hold that may have to go: see kinds.def. NOTHING for a word that this
 * version does not know. */
enum event_holds { EVENT_HOLDS_NOTHING, EVENT_HOLDS_TEXT, EVENT_HOLDS_ANSWERS, EVENT_HOLDS_LEFT };
enum event_holds event_holds(struct str word);

struct event {
    enum event_kind kind;
    int64_t case_id; /* 0: an erasure of what was about no case */
    enum event_audience audience;
    struct str payload; /* a JSON object */
};

/* What an event may say at most, in bytes of JSON; who reads one back allows as much. A transfer's
 * has room for all answers of a case (ANSWERS_BYTES_MAX), quoted as a text. */
#define RECORD_PAYLOAD_MAX 900000

/* SHA-256 over salt and payload, 32 bytes in the arena. */
struct str record_commitment(struct arena *arena, struct str salt, struct str payload);

/* Adds an event by ctx->actor at ctx->now. Inside db_tx only. *ret_id may be NULL. A wider audience
 * than kinds.def gives the kind is a programming fault. */
enum rc record_add(struct ctx *ctx, const struct event *event, int64_t *ret_id) MUST_CHECK;

/* The same for an event about no case; `kind` is a word of its folder, such as "service.published",
 * and none of kinds.def. */
enum rc record_add_other(struct ctx *ctx, const char *kind, enum event_audience audience,
                         struct str payload) MUST_CHECK;

/* Destroys what an event said: its payload and salt are deleted, the header stays, and an event
 * "payload.erased" for staff, by ctx->actor at ctx->now, says why: {"event": 17, "reason":
 * "retention"}. `reason` is kept for ever: it names a rule or an order, never what was erased.
 * Inside db_tx only; who may do it, and what else of the case is to be erased (answers, search
 * words, messages), is the caller's business. RC_NOT_FOUND when there is no such event or its
 * payload is gone already; RC_DENIED for the payload of an erasure itself. */
enum rc record_erase(struct ctx *ctx, int64_t event_id, struct str reason) MUST_CHECK;

#endif
