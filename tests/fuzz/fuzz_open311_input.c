/* What other programs hand in, under any bytes: names of attributes, times, tables and layers. */
#include <assert.h>

#include "base/csv.h"
#include "place/import_layer.h"
#include "place/layers.h"
#include "svc/requests/import_row.h"
#include "svc/requests/open311.h"

#define MAX_BYTES ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct state states[] = {{.id = STR("new"), .type = STATE_OPEN},
                                      {.id = STR("done"), .type = STATE_CLOSED}};
static const struct workflow workflow = {.states = states, .state_n = 2};
static const struct definition definition = {
    .code = STR("pothole"), .workflow = &workflow, .place = {.need = PLACE_OPTIONAL}};
static const struct import_value services[] = {{.from = STR("Hole"), .definition = &definition}};
static const struct import_value state_values[] = {{.from = STR("Open"), .state = STR("new")},
                                                   {.from = STR("Closed"), .state = STR("done")}};

#define COLUMN(i)                   \
    {                               \
        .name = STR("c"), .at = (i) \
    }
#define TIME(i)                                                              \
    {                                                                        \
        .name = STR("c"), .at = (i), .format = STR("MM/DD/YYYY hh:mm:ss AM") \
    }

static const struct import_map map = {
    .system = STR("fuzz"),
    .id = COLUMN(0),
    .service = {.name = STR("c"), .at = 1, .values = services, .value_n = 1},
    .state = {.name = STR("c"), .at = 2, .values = state_values, .value_n = 2},
    .opened = TIME(3),
    .closed = TIME(4),
    .lat = COLUMN(5),
    .lon = COLUMN(6),
    .label = COLUMN(7),
    .description = COLUMN(8),
};

static struct city *city(void)
{
    static struct city the_city;
    static struct ctx home;

    if (home.arena)
        return &the_city;
    home.arena = arena_new(MAX_BYTES);
    assert(home.arena);
    assert(zone_load(&home, S("America/Los_Angeles"), &the_city.zone) == RC_OK);
    assert(layers_of_texts(&home, NULL, 0, &the_city.layers) == RC_OK);
    return &the_city;
}

static void check_attribute(struct str name)
{
    struct str code;

    if (open311_attribute_code(name, &code))
        assert(code.n && code.p > name.p && code.p + code.n < name.p + name.n &&
               str_find_byte(code, ']') < 0);
}

/* A line is a time and, after '|', its format. */
static void check_time(struct str line)
{
    struct local_time local;
    struct str text, format = line;

    if (!str_next(&format, '|', &text))
        return;
    import_time_format_is_good(format);
    if (import_time(text, format, &local))
        assert(local.second_of_day >= 0 && local.second_of_day < 86400);
}

static void check_instant(struct ctx *ctx, struct str line)
{
    struct instant at;

    if (open311_instant(ctx, line, "start_date", &at))
        ctx_clear_error(ctx);
}

static void check_table(struct ctx *ctx, struct str text)
{
    struct csv_reader *csv;
    struct csv_row row = {.n = 1};

    if (csv_open_text(ctx, text, (struct csv_options){.separator = ','}, &csv))
        return;
    while (row.n) {
        struct case_history history;
        struct str trouble;

        if (csv_next(ctx, csv, &row)) {
            ctx_clear_error(ctx);
            row.n = 1;
            continue;
        }
        if (!row.n || import_row(ctx, &map, row.cells, row.n, &history, &trouble))
            break;
        assert(trouble.n || (history.definition && history.state && history.external_id.n));
    }
}

static void check_layer(struct ctx *ctx, struct str text)
{
    const struct import_layer_map by_id = {.layer = S("fuzz"), .name = S("name")};
    struct problems problems = problems_in(ctx->arena);
    const struct layer *layer;
    struct str out;
    bool is_topology;

    if (text.n > 20000 || import_layer_rewrite(ctx, &by_id, text, &out, &is_topology) ||
        layer_load(ctx, ctx->arena, S("fuzz"), out, &layer))
        return;
    import_layer_look_over(layer, S("fuzz"), &problems);
    import_layer_cover(layer, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new(MAX_BYTES), .city = city(), .now = {INT64_C(1) << 50}};
    struct str text = {(const char *)data, size}, rest = text, line;

    assert(ctx.arena);
    while (rest.n && str_next(&rest, '\n', &line)) {
        check_attribute(line);
        check_time(line);
        if (line.n < 200)
            check_instant(&ctx, line);
    }
    check_table(&ctx, text);
    ctx_clear_error(&ctx);
    check_layer(&ctx, text);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
