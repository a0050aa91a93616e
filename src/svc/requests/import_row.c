#include "svc/requests/import_row.h"

#include "base/utf8.h"
#include "engine/cases/locate.h"

#define MAX_QUOTED 80 /* bytes of a cell in a sentence */

struct row {
    struct ctx *ctx;
    const struct import_map *map;
    const struct str *cells;
    size_t n;
    struct case_history *history;
    struct str trouble;
};

static struct str cell(const struct row *row, const struct import_column *column)
{
    return column->name.n && column->at < row->n ? str_trim(row->cells[column->at]) : STR_NONE;
}

static struct str kept(const struct row *row, const struct import_column *column)
{
    return str_copy(row->ctx->arena, cell(row, column));
}

/* What is no text is not quoted either. */
static bool refuse(struct row *row, const struct import_column *column, const char *sentence)
{
    struct str said = utf8_cut(cell(row, column), MAX_QUOTED);

    if (!text_is_clean(said))
        said = S("?");
    row->trouble = str_fmt(row->ctx->arena, "%.*s \"%.*s\" %s", STR_ARG(column->name),
                           STR_ARG(said), sentence);
    return false;
}

static bool read_service(struct row *row)
{
    struct import_value scratch;
    const struct import_value *value =
        import_look_up(&row->map->service, cell(row, &row->map->service), &scratch);

    if (!value || !value->definition)
        return refuse(row, &row->map->service, "is no service of the map");
    row->history->definition = value->definition;
    return true;
}

static bool read_state(struct row *row)
{
    struct import_value scratch;
    const struct import_column *column = &row->map->state;
    const struct workflow *workflow = row->history->definition->workflow;
    const struct import_value *value = import_look_up(column, cell(row, column), &scratch);
    int state = value ? workflow_state(workflow, value->state) : -1;

    if (state < 0)
        return refuse(row, column, "is no state of the map");
    row->history->state = &workflow->states[state];
    row->history->outcome = value->outcome;
    return true;
}

/* In the hour that comes twice in autumn the first of the two is meant, unless that would be before
 * `not_before` and the second is not. */
static bool read_time(struct row *row, const struct import_column *column,
                      const struct instant *not_before, struct instant *ret)
{
    const struct zone *zone = row->ctx->city->zone;
    struct local_time local, again;
    struct instant later;

    if (!import_time(cell(row, column), column->format, &local))
        return refuse(row, column, "is no time as the map writes it");
    *ret = zone_instant(zone, local);
    if (!not_before || instant_cmp(*ret, *not_before) >= 0)
        return true;
    later = instant_plus_us(*ret, US_PER_H);
    again = zone_local(zone, later);
    if (again.second_of_day == local.second_of_day && again.date.days == local.date.days)
        *ret = later;
    return true;
}

static bool read_times(struct row *row)
{
    const struct import_map *map = row->map;
    struct case_history *history = row->history;
    bool is_closed = history->state->type == STATE_CLOSED;

    if (!read_time(row, &map->opened, NULL, &history->opened))
        return false;
    history->updated = history->opened;
    if (cell(row, &map->updated).n &&
        !read_time(row, &map->updated, &history->opened, &history->updated))
        return false;
    if (!is_closed)
        return true;
    history->closed = history->updated;
    if (cell(row, &map->closed).n &&
        !read_time(row, &map->closed, &history->opened, &history->closed))
        return false;
    if (instant_cmp(history->updated, history->closed) < 0)
        history->updated = history->closed;
    return true;
}

/* Coordinates, else the words alone. */
static enum rc read_place(struct row *row)
{
    struct case_history *history = row->history;
    struct str lat = cell(row, &row->map->lat), lon = cell(row, &row->map->lon);
    struct place_choice choice = {.kind = PLACE_POINT, .label = kept(row, &row->map->label)};
    struct str zip = kept(row, &row->map->zip);
    enum rc rc = RC_OK;

    if (history->definition->place.need == PLACE_NONE || (!lat.n && !lon.n && !choice.label.n))
        return RC_OK;
    history->has_place = true;
    history->place = (struct place){.kind = PLACE_POINT, .label = choice.label, .zip = zip};
    if (!lat.n && !lon.n)
        return RC_OK;
    if (lat.n > 40 || lon.n > 40 ||
        !point_parse(str_fmt(row->ctx->arena, "%.*s,%.*s", STR_ARG(lat), STR_ARG(lon)),
                     &choice.point)) {
        refuse(row, lat.n ? &row->map->lat : &row->map->lon, "is no place on earth");
        return RC_OK;
    }
    if (!choice.label.n)
        choice.label = str_fmt(row->ctx->arena, "%.6f, %.6f", point_lat(choice.point),
                               point_lon(choice.point));
    rc = locate_choice(row->ctx, row->ctx->city, &choice, &history->place);
    if (!rc && zip.n)
        history->place.zip = zip;
    return rc;
}

static enum rc read_field(struct row *row, const struct import_field *mapped)
{
    struct ctx *ctx = row->ctx;
    const struct definition *definition = row->history->definition;
    const struct field *field = definition_field(definition, mapped->id);
    struct str text = cell(row, &mapped->column), typed;
    struct import_value scratch;
    const struct import_value *value;
    enum rc rc;

    if (!field || !text.n)
        return RC_OK;
    value = import_look_up(&mapped->column, text, &scratch);
    if (!value) {
        refuse(row, &mapped->column, "is no value of the map");
        return RC_OK;
    }
    typed = str_copy(ctx->arena, value->to);
    rc = answer_read(ctx, field, &typed, 1, &row->history->answers.of[field - definition->fields]);
    if (rc != RC_INVALID)
        return rc;
    ctx_clear_error(ctx);
    refuse(row, &mapped->column, "is no answer to its field");
    return RC_OK;
}

static enum rc read_rest(struct row *row)
{
    struct ctx *ctx = row->ctx;
    enum rc rc = answers_new(ctx, row->history->definition, &row->history->answers);

    if (!rc)
        rc = read_place(row);
    for (size_t i = 0; !rc && !row->trouble.n && i < row->map->field_n; i++)
        rc = read_field(row, &row->map->fields[i]);
    if (!rc && !row->trouble.n)
        row->trouble = case_history_check(ctx, row->history);
    return rc;
}

enum rc import_row(struct ctx *ctx, const struct import_map *map, const struct str *cells, size_t n,
                   struct case_history *ret, struct str *ret_trouble)
{
    struct row row = {ctx, map, cells, n, ret, STR_NONE};
    enum rc rc = RC_OK;

    *ret = (struct case_history){.lang = map->lang};
    ret->external_id = kept(&row, &map->id);
    ret->description = kept(&row, &map->description);
    if (read_service(&row) && read_state(&row) && read_times(&row))
        rc = read_rest(&row);
    *ret_trouble = row.trouble;
    return rc;
}
