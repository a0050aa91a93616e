#include "console/admin_page.h"

#include "base/msg.h"
#include "console/admin_page.ct.h"
#include "people/permission.h"

#define MAX_NUMBERS_BYTES 200

struct admin_page admin_page_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                                enum msg_id title, const char *here)
{
    struct admin_page page = {
        .staff = staff_page_on(ctx, request, reply, msg_text(ctx->lang, title)),
        .here = here,
        .may_administer = actor_may(ctx->actor, PERMISSION_ADMINISTER),
        .is_saved = str_eq(request_value(request, S("done")), S("1")),
    };

    page.staff.current = S("/staff/admin");
    return page;
}

struct finding admin_finding(enum finding_state state, enum msg_id what, enum msg_id advice,
                             struct str value)
{
    return (struct finding){
        .state = state,
        .what = what,
        .advice = state == FINDING_GOOD ? MSG_NONE : advice,
        .value = value,
    };
}

void admin_finding_add(struct findings *findings, struct finding finding)
{
    if (findings->n == FINDINGS_MAX)
        return;
    findings->of[findings->n++] = finding;
    findings->counts[finding.state]++;
}

enum rc admin_findings_show(struct ctx *ctx, struct request *request, struct reply *reply,
                            const struct admin_findings_page *about)
{
    struct admin_page page = admin_page_on(ctx, request, reply, about->title, about->here);
    struct findings findings = {.ctx = ctx};
    enum rc rc = about->find(ctx, installation_of(), &findings);

    if (!rc)
        admin_findings_page(&page.staff.view, &page, &findings, about->says);
    return rc;
}

struct str admin_numbers(struct ctx *ctx, const int64_t *numbers, size_t n)
{
    struct buf out = buf_in(ctx->arena, MAX_NUMBERS_BYTES);

    for (size_t i = 0; i < n; i++) {
        if (i)
            BUF_ADD(&out, " / ");
        msg_number(&out, numbers[i]);
    }
    return buf_str(&out);
}

struct str admin_bytes(struct arena *arena, int64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    int64_t tenths = (bytes * 10 + 512) / 1024;
    size_t unit = 0;

    for (; unit < 3 && tenths >= 10240; unit++)
        tenths = (tenths + 512) / 1024;
    if (tenths >= 1000)
        return str_fmt(arena, "%lld %s", (long long)(tenths + 5) / 10, units[unit]);
    return str_fmt(arena, "%lld.%lld %s", (long long)tenths / 10, (long long)tenths % 10,
                   units[unit]);
}

struct str admin_ago(struct ctx *ctx, struct instant since)
{
    int64_t age_us = ctx->now.us_utc - since.us_utc;
    struct msg_arg n = MSG_ARG("n", (age_us < 0 ? 0 : age_us) / US_PER_MIN);

    if (age_us >= US_PER_H)
        return staff_age(ctx, since, ctx->lang);
    return msg_format(ctx->arena, ctx->lang, MSG_admin_minutes, &n, 1);
}

enum msg_id admin_role_name(enum role role)
{
    static const enum msg_id names[ROLE__N] = {
        [ROLE_AGENT] = MSG_admin_role_agent,
        [ROLE_CREW] = MSG_admin_role_crew,
        [ROLE_SUPERVISOR] = MSG_admin_role_supervisor,
        [ROLE_ADMINISTRATOR] = MSG_admin_role_administrator,
        [ROLE_AUDITOR] = MSG_admin_role_auditor,
    };

    return names[role];
}

struct str admin_scope_text(struct ctx *ctx, const struct grant *grant)
{
    const struct definition *service;
    const struct team *team;
    struct text name = {0};
    struct str text;

    switch (grant->scope_kind) {
    case SCOPE_CITY: return msg_text(ctx->lang, MSG_admin_scope_city);
    case SCOPE_DEPARTMENT: name = city_department_name(ctx->city, grant->scope); break;
    case SCOPE_TEAM:
        team = city_team(ctx->city, grant->scope);
        name = team ? team->name : name;
        break;
    case SCOPE_SERVICE:
        service = city_service(ctx->city, grant->scope);
        name = service ? service->name : name;
        break;
    }
    text = text_in(&name, ctx->lang);
    return text.n ? text : grant->scope; /* its team or service has gone */
}

struct str admin_grant_text(struct ctx *ctx, const struct grant *grant)
{
    struct str role = msg_text(ctx->lang, admin_role_name(grant->role));
    struct str scope = admin_scope_text(ctx, grant);

    return str_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(role), STR_ARG(scope));
}
