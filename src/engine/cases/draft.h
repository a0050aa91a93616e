/* Drafts: what somebody has begun to fill in, kept until it is sent or forgotten.
 *
 * A draft is a row under a secret token, so that it survives a closed browser and can go on
 * elsewhere; it stays on the service version it was begun with. Layer: engine. */
#ifndef ENGINE_DRAFT_H
#define ENGINE_DRAFT_H

#include "engine/cases/cases.h"
#include "engine/cases/rows.h"

#define DRAFT_DAYS 30 /* so long after the last change it is kept */

struct draft {
    int64_t id;       /* 0: not stored yet */
    struct str token; /* the one it was loaded by, borrowed; empty: not stored */
    struct str key;   /* what is filed from it is one case, by whichever token; empty: not stored */
    const struct definition *definition;
    struct answers answers;
    bool has_place;
    struct place place;
    struct str place_typed; /* as the person wrote it */
    struct str description;
    bool has_description; /* the question was passed, maybe with nothing */
    bool has_photos;      /* the question was passed; the photos are rows of their own */
    struct contact contact;
    bool has_contact;
    struct str passed; /* ids of the fields that were asked, each between spaces: " lane size " */
};

/* An empty draft of a service. */
enum rc draft_new(struct ctx *ctx, const struct definition *definition,
                  struct draft *ret) MUST_CHECK;

/* The draft of a token. ERR_NOT_FOUND when there is none, or the city no longer has its version;
 * ERR_EXPIRED when it was sent or is too old. */
enum rc draft_load(struct ctx *ctx, struct str token, struct draft *ret) MUST_CHECK;

/* The hash of its first token in a draft's key; false, *ret untouched, for a key of anything else.
 */
bool draft_key_token(struct arena *arena, struct str key, struct str *ret_token_hash);

/* Stores it, as ctx->actor's when that is a resident who has signed in: under a fresh token when it
 * has no row yet (*ret_token, else untouched). What was typed is taken as it is; only the store
 * fails. Own db_tx. */
enum rc draft_save(struct ctx *ctx, const struct draft *draft, struct str *ret_token) MUST_CHECK;

/* The case that a draft became; RC_NOT_FOUND when it was not sent. */
enum rc draft_case(struct ctx *ctx, struct str token, struct case_by_number_row *ret) MUST_CHECK;

/* Forgets a draft that was not sent, with its photos; one that is gone, or 0, is success. Own
 * db_tx. */
enum rc draft_drop(struct ctx *ctx, int64_t id) MUST_CHECK;

/* The draft as what case_file takes: sent twice, or from two devices, it is one case. */
struct filing draft_filing(const struct draft *draft);

#endif
