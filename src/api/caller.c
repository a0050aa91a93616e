#include "api/caller.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "api/api.h"
#include "engine/definition/city.h"
#include "people/permission.h"
#include "web/csrf.h"
#include "web/key_limit.h"
#include "web/server.h"

#define MAX_URL 2000

bool api_is_asked(const struct request *request)
{
    const struct url_path *path = &request->path;

    if (path->n == 1)
        return str_eq(path->segments[0], S("healthz")) || str_eq(path->segments[0], S("metrics"));
    /* "/api/" itself is a page for people. */
    if (request_is_under(request, S("api")))
        return path->n == 0 || path->segments[1].n > 0;
    return path->n > 1 && str_eq(path->segments[0], S("record"));
}

/* RFC 6750, section 2.1. */
static struct str key_of(const struct request *request)
{
    struct str value = request_header(request, S("authorization"));

    if (value.n < 7 || !str_eq_ascii_nocase(str_slice(value, 0, 7), S("Bearer ")))
        return STR_NONE;
    return str_trim(str_slice(value, 7, value.n));
}

enum rc api_begin(struct ctx *ctx, struct request *request)
{
    struct api_caller *caller = ARENA_NEW(ctx->arena, struct api_caller);
    struct api_key *key = ARENA_NEW(ctx->arena, struct api_key);
    struct str text = key_of(request), accepted = request_header(request, S("accept-language"));
    bool is_found = false;
    enum rc rc;

    if (!caller || !key)
        return FAIL(ctx, ERR_MEMORY);
    request->session = caller;
    if (accepted.n)
        ctx->lang = lang_accept(accepted);
    if (!text.n)
        return RC_OK;
    rc = api_key_find(ctx, text, &is_found, key);
    if (rc || !is_found)
        return rc;
    caller->key = key;
    ctx->actor = &key->actor;
    return RC_OK;
}

static enum rc take_token(struct ctx *ctx, struct api_caller *caller)
{
    const struct api_key *key = caller->key;
    const struct key_limit limit = {key->prefix, key->burst, key->per_minute};

    return key_limit_take(&limit, &caller->wait_s) ? RC_OK : FAIL(ctx, ERR_TOO_MANY);
}

enum rc api_authorize(struct ctx *ctx, struct request *request, const struct route *route)
{
    struct api_caller *caller = api_caller(request);
    enum rc rc = RC_OK;

    if (caller->key)
        rc = take_token(ctx, caller);
    if (rc || actor_may(ctx->actor, (enum permission)route->permission))
        return rc;
    return caller->key ? FAIL(ctx, ERR_DENIED) : FAIL(ctx, ERR_KEY);
}

struct api_caller *api_caller(const struct request *request)
{
    assert(request->session);
    return request->session;
}

enum rc api_refuse(struct ctx *ctx, const struct request *request, enum api_part part,
                   struct str where, struct err err)
{
    struct api_caller *caller = api_caller(request);

    caller->part = part;
    schema_add_fault(&caller->faults, where, err.id, err.arg);
    return ctx_fail(ctx, err);
}

enum rc api_faulty(struct ctx *ctx, const struct request *request)
{
    const struct schema_fault *first = &api_caller(request)->faults.of[0];

    return FAIL(ctx, first->id, .arg = first->arg);
}

enum rc api_query(struct ctx *ctx, const struct request *request, struct form *ret)
{
    static const struct input_spec none[] = {{.name = NULL}};
    const struct input_spec *specs = request->route->input ? request->route->input : none;
    struct api_caller *caller = api_caller(request);
    enum rc rc = form_read(ctx, request, specs, ret);

    if (rc || form_is_valid(ret))
        return rc;
    caller->part = API_QUERY;
    for (size_t i = 0; i < ret->count; i++)
        if (ret->fields[i].error)
            schema_add_fault(&caller->faults, str_of(ret->fields[i].spec->name),
                             ret->fields[i].error, ret->fields[i].arg);
    if (ret->unknown.p)
        schema_add_fault(&caller->faults, ret->unknown, ERR_UNKNOWN_FIELD, STR_NONE);
    return api_faulty(ctx, request);
}

enum rc api_body(struct ctx *ctx, const struct request *request, const struct schema *schema,
                 const struct api_name *names, json_t **ret)
{
    struct str type = http_media_type(request_header(request, S("content-type")));
    struct api_caller *caller = api_caller(request);
    json_t *body;
    enum rc rc;

    if (!str_eq_ascii_nocase(type, S("application/json")))
        return FAIL(ctx, ERR_MEDIA_TYPE);
    rc = json_parse(ctx, request->body, request->body.n, &body);
    if (rc)
        return rc;
    caller->part = API_BODY;
    caller->names = names;
    schema_check(ctx, schema, body, &caller->faults);
    if (caller->faults.n)
        return api_faulty(ctx, request);
    *ret = body;
    return RC_OK;
}

struct str api_text(const json_t *body, const char *name)
{
    const json_t *value = json_object_get(body, name);

    if (!json_is_string(value))
        return STR_NONE;
    return (struct str){json_string_value(value), json_string_length(value)};
}

enum rc api_instant(struct ctx *ctx, const struct request *request, const struct form *form,
                    const char *name, bool *ret_has, struct instant *ret)
{
    struct str text = form_text(form, name);
    struct date date;

    *ret_has = text.n > 0;
    if (!text.n || instant_parse(text, ret))
        return RC_OK;
    if (date_parse(text, &date)) {
        *ret = zone_instant(ctx->city->zone, (struct local_time){.date = date});
        return RC_OK;
    }
    return api_refuse(ctx, request, API_QUERY, str_of(name),
                      (struct err){.id = ERR_NOT_A_DATE, .file = __FILE__, .line = __LINE__});
}

struct json_writer api_answer(struct reply *reply)
{
    reply->content_type = "application/json";
    return json_writer_on(&reply->body);
}

void api_put_instant(struct json_writer *json, const char *name, bool has_one, struct instant at)
{
    json_put_key(json, str_of(name));
    if (has_one)
        json_put_string(json, instant_format_utc(json->buf->arena, at));
    else
        json_put_null(json);
}

void api_put_text(struct json_writer *json, const char *name, struct str text)
{
    json_put_key(json, str_of(name));
    if (text.n)
        json_put_string(json, text);
    else
        json_put_null(json);
}

const struct schema api_words_schema = {
    "Words",
    "A text of the city by language; a language that the city gives no text in is left out",
    (const struct schema_member[]){
        {"en", SCHEMA_STRING, .says = "English"},
        {"es", SCHEMA_STRING, .says = "Spanish"},
        {"vi", SCHEMA_STRING, .says = "Vietnamese"},
        {.name = NULL},
    },
};

void api_put_words(struct json_writer *json, const char *name, const struct text *text)
{
    json_put_key(json, str_of(name));
    json_begin_object(json);
    for (int lang = 0; lang < LANG__PUBLIC; lang++)
        if (text->in[lang].n)
            json_put_member(json, lang_code((enum lang)lang), text->in[lang]);
    json_end_object(json);
}

struct str api_url(struct ctx *ctx, const struct request *request, const char *format, ...)
{
    struct str base = request_csrf(request)->base_url;
    char path[MAX_URL];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    return str_fmt(ctx->arena, "%.*s%s", STR_ARG(base), path);
}
