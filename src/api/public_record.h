/* What the record shows to everybody: its signed head, and proofs that it only grew. Layer: api. */
#ifndef API_PUBLIC_RECORD_H
#define API_PUBLIC_RECORD_H

#include "api/schema.h"
#include "web/form.h"
#include "web/reply.h"
#include "web/request.h"

extern const struct schema consistency_schema, inclusion_schema;
extern const struct input_spec consistency_input[], inclusion_input[];

/* GET /record/head: the newest signed head, as record_tree.h says; 404 before the first. */
enum rc public_record_head(struct ctx *ctx, struct request *request,
                           struct reply *reply) MUST_CHECK;

/* GET /record/key: the public key that signs it, in hexadecimal. */
enum rc public_record_key(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* GET /record/consistency?from=SIZE&to=SIZE: that the tree of `from` leaves is the beginning of
 * that of `to`, or of the newest head. */
enum rc public_record_consistency(struct ctx *ctx, struct request *request,
                                  struct reply *reply) MUST_CHECK;

/* GET /record/inclusion?event=ID: where the event that a receipt names stands under the newest
 * head. Its content is not told. */
enum rc public_record_inclusion(struct ctx *ctx, struct request *request,
                                struct reply *reply) MUST_CHECK;

#endif
