/* City maps drawn by the server as SVG, complete without scripts.
 *
 * Water, parks, rail, streets, the boundary, names of main streets, and numbered markers. Shapes
 * carry classes only, so that the page's stylesheet gives colors in light and dark and the strict
 * Content-Security-Policy holds; stroke widths follow the scale and are attributes. The picture is
 * valid as a file and inside HTML. What is drawn depends on the scale: a map of the whole city
 * stays below 60 kB, one of 600 m below 25 kB before compression.
 *
 * Classes: map (the svg), map-water, map-park, map-rail, map-street, map-middle and map-main
 * (streets by importance), map-outside (all that is not the city; its edge is the boundary),
 * map-name, map-name-park, map-pin and map-pin-KIND.
 *
 * Coordinates inside are half pixels from the upper left corner. Layer: place. Any thread.
 */
#ifndef PLACE_MAP_H
#define PLACE_MAP_H

#include "base/buf.h"
#include "place/layers.h"

#define MAP_SIDE_MAX_PX 4000
#define MAP_MAX_BYTES   (512u << 10) /* no map is larger; give buf_in this maximum */

/* What part of the earth is shown on how many pixels. Both axes have the same scale in metres. */
struct map_view {
    struct point center;
    double m_per_px;
    int width_px, height_px;
};

/* The view that shows the box with a margin of a twentieth; a point is shown 200 m wide. Sides are
 * 1 to MAP_SIDE_MAX_PX and widths positive: what a visitor asks for is limited before. */
struct map_view map_view_of(struct box box, int width_px, int height_px);

/* So many metres from edge to edge of the width. */
struct map_view map_view_around(struct point center, double width_m, int width_px, int height_px);

struct box map_box(const struct map_view *view);

/* Pixels from the upper left corner; outside the picture they are negative or too large. */
struct map_pixel {
    double x, y;
};
struct map_pixel map_pixel_of(const struct map_view *view, struct point at);

/* Where a click on the picture points to: `<input type=image>` sends x and y. */
struct point map_point_at(const struct map_view *view, struct map_pixel pixel);

struct map_marker {
    struct point at;
    struct str kind; /* class map-pin-KIND: letters, digits and hyphens; others are left out */
    struct str text; /* a number of one to three digits, or empty */
};

struct map_picture {
    struct map_view view;
    struct str title; /* what the picture shows, for those who do not see it */
    const struct map_marker *markers;
    size_t marker_count;
};

/* Writes the <svg> element. Layers that the city does not have are not drawn; markers outside the
 * view are left out. A failed buffer stays failed. */
void map_draw(const struct layers *layers, const struct map_picture *picture, struct buf *out);

#endif
