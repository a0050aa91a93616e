/* Public case numbers: "26-00042-7" is the year, a counter and a check digit.
 *
 * They are read aloud and texted, so one wrong digit and two swapped neighbours are noticed: the
 * check digit is ISO 7064 MOD 11,10 over year and counter. Layer: engine. */
#ifndef ENGINE_NUMBER_H
#define ENGINE_NUMBER_H

#include "base/arena.h"

/* `year` as in 2026, `counter` from 1. */
struct str number_format(struct arena *arena, int year, int64_t counter);

/* What somebody typed, with or without hyphens and spaces, as the canonical number in the arena;
 * false, *ret untouched, when the check digit does not fit. */
bool number_parse(struct arena *arena, struct str typed, struct str *ret);

#endif
