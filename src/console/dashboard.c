#include "console/dashboard.h"

#include <stdlib.h>

#include "base/msg.h"
#include "console/dashboard.ct.h"
#include "console/queries.h"
#include "engine/cases/access.h"
#include "place/layers.h"

#define MINUTES_FIRST 1024

const struct dashboard_band dashboard_bands[DASHBOARD_BANDS] = {
    {"state:open,waiting opened:-7d..", MSG_dash_week},
    {"state:open,waiting opened:-30d..-8d", MSG_dash_month},
    {"state:open,waiting opened:-90d..-31d", MSG_dash_quarter},
    {"state:open,waiting opened:..-91d", MSG_dash_older},
};

/* How long one case took, and the rows of the tables it belongs to. */
struct taken {
    uint32_t minutes;
    uint16_t row[FIGURES__N];
};

struct adding {
    struct dashboard *dashboard;
    struct case_access access;
    struct taken *taken;
    size_t taken_n, taken_room;
};

/* ---- Rows */

static bool is_within(const struct case_access *access, int64_t service, bool has_team,
                      int64_t team)
{
    if (access->is_all)
        return true;
    for (size_t i = 0; has_team && i < access->team_n; i++)
        if (access->teams[i] == team)
            return true;
    for (size_t i = 0; i < access->service_n; i++)
        if (access->services[i] == service)
            return true;
    return false;
}

static struct figures service_row(struct ctx *ctx, int64_t id)
{
    const struct definition *service = city_service_by_row(ctx->city, id);

    if (!service)
        return (struct figures){.id = id};
    return (struct figures){
        .id = id,
        .name = text_in(&service->name, ctx->lang),
        .filter = str_fmt(ctx->arena, "service:%.*s", STR_ARG(service->code)),
    };
}

static struct figures team_row(struct ctx *ctx, int64_t id)
{
    const struct team *team = id ? city_team_by_row(ctx->city, id) : NULL;

    if (!team)
        return (struct figures){
            .id = id, .name = msg_text(ctx->lang, MSG_dash_no_team), .filter = S("team:none")};
    return (struct figures){
        .id = id,
        .name = text_in(&team->name, ctx->lang),
        .filter = str_fmt(ctx->arena, "team:%.*s", STR_ARG(team->id)),
    };
}

static struct figures district_row(struct ctx *ctx, struct str id)
{
    struct msg_arg arg = MSG_ARG("id", id);

    if (!id.n)
        return (struct figures){.name = msg_text(ctx->lang, MSG_dash_no_district),
                                .filter = S("district:none")};
    return (struct figures){
        .name = msg_format(ctx->arena, ctx->lang, MSG_dash_district, &arg, 1),
        .filter = str_fmt(ctx->arena, "district:\"%.*s\"", STR_ARG(id)),
    };
}

/* The row of that id in a table, made when it is the first. */
static uint16_t row_of(struct ctx *ctx, struct figures_table *table, struct figures row)
{
    for (size_t i = 0; i < table->n; i++)
        if (str_eq(table->rows[i].filter, row.filter))
            return (uint16_t)i;
    if (table->n == UINT16_MAX)
        return 0;
    table->rows =
        arena_grow(ctx->arena, table->rows, table->n * sizeof row, (table->n + 1) * sizeof row);
    if (!table->rows) {
        table->n = 0;
        return 0;
    }
    table->rows[table->n] = row;
    return (uint16_t)table->n++;
}

static uint16_t row_of_id(struct ctx *ctx, struct figures_table *table, int64_t id,
                          struct figures (*make)(struct ctx *ctx, int64_t id))
{
    for (size_t i = 0; i < table->n; i++)
        if (table->rows[i].id == id)
            return (uint16_t)i;
    return row_of(ctx, table, make(ctx, id));
}

static uint16_t row_of_district(struct ctx *ctx, struct figures_table *table, struct str id)
{
    for (size_t i = 0; i < table->n; i++) {
        struct str filter = table->rows[i].filter;
        size_t quote = S("district:\"").n;

        if (id.n && filter.n == quote + id.n + 1 &&
            str_eq(str_slice(filter, quote, filter.n - 1), id))
            return (uint16_t)i;
    }
    return row_of(ctx, table, district_row(ctx, id));
}

struct rows_of_case {
    uint16_t row[FIGURES__N];
};

static struct rows_of_case rows_of(struct ctx *ctx, struct dashboard *dashboard, int64_t service,
                                   int64_t team, struct str district)
{
    struct figures_table *tables = dashboard->tables;

    return (struct rows_of_case){{
        row_of_id(ctx, &tables[FIGURES_BY_SERVICE], service, service_row),
        row_of_id(ctx, &tables[FIGURES_BY_TEAM], team, team_row),
        row_of_district(ctx, &tables[FIGURES_BY_DISTRICT], district),
    }};
}

/* ---- Adding up */

static void add(struct figures *to, const struct work_figures_row *row)
{
    to->at_work += row->total;
    to->late += row->late;
    to->aged[0] += row->in_week;
    to->aged[1] += row->in_month - row->in_week;
    to->aged[2] += row->in_quarter - row->in_month;
    to->aged[3] += row->total - row->in_quarter;
}

/* When the day so many days ago began. */
static struct instant days_ago(const struct ctx *ctx, int32_t days)
{
    struct date today = city_local(ctx->city, ctx->now).date;

    return zone_end_of_day(ctx->city->zone, date_plus(today, -days - 1));
}

static enum rc add_work(struct ctx *ctx, struct adding *adding)
{
    struct work_figures_rows rows;
    enum rc rc = work_figures(ctx,
                              &(struct work_figures_args){
                                  .now = ctx->now,
                                  .week = days_ago(ctx, 7),
                                  .month = days_ago(ctx, 30),
                                  .quarter = days_ago(ctx, 90),
                              },
                              &rows);

    for (size_t i = 0; !rc && i < rows.n; i++) {
        const struct work_figures_row *row = &rows.rows[i];
        int64_t team = row->team_is_null ? 0 : row->team;
        struct rows_of_case of;

        if (!is_within(&adding->access, row->service, !row->team_is_null, team))
            continue;
        of = rows_of(ctx, adding->dashboard, row->service, team, row->district);
        add(&adding->dashboard->all, row);
        for (int j = 0; j < FIGURES__N; j++)
            if (of.row[j] < adding->dashboard->tables[j].n)
                add(&adding->dashboard->tables[j].rows[of.row[j]], row);
    }
    return rc;
}

static enum rc add_closed(struct ctx *ctx, const struct closed_figures_row *row, void *arg)
{
    struct adding *adding = arg;
    int64_t team = row->team_is_null ? 0 : row->team;
    int64_t minutes = (row->closed.us_utc - row->opened.us_utc) / US_PER_MIN;
    struct rows_of_case of;
    struct taken *taken;

    if (!is_within(&adding->access, row->service, !row->team_is_null, team))
        return RC_OK;
    if (adding->taken_n == adding->taken_room) {
        size_t room = adding->taken_room ? 2 * adding->taken_room : MINUTES_FIRST;

        adding->taken =
            arena_grow(ctx->arena, adding->taken, adding->taken_room * sizeof *adding->taken,
                       room * sizeof *adding->taken);
        if (!adding->taken)
            return FAIL(ctx, ERR_MEMORY);
        adding->taken_room = room;
    }
    of = rows_of(ctx, adding->dashboard, row->service, team, row->district);
    taken = &adding->taken[adding->taken_n++];
    taken->minutes = minutes < 0 ? 0 : minutes > UINT32_MAX ? UINT32_MAX : (uint32_t)minutes;
    memcpy(taken->row, of.row, sizeof taken->row);
    return RC_OK;
}

static int compare_minutes(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* The middle one; of an even number the mean of the two. */
static void set_median(struct figures *figures, uint32_t *minutes, size_t n)
{
    figures->closed = (int64_t)n;
    figures->has_median = n > 0;
    if (!n)
        return;
    qsort(minutes, n, sizeof *minutes, compare_minutes);
    figures->median_minutes = ((int64_t)minutes[(n - 1) / 2] + minutes[n / 2]) / 2;
}

/* Gathers each row's minutes, row after row, and takes their middles. */
static enum rc set_medians(struct ctx *ctx, struct adding *adding, int by)
{
    struct figures_table *table = &adding->dashboard->tables[by];
    uint32_t *minutes = ARENA_ARRAY(ctx->arena, adding->taken_n, uint32_t);
    size_t *ends = ARENA_ARRAY(ctx->arena, table->n + 1, size_t);

    if (!minutes || !ends)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < adding->taken_n; i++)
        ends[adding->taken[i].row[by] + 1]++;
    for (size_t i = 1; i <= table->n; i++)
        ends[i] += ends[i - 1];
    for (size_t i = 0; i < adding->taken_n; i++)
        minutes[ends[adding->taken[i].row[by]]++] = adding->taken[i].minutes;
    for (size_t i = 0, begin = 0; i < table->n; begin = ends[i++])
        set_median(&table->rows[i], minutes + begin, ends[i] - begin);
    if (by == 0)
        set_median(&adding->dashboard->all, minutes, adding->taken_n);
    return RC_OK;
}

static int compare_rows(const void *left, const void *right)
{
    const struct figures *a = left, *b = right;

    if (a->at_work != b->at_work)
        return a->at_work < b->at_work ? 1 : -1;
    return str_cmp(a->name, b->name);
}

/* Adds it up for ctx->actor. Reads on ctx->conn. */
static enum rc dashboard_load(struct ctx *ctx, int64_t days, struct dashboard *ret)
{
    struct dashboard dashboard = {
        .days = days,
        .tables = {{.title = MSG_dash_by_service, .column = MSG_staff_service},
                   {.title = MSG_dash_by_team, .column = MSG_staff_team},
                   {.title = MSG_dash_by_district, .column = MSG_staff_district}},
    };
    struct adding adding = {.dashboard = &dashboard};
    enum rc rc = case_access_of(ctx, ctx->actor, &adding.access);

    if (!rc)
        rc = add_work(ctx, &adding);
    if (!rc)
        rc = closed_figures(ctx, days_ago(ctx, (int32_t)days), DASHBOARD_CLOSED_MAX, add_closed,
                            &adding);
    if (!rc && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    dashboard.is_cut = adding.taken_n == DASHBOARD_CLOSED_MAX;
    for (int i = 0; !rc && i < FIGURES__N; i++) {
        rc = set_medians(ctx, &adding, i);
        if (!rc && dashboard.tables[i].n)
            qsort(dashboard.tables[i].rows, dashboard.tables[i].n, sizeof *dashboard.tables[i].rows,
                  compare_rows);
    }
    if (!rc)
        *ret = dashboard;
    return rc;
}

/* ---- Showing */

struct str dashboard_url(const struct staff_page *page, const char *kind,
                         const struct figures *figures)
{
    return queue_url(page, figures->filter.n ? str_fmt(page->ctx->arena, "%s %.*s", kind,
                                                       STR_ARG(figures->filter))
                                             : str_of(kind));
}

struct str dashboard_median(struct ctx *ctx, const struct figures *figures)
{
    int64_t hours = (figures->median_minutes + 30) / 60, tenths;
    struct msg_arg arg;

    if (!figures->has_median)
        return S("–");
    if (hours < 24)
        return msg_plural(ctx->arena, ctx->lang, MSG_dash_hours, hours);
    tenths = (figures->median_minutes + 72) / 144;
    arg = (struct msg_arg)MSG_ARG(
        "n", str_fmt(ctx->arena, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10)));
    return msg_format(ctx->arena, ctx->lang, MSG_dash_days, &arg, 1);
}

int64_t dashboard_length(const struct figures_table *table, int64_t value)
{
    int64_t most = 1;

    for (size_t i = 0; i < table->n; i++)
        most = table->rows[i].at_work > most ? table->rows[i].at_work : most;
    return (value * 100 + most - 1) / most;
}

enum rc dashboard_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_dash_title));
    struct dashboard dashboard;
    int64_t days = 30;
    enum rc rc;

    str_to_i64(request_value(request, S("days")), &days);
    if (days != 7 && days != 90)
        days = 30;
    page.current = S("/staff/dashboard");
    rc = dashboard_load(ctx, days, &dashboard);
    if (!rc)
        dashboard_page(&page.view, &page, &dashboard);
    return rc;
}
