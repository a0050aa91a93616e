/* What the gazetteer knows, and the candidates of one search. Layer: place, internal. */
#ifndef PLACE_GAZETTEER_INDEX_H
#define PLACE_GAZETTEER_INDEX_H

#include "place/gazetteer.h"
#include "place/landmarks.h"
#include "place/query.h"
#include "place/streets.h"

struct gazetteer {
    struct arena *arena;
    const struct layers *layers;
    struct gazetteer_city city;
    struct streets streets;
    struct landmarks landmarks;
    const struct layer *nodes; /* the layer "intersection", or NULL */
};

/* A place before it is written out. Costs as street_hit's. */
struct candidate {
    enum place_kind kind;
    int32_t cost;
    uint32_t street; /* of addresses and streets */
    int32_t number;
    uint32_t crossing; /* of intersections */
    const struct landmark *landmark;
    bool is_estimated;
};

struct ranking {
    struct candidate of[PLACE_CHOICES_MAX];
    size_t n; /* cheapest first */
};

void ranking_add(struct ranking *ranking, struct candidate candidate);

/* The cheapest cost so far, INT32_MAX when there is none. */
int32_t ranking_best(const struct ranking *ranking);

/* Adds what the words of a query may mean, read as an address, a crossing or a name. */
void search_all(struct arena *arena, const struct gazetteer *gazetteer, const struct query *query,
                struct ranking *ranking);

#endif
