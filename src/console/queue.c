#include "console/queue.h"

#include <stdlib.h>

#include "base/msg.h"
#include "console/queue.ct.h"
#include "engine/cases/access.h"
#include "web/url.h"

static const struct str state_words[] = {STR("open"), STR("waiting"), STR("closed")};

/* "d<due>-<id>", "u<id>" (no deadline) or "o<opened>-<id>": the last row of the page before. */
static bool parse_cursor(struct str cursor, struct queue_filter *filter)
{
    struct str rest = str_slice(cursor, 1, cursor.n), at;
    bool is_undated = cursor.n && cursor.p[0] == 'u';

    if (!cursor.n || cursor.p[0] != (filter->sort == QUEUE_NEWEST ? 'o' : is_undated ? 'u' : 'd'))
        return false;
    if (!is_undated && (!str_next(&rest, '-', &at) || !str_to_i64(at, &filter->after_at.us_utc)))
        return false;
    if (!str_to_i64(rest, &filter->after_id))
        return false;
    filter->is_after_dated = !is_undated;
    filter->has_after = true;
    return true;
}

static struct str cursor_of(struct arena *arena, enum queue_sort sort,
                            const struct queue_page_row *row)
{
    if (sort == QUEUE_NEWEST)
        return str_fmt(arena, "o%lld-%lld", (long long)row->opened.us_utc, (long long)row->id);
    if (row->due_is_null)
        return str_fmt(arena, "u%lld", (long long)row->id);
    return str_fmt(arena, "d%lld-%lld", (long long)row->due.us_utc, (long long)row->id);
}

/* What cannot be understood is left out: an old link still shows a queue. */
static struct queue_filter read_filter(struct ctx *ctx, const struct request *request)
{
    struct queue_filter filter = {.state = STATE_OPEN};
    struct str state = request_value(request, S("state"));

    for (size_t i = 0; i < sizeof state_words / sizeof *state_words; i++)
        if (str_eq(state, state_words[i]))
            filter.state = (enum state_type)i;
    filter.team = city_team(ctx->city, request_value(request, S("team")));
    filter.service = city_service(ctx->city, request_value(request, S("service")));
    filter.is_mine = str_eq(request_value(request, S("mine")), S("1"));
    filter.is_late = str_eq(request_value(request, S("late")), S("1"));
    /* Waiting and closed cases have no running deadline. */
    if (filter.state != STATE_OPEN || str_eq(request_value(request, S("sort")), S("newest")))
        filter.sort = QUEUE_NEWEST;
    if (filter.is_late) {
        filter.state = STATE_OPEN;
        filter.sort = QUEUE_BY_DUE;
    }
    parse_cursor(request_value(request, S("after")), &filter);
    return filter;
}

static void add_param(struct buf *out, const char *name, struct str value)
{
    if (!value.n)
        return;
    buf_add_byte(out, out->n && memchr(out->p, '?', out->n) ? '&' : '?');
    buf_add(out, str_of(name));
    buf_add_byte(out, '=');
    url_escape(out, value);
}

/* The address of a filter; `after` empty for its first page. */
static struct str filter_url(const struct staff_page *page, const struct queue_filter *filter,
                             struct str after)
{
    struct buf out = buf_in(page->ctx->arena, 2000);

    buf_add(&out, staff_url(page, S("/staff/queue")));
    if (filter->state != STATE_OPEN)
        add_param(&out, "state", state_words[filter->state]);
    add_param(&out, "team", filter->team ? filter->team->id : STR_NONE);
    add_param(&out, "service", filter->service ? filter->service->code : STR_NONE);
    add_param(&out, "mine", filter->is_mine ? S("1") : STR_NONE);
    add_param(&out, "late", filter->is_late ? S("1") : STR_NONE);
    if (filter->state == STATE_OPEN && filter->sort == QUEUE_NEWEST)
        add_param(&out, "sort", S("newest"));
    add_param(&out, "after", after);
    return buf_str(&out);
}

struct str queue_sort_url(const struct staff_page *page, const struct queue_filter *filter,
                          enum queue_sort sort)
{
    struct queue_filter other = *filter;

    other.sort = sort;
    return filter_url(page, &other, STR_NONE);
}

/* Whether the filter alone leaves nothing that the actor may not read. */
static bool is_within(const struct ctx *ctx, const struct queue_filter *filter,
                      const struct case_access *access)
{
    return access->is_all ||
           (filter->team && case_access_has_team(ctx, ctx->actor, filter->team->row)) ||
           (filter->service && case_access_has_service(ctx, ctx->actor, filter->service));
}

static struct queue_page_args page_args(const struct ctx *ctx, const struct queue_filter *filter)
{
    return (struct queue_page_args){
        .state_type = filter->state,
        .team = filter->team ? filter->team->row : 0,
        .with_team = filter->team != NULL,
        .service = filter->service ? filter->service->service_id : 0,
        .with_service = filter->service != NULL,
        .assignee = ctx->actor->id,
        .with_assignee = filter->is_mine,
        .now = ctx->now,
        .with_late = filter->is_late,
        .due = filter->after_at,
        .opened = filter->after_at,
        .after_id = filter->after_id,
        .most = QUEUE_PAGE + 1,
        .order = filter->sort == QUEUE_NEWEST ? QUEUE_PAGE_BY_NEWEST : QUEUE_PAGE_BY_DUE,
    };
}

/* Those with a deadline first, then those without: the two engines sort NULL to different ends. */
static enum rc load_by_due(struct ctx *ctx, const struct queue_filter *filter,
                           struct queue_page_args *args, struct queue_page_rows *ret)
{
    struct queue_page_rows undated = {0};
    struct queue_page_row *rows;
    enum rc rc = RC_OK;

    *ret = (struct queue_page_rows){0};
    args->with_dated = true;
    args->with_after_due = filter->has_after;
    if (!filter->has_after || filter->is_after_dated)
        rc = queue_page(ctx, args, ret);
    if (rc || ret->n > QUEUE_PAGE || filter->is_late)
        return rc;
    args->with_dated = args->with_after_due = false;
    args->with_undated = true;
    args->with_after_id = filter->has_after && !filter->is_after_dated;
    args->most -= (int64_t)ret->n;
    rc = queue_page(ctx, args, &undated);
    if (rc || undated.n == 0)
        return rc;
    rows = ARENA_ARRAY(ctx->arena, ret->n + undated.n, struct queue_page_row);
    if (!rows)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < ret->n + undated.n; i++)
        rows[i] = i < ret->n ? ret->rows[i] : undated.rows[i - ret->n];
    *ret = (struct queue_page_rows){rows, ret->n + undated.n};
    return RC_OK;
}

/* One page of a filter, read in order from one index. */
static enum rc load_scope(struct ctx *ctx, const struct queue_filter *filter,
                          struct queue_page_args args, struct queue_page_rows *ret)
{
    if (filter->sort == QUEUE_BY_DUE)
        return load_by_due(ctx, filter, &args, ret);
    args.with_before_opened = filter->has_after;
    return queue_page(ctx, &args, ret);
}

static int compare_by_due(const void *left, const void *right)
{
    const struct queue_page_row *a = left, *b = right;

    if (a->due_is_null != b->due_is_null)
        return a->due_is_null - b->due_is_null;
    if (!a->due_is_null && instant_cmp(a->due, b->due))
        return instant_cmp(a->due, b->due);
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_newest(const void *left, const void *right)
{
    const struct queue_page_row *a = left, *b = right;
    int order = instant_cmp(b->opened, a->opened);

    return order ? order : (b->id > a->id) - (b->id < a->id);
}

/* Sorts the pages of all scopes into one and drops what stood in two. */
static size_t merge(struct queue_page_row *rows, size_t n, enum queue_sort sort)
{
    size_t kept = 0;

    qsort(rows, n, sizeof *rows, sort == QUEUE_NEWEST ? compare_newest : compare_by_due);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || rows[kept - 1].id != rows[i].id)
            rows[kept++] = rows[i];
    return kept > QUEUE_PAGE + 1 ? QUEUE_PAGE + 1 : kept;
}

/* What the filter leaves of the actor's teams and services: a page of each, merged. A team or
 * service that is asked for and not the actor's own is narrowed by the other. */
static enum rc load_scopes(struct ctx *ctx, const struct queue_filter *filter,
                           const struct case_access *access, struct queue_page_rows *ret)
{
    size_t team_n = filter->team ? 0 : access->team_n;
    size_t service_n = filter->service ? 0 : access->service_n;
    struct queue_page_row *all =
        ARENA_ARRAY(ctx->arena, (team_n + service_n) * (QUEUE_PAGE + 1), struct queue_page_row);
    size_t n = 0;

    if (!all)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < team_n + service_n; i++) {
        struct queue_page_args args = page_args(ctx, filter);
        struct queue_page_rows rows;
        enum rc rc;

        if (i < team_n) {
            args.with_team = true;
            args.team = access->teams[i];
        } else {
            args.with_service = true;
            args.service = access->services[i - team_n];
        }
        rc = load_scope(ctx, filter, args, &rows);
        if (rc)
            return rc;
        for (size_t j = 0; j < rows.n; j++)
            all[n++] = rows.rows[j];
    }
    *ret = (struct queue_page_rows){all, merge(all, n, filter->sort)};
    return RC_OK;
}

static enum rc load_rows(struct ctx *ctx, const struct queue_filter *filter,
                         const struct case_access *access, struct queue_page_rows *ret)
{
    return is_within(ctx, filter, access) ? load_scope(ctx, filter, page_args(ctx, filter), ret)
                                          : load_scopes(ctx, filter, access, ret);
}

static struct queue_line line_of(struct ctx *ctx, const struct queue_page_row *row)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    const struct team *team = row->team_is_null ? NULL : city_team_by_row(ctx->city, row->team);
    struct queue_line line = {
        .number = row->number,
        .place = row->place_label_is_null ? STR_NONE : row->place_label,
        .assignee = row->assignee_name_is_null ? STR_NONE : row->assignee_name,
        .team = team ? text_in(&team->name, ctx->lang) : STR_NONE,
        .age = staff_age(ctx, row->opened, ctx->lang),
        .state = row->state,
        .tag = staff_tag((enum state_type)row->state_type, false),
        .has_due = !row->due_is_null,
    };
    int state;

    if (line.has_due)
        line.due = staff_due(ctx, row->due, ctx->lang);
    if (!definition)
        return line;
    line.service = text_in(&definition->name, ctx->lang);
    state = workflow_state(definition->workflow, row->state);
    if (state >= 0) {
        line.state = text_in(&definition->workflow->states[state].name, ctx->lang);
        line.tag =
            staff_tag((enum state_type)row->state_type, state == definition->workflow->start);
    }
    return line;
}

static enum rc load_lines(struct ctx *ctx, const struct staff_page *page,
                          const struct case_access *access, struct queue_view *view)
{
    struct queue_page_rows rows;
    enum rc rc = load_rows(ctx, &view->filter, access, &rows);

    if (rc)
        return rc;
    view->line_n = rows.n > QUEUE_PAGE ? QUEUE_PAGE : rows.n;
    view->lines = ARENA_ARRAY(ctx->arena, view->line_n, struct queue_line);
    if (!view->lines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < view->line_n; i++)
        view->lines[i] = line_of(ctx, &rows.rows[i]);
    if (rows.n > QUEUE_PAGE)
        view->next_url =
            filter_url(page, &view->filter,
                       cursor_of(ctx->arena, view->filter.sort, &rows.rows[QUEUE_PAGE - 1]));
    if (view->filter.has_after)
        view->first_url = filter_url(page, &view->filter, STR_NONE);
    return RC_OK;
}

static bool is_same_view(const struct queue_filter *a, const struct queue_filter *b)
{
    return a->state == b->state && a->team == b->team && a->service == b->service &&
           a->is_mine == b->is_mine && a->is_late == b->is_late;
}

static enum rc add_link(struct ctx *ctx, const struct staff_page *page, struct queue_view *view,
                        struct str name, const struct queue_filter *filter)
{
    struct queue_count_row row;
    enum rc rc = queue_count(ctx,
                             &(struct queue_count_args){
                                 .state_type = filter->state,
                                 .team = filter->team ? filter->team->row : 0,
                                 .with_team = filter->team != NULL,
                                 .assignee = ctx->actor->id,
                                 .with_assignee = filter->is_mine,
                                 .now = ctx->now,
                                 .with_late = filter->is_late,
                                 .most = QUEUE_COUNT_MAX + 1,
                             },
                             &row);

    if (rc)
        return rc;
    view->links[view->link_n++] = (struct queue_view_link){
        .name = name,
        .url = filter_url(page, filter, STR_NONE),
        .count = row.counted > QUEUE_COUNT_MAX
                     ? str_fmt(ctx->arena, "%d+", QUEUE_COUNT_MAX)
                     : str_fmt(ctx->arena, "%lld", (long long)row.counted),
        .is_current = is_same_view(filter, &view->filter),
    };
    return RC_OK;
}

/* One's own work, then each team whose cases one may read. */
static enum rc load_links(struct ctx *ctx, const struct staff_page *page, struct queue_view *view)
{
    enum rc rc;

    view->links = ARENA_ARRAY(ctx->arena, ctx->city->team_n + 1, struct queue_view_link);
    if (!view->links)
        return FAIL(ctx, ERR_MEMORY);
    rc = add_link(ctx, page, view, msg_text(ctx->lang, MSG_staff_mine),
                  &(struct queue_filter){.is_mine = true});
    for (size_t i = 0; !rc && i < ctx->city->team_n; i++) {
        const struct team *team = &ctx->city->teams[i];

        if (team->row && case_access_has_team(ctx, ctx->actor, team->row))
            rc = add_link(ctx, page, view, text_in(&team->name, ctx->lang),
                          &(struct queue_filter){.team = team});
    }
    return rc;
}

static struct str title_of(struct ctx *ctx, const struct queue_filter *filter)
{
    if (filter->team)
        return text_in(&filter->team->name, ctx->lang);
    if (filter->service)
        return text_in(&filter->service->name, ctx->lang);
    return msg_text(ctx->lang, filter->is_mine ? MSG_staff_mine : MSG_staff_all);
}

enum rc queue_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct queue_view view = {.filter = read_filter(ctx, request)};
    struct staff_page page = staff_page_on(ctx, request, reply, title_of(ctx, &view.filter));
    struct case_access access;
    enum rc rc = case_access_of(ctx, ctx->actor, &access);

    page.current = S("/staff/queue");
    if (!rc)
        rc = load_lines(ctx, &page, &access, &view);
    if (!rc)
        rc = load_links(ctx, &page, &view);
    if (!rc)
        queue_page_shown(&page.view, &page, &view);
    return rc;
}
