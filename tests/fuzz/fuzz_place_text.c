/* What people type for a place, a case, a map's box or an answer, any bytes, a line each. A place
 * that was found is found again by its id; a number that was read is the number it is written as.
 */
#include <assert.h>

#include "base/utf8.h"
#include "engine/cases/number.h"
#include "engine/cases/public_case.h"
#include "engine/definition/answer.h"
#include "place/gazetteer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char streets[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"Massachusetts Ave\"},\"geometry\":{\"type\":"
    "\"LineString\",\"coordinates\":[[-88.05,30.69],[-88.03,30.69]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"Prospect St\"},\"geometry\":{\"type\":"
    "\"LineString\",\"coordinates\":[[-88.04,30.68],[-88.04,30.70]]}}]}";

static const struct gazetteer *the_gazetteer(void)
{
    static struct gazetteer *gazetteer;
    static struct ctx home;
    static struct layers *layers;
    const struct layer_text text = {S("street"), str_of(streets)};
    const struct gazetteer_city city = {S("Port Azalea"), S("Alabama"), S("AL")};
    enum rc rc;

    if (gazetteer)
        return gazetteer;
    home.arena = arena_new((size_t)64 << 20);
    assert(home.arena);
    rc = layers_of_texts(&home, &text, 1, &layers);
    assert(rc == RC_OK);
    rc = gazetteer_new(&home, layers, city, &gazetteer);
    assert(rc == RC_OK);
    return gazetteer;
}

static void check_place(struct ctx *ctx, struct str line)
{
    struct place_choices choices = {.n = 0};
    struct place_choice again;
    struct point point;

    if (point_parse(line, &point))
        assert(point_lat(point) >= -90 && point_lat(point) <= 90);
    if (gazetteer_find(ctx, the_gazetteer(), line, &choices))
        ctx_clear_error(ctx);
    for (size_t i = 0; i < choices.n; i++) {
        assert(choices.of[i].label.n > 0 && utf8_is_valid(choices.of[i].label));
        assert(choices.of[i].score <= 100);
        assert(gazetteer_by_id(ctx, the_gazetteer(), choices.of[i].id, &again) == RC_OK);
    }
    if (gazetteer_by_id(ctx, the_gazetteer(), line, &again))
        ctx_clear_error(ctx);
}

static void check_words(struct ctx *ctx, struct str line)
{
    struct public_cursor cursor;
    struct str number, same;
    struct box box;

    if (number_parse(ctx->arena, line, &number))
        assert(number_parse(ctx->arena, number, &same) && str_eq(number, same));
    if (public_cursor_parse(line, &cursor))
        assert(public_cursor_text(ctx->arena, cursor).n > 0);
    if (public_box_parse(ctx->arena, line, &box))
        assert(point_lat(box.min) <= point_lat(box.max));
}

/* An answer that was taken is shown as it can be typed again. */
static void check_answer(struct ctx *ctx, struct str line)
{
    static const struct field_option options[] = {{.id = STR("plate")}, {.id = STR("tire")}};

    for (int type = 0; type < FIELD_LATER; type++) {
        struct field field = {.id = S("f"),
                              .type = (enum field_type)type,
                              .max_length = 40,
                              .options = options,
                              .option_n = 2,
                              .decimals = 2};
        struct answer answer = {.is_given = false}, again = {.is_given = false};
        struct str typed;

        if (answer_read(ctx, &field, &line, 1, &answer)) {
            assert(ctx->err.field.n > 0);
            ctx_clear_error(ctx);
            continue;
        }
        if (!answer.is_given || field_kind(field.type)->takes_several)
            continue;
        typed = answer_typed(ctx->arena, &field, &answer);
        assert(answer_read(ctx, &field, &typed, 1, &again) == RC_OK && again.is_given);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct str rest = {(const char *)data, size}, line;

    if (ctx.arena && size <= 4000)
        for (int i = 0; i < 50 && str_next(&rest, '\n', &line); i++) {
            check_place(&ctx, line);
            check_words(&ctx, line);
            check_answer(&ctx, line);
        }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
