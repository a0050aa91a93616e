/* The gazetteer: what place does a person mean, and what is a place called.
 *
 * Finds addresses, intersections, streets and named places as people type them: abbreviated, with
 * a typing error or two, without street type, spaces or capitals, with city, ZIP code and unit.
 * The other way round it names a point by the nearest address or intersection, and blurs a home to
 * its block for the public. Made once from a set of layers, which must outlive it.
 * Layer: place. Immutable after building: any thread. A search takes a fraction of a millisecond.
 */
#ifndef PLACE_GAZETTEER_H
#define PLACE_GAZETTEER_H

#include "place/layers.h"

#define PLACE_CHOICES_MAX 8

struct gazetteer;

/* Words that may follow an address and mean this city. */
struct gazetteer_city {
    struct str name;       /* "Port Azalea" */
    struct str state;      /* "Alabama" */
    struct str state_code; /* "AL" */
};

enum place_kind {
    PLACE_ADDRESS,      /* a house number on a street */
    PLACE_INTERSECTION, /* where streets meet */
    PLACE_STREET,       /* a whole street; its point is its middle */
    PLACE_LANDMARK,     /* a park, library, municipal building, fire station */
    PLACE_AREA,         /* a neighborhood */
    PLACE_POINT,        /* a bare point that somebody marked; never found by its name */
};

struct place_choice {
    /* Stable across versions of the layers and safe in a form field or URL path:
     *   a/massachusetts-ave/795   i/hampshire-st+prospect-st   s/massachusetts-ave
     *   f/park/17 (layer, feature) */
    struct str id;
    enum place_kind kind;
    struct str label;  /* "795 Massachusetts Ave"; with a unit "795 Massachusetts Ave #3B" */
    struct str street; /* "Massachusetts Ave"; empty for landmarks, areas and intersections */
    int32_t number;    /* 0 when there is none */
    struct str unit;   /* as typed, in capitals: "3B"; empty when there is none */
    struct point point;
    int score;         /* 100: typed as the city writes it; 0: hardly alike */
    bool is_estimated; /* the city lists no such number; the point is that of a near one */
};

struct place_choices {
    struct place_choice of[PLACE_CHOICES_MAX];
    size_t n;           /* best first */
    struct str ignored; /* what was typed after a comma and not understood: another city? */
};

/* Owned: gazetteer_free. The layers are borrowed until then. */
enum rc gazetteer_new(struct ctx *ctx, const struct layers *layers, struct gazetteer_city city,
                      struct gazetteer **ret) MUST_CHECK;
void gazetteer_free(struct gazetteer *gazetteer);

/* What the text may mean; none (n is 0) when nothing is like it. Any bytes are allowed; the first
 * 240 are read. Texts in the arena or borrowed from the gazetteer. Only memory can fail. */
enum rc gazetteer_find(struct ctx *ctx, const struct gazetteer *gazetteer, struct str text,
                       struct place_choices *ret) MUST_CHECK;

/* The place with that id, as a form sends it back; score 100. RC_INVALID (ERR_PLACE_UNKNOWN) when
 * there is none. */
enum rc gazetteer_by_id(struct ctx *ctx, const struct gazetteer *gazetteer, struct str id,
                        struct place_choice *ret) MUST_CHECK;

/* What a point is called: an intersection within 15 m, else the nearest address within 150 m
 * (estimated), else the street. RC_INVALID (ERR_PLACE_UNKNOWN) when no street is that near. */
enum rc gazetteer_near(struct ctx *ctx, const struct gazetteer *gazetteer, struct point at,
                       struct place_choice *ret) MUST_CHECK;

/* A block, as the public sees a home: which hundred of which street, never which house. */
struct place_block {
    struct str street;
    int32_t hundred;    /* 700 for numbers 700 to 799; 0 for 1 to 99; -1 without numbers */
    struct str label;   /* in English: "700 block of Massachusetts Ave" */
    struct point point; /* the same for all places of the block: on its centre line */
};

/* The block of a point, by the street nearest to it; errors as gazetteer_near. At a corner this may
 * be the other street: where the address is known, gazetteer_block_of is exact. */
enum rc gazetteer_block(struct ctx *ctx, const struct gazetteer *gazetteer, struct point at,
                        struct place_block *ret) MUST_CHECK;

/* The block of an address; of other places the block of their point. */
enum rc gazetteer_block_of(struct ctx *ctx, const struct gazetteer *gazetteer,
                           const struct place_choice *place, struct place_block *ret) MUST_CHECK;

/* Calls `visit` with every house number of every street and then every intersection, until it
 * returns false: for tests and exports. */
void gazetteer_each(struct ctx *ctx, const struct gazetteer *gazetteer,
                    bool (*visit)(void *arg, const struct place_choice *place), void *arg);

#endif
