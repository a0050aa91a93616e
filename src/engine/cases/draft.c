#include "engine/cases/draft.h"

#include "base/crypto.h"
#include "base/json.h"
#include "db/db.h"
#include "engine/cases/queries.h"
#include "people/actor.h"

#define MAX_DRAFT_BYTES 500000
#define KEY_PREFIX      "draft-"

enum rc draft_new(struct ctx *ctx, const struct definition *definition, struct draft *ret)
{
    struct draft draft = {.definition = definition, .passed = S(" ")};
    enum rc rc = answers_new(ctx, definition, &draft.answers);

    if (!rc)
        *ret = draft;
    return rc;
}

/* Texts that are there or not; a missing one is empty. */
static struct str text_at(const json_t *root, const char *path)
{
    const json_t *value = json_get(root, str_of(path));

    return json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)}
                                 : STR_NONE;
}

static enum rc read_place(struct ctx *ctx, const json_t *root, struct draft *draft)
{
    const json_t *value = json_get(root, S("place"));
    int64_t lat, lon;
    enum rc rc = RC_OK;

    draft->place_typed = text_at(root, "place_typed");
    if (!value)
        return RC_OK;
    draft->has_place = place_kind_of(text_at(value, "kind"), &draft->place.kind);
    draft->place.address = text_at(value, "address");
    draft->place.label = text_at(value, "label");
    draft->place.unit = text_at(value, "unit");
    draft->place.zip = text_at(value, "zip");
    draft->place.has_point = json_get(value, S("lat_e7")) != NULL;
    if (draft->place.has_point) {
        rc = json_get_i64(ctx, value, S("lat_e7"), &lat);
        if (!rc)
            rc = json_get_i64(ctx, value, S("lon_e7"), &lon);
        if (!rc)
            draft->place.point = (struct point){(int32_t)lat, (int32_t)lon};
    }
    return rc ? rc : place_layers_parse(ctx, text_at(value, "layers"), &draft->place);
}

static enum rc read_draft(struct ctx *ctx, struct str json, struct draft *draft)
{
    json_t *root;
    enum rc rc = json_parse(ctx, json, MAX_DRAFT_BYTES, &root);

    if (!rc)
        rc = answers_parse(ctx, draft->definition, text_at(root, "answers"), &draft->answers);
    if (!rc)
        rc = read_place(ctx, root, draft);
    if (rc)
        return rc;
    draft->description = text_at(root, "description");
    draft->has_description = json_get(root, S("description")) != NULL;
    draft->has_contact = json_get(root, S("contact")) != NULL;
    draft->has_photos = json_get(root, S("photos")) != NULL;
    draft->contact.name = text_at(root, "contact.name");
    draft->contact.email = text_at(root, "contact.email");
    draft->contact.phone = text_at(root, "contact.phone");
    draft->passed = text_at(root, "passed");
    return RC_OK;
}

bool draft_key_token(struct arena *arena, struct str key, struct str *ret_token_hash)
{
    size_t n = sizeof KEY_PREFIX - 1;

    return str_starts_with(key, S(KEY_PREFIX)) &&
           crypto_base64url_decode(arena, str_slice(key, n, key.n), ret_token_hash);
}

enum rc draft_load(struct ctx *ctx, struct str token, struct draft *ret)
{
    struct crypto_hash hash = crypto_sha256(token);
    struct draft_get_row row;
    struct draft draft = {0};
    bool is_found;
    enum rc rc = draft_get(ctx, crypto_hash_str(&hash), ctx->now, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!row.cases_is_null || instant_cmp(row.expires, ctx->now) < 0)
        return FAIL(ctx, ERR_EXPIRED);
    draft.id = row.id;
    draft.token = token;
    draft.key = str_fmt(ctx->arena, KEY_PREFIX "%.*s",
                        STR_ARG(crypto_base64url(ctx->arena, row.token_hash)));
    draft.definition = city_version(ctx->city, row.service_version);
    if (!draft.definition)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = read_draft(ctx, row.answers, &draft);
    if (!rc)
        *ret = draft;
    return rc;
}

static void write_place(struct ctx *ctx, struct json_writer *json, const struct place *place)
{
    json_put_key(json, S("place"));
    json_begin_object(json);
    json_put_member(json, S("kind"), place_kind_word(place->kind));
    json_put_member(json, S("address"), place->address);
    json_put_member(json, S("label"), place->label);
    json_put_member(json, S("unit"), place->unit);
    json_put_member(json, S("zip"), place->zip);
    if (place->has_point) {
        json_put_member_i64(json, S("lat_e7"), place->point.lat_e7);
        json_put_member_i64(json, S("lon_e7"), place->point.lon_e7);
    }
    json_put_member(json, S("layers"), place_layers_json(ctx->arena, place));
    json_end_object(json);
}

static struct str draft_json(struct ctx *ctx, const struct draft *draft)
{
    struct buf out = buf_in(ctx->arena, MAX_DRAFT_BYTES);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("answers"), answers_json(ctx, &draft->answers));
    json_put_member(&json, S("place_typed"), draft->place_typed);
    if (draft->has_place)
        write_place(ctx, &json, &draft->place);
    if (draft->has_description)
        json_put_member(&json, S("description"), draft->description);
    if (draft->has_contact) {
        json_put_key(&json, S("contact"));
        json_begin_object(&json);
        json_put_member(&json, S("name"), draft->contact.name);
        json_put_member(&json, S("email"), draft->contact.email);
        json_put_member(&json, S("phone"), draft->contact.phone);
        json_end_object(&json);
    }
    if (draft->has_photos)
        json_put_member_bool(&json, S("photos"), true);
    json_put_member(&json, S("passed"), draft->passed);
    json_end_object(&json);
    return buf_str(&out);
}

struct saving {
    const struct draft *draft;
    struct str token;
    struct str json;
};

static enum rc save_tx(struct ctx *ctx, void *arg)
{
    const struct saving *saving = arg;
    struct instant expires = instant_plus_us(ctx->now, DRAFT_DAYS * US_PER_DAY);
    bool is_known = ctx->actor && ctx->actor->kind == ACTOR_RESIDENT && ctx->actor->id;
    struct crypto_hash hash;

    if (saving->draft->id)
        return draft_set(
            ctx, &(struct draft_set_args){saving->draft->id, saving->json, ctx->now, expires},
            NULL);
    hash = crypto_sha256(saving->token);
    return draft_add(ctx,
                     &(struct draft_add_args){
                         .token_hash = crypto_hash_str(&hash),
                         .service_version = saving->draft->definition->version_id,
                         .channel = S("web"),
                         .lang = lang_code(ctx->lang),
                         .party = is_known ? ctx->actor->id : 0,
                         .party_is_null = !is_known,
                         .answers = saving->json,
                         .created = ctx->now,
                         .expires = expires,
                     },
                     NULL);
}

enum rc draft_save(struct ctx *ctx, const struct draft *draft, struct str *ret_token)
{
    struct saving saving = {
        .draft = draft,
        .token = draft->id ? STR_NONE : crypto_token(ctx->arena),
        .json = draft_json(ctx, draft),
    };
    enum rc rc = db_tx(ctx, save_tx, &saving);

    if (!rc && !draft->id)
        *ret_token = saving.token;
    return rc;
}

enum rc draft_case(struct ctx *ctx, struct str token, struct case_by_number_row *ret)
{
    struct crypto_hash hash = crypto_sha256(token);
    struct draft_get_row draft;
    struct case_number_row row;
    bool is_found;
    enum rc rc = draft_get(ctx, crypto_hash_str(&hash), ctx->now, &is_found, &draft);

    if (!rc && is_found && !draft.cases_is_null)
        rc = case_number(ctx, draft.cases, &is_found, &row);
    else
        is_found = false;
    if (!rc && is_found)
        rc = case_by_number(ctx, row.number, &is_found, ret);
    return rc || is_found ? rc : FAIL(ctx, ERR_NOT_FOUND);
}

static enum rc drop_tx(struct ctx *ctx, void *arg)
{
    int64_t id = *(const int64_t *)arg;
    struct draft_state_row row;
    bool is_found;
    enum rc rc = draft_state(ctx, id, &is_found, &row);

    if (rc || !is_found || !row.cases_is_null)
        return rc;
    rc = draft_files_drop(ctx, id, NULL);
    return rc ? rc : draft_delete(ctx, id, NULL);
}

enum rc draft_drop(struct ctx *ctx, int64_t id)
{
    return id ? db_tx(ctx, drop_tx, &id) : RC_OK;
}

struct filing draft_filing(const struct draft *draft)
{
    return (struct filing){
        .definition = draft->definition,
        .answers = draft->answers,
        .place = draft->has_place ? &draft->place : NULL,
        .description = draft->description,
        .contact = draft->contact,
        .channel = S("web"),
        .submission = draft->key,
        .draft_id = draft->id,
    };
}
