/* Answers that name a thing of the city's map: a street light, a bin.
 *
 * Such an answer is the id of a feature of the layer that the field names, and lies within its
 * `within` of the case's place. One rule for every channel and for transfers; histories from other
 * systems keep the ids they came with. No layer has every thing of a city, so that an asset is
 * never required: who does not find theirs leaves it empty and describes it. Layer: engine. */
#ifndef ENGINE_ASSET_H
#define ENGINE_ASSET_H

#include "engine/definition/answer.h"
#include "engine/definition/city.h"
#include "place/layer.h"
#include "place/place.h"

/* Whether the answer is of its field's layer and near enough to the place (NULL, or one without a
 * point: anywhere). RC_INVALID, err.field the field's id: ERR_ASSET_UNKNOWN when the layer has none
 * of that id, or the city has no such layer; ERR_ASSET_FAR, err.arg how far it is. RC_OK for no
 * answer, and for fields of other types. */
enum rc asset_check(struct ctx *ctx, const struct field *field, const struct answer *answer,
                    const struct place *place) MUST_CHECK;

/* The same for all answers: the first that is wrong. */
enum rc assets_check(struct ctx *ctx, const struct answers *answers,
                     const struct place *place) MUST_CHECK;

/* Whether everybody may see the answer: field_is_public, and what names a thing of the map is the
 * id of one, since an answer of former days or from another system may be anybody's words. */
bool answer_is_public(const struct city *city, const struct field *field,
                      const struct answer *answer);

/* The things that may be the answer at that place: how many there are, and the nearest of them.
 * None without a point, a layer, or for a field of another type. */
#define ASSETS_NEAR_MAX 12
struct assets_near {
    size_t count; /* all of them */
    size_t n;     /* those at hand, nearest first */
    struct layer_near of[ASSETS_NEAR_MAX];
};
void assets_near(const struct city *city, const struct field *field, const struct place *place,
                 struct assets_near *ret);

/* Whether the field asks for a thing where the city knows of none, so that no answer would do;
 * never for a field that an old version of its service requires. */
bool asset_is_none_near(const struct city *city, const struct field *field,
                        const struct place *place);

#endif
