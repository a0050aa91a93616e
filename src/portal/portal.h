/* The public pages of any service. Layer: portal. */
#ifndef PORTAL_PORTAL_H
#define PORTAL_PORTAL_H

#include "base/err.h"
#include "base/module.h"

struct ctx;
struct reply;
struct request;

extern const struct module portal_module;

/* Finds out who asks for a public page; for the server's hook. ctx has a reader. Sets ctx->actor to
 * a resident with the cases of the links that still hold and, signed in, their address (access.h
 * asks of each case whether it was filed with that); leaves it NULL for who proves nothing.
 * actor.id is the account's party, 0 without one. */
enum rc portal_begin(struct ctx *ctx, struct request *request) MUST_CHECK;

/* The page that tells a visitor what went wrong; for the server's hook. reply->status is set. */
void portal_problem(struct ctx *ctx, const struct request *request, struct reply *reply);

#endif
