/* Which case a request names, and how much of it the caller may see. Layer: api.
 *
 * A key sees a case as staff do where it may read; else the case that it filed itself as its
 * reporter would, unless that is for staff alone; else what the public sees. Everything else does
 * not exist for it. */
#ifndef API_VIEW_H
#define API_VIEW_H

#include "api/schema.h"
#include "engine/cases/case_read.h"
#include "engine/cases/public_case.h"
#include "web/reply.h"
#include "web/request.h"

extern const struct schema api_view_schema, api_view_place_schema;

struct api_view {
    struct case_by_number_row row;
    const struct definition *definition;
    const struct state *state;
    enum audience view; /* AUDIENCE_PUBLIC: as everybody; PARTIES: filed by this key; STAFF */
    struct case_reach reach;
    struct public_case shown; /* the public projection, or the case itself in the other views */
};

/* The case of the path's {number}. ERR_NOT_FOUND also for one that the caller may not know of. */
enum rc api_view_load(struct ctx *ctx, const struct request *request,
                      struct api_view *ret) MUST_CHECK;

/* The same by a number, after the case has changed. */
enum rc api_view_again(struct ctx *ctx, struct api_view *view) MUST_CHECK;

/* The members that lists have too. */
void api_view_put_line(struct ctx *ctx, const struct request *request, struct json_writer *json,
                       const struct public_case *shown);
extern const struct schema_member api_view_line_members[];

/* Answers with the case and its ETag; 304 when the caller has it. */
enum rc api_view_answer(struct ctx *ctx, const struct request *request, struct reply *reply,
                        const struct api_view *view) MUST_CHECK;

/* The lock_version that If-Match names; 0 without the header or for "*". ERR_PRECONDITION when it
 * names none that this case can have. */
enum rc api_view_match(struct ctx *ctx, const struct request *request, const struct api_view *view,
                       int64_t *ret) MUST_CHECK;

enum rc api_view_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

#endif
