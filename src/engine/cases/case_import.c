#include "engine/cases/case_import.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/case_entries.h"
#include "engine/cases/number.h"
#include "engine/cases/queries.h"
#include "engine/record/record.h"
#include "place/layers.h"

#define CHANNEL "import"

/* What becomes of a case of the group. */
struct fate {
    const struct team *team;       /* NULL: none */
    struct str answers, layers;    /* JSON */
    struct case_words words_after; /* of the number, which the transaction gives it */
    struct str payload_after;      /* likewise */
    bool is_repeated;              /* another of the group has its id */
    int year;                      /* of its number */
    /* By the transaction, which may be run again: */
    bool was_there;
    int64_t counter; /* of its number; 0: not given out yet */
    struct str number;
    int64_t place_id, case_id;
};

struct case_import_plan {
    struct case_import_group group;
    struct fate *fates; /* one for each case */
    struct case_import_counts counts;
};

static struct str check_dates(struct ctx *ctx, const struct case_history *history)
{
    bool is_closed = history->state->type == STATE_CLOSED;

    if (is_closed && instant_cmp(history->closed, history->opened) < 0)
        return S("closed before it was opened");
    if (instant_cmp(history->updated, history->opened) < 0)
        return S("updated before it was opened");
    if (instant_cmp(history->opened, ctx->now) > 0 ||
        (is_closed && instant_cmp(history->closed, ctx->now) > 0))
        return S("opened or closed in the future");
    return STR_NONE;
}

static struct str check_place(struct ctx *ctx, const struct case_history *history)
{
    const struct place_rule *rule = &history->definition->place;

    if (!history->has_place)
        return rule->need == PLACE_REQUIRED ? S("its service needs a place") : STR_NONE;
    if (!rule->within.n || !history->place.has_point)
        return STR_NONE;
    if (!str_eq(rule->within, S("city")))
        return place_layer(&history->place, rule->within).n ? STR_NONE
                                                            : S("outside of its service's area");
    if (layers_check_inside(ctx, ctx->city->layers, history->place.point)) {
        ctx_clear_error(ctx);
        return S("outside of the city");
    }
    return STR_NONE;
}

static struct str check_texts(struct ctx *ctx, const struct case_history *history)
{
    const struct {
        struct str text;
        size_t most;
    } texts[] = {
        {history->external_id, 200},
        {history->description, TEXT_LONG_MAX},
        {history->place.label, 300},
        {history->place.zip, 10},
    };
    struct str trouble = history->external_id.n ? STR_NONE : S("no id of the other system");

    for (size_t i = 0; !trouble.n && i < COUNT(texts); i++) {
        if (!text_check(ctx, texts[i].text, STR_NONE, texts[i].most))
            continue;
        trouble = ctx->err.id != ERR_TOO_LONG
                      ? S("a text is not UTF-8, or holds control characters")
                  : i ? S("a text is too long")
                      : S("the id of the other system is longer than 200 characters");
        ctx_clear_error(ctx);
    }
    return trouble;
}

struct str case_history_check(struct ctx *ctx, const struct case_history *history)
{
    struct str trouble = check_dates(ctx, history);

    if (!trouble.n)
        trouble = check_place(ctx, history);
    if (trouble.n)
        return trouble;
    return check_texts(ctx, history);
}

/* Whether the case goes by that route. Where its condition asks for an answer that a table from
 * elsewhere does not have, it does not: another route takes the case, the last one asks nothing. */
static enum rc goes_by(struct ctx *ctx, const struct route_rule *route, const struct facts *facts,
                       bool *ret)
{
    enum rc rc = rule_holds(ctx, &route->when, facts, ret);

    if (rc != RC_INVALID || ctx->err.id != ERR_EXPRESSION)
        return rc;
    ctx_clear_error(ctx);
    *ret = false;
    return RC_OK;
}

/* As for a case filed on that day, without the trace: the event says that it was imported. */
static enum rc choose_team(struct ctx *ctx, const struct case_history *history,
                           const struct team **ret)
{
    const struct definition *definition = history->definition;
    struct facts facts = {
        .answers = &history->answers,
        .place = history->has_place ? &history->place : NULL,
        .filed = history->opened,
        .today = city_local(ctx->city, history->opened).date,
        .channel = S(CHANNEL),
        .lang = history->lang,
        .calendar = &ctx->city->calendar,
    };

    for (size_t i = 0; i < definition->route_n; i++) {
        bool holds;
        enum rc rc = goes_by(ctx, &definition->routes[i], &facts, &holds);

        if (rc)
            return rc;
        if (!holds)
            continue;
        *ret = city_team(ctx->city, definition->routes[i].team);
        return RC_OK;
    }
    *ret = NULL;
    return RC_OK;
}

static enum rc add_place(struct ctx *ctx, const struct case_history *history, struct fate *fate)
{
    return history->has_place
               ? case_place_add_with(ctx, &history->place, fate->layers, &fate->place_id)
               : RC_OK;
}

static enum rc add_case(struct ctx *ctx, const struct case_history *history, struct fate *fate)
{
    bool is_closed = history->state->type == STATE_CLOSED;

    return case_import_add(
        ctx,
        &(struct case_import_add_args){
            .number = fate->number,
            .service = history->definition->service_id,
            .service_version = history->definition->version_id,
            .state = history->state->id,
            .state_type = history->state->type,
            .state_since = is_closed ? history->closed : history->opened,
            .outcome = history->outcome,
            .outcome_is_null = !history->outcome.n,
            .team = fate->team ? fate->team->row : 0,
            .team_is_null = !fate->team,
            .place = fate->place_id,
            .place_is_null = !history->has_place,
            .lang = lang_code(history->lang),
            .channel = S(CHANNEL),
            .confidentiality = history->definition->audience,
            .description = history->description,
            .answers = fate->answers,
            .opened = history->opened,
            .updated = history->updated,
            .closed = history->closed,
            .closed_is_null = !is_closed,
            .district = history->has_place ? place_layer(&history->place, S("district")) : S(""),
        },
        &fate->case_id);
}

static struct str after_number(struct ctx *ctx, struct str before, const struct fate *fate,
                               struct str rest)
{
    return str_join(ctx->arena, (struct str[]){before, fate->number, rest}, 3, STR_NONE);
}

static enum rc add_event(struct ctx *ctx, const struct case_history *history, struct fate *fate)
{
    struct str payload = after_number(ctx, S("{\"number\":\""), fate, fate->payload_after);

    (void)history;
    return record_add(
        ctx, &(struct event){EVENT_CASE_IMPORTED, fate->case_id, EVENT_PUBLIC, payload}, NULL);
}

/* Does one thing for all cases of the group that are new. */
typedef enum rc taking_fn(struct ctx *ctx, const struct case_history *history, struct fate *fate);
static enum rc for_new(struct ctx *ctx, const struct case_import_plan *plan, taking_fn *fn)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < plan->group.n; i++)
        if (!plan->fates[i].was_there)
            rc = fn(ctx, &plan->group.cases[i], &plan->fates[i]);
    return rc;
}

static enum rc add_externals(struct ctx *ctx, const struct case_import_plan *plan)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < plan->group.n; i++)
        if (!plan->fates[i].was_there)
            rc = external_add(ctx,
                              &(struct external_add_args){
                                  .system = plan->group.system,
                                  .kind = S("case"),
                                  .external_id = plan->group.cases[i].external_id,
                                  .cases = plan->fates[i].case_id,
                              },
                              NULL);
    return rc;
}

static enum rc add_entries(struct ctx *ctx, const struct case_import_plan *plan)
{
    struct case_entries_made *made =
        ARENA_ARRAY(ctx->arena, plan->group.n, struct case_entries_made);
    size_t n = 0;

    if (!made)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < plan->group.n; i++) {
        const struct case_history *history = &plan->group.cases[i];
        const struct fate *fate = &plan->fates[i];

        if (fate->was_there)
            continue;
        made[n++] = (struct case_entries_made){
            .case_id = fate->case_id,
            .answers = &history->answers,
            .closed = history->state->type == STATE_CLOSED ? &history->closed : NULL,
            .words = {after_number(ctx, STR_NONE, fate, fate->words_after.staff),
                      after_number(ctx, STR_NONE, fate, fate->words_after.everybody)},
        };
    }
    return case_entries_add_made(ctx, made, n);
}

/* Table by table and not case by case: what belongs to one table stays where the processor has it
 * at hand. */
static enum rc take(struct ctx *ctx, const struct case_import_plan *plan)
{
    enum rc rc = for_new(ctx, plan, add_place);

    if (!rc)
        rc = for_new(ctx, plan, add_case);
    if (!rc)
        rc = add_entries(ctx, plan);
    if (!rc)
        rc = add_externals(ctx, plan);
    return rc ? rc : for_new(ctx, plan, add_event);
}

static struct case_words words_after(struct ctx *ctx, const struct case_history *history)
{
    struct projection_words words = {
        .place_label = history->has_place ? history->place.label : STR_NONE,
        .description = history->description,
        .answers = &history->answers,
    };

    return (struct case_words){projection_words(ctx, &words), projection_public_words(ctx, &words)};
}

/* What follows {"number":"..." in the event's payload. */
static struct str payload_after(struct ctx *ctx, struct str system,
                                const struct case_history *history, const struct team *team)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("service"), history->definition->code);
    json_put_member_i64(&json, S("version"), history->definition->version);
    json_put_member(&json, S("channel"), S(CHANNEL));
    json_put_member(&json, S("system"), system);
    json_put_member(&json, S("external_id"), history->external_id);
    json_put_member(&json, S("team"), team ? team->id : STR_NONE);
    json_put_member(&json, S("state"), history->state->id);
    if (history->outcome.n)
        json_put_member(&json, S("outcome"), history->outcome);
    json_put_member(&json, S("opened"), instant_format_utc(ctx->arena, history->opened));
    if (history->state->type == STATE_CLOSED)
        json_put_member(&json, S("closed"), instant_format_utc(ctx->arena, history->closed));
    json_end_object(&json);
    return str_join(ctx->arena, (struct str[]){S("\","), str_slice(buf_str(&out), 1, out.n)}, 2,
                    STR_NONE);
}

static int compare_ids(const void *a, const void *b, void *arg)
{
    const struct case_import_group *group = arg;
    size_t one = *(const size_t *)a, other = *(const size_t *)b;
    int order = str_cmp(group->cases[one].external_id, group->cases[other].external_id);

    return order ? order : (one > other) - (one < other);
}

/* An id that stands twice in the group is one case, the first. */
static enum rc find_repeated(struct ctx *ctx, struct case_import_plan *plan)
{
    const struct case_import_group *group = &plan->group;
    size_t *order = ARENA_ARRAY(ctx->arena, group->n, size_t);

    if (!order)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < group->n; i++)
        order[i] = i;
    qsort_r(order, group->n, sizeof *order, compare_ids, (void *)(uintptr_t)group);
    for (size_t i = 1; i < group->n; i++)
        plan->fates[order[i]].is_repeated =
            str_eq(group->cases[order[i - 1]].external_id, group->cases[order[i]].external_id);
    return RC_OK;
}

static enum rc find_before(struct ctx *ctx, struct case_import_plan *plan)
{
    const struct case_import_group *group = &plan->group;
    enum rc rc = RC_OK;

    plan->counts = (struct case_import_counts){0};
    for (size_t i = 0; !rc && i < group->n; i++) {
        struct fate *fate = &plan->fates[i];
        struct external_get_row before;

        rc = external_get(ctx, group->system, S("case"), group->cases[i].external_id,
                          &fate->was_there, &before);
        fate->was_there |= fate->is_repeated;
        plan->counts.there_before += fate->was_there;
        plan->counts.taken += !fate->was_there;
    }
    return rc;
}

/* The counters of one year at once, in the order of the cases. */
static enum rc give_counters(struct ctx *ctx, struct case_import_plan *plan, int year)
{
    struct series_take_row row;
    int64_t n = 0, next;
    enum rc rc;

    for (size_t i = 0; i < plan->group.n; i++)
        n += plan->fates[i].year == year && !plan->fates[i].was_there;
    rc = series_take(ctx, S("cases"), year, n, &row);
    if (rc)
        return rc;
    next = row.last - n;
    for (size_t i = 0; i < plan->group.n; i++)
        if (plan->fates[i].year == year && !plan->fates[i].was_there)
            plan->fates[i].counter = ++next;
    return RC_OK;
}

static enum rc give_numbers(struct ctx *ctx, struct case_import_plan *plan)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; i < plan->group.n; i++)
        plan->fates[i].counter = 0;
    for (size_t i = 0; !rc && i < plan->group.n; i++) {
        struct fate *fate = &plan->fates[i];

        if (fate->was_there)
            continue;
        if (!fate->counter)
            rc = give_counters(ctx, plan, fate->year);
        fate->number = number_format(ctx->arena, fate->year, fate->counter);
    }
    return rc;
}

static enum rc import_tx(struct ctx *ctx, void *arg)
{
    struct case_import_plan *plan = arg;
    enum rc rc = find_before(ctx, plan);

    if (!rc)
        rc = give_numbers(ctx, plan);
    if (!rc)
        rc = take(ctx, plan);
    return !rc && plan->group.is_dry ? FAIL(ctx, ERR_DRY_RUN) : rc;
}

static enum rc plan_one(struct ctx *ctx, const struct case_import_group *group, size_t i,
                        struct fate *fate)
{
    const struct case_history *history = &group->cases[i];

    fate->year = date_civil(city_local(ctx->city, history->opened).date).year;
    fate->answers = answers_json(ctx, &history->answers);
    fate->layers = place_layers_json(ctx->arena, &history->place);
    fate->words_after = words_after(ctx, history);
    return choose_team(ctx, history, &fate->team);
}

enum rc case_import_plan(struct ctx *ctx, const struct case_import_group *group,
                         struct case_import_plan **ret)
{
    struct case_import_plan *plan = ARENA_NEW(ctx->arena, struct case_import_plan);
    enum rc rc = RC_OK;

    if (!plan)
        return FAIL(ctx, ERR_MEMORY);
    *plan = (struct case_import_plan){.group = *group,
                                      .fates = ARENA_ARRAY(ctx->arena, group->n, struct fate)};
    if (!plan->fates)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < group->n; i++) {
        struct fate *fate = &plan->fates[i];

        rc = plan_one(ctx, group, i, fate);
        fate->payload_after = payload_after(ctx, group->system, &group->cases[i], fate->team);
    }
    if (!rc)
        rc = find_repeated(ctx, plan);
    if (!rc)
        *ret = plan;
    return rc;
}

enum rc case_import(struct ctx *ctx, struct case_import_plan *plan, struct case_import_counts *ret)
{
    enum rc rc = db_tx(ctx, import_tx, plan);

    if (rc && plan->group.is_dry && ctx->err.id == ERR_DRY_RUN) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    if (!rc)
        *ret = plan->counts;
    return rc;
}
