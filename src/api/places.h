/* Where things are: places found by words, the map's layers. Layer: api. */
#ifndef API_PLACES_H
#define API_PLACES_H

#include "api/schema.h"
#include "web/form.h"
#include "web/reply.h"
#include "web/request.h"

extern const struct schema places_schema, layers_schema, layer_schema;
extern const struct input_spec places_input[], layers_input[];

/* GET /api/v1/places?q=: what a text may mean, best first. */
enum rc places_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* GET /api/v1/layers?at=: the layers of areas, and which area of each a point lies in. */
enum rc layers_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* GET /api/v1/layers/{layer}: its features without their shapes. */
enum rc layer_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

#endif
