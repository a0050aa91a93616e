/* What the city has published: its teams, and its services with how they work. Layer: console,
 * private. */
#ifndef CONSOLE_ADMIN_CITY_H
#define CONSOLE_ADMIN_CITY_H

#include "console/admin_page.h"
#include "engine/publish/check.h"
#include "people/account.h"

struct team_line {
    const struct team *team;
    struct accounts members;
    int64_t open, waiting; /* cases; counting stops at a thousand */
};

struct teams_view {
    struct team_line *items;
    size_t n;
};

struct version_line {
    int64_t version;
    struct str hash; /* the first 12 hex digits */
    struct instant published;
    struct str by; /* a name; empty: by a command that did not say */
};

struct service_line {
    const struct definition *definition; /* the newest version */
    struct version_line newest;
    bool is_withdrawn;
    int64_t open;
};

struct services_view {
    struct service_line *items;
    size_t n;
};

struct service_view {
    const struct definition *definition;
    bool is_withdrawn;
    struct version_line *versions; /* newest first */
    size_t version_n;
    struct problems problems; /* of its examples */
    struct check_coverage coverage;
};

/* The states a step leaves, and who may take it, in words. */
struct str admin_step_from(struct ctx *ctx, const struct workflow *workflow,
                           const struct step *step);
struct str admin_step_by(struct ctx *ctx, const struct step *step);
struct str admin_step_asks(struct ctx *ctx, const struct step *step);

enum rc admin_teams_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_services_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_service_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
