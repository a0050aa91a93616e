#include "engine/definition/city.h"

#include "base/msg.h"
#include "db/db.h"
#include "engine/definition/city_build.h"
#include "engine/definition/queries.h"
#include "place/gazetteer.h"

void city_free(struct city *city)
{
    if (!city)
        return;
    zone_free(city->zone);
    gazetteer_free(city->gazetteer);
    layers_free(city->layers);
    arena_free(city->arena);
}

/* The error of reading a city, whose words would go with the city. */
static enum rc fail_as(struct ctx *ctx, const struct err *err)
{
    struct err own = *err;

    own.field = str_copy(ctx->arena, err->field);
    own.detail = str_copy(ctx->arena, err->detail);
    own.arg = str_copy(ctx->arena, err->arg);
    return ctx_fail(ctx, own);
}

enum rc city_read(struct ctx *ctx, const char *folder, struct problems *problems, struct city **ret)
{
    struct city_files files;
    struct ctx home;
    struct city *city;
    enum rc rc = city_files_of_folder(ctx, folder, &files);

    if (!rc)
        rc = city_new(ctx, &home, &city);
    if (rc)
        return rc;
    rc = city_build(&home, &files, problems, city);
    ctx_done(&home);
    if (rc) {
        rc = fail_as(ctx, &home.err);
        city_free(city);
        return rc;
    }
    *ret = city;
    return RC_OK;
}

/* The rows that give teams their numbers. */
static enum rc number_teams(struct ctx *ctx, struct city *city)
{
    struct team *teams = ARENA_ARRAY(city->arena, city->team_n, struct team);
    struct stored_teams_rows stored;
    enum rc rc = stored_teams(ctx, &stored);

    if (rc)
        return rc;
    if (!teams)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->team_n; i++) {
        teams[i] = city->teams[i];
        for (size_t j = 0; j < stored.n; j++)
            if (str_eq(teams[i].id, stored.rows[j].code))
                teams[i].row = stored.rows[j].id;
    }
    city->teams = teams;
    return RC_OK;
}

/* Days that were closed against the calendar; noted in the database, not in the folder. */
static enum rc load_closures(struct ctx *ctx, struct city *city)
{
    struct closures_rows stored;
    struct calendar_day *days;
    enum rc rc = closures(ctx, &stored);

    if (rc)
        return rc;
    city->calendar.closures = NULL;
    city->calendar.closures_n = 0;
    if (stored.n == 0)
        return RC_OK;
    days = ARENA_ARRAY(city->arena, stored.n, struct calendar_day);
    if (!days)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < stored.n; i++)
        days[i] = (struct calendar_day){
            stored.rows[i].date,
            {.in = {[LANG_EN] = str_copy(city->arena, stored.rows[i].reason)}}};
    city->calendar.closures = days;
    city->calendar.closures_n = stored.n;
    return RC_OK;
}

/* What this version does not run it does not publish: all that is behind this may rely on it. */
static enum rc refuse_later(struct ctx *home, const struct service_versions_row *row,
                            const struct definition *definition)
{
    for (size_t i = 0; i < definition->field_n; i++)
        if (definition->fields[i].type == FIELD_LATER)
            return FAIL(home, ERR_CONFIG,
                        .detail = str_fmt(home->arena,
                                          "Version %lld of the service %.*s has a field of the "
                                          "type \"%.*s\", which this program does not run: a "
                                          "newer version has been here. Use that version or "
                                          "restore a backup.",
                                          (long long)row->version, STR_ARG(row->code),
                                          STR_ARG(definition->fields[i].later->word)));
    return RC_OK;
}

/* Workflows that were compiled, by their text: services share them, and most versions of a service
 * have the one of the version before. */
struct shelf {
    struct shelved {
        struct str text;
        const struct workflow *workflow;
    } * items;
    size_t n;
};

static enum rc load_workflow(struct ctx *home, struct str text, struct shelf *shelf,
                             const struct workflow **ret)
{
    struct problems problems = problems_in(home->arena);
    struct shelved *next = &shelf->items[shelf->n];
    enum rc rc;

    for (size_t i = shelf->n; i-- > 0;)
        if (str_eq(shelf->items[i].text, text)) {
            *ret = shelf->items[i].workflow;
            return RC_OK;
        }
    rc = city_build_workflow(home, text, &problems, &next->workflow);
    if (rc)
        return rc;
    next->text = text;
    *ret = next->workflow;
    shelf->n++;
    return RC_OK;
}

static enum rc load_version(struct ctx *home, const struct service_versions_rows *rows, size_t i,
                            struct shelf *shelf, struct city *city)
{
    const struct service_versions_row *row = &rows->rows[i];
    struct problems problems = problems_in(home->arena);
    struct version_text text = {
        .definition = row->definition,
        .is_newest = i + 1 == rows->n || rows->rows[i + 1].service != row->service,
    };
    struct definition *definition;
    enum rc rc = load_workflow(home, row->workflow, shelf, &text.workflow);

    if (!rc)
        rc = city_build_version(home, &text, city, &problems, &definition);
    if (!rc)
        rc = refuse_later(home, row, definition);
    if (rc)
        return rc;
    definition->service_id = row->service;
    definition->version_id = row->id;
    definition->version = row->version;
    if (row->hash.n == sizeof definition->hash)
        memcpy(definition->hash, row->hash.p, row->hash.n);
    city->versions[city->version_n++] = definition;
    /* Rows come by service and version: a later one takes the earlier one's place. */
    if (city->service_n &&
        city->services[city->service_n - 1]->service_id == definition->service_id)
        city->services[city->service_n - 1] = definition;
    else if (row->withdrawn_is_null)
        city->services[city->service_n++] = definition;
    return RC_OK;
}

static enum rc load_versions(struct ctx *ctx, struct ctx *home, struct city *city)
{
    struct service_versions_rows stored;
    struct shelf shelf = {0};
    enum rc rc = service_versions(ctx, &stored);

    if (rc)
        return rc;
    city->services = ARENA_ARRAY(city->arena, stored.n, struct definition *);
    city->versions = ARENA_ARRAY(city->arena, stored.n, struct definition *);
    shelf.items = ARENA_ARRAY(ctx->arena, stored.n, struct shelved);
    if (!city->services || !city->versions || !shelf.items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < stored.n; i++) {
        rc = load_version(home, &stored, i, &shelf, city);
        if (rc)
            return fail_as(ctx, &home->err);
    }
    rc = city_build_index(home, city);
    return rc ? fail_as(ctx, &home->err) : RC_OK;
}

#define STAMP "city.stamp"

enum rc city_stamp(struct ctx *ctx, struct str *ret)
{
    struct setting_get_row row;
    bool is_found;
    enum rc rc = setting_get(ctx, S(STAMP), &is_found, &row);

    if (!rc)
        *ret = is_found ? row.value : STR_NONE;
    return rc;
}

enum rc city_touch(struct ctx *ctx)
{
    struct str stamp;
    int64_t count = 0;
    enum rc rc = city_stamp(ctx, &stamp);

    if (rc)
        return rc;
    (void)str_to_i64(stamp, &count);
    return setting_put(ctx, S(STAMP), str_fmt(ctx->arena, "%lld", (long long)count + 1), NULL);
}

enum rc city_load(struct ctx *ctx, struct city **ret)
{
    struct str stamp;
    struct city_files files;
    struct ctx home;
    struct city *city;
    struct problems problems = problems_in(ctx->arena);
    enum rc rc = city_stamp(ctx, &stamp);

    if (!rc)
        rc = city_files_of_store(ctx, &files);
    if (!rc)
        rc = city_new(ctx, &home, &city);
    if (rc)
        return rc;
    city->stamp = str_copy(city->arena, stamp);
    rc = city_build_live(&home, &files, &problems, city);
    if (rc)
        rc = fail_as(ctx, &home.err);
    if (!rc)
        rc = number_teams(ctx, city);
    if (!rc)
        rc = load_closures(ctx, city);
    if (!rc)
        rc = load_versions(ctx, &home, city);
    ctx_done(&home);
    if (rc)
        city_free(city);
    else
        *ret = city;
    return rc;
}

/* Hours and holidays as they were published last. */
static enum rc load_calendar(struct ctx *ctx, struct city *city)
{
    struct problems problems = problems_in(ctx->arena);
    struct city read = *city;
    struct city_files files;
    enum rc rc = city_files_of_days(ctx, &files);

    if (rc)
        return rc;
    rc = city_build_calendar(ctx, &files, &problems, &read);
    if (rc == RC_INVALID) {
        ctx_clear_error(ctx);
        return RC_OK;
    }
    if (!rc)
        *city = read;
    return rc;
}

static enum rc with_days(struct ctx *ctx, struct str stamp, struct city **ret)
{
    struct city *city = ARENA_NEW(ctx->arena, struct city);
    enum rc rc;

    if (!city)
        return FAIL(ctx, ERR_MEMORY);
    *city = *ctx->city;
    city->arena = ctx->arena;
    city->stamp = stamp;
    rc = load_calendar(ctx, city);
    if (!rc)
        rc = load_closures(ctx, city);
    if (!rc)
        *ret = city;
    return rc;
}

enum rc city_days_within(struct ctx *ctx, enum rc (*fn)(struct ctx *ctx, void *arg), void *arg)
{
    struct city *before = ctx->city;
    struct city *newer;
    struct str stamp;
    enum rc rc = city_stamp(ctx, &stamp);

    if (rc || str_eq(stamp, before->stamp))
        return rc ? rc : fn(ctx, arg);
    rc = with_days(ctx, stamp, &newer);
    if (rc)
        return rc;
    ctx->city = newer;
    rc = fn(ctx, arg);
    ctx->city = before;
    return rc;
}

const struct definition *city_service(const struct city *city, struct str code)
{
    for (size_t i = 0; i < city->service_n; i++)
        if (str_eq(city->services[i]->code, code))
            return city->services[i];
    return NULL;
}

const struct definition *city_service_ever(const struct city *city, struct str code)
{
    for (size_t i = 0; i < city->ever_n; i++)
        if (str_eq(city->ever[i]->code, code))
            return city->ever[i];
    return NULL;
}

const struct definition *city_service_by_row(const struct city *city, int64_t service_id)
{
    for (size_t i = 0; i < city->ever_n; i++)
        if (city->ever[i]->service_id == service_id)
            return city->ever[i];
    return NULL;
}

const struct definition *city_version(const struct city *city, int64_t version_id)
{
    size_t from = 0, to = city->version_n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct definition *version = city->versions_by_id[middle];

        if (version->version_id == version_id)
            return version;
        if (version->version_id < version_id)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

const struct definition *city_version_of(const struct city *city, struct str code, int64_t version)
{
    for (size_t i = 0; i < city->version_n; i++)
        if (city->versions[i]->version == version && str_eq(city->versions[i]->code, code))
            return city->versions[i];
    return NULL;
}

const struct team *city_team(const struct city *city, struct str id)
{
    for (size_t i = 0; i < city->team_n; i++)
        if (str_eq(city->teams[i].id, id))
            return &city->teams[i];
    return NULL;
}

const struct team *city_team_by_row(const struct city *city, int64_t row)
{
    for (size_t i = 0; i < city->team_n; i++)
        if (city->teams[i].row == row)
            return &city->teams[i];
    return NULL;
}

static struct text name_of(const struct named *named, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(named[i].id, id))
            return named[i].name;
    return (struct text){0};
}

struct text city_group_name(const struct city *city, struct str id)
{
    return name_of(city->groups, city->group_n, id);
}

struct str city_full_name(struct arena *arena, const struct city *city, enum lang lang)
{
    struct msg_arg name = MSG_ARG("city", text_in(&city->name, lang));
    struct str own = text_in(&city->full_name, lang);

    return own.n ? own : msg_format(arena, lang, MSG_page_city_of, &name, 1);
}

struct text city_department_name(const struct city *city, struct str id)
{
    return name_of(city->departments, city->department_n, id);
}

struct local_time city_local(const struct city *city, struct instant at)
{
    return zone_local(city->zone, at);
}

enum rc city_published_at(struct ctx *ctx, struct instant *ret)
{
    struct city_published_row row;
    enum rc rc = city_published(ctx, &row);

    if (!rc)
        *ret = row.at_is_null ? (struct instant){0} : row.at;
    return rc;
}

bool city_has_scope(const struct city *city, enum scope_kind kind, struct str scope)
{
    switch (kind) {
    case SCOPE_CITY: return scope.n == 0;
    case SCOPE_TEAM: return city_team(city, scope) != NULL;
    case SCOPE_SERVICE: return city_service(city, scope) != NULL;
    case SCOPE_DEPARTMENT: break;
    }
    for (size_t i = 0; i < city->department_n; i++)
        if (str_eq(city->departments[i].id, scope))
            return true;
    return false;
}
