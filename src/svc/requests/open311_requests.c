/* Service requests read: one, some by their ids, or a list by filters. */
#include "base/msg.h"
#include "base/piece.h"
#include "engine/cases/number.h"
#include "engine/cases/photo.h"
#include "engine/cases/public_story.h"
#include "svc/requests/open311.h"
#include "web/url.h"

#define REQUESTS_MAX 1000 /* in one answer; GeoReport v2, "GET Service Requests" */
#define WINDOW_US    (90 * US_PER_DAY)
#define PAGE_MAX     1000000
#define SKIP_MAX     50000 /* cases before a page: who wants more asks about a shorter time */
#define MISSED_MAX   20000 /* cases that do not fit, looked at for one answer: likewise */
#define IDS_MAX      1000
#define SERVICES_MAX 200
#define CHUNK        200 /* cases read at a time */

/* ---- One request */

static struct str status_notes(struct ctx *ctx, const struct public_case *shown)
{
    if (shown->outcome)
        return text_in(&shown->outcome->name, ctx->lang);
    return text_in(&shown->state->name, ctx->lang);
}

static enum rc put_media(struct ctx *ctx, struct document *document, const struct request *request,
                         const struct public_case *shown)
{
    struct photos photos;
    struct str url = STR_NONE, base = open311_base_url(request);
    enum rc rc = photos_of_case(ctx, shown->id, AUDIENCE_PUBLIC, &photos);

    if (rc)
        return rc;
    if (photos.n)
        url = str_fmt(ctx->arena, "%.*s/files/%lld/full", STR_ARG(base),
                      (long long)photos.items[0].id);
    document_text(document, "media_url", url);
    return RC_OK;
}

static void put_place(struct document *document, const struct public_place *place)
{
    document_text(document, "address", place->label);
    document_text(document, "address_id", STR_NONE);
    document_text(document, "zipcode", STR_NONE);
    if (place->has_point) {
        document_f64(document, "lat", point_lat(place->point));
        document_f64(document, "long", point_lon(place->point));
    } else {
        document_text(document, "lat", STR_NONE);
        document_text(document, "long", STR_NONE);
    }
}

static enum rc put_attributes(struct ctx *ctx, struct document *document,
                              const struct public_case *shown)
{
    struct answers answers;
    enum rc rc = public_answers(ctx, shown, &answers);

    if (rc)
        return rc;
    document_begin_list(document, "attributes");
    for (size_t i = 0; i < shown->definition->field_n; i++) {
        const struct field *field = &shown->definition->fields[i];

        if (!answers.of[i].is_given)
            continue;
        document_begin_thing(document, "attribute");
        document_text(document, "code", field->id);
        document_text(document, "label", text_in(&field->text, ctx->lang));
        document_text(document, "value", answer_typed(ctx->arena, field, &answers.of[i]));
        document_text(document, "name", answer_shown(ctx->arena, field, &answers.of[i], ctx->lang));
        document_end_thing(document);
    }
    document_end_list(document);
    return RC_OK;
}

static enum rc put_notes(struct ctx *ctx, struct document *document,
                         const struct public_case *shown)
{
    struct public_updates updates;
    enum rc rc = public_updates(ctx, shown, (struct instant){INT64_MIN},
                                (struct instant){INT64_MAX}, &updates);

    if (rc)
        return rc;
    document_begin_list(document, "notes");
    for (size_t i = 0; i < updates.n; i++) {
        const struct public_update *update = &updates.of[i];

        document_begin_thing(document, "note");
        document_text(document, "datetime", open311_time(ctx, update->at));
        document_text(document, "type", update->state ? S("state") : S("note"));
        document_text(document, "summary",
                      update->state ? text_in(&update->state->name, ctx->lang) : STR_NONE);
        document_text(document, "description",
                      update->outcome ? text_in(&update->outcome->name, ctx->lang) : update->text);
        document_end_thing(document);
    }
    document_end_list(document);
    return RC_OK;
}

/* What extensions=true adds. */
static enum rc put_extensions(struct ctx *ctx, struct document *document,
                              const struct request *request, const struct public_case *shown)
{
    struct str base = open311_base_url(request);
    enum rc rc = put_attributes(ctx, document, shown);

    if (rc)
        return rc;
    document_begin_list(document, "extended_attributes");
    document_begin_thing(document, "extended_attribute");
    document_text(document, "state", shown->state->id);
    document_text(document, "state_name", text_in(&shown->state->name, ctx->lang));
    document_text(document, "outcome", shown->outcome ? shown->outcome->id : STR_NONE);
    document_text(document, "district", shown->district);
    document_bool(document, "is_block", shown->place.is_blurred);
    document_text(document, "closed_datetime",
                  shown->is_closed ? open311_time(ctx, shown->closed) : STR_NONE);
    document_text(document, "url",
                  str_fmt(ctx->arena, "%.*s/cases/%.*s", STR_ARG(base), STR_ARG(shown->number)));
    document_end_thing(document);
    document_end_list(document);
    return put_notes(ctx, document, shown);
}

/* "For requests with status=closed, this will be the date the request was closed" (GeoReport v2).
 * Whoever asks for what has changed since a moment, which the standard does not know, is told when
 * it did, so that the next question can begin there. */
static struct instant updated_at(const struct request *request, const struct public_case *shown)
{
    bool is_polled = request_value(request, S("updated_after")).n ||
                     request_value(request, S("updated_before")).n;

    return shown->is_closed && !is_polled ? shown->closed : shown->updated;
}

/* A deadline that is a day ends with it. Its instant is the midnight after; clients that show the
 * date alone must show the day that the page and the notice say, so it is told as that day's last
 * second. */
static struct instant expected_at(const struct ctx *ctx, struct instant due)
{
    bool is_day = city_local(ctx->city, due).second_of_day == 0;

    return is_day ? instant_plus_us(due, -US_PER_S) : due;
}

static enum rc put_request(struct ctx *ctx, struct document *document,
                           const struct request *request, const struct public_case *shown)
{
    const struct definition *definition = shown->definition;
    struct text agency = city_department_name(ctx->city, definition->department);
    bool is_closed = shown->state->type == STATE_CLOSED;
    enum rc rc;

    document_begin_thing(document, "request");
    document_text(document, "service_request_id", shown->number);
    document_text(document, "status", is_closed ? S("closed") : S("open"));
    document_text(document, "status_notes", status_notes(ctx, shown));
    document_text(document, "service_name", text_in(&definition->name, ctx->lang));
    document_text(document, "service_code", definition->code);
    document_text(document, "description", shown->description);
    document_text(document, "agency_responsible", text_in(&agency, ctx->lang));
    document_text(document, "service_notice", text_in(&shown->state->says, ctx->lang));
    document_text(document, "requested_datetime", open311_time(ctx, shown->opened));
    document_text(document, "updated_datetime", open311_time(ctx, updated_at(request, shown)));
    document_text(document, "expected_datetime",
                  shown->has_due && !is_closed ? open311_time(ctx, expected_at(ctx, shown->due))
                                               : STR_NONE);
    put_place(document, &shown->place);
    rc = put_media(ctx, document, request, shown);
    if (!rc && str_eq_ascii_nocase(request_value(request, S("extensions")), S("true")))
        rc = put_extensions(ctx, document, request, shown);
    document_end_thing(document);
    return rc;
}

static enum rc put_requests(struct ctx *ctx, struct request *request, struct reply *reply,
                            const struct public_cases *found)
{
    struct document document = open311_document(request, reply);
    enum rc rc = RC_OK;

    document_begin_list(&document, "service_requests");
    for (size_t i = 0; !rc && i < found->n; i++)
        rc = put_request(ctx, &document, request, &found->of[i]);
    document_end_list(&document);
    return rc;
}

enum rc open311_request(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str name, number;
    struct public_cases found = {.n = 0};
    enum rc rc = open311_begin(ctx, request, reply);

    if (!rc)
        rc = open311_name(ctx, request, "id", &name);
    if (rc)
        return rc;
    if (number_parse(ctx->arena, name, &number))
        rc = public_cases_numbered(ctx, &number, 1, &found);
    if (!rc && !found.n)
        rc = FAIL(ctx, ERR_NOT_FOUND, .field = S("service_request_id"), .arg = name);
    return rc ? rc : put_requests(ctx, request, reply, &found);
}

/* A request has its id as soon as it is filed, so the id is its own token. */
enum rc open311_token(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct public_cases found = {.n = 0};
    struct document document;
    struct str token, number;
    enum rc rc = open311_begin(ctx, request, reply);

    if (!rc)
        rc = open311_name(ctx, request, "token", &token);
    if (rc)
        return rc;
    if (number_parse(ctx->arena, token, &number))
        rc = public_cases_numbered(ctx, &number, 1, &found);
    if (!rc && !found.n)
        rc = FAIL(ctx, ERR_NOT_FOUND, .field = S("token"), .arg = token);
    if (rc)
        return rc;
    document = open311_document(request, reply);
    document_begin_list(&document, "service_requests");
    document_begin_thing(&document, "request");
    document_text(&document, "service_request_id", found.of[0].number);
    document_text(&document, "token", token);
    document_end_thing(&document);
    document_end_list(&document);
    return RC_OK;
}

/* ---- Filters */

struct asking {
    struct public_filter filter;
    int64_t services[SERVICES_MAX];
    int64_t page, page_size;
    bool is_empty; /* the filters contradict each other */
};

/* The row of a service; 0 for one that the public does not know. */
static int64_t service_row(const struct city *city, struct str code)
{
    const struct definition *service = city_service_ever(city, code);

    return service && service->audience == AUDIENCE_PUBLIC ? service->service_id : 0;
}

static enum rc read_services(struct ctx *ctx, struct str codes, struct asking *asking)
{
    struct str rest = codes, code;
    size_t n = 0;

    while (rest.n && str_next(&rest, ',', &code)) {
        code = str_trim(code);
        if (!code.n)
            continue;
        if (n == SERVICES_MAX)
            return FAIL(ctx, ERR_TOO_LONG, .field = S("service_code"),
                        .arg = str_fmt(ctx->arena, "%d", SERVICES_MAX));
        asking->services[n] = service_row(ctx->city, code);
        if (!asking->services[n++])
            return FAIL(ctx, ERR_NOT_FOUND, .field = S("service_code"), .arg = code);
    }
    asking->filter.services = asking->services;
    asking->filter.service_n = n;
    return RC_OK;
}

static enum rc read_status(struct ctx *ctx, struct str words, struct asking *asking)
{
    struct str rest = words, word;

    while (rest.n && str_next(&rest, ',', &word)) {
        word = str_trim(word);
        if (str_eq_ascii_nocase(word, S("open")))
            asking->filter.states |= 1U << STATE_OPEN | 1U << STATE_WAITING;
        else if (str_eq_ascii_nocase(word, S("closed")))
            asking->filter.states |= 1U << STATE_CLOSED;
        else
            return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("status"));
    }
    return RC_OK;
}

/* The end is included, and times are told in whole seconds: what happened within the last one too.
 */
static struct instant after_end(struct instant end)
{
    return instant_plus_us(end, US_PER_S);
}

/* The time asked about is ninety days at most: the last ones, those from a beginning, or those
 * before an end, the beginning of a longer time left out. Who asks what has changed since a moment
 * asks about all times. */
static void set_window(const struct ctx *ctx, const struct open311_span *span,
                       struct public_filter *filter)
{
    struct instant first;

    filter->has_from = span->has_from;
    filter->has_until = span->has_until;
    filter->from = span->from;
    filter->until = after_end(span->until);
    if (filter->is_by_updated)
        return;
    if (span->has_from && !span->has_until) {
        filter->has_until = true;
        filter->until = after_end(instant_plus_us(span->from, WINDOW_US));
        return;
    }
    first = instant_plus_us(span->has_until ? span->until : ctx->now, -WINDOW_US);
    if (!span->has_from || instant_cmp(span->from, first) < 0)
        filter->from = first;
    filter->has_from = true;
}

static enum rc read_times(struct ctx *ctx, const struct request *request, struct asking *asking)
{
    struct public_filter *filter = &asking->filter;
    struct open311_span opened, updated;
    enum rc rc = open311_span(ctx, request, "start_date", "end_date", &opened);

    if (!rc)
        rc = open311_span(ctx, request, "updated_after", "updated_before", &updated);
    if (rc)
        return rc;
    filter->is_by_updated = updated.has_from || updated.has_until;
    filter->has_updated_from = updated.has_from;
    filter->updated_from = updated.from;
    filter->has_updated_until = updated.has_until;
    filter->updated_until = after_end(updated.until);
    set_window(ctx, &opened, filter);
    asking->is_empty =
        filter->has_from && filter->has_until && instant_cmp(filter->until, filter->from) <= 0;
    return RC_OK;
}

static enum rc read_filters(struct ctx *ctx, const struct request *request, struct asking *asking)
{
    struct str bbox = request_value(request, S("bbox"));
    enum rc rc = read_services(ctx, open311_list(ctx, request, "service_code"), asking);

    asking->page = 1;
    asking->page_size = REQUESTS_MAX;
    if (!rc)
        rc = read_status(ctx, open311_list(ctx, request, "status"), asking);
    if (!rc)
        rc = read_times(ctx, request, asking);
    if (!rc)
        rc = open311_number(ctx, request, "page", PAGE_MAX, &asking->page);
    if (!rc)
        rc = open311_number(ctx, request, "page_size", REQUESTS_MAX, &asking->page_size);
    if (!rc && (asking->page - 1) * asking->page_size > SKIP_MAX)
        rc = FAIL(ctx, ERR_TOO_BIG, .field = S("page"), .arg = S("50000"));
    if (rc || !bbox.n)
        return rc;
    asking->filter.has_box = true;
    return public_box_parse(ctx->arena, bbox, &asking->filter.box)
               ? RC_OK
               : FAIL(ctx, ERR_MALFORMED, .field = S("bbox"));
}

/* ---- Pages */

struct paging {
    struct public_filter filter; /* goes on where the last piece ended */
    size_t missed;
    bool has_more;
};

/* The next cases, at most so many. What an index finds is not bounded but by the page; what it does
 * not is, since no answer is worth more: who gets none is told what to ask instead. */
static enum rc read_piece(struct ctx *ctx, struct paging *paging, size_t most,
                          struct public_cases *ret)
{
    enum rc rc;

    paging->filter.most = most < CHUNK ? most : CHUNK;
    rc = public_cases(ctx, &paging->filter, ret);
    if (rc)
        return rc;
    paging->missed += ret->missed;
    paging->has_more = ret->has_more;
    paging->filter.has_after = true;
    paging->filter.after = ret->next;
    if (paging->missed > MISSED_MAX && ret->has_more)
        return FAIL(ctx, ERR_TOO_BIG, .field = S("requests"), .arg = S("20000"));
    return RC_OK;
}

/* Passes over the cases of the pages before. */
static enum rc skip(struct ctx *ctx, struct paging *paging, int64_t to_skip)
{
    enum rc rc = RC_OK;

    paging->filter.is_bare = true;
    while (!rc && to_skip > 0 && paging->has_more) {
        struct public_cases passed = {.n = 0};
        struct piece piece;

        rc = piece_begin(ctx, &piece);
        if (rc)
            return rc;
        rc = read_piece(ctx, paging, (size_t)to_skip, &passed);
        piece_end(ctx, &piece);
        to_skip -= (int64_t)passed.n;
    }
    paging->filter.is_bare = false;
    return rc;
}

/* One more than the page is looked for, so that it is known whether there is another. */
static enum rc read_page(struct ctx *ctx, const struct asking *asking, struct public_cases *ret)
{
    struct paging paging = {.filter = asking->filter, .has_more = !asking->is_empty};
    size_t wanted = (size_t)asking->page_size + 1;
    struct public_cases all = {.of = ARENA_ARRAY(ctx->arena, wanted + 1, struct public_case)};
    enum rc rc = all.of ? RC_OK : FAIL(ctx, ERR_MEMORY);

    if (!rc)
        rc = skip(ctx, &paging, (asking->page - 1) * asking->page_size);
    while (!rc && paging.has_more && all.n < wanted) {
        struct public_cases page = {.n = 0};

        rc = read_piece(ctx, &paging, wanted - all.n, &page);
        for (size_t i = 0; !rc && i < page.n; i++)
            all.of[all.n++] = page.of[i];
    }
    all.has_more = all.n == wanted;
    all.n -= all.has_more;
    if (!rc)
        *ret = all;
    return rc;
}

/* Ids that are none, and those of cases that are not public, are not there. */
static enum rc read_numbered(struct ctx *ctx, struct str ids, struct public_cases *ret)
{
    struct str *numbers = ARENA_ARRAY(ctx->arena, IDS_MAX, struct str);
    struct str rest = ids, id;
    size_t n = 0;

    if (!numbers)
        return FAIL(ctx, ERR_MEMORY);
    while (rest.n && str_next(&rest, ',', &id)) {
        if (n == IDS_MAX)
            return FAIL(ctx, ERR_TOO_LONG, .field = S("service_request_id"), .arg = S("1000"));
        n += number_parse(ctx->arena, str_trim(id), &numbers[n]);
    }
    return public_cases_numbered(ctx, numbers, n, ret);
}

enum rc open311_requests(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str ids = open311_list(ctx, request, "service_request_id");
    struct asking *asking = ARENA_NEW(ctx->arena, struct asking);
    struct public_cases found;
    enum rc rc = asking ? open311_begin(ctx, request, reply) : FAIL(ctx, ERR_MEMORY);

    if (!rc && ids.n)
        rc = read_numbered(ctx, ids, &found);
    if (!rc && !ids.n)
        rc = read_filters(ctx, request, asking);
    if (!rc && !ids.n)
        rc = read_page(ctx, asking, &found);
    if (!rc && !ids.n && found.has_more)
        open311_link_next(ctx, request, reply, "/requests", asking->page + 1);
    return rc ? rc : put_requests(ctx, request, reply, &found);
}
