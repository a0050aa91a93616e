/* Suggestions for what is being typed into a field for a place. Layer: portal. */
#ifndef PORTAL_PLACES_H
#define PORTAL_PLACES_H

#include "web/reply.h"

enum rc places_suggest(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
