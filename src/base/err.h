/* What a function that can fail returns, and the one description of what went wrong.
 *
 * `enum rc` says what the caller has to do; the detail is set once, where the failure is found,
 * in ctx->err (ctx.h) with an identifier from the registry errors.def. Only the edges (web, job
 * runner, command line) log it and turn it into a page, an RFC 9457 problem or an exit code.
 * Layer: base.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/str.h"

enum rc {
    RC_OK = 0,
    RC_NOT_FOUND,   /* no such thing, or none that this actor may know of */
    RC_INVALID,     /* the input is wrong; err.field says where */
    RC_DENIED,      /* the actor may not do this */
    RC_CONFLICT,    /* somebody else changed it, or it was done already in another way */
    RC_GONE,        /* it was there and is no longer (withdrawn, expired, redacted) */
    RC_LIMIT,       /* too large, too many, too often */
    RC_RETRY,       /* the database asks for the transaction again: db_tx alone handles it */
    RC_UNAVAILABLE, /* cannot be done now (disk full, database away, overload); later it may */
    RC_INTERNAL,    /* a fault of ours */
    RC__N,
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* One line of errors.def: see there. */
enum err_id {
    ERR_NONE = 0,
#define ERROR(id, rc, status, hint) ERR_##id,
#include "base/errors.def"
#undef ERROR
    ERR__N,
};

struct err {
    enum err_id id;
    struct str field;  /* which input, by its name; empty when it is about the whole */
    struct str detail; /* for the operator's log, never shown to the public; arena */
    struct str arg;    /* what the public sentence quotes as {arg}: a limit, a name; arena */
    const char *file;  /* where it was found */
    int line;
};

/* The registry's columns. */
enum rc err_rc(enum err_id id);
int err_status(enum err_id id);       /* HTTP status */
const char *err_name(enum err_id id); /* "PLACE_OUTSIDE"; the key of its public sentence is
                                         "error." and this name */
const char *err_hint(enum err_id id); /* for the operator */
const char *rc_name(enum rc rc);      /* "invalid"; for what tests print */

#endif
