#include "engine/publish/check.h"

#include "base/msg.h"
#include "engine/cases/cases.h"
#include "engine/cases/locate.h"
#include "engine/clock/deadline.h"
#include "place/layers.h"

#define MIN_EXAMPLES 3

/* Keys of an example that are no answers, and keys of `expect` that a later version compares. */
static const struct str example_keys[] = {
    STR("place"), STR("filed"), STR("expect"), STR("channel"), STR("lang"), STR("contact"),
};
static const struct str later_keys[] = {
    STR("fees"),        STR("documents"), STR("reviews"), STR("approvals"),
    STR("inspections"), STR("valid"),     STR("held"),
};
static const struct str paid_key = STR("paid"); /* of an example with fees */

/* Which lines of a service's file its examples have reached. */
struct reached {
    bool *routes;
    bool **branches; /* by clock */
    bool has_holiday;
};

struct checker {
    struct ctx *ctx; /* whose `now` is when the example is filed */
    const struct city *city;
    struct problems *problems;
    const struct definition *definition;
    const struct example *example;
    struct reached reached;
};

static void complain(struct checker *checker, const struct yaml_node *node, struct str sentence)
{
    problem_add(checker->problems, PROBLEM_ERROR, yaml_at(node), "%.*s", STR_ARG(sentence));
}

/* "2026-07-02 16:30", the city's time. */
static bool parse_filed(const struct city *city, struct str text, struct instant *ret)
{
    struct local_time local;
    int64_t hour, minute;

    if (text.n != 16 || text.p[10] != ' ' || text.p[13] != ':' ||
        !date_parse(str_slice(text, 0, 10), &local.date) ||
        !str_to_i64(str_slice(text, 11, 13), &hour) ||
        !str_to_i64(str_slice(text, 14, 16), &minute) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return false;
    local.second_of_day = (int32_t)(hour * 3600 + minute * 60);
    *ret = zone_instant(city->zone, local);
    return true;
}

/* The keys of the example must be known: its own, or a field of the service. */
static bool has_known_keys(struct checker *checker)
{
    const struct definition *definition = checker->definition;
    size_t n = COUNT(example_keys);
    struct str *keys = ARENA_ARRAY(checker->ctx->arena, n + 1 + definition->field_n, struct str);
    int before = checker->problems->error_count;

    if (!keys)
        return false;
    memcpy(keys, example_keys, sizeof example_keys);
    for (size_t i = 0; i < definition->field_n; i++)
        keys[n++] = definition->fields[i].id;
    if (definition->not_run_n)
        keys[n++] = paid_key;
    yaml_expect_map(checker->problems, checker->example->node, keys, n);
    return checker->problems->error_count == before;
}

/* ---- The filing an example describes */

static enum rc fill_place(struct checker *checker, struct filing *filing, struct place *place)
{
    struct ctx *ctx = checker->ctx;
    enum rc rc;

    if (!checker->example->place.n)
        return RC_OK;
    rc = locate_sure(ctx, checker->city, checker->example->place, place);
    if (!rc)
        filing->place = place;
    return rc;
}

static enum rc fill_answer(struct checker *checker, const struct field *field,
                           const struct yaml_node *node, struct answer *answer)
{
    struct ctx *ctx = checker->ctx;
    struct str *typed;
    size_t n = node->kind == YAML_LIST ? node->n : 1;

    /* What cannot be read yet counts as answered. */
    if (field->type == FIELD_LATER || (field->type == FIELD_ASSET && !field->layer.n)) {
        *answer = (struct answer){.is_given = true, .value = answer_unread(ctx->arena, field)};
        return RC_OK;
    }
    typed = ARENA_ARRAY(ctx->arena, n, struct str);
    if (!typed)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++)
        typed[i] = node->kind == YAML_LIST ? node->items[i].scalar : node->scalar;
    return answer_read(ctx, field, typed, n, answer);
}

static enum rc fill_answers(struct checker *checker, struct answers *answers)
{
    const struct definition *definition = checker->definition;
    enum rc rc = answers_new(checker->ctx, definition, answers);

    for (size_t i = 0; !rc && i < definition->field_n; i++) {
        const struct yaml_node *node =
            yaml_get(checker->example->node, str_z(checker->ctx->arena, definition->fields[i].id));

        if (node)
            rc = fill_answer(checker, &definition->fields[i], node, &answers->of[i]);
    }
    return rc;
}

/* The filing, checked as every channel checks it. RC_INVALID when it is refused. */
static enum rc fill_filing(struct checker *checker, struct filing *filing, struct place *place)
{
    const struct yaml_node *node = checker->example->node;
    const struct yaml_node *channel = yaml_get(node, "channel"), *lang = yaml_get(node, "lang");
    const struct yaml_node *contact = yaml_get(node, "contact");
    enum rc rc;

    *filing = (struct filing){
        .definition = checker->definition,
        .contact = {S("Maria Ngo"), S("maria@resident.example"), S("251-555-0142")},
        .channel = channel ? channel->scalar : S("web"),
    };
    if (contact && str_eq(contact->scalar, S("none")))
        filing->contact = (struct contact){0};
    else if (contact)
        complain(checker, contact, S("only \"contact: none\" is understood: it files anonymously"));
    if (lang && !lang_parse(lang->scalar, &filing->lang))
        complain(checker, lang, S("one of these is expected here: en, es, vi"));
    rc = fill_place(checker, filing, place);
    if (!rc)
        rc = fill_answers(checker, &filing->answers);
    return rc ? rc : filing_check(checker->ctx, filing);
}

/* ---- What comes of it */

static struct facts facts_of(const struct checker *checker, const struct filing *filing)
{
    return (struct facts){
        .answers = &filing->answers,
        .place = filing->place,
        .filed = checker->ctx->now,
        .today = city_local(checker->city, checker->ctx->now).date,
        .channel = filing->channel,
        .lang = filing->lang,
        .calendar = &checker->city->calendar,
    };
}

static struct str due_text(const struct checker *checker, const struct deadline *deadline)
{
    struct arena *arena = checker->ctx->arena;
    struct local_time local = city_local(checker->city, deadline->due);

    if (deadline->is_date)
        return date_format(arena, deadline->date);
    return str_fmt(arena, "%.*s %02d:%02d", STR_ARG(date_format(arena, local.date)),
                   local.second_of_day / 3600, local.second_of_day / 60 % 60);
}

static void compare(struct checker *checker, struct str key, struct str got)
{
    struct arena *arena = checker->ctx->arena;
    const struct yaml_node *node = yaml_get(checker->example->expect, str_z(arena, key));

    if (node && !str_eq(node->scalar, got))
        complain(checker, node,
                 str_fmt(arena, "the example expects %.*s: %.*s, but it is %.*s", STR_ARG(key),
                         STR_ARG(node->scalar), STR_ARG(got)));
}

static enum rc run_routes(struct checker *checker, const struct facts *facts)
{
    const struct definition *definition = checker->definition;

    for (size_t i = 0; i < definition->route_n; i++) {
        bool holds;
        enum rc rc = rule_holds(checker->ctx, &definition->routes[i].when, facts, &holds);

        if (rc)
            return rc;
        if (!holds)
            continue;
        checker->reached.routes[i] = true;
        compare(checker, S("team"), definition->routes[i].team);
        break;
    }
    return RC_OK;
}

static enum rc run_clocks(struct checker *checker, const struct facts *facts)
{
    const struct definition *definition = checker->definition;

    for (size_t i = 0; i < definition->clock_n; i++) {
        const struct clock_rule *clock = &definition->clocks[i];
        struct deadline deadline;
        enum rc rc = deadline_of_clock(checker->ctx, checker->city, clock, facts, &deadline);

        if (rc)
            return rc;
        checker->reached.branches[i][deadline.branch] = true;
        checker->reached.has_holiday |= deadline.crosses_holiday;
        compare(checker, definition->workflow->clocks[clock->kind].id,
                due_text(checker, &deadline));
    }
    return RC_OK;
}

/* ---- Refusals */

/* "place-outside" for ERR_PLACE_OUTSIDE. */
static struct str reason_word(struct arena *arena, enum err_id id)
{
    struct buf out = buf_in(arena, 64);

    for (const char *p = err_name(id); *p; p++)
        buf_add_byte(&out, *p == '_' ? '-' : (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p));
    return buf_str(&out);
}

/* Of a city without streets, too, a file says place-unknown. */
static enum err_id reason_of(const struct err *err)
{
    return err->id == ERR_PLACE_NAMELESS ? ERR_PLACE_UNKNOWN : err->id;
}

static struct str why_refused(struct checker *checker)
{
    struct arena *arena = checker->ctx->arena;
    const struct err *err = &checker->ctx->err;
    struct msg_arg arg = MSG_ARG("arg", err->arg);
    struct str sentence = err->detail;
    enum msg_id message;

    if (err->id != ERR_EXPRESSION &&
        msg_by_key(str_fmt(arena, "error.%s", err_name(err->id)), &message))
        sentence = msg_format(arena, LANG_EN, message, &arg, 1);
    return str_fmt(arena, "%.*s%s%.*s", STR_ARG(err->field), err->field.n ? ": " : "",
                   STR_ARG(sentence));
}

static void compare_refusal(struct checker *checker)
{
    struct arena *arena = checker->ctx->arena;
    const struct yaml_node *refused = yaml_get(checker->example->expect, "refused");
    struct str why = why_refused(checker);

    if (!refused)
        complain(checker, checker->example->node,
                 str_fmt(arena, "the example is refused: %.*s", STR_ARG(why)));
    else if (!str_eq(refused->scalar, checker->ctx->err.field) &&
             !str_eq(refused->scalar, reason_word(arena, reason_of(&checker->ctx->err))))
        complain(checker, refused,
                 str_fmt(arena, "the example expects refused: %.*s, but it is refused for %.*s",
                         STR_ARG(refused->scalar), STR_ARG(why)));
}

/* ---- One example, one service, the city */

/* A layer that is there and has nothing in it gives no answer. */
static void check_assets(struct checker *checker)
{
    const struct definition *definition = checker->definition;

    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        const struct layer *layer =
            field->layer.n ? layers_find(checker->city->layers, field->layer) : NULL;

        if (layer && layer->feature_count == 0)
            problem_add(checker->problems, PROBLEM_ERROR,
                        (struct problem_at){definition->file, field->line, field->column},
                        "the layer \"%.*s\" of this city is empty, so that nobody could answer",
                        STR_ARG(field->layer));
    }
}

/* The keys of `expect` must be known, and something must be expected. */
static bool has_known_results(struct checker *checker)
{
    const struct definition *definition = checker->definition;
    const struct yaml_node *expect = checker->example->expect;
    size_t n = 0, most = 2 + definition->clock_n + COUNT(later_keys);
    struct str *keys = ARENA_ARRAY(checker->ctx->arena, most, struct str);
    int before = checker->problems->error_count;

    if (!keys)
        return false;
    keys[n++] = S("team");
    keys[n++] = S("refused");
    for (size_t i = 0; i < definition->clock_n; i++)
        keys[n++] = definition->workflow->clocks[definition->clocks[i].kind].id;
    for (size_t i = 0; definition->not_run_n && i < COUNT(later_keys); i++)
        keys[n++] = later_keys[i];
    if (yaml_expect_map(checker->problems, expect, keys, n) && expect->n == 0)
        complain(checker, expect, S("the example expects nothing: add a team or a date"));
    return checker->problems->error_count == before;
}

static enum rc run_example(struct checker *checker)
{
    const struct yaml_node *refused = yaml_get(checker->example->expect, "refused");
    struct filing filing;
    struct facts facts;
    struct place place;
    enum rc rc;

    if (!has_known_keys(checker) || !has_known_results(checker))
        return RC_OK;
    if (!parse_filed(checker->city, checker->example->filed, &checker->ctx->now)) {
        complain(checker, yaml_get(checker->example->node, "filed"),
                 S("date and time are expected here, such as 2026-07-02 16:30"));
        return RC_OK;
    }
    rc = fill_filing(checker, &filing, &place);
    if (!rc && refused)
        complain(checker, refused, S("the example expects to be refused, but it is taken"));
    facts = facts_of(checker, &filing);
    if (!rc)
        rc = run_routes(checker, &facts);
    if (!rc)
        rc = run_clocks(checker, &facts);
    if (rc != RC_INVALID)
        return rc;
    compare_refusal(checker);
    ctx_clear_error(checker->ctx);
    return RC_OK;
}

static enum rc reached_new(struct ctx *ctx, const struct definition *definition,
                           struct reached *ret)
{
    struct reached reached = {
        .routes = ARENA_ARRAY(ctx->arena, definition->route_n, bool),
        .branches = ARENA_ARRAY(ctx->arena, definition->clock_n, bool *),
    };

    if (!reached.routes || !reached.branches)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < definition->clock_n; i++) {
        reached.branches[i] = ARENA_ARRAY(ctx->arena, definition->clocks[i].branch_n, bool);
        if (!reached.branches[i])
            return FAIL(ctx, ERR_MEMORY);
    }
    *ret = reached;
    return RC_OK;
}

static void missing(struct buf *missed, const struct definition *definition, int line,
                    struct str what)
{
    buf_add_fmt(missed, "  %.*s:%d: no example %.*s\n", STR_ARG(definition->file), line,
                STR_ARG(what));
}

static void add_coverage(const struct checker *checker, struct buf *missed,
                         struct check_coverage *sum)
{
    const struct definition *definition = checker->definition;
    bool has_calendar = false;

    for (size_t i = 0; i < definition->route_n; i++) {
        sum->routes_taken += checker->reached.routes[i];
        if (!checker->reached.routes[i])
            missing(missed, definition, definition->routes[i].line, S("takes this route"));
    }
    sum->routes += definition->route_n;
    for (size_t i = 0; i < definition->clock_n; i++) {
        const struct clock_rule *clock = &definition->clocks[i];

        for (size_t j = 0; j < clock->branch_n; j++) {
            enum span_unit unit = clock->branches[j].within.unit;

            has_calendar |= unit == SPAN_WORKDAYS || unit == SPAN_WORK_TIME;
            sum->branches_taken += checker->reached.branches[i][j];
            if (!checker->reached.branches[i][j])
                missing(missed, definition, clock->branches[j].line,
                        S("takes this branch of a clock"));
        }
        sum->branches += clock->branch_n;
    }
    sum->calendars += has_calendar;
    sum->holidays_taken += has_calendar && checker->reached.has_holiday;
    if (has_calendar && !checker->reached.has_holiday)
        missing(missed, definition, 1, S("has a deadline beyond a holiday"));
}

static void report_service(const struct definition *definition, const struct check_coverage *of,
                           struct str missed, struct buf *report)
{
    buf_add_fmt(report, "%.*s: %zu examples; %zu of %zu routes, %zu of %zu branches%s\n",
                STR_ARG(definition->code), definition->example_n, of->routes_taken, of->routes,
                of->branches_taken, of->branches, of->holidays_taken ? ", a holiday" : "");
    buf_add(report, missed);
}

static enum rc check_one(struct checker *checker, struct buf *report, struct check_coverage *sum)
{
    const struct definition *definition = checker->definition;
    struct buf missed = buf_in(checker->ctx->arena, 100000);
    struct check_coverage own = {.services = 1};
    enum rc rc = reached_new(checker->ctx, definition, &checker->reached);

    if (definition->audience == AUDIENCE_PUBLIC && definition->example_n < MIN_EXAMPLES)
        problem_add(checker->problems, PROBLEM_ERROR, (struct problem_at){definition->file, 1, 1},
                    "a public service has at least %d examples; this one has %zu", MIN_EXAMPLES,
                    definition->example_n);
    for (size_t i = 0; !rc && i < definition->example_n; i++) {
        checker->example = &definition->examples[i];
        rc = run_example(checker);
    }
    if (rc)
        return rc;
    add_coverage(checker, &missed, &own);
    if (report)
        report_service(definition, &own, buf_str(&missed), report);
    sum->services++;
    sum->routes += own.routes;
    sum->routes_taken += own.routes_taken;
    sum->branches += own.branches;
    sum->branches_taken += own.branches_taken;
    sum->calendars += own.calendars;
    sum->holidays_taken += own.holidays_taken;
    return RC_OK;
}

enum rc check_service(struct ctx *ctx, const struct definition *definition,
                      struct problems *problems, struct check_coverage *ret)
{
    struct check_coverage sum = {0};
    struct ctx filing = {.arena = ctx->arena, .city = ctx->city, .db = ctx->db, .conn = ctx->conn};
    struct checker checker = {
        .ctx = &filing, .city = ctx->city, .problems = problems, .definition = definition};
    enum rc rc = check_one(&checker, NULL, &sum);

    ctx_done(&filing);
    if (rc)
        return ctx_fail(ctx, filing.err);
    *ret = sum;
    return RC_OK;
}

/* A city without layers takes reports all the same, but hardly anybody can say where. */
static void note_missing_layers(const struct city *city, struct problems *problems)
{
    const struct definition *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < city->service_n; i++) {
        const struct place_rule *place = &city->services[i]->place;

        if (place->need == PLACE_REQUIRED || (place->need != PLACE_NONE && place->within.n)) {
            first = first ? first : city->services[i];
            n++;
        }
    }
    if (!n || city->layers->count)
        return;
    problem_add(problems, PROBLEM_NOTE, (struct problem_at){first->file, 1, 1},
                "this service%s asks for a place, and the city has no layers: there is no map, no "
                "address is found and every place counts as inside, so people can give "
                "coordinates alone; docs/import.md says how layers are taken over",
                n > 1 ? ", like others," : "");
}

enum rc check_city(struct ctx *ctx, struct city *city, struct problems *problems,
                   struct buf *report, struct check_coverage *ret)
{
    struct check_coverage sum = {0};
    struct ctx filing = {.arena = ctx->arena, .city = city, .db = ctx->db, .conn = ctx->conn};
    struct checker checker = {.ctx = &filing, .city = city, .problems = problems};
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < city->service_n; i++) {
        checker.definition = city->services[i];
        check_assets(&checker);
        rc = check_one(&checker, report, &sum);
    }
    note_missing_layers(city, problems);
    ctx_done(&filing);
    if (rc)
        return ctx_fail(ctx, filing.err);
    if (report)
        buf_add_fmt(report,
                    "%zu services: %zu of %zu routes, %zu of %zu branches, %zu of %zu calendars\n",
                    sum.services, sum.routes_taken, sum.routes, sum.branches_taken, sum.branches,
                    sum.holidays_taken, sum.calendars);
    *ret = sum;
    return RC_OK;
}
