/* What the calls of Open311 share, and its errors. */
#include "svc/requests/open311.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "svc/requests/requests.h"
#include "web/key_limit.h"
#include "web/server.h"
#include "web/typed.h"
#include "web/url.h"

#define MAX_LINK 8000

static struct str last_segment(const struct request *request)
{
    return request->path.n ? request->path.segments[request->path.n - 1] : STR_NONE;
}

enum document_format open311_format(const struct request *request)
{
    struct str last = last_segment(request);

    if (str_ends_with(last, S(".json")))
        return DOCUMENT_JSON;
    if (str_ends_with(last, S(".xml")))
        return DOCUMENT_XML;
    return str_find(request_header(request, S("accept")), S("application/json")) >= 0
               ? DOCUMENT_JSON
               : DOCUMENT_XML;
}

enum rc open311_name(struct ctx *ctx, const struct request *request, const char *param,
                     struct str *ret)
{
    struct str text = request_param(request, str_of(param));

    if (str_ends_with(text, S(".json")))
        *ret = str_slice(text, 0, text.n - 5);
    else if (str_ends_with(text, S(".xml")))
        *ret = str_slice(text, 0, text.n - 4);
    else
        return FAIL(ctx, ERR_NOT_FOUND);
    return RC_OK;
}

static void choose_language(struct ctx *ctx, const struct request *request)
{
    struct str wanted = request_value(request, S("lang"));

    if (wanted.n && lang_parse(str_slice(wanted, 0, 2), &ctx->lang) && ctx->lang < LANG__PUBLIC)
        return;
    if (!request->has_language && request_header(request, S("accept-language")).n)
        ctx->lang = lang_accept(request_header(request, S("accept-language")));
    if (ctx->lang >= LANG__PUBLIC)
        ctx->lang = LANG_EN;
}

/* No call looks at a cookie: what a foreign page may do it does by a key that it was given. */
static void open_to_all_pages(struct reply *reply)
{
    reply_header(reply, S("Access-Control-Allow-Origin"), S("*"));
    reply_header(reply, S("Access-Control-Expose-Headers"), S("Link, Retry-After"));
    reply_header(reply, S("Vary"), S("Accept-Language"));
}

/* What is no text names no service and no request. */
static enum rc check_texts(struct ctx *ctx, const struct params *params)
{
    for (size_t i = 0; i < params->n; i++)
        if (!text_is_clean(params->items[i].value))
            return FAIL(ctx, ERR_NOT_UTF8, .field = params->items[i].name);
    return RC_OK;
}

enum rc open311_begin(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct str jurisdiction = request_value(request, S("jurisdiction_id"));
    enum rc rc;

    choose_language(ctx, request);
    open_to_all_pages(reply);
    if (request->flaws)
        return FAIL(ctx, request->flaws->error, .field = request->flaws->name,
                    .arg = str_fmt(ctx->arena, "%d", TYPED_MAX_CHARACTERS));
    rc = check_texts(ctx, &request->query);
    if (rc)
        return rc;
    if (jurisdiction.n && !str_eq_ascii_nocase(jurisdiction, ctx->city->id))
        return FAIL(ctx, ERR_NOT_FOUND, .field = S("jurisdiction_id"), .arg = jurisdiction);
    return RC_OK;
}

struct document open311_document(const struct request *request, struct reply *reply)
{
    reply->content_type = document_content_type(open311_format(request));
    return document_on(&reply->body, open311_format(request));
}

enum rc open311_find_service(struct ctx *ctx, struct str code, const struct definition **ret)
{
    const struct definition *found = city_service(ctx->city, code);

    if (!code.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("service_code"));
    if (!found || found->audience != AUDIENCE_PUBLIC)
        return FAIL(ctx, ERR_NOT_FOUND, .field = S("service_code"), .arg = code);
    *ret = found;
    return RC_OK;
}

/* "2026-07-02T16:30:00" and "2026-07-02": the city's own time. */
static bool local_instant(const struct city *city, struct str text, struct instant *ret)
{
    struct local_time local = {.second_of_day = 0};
    struct instant wall;

    if (!date_parse(str_slice(text, 0, 10), &local.date))
        return false;
    if (text.n > 10) {
        char utc[40];

        if (text.n + 1 > sizeof utc)
            return false;
        memcpy(utc, text.p, text.n);
        utc[10] = 'T';
        utc[text.n] = 'Z';
        if (!instant_parse((struct str){utc, text.n + 1}, &wall))
            return false;
        local.second_of_day = (int32_t)(wall.us_utc / US_PER_S - local.date.days * INT64_C(86400));
        if (local.second_of_day < 0 || local.second_of_day > 86399)
            return false;
    }
    *ret = zone_instant(city->zone, local);
    return true;
}

enum rc open311_instant(struct ctx *ctx, struct str text, const char *field, struct instant *ret)
{
    struct str trimmed = str_trim(text);
    struct str mended = str_copy(ctx->arena, trimmed);
    ptrdiff_t blank = mended.n > 10 ? str_find_byte(str_slice(mended, 11, mended.n), ' ') : -1;

    if (blank >= 0)
        mended = str_fmt(ctx->arena, "%.*s+%.*s", (int)blank + 11, mended.p,
                         (int)mended.n - (int)blank - 12, mended.p + blank + 12);
    if (instant_parse(mended, ret) || local_instant(ctx->city, trimmed, ret))
        return RC_OK;
    return FAIL(ctx, ERR_NOT_A_DATE, .field = str_of(field));
}

struct str open311_time(struct ctx *ctx, struct instant at)
{
    return zone_format_rfc3339(ctx->arena, ctx->city->zone, at);
}

struct str open311_list(struct ctx *ctx, const struct request *request, const char *name)
{
    struct str joined = STR_NONE;

    for (size_t i = 0; i < request->query.n; i++) {
        struct str value = request->query.items[i].value;

        if (!str_eq(request->query.items[i].name, str_of(name)) || !value.n)
            continue;
        joined =
            joined.n ? str_fmt(ctx->arena, "%.*s,%.*s", STR_ARG(joined), STR_ARG(value)) : value;
    }
    return joined;
}

struct str open311_base_url(const struct request *request)
{
    return request_csrf(request)->base_url;
}

enum rc open311_span(struct ctx *ctx, const struct request *request, const char *from,
                     const char *until, struct open311_span *ret)
{
    struct str first = request_value(request, str_of(from));
    struct str last = request_value(request, str_of(until));
    enum rc rc = RC_OK;

    *ret = (struct open311_span){.has_from = first.n > 0, .has_until = last.n > 0};
    if (first.n)
        rc = open311_instant(ctx, first, from, &ret->from);
    if (!rc && last.n)
        rc = open311_instant(ctx, last, until, &ret->until);
    return rc;
}

enum rc open311_number(struct ctx *ctx, const struct request *request, const char *name,
                       int64_t most, int64_t *value)
{
    struct str text = request_value(request, str_of(name));
    int64_t number;

    if (!text.n)
        return RC_OK;
    if (!str_to_i64(text, &number) || number < 1)
        return FAIL(ctx, ERR_NOT_A_NUMBER, .field = str_of(name));
    *value = number < most ? number : most;
    return RC_OK;
}

void open311_link_next(struct ctx *ctx, const struct request *request, struct reply *reply,
                       const char *call, int64_t page)
{
    struct str base = open311_base_url(request);
    struct buf out = buf_in(ctx->arena, MAX_LINK);

    buf_add_byte(&out, '<');
    buf_add(&out, base);
    buf_add(&out,
            url_in_lang(ctx->arena, ctx->lang, str_fmt(ctx->arena, "%s%s", OPEN311_BASE, call)));
    buf_add(&out, open311_format(request) == DOCUMENT_XML ? S(".xml") : S(".json"));
    buf_add_fmt(&out, "?page=%lld", (long long)page);
    for (size_t i = 0; i < request->query.n; i++) {
        const struct param *param = &request->query.items[i];

        if (str_eq(param->name, S("page")) || !param->value.n)
            continue;
        buf_add_byte(&out, '&');
        url_escape(&out, param->name);
        buf_add_byte(&out, '=');
        url_escape(&out, param->value);
    }
    buf_add(&out, S(">; rel=\"next\""));
    if (!buf_has_failed(&out))
        reply_header(reply, S("Link"), buf_str(&out));
}

/* ---- Keys and their rates */

static struct str key_text(const struct request *request)
{
    struct str header = request_header(request, S("authorization"));
    struct str given = request_value(request, S("api_key"));

    if (!given.n && header.n > 7 && str_eq_ascii_nocase(str_slice(header, 0, 7), S("Bearer ")))
        given = str_trim(str_slice(header, 7, header.n));
    return given;
}

static enum rc take_turn(struct ctx *ctx, struct reply *reply, const struct api_key *key)
{
    const struct key_limit limit = {key->prefix, key->burst, key->per_minute};
    int64_t wait_s;

    if (key_limit_take(&limit, &wait_s))
        return RC_OK;
    reply_header(reply, S("Retry-After"), str_fmt(ctx->arena, "%lld", (long long)wait_s));
    return FAIL(ctx, ERR_TOO_MANY, .field = S("api_key"));
}

enum rc open311_key(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct api_key *ret)
{
    struct str text = key_text(request);
    struct api_key *key = ARENA_NEW(ctx->arena, struct api_key);
    bool is_found = false;
    enum rc rc;

    if (!key)
        return FAIL(ctx, ERR_MEMORY);
    if (!text.n)
        return FAIL(ctx, ERR_DENIED, .field = S("api_key"));
    rc = api_key_find(ctx, text, &is_found, key);
    if (!rc && !is_found)
        rc = FAIL(ctx, ERR_DENIED, .field = S("api_key"));
    if (!rc)
        rc = take_turn(ctx, reply, key);
    if (rc)
        return rc;
    ctx->actor = &key->actor;
    *ret = *key;
    return RC_OK;
}

/* ---- Errors */

bool open311_is_asked(const struct request *request)
{
    return request_is_under(request, S("open311"));
}

const struct edge_style open311_edge_styles[2] = {
    {"/open311/", ".json", "application/json; charset=utf-8",
     "[{\"code\":{status},\"description\":\"{says}\"}]"},
    {"/open311/", "", "text/xml; charset=utf-8",
     "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<errors><error><code>{status}</code>"
     "<description>{says}</description></error></errors>"},
};

/* A sentence of Open311's own for an error about one of its parameters. */
static bool own_sentence(const struct err *err, enum msg_id *ret)
{
    static const struct {
        enum err_id error;
        struct str field;
        enum msg_id says;
    } sentences[] = {
        {ERR_DENIED, STR("api_key"), MSG_open311_key},
        {ERR_TOO_MANY, STR("api_key"), MSG_open311_rate},
        {ERR_NOT_FOUND, STR("jurisdiction_id"), MSG_open311_jurisdiction},
        {ERR_NOT_FOUND, STR("service_code"), MSG_open311_service},
        {ERR_NOT_FOUND, STR("service_request_id"), MSG_open311_request},
        {ERR_NOT_FOUND, STR("token"), MSG_open311_token},
        {ERR_REQUIRED, STR("place"), MSG_open311_place},
        {ERR_MALFORMED, STR_NONE, MSG_open311_malformed},
        {ERR_MALFORMED, STR("bbox"), MSG_open311_bbox},
        {ERR_TOO_BIG, STR("requests"), MSG_open311_narrower},
        {ERR_MEDIA_TYPE, STR_NONE, MSG_open311_media_type},
        {ERR_METHOD, STR_NONE, MSG_open311_method},
        {ERR_NOT_FOUND, STR_NONE, MSG_open311_path},
        {ERR_OUTSIDE, STR("media_url"), MSG_open311_media_url},
    };

    for (size_t i = 0; i < COUNT(sentences); i++) {
        if (err->id != sentences[i].error || !str_eq(err->field, sentences[i].field))
            continue;
        *ret = sentences[i].says;
        return true;
    }
    return false;
}

/* The parameters that are a point in time; an attribute of that kind is a day, as people write it.
 */
static bool is_time(struct str field)
{
    return str_ends_with(field, S("_date")) || str_ends_with(field, S("_datetime")) ||
           str_starts_with(field, S("updated_"));
}

static struct str sentence_of(struct ctx *ctx, const struct err *err)
{
    const struct msg_arg args[] = {MSG_ARG("arg", err->arg), MSG_ARG("field", err->field)};
    struct str key = str_fmt(ctx->arena, "error.%s", err_name(err->id)), general;
    enum msg_id id;

    if (own_sentence(err, &id))
        return msg_format(ctx->arena, ctx->lang, id, args, 1);
    if (err->id == ERR_TOO_LARGE && err->arg.n)
        return msg_format(ctx->arena, ctx->lang, MSG_form_file_too_large, args, 1);
    if (err->id == ERR_REQUIRED)
        return msg_format(ctx->arena, ctx->lang, MSG_open311_required, &args[1], 1);
    if (err->id == ERR_NOT_UTF8 && err->field.n)
        return msg_format(ctx->arena, ctx->lang, MSG_open311_text, &args[1], 1);
    if (err->id == ERR_NOT_A_DATE && is_time(err->field))
        return msg_format(ctx->arena, ctx->lang, MSG_open311_time, &args[1], 1);
    general = err->id == ERR_PATTERN && err->arg.n ? err->arg
              : msg_by_key(key, &id)               ? msg_format(ctx->arena, ctx->lang, id, args, 1)
                                                   : str_of(err_name(err->id));
    if (!err->field.n)
        return general;
    return str_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(err->field), STR_ARG(general));
}

static int status_of(const struct err *err)
{
    int status = err_status(err->id);

    if (err->id == ERR_OUTSIDE && err->field.n)
        return 400;
    if (err->id == ERR_IDEMPOTENCY) /* a header that the standard does not know */
        return status;
    return status == 422 ? 400 : status == 401 ? 403 : status;
}

void open311_problem(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct document document = open311_document(request, reply);

    choose_language(ctx, request);
    open_to_all_pages(reply);
    reply->status = status_of(&ctx->err);
    document_begin_list(&document, "errors");
    document_begin_thing(&document, "error");
    document_i64(&document, "code", reply->status);
    document_text(&document, "description", sentence_of(ctx, &ctx->err));
    document_end_thing(&document);
    document_end_list(&document);
}
