/* What happened to a case, with its proofs; the receipt; photos. */
#include <unistd.h>

#include "api/caller.h"
#include "api/cases.h"
#include "api/queries.h"
#include "api/view.h"
#include "engine/cases/case_read.h"
#include "engine/cases/photo.h"
#include "engine/record/receipt.h"
#include "engine/record/record_tree.h"

#define EVENTS_DEFAULT 50
#define EVENTS_MAX     100

const struct input_spec events_input[] = {
    {"after", INPUT_INTEGER, .min = 0, .max = INT64_MAX},
    {"limit", INPUT_INTEGER, .min = 1, .max = EVENTS_MAX},
    {.name = NULL},
};

static const char *const actor_kinds[] = {"system", "staff", "resident", "api", "import", NULL};
static const char *const audiences[] = {"public", "parties", "staff", NULL};

static const struct schema actor_schema = {
    "Actor",
    "Who did it",
    (const struct schema_member[]){
        {"kind", SCHEMA_STRING, SCHEMA_REQUIRED, "What they are", .choices = actor_kinds},
        {"id", SCHEMA_INTEGER, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "Their number within the city, as the leaf of the record has it"},
        {"name", SCHEMA_STRING, .says = "A login, or a program's name; for staff's keys alone"},
        {.name = NULL},
    },
};

static const struct schema proof_schema = {
    "InclusionProof",
    "That the event stands in the tree of the signed head (RFC 9162, section 2.1.3)",
    (const struct schema_member[]){
        {"position", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Of its leaf, from 0"},
        {"path", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Hashes in hexadecimal, the leaf's side first"},
        {.name = NULL},
    },
};

static const struct schema event_schema = {
    "Event",
    "Something that happened to the case",
    (const struct schema_member[]){
        {"id", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Its number in the record"},
        {"at", SCHEMA_STRING, SCHEMA_REQUIRED, "When", .format = "date-time"},
        {"at_us", SCHEMA_INTEGER, SCHEMA_REQUIRED, "The same in microseconds since 1970"},
        {"kind", SCHEMA_STRING, SCHEMA_REQUIRED, "What, as in \"case.opened\""},
        {"case", SCHEMA_INTEGER, SCHEMA_REQUIRED, "The case's number within the record"},
        {"audience", SCHEMA_STRING, SCHEMA_REQUIRED, "Who may know", .choices = audiences},
        {"actor", SCHEMA_OBJECT, SCHEMA_REQUIRED, "Who", .of = &actor_schema},
        {"payload", SCHEMA_OBJECT, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "What was changed; null when it was erased, or is not for the caller"},
        {"payload_text", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "The same byte for byte, as it was hashed"},
        {"salt", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "Hexadecimal: the commitment is SHA-256 over salt and payload_text"},
        {"commitment", SCHEMA_STRING, SCHEMA_REQUIRED, "Hexadecimal"},
        {"proof", SCHEMA_OBJECT, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "Null until a head has been signed over it", .of = &proof_schema},
        {.name = NULL},
    },
};

static const struct schema head_schema = {
    "Head",
    "A signed head of the record",
    (const struct schema_member[]){
        {"size", SCHEMA_INTEGER, SCHEMA_REQUIRED, "How many leaves"},
        {"root", SCHEMA_STRING, SCHEMA_REQUIRED, "Hexadecimal"},
        {"signed_us", SCHEMA_INTEGER, SCHEMA_REQUIRED, "When, in microseconds since 1970"},
        {"signature", SCHEMA_STRING, SCHEMA_REQUIRED,
         "Hexadecimal: Ed25519 over the text of /record/head without its last line"},
        {.name = NULL},
    },
};

const struct schema events_schema = {
    "Events",
    "What happened, oldest first",
    (const struct schema_member[]){
        {"events", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Those the caller may know of",
         .of = &event_schema},
        {"head", SCHEMA_OBJECT, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "The head that the proofs lead to", .of = &head_schema},
        {"next", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "The next page; null after the last", .format = "uri"},
        {.name = NULL},
    },
};

static void put_hex(struct json_writer *json, const char *name, bool is_null, struct str bytes)
{
    api_put_text(json, name, is_null ? STR_NONE : crypto_hex(json->buf->arena, bytes));
}

static enum rc put_proof(struct ctx *ctx, struct json_writer *json, int64_t event_id, int64_t size)
{
    struct merkle_proof proof;
    int64_t position;
    enum rc rc = record_proof(ctx, event_id, size, &position, &proof);

    json_put_key(json, S("proof"));
    if (rc == RC_NOT_FOUND) {
        ctx_clear_error(ctx);
        json_put_null(json);
        return RC_OK;
    }
    if (rc)
        return rc;
    json_begin_object(json);
    json_put_member_i64(json, S("position"), position);
    json_put_key(json, S("path"));
    json_begin_array(json);
    for (int i = 0; i < proof.n; i++)
        json_put_string(json, crypto_hex(ctx->arena, crypto_hash_str(&proof.hashes[i])));
    json_end_array(json);
    json_end_object(json);
    return RC_OK;
}

static void put_actor(struct json_writer *json, const struct api_events_row *row, bool is_staff)
{
    struct str name = !row->account_is_null   ? row->account
                      : !row->program_is_null ? row->program
                                              : STR_NONE;

    json_put_key(json, S("actor"));
    json_begin_object(json);
    json_put_member(json, S("kind"), row->actor_kind);
    json_put_key(json, S("id"));
    if (row->actor_is_null)
        json_put_null(json);
    else
        json_put_i64(json, row->actor);
    if (is_staff && name.n)
        json_put_member(json, S("name"), name);
    json_end_object(json);
}

static enum rc put_event(struct ctx *ctx, struct json_writer *json, const struct api_view *view,
                         const struct api_events_row *row, int64_t size)
{
    bool is_told = !row->payload_is_null &&
                   case_payload_is_for(ctx, view->definition, (enum event_audience)view->view,
                                       row->kind, row->payload);
    enum rc rc;

    json_begin_object(json);
    json_put_member_i64(json, S("id"), row->id);
    api_put_instant(json, "at", true, row->at);
    json_put_member_i64(json, S("at_us"), row->at.us_utc);
    json_put_member(json, S("kind"), row->kind);
    json_put_member_i64(json, S("case"), view->row.id);
    json_put_member(json, S("audience"), str_of(audiences[row->audience]));
    put_actor(json, row, view->view == AUDIENCE_STAFF);
    json_put_key(json, S("payload"));
    if (is_told)
        json_put_raw(json, row->payload);
    else
        json_put_null(json);
    api_put_text(json, "payload_text", is_told ? row->payload : STR_NONE);
    put_hex(json, "salt", !is_told || row->salt_is_null, row->salt);
    put_hex(json, "commitment", false, row->commitment);
    rc = put_proof(ctx, json, row->id, size);
    if (!rc)
        json_end_object(json);
    return rc;
}

static void put_head(struct ctx *ctx, struct json_writer *json, bool has_head,
                     const struct record_head *head)
{
    struct str signature = {(const char *)head->signature.bytes, sizeof head->signature.bytes};

    json_put_key(json, S("head"));
    if (!has_head) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    json_put_member_i64(json, S("size"), head->size);
    json_put_member(json, S("root"), crypto_hex(ctx->arena, crypto_hash_str(&head->root)));
    json_put_member_i64(json, S("signed_us"), head->at.us_utc);
    json_put_member(json, S("signature"), crypto_hex(ctx->arena, signature));
    json_end_object(json);
}

static enum rc put_events(struct ctx *ctx, const struct request *request, struct reply *reply,
                          const struct api_view *view, struct api_events_args args)
{
    struct json_writer json = api_answer(reply);
    struct record_head head = {.size = 0};
    size_t most = (size_t)args.most;
    struct str number = view->row.number;
    struct api_events_rows rows;
    bool has_head, has_more;
    enum rc rc;

    args.most++;
    rc = api_events(ctx, &args, &rows);
    if (!rc)
        rc = record_latest_head(ctx, &has_head, &head);
    if (rc)
        return rc;
    has_more = rows.n > most;
    if (has_more)
        rows.n = most;
    json_begin_object(&json);
    json_put_key(&json, S("events"));
    json_begin_array(&json);
    for (size_t i = 0; !rc && i < rows.n; i++)
        rc = put_event(ctx, &json, view, &rows.rows[i], head.size);
    if (rc)
        return rc;
    json_end_array(&json);
    put_head(ctx, &json, has_head, &head);
    api_put_text(&json, "next",
                 has_more ? api_url(ctx, request, "/api/v1/cases/%.*s/events?after=%lld&limit=%zu",
                                    STR_ARG(number), (long long)rows.rows[rows.n - 1].id, most)
                          : STR_NONE);
    json_end_object(&json);
    return RC_OK;
}

enum rc api_events_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct api_view view;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc)
        rc = api_view_load(ctx, request, &view);
    if (rc)
        return rc;
    return put_events(
        ctx, request, reply, &view,
        (struct api_events_args){
            .cases = view.row.id,
            .audience = view.view,
            .after = form_integer(&query, "after"),
            .most = form_has(&query, "limit") ? form_integer(&query, "limit") : EVENTS_DEFAULT,
        });
}

/* For the one who filed it, and for staff. */
enum rc api_receipt_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct api_view view;
    struct str receipt;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc)
        rc = api_view_load(ctx, request, &view);
    if (!rc && view.view == AUDIENCE_PUBLIC)
        rc = FAIL(ctx, ERR_DENIED);
    if (!rc && !ctx->city->record_keys)
        rc = FAIL(ctx, ERR_CONFIG, .detail = S("there is no key to sign receipts with"));
    if (!rc)
        rc = receipt_of_case(ctx, view.row.number, ctx->city->record_keys, &receipt);
    if (rc)
        return rc;
    reply->content_type = "text/plain; charset=utf-8";
    buf_add(&reply->body, receipt);
    return RC_OK;
}

/* The case's photo of that id, as the view has it: the one who filed the case looks as its
 * reporter. */
static enum rc open_photo(struct ctx *ctx, const struct api_view *view, int64_t photo,
                          enum photo_variant variant, struct photo_file *ret)
{
    const struct actor *caller = ctx->actor;
    const struct actor reporter = {.kind = ACTOR_RESIDENT, .case_ids = &view->row.id, .case_n = 1};
    struct photos photos;
    bool is_there = false;
    enum rc rc = photos_of_case(ctx, view->row.id, view->view, &photos);

    if (rc)
        return rc;
    for (size_t i = 0; i < photos.n; i++)
        is_there |= photos.items[i].id == photo;
    if (!is_there)
        return FAIL(ctx, ERR_NOT_FOUND);
    ctx->actor = view->view == AUDIENCE_STAFF     ? caller
                 : view->view == AUDIENCE_PARTIES ? &reporter
                                                  : NULL;
    rc = photo_open(ctx, photo, variant, ret);
    ctx->actor = caller;
    return rc;
}

enum rc api_photo_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct photo_file file = {.fd = -1};
    enum photo_variant variant;
    struct api_view view;
    struct form query;
    int64_t photo;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc && (!str_to_i64(request_param(request, S("photo")), &photo) ||
                !photo_variant_of(request_param(request, S("variant")), &variant)))
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = api_view_load(ctx, request, &view);
    if (!rc)
        rc = open_photo(ctx, &view, photo, variant, &file);
    return rc ? rc : reply_file(ctx, reply, file.fd, file.media);
}
