/* Taking a map layer into a city that is at work. Layer: engine. */
#ifndef ENGINE_LAYER_IMPORT_H
#define ENGINE_LAYER_IMPORT_H

#include "engine/definition/city.h"

struct layer_import {
    struct str name;  /* "district" */
    bool is_topology; /* the text's format: TopoJSON, else GeoJSON */
    struct str text;
    bool is_dry; /* nothing is changed */
};

/* Makes the text the layer of that name, in place of what was there, in one transaction: the whole
 * city is read with it, so that a layer with which it would not work is refused. Cases keep the
 * layers they were filed under; what is filed from now on has the new ones. *ret_city is the city
 * as it is then (or would be): owned, city_free. Event layer.imported, for the public. Errors as
 * city_load. */
enum rc layer_import(struct ctx *ctx, const struct layer_import *import,
                     struct city **ret_city) MUST_CHECK;

#endif
