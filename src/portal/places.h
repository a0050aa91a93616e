/* Suggestions for what is being typed into a field for a place. Layer: portal. */
#ifndef PORTAL_PLACES_H
#define PORTAL_PLACES_H

#include "base/lang.h"
#include "place/gazetteer.h"
#include "web/reply.h"

/* What a kind of place is called: "Address", "Street". */
struct str places_kind(enum place_kind kind, enum lang lang);

enum rc places_suggest(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
