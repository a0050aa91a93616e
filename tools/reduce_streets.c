#include <stdlib.h>
#include <string.h>

#include "reduce.h"

/* Number ranges: "lf".."lt" on the left in the line's direction, "rf".."rt" on the right; absent
 * where nothing is numbered. A side with one end only has that one number. */
static void range_add(json_t *to, const json_t *from, const char *side)
{
    char key[16];
    json_int_t first, last;

    snprintf(key, sizeof key, "%c_From", side[0] - 32);
    first = json_integer_value(json_object_get(from, key));
    snprintf(key, sizeof key, "%c_To", side[0] - 32);
    last = json_integer_value(json_object_get(from, key));
    if (first <= 0)
        first = last;
    if (last <= 0)
        last = first;
    if (first <= 0)
        return;
    snprintf(key, sizeof key, "%sf", side);
    json_object_set_new(to, key, json_integer(first));
    snprintf(key, sizeof key, "%st", side);
    json_object_set_new(to, key, json_integer(last));
}

/* A former or second name; notes that are no names are left out. */
static bool is_alias(const char *alias)
{
    return alias && !strchr(alias, '?') && strcmp(alias, "Mid-Block Connector") != 0 &&
           strcmp(alias, "Industrial Park Rd") != 0 && strcmp(alias, "Siney St") != 0 &&
           strcmp(alias, "Rumeal Robinson Pl") != 0;
}

void street_layer(const char *from, const char *to)
{
    json_t *root = features_read(from, "TRANS_Centerlines.geojson");
    FILE *out = layer_open(to, "street");
    size_t i;
    json_t *feature;

    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        const json_t *given = json_object_get(feature, "properties");
        json_t *properties = must(json_object());
        const char *name = text_of(given, "Street");
        const char *alias;
        json_int_t class = json_integer_value(json_object_get(given, "MajorRoad"));

        json_object_set_new(properties, "name",
                            json_string(name_of(name ? name : "Eastern Connector")));
        json_object_set_new(properties, "id", json_string(text_of(given, "ID")));
        alias = text_of(given, "Alias");
        if (is_alias(alias))
            json_object_set_new(properties, "alias", json_string(alias));
        if (class > 0)
            json_object_set_new(properties, "class", json_integer(class));
        range_add(properties, given, "l");
        range_add(properties, given, "r");
        feature_write(out, properties, json_object_get(feature, "geometry"), 0);
    }
    layer_close(out);
    json_decref(root);
}

static void node_add(json_t *nodes, const json_t *node, const char *street)
{
    char key[32];
    json_t *streets;

    snprintf(key, sizeof key, "%.0f", json_number_value(node));
    streets = json_object_get(nodes, key);
    if (!streets) {
        streets = json_object();
        json_object_set_new(nodes, key, streets);
    }
    json_object_set_new(streets, street, json_true());
}

/* Node number -> the streets whose centre lines end there. */
static json_t *nodes_read(const char *from)
{
    json_t *root = features_read(from, "TRANS_Centerlines.geojson");
    json_t *nodes = must(json_object());
    size_t i;
    json_t *feature;

    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        const json_t *given = json_object_get(feature, "properties");
        char street[256];

        if (!json_object_get(given, "Street"))
            continue;
        snprintf(street, sizeof street, "%s", name_of(text_of(given, "Street")));
        node_add(nodes, json_object_get(given, "FromNode"), street);
        node_add(nodes, json_object_get(given, "ToNode"), street);
    }
    json_decref(root);
    return nodes;
}

/* The city's own name of a crossing adds streets that end just beside it; names of streets that
 * have no centre line (and so cannot be typed) are left out. */
static void named_add(json_t *streets, const json_t *known, const char *crossing)
{
    char copy[256], *rest = copy;

    snprintf(copy, sizeof copy, "%s", crossing);
    for (char *piece = rest; piece; piece = rest) {
        char *end = strstr(piece, " & ");

        rest = end ? end + 3 : NULL;
        if (end)
            *end = '\0';
        if (json_object_get(known, name_of(piece)))
            json_object_set_new(streets, name_of(piece), json_true());
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *crossing_name(json_t *streets)
{
    const char *names[16];
    size_t n = 0;
    char joined[512] = "";
    size_t used = 0;
    const char *street;
    json_t *unused;

    json_object_foreach(streets, street, unused)
    {
        if (n < 16)
            names[n++] = street;
    }
    if (n < 2)
        return NULL;
    qsort(names, n, sizeof *names, by_text);
    for (size_t i = 0; i < n; i++)
        used +=
            (size_t)snprintf(joined + used, sizeof joined - used, "%s%s", i ? " & " : "", names[i]);
    return json_string(joined);
}

static json_t *known_streets(json_t *nodes)
{
    json_t *known = must(json_object());
    const char *node, *street;
    json_t *streets, *unused;

    json_object_foreach(nodes, node, streets)
    {
        json_object_foreach(streets, street, unused)
        {
            json_object_set_new(known, street, json_true());
        }
    }
    return known;
}

void intersection_layer(const char *from, const char *to)
{
    json_t *root = features_read(from, "TRANS_Intersections.geojson");
    json_t *nodes = nodes_read(from);
    json_t *known = known_streets(nodes);
    FILE *out = layer_open(to, "intersection");
    size_t i;
    json_t *feature;

    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        const json_t *given = json_object_get(feature, "properties");
        char number[32];
        json_t *streets, *name;
        const char *text;

        snprintf(number, sizeof number, "%s", text_of(given, "NodeNumber"));
        streets = json_object_get(nodes, number);
        streets = streets ? json_deep_copy(streets) : json_object();
        text = text_of(given, "Intersection");
        if (text)
            named_add(streets, known, text);
        name = crossing_name(streets);
        json_decref(streets);
        if (name)
            feature_write(out, json_pack("{s:s,s:o}", "id", number, "name", name),
                          json_object_get(feature, "geometry"), 0);
    }
    layer_close(out);
    json_decref(known);
    json_decref(nodes);
    json_decref(root);
}
