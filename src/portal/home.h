/* The city's home page, finding a service, and a service's first page. Layer: portal. */
#ifndef PORTAL_HOME_H
#define PORTAL_HOME_H

#include "portal/page.h"

struct home_group {
    struct str id;
    struct text name;
    struct str icon;     /* a name of icons.svg */
    struct str examples; /* its first services' names, in the page's language */
};

struct home {
    struct home_group *groups;
    size_t group_n;
    const struct definition **others; /* that are in no group */
    size_t other_n;
    const struct definition *const *examples; /* what is asked for most, below the search */
    size_t example_n;
};

/* How long the service takes as a rule, "10 workdays": the time that its clock to the end gives
 * when no condition of it holds. Empty: it has no such clock. In the arena. */
struct str home_service_takes(struct ctx *ctx, const struct definition *service);

enum rc home_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc home_service_find(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc home_group_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc home_service_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
