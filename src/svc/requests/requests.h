/* What a city's requests (311) need beyond their service files: Open311 and the import of other
 * systems' requests. Layer: svc. */
#ifndef SVC_REQUESTS_REQUESTS_H
#define SVC_REQUESTS_REQUESTS_H

#include "base/module.h"
#include "web/fixed.h"
#include "web/reply.h"

extern const struct module requests_module;

/* Whether the request is for Open311, whose errors have a form of their own; and that form, for
 * ctx->err. reply->status is set anew: Open311 knows 400 where pages say 422. */
bool open311_is_asked(const struct request *request);
void open311_problem(struct ctx *ctx, const struct request *request, struct reply *reply);

/* The same form for what no worker answers: two rows for the program's table. */
extern const struct edge_style open311_edge_styles[2];

#endif
