/* The table of what this server answers to, and finding the row for a request.
 *
 * Every module lists its routes in one constant table; the same rows give the router, Allow and
 * 405 (RFC 9110, section 15.5.6), the input a form may send, the permission that is needed, and
 * the interface's description. The router is built once at start and refuses a table that could
 * be read in two ways. Layer: web. A built router is constant: any thread.
 */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "base/ctx.h"
#include "web/http.h"
#include "web/url.h"

struct input_spec;
struct reply;
struct request;

#define ROUTE_MAX_PARAMS 8

enum route_flags {
    ROUTE_UPLOAD = 1,       /* multipart with files is taken, see server_options */
    ROUTE_NO_SESSION = 2,   /* a page without a session: the hooks need not look for one */
    ROUTE_API = 4,          /* errors are RFC 9457 JSON; unknown input fields are refused */
    ROUTE_API_KEY = 8,      /* authenticated by a key in a header, which no foreign page can send:
                               no form token is asked; only together with ROUTE_API */
    ROUTE_SECRET_PATH = 16, /* the path ends in a secret that a foreign page cannot know, and a mail
                               program POSTs to it by itself (RFC 8058): no form token is asked */
    ROUTE_AT_EDGE = 32, /* answered by the I/O thread, whatever the workers have to do: for a GET
                           without {names} whose handler waits for nothing. It gets no store, no
                           city and no actor, and nobody is asked whether it may be used; its
                           plain path alone counts, not /es/... */
};

/* Nobody may use a route with this permission: a row that forgot its permission stops the start. */
#define ROUTE_PERMISSION_NOBODY 0

struct route {
    enum http_method method; /* HEAD and OPTIONS are answered from the others: not allowed here */
    const char *pattern;     /* "/staff/cases/{number}"; "/staff/" ends in an empty segment */
    enum rc (*handle)(struct ctx *ctx, struct request *request, struct reply *reply);
    int permission;                 /* what server hooks' authorize() is asked about */
    const struct input_spec *input; /* fields of query, form or JSON, ended by a NULL name;
                                       NULL: none are described */
    const char *summary;            /* one line in English for the interface's description */
    unsigned flags;                 /* enum route_flags */
    size_t max_body_bytes;          /* of a form or JSON body; 0: the server's default */

    /* For the interface's description alone. */
    const char *body;     /* the schema of its JSON body by name; NULL: it takes none */
    const char *response; /* the schema of a good answer, or a media type; NULL: no body */
    const int *statuses; /* what it answers when all is well here, the good one first; ended by 0 */
};

struct router;

/* Builds a router from `tables` (ended by NULL) of rows (ended by a NULL pattern). Everything is
 * in ctx->arena, which must outlive the router; the tables are borrowed.
 *
 * RC_INVALID (ERR_CONFIG, the detail names the rows) when a pattern is not a path of literal
 * segments and {names}, a row has no handler or the permission nobody, ROUTE_API_KEY stands
 * without ROUTE_API, ROUTE_AT_EDGE with another method than GET or with a {name} or in more than
 * four rows, the method is HEAD or OPTIONS, or two rows of one method are ambiguous: some path fits
 * both and neither is the more literal one at every place where they differ. */
enum rc router_new(struct ctx *ctx, const struct route *const *tables,
                   const struct router **ret_router) MUST_CHECK;

enum route_result {
    ROUTE_FOUND,
    ROUTE_NOT_FOUND,
    ROUTE_BAD_METHOD, /* the path exists with the methods in `allow` */
    ROUTE_SLASH,      /* it exists with or without a trailing slash */
};

struct route_match {
    enum route_result result;
    const struct route *route;             /* when found */
    struct param params[ROUTE_MAX_PARAMS]; /* when found: the pattern's {names} in order */
    size_t param_count;
    unsigned allow; /* bit (1 << method) for each method the path has, HEAD and OPTIONS too */
};

/* Finds the row for a decoded path. A literal segment wins over a parameter; a parameter never
 * matches an empty segment. HEAD finds the GET row; OPTIONS is ROUTE_BAD_METHOD with `allow` set,
 * and the caller answers it from that. */
struct route_match router_find(const struct router *router, enum http_method method,
                               const struct url_path *path);

/* The row with ROUTE_AT_EDGE for a GET or HEAD of this target, still encoded and with its query;
 * NULL when there is none. Costs next to nothing: asked for every request. */
const struct route *router_find_at_edge(const struct router *router, enum http_method method,
                                        struct str target);

/* "GET, HEAD, OPTIONS" for the bits in `allow`; in the arena. */
struct str route_allow_text(struct arena *arena, unsigned allow);

#endif
