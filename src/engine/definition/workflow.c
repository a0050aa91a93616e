#include "engine/definition/workflow.h"

#include "base/ctx.h"
#include "engine/definition/sections.h"

#define MAX_STATES 64 /* sets of states are 64-bit masks */
#define MAX_UNRUN  8  /* sections of later versions, "when" and "do" */

struct loader {
    struct ctx *ctx;
    struct problems *problems;
    struct workflow *workflow;
    struct cel_env *names; /* of guards and effects */
    struct cel_env *later; /* the same with what only later versions know */
    struct str *not_run;   /* the workflow's, while it grows */
};

static const struct str top_keys[] = {
    STR("workflow"), STR("name"),   STR("start"),   STR("states"),   STR("steps"),
    STR("outcomes"), STR("clocks"), STR("notices"), STR("filed"),    STR("transferred"),
    STR("reopen"),   STR("tracks"), STR("tasks"),   STR("answered"),
};

static enum rc out_of_memory(struct loader *loader)
{
    return FAIL(loader->ctx, ERR_MEMORY);
}

/* The keys' ids are the entries' ids; a section that must be there and is not is a problem. */
static const struct yaml_node *section(struct loader *loader, const struct yaml_node *root,
                                       const char *key, bool is_required)
{
    const struct yaml_node *node = yaml_get(root, key);

    if (!node) {
        if (is_required)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(root),
                        "a workflow needs the section \"%s\"", key);
        return NULL;
    }
    if (node->kind != YAML_MAP) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "\"%s\" is a map from ids to their descriptions", key);
        return NULL;
    }
    return node;
}

static enum rc load_states(struct loader *loader, const struct yaml_node *root)
{
    static const struct str keys[] = {STR("type"), STR("name"), STR("says")};
    static const struct str types[] = {STR("open"), STR("waiting"), STR("closed")};
    const struct yaml_node *node = section(loader, root, "states", true);
    struct state *states;

    if (!node)
        return RC_OK;
    if (node->n > MAX_STATES) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node), "at most %d states",
                    MAX_STATES);
        return RC_OK;
    }
    states = ARENA_ARRAY(loader->ctx->arena, node->n, struct state);
    if (!states)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *name, *says;

        states[i].id = yaml_expect_id(loader->problems, &node->keys[i], "a state's id");
        if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
            continue;
        states[i].type = (enum state_type)yaml_expect_word(loader->problems, yaml_get(item, "type"),
                                                           types, COUNT(types), STATE_OPEN);
        name = yaml_get(item, "name");
        says = yaml_get(item, "says");
        if (name)
            states[i].name =
                yaml_expect_languages(loader->problems, name, true, "the state's name");
        else
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item), "a state needs a name");
        if (says)
            states[i].says =
                yaml_expect_languages(loader->problems, says, true, "what the public is told");
    }
    loader->workflow->states = states;
    loader->workflow->state_n = node->n;
    return RC_OK;
}

int workflow_state(const struct workflow *workflow, struct str id)
{
    for (size_t i = 0; i < workflow->state_n; i++)
        if (str_eq(workflow->states[i].id, id))
            return (int)i;
    return -1;
}

int workflow_outcome(const struct workflow *workflow, struct str id)
{
    for (size_t i = 0; i < workflow->outcome_n; i++)
        if (str_eq(workflow->outcomes[i].id, id))
            return (int)i;
    return -1;
}

const struct step *workflow_step(const struct workflow *workflow, struct str id)
{
    for (size_t i = 0; i < workflow->step_n; i++)
        if (str_eq(workflow->steps[i].id, id))
            return &workflow->steps[i];
    return NULL;
}

/* A state's index; a problem with the nearest id, and -1, when there is none. */
static int expect_state(struct loader *loader, const struct yaml_node *node)
{
    struct str ids[MAX_STATES], near;
    int state;

    if (node->kind != YAML_SCALAR) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "a state's id is expected here");
        return -1;
    }
    state = workflow_state(loader->workflow, node->scalar);
    if (state >= 0)
        return state;
    for (size_t i = 0; i < loader->workflow->state_n; i++)
        ids[i] = loader->workflow->states[i].id;
    near = problem_nearest(node->scalar, ids, loader->workflow->state_n);
    problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                "\"%.*s\" is not a state of this workflow%s%.*s%s", STR_ARG(node->scalar),
                near.n ? "; did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
    return -1;
}

/* [a, b] or "any". */
static uint64_t expect_states(struct loader *loader, const struct yaml_node *node)
{
    uint64_t mask = 0;

    if (node->kind == YAML_SCALAR && str_eq(node->scalar, S("any")))
        return loader->workflow->state_n == MAX_STATES
                   ? UINT64_MAX
                   : (UINT64_C(1) << loader->workflow->state_n) - 1;
    if (!yaml_expect_list(loader->problems, node, "states"))
        return 0;
    for (size_t i = 0; i < node->n; i++) {
        int state = expect_state(loader, &node->items[i]);

        if (state >= 0)
            mask |= UINT64_C(1) << state;
    }
    return mask;
}

/* A list of words as bits, the i-th word being bit i. */
static unsigned expect_set(struct loader *loader, const struct yaml_node *node,
                           const struct str *words, size_t n, const char *what)
{
    unsigned set = 0;

    if (!node || !yaml_expect_list(loader->problems, node, what))
        return 0;
    for (size_t i = 0; i < node->n; i++) {
        int word = yaml_expect_word(loader->problems, &node->items[i], words, n, -1);

        if (word >= 0)
            set |= 1U << word;
    }
    return set;
}

const struct str workflow_placeholders[] = {
    [PLACEHOLDER_NUMBER] = STR("number"),   [PLACEHOLDER_SERVICE] = STR("service"),
    [PLACEHOLDER_PLACE] = STR("place"),     [PLACEHOLDER_AT_PLACE] = STR("at_place"),
    [PLACEHOLDER_TEAM] = STR("team"),       [PLACEHOLDER_DUE] = STR("due"),
    [PLACEHOLDER_LINK] = STR("link"),       [PLACEHOLDER_OUTCOME] = STR("outcome"),
    [PLACEHOLDER_MESSAGE] = STR("message"), [PLACEHOLDER_DATE] = STR("date"),
};

void workflow_check_placeholders(struct problems *problems, const struct yaml_node *node)
{
    struct str text = node->scalar;
    ptrdiff_t open, close;

    for (size_t i = 0; node->kind == YAML_MAP && i < node->n; i++)
        workflow_check_placeholders(problems, &node->items[i]);
    while ((open = str_find_byte(text, '{')) >= 0) {
        struct str name, near;
        bool is_known = false;

        text = str_slice(text, (size_t)open + 1, text.n);
        close = str_find_byte(text, '}');
        name = str_slice(text, 0, close < 0 ? text.n : (size_t)close);
        for (size_t i = 0; i < PLACEHOLDER__N; i++)
            is_known = is_known || str_eq(name, workflow_placeholders[i]);
        if (is_known && close >= 0)
            continue;
        near = problem_nearest(name, workflow_placeholders, PLACEHOLDER__N);
        problem_add(problems, PROBLEM_ERROR, yaml_at(node), "{%.*s} stands for nothing; %s%.*s%s",
                    (int)(name.n < 30 ? name.n : 30), name.p,
                    near.n ? "did you mean {" : "docs/service-file.md lists the placeholders",
                    STR_ARG(near), near.n ? "}?" : "");
    }
}

static enum rc load_notices(struct loader *loader, const struct yaml_node *root)
{
    static const struct str keys[] = {STR("to"), STR("subject"), STR("body")};
    static const struct str audiences[] = {STR("reporter"), STR("followers"), STR("team")};
    const struct yaml_node *node = section(loader, root, "notices", false);
    struct notice_rule *notices;

    if (!node)
        return RC_OK;
    notices = ARENA_ARRAY(loader->ctx->arena, node->n, struct notice_rule);
    if (!notices)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *subject, *body;

        notices[i].id = yaml_expect_id(loader->problems, &node->keys[i], "a notice's id");
        if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
            continue;
        notices[i].to = expect_set(loader, yaml_get(item, "to"), audiences, COUNT(audiences),
                                   "those who are told");
        subject = yaml_get(item, "subject");
        body = yaml_get(item, "body");
        if (!subject || !body || !notices[i].to) {
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "a notice needs to, subject and body");
            continue;
        }
        notices[i].subject =
            yaml_expect_languages(loader->problems, subject, true, "the notice's subject");
        notices[i].body = yaml_expect_languages(loader->problems, body, true, "the notice's text");
        workflow_check_placeholders(loader->problems, subject);
        workflow_check_placeholders(loader->problems, body);
    }
    loader->workflow->notices = notices;
    loader->workflow->notice_n = node->n;
    return RC_OK;
}

const struct notice_rule *workflow_notice(const struct workflow *workflow, struct str id)
{
    for (size_t i = 0; i < workflow->notice_n; i++)
        if (str_eq(workflow->notices[i].id, id))
            return &workflow->notices[i];
    return NULL;
}

int workflow_clock(const struct workflow *workflow, struct str id)
{
    for (size_t i = 0; i < workflow->clock_n; i++)
        if (str_eq(workflow->clocks[i].id, id))
            return (int)i;
    return -1;
}

static void wants_notice(struct loader *loader, struct problem_at at)
{
    problem_add(loader->problems, PROBLEM_ERROR, at,
                "the id of one of the workflow's notices is expected here");
}

static const struct notice_rule *expect_notice(struct loader *loader, const struct yaml_node *node)
{
    const struct notice_rule *notice = NULL;

    if (!node)
        return NULL;
    if (node->kind == YAML_SCALAR)
        notice = workflow_notice(loader->workflow, node->scalar);
    if (!notice)
        wants_notice(loader, yaml_at(node));
    return notice;
}

static void note_unrun(struct loader *loader, const struct yaml_node *node, struct str section,
                       struct str what)
{
    size_t *n = &loader->workflow->not_run_n;

    *n = section_note_unrun(loader->problems, node, section, what, loader->not_run, *n);
}

/* A guard that only a later version can answer is checked and noted. */
static void load_guard(struct loader *loader, const struct yaml_node *item, struct step *step)
{
    struct rule_wanted runs = {loader->names, cel_type_of_kind(CEL_BOOL)};
    const struct yaml_node *when = yaml_get(item, "when"), *otherwise = yaml_get(item, "else");

    if (when && when->kind == YAML_SCALAR && rule_compiles(loader->ctx, runs, when)) {
        rule_compile(loader->ctx, loader->names, when, loader->problems, &step->when);
    } else if (when) {
        rule_compile(loader->ctx, loader->later, when, loader->problems, &step->when);
        note_unrun(
            loader, when, S("when"),
            str_fmt(loader->ctx->arena, "the guard of the step \"%.*s\"", STR_ARG(step->id)));
    }
    if (otherwise)
        step->else_says = yaml_expect_languages(loader->problems, otherwise, true,
                                                "what is told when the guard does not hold");
    if ((when != NULL) != (otherwise != NULL))
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(when ? when : otherwise),
                    "a guard has both when and else: what is told when it does not hold");
}

static void check_effect(struct loader *loader, const struct effect *effect)
{
    if (effect->kind == EFFECT_NOTIFY && !workflow_notice(loader->workflow, effect->subject))
        wants_notice(loader, effect->at);
    if ((effect->kind == EFFECT_CLOCK_START || effect->kind == EFFECT_CLOCK_STOP) &&
        workflow_clock(loader->workflow, effect->subject) < 0)
        problem_add(loader->problems, PROBLEM_ERROR, effect->at,
                    "the id of one of the workflow's clocks is expected here");
}

static enum rc load_effects(struct loader *loader, const struct yaml_node *node, struct step *step)
{
    struct section_reader reader = {loader->ctx, loader->later, loader->problems};
    int errors_before = loader->problems->error_count;
    const struct yaml_node *unrun;
    enum rc rc;

    if (!node)
        return RC_OK;
    section_read(&reader, node, section_of_effects());
    if (loader->problems->error_count > errors_before)
        return RC_OK;
    rc = effects_read(loader->ctx, loader->names, node, &step->effects, &step->effect_n, &unrun);
    if (rc)
        return rc;
    for (size_t i = 0; i < step->effect_n; i++)
        check_effect(loader, &step->effects[i]);
    if (unrun)
        note_unrun(
            loader, unrun, S("do"),
            str_fmt(loader->ctx->arena, "this effect of the step \"%.*s\"", STR_ARG(step->id)));
    return RC_OK;
}

static void load_outcome(struct loader *loader, const struct yaml_node *node, struct step *step)
{
    if (!node)
        return;
    if (node->kind != YAML_SCALAR || workflow_outcome(loader->workflow, node->scalar) < 0)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "the id of one of the workflow's outcomes is expected here");
    else
        step->outcome = node->scalar;
    if (step->asks & STEP_ASK_OUTCOME)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "the step asks for an outcome and names one; it can only do one of the two");
}

static void load_step(struct loader *loader, const struct yaml_node *item, struct step *step)
{
    static const struct str keys[] = {STR("name"), STR("from"),  STR("to"),    STR("by"),
                                      STR("asks"), STR("needs"), STR("after"), STR("notice"),
                                      STR("when"), STR("else"),  STR("do"),    STR("outcome")};
    static const struct str actors[] = {STR("staff"), STR("supervisor"), STR("resident"),
                                        STR("timer")};
    static const struct str asks[] = {STR("note"), STR("message"), STR("outcome"), STR("photo"),
                                      STR("date")};
    static const struct str needs[] = {STR("message"), STR("photo"), STR("note")};
    const struct yaml_node *name = yaml_get(item, "name"), *from = yaml_get(item, "from");
    const struct yaml_node *to = yaml_get(item, "to"), *after = yaml_get(item, "after");

    if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
        return;
    if (!name || !from || !to || !yaml_get(item, "by")) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                    "a step needs name, from, to and by");
        return;
    }
    step->name = yaml_expect_languages(loader->problems, name, true, "the step's name");
    step->from = expect_states(loader, from);
    step->to = expect_state(loader, to);
    step->by = expect_set(loader, yaml_get(item, "by"), actors, COUNT(actors), "those who may");
    step->asks = expect_set(loader, yaml_get(item, "asks"), asks, COUNT(asks), "what is asked");
    step->asks |= expect_set(loader, yaml_get(item, "needs"), needs, COUNT(needs), "what is needed")
                  << 5;
    step->notice = expect_notice(loader, yaml_get(item, "notice"));
    step->has_timer = after != NULL;
    if (after)
        step->after = yaml_expect_span(loader->problems, after, (struct span){SPAN_ELAPSED, 0});
    if (step->has_timer != ((step->by & STEP_BY_TIMER) != 0))
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                    "a step by timer says after how long, and only such a step does");
    if ((step->asks & STEP_ASK_OUTCOME) && loader->workflow->outcome_n == 0)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                    "the step asks for an outcome, but the workflow lists none");
    load_outcome(loader, yaml_get(item, "outcome"), step);
    load_guard(loader, item, step);
}

static enum rc load_steps(struct loader *loader, const struct yaml_node *root)
{
    const struct yaml_node *node = section(loader, root, "steps", true);
    struct step *steps;
    enum rc rc;

    if (!node)
        return RC_OK;
    steps = ARENA_ARRAY(loader->ctx->arena, node->n, struct step);
    if (!steps)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        steps[i].id = yaml_expect_id(loader->problems, &node->keys[i], "a step's id");
        load_step(loader, &node->items[i], &steps[i]);
        rc = load_effects(loader, yaml_get(&node->items[i], "do"), &steps[i]);
        if (rc)
            return rc;
    }
    loader->workflow->steps = steps;
    loader->workflow->step_n = node->n;
    return RC_OK;
}

static enum rc load_outcomes(struct loader *loader, const struct yaml_node *root)
{
    const struct yaml_node *node = section(loader, root, "outcomes", false);
    struct outcome *outcomes;

    if (!node)
        return RC_OK;
    outcomes = ARENA_ARRAY(loader->ctx->arena, node->n, struct outcome);
    if (!outcomes)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        outcomes[i].id = yaml_expect_id(loader->problems, &node->keys[i], "an outcome's id");
        outcomes[i].name =
            yaml_expect_languages(loader->problems, &node->items[i], true, "the outcome's name");
    }
    loader->workflow->outcomes = outcomes;
    loader->workflow->outcome_n = node->n;
    return RC_OK;
}

static enum rc load_clocks(struct loader *loader, const struct yaml_node *root)
{
    static const struct str keys[] = {STR("name"), STR("stops"), STR("pauses")};
    const struct yaml_node *node = section(loader, root, "clocks", false);
    struct clock_kind *clocks;

    if (!node)
        return RC_OK;
    clocks = ARENA_ARRAY(loader->ctx->arena, node->n, struct clock_kind);
    if (!clocks)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *name = yaml_get(item, "name"), *stops = yaml_get(item, "stops");

        clocks[i].id = yaml_expect_id(loader->problems, &node->keys[i], "a clock's id");
        if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
            continue;
        if (!name || !stops) {
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "a clock needs a name and the states that stop it");
            continue;
        }
        clocks[i].name = yaml_expect_languages(loader->problems, name, true, "the clock's name");
        clocks[i].stops_in = expect_states(loader, stops);
        if (yaml_get(item, "pauses"))
            clocks[i].pauses_in = expect_states(loader, yaml_get(item, "pauses"));
    }
    loader->workflow->clocks = clocks;
    loader->workflow->clock_n = node->n;
    return RC_OK;
}

/* Every state must be reachable from the start, and from every state a closed one: a case that
 * can never be finished is a mistake of the file. */
static void check_reachable(struct loader *loader, const struct yaml_node *root)
{
    const struct workflow *workflow = loader->workflow;
    uint64_t reached = UINT64_C(1) << workflow->start, ending = 0;
    bool has_grown = true;

    for (size_t i = 0; i < workflow->state_n; i++)
        if (workflow->states[i].type == STATE_CLOSED)
            ending |= UINT64_C(1) << i;
    while (has_grown) {
        uint64_t reached_before = reached, ending_before = ending;

        for (size_t i = 0; i < workflow->step_n; i++) {
            const struct step *step = &workflow->steps[i];

            if (step->to < 0)
                return;
            if (step->from & reached)
                reached |= UINT64_C(1) << step->to;
            if (ending & (UINT64_C(1) << step->to))
                ending |= step->from;
        }
        has_grown = reached != reached_before || ending != ending_before;
    }
    for (size_t i = 0; i < workflow->state_n; i++) {
        if (!(reached & (UINT64_C(1) << i)))
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(yaml_get(root, "states")),
                        "no step leads to the state \"%.*s\"", STR_ARG(workflow->states[i].id));
        else if (!(ending & (UINT64_C(1) << i)))
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(yaml_get(root, "states")),
                        "from the state \"%.*s\" no steps lead to a closed one",
                        STR_ARG(workflow->states[i].id));
    }
}

static void load_unrun(struct loader *loader, const struct yaml_node *root)
{
    struct section_reader reader = {loader->ctx, loader->later, loader->problems};
    size_t n;
    const struct section_key *sections = sections_of_workflow(&n);

    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *node = yaml_get(root, sections[i].key.p);

        if (!node)
            continue;
        section_read(&reader, node, &sections[i]);
        note_unrun(loader, section_key_node(root, sections[i].key), sections[i].key,
                   str_fmt(loader->ctx->arena, "the section \"%.*s\"", STR_ARG(sections[i].key)));
    }
}

static void load_reopen(struct loader *loader, const struct yaml_node *root)
{
    static const struct str keys[] = {STR("within")};
    const struct yaml_node *node = yaml_get(root, "reopen");

    if (!node || !yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return;
    loader->workflow->may_reopen = true;
    loader->workflow->reopen_within = yaml_expect_span(loader->problems, yaml_get(node, "within"),
                                                       (struct span){SPAN_ELAPSED, 30 * 86400});
}

/* `none` is a word here, and no id of a notice. */
static bool load_or_none(struct loader *loader, const struct yaml_node *node,
                         const struct notice_rule **ret)
{
    if (node && node->kind == YAML_SCALAR && str_eq(node->scalar, S("none")))
        return true;
    *ret = expect_notice(loader, node);
    return false;
}

static enum rc load_sections(struct loader *loader, const struct yaml_node *root)
{
    enum rc rc = load_states(loader, root);

    if (!rc)
        rc = load_outcomes(loader, root);
    if (!rc)
        rc = load_notices(loader, root);
    if (!rc)
        rc = load_clocks(loader, root);
    if (!rc)
        rc = load_steps(loader, root);
    if (!rc)
        load_unrun(loader, root);
    return rc;
}

enum rc workflow_load(struct ctx *ctx, const struct yaml_node *root, struct problems *problems,
                      const struct workflow **ret)
{
    struct loader loader = {
        .ctx = ctx,
        .problems = problems,
        .workflow = ARENA_NEW(ctx->arena, struct workflow),
        .not_run = ARENA_ARRAY(ctx->arena, MAX_UNRUN, struct str),
    };
    int errors_before = problems->error_count;
    const struct yaml_node *id = yaml_get(root, "workflow"), *name = yaml_get(root, "name");
    const struct yaml_node *start = yaml_get(root, "start");
    enum rc rc;

    if (!loader.workflow || !loader.not_run)
        return out_of_memory(&loader);
    rc = rule_names_new(ctx, false, &loader.names);
    if (!rc)
        rc = rule_names_new(ctx, false, &loader.later);
    if (rc)
        return rc;
    rule_names_add_guard(loader.names);
    rule_names_add_guard(loader.later);
    rule_names_add_later(loader.later);
    loader.workflow->not_run = loader.not_run;
    if (yaml_expect_map(problems, root, top_keys, COUNT(top_keys))) {
        if (!id || !name || !start)
            problem_add(problems, PROBLEM_ERROR, yaml_at(root),
                        "a workflow begins with workflow, name and start");
        else {
            loader.workflow->id = yaml_expect_id(problems, id, "the workflow's id");
            loader.workflow->name =
                yaml_expect_languages(problems, name, false, "the workflow's name");
        }
        rc = load_sections(&loader, root);
        if (rc)
            return rc;
        load_reopen(&loader, root);
        loader.workflow->filed_notice = expect_notice(&loader, yaml_get(root, "filed"));
        loader.workflow->is_transfer_silent = load_or_none(&loader, yaml_get(root, "transferred"),
                                                           &loader.workflow->transferred_notice);
        loader.workflow->is_answer_silent =
            load_or_none(&loader, yaml_get(root, "answered"), &loader.workflow->answered_notice);
        if (start)
            loader.workflow->start = expect_state(&loader, start);
    }
    if (problems->error_count == errors_before)
        check_reachable(&loader, root);
    if (problems->error_count > errors_before)
        return FAIL(ctx, ERR_FORMAT, .detail = S("the workflow has errors"));
    *ret = loader.workflow;
    return RC_OK;
}
