#include "console/queue.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "console/bulk.h"
#include "console/queries.h"
#include "console/queue.ct.h"
#include "engine/cases/access.h"
#include "engine/cases/case_search.h"
#include "engine/definition/answer.h"
#include "engine/definition/service_search.h"
#include "engine/definition/show.h"
#include "people/permission.h"

#define TEXT_SHOWN 160 /* bytes of what was said */

struct str queue_sort_url(const struct staff_page *page, const struct list_ask *ask,
                          enum case_sort sort)
{
    struct list_ask other = *ask;

    other.sort = sort;
    other.has_sort = true;
    return list_ask_url(page, "/staff/queue", &other, STR_NONE);
}

const char *queue_tag(const struct case_line *line)
{
    bool is_start =
        line->definition && line->state &&
        line->state == &line->definition->workflow->states[line->definition->workflow->start];

    return staff_tag(line->state_type, is_start);
}

static struct str outcome_text(const struct ctx *ctx, const struct case_line *line)
{
    const struct workflow *workflow = line->definition ? line->definition->workflow : NULL;
    int outcome = workflow && line->outcome.n ? workflow_outcome(workflow, line->outcome) : -1;

    return outcome < 0 ? line->outcome : text_in(&workflow->outcomes[outcome].name, ctx->lang);
}

struct str queue_cell(struct ctx *ctx, const struct case_line *line, enum list_column column)
{
    switch (column) {
    case COLUMN_SERVICE:
        return line->definition ? text_in(&line->definition->name, ctx->lang) : STR_NONE;
    case COLUMN_PLACE: return line->place;
    case COLUMN_STATE: return line->state ? text_in(&line->state->name, ctx->lang) : line->state_id;
    case COLUMN_TEAM: return line->team ? text_in(&line->team->name, ctx->lang) : STR_NONE;
    case COLUMN_DUE: return line->has_due ? staff_due(ctx, line->due, ctx->lang).text : STR_NONE;
    case COLUMN_ASSIGNEE: return line->assignee;
    case COLUMN_AGE: return staff_age(ctx, line->opened, ctx->lang);
    case COLUMN_OPENED: return show_instant(ctx, line->opened, ctx->lang);
    case COLUMN_UPDATED: return show_instant(ctx, line->updated, ctx->lang);
    case COLUMN_CLOSED:
        return line->is_closed ? show_instant(ctx, line->closed, ctx->lang) : STR_NONE;
    case COLUMN_OUTCOME: return outcome_text(ctx, line);
    case COLUMN_DISTRICT: return line->district;
    case COLUMN_CHANNEL: return staff_channel(line->channel, ctx->lang);
    case COLUMN_LANG: return staff_language(line->lang);
    case COLUMN_TEXT:
        return line->description.n <= TEXT_SHOWN
                   ? line->description
                   : str_fmt(ctx->arena, "%.*s…", STR_ARG(utf8_cut(line->description, TEXT_SHOWN)));
    case COLUMN__N: break;
    }
    return STR_NONE;
}

static const struct answer *answer_of(const struct case_line *line, struct str id,
                                      const struct field **ret_field)
{
    const struct field *field = line->answers ? definition_field(line->definition, id) : NULL;
    const struct answer *answer =
        field ? &line->answers->of[field - line->definition->fields] : NULL;

    *ret_field = field;
    return answer && answer->is_given ? answer : NULL;
}

struct str queue_answer(struct ctx *ctx, const struct case_line *line, struct str field)
{
    const struct field *of;
    const struct answer *answer = answer_of(line, field, &of);

    return answer ? answer_shown(ctx->arena, of, answer, ctx->lang) : STR_NONE;
}

struct str queue_answer_typed(struct arena *arena, const struct case_line *line, struct str field)
{
    const struct field *of;
    const struct answer *answer = answer_of(line, field, &of);

    return answer ? answer_typed(arena, of, answer) : STR_NONE;
}

static enum rc load_lines(struct ctx *ctx, const struct staff_page *page, struct queue_view *view)
{
    struct list_ask *ask = &view->ask;
    struct case_found found = {.sort = ask->sort};
    enum rc rc = RC_OK;

    if (!ask->trouble.n)
        rc = case_search(ctx,
                         &(struct case_search){.filter = &ask->filter,
                                               .text = ask->text,
                                               .sort = ask->sort,
                                               .after = ask->after,
                                               .most = QUEUE_PAGE,
                                               .with_answers = ask->fields.n > 0},
                         &found);
    if (rc == RC_INVALID && ctx->err.id == ERR_FILTER) {
        ask->trouble = ctx->err.arg;
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    if (rc)
        return rc;
    ask->sort = found.sort;
    view->lines = found.lines;
    view->line_n = found.n;
    view->is_cut = found.is_cut;
    if (found.next.n)
        view->next_url = list_ask_url(page, "/staff/queue", ask, found.next);
    if (ask->after.n)
        view->first_url = list_ask_url(page, "/staff/queue", ask, STR_NONE);
    return RC_OK;
}

/* ---- Somebody's name */

/* Words alone, without a key, a quote or a sign; within a word a hyphen is none. */
static bool is_plain(const struct list_ask *ask)
{
    for (size_t i = 0; i < ask->text.n; i++) {
        bool is_first = i == 0 || ask->text.p[i - 1] == ' ';

        if (strchr("\":*~,", ask->text.p[i]) || (is_first && ask->text.p[i] == '-'))
            return false;
    }
    return ask->text.n && !ask->trouble.n;
}

/* The words are nowhere: the list is that of what the person reported, as if it had been asked for,
 * but for an own view, whose words stay. */
static enum rc take_name(struct ctx *ctx, const struct staff_page *page, struct queue_view *view,
                         struct str text, const struct case_filter *filter)
{
    struct list_ask *ask = &view->ask;

    view->name = ask->text;
    view->name_url = queue_url(page, text);
    if (view->line_n || view->is_cut || view->is_saved || ask->after.n)
        return RC_OK;
    ask->text = text;
    ask->filter = *filter;
    if (!ask->has_sort)
        ask->sort = case_sort_for(filter);
    view->has_name_alone = true;
    return load_lines(ctx, page, view);
}

/* Whoever asks learns of no name but of those who reported a case that they may see. */
static enum rc load_name(struct ctx *ctx, const struct staff_page *page, struct queue_view *view)
{
    struct str text = str_fmt(ctx->arena, "reporter:\"%.*s\"", STR_ARG(view->ask.text));
    struct case_found found = {.n = 0};
    struct case_filter filter;
    enum rc rc = RC_OK;

    if (!view->may_work || !is_plain(&view->ask))
        return RC_OK;
    rc = case_filter_parse(ctx, text, &filter);
    if (!rc)
        rc = case_search(ctx, &(struct case_search){.filter = &filter, .text = text, .most = 1},
                         &found);
    if (rc || !found.n)
        return rc;
    return take_name(ctx, page, view, text, &filter);
}

/* ---- The views beside it */

static struct str number(const struct ctx *ctx, int64_t n)
{
    return msg_number_text(ctx->arena, n);
}

static enum rc add_link(struct ctx *ctx, const struct staff_page *page, struct queue_view *view,
                        struct str name, const struct team *team)
{
    struct queue_count_row row;
    struct str filter = team ? str_fmt(ctx->arena, "state:open team:%.*s", STR_ARG(team->id))
                             : S("state:open assignee:me");
    enum rc rc = queue_count(ctx,
                             &(struct queue_count_args){
                                 .state_type = STATE_OPEN,
                                 .team = team ? team->row : 0,
                                 .with_team = team != NULL,
                                 .assignee = ctx->actor->id,
                                 .with_assignee = !team,
                                 .most = QUEUE_COUNT_MAX + 1,
                             },
                             &row);

    if (rc)
        return rc;
    view->links[view->link_n++] = (struct queue_view_link){
        .name = name,
        .url = queue_url(page, filter),
        .count = row.counted > QUEUE_COUNT_MAX
                     ? str_fmt(ctx->arena, "%.*s+", STR_ARG(number(ctx, QUEUE_COUNT_MAX)))
                     : number(ctx, row.counted),
        .is_current = !view->is_saved && str_eq(view->ask.text, filter),
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
    rc = add_link(ctx, page, view, msg_text(ctx->lang, MSG_staff_mine), NULL);
    for (size_t i = 0; !rc && i < ctx->city->team_n; i++) {
        const struct team *team = &ctx->city->teams[i];

        if (team->row && case_access_has_team(ctx, ctx->actor, team->row))
            rc = add_link(ctx, page, view, text_in(&team->name, ctx->lang), team);
    }
    return rc;
}

static enum rc load_own(struct ctx *ctx, const struct staff_page *page, struct queue_view *view)
{
    struct saved_views_rows rows;
    enum rc rc = saved_views(ctx, ctx->actor->id, &rows);

    if (rc)
        return rc;
    view->own = ARENA_ARRAY(ctx->arena, rows.n, struct queue_view_link);
    if (!view->own)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        view->own[view->own_n++] = (struct queue_view_link){
            .name = rows.rows[i].name,
            .url = staff_url(page,
                             str_fmt(ctx->arena, "/staff/views/%.*s", STR_ARG(rows.rows[i].code))),
            .is_current = view->is_saved && str_eq(rows.rows[i].code, view->saved.code),
        };
    return RC_OK;
}

static enum rc load_services(struct ctx *ctx, struct queue_view *view)
{
    view->service_n = ctx->city->service_n;
    return city_services_by_name(ctx, &view->services);
}

static struct str title_of(struct ctx *ctx, const struct queue_view *view)
{
    const struct case_term *team = case_filter_term(&view->ask.filter, CASE_KEY_TEAM);
    const struct case_term *service = case_filter_term(&view->ask.filter, CASE_KEY_SERVICE);
    const struct case_term *assignee = case_filter_term(&view->ask.filter, CASE_KEY_ASSIGNEE);
    const struct definition *named = service && service->value_n == 1
                                         ? city_service_by_row(ctx->city, service->values[0].id)
                                         : NULL;

    if (view->is_saved)
        return view->saved.name;
    if (team && team->value_n == 1 && !team->values[0].is_none)
        return text_in(&city_team_by_row(ctx->city, team->values[0].id)->name, ctx->lang);
    if (named)
        return text_in(&named->name, ctx->lang);
    if (assignee && assignee->value_n == 1 && assignee->values[0].is_me)
        return msg_text(ctx->lang, MSG_staff_mine);
    return msg_text(ctx->lang, case_filter_term(&view->ask.filter, CASE_KEY_WORDS) ? MSG_queue_found
                                                                                   : MSG_staff_all);
}

enum rc queue_show_view(struct ctx *ctx, struct request *request, struct reply *reply,
                        struct queue_view *view)
{
    struct staff_page page = staff_page_on(ctx, request, reply, title_of(ctx, view));
    enum rc rc;

    page.current = S("/staff/queue");
    view->may_work = actor_may(ctx->actor, PERMISSION_WORK);
    rc = load_lines(ctx, &page, view);
    if (!rc)
        rc = load_name(ctx, &page, view);
    if (!rc)
        rc = load_links(ctx, &page, view);
    if (!rc)
        rc = load_own(ctx, &page, view);
    if (!rc)
        rc = load_services(ctx, view);
    if (!rc)
        rc = bulk_acts(ctx, &view->acts, &view->act_n);
    if (rc)
        return rc;
    page.has_errors = view->ask.trouble.n || view->view_err.id;
    if (page.has_errors)
        reply->status = 422;
    queue_page_shown(&page.view, &page, view);
    return RC_OK;
}

enum rc queue_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct queue_view view = {0};
    enum rc rc = list_ask_read(ctx, request, &view.ask);

    return rc ? rc : queue_show_view(ctx, request, reply, &view);
}
