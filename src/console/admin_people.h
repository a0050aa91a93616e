/* Staff: listed, added, changed, granted, shut out. Layer: console, private. */
#ifndef CONSOLE_ADMIN_PEOPLE_H
#define CONSOLE_ADMIN_PEOPLE_H

#include "console/admin_page.h"
#include "people/account.h"

struct people_view {
    struct str search;
    bool has_role; /* only those who hold it */
    enum role role;
    const struct account **items;
    size_t n, all_n;
};

struct person_view {
    struct account account;
    bool is_own; /* whoever looks at it: grants and access are for others to change */
    struct session_line *sessions;
    size_t session_n;
    struct str form; /* of the form that came back: "details", "disable", ... */
    struct err err;  /* what is wrong with it; id ERR_NONE: nothing */
    struct str typed_why;
    struct account_details details;     /* as typed */
    const struct definition **services; /* of the city, by name, for a grant's scope */
};

struct person_new_view {
    struct str login, name, email, role, scope, why; /* as typed */
    enum lang lang;
    struct err err;
    const struct definition **services; /* of the city, by name, for a grant's scope */
};

struct person_password {
    struct str login, name, password;
    bool is_new;
};

/* What a grant would give, before it is given. */
struct grant_view {
    struct account account;
    struct grant grant;
    bool is_held; /* already */
    int64_t open_cases;
    bool has_more_cases; /* than were counted */
    struct err err;
    struct str typed_why;
};

/* "team:streets-west", "city"; and back: false when the city has no such thing. */
struct str admin_scope_value(struct arena *arena, const struct grant *grant);
bool admin_scope_parse(const struct city *city, struct str value, struct grant *ret);

/* What a role gives, one permission after the other, as the page says it. */
bool admin_role_gives(enum role role, int permission);
enum msg_id admin_permission_name(int permission);

/* "/staff/admin/people/rdiaz" and one of its forms. */
struct str admin_person_path(struct arena *arena, struct str login, const char *rest);

enum rc admin_people_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_new_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_add(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_change(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_disable(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_reset(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_reset_code(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_person_end_session(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_grant_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_grant_give(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_grant_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
