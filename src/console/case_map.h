/* The map on a case's page and on its work order: drawn by the server. Layer: console, private. */
#ifndef CONSOLE_CASE_MAP_H
#define CONSOLE_CASE_MAP_H

#include "base/html.h"
#include "engine/definition/city.h"
#include "place/geometry.h"

/* The surroundings of a point with a marker on it; false in a city without layers. */
bool case_map(struct ctx *ctx, struct point at, struct str title, struct html *ret);

#endif
