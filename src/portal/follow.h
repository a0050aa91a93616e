/* A case as its public page shows it, and the private link of the one who reported it.
 * Layer: portal. */
#ifndef PORTAL_FOLLOW_H
#define PORTAL_FOLLOW_H

#include "engine/cases/cases.h"
#include "engine/cases/photo.h"
#include "engine/cases/queries.h"
#include "portal/city_map.h"

struct follow_event {
    struct instant at;
    struct str title; /* "Work has begun" */
    struct str text;  /* a message; empty: none */
};

struct follow {
    struct case_by_number_row row;
    const struct definition *definition;
    const struct state *state;
    const struct team *team;
    struct str place; /* blurred for who is not the reporter */
    bool has_map;
    struct figure map; /* of that place */
    bool is_own;       /* opened by the private link */
    struct follow_event *events;
    size_t event_n;
    struct photos photos;      /* that may be seen by who asks */
    const struct step **steps; /* that the reporter may take now */
    size_t step_n;
    struct err err;  /* of a step that was refused */
    struct str step; /* which one */
    struct str typed;
};

/* The kind of the state's tag: "open", "doing", "waiting", "done", "closed". */
struct str state_tag(const struct definition *definition, const struct state *state,
                     bool has_outcome);
struct str follow_tag(const struct follow *follow);

enum rc case_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc case_step_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc follow_number(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc follow_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc follow_open(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
