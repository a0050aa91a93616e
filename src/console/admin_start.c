#include "console/admin_start.h"

#include <assert.h>

#include "base/msg.h"
#include "console/admin_health.h"
#include "console/admin_start.ct.h"
#include "console/queries.h"
#include "engine/message/outbox.h"
#include "engine/work/job_desk.h"
#include "people/account.h"

static void add(struct start_view *view, struct start_card card)
{
    assert(view->card_n < START_CARDS);
    view->cards[view->card_n++] = card;
}

static struct str two(struct ctx *ctx, enum msg_id id, struct msg_arg a, struct msg_arg b)
{
    struct msg_arg args[] = {a, b};

    return msg_format(ctx->arena, ctx->lang, id, args, 2);
}

static enum rc look_at_people(struct ctx *ctx, struct start_view *view)
{
    struct accounts all;
    int64_t disabled = 0;
    enum rc rc = account_list(ctx, &all);

    if (rc)
        return rc;
    for (size_t i = 0; i < all.n; i++)
        disabled += all.items[i].is_disabled;
    add(view, (struct start_card){"/staff/admin/people", MSG_admin_people, MSG_admin_start_people,
                                  two(ctx, MSG_admin_start_people_now,
                                      MSG_ARG("n", (int64_t)all.n - disabled),
                                      MSG_ARG("disabled", disabled)),
                                  FINDING_GOOD});
    return RC_OK;
}

static enum rc look_at_city(struct ctx *ctx, struct start_view *view)
{
    struct msg_arg n = MSG_ARG("n", (int64_t)ctx->city->team_n);
    struct versions_of_rows rows;
    enum rc rc = versions_of(ctx, &(struct versions_of_args){.code = STR_NONE}, &rows);

    if (rc)
        return rc;
    for (size_t i = 0; i < rows.n; i++) {
        if (!view->is_published || instant_cmp(rows.rows[i].published, view->published) > 0)
            view->published = rows.rows[i].published;
        view->is_published = true;
    }
    add(view,
        (struct start_card){"/staff/admin/teams", MSG_admin_teams, MSG_admin_start_teams,
                            msg_format(ctx->arena, ctx->lang, MSG_admin_start_teams_now, &n, 1),
                            FINDING_GOOD});
    add(view,
        (struct start_card){"/staff/admin/services", MSG_admin_services, MSG_admin_start_services,
                            two(ctx, MSG_admin_start_services_now,
                                MSG_ARG("n", (int64_t)ctx->city->service_n),
                                MSG_ARG("versions", (int64_t)rows.n)),
                            FINDING_GOOD});
    return RC_OK;
}

static enum rc look_at_work(struct ctx *ctx, struct start_view *view)
{
    int64_t jobs[JOB__N];
    struct mail_about_row mail;
    bool has_relay;
    enum rc rc = outbox_has_relay(ctx, &has_relay);

    if (!rc)
        rc = job_counts(ctx, jobs);
    if (!rc)
        rc = mail_about(ctx, instant_plus_us(ctx->now, -US_PER_DAY), &mail);
    if (rc)
        return rc;
    add(view, (struct start_card){
                  "/staff/admin/settings", MSG_admin_settings, MSG_admin_start_settings,
                  msg_text(ctx->lang, has_relay ? MSG_admin_start_relay : MSG_admin_start_no_relay),
                  has_relay ? FINDING_GOOD : FINDING_LOOK});
    add(view, (struct start_card){"/staff/admin/jobs", MSG_admin_jobs, MSG_admin_start_jobs,
                                  two(ctx, MSG_admin_start_work_now,
                                      MSG_ARG("waiting", jobs[JOB_WAITING]),
                                      MSG_ARG("failed", jobs[JOB_TROUBLED] + jobs[JOB_GIVEN_UP])),
                                  jobs[JOB_GIVEN_UP]   ? FINDING_BAD
                                  : jobs[JOB_TROUBLED] ? FINDING_LOOK
                                                       : FINDING_GOOD});
    add(view,
        (struct start_card){"/staff/outbox", MSG_staff_nav_outbox, MSG_admin_start_outbox,
                            two(ctx, MSG_admin_start_work_now, MSG_ARG("waiting", mail.queued),
                                MSG_ARG("failed", mail.failed)),
                            mail.failed ? FINDING_LOOK : FINDING_GOOD});
    return RC_OK;
}

static enum finding_state worst(const struct findings *findings)
{
    return findings->counts[FINDING_BAD]    ? FINDING_BAD
           : findings->counts[FINDING_LOOK] ? FINDING_LOOK
                                            : FINDING_GOOD;
}

static struct str counts(struct ctx *ctx, const struct findings *findings)
{
    struct msg_arg args[] = {MSG_ARG("bad", findings->counts[FINDING_BAD]),
                             MSG_ARG("look", findings->counts[FINDING_LOOK]),
                             MSG_ARG("good", findings->counts[FINDING_GOOD])};

    return msg_format(ctx->arena, ctx->lang, MSG_admin_counts, args, 3);
}

/* The two pages look at a few things in common, and some have one remedy: each is told once. */
static bool is_told(const struct start_view *view, const struct finding *finding)
{
    for (size_t i = 0; i < view->todo_n; i++) {
        const struct finding *told = view->todo[i].finding;

        if (told->what == finding->what || (told->advice && told->advice == finding->advice))
            return true;
    }
    return false;
}

static void tell(struct start_view *view, const struct findings *findings, const char *path,
                 enum finding_state state)
{
    for (size_t i = 0; i < findings->n; i++)
        if (findings->of[i].state == state && !is_told(view, &findings->of[i]))
            view->todo[view->todo_n++] = (struct start_finding){&findings->of[i], path};
}

static enum rc look_at_findings(struct ctx *ctx, struct start_view *view)
{
    static const enum finding_state states[] = {FINDING_BAD, FINDING_LOOK};
    enum rc rc = admin_health_findings(ctx, installation_of(), &view->health);

    if (!rc)
        rc = admin_security_findings(ctx, installation_of(), &view->security);
    if (rc)
        return rc;
    view->todo =
        ARENA_ARRAY(ctx->arena, view->health.n + view->security.n + 1, struct start_finding);
    if (!view->todo)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < 2; i++) {
        tell(view, &view->health, "/staff/admin/health", states[i]);
        tell(view, &view->security, "/staff/admin/security", states[i]);
    }
    add(view, (struct start_card){"/staff/admin/health", MSG_admin_health, MSG_admin_start_health,
                                  counts(ctx, &view->health), worst(&view->health)});
    add(view,
        (struct start_card){"/staff/admin/security", MSG_admin_security, MSG_admin_start_security,
                            counts(ctx, &view->security), worst(&view->security)});
    return RC_OK;
}

enum rc admin_start_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct admin_page page = admin_page_on(ctx, request, reply, MSG_admin_title, "/staff/admin");
    const struct installation *installation = installation_of();
    struct start_view *view = ARENA_NEW(ctx->arena, struct start_view);
    enum rc rc = view ? look_at_people(ctx, view) : FAIL(ctx, ERR_MEMORY);

    if (rc)
        return rc;
    view->health.ctx = view->security.ctx = ctx;
    if (installation)
        view->version = str_of(installation->version);
    rc = look_at_city(ctx, view);
    if (!rc)
        rc = look_at_work(ctx, view);
    if (!rc)
        rc = look_at_findings(ctx, view);
    if (!rc)
        admin_start_page(&page.staff.view, &page, view);
    return rc;
}
