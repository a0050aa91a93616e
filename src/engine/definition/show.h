/* How dates, times and distances are written for people, in each language. Layer: engine. */
#ifndef ENGINE_SHOW_H
#define ENGINE_SHOW_H

#include "engine/definition/city.h"

/* "Thursday, July 9, 2026", "jueves, 9 de julio de 2026", "thứ Năm, 9/7/2026"; short: "Jul 9,
 * 2026", "9 jul 2026", "9/7/2026". */
struct str show_date(struct arena *arena, struct date date, enum lang lang);
struct str show_date_short(struct arena *arena, struct date date, enum lang lang);

/* The city's local time: "Jul 9, 2026, 4:30 p.m.". */
struct str show_instant(struct ctx *ctx, struct instant at, enum lang lang);

/* A deadline: the day that ends then, or the day and time. */
struct str show_due(struct ctx *ctx, struct instant due, enum lang lang);

/* How far something is, in the city's units and the language of who asks: "120 ft", "0.4 mi", "37
 * m", "2.1 km". The only words for a distance: pages, messages and errors take them from here. */
struct str show_distance(struct ctx *ctx, double metres);

#endif
