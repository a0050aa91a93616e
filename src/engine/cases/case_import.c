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
    bool was_there;
    int year;        /* of its number */
    int64_t counter; /* its number, once they are given out */
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
        bool holds = !definition->routes[i].when.program;
        enum rc rc = holds ? RC_OK : rule_holds(ctx, &definition->routes[i].when, &facts, &holds);

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

struct taking {
    const struct case_history *history;
    const struct fate *fate;
    struct str system, number;
    int64_t place_id, case_id;
};

static enum rc add_place(struct ctx *ctx, struct taking *taking)
{
    const struct case_history *history = taking->history;
    const struct place *place = &history->place;

    if (!history->has_place)
        return RC_OK;
    return case_place_add_with(ctx, place, taking->fate->layers, &taking->place_id);
}

static enum rc add_case(struct ctx *ctx, struct taking *taking)
{
    const struct case_history *history = taking->history;
    bool is_closed = history->state->type == STATE_CLOSED;

    return case_import_add(
        ctx,
        &(struct case_import_add_args){
            .number = taking->number,
            .service = history->definition->service_id,
            .service_version = history->definition->version_id,
            .state = history->state->id,
            .state_type = history->state->type,
            .state_since = is_closed ? history->closed : history->opened,
            .outcome = history->outcome,
            .outcome_is_null = !history->outcome.n,
            .team = taking->fate->team ? taking->fate->team->row : 0,
            .team_is_null = !taking->fate->team,
            .place = taking->place_id,
            .place_is_null = !taking->place_id,
            .lang = lang_code(history->lang),
            .channel = S(CHANNEL),
            .confidentiality = history->definition->audience,
            .description = history->description,
            .answers = taking->fate->answers,
            .opened = history->opened,
            .updated = history->updated,
            .closed = history->closed,
            .closed_is_null = !is_closed,
            .district = history->has_place ? place_layer(&history->place, S("district")) : S(""),
        },
        &taking->case_id);
}

static struct str after_number(struct ctx *ctx, struct str before, const struct taking *taking,
                               struct str rest)
{
    return str_join(ctx->arena, (struct str[]){before, taking->number, rest}, 3, STR_NONE);
}

static enum rc add_entries(struct ctx *ctx, const struct taking *taking)
{
    const struct case_words *after = &taking->fate->words_after;
    const struct case_history *history = taking->history;
    bool is_closed = history->state->type == STATE_CLOSED;
    struct case_entries_made made = {
        .answers = &history->answers,
        .closed = is_closed ? &history->closed : NULL,
        .words = {after_number(ctx, STR_NONE, taking, after->staff),
                  after_number(ctx, STR_NONE, taking, after->everybody)},
    };

    return case_entries_add_made(ctx, taking->case_id, &made);
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

static enum rc take(struct ctx *ctx, struct taking *taking)
{
    struct str payload;
    enum rc rc = add_place(ctx, taking);

    if (!rc)
        rc = add_case(ctx, taking);
    if (!rc)
        rc = add_entries(ctx, taking);
    if (!rc)
        rc = external_add(ctx,
                          &(struct external_add_args){
                              .system = taking->system,
                              .kind = S("case"),
                              .external_id = taking->history->external_id,
                              .cases = taking->case_id,
                          },
                          NULL);
    if (rc)
        return rc;
    payload = after_number(ctx, S("{\"number\":\""), taking, taking->fate->payload_after);
    return record_add(
        ctx, &(struct event){EVENT_CASE_IMPORTED, taking->case_id, EVENT_PUBLIC, payload}, NULL);
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

/* The numbers of one year at once, in the order of the cases. */
static enum rc give_numbers(struct ctx *ctx, struct case_import_plan *plan, int year)
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

static enum rc import_tx(struct ctx *ctx, void *arg)
{
    struct case_import_plan *plan = arg;
    const struct case_import_group *group = &plan->group;
    enum rc rc = find_before(ctx, plan);

    for (size_t i = 0; i < group->n; i++)
        plan->fates[i].counter = 0; /* the group may be run again */
    for (size_t i = 0; !rc && i < group->n; i++) {
        const struct fate *fate = &plan->fates[i];
        struct taking taking = {.history = &group->cases[i], .fate = fate, .system = group->system};

        if (fate->was_there)
            continue;
        if (!fate->counter)
            rc = give_numbers(ctx, plan, fate->year);
        taking.number = number_format(ctx->arena, fate->year, fate->counter);
        if (!rc)
            rc = take(ctx, &taking);
    }
    return !rc && group->is_dry ? FAIL(ctx, ERR_DRY_RUN) : rc;
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
