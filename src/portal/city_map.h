/* Maps of the city on public pages: drawn by the server, complete without scripts, and the pieces
 * that the moving map asks for (ui/README.md, "A map"). Layer: portal. */
#ifndef PORTAL_CITY_MAP_H
#define PORTAL_CITY_MAP_H

#include "place/map.h"
#include "portal/page.h"

/* How wide maps on pages are drawn; the sheet scales them. */
#define CITY_MAP_WIDTH  480
#define CITY_MAP_HEIGHT 360

/* What a map on a page needs. */
struct figure {
    struct html svg;
    struct str bounds; /* west,south,east,north of what is drawn */
    struct str points; /* where the moving map finds its points; empty: none */
    struct str pick;   /* ids of the inputs that a tap fills; empty: it is to look at */
    struct str says;   /* below it; empty: nothing */
};

/* The box of the city's boundary, else of its streets. False in a city that has neither. */
bool city_map_extent(const struct city *city, struct box *ret);

/* The map of a box (of the city when it is BOX_NONE) with markers; false in a city that has no
 * layers to draw it from. */
struct figure_about {
    struct box box;
    struct str title; /* what it shows, for those who do not see it */
    const struct map_marker *markers;
    size_t marker_n;
};
bool city_map_figure(struct ctx *ctx, const struct figure_about *about, struct figure *ret);

/* "-71.16000,42.35000,-71.06000,42.40000" */
struct str city_map_bounds(struct arena *arena, struct box box);

/* Makes a box of the shape width:height around a box, the size of a block at least. */
struct box city_map_shaped(struct box box, int width, int height);

/* GET /map.svg?bbox=&width=&height= */
enum rc city_map_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* Where on a picture of /map.svg somebody pressed: pin.x, pin.y in a form with the picture's box as
 * pin_box and CITY_MAP_PIN_PX as its sides. False when the request says no such thing. */
#define CITY_MAP_PIN_PX 288
bool city_map_pin(struct ctx *ctx, const struct request *request, struct point *ret);

/* The address of such a picture, `box` being CITY_MAP_PIN_PX square. */
struct str city_map_pin_url(struct arena *arena, struct box box);

#endif
