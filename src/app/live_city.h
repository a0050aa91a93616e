/* The city as it is published now, for all threads of a program that serves it.
 *
 * Publishing, closing a day or importing a layer changes what a running program works with, from
 * whatever program it is done. So each piece of work takes the city that is the newest when it
 * begins and gives it back at its end; a newer one is read beside it and put in its place, and the
 * old one goes when nobody holds it any more. Layer: app. Any thread.
 */
#ifndef APP_LIVE_CITY_H
#define APP_LIVE_CITY_H

#include "app/home.h"

struct live_city;

/* Takes over home->city, which home_load has read: home->city stays set until the first refresh,
 * and belongs to the live city from then on. Its files_folder, pictures and record_keys go on to
 * newer ones. ERR_MEMORY. Owned: live_city_free, when nobody holds a city of it. */
enum rc live_city_new(struct ctx *ctx, struct home *home, struct live_city **ret) MUST_CHECK;
void live_city_free(struct live_city *live);

/* The newest city, held until it is given back with live_city_put. */
struct city *live_city_take(struct live_city *live);
void live_city_put(struct live_city *live, const struct city *city);

/* Reads the city anew when the store says that it has changed (city_stamp); costs one look-up when
 * it has not. A city that cannot be read leaves the old one in place, and is tried again. Without a
 * reader in ctx; one thread at a time. */
enum rc live_city_refresh(struct ctx *ctx, struct live_city *live, bool *ret_is_new) MUST_CHECK;

#endif
