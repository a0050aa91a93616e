/* The time of the cities that the targets of the lists' filters are given. */
#ifndef FUZZ_ZONE_H
#define FUZZ_ZONE_H

#include <assert.h>

#include "engine/definition/city.h"

/* Sets the zone once; it stays for the program. */
static inline void fuzz_zone(struct city *city)
{
    static struct arena *arena;
    struct ctx ctx = {.arena = NULL};
    enum rc rc;

    if (city->zone)
        return;
    ctx.arena = arena = arena_new((size_t)1 << 20);
    rc = zone_load(&ctx, S("America/Chicago"), &city->zone);
    assert(arena && rc == RC_OK);
}

#endif
