/* What the address of a list says, and what a saved view keeps of it: filter, order and columns, a
 * line each, any bytes. The columns that were read are written in one way. */
#include <assert.h>

#include "console/filter.h"
#include "fuzz_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct city *the_city(void)
{
    static const struct field fields[] = {
        {.id = STR("lamp"), .type = FIELD_ASSET, .is_indexed = true},
        {.id = STR("plate"), .type = FIELD_TEXT, .is_indexed = true, .personal = PERSONAL_CONTACT},
        {.id = STR("a_question_with_a_name_that_is_long_as_can"),
         .type = FIELD_NUMBER,
         .is_indexed = true},
    };
    static struct definition definition = {
        .code = STR("pothole"), .service_id = 4, .fields = fields, .field_n = 3};
    static struct definition *services[] = {&definition};
    static struct city city = {.services = services, .service_n = 1};

    fuzz_zone(&city);
    return &city;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {
        .arena = arena_new((size_t)16 << 20), .now = {1790000000000000}, .city = the_city()};
    struct str rest = {(const char *)data, size}, text = S(""), sort = S(""), columns = S("");
    struct list_ask ask, again;

    if (!ctx.arena || size > 20000) {
        arena_free(ctx.arena);
        return 0;
    }
    if (str_next(&rest, '\n', &text) && str_next(&rest, '\n', &sort))
        str_next(&rest, '\n', &columns);
    if (list_ask_of(&ctx, text, sort, columns, &ask) == RC_OK) {
        struct str written = list_ask_columns(ctx.arena, &ask);

        assert(list_ask_of(&ctx, text, sort, written, &again) == RC_OK);
        assert(str_eq(written, list_ask_columns(ctx.arena, &again)));
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
