/* Cases as programs list, file and change them. Layer: api. */
#ifndef API_CASES_H
#define API_CASES_H

#include "api/schema.h"
#include "web/form.h"
#include "web/reply.h"
#include "web/request.h"

/* GET /api/v1/cases: a page of cases, newest first. */
extern const struct schema cases_schema;
extern const struct input_spec cases_input[];
enum rc cases_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* POST /api/v1/cases: files one. */
extern const struct schema filing_schema, filed_schema;
enum rc api_filing_take(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* POST /api/v1/drafts and /api/v1/drafts/{draft}/photos: photos to file a case with. */
extern const struct schema draft_new_schema, draft_schema;
enum rc api_draft_take(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc api_draft_photo_take(struct ctx *ctx, struct request *request,
                             struct reply *reply) MUST_CHECK;

/* What a key that may work on a case does there. */
extern const struct schema step_new_schema, note_new_schema, assignee_schema;
enum rc api_step_take(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc api_note_take(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc api_case_photo_take(struct ctx *ctx, struct request *request,
                            struct reply *reply) MUST_CHECK;
enum rc api_assignee_set(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

/* GET /api/v1/cases/{number}/events, .../receipt, .../photos/{photo}/{variant}. */
extern const struct schema events_schema;
extern const struct input_spec events_input[];
enum rc api_events_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc api_receipt_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc api_photo_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

#endif
