/* Service accounts: programs of others that work through an interface, each with a key.
 *
 * A key is a random text that is shown once and kept by the program; here only its SHA-256 is
 * stored, with a prefix by which people tell keys apart. A key always expires, can be revoked at
 * any moment, and says what its program may do: rights, each within a scope (the city, a
 * department, a team, a service) as a grant of staff has one. Changes run their own db_tx and are
 * events of the record; whether ctx->actor may make them is the caller's question. Layer: people;
 * needs people_use. Tables: api_key, api_scope.
 */
#ifndef PEOPLE_API_KEY_H
#define PEOPLE_API_KEY_H

#include "base/ctx.h"
#include "people/actor.h"

#define API_KEY_START      "cityhall_"      /* so that leaked keys are found by searching */
#define API_KEY_PREFIX     8                /* letters and digits after it, before the secret */
#define API_KEY_TOUCH_US   (1 * US_PER_MIN) /* so often at most `used` is written */
#define API_KEY_MAX_DAYS   1830
#define API_KEY_MAX_SCOPES 50
#define API_KEY_BURST      60
#define API_KEY_PER_MINUTE 600

enum api_right {
    API_RIGHT_READ,      /* the cases within the scope as staff see them, and who reported them */
    API_RIGHT_FILE,      /* file cases of the services within the scope */
    API_RIGHT_WORK,      /* read, and what an agent does: steps, notes, assignments */
    API_RIGHT_SUPERVISE, /* work, and the steps that are a supervisor's */
    API_RIGHT__N,
};

struct api_scope {
    enum api_right right;
    enum scope_kind scope_kind;
    struct str scope; /* a code; empty for the city */
};

/* "read", "file", "work", "supervise". */
struct str api_right_word(enum api_right right);

/* Reads "work@team:streets-east", "read@city" or "file" (the city). False, *ret untouched, for
 * anything else; that the code exists is the caller's to check. The code is borrowed. */
bool api_scope_parse(struct str text, struct api_scope *ret);

struct api_key_new {
    struct str name; /* what program, whose: 1 to 200 characters on one line */
    const struct api_scope *scopes;
    size_t scope_n;     /* 0: a key that sees what the public sees and may do nothing */
    int64_t days;       /* until it expires, 1 to API_KEY_MAX_DAYS */
    int64_t burst;      /* requests at once, 1 to 100,000; 0: API_KEY_BURST */
    int64_t per_minute; /* 1 to 60,000; 0: API_KEY_PER_MINUTE */
};

/* Makes a key. *ret_key is its text, in the arena, and nowhere else. RC_INVALID with err.field
 * "name" (ERR_REQUIRED, ERR_TOO_LONG, ERR_ONE_LINE), "days", "burst", "per_minute" (ERR_TOO_SMALL,
 * ERR_TOO_BIG) or "scope" (ERR_REQUIRED without its code, ERR_TOO_LONG). Event key.added.
 * ret_id may be NULL. */
enum rc api_key_add(struct ctx *ctx, const struct api_key_new *made, struct str *ret_key,
                    int64_t *ret_id) MUST_CHECK;

struct api_key {
    int64_t id;
    struct str prefix, name;
    const struct api_scope *scopes;
    size_t scope_n;
    int64_t burst, per_minute; /* for a token bucket that the interface keeps (web/limit.h) */
    struct instant created, expires;
    bool was_used, is_revoked;
    struct instant used; /* when was_used, to the minute */
    /* ACTOR_API with the key's id. Its grants say to the engine what its scopes say: read is an
     * auditor's, work an agent's, supervise a supervisor's; to file needs no role. */
    struct actor actor;
};

/* The key of that text, in the arena. *ret_is_found is false, *ret untouched, when there is none
 * or it has expired or was revoked. Notes that it was used, at most once a minute, in a db_tx of
 * its own; when that cannot be written the key is found all the same. Takes a reader on ctx->conn
 * if there is none; not inside db_tx. */
enum rc api_key_find(struct ctx *ctx, struct str text, bool *ret_is_found,
                     struct api_key *ret) MUST_CHECK;

/* The same by its id, for work that is done in a key's name later. Notes no use. */
enum rc api_key_of(struct ctx *ctx, int64_t id, bool *ret_is_found, struct api_key *ret) MUST_CHECK;

/* The id of the key with that prefix; ERR_NOT_FOUND when there is none, or it was revoked. */
enum rc api_key_id(struct ctx *ctx, struct str prefix, int64_t *ret) MUST_CHECK;

/* Whether the key has the right within a scope that covers `reach` (see actor_has_role_on). Work
 * and supervise include read; supervise includes work; none includes file. NULL may nothing. */
bool api_key_may(const struct api_key *key, enum api_right right, struct reach reach);

struct api_keys {
    struct api_key *items;
    size_t n;
};

/* All that were ever made, the oldest first, in the arena. Takes a reader if there is none. */
enum rc api_key_list(struct ctx *ctx, struct api_keys *ret) MUST_CHECK;

/* Ends a key, named by its prefix. Ending it twice changes nothing. ERR_NOT_FOUND. Event
 * key.revoked. */
enum rc api_key_revoke(struct ctx *ctx, struct str prefix) MUST_CHECK;

#endif
