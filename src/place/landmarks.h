/* Places with names of their own: parks, playgrounds, libraries, municipal buildings, fire
 * stations, neighborhoods.
 *
 * People leave words out ("oconnell library" for O'Connell Branch Library), so names are compared
 * word by word as well as a whole. Layer: place. Immutable: any thread.
 */
#ifndef PLACE_LANDMARKS_H
#define PLACE_LANDMARKS_H

#include "place/layers.h"
#include "place/words.h"

#define LANDMARK_HITS_MAX  8
#define LANDMARK_WORDS_MAX 10

struct landmark_word {
    struct str text; /* short form */
    uint64_t bag;
    bool is_generic; /* park, library, branch: says little */
};

struct landmark {
    const struct layer *layer;
    const struct layer_feature *feature;
    struct point point;
    struct landmark_word words[LANDMARK_WORDS_MAX];
    uint32_t word_count;
    struct str squeezed;
    uint64_t bag;
};

struct landmarks {
    const struct landmark *of;
    size_t count;
};

enum rc landmarks_build(struct ctx *ctx, struct arena *home, const struct layers *layers,
                        struct landmarks *ret) MUST_CHECK;

/* Costs as street_hit (streets.h): 0 the exact name, 100 a typing error. */
struct landmark_hit {
    const struct landmark *landmark;
    int32_t cost;
};
struct landmark_hits {
    struct landmark_hit of[LANDMARK_HITS_MAX];
    size_t n; /* cheapest first */
};

/* What the words, all together, may name. */
struct landmark_hits landmarks_match(struct arena *arena, const struct landmarks *landmarks,
                                     const struct words *words);

#endif
