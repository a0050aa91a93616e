/* The public pages of any service. Layer: portal. */
#ifndef PORTAL_PORTAL_H
#define PORTAL_PORTAL_H

#include "base/module.h"

struct ctx;
struct reply;
struct request;

extern const struct module portal_module;

/* The page that tells a visitor what went wrong; for the server's hook. reply->status is set. */
void portal_problem(struct ctx *ctx, const struct request *request, struct reply *reply);

#endif
