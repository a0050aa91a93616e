/* Lists that are a page and a file: /cases and its .json, .geojson, .csv, .atom. What is wrong with
 * such a request is said in the format it asked for. Layer: web. Any thread. */
#ifndef WEB_TWIN_H
#define WEB_TWIN_H

#include "web/reply.h"
#include "web/request.h"

/* Writes ctx->err into the reply when the path names a file: as a problem document (RFC 9457) for
 * JSON, else as a line of text. False, and nothing written, for a page, and for who must sign in
 * first: browsers are led to that. */
bool twin_problem(struct ctx *ctx, const struct request *request, struct reply *reply);

#endif
