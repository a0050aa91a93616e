/* Transferring a case to another service, changing its place, giving it to another team.
 * Layer: console, private. */
#ifndef CONSOLE_ACT_TRANSFER_H
#define CONSOLE_ACT_TRANSFER_H

#include "console/case_act.h"
#include "engine/cases/case_change.h"

struct due_change {
    struct str clock, before, after; /* "Resolution", "Jul 9, 2026", "Sep 29, 2026" */
};

struct transfer_act {
    struct case_act act;
    struct str service;
    bool has_plan;
    struct transfer_plan plan;
    struct case_fact *kept, *left;
    size_t kept_n, left_n;
    struct due_change *dues;
    size_t due_n;
    const struct request *request; /* what was typed into the questions: transfer_typed */
};

/* What was typed for a question of the new service; whether that option of it was chosen. */
struct str transfer_typed(const struct transfer_act *act, const struct field *field);
bool transfer_chose(const struct transfer_act *act, const struct field *field, struct str option);

enum rc transfer_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc transfer_take(struct ctx *ctx, struct request *request, struct reply *reply);

struct move_act {
    struct case_act act;
    struct str typed;
    struct place_choices choices; /* to choose from; none when the place is clear */
    bool has_place;
    struct place place;
    struct str chosen; /* its id; empty for a bare point */
    struct place_plan plan;
    bool has_map;
    struct html map;
};

enum rc move_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc move_take(struct ctx *ctx, struct request *request, struct reply *reply);

struct team_act {
    struct case_act act;
    struct str team;
};

enum rc team_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc team_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
