#include "portal/pin.h"

#include "base/msg.h"
#include "engine/cases/cases.h"
#include "engine/cases/locate.h"

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
    struct filing filing = {.definition = report->draft.definition};
    struct place place;
    enum rc rc;

    if (!read(ctx, request, &report->pin))
        return FAIL(ctx, ERR_PIN, .field = S("pin"));
    rc = locate_point(ctx, ctx->city, report->pin, STR_NONE, &place);
    if (rc)
        return rc;
    report->pin_label = place.label;
    if (str_eq(request_value(request, S("confirmed")), S("1"))) {
        report->draft.place_typed = place.label;
        return report_keep_place(ctx, report, &place);
    }
    filing.place = &place;
    rc = filing_check_place(ctx, &filing);
    report->has_pin = !rc;
    return rc;
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
