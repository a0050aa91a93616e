#include "portal/list.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "engine/cases/case_filter.h"
#include "engine/definition/service_search.h"
#include "portal/list.ct.h"
#include "portal/seen.h"
#include "web/url.h"

#define MAX_URL 2000

static const struct str state_words[] = {STR("open"), STR("waiting"), STR("closed")};

struct str list_state_word(const struct state *state)
{
    return state_words[state->type];
}

/* The instant at which a day of the city begins. */
static struct instant day_begins(const struct city *city, struct date date)
{
    return zone_end_of_day(city->zone, date_plus(date, -1));
}

/* What cannot be understood would make another list than the one asked for. The first is told. */
static void trouble(struct ctx *ctx, struct list_choice *choice, const char *name, enum msg_id id,
                    struct str value)
{
    struct msg_arg named = MSG_ARG("name", utf8_cut(utf8_shown(ctx->arena, value), LIST_WORDS));
    struct msg_arg in[] = {MSG_ARG("name", name),
                           MSG_ARG("sentence", msg_format(ctx->arena, ctx->lang, id, &named, 1))};

    if (choice->trouble.n)
        return;
    choice->trouble_in = str_of(name);
    choice->trouble = msg_format(ctx->arena, ctx->lang, MSG_filter_in, in, COUNT(in));
}

static bool read_day(struct ctx *ctx, const struct request *request, const char *name,
                     struct list_choice *choice, struct date *ret)
{
    struct str typed = request_value(request, str_of(name));

    if (!typed.n)
        return false;
    if (date_parse(typed, ret))
        return true;
    trouble(ctx, choice, name, MSG_filter_no_date, typed);
    return false;
}

static void read_dates(struct ctx *ctx, const struct request *request, struct list_choice *choice)
{
    struct date date;

    if (read_day(ctx, request, "from", choice, &date)) {
        choice->from = request_value(request, S("from"));
        choice->filter.has_from = true;
        choice->filter.from = day_begins(ctx->city, date);
    }
    if (read_day(ctx, request, "until", choice, &date)) {
        choice->until = request_value(request, S("until"));
        choice->filter.has_until = true;
        choice->filter.until = zone_end_of_day(ctx->city->zone, date);
    }
}

static void read_names(struct ctx *ctx, const struct request *request, struct list_choice *choice)
{
    struct str service = request_value(request, S("service"));
    struct str state = request_value(request, S("state"));
    struct str district = request_value(request, S("district"));

    /* A service that is offered no more still has its reports: an old link goes on. */
    choice->service = city_service_ever(ctx->city, service);
    if (choice->service && choice->service->audience != AUDIENCE_PUBLIC)
        choice->service = NULL;
    if (choice->service)
        choice->filter.service = choice->service->service_id;
    else if (service.n)
        trouble(ctx, choice, "service", MSG_filter_no_service, service);
    for (size_t i = 0; i < COUNT(state_words); i++) {
        if (!str_eq(state, state_words[i]))
            continue;
        choice->state = state;
        choice->filter.has_state = true;
        choice->filter.state = (enum state_type)i;
    }
    if (state.n && !choice->state.n)
        trouble(ctx, choice, "state", MSG_filter_no_state, state);
    if (district.n && case_filter_has_district(ctx->city, district))
        choice->district = choice->filter.district = district;
    else if (district.n)
        trouble(ctx, choice, "district", MSG_filter_no_district, district);
}

/* All that could be understood; what could not is choice->trouble. */
static enum rc read_choice(struct ctx *ctx, const struct request *request, size_t most,
                           struct list_choice *ret)
{
    struct list_choice choice = {.filter = {.most = most}};
    struct str words = request_value(request, S("q"));

    read_names(ctx, request, &choice);
    read_dates(ctx, request, &choice);
    if (text_is_clean(words))
        choice.words = choice.filter.words = str_trim(utf8_cut(words, LIST_WORDS));
    choice.bbox = request_value(request, S("bbox"));
    choice.filter.has_box = choice.bbox.n > 0;
    if (choice.bbox.n && !public_box_parse(ctx->arena, choice.bbox, &choice.filter.box))
        return FAIL(ctx, ERR_MALFORMED, .field = S("bbox"));
    choice.filter.has_after =
        public_cursor_parse(request_value(request, S("after")), &choice.filter.after);
    *ret = choice;
    return RC_OK;
}

enum rc list_read(struct ctx *ctx, const struct request *request, size_t most,
                  struct list_choice *ret)
{
    struct list_choice choice;
    enum rc rc = read_choice(ctx, request, most, &choice);

    if (!rc && choice.trouble.n)
        rc = FAIL(ctx, ERR_FILTER, .field = choice.trouble_in, .arg = choice.trouble);
    if (!rc)
        *ret = choice;
    return rc;
}

static void add_param(struct buf *out, const char *name, struct str value)
{
    if (!value.n)
        return;
    buf_add_byte(out, memchr(out->p, '?', out->n) ? '&' : '?');
    buf_add(out, str_of(name));
    buf_add_byte(out, '=');
    url_escape(out, value);
}

struct str list_url(struct ctx *ctx, const char *path, const struct list_choice *choice,
                    const struct public_cursor *after)
{
    struct buf out = buf_in(ctx->arena, MAX_URL);

    buf_add(&out, url_in_lang(ctx->arena, ctx->lang, str_of(path)));
    add_param(&out, "q", choice->words);
    add_param(&out, "service", choice->service ? choice->service->code : STR_NONE);
    add_param(&out, "district", choice->district);
    add_param(&out, "state", choice->state);
    add_param(&out, "from", choice->from);
    add_param(&out, "until", choice->until);
    add_param(&out, "bbox", choice->bbox);
    if (after)
        add_param(&out, "after", public_cursor_text(ctx->arena, *after));
    return buf_str(&out);
}

struct str list_title(struct ctx *ctx, const struct public_case *shown)
{
    struct str name = text_in(&shown->definition->name, ctx->lang);

    if (!shown->place.label.n)
        return name;
    return str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(name), STR_ARG(shown->place.label));
}

struct str list_case_url(struct ctx *ctx, const struct public_case *shown)
{
    return url_in_lang(ctx->arena, ctx->lang,
                       str_fmt(ctx->arena, "/cases/%.*s", STR_ARG(shown->number)));
}

/* Where the moving map reads the points of this very page. */
static struct str list_page_points(struct ctx *ctx, const struct list_choice *choice)
{
    const struct public_filter *filter = &choice->filter;
    struct str url =
        list_url(ctx, "/cases.geojson", choice, filter->has_after ? &filter->after : NULL);

    return str_fmt(ctx->arena, "%.*s%cpage=1", STR_ARG(url),
                   str_find_byte(url, '?') < 0 ? '?' : '&');
}

/* Numbers the lines that have a point, and draws them. */
static enum rc draw(struct ctx *ctx, struct list_view *view)
{
    struct map_marker *markers = ARENA_ARRAY(ctx->arena, view->line_n + 1, struct map_marker);
    struct figure_about about = {
        .box = BOX_NONE, .title = msg_text(ctx->lang, MSG_map_of_list), .markers = markers};

    if (!markers)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < view->line_n; i++) {
        const struct public_case *shown = view->lines[i].shown;

        if (!shown->place.has_point)
            continue;
        view->lines[i].marker = (int)about.marker_n + 1;
        markers[about.marker_n] = (struct map_marker){
            .at = shown->place.point,
            .kind = list_state_word(shown->state),
            .text = str_fmt(ctx->arena, "%d", view->lines[i].marker),
        };
        about.marker_n++;
        box_add(&about.box, shown->place.point);
    }
    if (view->choice.filter.has_box)
        about.box = view->choice.filter.box;
    view->has_map = view->line_n && city_map_figure(ctx, &about, &view->map);
    view->map.points = list_page_points(ctx, &view->choice);
    view->map.says = msg_text(ctx->lang, MSG_map_same);
    return RC_OK;
}

static enum rc load(struct ctx *ctx, struct list_view *view)
{
    struct public_cases page = {.n = 0};
    enum rc rc = view->choice.trouble.n ? RC_OK : public_cases(ctx, &view->choice.filter, &page);

    if (rc)
        return rc;
    view->lines = ARENA_ARRAY(ctx->arena, page.n + 1, struct list_line);
    view->services = ARENA_ARRAY(ctx->arena, ctx->city->service_n + 1, const struct definition *);
    if (!view->lines || !view->services)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < page.n; i++)
        view->lines[view->line_n++] = (struct list_line){.shown = &page.of[i]};
    for (size_t i = 0; i < ctx->city->service_n; i++)
        if (ctx->city->services[i]->audience == AUDIENCE_PUBLIC)
            view->services[view->service_n++] = ctx->city->services[i];
    rc = services_by_name(ctx, view->services, view->service_n);
    if (rc)
        return rc;
    if (page.has_more)
        view->older_url = list_url(ctx, "/cases", &view->choice, &page.next);
    if (view->choice.filter.has_after)
        view->newest_url = list_url(ctx, "/cases", &view->choice, NULL);
    view->blurred = seen_blurred(ctx);
    view->districts = layers_find(ctx->city->layers, S("district"));
    return draw(ctx, view);
}

enum rc list_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_nav_cases));
    struct list_view view = {.line_n = 0};
    enum rc rc = read_choice(ctx, request, LIST_PAGE, &view.choice);

    if (!rc)
        rc = load(ctx, &view);
    if (rc)
        return rc;
    page.has_errors = view.choice.trouble.n > 0;
    if (page.has_errors)
        reply->status = 422;
    page.current = S("/cases");
    page.feed = list_url(ctx, "/cases.atom", &view.choice, NULL);
    list_page(&page.view, &page, &view);
    return RC_OK;
}
