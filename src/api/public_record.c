#include "api/public_record.h"

#include "api/caller.h"
#include "engine/definition/city.h"
#include "engine/record/record_tree.h"

const struct input_spec consistency_input[] = {
    {"from", INPUT_INTEGER, .is_required = true, .min = 1, .max = INT64_MAX},
    {"to", INPUT_INTEGER, .min = 1, .max = INT64_MAX},
    {.name = NULL},
};

const struct input_spec inclusion_input[] = {
    {"event", INPUT_INTEGER, .is_required = true, .min = 1, .max = INT64_MAX},
    {.name = NULL},
};

const struct schema consistency_schema = {
    "Consistency",
    "That one tree is the beginning of another (RFC 9162, section 2.1.4)",
    (const struct schema_member[]){
        {"from", SCHEMA_INTEGER, SCHEMA_REQUIRED, "The smaller size"},
        {"to", SCHEMA_INTEGER, SCHEMA_REQUIRED, "The larger size"},
        {"proof", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Hashes in hexadecimal"},
        {.name = NULL},
    },
};

const struct schema inclusion_schema = {
    "Inclusion",
    "That an event stands in the tree of the newest head (RFC 9162, section 2.1.3)",
    (const struct schema_member[]){
        {"event", SCHEMA_INTEGER, SCHEMA_REQUIRED, "As the receipt names it"},
        {"position", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Of its leaf, from 0"},
        {"size", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Of the tree"},
        {"root", SCHEMA_STRING, SCHEMA_REQUIRED, "Of the tree, in hexadecimal"},
        {"path", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Hashes in hexadecimal, the leaf's side first"},
        {.name = NULL},
    },
};

static enum rc newest_head(struct ctx *ctx, struct record_head *ret)
{
    bool is_found;
    enum rc rc = record_latest_head(ctx, &is_found, ret);

    return rc || is_found ? rc : FAIL(ctx, ERR_NOT_FOUND);
}

static void put_hashes(struct ctx *ctx, struct json_writer *json, const char *name,
                       const struct merkle_proof *proof)
{
    json_put_key(json, str_of(name));
    json_begin_array(json);
    for (int i = 0; i < proof->n; i++)
        json_put_string(json, crypto_hex(ctx->arena, crypto_hash_str(&proof->hashes[i])));
    json_end_array(json);
}

enum rc public_record_head(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct record_head head;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc)
        rc = newest_head(ctx, &head);
    if (rc)
        return rc;
    reply->content_type = "text/plain; charset=utf-8";
    buf_add(&reply->body, record_head_format(ctx->arena, &head));
    return RC_OK;
}

enum rc public_record_key(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct crypto_keypair *keys = ctx->city->record_keys;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc && !keys)
        rc = FAIL(ctx, ERR_CONFIG, .detail = S("there is no key of the record"));
    if (rc)
        return rc;
    reply->content_type = "text/plain; charset=utf-8";
    buf_add(&reply->body, crypto_hex(ctx->arena, (struct str){(const char *)keys->public_key,
                                                              sizeof keys->public_key}));
    buf_add_byte(&reply->body, '\n');
    return RC_OK;
}

enum rc public_record_consistency(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    struct merkle_proof proof;
    struct record_head head;
    struct form query;
    int64_t from, to;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc)
        rc = newest_head(ctx, &head);
    if (rc)
        return rc;
    from = form_integer(&query, "from");
    to = form_has(&query, "to") ? form_integer(&query, "to") : head.size;
    if (to > head.size || from > to)
        return api_refuse(ctx, request, API_QUERY, to > head.size ? S("to") : S("from"),
                          (struct err){.id = ERR_TOO_BIG,
                                       .arg = str_fmt(ctx->arena, "%lld",
                                                      (long long)(to > head.size ? head.size : to)),
                                       .file = __FILE__,
                                       .line = __LINE__});
    rc = record_consistency(ctx, from, to, &proof);
    if (rc)
        return rc;
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_member_i64(&json, S("from"), from);
    json_put_member_i64(&json, S("to"), to);
    put_hashes(ctx, &json, "proof", &proof);
    json_end_object(&json);
    return RC_OK;
}

enum rc public_record_inclusion(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    struct merkle_proof proof;
    struct record_head head;
    struct form query;
    int64_t position;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc)
        rc = newest_head(ctx, &head);
    if (!rc)
        rc = record_proof(ctx, form_integer(&query, "event"), head.size, &position, &proof);
    if (rc)
        return rc;
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_member_i64(&json, S("event"), form_integer(&query, "event"));
    json_put_member_i64(&json, S("position"), position);
    json_put_member_i64(&json, S("size"), head.size);
    json_put_member(&json, S("root"), crypto_hex(ctx->arena, crypto_hash_str(&head.root)));
    put_hashes(ctx, &json, "path", &proof);
    json_end_object(&json);
    return RC_OK;
}
