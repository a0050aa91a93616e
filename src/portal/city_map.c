#include "portal/city_map.h"

#include "base/msg.h"
#include "engine/cases/public_case.h"
#include "portal/drawn.h"

#define SIDE_MAX_PX    2000
#define EXTENTS        3 /* so many times the city's size may be asked for */
#define BLOCK_M        200.0
#define FIGURE_MAX     MAP_MAX_BYTES
#define PICTURE_COLORS (COUNT(colors))

/* A picture that stands alone is not reached by the page's sheet, and the strict policy allows it
 * no sheet of its own: its colors are attributes. These are the light ones of public.css. */
static const struct {
    struct str class, look;
} colors[] = {
    {STR("map\""), STR(" font-family=\"sans-serif\"")},
    {STR("map-park\""), STR(" fill=\"#d3e6c4\"")},
    {STR("map-water\""), STR(" fill=\"#bcd9ea\"")},
    {STR("map-rail\""), STR(" stroke=\"#b9b4ac\" stroke-dasharray=\"8 5\"")},
    {STR("map-street\""), STR(" stroke=\"#ffffff\" stroke-linecap=\"round\"")},
    {STR("map-middle\""), STR(" stroke=\"#ffffff\" stroke-linecap=\"round\"")},
    {STR("map-main\""), STR(" stroke=\"#fbe3a6\" stroke-linecap=\"round\"")},
    {STR("map-outside\""), STR(" fill=\"#d8d5cc\" fill-opacity=\".7\" stroke=\"#6a5a86\"")},
    {STR("map-name\""), STR(" fill=\"#3d4751\"")},
    {STR("map-name map-name-park\""), STR(" fill=\"#2f5d2a\"")},
    {STR("map-pin map-pin-here\""), STR(" fill=\"#b0256b\" stroke=\"#ffffff\"")},
};

bool city_map_extent(const struct city *city, struct box *ret)
{
    static const struct str names[] = {STR("boundary"), STR("street")};

    for (size_t i = 0; city->layers && i < COUNT(names); i++) {
        const struct layer *layer = layers_find(city->layers, names[i]);

        if (layer && layer->feature_count) {
            *ret = layer->box;
            return true;
        }
    }
    return false;
}

struct str city_map_bounds(struct arena *arena, struct box box)
{
    return str_fmt(arena, "%.5f,%.5f,%.5f,%.5f", point_lon(box.min), point_lat(box.min),
                   point_lon(box.max), point_lat(box.max));
}

struct box city_map_shaped(struct box box, int width, int height)
{
    struct map_view view = map_view_of(box, width, height);

    return map_box(&view);
}

bool city_map_figure(struct ctx *ctx, const struct figure_about *about, struct figure *ret)
{
    struct buf out = buf_in(ctx->arena, FIGURE_MAX);
    struct map_picture picture = {
        .title = about->title, .markers = about->markers, .marker_count = about->marker_n};
    struct box box = about->box, city;
    struct str key;

    if (!city_map_extent(ctx->city, &city))
        return false;
    if (box.min.lat_e7 > box.max.lat_e7)
        box = city;
    else /* a marker stands above its place */
        box.max.lat_e7 += (box.max.lat_e7 - box.min.lat_e7) / 10;
    picture.view = map_view_of(box, CITY_MAP_WIDTH, CITY_MAP_HEIGHT);
    if (picture.view.m_per_px * CITY_MAP_WIDTH < BLOCK_M * 2)
        picture.view =
            map_view_around(picture.view.center, BLOCK_M * 2, CITY_MAP_WIDTH, CITY_MAP_HEIGHT);
    key = drawn_key(ctx->arena, ctx->city->layers, &picture);
    if (!drawn_find(key, &out)) {
        map_draw(ctx->city->layers, &picture, &out);
        if (!buf_has_failed(&out))
            drawn_keep(key, buf_str(&out));
    }
    *ret = (struct figure){.svg = html_of_buf(&out),
                           .bounds = city_map_bounds(ctx->arena, map_box(&picture.view))};
    return !buf_has_failed(&out);
}

static bool is_side(struct str text, int64_t otherwise, int *ret)
{
    int64_t side = otherwise;

    if (text.n && !str_to_i64(text, &side))
        return false;
    if (side < 1 || side > SIDE_MAX_PX)
        return false;
    *ret = (int)side;
    return true;
}

/* Whether a box is not larger than a few times the city, and near it. */
static bool is_near_city(struct box box, struct box city)
{
    int64_t high = (int64_t)city.max.lat_e7 - city.min.lat_e7;
    int64_t wide = (int64_t)city.max.lon_e7 - city.min.lon_e7;

    return (int64_t)box.min.lat_e7 >= city.min.lat_e7 - EXTENTS * high &&
           (int64_t)box.max.lat_e7 <= city.max.lat_e7 + EXTENTS * high &&
           (int64_t)box.min.lon_e7 >= city.min.lon_e7 - EXTENTS * wide &&
           (int64_t)box.max.lon_e7 <= city.max.lon_e7 + EXTENTS * wide;
}

/* The view that shows exactly the box: its height follows from the width. False when a side would
 * be too long. */
static bool view_of(struct box box, int width, struct map_view *ret)
{
    struct point center = {box.min.lat_e7 / 2 + box.max.lat_e7 / 2,
                           box.min.lon_e7 / 2 + box.max.lon_e7 / 2};
    struct plane plane = plane_at(center);
    struct metres low = plane_metres(&plane, box.min), high = plane_metres(&plane, box.max);
    double height = width * (high.y - low.y) / (high.x - low.x);

    if (!(height >= 1 && height <= SIDE_MAX_PX) || high.x - low.x < 1)
        return false;
    *ret = map_view_around(center, high.x - low.x, width, (int)(height + 0.5));
    return true;
}

/* A picture has no sheet of the page's: at night it brings its own colors. They are those of
 * ui/css/public.css. */
static const struct str night =
    STR("<style>@media (prefers-color-scheme:dark){.map{background:#1c232b}.map-park{fill:#1f3a2a}"
        ".map-water{fill:#17384f}.map-street,.map-middle{stroke:#44505d}.map-main{stroke:#776536}"
        ".map-outside{fill:#2a323b;stroke:#b9a6dd}.map-name{fill:#dce3ea;stroke:#1c232b}"
        ".map-pin path{fill:#f591bf}}</style>");

/* Copies the drawing, giving each class its color. */
static void color(struct str svg, struct buf *out)
{
    static const struct str mark = STR("class=\"");
    ptrdiff_t at;

    while ((at = str_find(svg, mark)) >= 0) {
        struct str rest = str_slice(svg, (size_t)at + mark.n, svg.n);

        buf_add(out, str_slice(svg, 0, (size_t)at + mark.n));
        svg = rest;
        for (size_t i = 0; i < PICTURE_COLORS; i++) {
            if (!str_starts_with(rest, colors[i].class))
                continue;
            buf_add(out, colors[i].class);
            buf_add(out, colors[i].look);
            svg = str_slice(rest, colors[i].class.n, rest.n);
            break;
        }
    }
    buf_add(out, svg);
}

/* The picture: its colors by day, then those of the night right behind its beginning. A page that
 * takes the drawing into itself has both already, and its policy refuses a second sheet. */
static void write_picture(struct str svg, bool is_for_page, struct buf *out)
{
    ptrdiff_t end = str_find_byte(svg, '>');
    size_t head = end < 0 ? svg.n : (size_t)end + 1;

    color(str_slice(svg, 0, head), out);
    if (!is_for_page)
        buf_add(out, night);
    color(str_slice(svg, head, svg.n), out);
}

enum rc city_map_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct buf drawn = buf_in(ctx->arena, MAP_MAX_BYTES);
    struct map_picture picture = {.title = msg_text(ctx->lang, MSG_map_of_city)};
    struct map_marker here;
    struct box box, city;
    int width, height;

    if (!city_map_extent(ctx->city, &city))
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!public_box_parse(ctx->arena, request_value(request, S("bbox")), &box) ||
        !is_near_city(box, city))
        return FAIL(ctx, ERR_MALFORMED, .field = S("bbox"));
    if (!is_side(request_value(request, S("width")), CITY_MAP_WIDTH, &width) ||
        !is_side(request_value(request, S("height")), CITY_MAP_HEIGHT, &height) ||
        !view_of(box, width, &picture.view))
        return FAIL(ctx, ERR_MALFORMED, .field = S("width"));
    if (point_parse(request_value(request, S("pin")), &here.at)) {
        here = (struct map_marker){.at = here.at, .kind = S("here")};
        picture.markers = &here;
        picture.marker_count = 1;
    }
    map_draw(ctx->city->layers, &picture, &drawn);
    write_picture(buf_str(&drawn), request_value(request, S("plain")).n > 0, &reply->body);
    reply->content_type = "image/svg+xml";
    reply->cache = REPLY_FIVE_MINUTES;
    return buf_has_failed(&drawn) ? FAIL(ctx, ERR_MEMORY) : RC_OK;
}

bool city_map_pin(struct ctx *ctx, const struct request *request, struct point *ret)
{
    struct map_view view;
    struct box box;
    int64_t x, y;

    if (!str_to_i64(request_value(request, S("pin.x")), &x) ||
        !str_to_i64(request_value(request, S("pin.y")), &y) || x < 0 || y < 0 ||
        x > CITY_MAP_PIN_PX || y > CITY_MAP_PIN_PX ||
        !public_box_parse(ctx->arena, request_value(request, S("pin_box")), &box) ||
        !view_of(box, CITY_MAP_PIN_PX, &view))
        return false;
    *ret = map_point_at(&view, (struct map_pixel){(double)x, (double)y});
    return true;
}

struct str city_map_pin_url(struct arena *arena, struct box box)
{
    struct str bounds = city_map_bounds(arena, box);

    return str_fmt(arena, "/map.svg?bbox=%.*s&width=%d&height=%d", STR_ARG(bounds), CITY_MAP_PIN_PX,
                   CITY_MAP_PIN_PX);
}
