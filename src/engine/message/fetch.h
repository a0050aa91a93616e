/* Asking servers outside, behind a fence: what others give us as a URL must not reach inside.
 *
 * A URL that a stranger or another program gave (a webhook's, a photo's) could name this machine,
 * the city's own network, or a name whose address changes between the check and the call. So the
 * name is resolved once, every address it has must be public, the connection goes to the first of
 * those that were checked that can be reached, and to no other, no redirect is followed, no proxy
 * is asked, nothing is decompressed, and the answer ends at a size and at a moment. Layer: engine,
 * by libcurl. Any thread; each call makes a connection of its own.
 */
#ifndef ENGINE_FETCH_H
#define ENGINE_FETCH_H

#include <stdatomic.h>

#include "base/ctx.h"

#define FETCH_MAX_HEADERS 8

struct fetch {
    struct str url;     /* http or https, without user and password; ports 80, 443, 1024 and up */
    bool is_https_only; /* http is refused */
    /* This machine may be asked, by http as well: for the demonstration and for tests. */
    bool may_be_local;
    const struct str *headers; /* "Name: value", on one line each; at most FETCH_MAX_HEADERS */
    size_t header_n;
    bool is_post;                   /* else GET */
    struct str body;                /* of a POST */
    int64_t timeout_ms;             /* for all of it; resolving the name comes before */
    size_t max_bytes;               /* of the answer's body */
    int fd;                         /* where the body goes; -1: to `body` in the arena */
    const atomic_bool *is_stopping; /* ends it when it becomes true; NULL: nothing does */
};

enum fetch_outcome {
    FETCH_ANSWERED,  /* there is an answer, whatever its status */
    FETCH_REFUSED,   /* the URL is none that may be asked: never try again */
    FETCH_FAILED,    /* nothing was sent, or the answer is of no use (too large): see trouble */
    FETCH_UNCERTAIN, /* the request was sent and no answer came: it may have had its effect */
};

struct fetched {
    int status;            /* 0 without an answer */
    struct str media_type; /* "image/jpeg", without parameters; as the server claims */
    struct str body;       /* empty when it went to a file */
    int64_t body_bytes;
    struct str
        trouble; /* for people: why it was not FETCH_ANSWERED; no secret, no address inside */
};

/* Asks. *ret is always set; all of it is in the arena. A reader of ctx rests meanwhile
 * (db_reader_rest), so this is nothing for inside db_tx. */
enum fetch_outcome fetch_url(struct ctx *ctx, const struct fetch *fetch, struct fetched *ret);

/* Whether fetch_url would look the URL's name up at all: for checking a URL when it is given.
 * False with a sentence in *ret_trouble. Its addresses are not asked for. */
bool fetch_url_is_good(struct ctx *ctx, const struct fetch *fetch, struct str *ret_trouble);

/* Whether an address (as text, IPv4 or IPv6) is one of the public internet: globally reachable by
 * IANA's registries of special-purpose addresses (RFC 6890), no multicast, no address that holds
 * another one. */
bool fetch_address_is_public(struct ctx *ctx, struct str address);

#endif
