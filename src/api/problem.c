/* Failures as programs read them: RFC 9457, with the place of each fault. */
#include "api/api.h"
#include "api/caller.h"
#include "base/msg.h"
#include "engine/definition/city.h"
#include "web/csrf.h"
#include "web/server.h"

static const struct schema fault_schema = {
    "Fault",
    "One input that does not fit; exactly one of pointer, parameter and header says which",
    (const struct schema_member[]){
        {"pointer", SCHEMA_STRING,
         .says = "Where in the body: a JSON Pointer (RFC 6901) in a URI fragment"},
        {"parameter", SCHEMA_STRING, .says = "The query parameter"},
        {"header", SCHEMA_STRING, .says = "The header"},
        {"code", SCHEMA_STRING, SCHEMA_REQUIRED, "What is wrong with it, as in the member code"},
        {"detail", SCHEMA_STRING, SCHEMA_REQUIRED, "The same in a sentence"},
        {.name = NULL},
    },
};

const struct schema api_problem_schema = {
    "Problem",
    "A failure, as RFC 9457 describes it",
    (const struct schema_member[]){
        {"type", SCHEMA_STRING, SCHEMA_REQUIRED, "Where this kind of failure is described",
         .format = "uri"},
        {"title", SCHEMA_STRING, SCHEMA_REQUIRED, "The kind of failure in a few words"},
        {"status", SCHEMA_INTEGER, SCHEMA_REQUIRED, "The HTTP status"},
        {"code", SCHEMA_STRING, SCHEMA_REQUIRED,
         "The kind of failure for programs: it never changes"},
        {"detail", SCHEMA_STRING, SCHEMA_REQUIRED,
         "What happened, in a sentence of the language asked for"},
        {"cause", SCHEMA_STRING, .says = "Where a body breaks the rules of JSON"},
        {"request", SCHEMA_INTEGER, SCHEMA_REQUIRED,
         "The number of this request in the city's log"},
        {"errors", SCHEMA_ARRAY, .says = "Each input that does not fit", .of = &fault_schema},
        {.name = NULL},
    },
};

const struct edge_style api_edge_style = {
    "/api/", "", "application/problem+json",
    "{\"type\":\"about:blank\",\"title\":\"Refused before it was read\",\"status\":{status},"
    "\"detail\":\"{says}\"}"};

/* "NOT_A_CHOICE" as "Not a choice". */
static struct str title_of(struct arena *arena, enum err_id id)
{
    struct buf out = buf_in(arena, 100);
    const char *name = err_name(id);

    for (size_t i = 0; name[i]; i++)
        buf_add_byte(&out, name[i] == '_'                              ? ' '
                           : i > 0 && name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32)
                                                                       : name[i]);
    return buf_str(&out);
}

/* Some sentences for people speak of their browser and of pages. */
static bool own_sentence(enum err_id id, enum msg_id *ret)
{
    static const struct {
        enum err_id error;
        enum msg_id says;
    } sentences[] = {
        {ERR_MALFORMED, MSG_api_malformed}, {ERR_MEDIA_TYPE, MSG_api_media_type},
        {ERR_METHOD, MSG_api_method},       {ERR_NOT_A_DATE, MSG_api_time},
        {ERR_NOT_UTF8, MSG_api_text},
    };

    for (size_t i = 0; i < COUNT(sentences); i++) {
        if (sentences[i].error != id)
            continue;
        *ret = sentences[i].says;
        return true;
    }
    return false;
}

static struct str sentence_of(struct ctx *ctx, enum err_id id, struct str arg)
{
    struct msg_arg quoted = MSG_ARG("arg", arg);
    enum msg_id message;

    if (own_sentence(id, &message))
        return msg_text(ctx->lang, message);
    if (id == ERR_TOO_LARGE && arg.n)
        return msg_format(ctx->arena, ctx->lang, MSG_form_file_too_large, &quoted, 1);

    /* A pattern brings its own sentence, written in the service file. */
    if (id == ERR_PATTERN && arg.n)
        return arg;
    if (!msg_by_key(str_fmt(ctx->arena, "error.%s", err_name(id)), &message))
        return str_of(err_name(id));
    return msg_format(ctx->arena, ctx->lang, message, &quoted, 1);
}

/* Where the body has what the engine calls by its own name. */
static struct str pointer_of(struct ctx *ctx, const struct api_name *names, struct str field)
{
    for (; names && names->field; names++) {
        if (str_eq(str_of(names->field), field))
            return str_of(names->pointer);
        if (!*names->field)
            return str_fmt(ctx->arena, "%s%.*s", names->pointer, STR_ARG(field));
    }
    return str_fmt(ctx->arena, "#/%.*s", STR_ARG(field));
}

static void put_fault(struct ctx *ctx, struct json_writer *json, enum api_part part,
                      const struct schema_fault *fault)
{
    static const struct str parts[] = {STR("pointer"), STR("parameter"), STR("header")};

    json_begin_object(json);
    json_put_member(json, parts[part], fault->pointer);
    json_put_member(json, S("code"), str_of(err_name(fault->id)));
    json_put_member(json, S("detail"), sentence_of(ctx, fault->id, fault->arg));
    json_end_object(json);
}

static void put_faults(struct ctx *ctx, struct json_writer *json, struct api_caller *caller)
{
    const struct err *err = &ctx->err;

    if (!caller->faults.n && err->field.n && caller->names)
        schema_add_fault(&caller->faults, pointer_of(ctx, caller->names, err->field), err->id,
                         err->arg);
    if (!caller->faults.n)
        return;
    json_put_key(json, S("errors"));
    json_begin_array(json);
    for (size_t i = 0; i < caller->faults.n; i++)
        put_fault(ctx, json, caller->part, &caller->faults.of[i]);
    json_end_array(json);
}

static void put_headers(struct ctx *ctx, struct reply *reply, const struct api_caller *caller)
{
    if (reply->status == 401)
        reply_header(reply, S("WWW-Authenticate"), S("Bearer realm=\"cityhall\""));
    if (caller && caller->wait_s && (reply->status == 429 || reply->status == 409))
        reply_header(reply, S("Retry-After"),
                     str_fmt(ctx->arena, "%lld", (long long)caller->wait_s));
}

void api_problem(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str base = request_csrf(request)->base_url;
    struct api_caller *caller = request->session;
    const struct err err = ctx->err;
    struct json_writer json = json_writer_on(&reply->body);

    reply->content_type = "application/problem+json";
    put_headers(ctx, reply, caller);
    json_begin_object(&json);
    json_put_member(&json, S("type"),
                    str_fmt(ctx->arena, "%.*s/api/#%s", STR_ARG(base), err_name(err.id)));
    json_put_member(&json, S("title"), title_of(ctx->arena, err.id));
    json_put_member_i64(&json, S("status"), reply->status);
    json_put_member(&json, S("code"), str_of(err_name(err.id)));
    json_put_member(&json, S("detail"),
                    request->route || err.id != ERR_NOT_FOUND ? sentence_of(ctx, err.id, err.arg)
                                                              : msg_text(ctx->lang, MSG_api_path));
    if (err.id == ERR_MALFORMED && request->body.n && err.detail.n)
        json_put_member(&json, S("cause"), err.detail);
    json_put_member_i64(&json, S("request"), (int64_t)ctx->work_id);
    if (caller)
        put_faults(ctx, &json, caller);
    json_end_object(&json);
}
