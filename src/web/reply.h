/* What a handler answers.
 *
 * The handler sets a status, headers and one kind of body; the server adds the security headers,
 * turns it into the library's response and sends it after the handler has returned. Writers here
 * never fail on the spot: what cannot be said (a header with a line break, a body past its
 * maximum) marks the reply as failed, and the server then answers an error instead.
 * Layer: web. One thread at a time.
 */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include "base/buf.h"
#include "base/ctx.h"
#include "web/request.h"

#define REPLY_MAX_HEADERS    24
#define REPLY_MAX_BODY_BYTES ((size_t)16 << 20) /* more is streamed */

enum reply_cache {
    REPLY_NO_STORE,     /* whatever depends on who asks: the default */
    REPLY_FIVE_MINUTES, /* public lists, feeds, map images, public photos */
    REPLY_IMMUTABLE,    /* the URL changes with the content */
};

/* Makes the next part of a streamed body: appends to `chunk` (at most its maximum) and sets
 * *is_last with the last part. Called by a worker between begin() and end() of the hooks, once per
 * part, so that a slow reader holds neither a worker nor a connection to the database; `state` and
 * what it points to live in the arena reply_stream was given. After a failure the connection is
 * cut, so that the client sees that the body is incomplete. */
typedef enum rc reply_produce_fn(struct ctx *ctx, void *state, struct buf *chunk, bool *is_last);

struct reply {
    struct arena *arena; /* of the request's work */
    int status;          /* 200 unless set */
    const char *content_type;
    struct buf body;
    struct param headers[REPLY_MAX_HEADERS];
    size_t header_count;
    enum reply_cache cache;
    struct str etag; /* quoted */
    bool is_https;   /* by the configured base URL */
    bool is_closing; /* the connection ends with this reply */
    bool has_failed;
    int file_fd; /* a file as body, -1 for none */
    int64_t file_size_bytes;
    reply_produce_fn *produce;
    void *produce_state;
    struct arena *stream_arena; /* lives until the stream ends; made on first use */
};

/* An empty 200 text/html reply whose memory is `arena`'s. */
struct reply reply_in(struct arena *arena, bool is_https);

/* Releases a file or stream arena that was never sent. */
void reply_done(struct reply *reply);

/* Adds a header. Fails the reply when the name is no token or the value has control characters. */
void reply_header(struct reply *reply, struct str name, struct str value);

/* Answers with the bytes of an open file; the descriptor becomes the reply's. RC_UNAVAILABLE
 * (ERR_FILE) when it is not a regular file; then it is closed as well. */
enum rc reply_file(struct ctx *ctx, struct reply *reply, int fd,
                   const char *content_type) MUST_CHECK;

/* An arena for the state of a stream, or NULL when there is no memory. */
struct arena *reply_stream_arena(struct reply *reply);

/* Answers with a body that `produce` makes part by part. */
void reply_stream(struct reply *reply, const char *content_type, reply_produce_fn *produce,
                  void *state);

/* 303 See Other to a path on this server, as after every accepted form; another kind of target
 * fails the reply. `path` must be encoded and may have a query. */
void reply_redirect(struct reply *reply, struct str path);

struct cookie {
    struct str name;   /* without prefix; "__Host-" is put before it when the site is https */
    struct str value;  /* token characters; empty deletes the cookie */
    int64_t max_age_s; /* 0: until the browser closes */
};

/* Sets a cookie for the whole site: HttpOnly, SameSite=Lax, Path=/, and Secure with the __Host-
 * prefix when the base URL is https. */
void reply_cookie(struct reply *reply, const struct cookie *cookie);

/* The name under which such a cookie comes back; in the arena. */
struct str cookie_full_name(struct arena *arena, struct str name, bool is_https);

/* Whether an If-None-Match header names the tag, by weak comparison. */
bool etag_matches(struct str if_none_match, struct str etag);

/* The headers every reply carries, in order, ended by a NULL name; HSTS only for https. */
struct fixed_header {
    const char *name, *value;
};
const struct fixed_header *reply_fixed_headers(bool is_https);

/* The Cache-Control value. */
const char *reply_cache_text(enum reply_cache cache);

#endif
