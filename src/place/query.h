/* A typed place taken apart: house number, unit, city and the words that remain.
 * Layer: place, internal. */
#ifndef PLACE_QUERY_H
#define PLACE_QUERY_H

#include "place/gazetteer.h"
#include "place/words.h"

struct query {
    struct words words;     /* without unit, city, lead ("corner of") and house number */
    struct words all;       /* the same with the house number, for names like "Fire Company 2" */
    int32_t number;         /* 0: none */
    struct str number_tail; /* letters stuck to the number: "795m" leaves "m" */
    struct str unit;
    bool is_block; /* "700 block of ..." */
};

struct query query_read(struct arena *arena, const struct words *words,
                        const struct gazetteer_city *city);

#endif
