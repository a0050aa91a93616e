/* The JSON API of any case, for other programs, and what the record shows to everybody.
 *
 * /api/v1/ answers programs that carry a key (people/api_key.h) in the header
 * `Authorization: Bearer ...`: a key sees what the public sees, what it filed itself, and within
 * its scopes what staff see. /api/v1/openapi.json describes all of it; it is made from the route
 * table and the schemas beside the writers. Failures are RFC 9457 problems. Layer: api.
 */
#ifndef API_API_H
#define API_API_H

#include "base/ctx.h"
#include "base/module.h"
#include "web/fixed.h"
#include "web/reply.h"
#include "web/request.h"

extern const struct module api_module;

/* Whether the request is for the API: the program's hooks then call these three. */
bool api_is_asked(const struct request *request);

/* Finds the key, if the request carries one, and with it ctx->actor; the language of sentences.
 * Needs a reader on ctx->conn. */
enum rc api_begin(struct ctx *ctx, struct request *request) MUST_CHECK;

/* Whether the request may use the route: ERR_KEY without a valid key where one is needed,
 * ERR_TOO_MANY past the key's rate, ERR_DENIED. */
enum rc api_authorize(struct ctx *ctx, struct request *request,
                      const struct route *route) MUST_CHECK;

/* The same for what no worker answers: a row for the program's table. */
extern const struct edge_style api_edge_style;

/* Writes the problem document for ctx->err. */
void api_problem(struct ctx *ctx, struct request *request, struct reply *reply);

/* Which tables and schemas the OpenAPI document is made from: the module's own. */
extern const struct route api_routes[];

#endif
