/* What the city offers, as programs read it. Layer: api. */
#ifndef API_SERVICES_H
#define API_SERVICES_H

#include "api/schema.h"
#include "engine/definition/definition.h"
#include "web/reply.h"
#include "web/request.h"

extern const struct schema services_schema, service_schema;

enum rc services_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc service_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* The newest version of the service that the caller may know of: one for the public, or one within
 * the key's scopes. NULL when there is none. */
const struct definition *service_for(struct ctx *ctx, const struct request *request,
                                     struct str code);

#endif
