#include "engine/definition/definition.h"

#include "base/ctx.h"
#include "engine/definition/definition_load.h"
#include "engine/definition/replies.h"
#include "engine/definition/sections.h"

#define MAX_UNRUN 64 /* sections of later versions, and "fields" */

/* The sections that this version runs; sections.h has those that it only reads. */
static const struct str run_keys[] = {
    STR("service"),   STR("name"),     STR("summary"),  STR("guidance"), STR("department"),
    STR("group"),     STR("workflow"), STR("audience"), STR("place"),    STR("photos"),
    STR("applicant"), STR("fields"),   STR("route"),    STR("clocks"),   STR("duplicates"),
    STR("open311"),   STR("words"),    STR("replies"),  STR("examples"),
};

static enum rc out_of_memory(struct definition_loader *loader)
{
    return FAIL(loader->ctx, ERR_MEMORY);
}

/* One of the ids that the city folder declares; a problem with the nearest when it is none. */
static struct str expect_declared(struct definition_loader *loader, const struct yaml_node *node,
                                  const struct str *ids, size_t n, const char *what)
{
    struct str near;

    if (node->kind != YAML_SCALAR) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node), "%s is expected here", what);
        return STR_NONE;
    }
    for (size_t i = 0; i < n; i++)
        if (str_eq(node->scalar, ids[i]))
            return ids[i];
    if (loader->world->is_published)
        return node->scalar;
    near = problem_nearest(node->scalar, ids, n);
    problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                "\"%.*s\" is not %s of this city%s%.*s%s", STR_ARG(node->scalar), what,
                near.n ? "; did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
    return STR_NONE;
}

struct str definition_expect_layer(struct definition_loader *loader, const struct yaml_node *node)
{
    return expect_declared(loader, node, loader->world->layers, loader->world->layer_n, "a layer");
}

static void load_identity(struct definition_loader *loader, const struct yaml_node *root)
{
    static const struct str audiences[] = {STR("public"), STR("parties"), STR("staff")};
    struct definition *definition = loader->definition;
    const struct definition_world *world = loader->world;
    const struct yaml_node *name = yaml_get(root, "name"), *group = yaml_get(root, "group");
    const struct yaml_node *department = yaml_get(root, "department");
    const struct yaml_node *summary = yaml_get(root, "summary");
    const struct yaml_node *guidance = yaml_get(root, "guidance");

    definition->audience = (enum audience)yaml_expect_word(
        loader->problems, yaml_get(root, "audience"), audiences, COUNT(audiences), AUDIENCE_PUBLIC);
    loader->is_public = definition->audience != AUDIENCE_STAFF;
    definition->code =
        yaml_expect_id(loader->problems, yaml_get(root, "service"), "a service's id");
    if (name)
        definition->name =
            yaml_expect_languages(loader->problems, name, loader->is_public, "the service's name");
    if (summary)
        definition->summary =
            yaml_expect_languages(loader->problems, summary, loader->is_public, "the summary");
    if (guidance)
        definition->guidance =
            yaml_expect_languages(loader->problems, guidance, loader->is_public, "the guidance");
    if (department)
        definition->department = expect_declared(loader, department, world->departments,
                                                 world->department_n, "a department");
    if (group)
        definition->group =
            expect_declared(loader, group, world->groups, world->group_n, "a group of services");
}

static void load_workflow(struct definition_loader *loader, const struct yaml_node *node)
{
    const struct definition_world *world = loader->world;

    for (size_t i = 0; i < world->workflow_n; i++)
        if (node->kind == YAML_SCALAR && str_eq(world->workflows[i]->id, node->scalar))
            loader->definition->workflow = world->workflows[i];
    if (!loader->definition->workflow)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "the id of one of the city's workflows is expected here");
}

static void load_place(struct definition_loader *loader, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("required"), STR("within"), STR("blur")};
    static const struct str needs[] = {STR("true"), STR("false"), STR("never")};
    static const struct str blurs[] = {STR("none"), STR("block")};
    struct place_rule *place = &loader->definition->place;
    const struct yaml_node *within;

    place->need = PLACE_NONE;
    if (!node || !yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return;
    place->need = (enum place_need)yaml_expect_word(loader->problems, yaml_get(node, "required"),
                                                    needs, COUNT(needs), PLACE_REQUIRED);
    place->blur = (enum place_blur)yaml_expect_word(loader->problems, yaml_get(node, "blur"), blurs,
                                                    COUNT(blurs), BLUR_NONE);
    within = yaml_get(node, "within");
    if (within && str_eq(within->scalar, S("city")))
        place->within = within->scalar;
    else if (within)
        place->within = definition_expect_layer(loader, within);
}

static void load_photos(struct definition_loader *loader, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("max"), STR("public")};
    static const struct str releases[] = {STR("never"), STR("after-review"), STR("at-once")};
    struct photo_rule *photos = &loader->definition->photos;

    photos->release = PHOTO_AFTER_REVIEW;
    if (!node || !yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return;
    photos->max = (int)yaml_expect_i64(loader->problems, yaml_get(node, "max"), 0, 20, 5);
    photos->release = (enum photo_release)yaml_expect_word(
        loader->problems, yaml_get(node, "public"), releases, COUNT(releases), PHOTO_AFTER_REVIEW);
}

static void load_applicant(struct definition_loader *loader, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("anonymous"), STR("name"), STR("email"), STR("phone")};
    static const struct str needs[] = {STR("optional"), STR("required"), STR("no")};
    struct applicant_rule *applicant = &loader->definition->applicant;

    applicant->may_be_anonymous = true;
    if (!node || !yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return;
    applicant->may_be_anonymous =
        yaml_expect_bool(loader->problems, yaml_get(node, "anonymous"), true);
    applicant->name = (enum contact_need)yaml_expect_word(loader->problems, yaml_get(node, "name"),
                                                          needs, COUNT(needs), CONTACT_OPTIONAL);
    applicant->email = (enum contact_need)yaml_expect_word(
        loader->problems, yaml_get(node, "email"), needs, COUNT(needs), CONTACT_OPTIONAL);
    applicant->phone = (enum contact_need)yaml_expect_word(
        loader->problems, yaml_get(node, "phone"), needs, COUNT(needs), CONTACT_OPTIONAL);
    if (!applicant->may_be_anonymous && applicant->email != CONTACT_REQUIRED &&
        applicant->phone != CONTACT_REQUIRED && applicant->name != CONTACT_REQUIRED)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "when nobody may stay anonymous, a name, e-mail or phone must be required");
}

static enum rc load_routes(struct definition_loader *loader, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("when"), STR("team")};
    struct route_rule *routes;

    if (!yaml_expect_list(loader->problems, node, "routes"))
        return RC_OK;
    if (node->n == 0)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "at least one route is needed, so that every case finds a team");
    routes = ARENA_ARRAY(loader->ctx->arena, node->n, struct route_rule);
    if (!routes)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *when = yaml_get(item, "when"), *team = yaml_get(item, "team");
        bool is_last = i + 1 == node->n;

        routes[i].line = item->line;
        if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
            continue;
        if (team)
            routes[i].team = expect_declared(loader, team, loader->world->teams,
                                             loader->world->team_n, "a team");
        else
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item), "a route names its team");
        if (is_last && when)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(when),
                        "the last route has no condition, so that every case finds a team");
        else if (!is_last && !when)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "the routes below this one are never reached: give it a condition");
        else if (when)
            rule_compile(loader->ctx, loader->names, when, loader->problems, &routes[i].when);
    }
    loader->definition->routes = routes;
    loader->definition->route_n = node->n;
    return RC_OK;
}

/* "10 workdays" as a branch of its own. */
static struct clock_branch plain_branch(struct definition_loader *loader,
                                        const struct yaml_node *node)
{
    return (struct clock_branch){
        .within = yaml_expect_span(loader->problems, node, (struct span){SPAN_WORKDAYS, 1}),
        .line = node->line,
    };
}

static void load_branch(struct definition_loader *loader, const struct yaml_node *item,
                        struct clock_branch *branch)
{
    const struct yaml_node *when = yaml_get(item, "when"), *within = yaml_get(item, "within");

    if (within)
        *branch = plain_branch(loader, within);
    else
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                    "how long? add within, such as {within: 5 workdays}");
    if (when)
        rule_compile(loader->ctx, loader->names, when, loader->problems, &branch->when);
}

/* Each branch but the last has a condition, and the last has none. */
static void check_branches(struct definition_loader *loader, const struct yaml_node *node,
                           const struct clock_rule *clock, bool last_has_when)
{
    if (clock->branch_n == 0 || last_has_when)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "the last branch has no condition, so that every case has a deadline: "
                    "add else, or a last {within: ...} without when");
}

static void load_any(struct definition_loader *loader, const struct yaml_node *any,
                     struct clock_branch *branches, struct clock_rule *clock)
{
    static const struct str keys[] = {STR("when"), STR("within")};
    bool last_has_when = false;

    for (size_t i = 0; i < any->n; i++) {
        const struct yaml_node *item = &any->items[i];

        if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
            continue;
        last_has_when = yaml_get(item, "when") != NULL;
        if (!last_has_when && i + 1 < any->n)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "the branches below this one are never reached: give it a condition");
        load_branch(loader, item, &branches[clock->branch_n++]);
    }
    check_branches(loader, any, clock, last_has_when);
}

static void load_when_else(struct definition_loader *loader, const struct yaml_node *node,
                           struct clock_branch *branches, struct clock_rule *clock)
{
    const struct yaml_node *when = yaml_get(node, "when"), *otherwise = yaml_get(node, "else");

    load_branch(loader, node, &branches[clock->branch_n++]);
    if (otherwise && !when)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(otherwise),
                    "else needs a condition before it: add when");
    if (otherwise)
        branches[clock->branch_n++] = plain_branch(loader, otherwise);
    check_branches(loader, node, clock, when && !otherwise);
}

/* The three ways to write a clock: "10 workdays", {when, within, else}, or
 * {any: [{when, within}, ..., {within}]}; the map forms also take warn, escalate and law. */
static enum rc load_clock(struct definition_loader *loader, const struct yaml_node *node,
                          struct clock_rule *clock)
{
    static const struct str keys[] = {STR("when"), STR("within"),   STR("else"), STR("any"),
                                      STR("warn"), STR("escalate"), STR("law")};
    const struct yaml_node *any = yaml_get(node, "any");
    const struct yaml_node *warn = yaml_get(node, "warn"), *escalate = yaml_get(node, "escalate");
    struct clock_branch *branches = ARENA_ARRAY(
        loader->ctx->arena, any && any->kind == YAML_LIST ? any->n : 2, struct clock_branch);

    if (!branches)
        return out_of_memory(loader);
    clock->branches = branches;
    if (node->kind == YAML_SCALAR) {
        branches[clock->branch_n++] = plain_branch(loader, node);
        return RC_OK;
    }
    if (!yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return RC_OK;
    clock->has_warning = warn != NULL;
    if (warn)
        clock->warn = yaml_expect_span(loader->problems, warn, (struct span){SPAN_WORKDAYS, 1});
    if (escalate)
        clock->escalate_to = expect_declared(loader, escalate, loader->world->teams,
                                             loader->world->team_n, "a team");
    if (any && (yaml_get(node, "when") || yaml_get(node, "within") || yaml_get(node, "else")))
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(any),
                    "a clock has either any, or when, within and else");
    else if (any && yaml_expect_list(loader->problems, any, "branches"))
        load_any(loader, any, branches, clock);
    else if (!any)
        load_when_else(loader, node, branches, clock);
    return RC_OK;
}

static enum rc load_clocks(struct definition_loader *loader, const struct yaml_node *node)
{
    const struct workflow *workflow = loader->definition->workflow;
    struct clock_rule *clocks;
    struct str kinds[16];

    if (node->kind != YAML_MAP || workflow->clock_n > COUNT(kinds)) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "clocks are a map from the workflow's clocks to how long they run");
        return RC_OK;
    }
    for (size_t i = 0; i < workflow->clock_n; i++)
        kinds[i] = workflow->clocks[i].id;
    clocks = ARENA_ARRAY(loader->ctx->arena, node->n, struct clock_rule);
    if (!clocks)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        enum rc rc;

        clocks[i].kind =
            yaml_expect_word(loader->problems, &node->keys[i], kinds, workflow->clock_n, 0);
        rc = load_clock(loader, &node->items[i], &clocks[i]);
        if (rc)
            return rc;
    }
    loader->definition->clocks = clocks;
    loader->definition->clock_n = node->n;
    return RC_OK;
}

static void load_duplicates(struct definition_loader *loader, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("within"), STR("for")};
    struct duplicate_rule *duplicates = &loader->definition->duplicates;

    if (!node || !yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return;
    duplicates->is_on = true;
    duplicates->within_m = yaml_expect_metres(loader->problems, yaml_get(node, "within"), 50);
    duplicates->back = yaml_expect_span(loader->problems, yaml_get(node, "for"),
                                        (struct span){SPAN_ELAPSED, 60 * 86400});
}

/* A list of plain texts. */
static enum rc load_texts(struct definition_loader *loader, const struct yaml_node *node,
                          const struct str **ret, size_t *ret_n)
{
    struct str *texts;

    if (!node || !yaml_expect_list(loader->problems, node, "words"))
        return RC_OK;
    texts = ARENA_ARRAY(loader->ctx->arena, node->n, struct str);
    if (!texts)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++)
        texts[i] = yaml_expect_text(loader->problems, &node->items[i], "a word");
    *ret = texts;
    *ret_n = node->n;
    return RC_OK;
}

static enum rc load_open311(struct definition_loader *loader, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("group"), STR("keywords")};
    struct open311_rule *open311 = &loader->definition->open311;

    if (!node || !yaml_expect_map(loader->problems, node, keys, COUNT(keys)))
        return RC_OK;
    if (yaml_get(node, "group"))
        open311->group =
            yaml_expect_text(loader->problems, yaml_get(node, "group"), "the Open311 group");
    return load_texts(loader, yaml_get(node, "keywords"), &open311->keywords, &open311->keyword_n);
}

static enum rc load_words(struct definition_loader *loader, const struct yaml_node *node)
{
    struct words *words = &loader->definition->words;
    struct str codes[LANG__PUBLIC];

    for (int lang = 0; lang < LANG__PUBLIC; lang++)
        codes[lang] = lang_code((enum lang)lang);
    if (!node || !yaml_expect_map(loader->problems, node, codes, LANG__PUBLIC))
        return RC_OK;
    for (size_t i = 0; i < node->n; i++) {
        enum lang lang;
        enum rc rc;

        if (!lang_parse(node->keys[i].scalar, &lang))
            continue;
        rc = load_texts(loader, &node->items[i], &words->list[lang], &words->n[lang]);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc load_examples(struct definition_loader *loader, const struct yaml_node *node)
{
    struct example *examples;

    if (!node || !yaml_expect_list(loader->problems, node, "examples"))
        return RC_OK;
    examples = ARENA_ARRAY(loader->ctx->arena, node->n, struct example);
    if (!examples)
        return out_of_memory(loader);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *place = yaml_get(item, "place"), *filed = yaml_get(item, "filed");

        examples[i] = (struct example){
            .line = item->line,
            .column = item->column,
            .place = place ? place->scalar : STR_NONE,
            .filed = filed ? filed->scalar : STR_NONE,
            .node = item,
            .expect = yaml_get(item, "expect"),
        };
        if (item->kind != YAML_MAP || !filed || !examples[i].expect)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "an example says what is filed when and what to expect: "
                        "{place: ..., filed: 2026-07-02 16:30, expect: {...}}");
    }
    loader->definition->examples = examples;
    loader->definition->example_n = node->n;
    return RC_OK;
}

void definition_note_unrun(struct definition_loader *loader, const struct yaml_node *node,
                           struct str section, struct str what)
{
    struct definition *definition = loader->definition;
    size_t *n = &definition->not_run_n;

    if (!loader->not_run)
        loader->not_run = ARENA_ARRAY(loader->ctx->arena, MAX_UNRUN, struct str);
    if (!loader->not_run)
        return; /* out of memory: noticed at the end */
    definition->not_run = loader->not_run;
    *n = section_note_unrun(loader->problems, node, section, what, loader->not_run, *n);
}

/* Whether something stands there that only a later version runs. */
static bool has_unrun(const struct definition *definition, const struct yaml_node *root)
{
    size_t n;
    const struct section_key *sections = sections_of_service(&n);

    for (size_t i = 0; i < n; i++)
        if (yaml_get(root, sections[i].key.p))
            return true;
    for (size_t i = 0; i < definition->field_n; i++)
        if (definition->fields[i].is_derived)
            return true;
    return false;
}

/* The sections of a later version: read by their grammar, their expressions compiled. */
static void load_unrun(struct definition_loader *loader, const struct yaml_node *root)
{
    struct section_reader reader = {loader->ctx, loader->names, loader->problems};
    size_t n;
    const struct section_key *sections = sections_of_service(&n);

    rule_names_add_guard(loader->names);
    rule_names_add_later(loader->names);
    definition_load_derived(loader, yaml_get(root, "fields"));
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *node = yaml_get(root, sections[i].key.p);

        if (!node)
            continue;
        section_read(&reader, node, &sections[i]);
        definition_note_unrun(
            loader, section_key_node(root, sections[i].key), sections[i].key,
            str_fmt(loader->ctx->arena, "the section \"%.*s\"", STR_ARG(sections[i].key)));
    }
}

/* The sections whose expressions refer to the fields, which must be there already. */
static enum rc load_ruled_sections(struct definition_loader *loader, const struct yaml_node *root)
{
    enum rc rc = definition_load_fields(loader, yaml_get(root, "fields"));

    if (!rc)
        rc = load_routes(loader, yaml_get(root, "route"));
    if (!rc)
        effects_check(loader->definition, loader->names, loader->problems);
    if (!rc && yaml_get(root, "clocks") && loader->definition->workflow)
        rc = load_clocks(loader, yaml_get(root, "clocks"));
    if (!rc && !loader->world->is_tree_lent)
        rc = load_examples(loader, yaml_get(root, "examples"));
    if (!rc && has_unrun(loader->definition, root))
        load_unrun(loader, root);
    return rc;
}

static enum rc load_plain_sections(struct definition_loader *loader, const struct yaml_node *root)
{
    enum rc rc;

    load_identity(loader, root);
    load_workflow(loader, yaml_get(root, "workflow"));
    load_place(loader, yaml_get(root, "place"));
    load_photos(loader, yaml_get(root, "photos"));
    load_applicant(loader, yaml_get(root, "applicant"));
    load_duplicates(loader, yaml_get(root, "duplicates"));
    rc = load_open311(loader, yaml_get(root, "open311"));
    if (!rc)
        rc = load_words(loader, yaml_get(root, "words"));
    if (!rc)
        rc = replies_load(loader->ctx, yaml_get(root, "replies"),
                          (struct replies_wanted){loader->problems, loader->is_public},
                          &loader->definition->replies, &loader->definition->reply_n);
    return rc;
}

/* All keys of the top level: those that run and those of later versions. */
static const struct str *top_keys(struct arena *arena, size_t *ret_n)
{
    size_t n;
    const struct section_key *sections = sections_of_service(&n);
    struct str *keys = ARENA_ARRAY(arena, COUNT(run_keys) + n, struct str);

    for (size_t i = 0; keys && i < COUNT(run_keys); i++)
        keys[i] = run_keys[i];
    for (size_t i = 0; keys && i < n; i++)
        keys[COUNT(run_keys) + i] = sections[i].key;
    *ret_n = COUNT(run_keys) + n;
    return keys;
}

static bool has_needed_keys(struct definition_loader *loader, const struct yaml_node *root)
{
    static const char *const needed[] = {"service", "name", "department", "workflow", "route"};
    struct arena *scratch = arena_child(loader->ctx->arena);
    size_t key_n;
    const struct str *keys = scratch ? top_keys(scratch, &key_n) : NULL;
    bool has_all = keys && yaml_expect_map(loader->problems, root, keys, key_n);

    arena_free(scratch);
    if (!has_all)
        return false;
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!yaml_get(root, needed[i])) {
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(root),
                        "a service file needs the key \"%s\"", needed[i]);
            has_all = false;
        }
    }
    return has_all;
}

enum rc definition_load(struct ctx *ctx, const struct yaml_node *root,
                        const struct definition_world *world, struct problems *problems,
                        struct definition **ret)
{
    struct definition_loader loader = {
        .ctx = ctx,
        .problems = problems,
        .world = world,
        .definition = ARENA_NEW(ctx->arena, struct definition),
    };
    int errors_before = problems->error_count;
    enum rc rc;

    if (!loader.definition)
        return FAIL(ctx, ERR_MEMORY);
    loader.definition->file = root->file;
    if (has_needed_keys(&loader, root)) {
        rc = load_plain_sections(&loader, root);
        if (!rc)
            rc = load_ruled_sections(&loader, root);
        if (rc)
            return rc;
    }
    if (problems->error_count > errors_before)
        return FAIL(ctx, ERR_FORMAT, .detail = S("the service file has errors"));
    if (arena_has_failed(ctx->arena)) /* and half of it was read */
        return FAIL(ctx, ERR_MEMORY);
    *ret = loader.definition;
    return RC_OK;
}

const struct field *definition_field(const struct definition *definition, struct str id)
{
    for (size_t i = 0; i < definition->field_n; i++)
        if (str_eq(definition->fields[i].id, id))
            return &definition->fields[i];
    return NULL;
}

bool field_is_public(const struct field *field)
{
    return field->open == OPEN_PUBLIC && field->audience == AUDIENCE_PUBLIC &&
           field->personal == PERSONAL_NONE;
}
