/* Filing: the one path of the engine, with what a program knows of a report. */
#include "api/caller.h"
#include "api/cases.h"
#include "api/once.h"
#include "api/services.h"
#include "api/view.h"
#include "base/crypto.h"
#include "base/mail.h"
#include "base/text.h"
#include "engine/cases/access.h"
#include "engine/cases/draft.h"
#include "engine/cases/locate.h"
#include "engine/cases/photo.h"
#include "engine/cases/private_link.h"
#include "web/csrf.h"
#include "web/server.h"

#define MAX_CHOICES 100

static const char *const langs[] = {"en", "es", "vi", NULL};

static const struct schema place_schema = {
    "PlaceNew",
    "Where it is: an id that a search gave, or a point (with a text, that address when it is "
    "near), "
    "or a text that can mean one place alone",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, .says = "As /api/v1/places gave it", .max_length = 200},
        {"lat", SCHEMA_NUMBER, .says = "Degrees north", .min = -90, .max = 90},
        {"lon", SCHEMA_NUMBER, .says = "Degrees east", .min = -180, .max = 180},
        {"text", SCHEMA_STRING, .says = "As people write it", .max_length = 240},
        {"unit", SCHEMA_STRING, .says = "Apartment or suite", .max_length = 20},
        {.name = NULL},
    },
};

static const struct schema contact_schema = {
    "Contact",
    "Who reports; the service says what is needed",
    (const struct schema_member[]){
        {"name", SCHEMA_STRING, .says = "As they write it", .max_length = TEXT_NAME_MAX},
        {"email", SCHEMA_STRING, .says = "Where they are told of it", .format = "email",
         .max_length = MAIL_ADDRESS_MAX},
        {"phone", SCHEMA_STRING, .says = "With its area code", .max_length = 40},
        {.name = NULL},
    },
};

const struct schema filing_schema = {
    "CaseNew",
    "A report to file",
    (const struct schema_member[]){
        {"service", SCHEMA_STRING, SCHEMA_REQUIRED, "The service's code", .max_length = 40},
        {"place", SCHEMA_OBJECT, SCHEMA_NULLABLE, "Where", .of = &place_schema},
        {"description", SCHEMA_STRING, SCHEMA_NULLABLE, "What was seen",
         .max_length = TEXT_LONG_MAX},
        {"fields", SCHEMA_OBJECT, SCHEMA_NULLABLE,
         "The answers, as the service's \"fields\" describes them"},
        {"contact", SCHEMA_OBJECT, SCHEMA_NULLABLE, "Who reports", .of = &contact_schema},
        {"lang", SCHEMA_STRING, SCHEMA_NULLABLE, "In which language they are told",
         .choices = langs},
        {"draft", SCHEMA_STRING, SCHEMA_NULLABLE, "With the photos of this draft",
         .max_length = 60},
        {.name = NULL},
    },
};

const struct schema filed_schema = {
    "Filed",
    "What became of the report",
    (const struct schema_member[]){
        {"number", SCHEMA_STRING, SCHEMA_REQUIRED, "The public number"},
        {"url", SCHEMA_STRING, SCHEMA_REQUIRED, "The case", .format = "uri"},
        {"page", SCHEMA_STRING, SCHEMA_REQUIRED, "Its page for people", .format = "uri"},
        {"place", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "As it was understood"},
        {"due", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "By when it is to be done",
         .format = "date-time"},
        {"private_link", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "For the one who reports alone: follow, answer, withdraw", .format = "uri"},
        {.name = NULL},
    },
};

static const struct api_name names[] = {
    {"place", "#/place"},
    {"description", "#/description"},
    {"name", "#/contact/name"},
    {"email", "#/contact/email"},
    {"phone", "#/contact/phone"},
    {"", "#/fields/"},
    {.field = NULL},
};

static enum rc refuse(struct ctx *ctx, const struct request *request, struct str pointer,
                      enum err_id id)
{
    return api_refuse(ctx, request, API_BODY, pointer,
                      (struct err){.id = id, .file = __FILE__, .line = __LINE__});
}

/* A JSON scalar as people would have typed it. */
static bool scalar_text(struct ctx *ctx, json_t *value, struct str *ret)
{
    struct buf out = buf_in(ctx->arena, 100);
    struct json_writer json = json_writer_on(&out);

    if (json_is_string(value)) {
        *ret = (struct str){json_string_value(value), json_string_length(value)};
        return true;
    }
    if (json_is_boolean(value)) {
        *ret = json_is_true(value) ? S("true") : S("false");
        return true;
    }
    if (json_is_integer(value))
        json_put_i64(&json, json_integer_value(value));
    else if (json_is_real(value))
        json_put_f64(&json, json_real_value(value));
    else
        return false;
    *ret = buf_str(&out);
    return true;
}

/* The texts of one answer; false for a shape that no answer has. */
static bool read_texts(struct ctx *ctx, const struct field *field, json_t *value, struct str *ret,
                       size_t *ret_n)
{
    *ret_n = 0;
    if (json_is_null(value))
        return true;
    if (!field_kind(field->type)->takes_several) {
        *ret_n = 1;
        return scalar_text(ctx, value, &ret[0]);
    }
    if (!json_is_array(value) || json_array_size(value) > MAX_CHOICES)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!scalar_text(ctx, json_array_get(value, i), &ret[(*ret_n)++]))
            return false;
    return true;
}

static void read_answer(struct ctx *ctx, const struct request *request, struct answers *answers,
                        const char *name, json_t *value)
{
    struct schema_faults *faults = &api_caller(request)->faults;
    struct str pointer = schema_pointer(ctx, S("#/fields"), str_of(name));
    const struct field *field = definition_field(answers->definition, str_of(name));
    struct str texts[MAX_CHOICES];
    size_t n;

    if (!field || field->audience == AUDIENCE_STAFF) {
        schema_add_fault(faults, pointer, ERR_UNKNOWN_FIELD, STR_NONE);
        return;
    }
    if (!read_texts(ctx, field, value, texts, &n)) {
        schema_add_fault(faults, pointer, ERR_WRONG_TYPE, STR_NONE);
        return;
    }
    if (answer_read(ctx, field, texts, n, &answers->of[field - answers->definition->fields])) {
        schema_add_fault(faults, pointer, ctx->err.id, ctx->err.arg);
        ctx_clear_error(ctx);
    }
}

/* All answers, so that all that is wrong is told at once. */
static enum rc read_answers(struct ctx *ctx, const struct request *request, const json_t *body,
                            struct filing *filing)
{
    json_t *fields = json_object_get(body, "fields"), *value;
    const char *name;
    enum rc rc = answers_new(ctx, filing->definition, &filing->answers);

    if (rc)
        return rc;
    if (json_is_object(fields))
        json_object_foreach(fields, name, value)
            read_answer(ctx, request, &filing->answers, name, value);
    if (api_caller(request)->faults.n)
        return api_faulty(ctx, request);
    return RC_OK;
}

static enum rc read_place(struct ctx *ctx, const struct request *request, const json_t *body,
                          struct place *ret, bool *ret_has)
{
    const json_t *place = json_object_get(body, "place");
    struct str id = api_text(place, "id"), text = api_text(place, "text");
    const json_t *lat = json_object_get(place, "lat"), *lon = json_object_get(place, "lon");
    struct point at;
    enum rc rc;

    *ret_has = json_is_object(place);
    if (!*ret_has)
        return RC_OK;
    if (id.n) {
        rc = locate_id(ctx, ctx->city, id, ret);
        if (rc == RC_INVALID && ctx->err.id == ERR_PLACE_UNKNOWN) {
            ctx_clear_error(ctx);
            rc = refuse(ctx, request, S("#/place/id"), ERR_PLACE_UNKNOWN);
        }
    } else if (json_is_number(lat) && json_is_number(lon) &&
               point_of(json_number_value(lat), json_number_value(lon), &at)) {
        rc = locate_point(ctx, ctx->city, at, text, ret);
    } else if (text.n) {
        rc = locate_sure(ctx, ctx->city, text, ret);
    } else {
        rc = refuse(ctx, request, S("#/place"), ERR_REQUIRED);
    }
    if (!rc && api_text(place, "unit").n)
        ret->unit = api_text(place, "unit");
    return rc;
}

static enum rc read_service(struct ctx *ctx, const struct request *request, const json_t *body,
                            const struct definition **ret)
{
    const struct definition *definition = service_for(ctx, request, api_text(body, "service"));

    if (!definition)
        return refuse(ctx, request, S("#/service"), ERR_NOT_A_CHOICE);
    if (!api_key_may(api_caller(request)->key, API_RIGHT_FILE,
                     case_reach_within(ctx->city, definition, 0)))
        return FAIL(ctx, ERR_DENIED);
    *ret = definition;
    return RC_OK;
}

static enum rc read_draft(struct ctx *ctx, const struct request *request, const json_t *body,
                          struct filing *filing)
{
    struct str token = api_text(body, "draft");
    struct draft draft;
    enum rc rc;

    if (!token.n)
        return RC_OK;
    rc = draft_load(ctx, token, &draft);
    if (rc == RC_NOT_FOUND || rc == RC_GONE ||
        (!rc && draft.definition->service_id != filing->definition->service_id)) {
        ctx_clear_error(ctx);
        return refuse(ctx, request, S("#/draft"), ERR_NOT_A_CHOICE);
    }
    if (!rc)
        filing->draft_id = draft.id;
    return rc;
}

/* Made from what names the request, so that a program whose answer was lost is given the same link
 * again, without anything being stored for it. Only this installation can make it. */
static struct str link_token(struct ctx *ctx, const struct request *request, struct str submission)
{
    struct str secret = {(const char *)request_csrf(request)->secret, CSRF_SECRET_BYTES};
    struct str message = str_fmt(ctx->arena, "private link of a filing\n%.*s", STR_ARG(submission));
    struct crypto_hash mac = crypto_hmac_sha256(secret, message);

    return crypto_base64url(ctx->arena, crypto_hash_str(&mac));
}

static enum rc read_filing(struct ctx *ctx, const struct request *request, const json_t *body,
                           struct filing *filing, struct place *place)
{
    const json_t *contact = json_object_get(body, "contact");
    bool has_place;
    enum rc rc = read_service(ctx, request, body, &filing->definition);

    if (!rc)
        rc = read_answers(ctx, request, body, filing);
    if (!rc)
        rc = read_place(ctx, request, body, place, &has_place);
    if (!rc)
        rc = read_draft(ctx, request, body, filing);
    if (rc)
        return rc;
    filing->place = has_place && filing->definition->place.need != PLACE_NONE ? place : NULL;
    filing->description = api_text(body, "description");
    filing->contact =
        (struct contact){str_trim(api_text(contact, "name")), str_trim(api_text(contact, "email")),
                         str_trim(api_text(contact, "phone"))};
    filing->channel = S("api");
    filing->lang = LANG_EN;
    lang_parse(api_text(body, "lang"), &filing->lang);
    filing->base_url = request_csrf(request)->base_url;
    rc = api_once_name(ctx, request, &filing->submission);
    if (!rc)
        filing->link_token = link_token(ctx, request, filing->submission);
    return rc;
}

static void put_filed(struct ctx *ctx, const struct request *request, struct reply *reply,
                      const struct filing *filing, const struct filed *filed)
{
    struct json_writer json = api_answer(reply);
    struct str number = filed->number, token = filed->link_token;
    struct str url = api_url(ctx, request, "/api/v1/cases/%.*s", STR_ARG(number));

    reply->status = 201;
    reply_header(reply, S("Location"), url);
    json_begin_object(&json);
    json_put_member(&json, S("number"), number);
    json_put_member(&json, S("url"), url);
    json_put_member(&json, S("page"), api_url(ctx, request, "/cases/%.*s", STR_ARG(number)));
    api_put_text(&json, "place", filing->place ? filing->place->label : STR_NONE);
    api_put_instant(&json, "due", filed->has_due, filed->due);
    api_put_text(&json, "private_link",
                 token.n ? api_url(ctx, request, "/follow/%.*s", STR_ARG(token)) : STR_NONE);
    json_end_object(&json);
}

/* The link of what was filed before, for as long as its answer would have been kept. */
static enum rc find_link(struct ctx *ctx, const struct filing *filing, struct filed *filed)
{
    struct instant since = instant_plus_us(ctx->now, -ONCE_KEPT_US);
    struct private_link link;
    bool is_found;
    enum rc rc = private_link_find(ctx, filing->link_token, &is_found, &link);

    if (!rc && is_found && link.case_id == filed->case_id && instant_cmp(link.created, since) > 0)
        filed->link_token = filing->link_token;
    return rc;
}

static enum rc file_it(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct filing filing = {.definition = NULL};
    struct filed filed;
    struct place place;
    json_t *body;
    enum rc rc = api_body(ctx, request, &filing_schema, names, &body);

    if (!rc)
        rc = read_filing(ctx, request, body, &filing, &place);
    if (!rc)
        rc = case_file(ctx, &filing, &filed);
    if (!rc && filed.was_there_before)
        rc = find_link(ctx, &filing, &filed);
    if (!rc)
        put_filed(ctx, request, reply, &filing, &filed);
    return rc;
}

enum rc case_file_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return api_once(ctx, request, reply, file_it, NULL);
}

const struct schema draft_new_schema = {
    "DraftNew",
    "A draft to begin: photos are sent to it before the case is filed",
    (const struct schema_member[]){
        {"service", SCHEMA_STRING, SCHEMA_REQUIRED, "The service's code", .max_length = 40},
        {.name = NULL},
    },
};

const struct schema draft_schema = {
    "Draft",
    "A draft, kept for 30 days",
    (const struct schema_member[]){
        {"draft", SCHEMA_STRING, SCHEMA_REQUIRED, "What a report names it by: a secret"},
        {"photos_url", SCHEMA_STRING, SCHEMA_REQUIRED, "Where photos are sent", .format = "uri"},
        {"photos", SCHEMA_INTEGER, SCHEMA_REQUIRED, "How many it has"},
        {"photos_max", SCHEMA_INTEGER, SCHEMA_REQUIRED, "How many it may have"},
        {.name = NULL},
    },
};

static enum rc put_draft(struct ctx *ctx, const struct request *request, struct reply *reply,
                         struct str token, const struct draft *draft)
{
    struct json_writer json = api_answer(reply);
    struct photos photos = {.n = 0};
    enum rc rc = draft->id ? photos_of_draft(ctx, draft->id, &photos) : RC_OK;

    if (rc)
        return rc;
    reply->status = 201;
    json_begin_object(&json);
    json_put_member(&json, S("draft"), token);
    json_put_member(&json, S("photos_url"),
                    api_url(ctx, request, "/api/v1/drafts/%.*s/photos", STR_ARG(token)));
    json_put_member_i64(&json, S("photos"), (int64_t)photos.n);
    json_put_member_i64(&json, S("photos_max"), draft->definition->photos.max);
    json_end_object(&json);
    return RC_OK;
}

static enum rc begin_draft(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct definition *definition;
    struct draft draft;
    struct str token;
    json_t *body;
    enum rc rc = api_body(ctx, request, &draft_new_schema, names, &body);

    if (!rc)
        rc = read_service(ctx, request, body, &definition);
    if (!rc)
        rc = draft_new(ctx, definition, &draft);
    if (!rc)
        rc = draft_save(ctx, &draft, &token);
    return rc ? rc : put_draft(ctx, request, reply, token, &draft);
}

enum rc api_draft_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    /* A draft whose token was lost is nobody's: another is begun, and that one runs out. */
    return api_once(ctx, request, reply, begin_draft, NULL);
}

/* The draft of the path. */
static enum rc load_draft(struct ctx *ctx, const struct request *request, struct draft *ret)
{
    enum rc rc = draft_load(ctx, request_param(request, S("draft")), ret);

    if (rc != RC_GONE)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_NOT_FOUND);
}

/* The photo is there. */
static enum rc photo_again(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct draft draft;
    enum rc rc = load_draft(ctx, request, &draft);

    return rc ? rc : put_draft(ctx, request, reply, request_param(request, S("draft")), &draft);
}

static enum rc add_photo(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct upload *upload = request_upload(request, S("photo"));
    struct str token = request_param(request, S("draft"));
    struct draft draft;
    enum rc rc = load_draft(ctx, request, &draft);

    if (rc)
        return rc;
    if (!upload || !upload->size_bytes)
        return refuse(ctx, request, S("#/photo"), ERR_REQUIRED);
    rc = upload_check(ctx, upload);
    if (!rc)
        rc = photo_add(ctx, draft.id, draft.definition,
                       &(struct photo_upload){upload->path, upload->filename});
    if (rc == RC_INVALID || (rc && ctx->err.id == ERR_TOO_LARGE)) {
        struct err err = ctx->err;

        ctx_clear_error(ctx);
        return api_refuse(ctx, request, API_BODY, S("#/photo"), err);
    }
    return rc ? rc : put_draft(ctx, request, reply, token, &draft);
}

enum rc api_draft_photo_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return api_once(ctx, request, reply, add_photo, photo_again);
}
