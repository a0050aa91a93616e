#include "web/twin.h"

#include "base/json.h"
#include "web/form.h"

static bool ends_with_any(struct str path, const struct str *ends, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ends_with(path, ends[i]))
            return true;
    return false;
}

/* "/cases.csv" of "/es/cases.csv?state=open". */
static struct str path_of(const struct request *request)
{
    ptrdiff_t query = str_find_byte(request->target, '?');

    return query < 0 ? request->target : str_slice(request->target, 0, (size_t)query);
}

static void put_document(struct ctx *ctx, struct reply *reply, struct str sentence)
{
    struct json_writer json = json_writer_on(&reply->body);

    reply->content_type = "application/problem+json";
    json_begin_object(&json);
    json_put_member(&json, S("type"), S("about:blank"));
    json_put_member_i64(&json, S("status"), reply->status);
    json_put_member(&json, S("code"), str_of(err_name(ctx->err.id)));
    json_put_member(&json, S("detail"), sentence);
    if (ctx->err.field.n)
        json_put_member(&json, S("parameter"), ctx->err.field);
    json_end_object(&json);
}

bool twin_problem(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    static const struct str json[] = {STR(".json"), STR(".geojson")};
    static const struct str text[] = {STR(".csv"), STR(".atom")};
    struct str path = path_of(request);
    bool is_json = ends_with_any(path, json, COUNT(json));
    struct str sentence;

    if (ctx->err.id == ERR_SIGN_IN || (!is_json && !ends_with_any(path, text, COUNT(text))))
        return false;
    sentence = form_sentence(ctx->arena, ctx->lang, request, &ctx->err);
    if (is_json) {
        put_document(ctx, reply, sentence);
        return true;
    }
    reply->content_type = "text/plain; charset=utf-8";
    buf_add(&reply->body, sentence);
    buf_add_byte(&reply->body, '\n');
    return true;
}
