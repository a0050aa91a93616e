/* "Is it one of these?": before a report is sent, the open cases of its kind around its place.
 *
 * Asked once, after the last question, and only when there are any; who finds theirs follows it,
 * and the draft is dropped. Layer: portal. */
#ifndef PORTAL_SIMILAR_H
#define PORTAL_SIMILAR_H

#include "engine/cases/nearby.h"
#include "portal/city_map.h"
#include "portal/report.h"

struct similar {
    struct draft draft;
    struct form_at back;  /* the last question */
    size_t number, count; /* the step, as the one before the check counts itself */
    struct nearby_public near;
    struct photos *photos; /* what the public sees of each */
    bool has_map;
    struct figure map; /* the place, and those that are near */
    struct err err;    /* nothing was chosen */
};

/* Whether the draft has yet to be asked, and there is something to ask. */
enum rc similar_is_due(struct ctx *ctx, const struct draft *draft, bool *ret) MUST_CHECK;

/* The draft's place has changed: it is asked again. */
void similar_ask_again(struct ctx *ctx, struct draft *draft);

enum rc similar_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc similar_answer(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
