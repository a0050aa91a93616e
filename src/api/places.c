#include "api/places.h"

#include "api/caller.h"
#include "engine/definition/city.h"
#include "place/place.h"

const struct input_spec places_input[] = {
    {"q", INPUT_TEXT, .is_required = true, .max_characters = 240},
    {.name = NULL},
};

const struct input_spec layers_input[] = {
    {"at", INPUT_TEXT, .max_characters = 60},
    {.name = NULL},
};

static const char *const kinds[] = {"address", "intersection", "street", "landmark",
                                    "area",    "point",        NULL};

static const struct schema choice_schema = {
    "PlaceChoice",
    "A place that a text may mean",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "What a report names it by"},
        {"kind", SCHEMA_STRING, SCHEMA_REQUIRED, "What it is", .choices = kinds},
        {"label", SCHEMA_STRING, SCHEMA_REQUIRED, "As the city writes it"},
        {"lat", SCHEMA_NUMBER, SCHEMA_REQUIRED, "Degrees north", .min = -90, .max = 90},
        {"lon", SCHEMA_NUMBER, SCHEMA_REQUIRED, "Degrees east", .min = -180, .max = 180},
        {"score", SCHEMA_INTEGER, SCHEMA_REQUIRED, "How alike: 100 is as the city writes it",
         .min = 0, .max = 100},
        {"is_estimated", SCHEMA_BOOLEAN, SCHEMA_REQUIRED,
         "The city lists no such number: the point is that of a near one"},
        {.name = NULL},
    },
};

const struct schema places_schema = {
    "Places",
    "What a text may mean",
    (const struct schema_member[]){
        {"places", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Best first", .of = &choice_schema},
        {.name = NULL},
    },
};

static const struct schema layer_line_schema = {
    "LayerLine",
    "A layer of areas on the city's map",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "The layer's name for programs"},
        {"url", SCHEMA_STRING, SCHEMA_REQUIRED, "Where its areas are", .format = "uri"},
        {"version", SCHEMA_STRING, SCHEMA_REQUIRED, "Names its content"},
        {"areas", SCHEMA_INTEGER, SCHEMA_REQUIRED, "How many areas it has"},
        {"area", SCHEMA_STRING, SCHEMA_NULLABLE, "The area at the point that was asked about"},
        {.name = NULL},
    },
};

const struct schema layers_schema = {
    "Layers",
    "The layers of areas",
    (const struct schema_member[]){
        {"layers", SCHEMA_ARRAY, SCHEMA_REQUIRED, "By id", .of = &layer_line_schema},
        {.name = NULL},
    },
};

static const struct schema area_schema = {
    "Area",
    "An area of a layer",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "As cases have it"},
        {"name", SCHEMA_STRING, SCHEMA_REQUIRED, "For people"},
        {.name = NULL},
    },
};

const struct schema layer_schema = {
    "Layer",
    "A layer with its areas",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "The layer's name for programs"},
        {"version", SCHEMA_STRING, SCHEMA_REQUIRED, "Names its content"},
        {"areas", SCHEMA_ARRAY, SCHEMA_REQUIRED, "In the file's order", .of = &area_schema},
        {.name = NULL},
    },
};

static void put_choice(struct json_writer *json, const struct place_choice *choice)
{
    json_begin_object(json);
    json_put_member(json, S("id"), choice->id);
    json_put_member(json, S("kind"), place_kind_word(choice->kind));
    json_put_member(json, S("label"), choice->label);
    json_put_key(json, S("lat"));
    json_put_f64(json, point_lat(choice->point));
    json_put_key(json, S("lon"));
    json_put_f64(json, point_lon(choice->point));
    json_put_member_i64(json, S("score"), choice->score);
    json_put_member_bool(json, S("is_estimated"), choice->is_estimated);
    json_end_object(json);
}

enum rc places_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct place_choices choices = {.n = 0};
    struct json_writer json;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc && ctx->city->gazetteer)
        rc = gazetteer_find(ctx, ctx->city->gazetteer, form_text(&query, "q"), &choices);
    if (rc)
        return rc;
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_key(&json, S("places"));
    json_begin_array(&json);
    for (size_t i = 0; i < choices.n; i++)
        put_choice(&json, &choices.of[i]);
    json_end_array(&json);
    json_end_object(&json);
    return RC_OK;
}

static void put_layer(struct ctx *ctx, const struct request *request, struct json_writer *json,
                      const struct layer *layer, const struct point *at)
{
    const struct layer_feature *area = at ? layer_at(layer, *at) : NULL;
    struct str name = layer->name;

    json_begin_object(json);
    json_put_member(json, S("id"), name);
    json_put_member(json, S("url"), api_url(ctx, request, "/api/v1/layers/%.*s", STR_ARG(name)));
    json_put_member(json, S("version"), layer->version);
    json_put_member_i64(json, S("areas"), (int64_t)layer->feature_count);
    if (at)
        api_put_text(json, "area", area ? area->id : STR_NONE);
    json_end_object(json);
}

enum rc layers_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct layers *layers = ctx->city->layers;
    struct json_writer json;
    struct point at;
    struct form query;
    bool has_point;
    enum rc rc = api_query(ctx, request, &query);

    if (rc)
        return rc;
    has_point = form_has(&query, "at");
    if (has_point && !point_parse(form_text(&query, "at"), &at))
        return api_refuse(ctx, request, API_QUERY, S("at"),
                          (struct err){.id = ERR_PATTERN, .file = __FILE__, .line = __LINE__});
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_key(&json, S("layers"));
    json_begin_array(&json);
    for (size_t i = 0; i < layers->count; i++)
        if (layers->layers[i]->kind == LAYER_AREAS)
            put_layer(ctx, request, &json, layers->layers[i], has_point ? &at : NULL);
    json_end_array(&json);
    json_end_object(&json);
    return RC_OK;
}

enum rc layer_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct layer *layer = layers_find(ctx->city->layers, request_param(request, S("layer")));
    struct json_writer json;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (rc)
        return rc;
    if (!layer || layer->kind != LAYER_AREAS)
        return FAIL(ctx, ERR_NOT_FOUND);
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_member(&json, S("id"), layer->name);
    json_put_member(&json, S("version"), layer->version);
    json_put_key(&json, S("areas"));
    json_begin_array(&json);
    for (size_t i = 0; i < layer->feature_count; i++) {
        json_begin_object(&json);
        json_put_member(&json, S("id"), layer->features[i].id);
        json_put_member(&json, S("name"), layer->features[i].label);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    return RC_OK;
}
