/* The city's streets with their house numbers: which numbers exist, where they are, and which
 * street a typed name means.
 *
 * Made from the layers "street" (a centre line per stretch, with the first and last number of each
 * side) and "intersection". Numbers and names are kept apart: tens of thousands of addresses are a
 * few thousand ranges. A side whose ends are both odd or both even has the numbers of that parity;
 * a side with one odd and one even end has them all. Layer: place. Immutable: any thread.
 */
#ifndef PLACE_STREETS_H
#define PLACE_STREETS_H

#include "place/fuzzy.h"
#include "place/layers.h"
#include "place/words.h"

#define STREET_HITS_MAX 16

/* The numbers on one side of one stretch, from the line's beginning to its end. */
struct street_range {
    struct line line;
    int32_t from, to;
    int32_t step; /* 1 or 2 */
    bool is_left;
};

struct street {
    struct str name; /* "Massachusetts Ave" */
    struct str slug; /* "massachusetts-ave" */
    const struct street_range *ranges;
    const struct line *lines;
    uint32_t *crossings; /* numbers of the intersection layer's features, ascending */
    uint32_t range_count, line_count, crossing_count;
    uint32_t number_count;
    int32_t number_min, number_max;
};

/* A spelling under which a street is found. */
struct street_key {
    struct str text; /* squeezed: "massachusettsave" */
    uint64_t bag;
    uint32_t street;
    int16_t penalty;
    bool has_type;
};

/* A place where streets meet. Streets may meet in several nodes: nodes within 60 m are one place,
 * of which the first stands for all; farther ones are told apart by a mark. */
struct crossing {
    const struct layer_feature *feature;
    uint32_t streets[4];
    uint32_t street_count;
    uint32_t repeats; /* the crossing that stands for this one, when is_repeated */
    bool is_repeated;
    struct str mark; /* "N", "S", "E", "W", or empty */
};

struct streets {
    const struct street *of; /* sorted by slug */
    size_t count;
    const struct street_key *keys;
    size_t key_count;
    const struct crossing *crossings; /* as many as the intersection layer has features */
    size_t crossing_count;
    const struct layer *lines; /* the layer "street", or NULL */
    const uint32_t *street_of; /* of each feature of `lines` */
};

/* Builds in `home`; a city without those layers has no streets. */
enum rc streets_build(struct ctx *ctx, struct arena *home, const struct layers *layers,
                      struct streets *ret) MUST_CHECK;

/* The street with that slug, or NULL. */
const struct street *streets_by_slug(const struct streets *streets, struct str slug);

/* One street that a typed name may mean. Cost 0 is the name as the city writes it; a typing error
 * costs 100; a missing street type, a second name, a wrong type or an unfinished word cost less
 * or little more. */
struct street_hit {
    uint32_t street;
    int32_t cost;
};
struct street_hits {
    struct street_hit of[STREET_HITS_MAX];
    size_t n; /* cheapest first */
};

/* What the words from..to may name. Scratch memory from the arena. */
struct street_hits streets_match(struct arena *arena, const struct streets *streets,
                                 const struct words *words, size_t from, size_t to);

/* The range that has the number, or NULL. */
const struct street_range *street_range_of(const struct street *street, int32_t number);

/* The range whose numbers come nearest and the number in it; one of the other parity, across the
 * street, counts as a hundred numbers further away. NULL when the street has no numbers. */
const struct street_range *street_range_near(const struct street *street, int32_t number,
                                             int32_t *ret_number);

/* Where the number is: along the centre line between the range's ends, and off it to its side. */
struct point street_range_point(const struct street_range *range, int32_t number);

/* The number at a place beside the street; NULL when no numbered side is on a stretch within
 * 150 m. */
const struct street_range *street_number_at(const struct street *street, struct point at,
                                            int32_t *ret_number);

/* A point in the middle of the street's longest stretch. */
struct point street_middle(const struct street *street);

#endif
