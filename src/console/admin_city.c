#include "console/admin_city.h"

#include "base/crypto.h"
#include "base/msg.h"
#include "console/admin_city.ct.h"
#include "console/queries.h"

#define COUNT_MAX  1000
#define HASH_SHOWN 12

static enum rc count(struct ctx *ctx, enum state_type type, int64_t team, int64_t service,
                     int64_t *ret)
{
    struct queue_count_row row;
    enum rc rc = queue_count(ctx,
                             &(struct queue_count_args){
                                 .state_type = type,
                                 .team = team,
                                 .service = service,
                                 .most = COUNT_MAX,
                                 .with_team = team != 0,
                                 .with_service = service != 0,
                             },
                             &row);

    if (!rc)
        *ret = row.counted;
    return rc;
}

static enum rc load_team(struct ctx *ctx, const struct team *team, struct team_line *ret)
{
    struct team_line line = {.team = team};
    struct reach reach = {.department = team->department, .team = team->id};
    enum rc rc = account_members(ctx, reach, &line.members);

    if (!rc)
        rc = count(ctx, STATE_OPEN, team->row, 0, &line.open);
    if (!rc)
        rc = count(ctx, STATE_WAITING, team->row, 0, &line.waiting);
    *ret = line;
    return rc;
}

enum rc admin_teams_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_teams, "/staff/admin/teams");
    struct teams_view view = {.n = ctx->city->team_n};
    enum rc rc = RC_OK;

    view.items = ARENA_ARRAY(ctx->arena, view.n, struct team_line);
    if (!view.items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < view.n; i++)
        rc = load_team(ctx, &ctx->city->teams[i], &view.items[i]);
    if (!rc)
        admin_teams_page(&page.staff.view, &page, &view);
    return rc;
}

static struct version_line version_of(struct ctx *ctx, const struct versions_of_row *row)
{
    return (struct version_line){
        .version = row->version,
        .hash = str_slice(crypto_hex(ctx->arena, row->hash), 0, HASH_SHOWN),
        .published = row->published,
        .by = row->by_name_is_null ? STR_NONE : row->by_name,
    };
}

/* Every service ever published has versions; the last row of each is the newest. */
static enum rc load_services(struct ctx *ctx, struct services_view *view)
{
    struct versions_of_rows rows;
    enum rc rc = versions_of(ctx, &(struct versions_of_args){.code = STR_NONE}, &rows);

    if (rc)
        return rc;
    view->items = ARENA_ARRAY(ctx->arena, rows.n, struct service_line);
    if (!view->items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < rows.n; i++) {
        struct service_line *line = &view->items[view->n];

        if (i + 1 < rows.n && rows.rows[i + 1].service == rows.rows[i].service)
            continue;
        line->definition = city_version(ctx->city, rows.rows[i].id);
        if (!line->definition)
            continue; /* published since this program started */
        line->newest = version_of(ctx, &rows.rows[i]);
        line->is_withdrawn = !rows.rows[i].withdrawn_is_null;
        rc = count(ctx, STATE_OPEN, 0, rows.rows[i].service, &line->open);
        view->n++;
    }
    return rc;
}

enum rc admin_services_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_services, "/staff/admin/services");
    struct services_view view = {0};
    enum rc rc = load_services(ctx, &view);

    if (!rc)
        admin_services_page(&page.staff.view, &page, &view);
    return rc;
}

static enum rc load_service(struct ctx *ctx, struct str code, struct service_view *view)
{
    struct versions_of_rows rows;
    enum rc rc =
        versions_of(ctx, &(struct versions_of_args){.code = code, .with_code = true}, &rows);

    if (rc)
        return rc;
    view->versions = ARENA_ARRAY(ctx->arena, rows.n, struct version_line);
    if (!view->versions)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = rows.n; i > 0; i--) {
        const struct versions_of_row *row = &rows.rows[i - 1];

        view->versions[view->version_n++] = version_of(ctx, row);
        view->is_withdrawn = !row->withdrawn_is_null;
        if (!view->definition)
            view->definition = city_version(ctx->city, row->id);
    }
    if (!view->definition)
        return FAIL(ctx, ERR_NOT_FOUND);
    view->problems = problems_in(ctx->arena);
    return check_service(ctx, view->definition, &view->problems, &view->coverage);
}

enum rc admin_service_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_services, "/staff/admin/services");
    struct service_view view = {0};
    enum rc rc = load_service(ctx, request_param(request, S("service")), &view);

    if (rc)
        return rc;
    page.staff.title = text_in(&view.definition->name, ctx->lang);
    admin_service_page(&page.staff.view, &page, &view);
    return RC_OK;
}

static struct str joined(struct ctx *ctx, const struct str *words, size_t n)
{
    return str_join(ctx->arena, words, n, S(", "));
}

struct str admin_step_from(struct ctx *ctx, const struct workflow *workflow,
                           const struct step *step)
{
    struct str names[64];
    size_t n = 0;

    for (size_t i = 0; i < workflow->state_n; i++)
        if (step->from & (UINT64_C(1) << i))
            names[n++] = text_in(&workflow->states[i].name, ctx->lang);
    return joined(ctx, names, n);
}

struct worded {
    unsigned bit;
    enum msg_id id;
};

static struct str words_of(struct ctx *ctx, unsigned bits, const struct worded *words, size_t n)
{
    struct str chosen[16];
    size_t chosen_n = 0;

    for (size_t i = 0; i < n; i++)
        if (bits & words[i].bit)
            chosen[chosen_n++] = msg_text(ctx->lang, words[i].id);
    return joined(ctx, chosen, chosen_n);
}

struct str admin_step_by(struct ctx *ctx, const struct step *step)
{
    static const struct worded words[] = {
        {STEP_BY_STAFF, MSG_admin_by_staff},
        {STEP_BY_SUPERVISOR, MSG_admin_role_supervisor},
        {STEP_BY_RESIDENT, MSG_admin_by_resident},
        {STEP_BY_TIMER, MSG_admin_by_timer},
    };

    return words_of(ctx, step->by, words, COUNT(words));
}

struct str admin_step_asks(struct ctx *ctx, const struct step *step)
{
    static const struct worded words[] = {
        {STEP_ASK_NOTE, MSG_staff_note},       {STEP_ASK_MESSAGE, MSG_staff_message},
        {STEP_ASK_OUTCOME, MSG_staff_outcome}, {STEP_ASK_PHOTO, MSG_admin_photo},
        {STEP_ASK_DATE, MSG_staff_date},
    };

    return words_of(ctx, step->asks, words, COUNT(words));
}
