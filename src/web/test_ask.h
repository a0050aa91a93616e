/* For tests of handlers: a browser, or a program, that asks a table of routes without a server.
 *
 * A request goes the way of the edge: its target is decoded and routed by exchange_route, its body
 * read by body.h, then the hooks, the handler, and for a failure the hook that renders it. What
 * only the edge does (tokens of forms, limits, compression) is left out. Cookies are kept. Each
 * request has an arena of its own, which ends with it, so that a slice that outlives it is found.
 */
#ifndef WEB_TEST_ASK_H
#define WEB_TEST_ASK_H

#include "web/exchange.h"

#define ASK_HEADERS 6
#define ASK_COOKIES 10

/* What was answered; texts are in asker->like's arena. */
struct asked {
    int status;
    enum err_id error; /* ERR_NONE: the handler's own page, whatever its status */
    struct str body;
    struct params headers;
    const char *content_type;
    struct str etag;
};

struct asker {
    struct ctx *like; /* its store, its city and its now are each request's */
    struct server server;
    struct str remote;
    struct param cookies[ASK_COOKIES]; /* by the names they have on the wire */
    size_t cookie_n;
    struct param headers[ASK_HEADERS]; /* sent with each request */
    size_t header_n;
    struct asked last;
};

/* `base_url` as in server_options; each asker comes from an address of its own. */
void asker_init(struct asker *asker, struct ctx *like, const struct route *const *tables,
                const char *base_url, const struct server_hooks *hooks);

/* Asks; the status. A body is a form unless a header Content-Type says otherwise; p == NULL: none.
 */
int ask(struct asker *asker, enum http_method method, struct str target, struct str body);

/* Sets a header of the requests to come; an empty value takes it out. */
void asker_header(struct asker *asker, const char *name, struct str value);

/* Of the last answer; p == NULL when there is none. */
struct str asked_header(const struct asker *asker, const char *name);
bool asked_has(const struct asker *asker, const char *text);

/* The value of the first hidden field of that name in the last page; empty: there is none. */
struct str asked_field(const struct asker *asker, const char *name);

/* A cookie that is kept, by the name it was set under; empty: none. */
struct str asker_cookie(const struct asker *asker, const char *name);
void asker_cookie_set(struct asker *asker, const char *name, struct str value);

#endif
