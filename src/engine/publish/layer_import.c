#include "engine/publish/layer_import.h"

#include "base/crypto.h"
#include "base/json.h"
#include "db/db.h"
#include "engine/publish/queries.h"
#include "engine/record/record.h"
#include "place/layers.h"

struct importing {
    const struct layer_import *import;
    struct city *city; /* owned */
};

static struct str path_of(struct ctx *ctx, struct str name, bool is_topology)
{
    return str_fmt(ctx->arena, "layers/%.*s.%s", STR_ARG(name),
                   is_topology ? "topojson" : "geojson");
}

static enum rc record_import(struct ctx *ctx, const struct layer *layer)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("layer"), layer->name);
    json_put_member(&json, S("version"), layer->version);
    json_put_member_i64(&json, S("features"), (int64_t)layer->feature_count);
    json_end_object(&json);
    return record_add_other(ctx, "layer.imported", EVENT_PUBLIC, buf_str(&out));
}

static enum rc import_tx(struct ctx *ctx, void *arg)
{
    struct importing *importing = arg;
    const struct layer_import *import = importing->import;
    struct crypto_hash hash = crypto_sha256(import->text);
    struct city *before = ctx->city;
    enum rc rc =
        city_file_put(ctx,
                      &(struct city_file_put_args){path_of(ctx, import->name, import->is_topology),
                                                   crypto_hash_str(&hash), import->text, ctx->now},
                      NULL);

    city_free(importing->city);
    importing->city = NULL;
    if (!rc)
        rc = city_file_drop(ctx, path_of(ctx, import->name, !import->is_topology), NULL);
    if (!rc)
        rc = city_load(ctx, &importing->city);
    ctx->city = before;
    if (!rc)
        rc = record_import(ctx, layers_find(importing->city->layers, import->name));
    if (!rc)
        rc = city_touch(ctx);
    return !rc && import->is_dry ? FAIL(ctx, ERR_DRY_RUN) : rc;
}

enum rc layer_import(struct ctx *ctx, const struct layer_import *import, struct city **ret_city)
{
    struct importing importing = {.import = import};
    enum rc rc = db_tx(ctx, import_tx, &importing);

    if (rc && import->is_dry && ctx->err.id == ERR_DRY_RUN) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    if (rc)
        city_free(importing.city);
    else
        *ret_city = importing.city;
    return rc;
}
