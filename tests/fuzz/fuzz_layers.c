/* The readers of map layers, GeoJSON and TopoJSON, and drawing what they took. */
#include <assert.h>
#include <stdint.h>

#include "place/layers.h"
#include "place/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct layer_text text = {S("street"), {(const char *)data, size}};
    struct layers *layers;

    if (!ctx.arena || size > 65536)
        return 0;
    if (layers_of_texts(&ctx, &text, 1, &layers) == RC_OK) {
        const struct layer *layer = layers_find(layers, S("street"));
        struct buf out = buf_in(ctx.arena, MAP_MAX_BYTES);

        assert(layer);
        if (layer->feature_count)
            map_draw(layers, &(struct map_picture){.view = map_view_of(layer->box, 480, 360)},
                     &out);
        layers_free(layers);
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
