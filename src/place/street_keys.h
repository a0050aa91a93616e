/* The spellings under which streets are found; streets_match (streets.h) searches them.
 * Layer: place, internal. */
#ifndef PLACE_STREET_KEYS_H
#define PLACE_STREET_KEYS_H

#include "place/streets.h"

/* Adds keys to streets whose names and lines are complete; in `home`. */
enum rc street_keys_build(struct ctx *ctx, struct arena *home, struct streets *streets) MUST_CHECK;

#endif
