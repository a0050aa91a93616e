#include "portal/pin.h"

#include "portal/similar.h"

#include "base/msg.h"
#include "engine/cases/locate.h"
#include "place/layers.h"

#define AROUND_M 200.0 /* shown around a pin, to each side */

bool pin_is_shown(const struct request *request)
{
    return request_value(request, S("pin.x")).p || request_value(request, S("place.lat")).p;
}

struct str pin_degrees(struct arena *arena, double degrees)
{
    return str_fmt(arena, "%.6f", degrees);
}

static bool read(struct ctx *ctx, const struct request *request, struct point *ret)
{
    struct str lat = request_value(request, S("place.lat"));
    struct str lon = request_value(request, S("place.lon"));

    if (request_value(request, S("pin.x")).p)
        return city_map_pin(ctx, request, ret);
    if (lat.n > 30 || lon.n > 30)
        return false;
    return point_parse(str_fmt(ctx->arena, "%.*s,%.*s", STR_ARG(lat), STR_ARG(lon)), ret);
}

enum rc pin_take(struct ctx *ctx, const struct request *request, struct report *report)
{
    struct place_choice choice = {.kind = PLACE_POINT, .score = 100};
    enum rc rc = RC_OK;

    if (!read(ctx, request, &choice.point))
        return FAIL(ctx, ERR_PIN, .field = S("pin"));
    rc = layers_check_inside(ctx, ctx->city->layers, choice.point);
    if (rc) {
        ctx->err.field = S("place");
        return rc;
    }
    choice.label = locate_label(ctx, ctx->city, choice.point);
    report->pin = choice.point;
    report->pin_label = choice.label;
    if (!str_eq(request_value(request, S("confirmed")), S("1"))) {
        report->has_pin = true;
        return RC_OK;
    }
    rc = locate_choice(ctx, ctx->city, &choice, &report->draft.place);
    if (rc)
        return rc;
    report->draft.has_place = true;
    similar_ask_again(ctx, &report->draft);
    report->draft.place_typed = choice.label;
    return RC_OK;
}

bool pin_map(struct ctx *ctx, const struct report *report, struct figure *ret, struct box *ret_box)
{
    struct map_marker marker = {.at = report->pin, .kind = S("here")};
    struct figure_about about = {.box = BOX_NONE,
                                 .title = msg_text(ctx->lang, MSG_map_of_city),
                                 .markers = &marker,
                                 .marker_n = report->has_pin};
    struct msg_arg place = MSG_ARG("place", report->pin_label);
    struct box box;

    if (!city_map_extent(ctx->city, &box))
        return false;
    if (report->has_pin) {
        box = about.box = box_around(report->pin, AROUND_M);
        about.title = msg_format(ctx->arena, ctx->lang, MSG_map_of_case, &place, 1);
    }
    *ret_box = city_map_shaped(box, CITY_MAP_PIN_PX, CITY_MAP_PIN_PX);
    if (!city_map_figure(ctx, &about, ret))
        return false;
    ret->pick = S("place.lat place.lon");
    ret->says = msg_text(ctx->lang, MSG_pin_tap_script);
    return true;
}

struct str pin_picture_url(struct ctx *ctx, const struct report *report, struct box box)
{
    struct str url = city_map_pin_url(ctx->arena, box);

    if (!report->has_pin)
        return url;
    return str_fmt(ctx->arena, "%.*s&pin=%.6f,%.6f", STR_ARG(url), point_lat(report->pin),
                   point_lon(report->pin));
}
