/* The interface described: OpenAPI 3.1 from the route table, and a page for people. Layer: api. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "web/reply.h"
#include "web/request.h"
#include "web/route.h"

/* GET /api/v1/openapi.json. */
enum rc openapi_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* GET /api/. */
enum rc api_page_show(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* What a route answers, those it shares with its kind included, ascending; the number of them. */
#define OPENAPI_MAX_STATUSES 16
size_t openapi_statuses(const struct route *route, int ret[OPENAPI_MAX_STATUSES]);

/* The schemas by name. */
extern const struct schema *const api_schemas[]; /* ended by NULL */

#endif
