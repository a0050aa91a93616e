/* A place shown on a map in place of an address: by pressing on the server's picture, which needs
 * no scripts, by the moving map's pin, or by the phone's own position.
 *
 * All three lead to the question whether it is the right place, with the nearest address; what is
 * answered yes becomes a bare point whose label names that address. Layer: portal. */
#ifndef PORTAL_PIN_H
#define PORTAL_PIN_H

#include "portal/city_map.h"
#include "portal/report.h"

/* Whether a form shows a place so: it has pin.x and pin.y, or place.lat and place.lon. */
bool pin_is_shown(const struct request *request);

/* Takes it: into report->pin, to be asked about, or with confirmed=1 into the draft. RC_INVALID
 * with ERR_REQUIRED when it is no point, ERR_PLACE_OUTSIDE when it is not where the service
 * looks. */
enum rc pin_take(struct ctx *ctx, const struct request *request, struct report *report) MUST_CHECK;

/* The map to show it on: around the pin, else the whole city. `*ret_box` is that of the picture to
 * press on. False in a city without layers. */
bool pin_map(struct ctx *ctx, const struct report *report, struct figure *ret, struct box *ret_box);

/* The picture's address, with the pin on it when there is one. */
struct str pin_picture_url(struct ctx *ctx, const struct report *report, struct box box);

/* "42.373610" */
struct str pin_degrees(struct arena *arena, double degrees);

#endif
