#include "svc/requests/import_map.h"

#include "base/zone.h"

struct reading {
    struct ctx *ctx;
    struct problems *problems;
    struct import_map *map;
};

enum column_kind { COLUMN_PLAIN, COLUMN_TIME, COLUMN_SERVICE, COLUMN_STATE, COLUMN_VALUE };

static void wrong(struct reading *reading, const struct yaml_node *node, const char *sentence,
                  struct str word)
{
    problem_add(reading->problems, PROBLEM_ERROR, yaml_at(node), "\"%.*s\" %s", STR_ARG(word),
                sentence);
}

static void need(struct reading *reading, const struct yaml_node *node, const char *key)
{
    if (!yaml_get(node, key))
        problem_add(reading->problems, PROBLEM_ERROR, yaml_at(node), "\"%s\" is needed here", key);
}

/* The text under a key that must be there. */
static struct str needed_text(struct reading *reading, const struct yaml_node *node,
                              const char *key)
{
    need(reading, node, key);
    return yaml_get(node, key) ? yaml_expect_text(reading->problems, yaml_get(node, key), key)
                               : STR_NONE;
}

/* The states and outcomes of a value are checked against every service that rows may become, once
 * these are known. */
static void read_state(struct reading *reading, const struct yaml_node *node,
                       struct import_value *value)
{
    static const struct str keys[] = {STR("state"), STR("outcome")};

    if (node->kind == YAML_SCALAR) {
        value->state = node->scalar;
        return;
    }
    if (!yaml_expect_map(reading->problems, node, keys, 2))
        return;
    value->state = needed_text(reading, node, "state");
    if (yaml_get(node, "outcome"))
        value->outcome =
            yaml_expect_text(reading->problems, yaml_get(node, "outcome"), "the outcome");
}

static void read_value(struct reading *reading, const struct yaml_node *node, enum column_kind kind,
                       struct import_value *value)
{
    if (kind == COLUMN_STATE) {
        read_state(reading, node, value);
        return;
    }
    value->to = yaml_expect_text(reading->problems, node, "what it becomes");
    if (kind != COLUMN_SERVICE || !value->to.n)
        return;
    value->definition = city_service(reading->ctx->city, value->to);
    if (!value->definition)
        wrong(reading, node, "is no service of this city", value->to);
}

static void read_values(struct reading *reading, const struct yaml_node *node,
                        enum column_kind kind, struct import_column *column)
{
    struct import_value *values =
        ARENA_ARRAY(reading->ctx->arena, node->n + 1, struct import_value);

    if (node->kind != YAML_MAP) {
        wrong(reading, node, "takes a map from what the column says to what it means", S("values"));
        return;
    }
    for (size_t i = 0; values && i < node->n; i++) {
        values[i].from = node->keys[i].scalar;
        read_value(reading, &node->items[i], kind, &values[i]);
    }
    column->values = values;
    column->value_n = values ? node->n : 0;
}

/* A column's name alone, or a map with more about it. */
static void read_column(struct reading *reading, const struct yaml_node *node,
                        enum column_kind kind, struct import_column *column)
{
    static const struct str keys[] = {STR("column"), STR("format"), STR("values"), STR("other")};

    if (!node)
        return;
    if (node->kind == YAML_SCALAR) {
        column->name = yaml_expect_text(reading->problems, node, "a column");
    } else if (yaml_expect_map(reading->problems, node, keys, 4)) {
        column->name = needed_text(reading, node, "column");
        if (yaml_get(node, "format"))
            column->format =
                yaml_expect_text(reading->problems, yaml_get(node, "format"), "the format");
        if (yaml_get(node, "values"))
            read_values(reading, yaml_get(node, "values"), kind, column);
        column->has_other = yaml_get(node, "other") != NULL;
        if (column->has_other)
            read_value(reading, yaml_get(node, "other"), kind, &column->other);
    }
    if (kind == COLUMN_TIME && !import_time_format_is_good(column->format))
        wrong(reading, node,
              "is no format of a time: it needs YYYY, MM and DD, and HH, or hh with AM",
              column->format);
}

static bool has_field(const struct city *city, struct str id)
{
    for (size_t i = 0; i < city->service_n; i++)
        if (definition_field(city->services[i], id))
            return true;
    return false;
}

static void read_fields(struct reading *reading, const struct yaml_node *node)
{
    struct import_field *fields;

    if (!node)
        return;
    if (node->kind != YAML_MAP) {
        wrong(reading, node, "takes a map from fields to columns", S("fields"));
        return;
    }
    fields = ARENA_ARRAY(reading->ctx->arena, node->n + 1, struct import_field);
    for (size_t i = 0; fields && i < node->n; i++) {
        fields[i].id = node->keys[i].scalar;
        read_column(reading, &node->items[i], COLUMN_VALUE, &fields[i].column);
        if (!has_field(reading->ctx->city, fields[i].id))
            wrong(reading, &node->keys[i], "is a field of no service", fields[i].id);
    }
    reading->map->fields = fields;
    reading->map->field_n = fields ? node->n : 0;
}

static void check_state(struct reading *reading, const struct yaml_node *node,
                        const struct definition *definition, const struct import_value *value)
{
    const struct workflow *workflow = definition->workflow;

    if (workflow_state(workflow, value->state) < 0)
        wrong(reading, node, "is no state of the services' workflow", value->state);
    if (value->outcome.n && workflow_outcome(workflow, value->outcome) < 0)
        wrong(reading, node, "is no outcome of the services' workflow", value->outcome);
}

static void check_states(struct reading *reading, const struct yaml_node *node)
{
    const struct import_column *service = &reading->map->service, *state = &reading->map->state;

    for (size_t i = 0; i <= service->value_n; i++) {
        const struct definition *definition =
            i < service->value_n ? service->values[i].definition : service->other.definition;

        if (!definition || reading->problems->error_count)
            continue;
        for (size_t k = 0; k < state->value_n; k++)
            check_state(reading, node, definition, &state->values[k]);
        if (state->has_other)
            check_state(reading, node, definition, &state->other);
    }
}

static void read_place(struct reading *reading, const struct yaml_node *node)
{
    static const struct str keys[] = {STR("label"), STR("zip"), STR("lat"), STR("long")};
    struct import_map *map = reading->map;

    if (!node || !yaml_expect_map(reading->problems, node, keys, 4))
        return;
    read_column(reading, yaml_get(node, "label"), COLUMN_PLAIN, &map->label);
    read_column(reading, yaml_get(node, "zip"), COLUMN_PLAIN, &map->zip);
    read_column(reading, yaml_get(node, "lat"), COLUMN_PLAIN, &map->lat);
    read_column(reading, yaml_get(node, "long"), COLUMN_PLAIN, &map->lon);
    if (!map->lat.name.n != !map->lon.name.n)
        wrong(reading, node, "and \"long\" come together", S("lat"));
}

static void read_all(struct reading *reading, const struct yaml_node *root)
{
    struct import_map *map = reading->map;
    const struct yaml_node *lang = yaml_get(root, "lang");

    need(reading, root, "import");
    need(reading, root, "id");
    need(reading, root, "service");
    need(reading, root, "opened");
    need(reading, root, "state");
    if (reading->problems->error_count)
        return;
    map->system = yaml_expect_id(reading->problems, yaml_get(root, "import"), "the import's name");
    if (lang && !lang_parse(lang->scalar, &map->lang))
        wrong(reading, lang, "is no language", lang->scalar);
    read_column(reading, yaml_get(root, "id"), COLUMN_PLAIN, &map->id);
    read_column(reading, yaml_get(root, "service"), COLUMN_SERVICE, &map->service);
    read_column(reading, yaml_get(root, "opened"), COLUMN_TIME, &map->opened);
    read_column(reading, yaml_get(root, "updated"), COLUMN_TIME, &map->updated);
    read_column(reading, yaml_get(root, "closed"), COLUMN_TIME, &map->closed);
    read_column(reading, yaml_get(root, "state"), COLUMN_STATE, &map->state);
    read_column(reading, yaml_get(root, "description"), COLUMN_PLAIN, &map->description);
    read_place(reading, yaml_get(root, "place"));
    read_fields(reading, yaml_get(root, "fields"));
    if (!map->service.value_n && !map->service.has_other)
        wrong(reading, yaml_get(root, "service"), "needs \"values\" or \"other\"", S("service"));
    if (!map->state.value_n && !map->state.has_other)
        wrong(reading, yaml_get(root, "state"), "needs \"values\" or \"other\"", S("state"));
    check_states(reading, yaml_get(root, "state"));
}

enum rc import_map_read(struct ctx *ctx, const struct yaml_node *root, struct problems *problems,
                        struct import_map *ret)
{
    static const struct str keys[] = {
        STR("import"), STR("lang"),        STR("id"),     STR("service"),
        STR("opened"), STR("updated"),     STR("closed"), STR("state"),
        STR("place"),  STR("description"), STR("fields"),
    };
    struct import_map map = {.lang = LANG_EN};
    struct reading reading = {ctx, problems, &map};

    if (yaml_expect_map(problems, root, keys, COUNT(keys)))
        read_all(&reading, root);
    if (problems->error_count)
        return FAIL(ctx, ERR_FORMAT, .detail = S("the map has errors"));
    *ret = map;
    return RC_OK;
}

static void bind(struct import_column *column, const struct str *header, size_t n, struct str file,
                 struct problems *problems)
{
    struct str near;

    if (!column->name.n)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(str_trim(header[i]), column->name))
            continue;
        column->at = i;
        return;
    }
    near = problem_nearest(column->name, header, n);
    problem_add(problems, PROBLEM_ERROR, (struct problem_at){file, 1, 1},
                "there is no column \"%.*s\"%s%.*s%s", STR_ARG(column->name),
                near.n ? "; did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
}

enum rc import_map_bind(struct ctx *ctx, const struct str *header, size_t n, struct str file,
                        struct problems *problems, struct import_map *map)
{
    struct import_column *const columns[] = {
        &map->id,          &map->service, &map->opened, &map->updated, &map->closed, &map->state,
        &map->description, &map->label,   &map->zip,    &map->lat,     &map->lon,
    };
    struct import_field *fields = ARENA_ARRAY(ctx->arena, map->field_n + 1, struct import_field);

    if (!fields)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < COUNT(columns); i++)
        bind(columns[i], header, n, file, problems);
    for (size_t i = 0; i < map->field_n; i++) {
        fields[i] = map->fields[i];
        bind(&fields[i].column, header, n, file, problems);
    }
    map->fields = fields;
    return problems->error_count ? FAIL(ctx, ERR_FORMAT, .detail = S("the table lacks columns"))
                                 : RC_OK;
}

const struct import_value *import_look_up(const struct import_column *column, struct str cell,
                                          struct import_value *scratch)
{
    cell = str_trim(cell);
    for (size_t i = 0; i < column->value_n; i++)
        if (str_eq(column->values[i].from, cell))
            return &column->values[i];
    if (column->has_other)
        return &column->other;
    if (column->value_n)
        return NULL;
    *scratch = (struct import_value){.from = cell, .to = cell};
    return scratch;
}
