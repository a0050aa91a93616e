#include "portal/places.h"

#include "base/json.h"
#include "engine/city.h"
#include "place/gazetteer.h"
#include "place/place.h"

enum rc places_suggest(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str typed = request_value(request, S("q"));
    struct json_writer json = json_writer_on(&reply->body);
    struct place_choices choices = {.n = 0};
    enum rc rc = RC_OK;

    if (typed.n && ctx->city->gazetteer)
        rc = gazetteer_find(ctx, ctx->city->gazetteer, typed, &choices);
    if (rc)
        return rc;
    reply->content_type = "application/json";
    json_begin_object(&json);
    json_put_key(&json, S("places"));
    json_begin_array(&json);
    for (size_t i = 0; i < choices.n; i++) {
        json_begin_object(&json);
        json_put_member(&json, S("id"), choices.of[i].id);
        json_put_member(&json, S("label"), choices.of[i].label);
        json_put_member(&json, S("detail"), place_kind_word(choices.of[i].kind));
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    return RC_OK;
}
