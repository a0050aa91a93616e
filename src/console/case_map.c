#include "console/case_map.h"

#include "place/map.h"

#define WIDTH_PX  480
#define HEIGHT_PX 280
#define AROUND_M  250.0

bool case_map(struct ctx *ctx, struct point at, struct str title, struct html *ret)
{
    struct buf out = buf_in(ctx->arena, MAP_MAX_BYTES);
    struct map_marker here = {.at = at, .kind = S("here")};
    struct map_picture picture = {
        .view = map_view_of(box_around(at, AROUND_M), WIDTH_PX, HEIGHT_PX),
        .title = title,
        .markers = &here,
        .marker_count = 1,
    };

    if (!ctx->city->layers || !ctx->city->layers->count)
        return false;
    map_draw(ctx->city->layers, &picture, &out);
    *ret = html_of_buf(&out);
    return !buf_has_failed(&out);
}
