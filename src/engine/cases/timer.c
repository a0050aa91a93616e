#include "engine/cases/timer.h"

#include "base/json.h"
#include "base/msg.h"
#include "db/db.h"
#include "engine/cases/cases.h"
#include "engine/cases/queries.h"
#include "engine/clock/queries.h"
#include "engine/clock/turn.h"
#include "engine/definition/show.h"
#include "engine/message/notice.h"
#include "engine/record/case_event.h"

#define MAX_TURNS 3 /* a step is tried again so often when somebody else was quicker */

/* A step by timer, as a job's argument says it: "CASE SINCE STEP". */
struct timer {
    int64_t case_id;
    struct instant since;
    struct str step;
};

static enum rc set_timer(struct ctx *ctx, const struct timer *timer, struct span after)
{
    struct calendar_deadline end;
    struct str text = str_fmt(ctx->arena, "%lld %lld %.*s", (long long)timer->case_id,
                              (long long)timer->since.us_utc, STR_ARG(timer->step));
    enum rc rc = deadline_of_span(ctx, ctx->city, timer->since, after, &end);

    if (rc)
        return rc;
    return job_add(ctx, &(struct job_order){
                            .kind = "case.timer",
                            .argument = text,
                            .once = str_fmt(ctx->arena, "timer %.*s", STR_ARG(text)),
                            .due = end.end,
                        });
}

enum rc timer_enter(struct ctx *ctx, int64_t case_id, const struct workflow *workflow, int state,
                    struct instant since)
{
    for (size_t i = 0; i < workflow->step_n; i++) {
        const struct step *step = &workflow->steps[i];
        enum rc rc;

        if (!step->has_timer || !(step->from & (UINT64_C(1) << state)))
            continue;
        rc = set_timer(ctx, &(struct timer){case_id, since, step->id}, step->after);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static bool read_timer(struct str argument, struct timer *ret)
{
    struct str case_id, since;
    struct timer timer;

    if (!str_next(&argument, ' ', &case_id) || !str_to_i64(case_id, &timer.case_id) ||
        !str_next(&argument, ' ', &since) || !str_to_i64(since, &timer.since.us_utc) ||
        !str_next(&argument, ' ', &timer.step) || !timer.step.n)
        return false;
    *ret = timer;
    return true;
}

static enum rc read_case(struct ctx *ctx, int64_t case_id, struct case_for_step_row *ret)
{
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = case_for_step(ctx, case_id, ret);
    db_reader_release(ctx);
    return rc;
}

struct postponing {
    const struct timer *timer;
    struct span after;
};

static enum rc postpone(struct ctx *ctx, void *arg)
{
    const struct postponing *postponing = arg;

    return set_timer(ctx, postponing->timer, postponing->after);
}

static enum rc postpone_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, postpone, arg);
}

/* The step as the case's workflow has it now. NULL: a case that was moved to another version or
 * service since has no such timer in the state where it is. */
static const struct step *step_of(const struct workflow *workflow, struct str state_id,
                                  struct str id)
{
    const struct step *step = workflow_step(workflow, id);
    int state = workflow_state(workflow, state_id);

    if (!step || !step->has_timer || state < 0 || !(step->from & (UINT64_C(1) << state)))
        return NULL;
    return step;
}

/* Takes the step if the case is still where the timer began; *ret_again when somebody changed the
 * case just then. A calendar that has got more closed days since moves the timer. */
static enum rc try_step(struct ctx *ctx, const struct job *job, const struct timer *timer,
                        bool *ret_again)
{
    struct case_for_step_row row;
    struct calendar_deadline end;
    const struct definition *definition;
    const struct step *step;
    enum rc rc = read_case(ctx, timer->case_id, &row);

    *ret_again = false;
    if (rc || instant_cmp(row.state_since, timer->since) != 0)
        return rc;
    definition = city_version(ctx->city, row.service_version);
    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    step = step_of(definition->workflow, row.state, timer->step);
    if (!step)
        return RC_OK;
    rc = deadline_of_span(ctx, ctx->city, timer->since, step->after, &end);
    if (rc)
        return rc;
    if (instant_cmp(ctx->now, end.end) < 0)
        return db_tx(ctx, postpone_tx, &(struct postponing){timer, step->after});
    rc = case_step(ctx, timer->case_id,
                   &(struct step_input){
                       .step = timer->step,
                       .lock_version = row.lock_version,
                       .base_url = job->base_url,
                   });
    *ret_again = rc == RC_CONFLICT;
    return rc;
}

static enum rc run_timer(struct ctx *ctx, const struct job *job)
{
    struct timer timer;
    bool again = true;
    enum rc rc = RC_OK;

    if (!read_timer(job->argument, &timer))
        return FAIL(ctx, ERR_FORMAT, .detail = job->argument);
    for (int turn = 0; again && turn < MAX_TURNS; turn++) {
        ctx_clear_error(ctx);
        rc = try_step(ctx, job, &timer, &again);
    }
    return rc;
}

/* What is known of a case whose clocks are looked at. */
struct look {
    const struct job *job;
    int64_t case_id;
    struct case_for_step_row row;
    const struct definition *definition;
    const struct team *team;
    struct str place;
};

static const struct clock_kind *kind_of(const struct look *look, struct str id)
{
    const struct workflow *workflow = look->definition->workflow;

    for (size_t i = 0; i < workflow->clock_n; i++)
        if (str_eq(workflow->clocks[i].id, id))
            return &workflow->clocks[i];
    return NULL;
}

/* The team that the service names for a missed clock; NULL: none. */
static const struct team *escalation_of(const struct ctx *ctx, const struct look *look,
                                        struct str id)
{
    const struct definition *definition = look->definition;

    for (size_t i = 0; i < definition->clock_n; i++)
        if (str_eq(definition->workflow->clocks[definition->clocks[i].kind].id, id))
            return city_team(ctx->city, definition->clocks[i].escalate_to);
    return NULL;
}

struct alarm {
    const struct clocks_of_row *clock;
    bool is_missed;
    int64_t event_id;
};

static enum rc mail_team(struct ctx *ctx, const struct look *look, const struct alarm *alarm,
                         const struct team *team, const char *why)
{
    const struct clock_kind *kind = kind_of(look, alarm->clock->kind);
    const struct msg_arg args[] = {
        MSG_ARG("number", look->row.number),
        MSG_ARG("service", text_in(&look->definition->name, LANG_EN)),
        MSG_ARG("place", look->place.n ? look->place : S("-")),
        MSG_ARG("team", look->team ? text_in(&look->team->name, LANG_EN) : S("-")),
        MSG_ARG("clock", kind ? text_in(&kind->name, LANG_EN) : alarm->clock->kind),
        MSG_ARG("due", show_due(ctx, alarm->clock->due, LANG_EN)),
        MSG_ARG("link", str_fmt(ctx->arena, "%.*s/staff/cases/%.*s", STR_ARG(look->job->base_url),
                                STR_ARG(look->row.number))),
    };
    size_t n = COUNT(args);

    return notice_queue_plain(
        ctx,
        &(struct plain_mail){
            .case_id = look->case_id,
            .notice = alarm->is_missed ? S("clock.missed") : S("clock.warn"),
            .email = team->email,
            .lang = LANG_EN,
            .subject = msg_format(ctx->arena, LANG_EN,
                                  alarm->is_missed ? MSG_mail_late_subject : MSG_mail_soon_subject,
                                  args, n),
            .body = msg_format(ctx->arena, LANG_EN,
                               alarm->is_missed ? MSG_mail_late_body : MSG_mail_soon_body, args, n),
            .once = str_fmt(ctx->arena, "%lld %s", (long long)alarm->event_id, why),
        });
}

/* The event, and a mail to the team; a missed clock is told to the service's escalation too. */
static enum rc tell(struct ctx *ctx, const struct look *look, struct alarm *alarm)
{
    const struct team *above =
        alarm->is_missed ? escalation_of(ctx, look, alarm->clock->kind) : NULL;
    bool has_team = look->team && look->team->email.n;
    struct case_event event;
    enum rc rc;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("clock"), alarm->clock->kind);
    json_put_member(&event.json, S("due"), instant_format_utc(ctx->arena, alarm->clock->due));
    rc = case_event_add(ctx, &event,
                        &(struct event){
                            .kind = alarm->is_missed ? EVENT_CLOCK_MISSED : EVENT_CLOCK_WARN,
                            .case_id = look->case_id,
                            .audience = EVENT_STAFF,
                        },
                        &alarm->event_id);

    if (!rc && has_team)
        rc = mail_team(ctx, look, alarm, look->team, "team");
    if (!rc && above && above->email.n && !(has_team && str_eq(above->email, look->team->email)))
        rc = mail_team(ctx, look, alarm, above, "escalate");
    return rc;
}

/* Tells what is new of one clock, once; the row is then as it is stored. */
static enum rc look_at(struct ctx *ctx, const struct look *look, struct clocks_of_row *clock)
{
    struct alarm alarm = {.clock = clock, .is_missed = instant_cmp(clock->due, ctx->now) <= 0};
    bool is_warned = !clock->warn_is_null && instant_cmp(clock->warn, ctx->now) <= 0;
    enum rc rc;

    if (!clock->met_is_null || !clock->paused_is_null || !clock->missed_is_null)
        return RC_OK;
    if (!alarm.is_missed && !is_warned)
        return RC_OK;
    if (alarm.is_missed) {
        rc = clock_missed(ctx, clock->id, ctx->now, NULL);
        clock->missed_is_null = false;
    } else {
        rc = clock_warned(ctx, clock->id, NULL);
        clock->warn_is_null = true;
    }
    return rc ? rc : tell(ctx, look, &alarm);
}

static enum rc read_look(struct ctx *ctx, struct look *look)
{
    struct case_place_label_row place = {0};
    bool is_found;
    enum rc rc = case_for_step(ctx, look->case_id, &look->row);

    if (!rc && !look->row.place_is_null)
        rc = case_place_label(ctx, look->row.place, &is_found, &place);
    if (rc)
        return rc;
    look->place = place.label;
    look->team = look->row.team_is_null ? NULL : city_team_by_row(ctx->city, look->row.team);
    look->definition = city_version(ctx->city, look->row.service_version);
    if (!look->definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    return RC_OK;
}

/* One transaction: what was told, that it was told, and when to look again. */
static enum rc look_tx(struct ctx *ctx, void *arg)
{
    struct look *look = arg;
    struct clocks_of_rows clocks;
    struct clocks_sum sum;
    enum rc rc = read_look(ctx, look);

    if (rc || look->row.state_type == STATE_CLOSED)
        return rc;
    rc = clocks_of(ctx, look->case_id, &clocks);
    for (size_t i = 0; !rc && i < clocks.n; i++)
        rc = look_at(ctx, look, &clocks.rows[i]);
    if (rc)
        return rc;
    sum = clocks_sum(&clocks);
    return clocks_watch(ctx, look->case_id, &sum);
}

static enum rc run_clocks(struct ctx *ctx, const struct job *job)
{
    struct look look = {.job = job};

    if (!str_to_i64(job->argument, &look.case_id))
        return FAIL(ctx, ERR_FORMAT, .detail = job->argument);
    return db_tx(ctx, look_tx, &look);
}

const struct job_kind timer_jobs[] = {
    {"case.timer", run_timer},
    {"case.clocks", run_clocks},
    {.kind = NULL},
};
