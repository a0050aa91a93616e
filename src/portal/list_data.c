#include "base/csv.h"
#include "base/json.h"
#include "portal/list.h"
#include "web/csrf.h"
#include "web/server.h"

static struct str base_url_of(const struct request *request)
{
    return request_csrf(request)->base_url;
}

static struct str absolute(struct ctx *ctx, struct str base_url, struct str path)
{
    return str_fmt(ctx->arena, "%.*s%.*s", STR_ARG(base_url), STR_ARG(path));
}

static void put_instant(struct ctx *ctx, struct json_writer *json, struct str key, bool has_one,
                        struct instant at)
{
    json_put_key(json, key);
    if (has_one)
        json_put_string(json, zone_format_rfc3339(ctx->arena, ctx->city->zone, at));
    else
        json_put_null(json);
}

static void put_place(struct json_writer *json, const struct public_place *place)
{
    json_put_key(json, S("place"));
    json_begin_object(json);
    json_put_member(json, S("label"), place->label);
    public_place_put_point(json, place);
    json_end_object(json);
}

static void put_case(struct ctx *ctx, struct json_writer *json, const struct public_case *shown,
                     struct str base_url)
{
    json_begin_object(json);
    json_put_member(json, S("number"), shown->number);
    json_put_member(json, S("url"), absolute(ctx, base_url, list_case_url(ctx, shown)));
    json_put_member(json, S("service"), shown->definition->code);
    json_put_member(json, S("service_name"), text_in(&shown->definition->name, ctx->lang));
    json_put_member(json, S("state"), shown->state->id);
    json_put_member(json, S("state_name"), text_in(&shown->state->name, ctx->lang));
    json_put_member(json, S("state_type"), list_state_word(shown->state));
    put_instant(ctx, json, S("opened"), true, shown->opened);
    put_instant(ctx, json, S("updated"), true, shown->updated);
    put_instant(ctx, json, S("closed"), shown->is_closed, shown->closed);
    put_instant(ctx, json, S("due"), shown->has_due, shown->due);
    json_put_member(json, S("district"), shown->district);
    put_place(json, &shown->place);
    if (shown->description.n)
        json_put_member(json, S("description"), shown->description);
    if (shown->outcome)
        json_put_member(json, S("outcome"), shown->outcome->id);
    json_end_object(json);
}

enum rc list_json(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json = json_writer_on(&reply->body);
    struct str base_url = base_url_of(request);
    struct list_choice choice;
    struct public_cases page;
    enum rc rc = list_read(ctx, request, LIST_DATA, &choice);

    if (!rc)
        rc = public_cases(ctx, &choice.filter, &page);
    if (rc)
        return rc;
    reply->content_type = "application/json";
    reply->cache = REPLY_FIVE_MINUTES;
    json_begin_object(&json);
    json_put_key(&json, S("cases"));
    json_begin_array(&json);
    for (size_t i = 0; i < page.n; i++)
        put_case(ctx, &json, &page.of[i], base_url);
    json_end_array(&json);
    if (page.has_more)
        json_put_member(&json, S("next"),
                        absolute(ctx, base_url, list_url(ctx, "/cases.json", &choice, &page.next)));
    json_end_object(&json);
    return RC_OK;
}

/* `marker` is its number on a page of the list; 0: it is none of one. */
static void put_feature(struct ctx *ctx, struct json_writer *json, const struct public_case *shown,
                        int64_t marker)
{
    json_begin_object(json);
    json_put_member(json, S("type"), S("Feature"));
    json_put_key(json, S("geometry"));
    json_begin_object(json);
    json_put_member(json, S("type"), S("Point"));
    json_put_key(json, S("coordinates"));
    json_begin_array(json);
    json_put_f64(json, point_lon(shown->place.point));
    json_put_f64(json, point_lat(shown->place.point));
    json_end_array(json);
    json_end_object(json);
    json_put_key(json, S("properties"));
    json_begin_object(json);
    json_put_member(json, S("title"), list_title(ctx, shown));
    json_put_member(json, S("url"), list_case_url(ctx, shown));
    if (marker) {
        json_put_member_i64(json, S("marker"), marker);
        json_put_member(json, S("kind"), list_state_word(shown->state));
    }
    json_end_object(json);
    json_end_object(json);
}

/* For the moving map: what is named here is a link in its bubble. With `page` it is what one page
 * of the list has, numbered as there. */
enum rc list_geojson(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json = json_writer_on(&reply->body);
    struct list_choice choice;
    struct public_cases page;
    bool is_page = request_value(request, S("page")).n > 0;
    int64_t marker = 0;
    enum rc rc = list_read(ctx, request, is_page ? LIST_PAGE : LIST_POINTS, &choice);

    if (!rc)
        rc = public_cases(ctx, &choice.filter, &page);
    if (rc)
        return rc;
    reply->content_type = "application/geo+json";
    reply->cache = REPLY_FIVE_MINUTES;
    json_begin_object(&json);
    json_put_member(&json, S("type"), S("FeatureCollection"));
    json_put_key(&json, S("features"));
    json_begin_array(&json);
    for (size_t i = 0; i < page.n; i++)
        if (page.of[i].place.has_point)
            put_feature(ctx, &json, &page.of[i], is_page ? ++marker : 0);
    json_end_array(&json);
    /* A member of its own beside the standard's (RFC 7946, section 6.1): where it goes on. */
    if (page.has_more)
        json_put_member(&json, S("next"),
                        absolute(ctx, request_csrf(request)->base_url,
                                 list_url(ctx, "/cases.geojson", &choice, &page.next)));
    json_end_object(&json);
    return RC_OK;
}

/* A table that is sent page by page. */
struct table {
    struct public_filter filter;
    int64_t rows;
    bool has_head;
    enum lang lang;
};

static void put_head(struct csv_writer *csv)
{
    static const struct str names[] = {
        STR("number"),  STR("service"), STR("state"),   STR("state_type"),  STR("opened"),
        STR("updated"), STR("closed"),  STR("due"),     STR("district"),    STR("place"),
        STR("lat"),     STR("lon"),     STR("outcome"), STR("description"),
    };

    for (size_t i = 0; i < COUNT(names); i++)
        csv_put(csv, names[i]);
    csv_end_row(csv);
}

static void put_row(struct ctx *ctx, struct csv_writer *csv, const struct public_case *shown)
{
    const struct zone *zone = ctx->city->zone;
    const struct public_place *place = &shown->place;

    csv_put(csv, shown->number);
    csv_put(csv, shown->definition->code);
    csv_put(csv, shown->state->id);
    csv_put(csv, list_state_word(shown->state));
    csv_put(csv, zone_format_rfc3339(ctx->arena, zone, shown->opened));
    csv_put(csv, zone_format_rfc3339(ctx->arena, zone, shown->updated));
    csv_put(csv,
            shown->is_closed ? zone_format_rfc3339(ctx->arena, zone, shown->closed) : STR_NONE);
    csv_put(csv, shown->has_due ? zone_format_rfc3339(ctx->arena, zone, shown->due) : STR_NONE);
    csv_put(csv, shown->district);
    csv_put(csv, place->label);
    csv_put(csv,
            place->has_point ? str_fmt(ctx->arena, "%.7f", point_lat(place->point)) : STR_NONE);
    csv_put(csv,
            place->has_point ? str_fmt(ctx->arena, "%.7f", point_lon(place->point)) : STR_NONE);
    csv_put(csv, shown->outcome ? shown->outcome->id : STR_NONE);
    csv_put(csv, shown->description);
    csv_end_row(csv);
}

static enum rc produce_table(struct ctx *ctx, void *state, struct buf *chunk, bool *is_last)
{
    struct table *table = state;
    struct csv_writer csv = {.buf = chunk, .guards_formulas = true};
    struct public_cases page;
    enum rc rc;

    ctx->lang = table->lang;
    if (!table->has_head)
        put_head(&csv);
    table->has_head = true;
    rc = public_cases(ctx, &table->filter, &page);
    if (rc)
        return rc;
    for (size_t i = 0; i < page.n && table->rows < LIST_CSV_ROWS; i++, table->rows++)
        put_row(ctx, &csv, &page.of[i]);
    table->filter.has_after = true;
    table->filter.after = page.next;
    *is_last = !page.has_more || table->rows >= LIST_CSV_ROWS;
    return RC_OK;
}

enum rc list_csv(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct arena *arena = reply_stream_arena(reply);
    struct table *table = arena ? ARENA_NEW(arena, struct table) : NULL;
    struct list_choice choice;
    enum rc rc = table ? list_read(ctx, request, LIST_DATA, &choice) : FAIL(ctx, ERR_MEMORY);

    if (rc)
        return rc;
    *table = (struct table){.filter = choice.filter, .lang = ctx->lang};
    table->filter.district = str_copy(arena, choice.district);
    table->filter.words = str_copy(arena, choice.words);
    reply_header(reply, S("Content-Disposition"), S("attachment; filename=\"cases.csv\""));
    reply_stream(reply, "text/csv; charset=utf-8", produce_table, table);
    return RC_OK;
}
