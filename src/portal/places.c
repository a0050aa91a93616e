#include "portal/places.h"

#include "base/json.h"
#include "base/msg.h"
#include "engine/definition/city.h"
#include "place/place.h"

struct str places_kind(enum place_kind kind, enum lang lang)
{
    switch (kind) {
    case PLACE_ADDRESS: return msg_text(lang, MSG_place_address);
    case PLACE_INTERSECTION: return msg_text(lang, MSG_place_intersection);
    case PLACE_STREET: return msg_text(lang, MSG_place_street);
    case PLACE_LANDMARK: return msg_text(lang, MSG_place_landmark);
    case PLACE_AREA: return msg_text(lang, MSG_place_area);
    case PLACE_POINT: break;
    }
    return msg_text(lang, MSG_place_point);
}

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
        /* To be chosen and then refused would help nobody. */
        if (place_kind_is_wide(choices.of[i].kind))
            continue;
        json_begin_object(&json);
        json_put_member(&json, S("id"), choices.of[i].id);
        json_put_member(&json, S("label"), choices.of[i].label);
        json_put_member(&json, S("detail"), places_kind(choices.of[i].kind, ctx->lang));
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    return RC_OK;
}
