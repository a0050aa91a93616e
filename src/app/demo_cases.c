#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/demo.h"
#include "engine/cases/asset.h"
#include "engine/cases/case_work.h"
#include "engine/cases/cases.h"
#include "engine/cases/locate.h"
#include "engine/cases/timer.h"
#include "engine/definition/answer.h"
#include "engine/message/notice.h"
#include "people/actor.h"
#include "place/layers.h"

#define DAYS_BACK   120
#define OLD_DAYS    14
#define BASE_URL    NOTICE_BASE_UNKNOWN
#define MAX_PLACES  400 /* different addresses; several cases share one */
#define MAX_ACTIONS 6   /* of one case */
#define SHOW_EVERY  250

/* A small generator of its own (xorshift64*), so that every demonstration is the same city. */
struct dice {
    uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return (uint32_t)(dice->state * UINT64_C(0x2545F4914F6CDD1D) >> 33) % sides;
}

/* One thing that somebody does at some time. */
struct action {
    struct instant at;
    int plan; /* index of the case's plan */
    int step; /* -1: file it; else index into the plan's steps */
};

struct plan {
    const struct definition *definition;
    struct place place;
    struct answers answers;
    enum lang lang;
    struct str description, email, channel;
    const char *steps[MAX_ACTIONS];
    int64_t case_id;
    bool is_stopped; /* a step was refused: the rest of the plan is dropped */
};

struct seeding {
    struct ctx *ctx;
    const struct home *home;
    struct dice dice;
    struct place *places;
    size_t place_n;
    struct plan *plans;
    struct action *actions;
    size_t action_n;
    struct instant filed;  /* of the plan that is being made */
    struct instant passed; /* what was due by then has been done */
    struct actor staff;
    const struct demo_photos *photos;
};

static const char *const descriptions[LANG__PUBLIC][6] = {
    [LANG_EN] = {"It has been like this for a week.", "Right in front of the school.",
                 "Dangerous at night, please hurry.", "Near the corner, on the north side.",
                 "My neighbor nearly fell here yesterday.", ""},
    [LANG_ES] = {"Lleva así una semana.", "Justo frente a la escuela.",
                 "Es peligroso de noche, por favor apúrense.", "Cerca de la esquina, lado norte.",
                 "Mi vecina casi se cae ayer aquí.", ""},
    [LANG_VI] = {"Tình trạng này đã kéo dài một tuần.", "Ngay trước trường học.",
                 "Nguy hiểm vào ban đêm, xin xử lý sớm.", "Gần góc đường, phía bắc.",
                 "Hôm qua hàng xóm tôi suýt ngã ở đây.", ""},
};

#define SAYINGS 4

/* What is said with a step; with a step that is not named here, what is said when one ends. */
static const struct {
    const char *step;
    const char *said[SAYINGS];
} sayings[] = {
    {"ask",
     {"Which side of the street is it on?", "Can you send us a photo of it?",
      "Is it still there today?", "When is somebody at home to show us?"}},
    {"answer",
     {"On the left, when you come from the bridge.", "Yes, it is still there this morning.",
      "In front of the house with the blue door.", "Any day after three in the afternoon."}},
    {"schedule",
     {"It is on the list of the crew for that day.", "We come in the morning.",
      "Please keep the place free for our truck.", "The part will be here by then."}},
    {"withdraw",
     {"It has been seen to.", "I reported it twice.", "It is gone now.",
      "A neighbor has taken care of it."}},
    {"reopen",
     {"It is as it was before.", "It came back after the rain.", "The work was not finished.",
      "It is broken again."}},
    {"",
     {"A crew was there this morning.", "Thank you for telling us. It is done.",
      "We looked at it twice and found nothing more to do.",
      "The part had to be ordered; it is in place now."}},
};

static const char *const notes[] = {
    "Call the gas company before digging.",
    "Same spot as in spring.",
    "Needs the small roller.",
    "Neighbor has the key to the gate.",
};

struct place_picking {
    struct seeding *seeding;
    size_t seen;
};

/* Keeps about every so many-th house number of the city. */
static bool pick_place(void *arg, const struct place_choice *choice)
{
    struct place_picking *picking = arg;
    struct seeding *seeding = picking->seeding;
    struct arena *arena = seeding->ctx->arena;
    struct place *place = &seeding->places[seeding->place_n];

    if (picking->seen++ % 71 == 0 &&
        layers_check_inside(seeding->ctx, seeding->home->city->layers, choice->point) == RC_OK &&
        locate_choice(seeding->ctx, seeding->home->city, choice, place) == RC_OK) {
        /* The choice's texts last only for this call. */
        place->address = str_copy(arena, place->address);
        place->label = str_copy(arena, place->label);
        seeding->place_n++;
    }
    ctx_clear_error(seeding->ctx);
    return seeding->place_n < MAX_PLACES;
}

static enum rc find_places(struct seeding *seeding)
{
    struct place_picking picking = {seeding, 0};

    seeding->places = ARENA_ARRAY(seeding->ctx->arena, MAX_PLACES, struct place);
    if (!seeding->places)
        return FAIL(seeding->ctx, ERR_MEMORY);
    gazetteer_each(seeding->ctx, seeding->home->city->gazetteer, pick_place, &picking);
    return seeding->place_n ? RC_OK : FAIL(seeding->ctx, ERR_CONFIG, .detail = S("no places"));
}

/* One of the things at the place; empty where there is none. */
static struct str some_asset(struct seeding *seeding, const struct field *field,
                             const struct place *place)
{
    struct assets_near near;
    uint32_t one = roll(&seeding->dice, 4000);

    assets_near(seeding->home->city, field, place, &near);
    return near.n ? near.of[one % near.n].feature->id : STR_NONE;
}

/* What somebody might type; empty where nothing comes to mind. */
static struct str some_text(struct seeding *seeding, const struct field *field,
                            const struct place *place)
{
    struct ctx *ctx = seeding->ctx;

    switch (field->type) {
    case FIELD_YES_NO: return roll(&seeding->dice, 4) ? S("false") : S("true");
    case FIELD_CHOICE:
    case FIELD_CHOICES: return field->options[roll(&seeding->dice, (uint32_t)field->option_n)].id;
    case FIELD_NUMBER:
    case FIELD_MONEY: return S("2");
    case FIELD_DATE:
        return date_format(ctx->arena, date_plus(city_local(ctx->city, seeding->filed).date, -1));
    case FIELD_ASSET: return some_asset(seeding, field, place);
    case FIELD_TEXT: return field->pattern.n ? STR_NONE : S("See the photo");
    case FIELD_LATER: break;
    }
    assert(!"a field of a later version is asked");
    return STR_NONE;
}

/* Some answer that the field takes; none for a field that need not be answered, now and then. */
static enum rc make_answer(struct seeding *seeding, const struct field *field,
                           const struct place *place, struct answer *ret)
{
    struct str typed;

    if (!field->is_required && roll(&seeding->dice, 3) == 0)
        return RC_OK;
    typed = some_text(seeding, field, place);
    return answer_read(seeding->ctx, field, &typed, 1, ret);
}

static enum rc answer_all(struct seeding *seeding, struct plan *plan)
{
    enum rc rc = answers_new(seeding->ctx, plan->definition, &plan->answers);

    for (size_t i = 0; !rc && i < plan->definition->field_n; i++)
        rc = make_answer(seeding, &plan->definition->fields[i], &plan->place, &plan->answers.of[i]);
    return rc;
}

static void add_action(struct seeding *seeding, struct action action)
{
    if (instant_cmp(action.at, seeding->ctx->now) < 0)
        seeding->actions[seeding->action_n++] = action;
}

/* Most of what is older than the city's longest deadline has come to an end; of the rest a few
 * wait, are under way or were overlooked. */
static const char *const ended[][MAX_ACTIONS] = {
    {"start", "resolve"},
    {"start", "resolve"},
    {"schedule", "start", "resolve"},
    {"resolve"},
    {"start", "ask", "answer", "resolve"},
    {"start", "resolve", "reopen", "start", "resolve"},
    {"withdraw"},
};
static const char *const under_way[][MAX_ACTIONS] = {
    {"ask"}, {"start"}, {"schedule"}, {"start", "resolve", "reopen", "start"}, {NULL}, {NULL},
};

/* The first look comes within a day, but for one case in ten. */
static int64_t hours_until_next(struct seeding *seeding, int step)
{
    bool is_prompt = step == 0 && roll(&seeding->dice, 10);

    return 1 + roll(&seeding->dice, is_prompt ? 20 : 72);
}

/* Which way this case goes, and when. */
static void plan_steps(struct seeding *seeding, int index, struct instant filed)
{
    struct plan *plan = &seeding->plans[index];
    bool is_old = seeding->ctx->now.us_utc - filed.us_utc > OLD_DAYS * 24 * US_PER_H;
    bool has_ended = roll(&seeding->dice, is_old ? 60 : 3) > 0;
    const char *const *way = has_ended ? ended[roll(&seeding->dice, COUNT(ended))]
                                       : under_way[roll(&seeding->dice, COUNT(under_way))];
    int64_t at = filed.us_utc;

    add_action(seeding, (struct action){filed, index, -1});
    for (int step = 0; step < MAX_ACTIONS && way[step]; step++) {
        plan->steps[step] = way[step];
        at += hours_until_next(seeding, step) * US_PER_H;
        add_action(seeding, (struct action){{at}, index, step});
    }
}

static enum rc make_plan(struct seeding *seeding, int index)
{
    const struct city *city = seeding->home->city;
    struct plan *plan = &seeding->plans[index];
    uint32_t tongue = roll(&seeding->dice, 10);
    int64_t ago = (int64_t)roll(&seeding->dice, DAYS_BACK * 24 * 60) * US_PER_MIN;
    static const char *const channels[] = {"web", "web", "web", "phone", "counter"};

    plan->definition = city->services[roll(&seeding->dice, (uint32_t)city->service_n)];
    plan->place = seeding->places[roll(&seeding->dice, (uint32_t)seeding->place_n)];
    plan->lang = tongue < 7 ? LANG_EN : tongue < 9 ? LANG_ES : LANG_VI;
    plan->description = str_of(descriptions[plan->lang][roll(&seeding->dice, 6)]);
    plan->channel = str_of(channels[roll(&seeding->dice, 5)]);
    if (roll(&seeding->dice, 3) || !plan->definition->applicant.may_be_anonymous)
        plan->email = str_fmt(seeding->ctx->arena, "resident%d@example.org", index);
    seeding->filed = instant_plus_us(seeding->ctx->now, -ago);
    plan_steps(seeding, index, seeding->filed);
    return answer_all(seeding, plan);
}

static int compare_actions(const void *a, const void *b)
{
    const struct action *x = a, *y = b;
    int order = instant_cmp(x->at, y->at);

    return order ? order : (x->plan > y->plan) - (x->plan < y->plan);
}

static enum rc file_plan(struct ctx *ctx, struct seeding *seeding, struct plan *plan)
{
    struct filing filing = {
        .definition = plan->definition,
        .answers = plan->answers,
        .place = plan->definition->place.need == PLACE_NONE ? NULL : &plan->place,
        .description = plan->description,
        .contact = {.name = plan->email.n ? S("A. Resident") : S(""),
                    .email = plan->email,
                    .phone = plan->definition->applicant.phone == CONTACT_REQUIRED
                                 ? S("251-555-0142")
                                 : S("")},
        .channel = plan->channel,
        .lang = plan->lang,
        .base_url = S(BASE_URL),
    };
    struct filed filed;
    enum rc rc = case_file(ctx, &filing, &filed);

    plan->case_id = filed.case_id;
    if (!rc && roll(&seeding->dice, 5) == 0)
        rc = demo_photo_give(ctx, seeding->photos, plan->definition, filed.case_id,
                             roll(&seeding->dice, 60));
    return rc;
}

/* What staff do beside the step: they take it on, write something down, show a picture. */
static enum rc look_after(struct ctx *ctx, struct seeding *seeding, const struct plan *plan)
{
    enum rc rc = RC_OK;

    if (roll(&seeding->dice, 4) == 0)
        rc = case_assign(ctx, plan->case_id, 0, seeding->staff.id);
    if (!rc && roll(&seeding->dice, 8) == 0)
        rc = case_note(ctx, plan->case_id, str_of(notes[roll(&seeding->dice, 4)]), false);
    if (!rc && roll(&seeding->dice, 2) == 0)
        rc = demo_photos_release(ctx, plan->case_id);
    if (rc == RC_CONFLICT || rc == RC_DENIED) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    return rc;
}

static struct str said_with(struct str step, uint32_t which)
{
    size_t i = 0;

    while (i + 1 < COUNT(sayings) && !str_eq(step, str_of(sayings[i].step)))
        i++;
    return str_of(sayings[i].said[which]);
}

static enum rc take_step(struct ctx *ctx, struct seeding *seeding, const struct action *action)
{
    struct plan *plan = &seeding->plans[action->plan];
    struct date later = date_plus(city_local(ctx->city, ctx->now).date, 5);
    const struct workflow *workflow = plan->definition->workflow;
    uint32_t which = roll(&seeding->dice, SAYINGS);
    struct step_input input = {
        .step = str_of(plan->steps[action->step]),
        .outcome = workflow->outcome_n
                       ? workflow->outcomes[roll(&seeding->dice, (uint32_t)workflow->outcome_n)].id
                       : STR_NONE,
        .date = date_format(ctx->arena, later),
        .base_url = S(BASE_URL),
    };
    const struct step *step = workflow_step(workflow, input.step);
    struct actor resident = {.kind = ACTOR_RESIDENT, .case_ids = &plan->case_id, .case_n = 1};
    bool is_theirs = str_eq(input.step, S("answer")) || str_eq(input.step, S("withdraw"));
    enum rc rc;

    if (step && (step->asks & STEP_ASK_MESSAGE))
        input.message = said_with(input.step, which);
    ctx->actor = is_theirs ? &resident : &seeding->staff;
    rc = case_step(ctx, plan->case_id, &input);
    ctx->actor = &seeding->staff;
    return rc ? rc : look_after(ctx, seeding, plan);
}

/* Runs one action in a small context of its own, at its own time. */
static enum rc act(struct seeding *seeding, const struct action *action)
{
    struct plan *plan = &seeding->plans[action->plan];
    struct arena *arena = arena_child(seeding->ctx->arena);
    struct ctx ctx = *seeding->ctx;
    enum rc rc;

    if (!arena)
        return FAIL(seeding->ctx, ERR_MEMORY);
    ctx.arena = arena;
    ctx.deferred = NULL;
    ctx.now = action->at;
    ctx.lang = plan->lang;
    rc = action->step < 0 ? file_plan(&ctx, seeding, plan) : take_step(&ctx, seeding, action);
    if (rc == RC_CONFLICT && action->step >= 0) {
        plan->is_stopped = true;
        rc = RC_OK;
    }
    if (rc)
        rc = ctx_fail(seeding->ctx,
                      (struct err){.id = ctx.err.id,
                                   .file = ctx.err.file,
                                   .line = ctx.err.line,
                                   .detail = str_copy(seeding->ctx->arena, ctx.err.detail),
                                   .field = str_copy(seeding->ctx->arena, ctx.err.field)});
    ctx_done(&ctx);
    arena_free(arena);
    return rc;
}

/* Runs what has come due by that hour, as the program would have then. */
static enum rc run_due(struct seeding *seeding, struct instant hour)
{
    const struct job_kind *const tables[] = {timer_jobs, NULL};
    const struct job_runner runner = {tables, S(BASE_URL)};
    bool was_there = true;
    enum rc rc = RC_OK;

    while (!rc && was_there) {
        struct ctx ctx = *seeding->ctx;

        ctx.arena = arena_child(seeding->ctx->arena);
        ctx.deferred = NULL;
        ctx.now = hour;
        if (!ctx.arena)
            return FAIL(seeding->ctx, ERR_MEMORY);
        rc = job_run_next(&ctx, &runner, &was_there);
        if (rc && was_there)
            rc = RC_OK; /* written to its row, and tried again when the city is served */
        ctx_done(&ctx);
        arena_free(ctx.arena);
    }
    return rc;
}

/* Lets the time up to `until` pass, hour by hour: deadlines are missed when they are, not when the
 * demonstration is made. */
static enum rc pass_time(struct seeding *seeding, struct instant until)
{
    enum rc rc = RC_OK;

    if (!seeding->passed.us_utc)
        seeding->passed = until;
    while (!rc && until.us_utc - seeding->passed.us_utc >= US_PER_H) {
        seeding->passed = instant_plus_us(seeding->passed, US_PER_H);
        rc = run_due(seeding, seeding->passed);
    }
    return rc;
}

static void show_progress(size_t done, size_t of, int64_t began_ms)
{
    int64_t ms = clock_monotonic_ms() - began_ms;
    int64_t left_s = (int64_t)(of - done) * ms / (int64_t)done / 1000;

    fprintf(stderr, "\rmaking cases: %zu of %zu actions, %lld s left    ", done, of,
            (long long)left_s);
}

static enum rc run(struct seeding *seeding, bool is_shown)
{
    int64_t began_ms = clock_monotonic_ms();
    enum rc rc = RC_OK;

    qsort(seeding->actions, seeding->action_n, sizeof *seeding->actions, compare_actions);
    for (size_t i = 0; !rc && i < seeding->action_n; i++) {
        rc = pass_time(seeding, seeding->actions[i].at);
        if (!rc && !seeding->plans[seeding->actions[i].plan].is_stopped)
            rc = act(seeding, &seeding->actions[i]);
        if (is_shown && (i % SHOW_EVERY == 0 || i + 1 == seeding->action_n))
            show_progress(i + 1, seeding->action_n, began_ms);
    }
    if (is_shown)
        fprintf(stderr, "\n");
    return rc;
}

enum rc demo_cases(struct ctx *ctx, const struct home *home, const struct demo_options *options)
{
    static const struct grant everywhere[] = {{ROLE_AGENT, SCOPE_CITY, STR("")},
                                              {ROLE_SUPERVISOR, SCOPE_CITY, STR("")}};
    size_t n = (size_t)options->n;
    struct seeding seeding = {
        .ctx = ctx,
        .home = home,
        .dice = {UINT64_C(0x9E3779B97F4A7C15)},
        .plans = ARENA_ARRAY(ctx->arena, n, struct plan),
        .actions = ARENA_ARRAY(ctx->arena, n * (MAX_ACTIONS + 1), struct action),
        .staff = {.kind = ACTOR_STAFF, .id = 1, .grants = everywhere, .grant_n = 2},
        .photos = options->photos,
    };
    enum rc rc = find_places(&seeding);

    if (!seeding.plans || !seeding.actions)
        return FAIL(ctx, ERR_MEMORY);
    for (int i = 0; !rc && i < options->n; i++)
        rc = make_plan(&seeding, i);
    if (!rc)
        rc = run(&seeding, options->is_shown);
    if (!rc)
        rc = pass_time(&seeding, ctx->now);
    return rc ? rc : run_due(&seeding, ctx->now);
}
