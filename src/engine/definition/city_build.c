#include "engine/definition/city_build.h"

#include <stdlib.h>

#include "engine/definition/replies.h"
#include "engine/definition/sections.h"
#include "place/gazetteer.h"

#define COUNT(array)   (sizeof(array) / sizeof *(array))
#define CITY_MAX_BYTES ((size_t)512 << 20)

enum rc city_new(struct ctx *ctx, struct ctx *ret_home, struct city **ret)
{
    struct arena *arena = arena_new(CITY_MAX_BYTES);
    struct city *city = arena ? ARENA_NEW(arena, struct city) : NULL;

    if (!city) {
        arena_free(arena);
        return FAIL(ctx, ERR_MEMORY);
    }
    city->arena = arena;
    *ret_home = (struct ctx){.arena = arena, .now = ctx->now, .db = ctx->db, .conn = ctx->conn};
    *ret = city;
    return RC_OK;
}

static enum rc parse_file(struct ctx *home, const struct city_files *files, struct str path,
                          struct problems *problems, const struct yaml_node **ret)
{
    const struct city_file *file = city_files_find(files, path);

    if (!file) {
        problem_add(problems, PROBLEM_ERROR, (struct problem_at){path, 0, 0},
                    "the city folder has no such file");
        return FAIL(home, ERR_FORMAT, .detail = path);
    }
    return yaml_parse(home, file->shown, file->content, problems, ret);
}

static enum rc load_named(struct ctx *home, const struct yaml_node *node, struct problems *problems,
                          const struct named **ret, size_t *ret_n)
{
    static const struct str keys[] = {STR("id"), STR("name"), STR("icon")};
    struct named *named;

    if (!node || !yaml_expect_list(problems, node, "{id, name}"))
        return RC_OK;
    named = ARENA_ARRAY(home->arena, node->n, struct named);
    if (!named)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *id = yaml_get(item, "id"), *name = yaml_get(item, "name");

        if (!yaml_expect_map(problems, item, keys, COUNT(keys)))
            continue;
        if (!id || !name) {
            problem_add(problems, PROBLEM_ERROR, yaml_at(item), "id and name are needed here");
            continue;
        }
        named[i].id = yaml_expect_id(problems, id, "an id");
        named[i].name = yaml_expect_languages(problems, name, true, "the name");
        named[i].icon = yaml_get(item, "icon")
                            ? yaml_expect_id(problems, yaml_get(item, "icon"), "an icon")
                            : S("list");
    }
    *ret = named;
    *ret_n = node->n;
    return RC_OK;
}

static struct str scalar_of(const struct yaml_node *root, const char *key)
{
    const struct yaml_node *node = yaml_get(root, key);

    return node && node->kind == YAML_SCALAR ? node->scalar : STR_NONE;
}

static enum rc load_city(struct ctx *home, const struct city_files *files,
                         struct problems *problems, struct city *city)
{
    static const struct str keys[] = {
        STR("city"),  STR("name"),       STR("zone"),      STR("calendar"),    STR("phone"),
        STR("email"), STR("address"),    STR("mail-from"), STR("departments"), STR("groups"),
        STR("state"), STR("state-code"), STR("replies"),   STR("units"),       STR("full-name")};
    static const struct str units[] = {STR("metric"), STR("us")};
    const struct yaml_node *root;
    enum rc rc = parse_file(home, files, S("city.yaml"), problems, &root);

    if (rc)
        return rc;
    if (!yaml_expect_map(problems, root, keys, COUNT(keys)))
        return FAIL(home, ERR_FORMAT, .detail = S("city.yaml"));
    if (!yaml_get(root, "city") || !yaml_get(root, "name") || !yaml_get(root, "zone") ||
        !yaml_get(root, "calendar")) {
        problem_add(problems, PROBLEM_ERROR, yaml_at(root),
                    "city.yaml needs city, name, zone and calendar");
        return FAIL(home, ERR_FORMAT, .detail = S("city.yaml"));
    }
    city->id = yaml_expect_id(problems, yaml_get(root, "city"), "the city's id");
    city->name = yaml_expect_languages(problems, yaml_get(root, "name"), true, "the city's name");
    if (yaml_get(root, "full-name"))
        city->full_name = yaml_expect_languages(problems, yaml_get(root, "full-name"), true,
                                                "the city's full name");
    city->zone_id = scalar_of(root, "zone");
    city->calendar_id = scalar_of(root, "calendar");
    city->phone = scalar_of(root, "phone");
    city->email = scalar_of(root, "email");
    city->address = scalar_of(root, "address");
    city->mail_from = scalar_of(root, "mail-from");
    city->state = scalar_of(root, "state");
    city->state_code = scalar_of(root, "state-code");
    city->is_in_feet =
        yaml_expect_word(problems, yaml_get(root, "units"), units, COUNT(units), 0) == 1;
    if (zone_load(home, city->zone_id, &city->zone)) {
        ctx_clear_error(home);
        problem_add(problems, PROBLEM_ERROR, yaml_at(yaml_get(root, "zone")),
                    "there is no time zone \"%.*s\"; zones are named like America/Chicago",
                    STR_ARG(city->zone_id));
    }
    rc = load_named(home, yaml_get(root, "departments"), problems, &city->departments,
                    &city->department_n);
    if (!rc)
        rc = load_named(home, yaml_get(root, "groups"), problems, &city->groups, &city->group_n);
    if (!rc)
        rc = replies_load(home, yaml_get(root, "replies"), (struct replies_wanted){problems, true},
                          &city->replies, &city->reply_n);
    return rc;
}

static void check_department(const struct yaml_node *node, const struct city *city,
                             struct problems *problems)
{
    if (!city->id.n) /* city.yaml has not said */
        return;
    for (size_t i = 0; node && i < city->department_n; i++)
        if (node->kind == YAML_SCALAR && str_eq(node->scalar, city->departments[i].id))
            return;
    if (node)
        problem_add(problems, PROBLEM_ERROR, yaml_at(node),
                    "\"%.*s\" is not a department of city.yaml", STR_ARG(node->scalar));
}

static enum rc load_teams(struct ctx *home, const struct city_files *files,
                          struct problems *problems, struct city *city)
{
    static const struct str keys[] = {STR("id"), STR("name"), STR("department"), STR("email")};
    const struct yaml_node *root;
    struct team *teams;
    enum rc rc = parse_file(home, files, S("teams.yaml"), problems, &root);

    if (rc || !yaml_expect_list(problems, root, "teams"))
        return rc;
    teams = ARENA_ARRAY(home->arena, root->n, struct team);
    if (!teams)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < root->n; i++) {
        const struct yaml_node *item = &root->items[i];
        const struct yaml_node *id = yaml_get(item, "id"), *name = yaml_get(item, "name");

        if (!yaml_expect_map(problems, item, keys, COUNT(keys)))
            continue;
        if (!id || !name) {
            problem_add(problems, PROBLEM_ERROR, yaml_at(item), "a team needs id and name");
            continue;
        }
        teams[i].id = yaml_expect_id(problems, id, "the team's id");
        teams[i].name = yaml_expect_languages(problems, name, false, "the team's name");
        teams[i].department = scalar_of(item, "department");
        check_department(yaml_get(item, "department"), city, problems);
        teams[i].email = scalar_of(item, "email");
    }
    city->teams = teams;
    city->team_n = root->n;
    return RC_OK;
}

/* "08:00-17:00" */
static bool hours_parse(struct str s, struct calendar_hours *ret)
{
    int part[4];

    if (s.n != 11 || s.p[2] != ':' || s.p[5] != '-' || s.p[8] != ':')
        return false;
    for (int i = 0; i < 4; i++) {
        const char *digits = s.p + i * 3;

        if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
            return false;
        part[i] = (digits[0] - '0') * 10 + (digits[1] - '0');
    }
    ret->open_s = part[0] * 3600 + part[1] * 60;
    ret->close_s = part[2] * 3600 + part[3] * 60;
    return part[1] < 60 && part[3] < 60 && ret->open_s < ret->close_s && ret->close_s <= 86400;
}

static void load_hours(const struct yaml_node *node, struct problems *problems,
                       struct calendar *calendar)
{
    static const struct str weekdays[] = {STR("monday"),   STR("tuesday"), STR("wednesday"),
                                          STR("thursday"), STR("friday"),  STR("saturday"),
                                          STR("sunday")};

    if (!yaml_expect_map(problems, node, weekdays, COUNT(weekdays)))
        return;
    for (size_t day = 0; day < COUNT(weekdays); day++) {
        const struct yaml_node *hours = yaml_get(node, weekdays[day].p);

        if (hours &&
            (hours->kind != YAML_SCALAR || !hours_parse(hours->scalar, &calendar->week[day])))
            problem_add(problems, PROBLEM_ERROR, yaml_at(hours),
                        "opening hours are written \"08:00-17:00\"");
    }
}

static enum rc load_days(struct ctx *home, const struct yaml_node *node, struct problems *problems,
                         const struct calendar_day **ret, size_t *ret_n)
{
    static const struct str keys[] = {STR("date"), STR("name")};
    struct calendar_day *days;

    if (!node || !yaml_expect_list(problems, node, "{date, name}"))
        return RC_OK;
    days = ARENA_ARRAY(home->arena, node->n, struct calendar_day);
    if (!days)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *name = yaml_get(item, "name");

        if (!yaml_expect_map(problems, item, keys, COUNT(keys)))
            continue;
        if (!date_parse(scalar_of(item, "date"), &days[i].date) || !name)
            problem_add(problems, PROBLEM_ERROR, yaml_at(item),
                        "a holiday is written {date: 2026-12-25, name: ...}");
        else
            days[i].name = yaml_expect_languages(problems, name, true, "the day's name");
    }
    calendar_sort(days, node->n);
    *ret = days;
    *ret_n = node->n;
    return RC_OK;
}

static enum rc load_calendar(struct ctx *home, const struct city_files *files,
                             struct problems *problems, struct city *city)
{
    static const struct str keys[] = {STR("calendar"), STR("hours"), STR("holidays")};
    struct str path = str_fmt(home->arena, "calendars/%.*s.yaml", STR_ARG(city->calendar_id));
    const struct yaml_node *root;
    enum rc rc = parse_file(home, files, path, problems, &root);

    if (rc || !yaml_expect_map(problems, root, keys, COUNT(keys)))
        return rc;
    city->calendar.zone = city->zone;
    if (yaml_get(root, "hours"))
        load_hours(yaml_get(root, "hours"), problems, &city->calendar);
    else
        problem_add(problems, PROBLEM_ERROR, yaml_at(root), "a calendar needs its hours");
    return load_days(home, yaml_get(root, "holidays"), problems, &city->calendar.holidays,
                     &city->calendar.holidays_n);
}

enum rc city_build_calendar(struct ctx *home, const struct city_files *files,
                            struct problems *problems, struct city *city)
{
    const struct yaml_node *root;
    enum rc rc = parse_file(home, files, S("city.yaml"), problems, &root);

    if (rc)
        return rc;
    city->calendar_id = scalar_of(root, "calendar");
    city->calendar = (struct calendar){0};
    rc = load_calendar(home, files, problems, city);
    if (!rc && problems->error_count)
        return FAIL(home, ERR_FORMAT, .detail = S("the city's calendar has errors"));
    return rc;
}

static enum rc load_layers(struct ctx *home, const struct city_files *files, struct city *city)
{
    struct layer_text *texts = ARENA_ARRAY(home->arena, files->n, struct layer_text);
    size_t n = 0;

    if (!texts)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < files->n; i++) {
        struct str path = files->items[i].path;
        struct str name = str_slice(path, 7, path.n);
        ptrdiff_t dot = str_find_byte(name, '.');

        if (str_starts_with(path, S("layers/")) && dot > 0)
            texts[n++] =
                (struct layer_text){str_slice(name, 0, (size_t)dot), files->items[i].content};
    }
    return layers_of_texts(home, texts, n, &city->layers);
}

/* Rates by date, for the fees of a later version. */
static enum rc load_tables(struct ctx *home, const struct city_files *files,
                           struct problems *problems)
{
    struct section_reader reader = {home, NULL, problems};

    for (size_t i = 0; i < files->n; i++) {
        const struct yaml_node *root;
        enum rc rc;

        if (!str_starts_with(files->items[i].path, S("tables/")))
            continue;
        rc = yaml_parse(home, files->items[i].shown, files->items[i].content, problems, &root);
        if (rc == RC_INVALID) {
            ctx_clear_error(home);
            continue;
        }
        if (rc)
            return rc;
        section_read(&reader, root, section_of_table_file());
        problem_add(problems, PROBLEM_NOTE, yaml_at(root),
                    "this version reads tables of rates but does not run them");
    }
    return RC_OK;
}

/* How people's words for places are understood; a city without streets has none. */
static enum rc load_gazetteer(struct ctx *home, struct city *city)
{
    struct gazetteer_city names = {city->name.in[LANG_EN], city->state, city->state_code};

    if (!layers_find(city->layers, S("street")))
        return RC_OK;
    return gazetteer_new(home, city->layers, names, &city->gazetteer);
}

static int lower_version_first(const void *left, const void *right)
{
    const struct definition *a = *(const struct definition *const *)left;
    const struct definition *b = *(const struct definition *const *)right;

    return (a->version_id > b->version_id) - (a->version_id < b->version_id);
}

/* The newest is the one offered, or, of a service that is offered no more, its last version: those
 * of one service stand together, in their order. */
static const struct definition *newest_of(const struct city *city, const struct definition *last)
{
    const struct definition *offered = city_service(city, last->code);

    return offered ? offered : last;
}

enum rc city_build_index(struct ctx *home, struct city *city)
{
    const struct definition **by_id =
        ARENA_ARRAY(home->arena, city->version_n, const struct definition *);
    const struct definition **ever =
        ARENA_ARRAY(home->arena, city->version_n, const struct definition *);
    size_t n = 0;

    if (!by_id || !ever)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < city->version_n; i++) {
        const struct definition *version = city->versions[i];
        bool is_last =
            i + 1 == city->version_n || city->versions[i + 1]->service_id != version->service_id;

        by_id[i] = version;
        if (is_last)
            ever[n++] = newest_of(city, version);
    }
    qsort(by_id, city->version_n, sizeof *by_id, lower_version_first);
    city->versions_by_id = by_id;
    city->ever = ever;
    city->ever_n = n;
    return RC_OK;
}

/* A file that is wrong is among the problems; the next one is read all the same. */
static enum rc go_on(struct ctx *home, enum rc rc)
{
    if (rc != RC_INVALID)
        return rc;
    ctx_clear_error(home);
    return RC_OK;
}

enum rc city_build_live(struct ctx *home, const struct city_files *files, struct problems *problems,
                        struct city *city)
{
    enum rc rc = go_on(home, load_city(home, files, problems, city));

    if (!rc)
        rc = go_on(home, load_teams(home, files, problems, city));
    if (!rc && city->calendar_id.n)
        rc = go_on(home, load_calendar(home, files, problems, city));
    if (!rc)
        rc = load_tables(home, files, problems);
    if (!rc)
        rc = load_layers(home, files, city);
    if (!rc && !problems->error_count)
        rc = load_gazetteer(home, city);
    if (!rc && problems->error_count)
        return FAIL(home, ERR_FORMAT, .detail = S("the city folder has errors"));
    return rc;
}

/* Only the ids of a list of things. */
static struct str *ids_of(struct arena *arena, size_t n, const void *things, size_t size)
{
    struct str *ids = ARENA_ARRAY(arena, n, struct str);

    for (size_t i = 0; ids && i < n; i++)
        ids[i] = *(const struct str *)(const void *)((const char *)things + i * size);
    return ids;
}

static enum rc world_of(struct ctx *home, const struct city *city, struct definition_world *ret)
{
    struct str *layers = ARENA_ARRAY(home->arena, city->layers->count, struct str);
    struct definition_world world = {
        .workflows = city->workflows,
        .workflow_n = city->workflow_n,
        .teams = ids_of(home->arena, city->team_n, city->teams, sizeof *city->teams),
        .team_n = city->team_n,
        .departments =
            ids_of(home->arena, city->department_n, city->departments, sizeof *city->departments),
        .department_n = city->department_n,
        .groups = ids_of(home->arena, city->group_n, city->groups, sizeof *city->groups),
        .group_n = city->group_n,
        .layers = layers,
        .layer_n = city->layers->count,
    };

    if (!layers || !world.teams || !world.departments || !world.groups)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < city->layers->count; i++)
        layers[i] = city->layers->layers[i]->name;
    *ret = world;
    return RC_OK;
}

/* A file is named after what it defines: publishing and people find it by that. */
static void check_file_name(const struct city_file *file, struct str id, struct problems *problems)
{
    struct str name = file->path, folder;

    (void)str_next(&name, '/', &folder);
    if (id.n && !(name.n == id.n + 5 && str_starts_with(name, id)))
        problem_add(problems, PROBLEM_ERROR, (struct problem_at){file->shown, 1, 1},
                    "the file must be named after what it defines: %.*s/%.*s.yaml", STR_ARG(folder),
                    STR_ARG(id));
}

static enum rc load_workflows(struct ctx *home, const struct city_files *files,
                              struct problems *problems, struct city *city)
{
    const struct workflow **workflows = ARENA_ARRAY(home->arena, files->n, const struct workflow *);

    if (!workflows)
        return FAIL(home, ERR_MEMORY);
    for (size_t i = 0; i < files->n; i++) {
        const struct yaml_node *root;
        enum rc rc;

        if (!str_starts_with(files->items[i].path, S("workflows/")))
            continue;
        rc = yaml_parse(home, files->items[i].shown, files->items[i].content, problems, &root);
        if (!rc)
            rc = workflow_load(home, root, problems, &workflows[city->workflow_n]);
        if (rc == RC_INVALID)
            ctx_clear_error(home);
        else if (rc)
            return rc;
        else
            check_file_name(&files->items[i], workflows[city->workflow_n++]->id, problems);
    }
    city->workflows = workflows;
    return RC_OK;
}

enum rc city_build_services(struct ctx *home, const struct city_files *files,
                            struct problems *problems, struct city *city)
{
    struct definition_world world;
    struct definition **services = ARENA_ARRAY(home->arena, files->n, struct definition *);
    bool has_gaps = problems->error_count > 0;
    enum rc rc = load_workflows(home, files, problems, city);

    if (!rc)
        rc = world_of(home, city, &world);
    if (!rc && !services)
        rc = FAIL(home, ERR_MEMORY);
    world.is_published = has_gaps;
    for (size_t i = 0; !rc && i < files->n; i++) {
        const struct yaml_node *root;

        if (!str_starts_with(files->items[i].path, S("services/")))
            continue;
        rc = yaml_parse(home, files->items[i].shown, files->items[i].content, problems, &root);
        if (!rc)
            rc = definition_load(home, root, &world, problems, &services[city->service_n]);
        if (!rc)
            check_file_name(&files->items[i], services[city->service_n++]->code, problems);
        if (rc == RC_INVALID) {
            ctx_clear_error(home);
            rc = RC_OK;
        }
    }
    city->services = services;
    if (!rc && !problems->error_count)
        effects_check_services(city, problems);
    if (!rc && problems->error_count)
        return FAIL(home, ERR_FORMAT, .detail = S("the city folder has errors"));
    return rc;
}

enum rc city_build(struct ctx *home, const struct city_files *files, struct problems *problems,
                   struct city *city)
{
    enum rc rc = city_build_live(home, files, problems, city);

    if (rc && !(rc == RC_INVALID && problems->error_count && city->layers))
        return rc;
    ctx_clear_error(home);
    return city_build_services(home, files, problems, city);
}

enum rc city_build_workflow(struct ctx *home, struct str text, struct problems *problems,
                            const struct workflow **ret)
{
    const struct yaml_node *root;
    enum rc rc = yaml_parse(home, S("workflow"), text, problems, &root);

    return rc ? rc : workflow_load(home, root, problems, ret);
}

enum rc city_build_version(struct ctx *home, const struct version_text *text,
                           const struct city *city, struct problems *problems,
                           struct definition **ret)
{
    struct yaml_source source = {S("service"), text->definition};
    struct arena *lent = text->is_newest ? NULL : arena_child(home->arena);
    struct definition_world world;
    const struct yaml_node *root;
    enum rc rc = lent || text->is_newest ? world_of(home, city, &world) : FAIL(home, ERR_MEMORY);

    if (!rc) {
        world.is_published = true;
        world.is_tree_lent = lent != NULL;
        world.workflows = &text->workflow;
        world.workflow_n = 1;
        rc = yaml_parse_tree(home, lent ? lent : home->arena, source, problems, &root);
    }
    if (!rc)
        rc = definition_load(home, root, &world, problems, ret);
    arena_free(lent);
    return rc;
}
