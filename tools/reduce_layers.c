/* Makes the demonstration city's layer files from the source data.
 *
 *   reduce-layers SOURCEDIR TARGETDIR
 *
 * The source is the City of Cambridge's public-domain GIS data (PDDL 1.0) as GeoJSON. Each target
 * file holds one feature per line, six decimals (0.1 m), and only the properties that the program
 * uses; names that would give the real city away become Port Azalea's. Run by hand when the
 * source changes; the result is committed. Not part of a normal build.
 */
#include <geos_c.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reduce.h"

#define FIELDS_MAX 6

struct field {
    const char *to, *from;
};

struct source {
    const char *layer, *file;
    struct field fields[FIELDS_MAX]; /* "id" and "name" first */
    bool (*keep)(const json_t *properties);
    double simplify_m;       /* 0 keeps shared borders exactly shared */
    const char *dissolve_by; /* features with the same value here become one */
    const char *id_prefix;   /* with no id field: prefix and running number */
};

/* Open space of the city, the state and the schools that has a name of its own. */
static bool keep_park(const json_t *properties)
{
    static const char *const dropped[] = {"Surface Water", "Easement", "Parcel V2 Triangle",
                                          "Parcel W Plaza", "Water Treatment Facility"};
    const char *owner = text_of(properties, "OWNER");
    const char *name;

    if (!owner || (strcmp(owner, "City") && strcmp(owner, "State") && strcmp(owner, "School Dep")))
        return false;
    name = text_of(properties, "NAME");
    for (size_t i = 0; name && i < COUNT(dropped); i++) {
        if (strcmp(name, dropped[i]) == 0)
            return false;
    }
    return name != NULL;
}

static bool keep_active(const json_t *properties)
{
    const char *status = text_of(properties, "LIFECYCLESTATUS");

    return status && strcmp(status, "ACT") == 0;
}

/* Marsh is drawn nowhere and named by nobody. */
static bool keep_water(const json_t *properties)
{
    const char *type = text_of(properties, "TYPE");

    return type && !strstr(type, "WETAREA");
}

static const struct source sources[] = {
    {"boundary", "BOUNDARY_CityBoundary.geojson", .id_prefix = "city"},
    {"district", "ELECTIONS_WardsPrecincts.geojson", {{"id", "Ward"}}, .dissolve_by = "Ward"},
    {"neighborhood", "BOUNDARY_CDDNeighborhoods.geojson", {{"id", "NAME"}}},
    {"zip", "BOUNDARY_Zipcodes.geojson", {{"id", "ZIP_CODE"}}},
    {"zoning", "CDD_ZoningDistricts.geojson", {{"id", "ZONE_TYPE"}, {"overlay", "PUD_TYPE_NEW"}}},
    {"flood",
     "FEMA_FloodPlains100Year.geojson",
     {{"id", "fld_zone"}, {"subtype", "zone_subty"}},
     .simplify_m = 0.3},
    {"street-light",
     "INFRA_StreetLights.geojson",
     {{"id", "PoleID"}, {"owner", "Owner"}, {"lamps", "NumLamps"}}},
    {"hydrant", "INFRA_Hydrants.geojson", {{"id", "HYDRANT_ID"}}, .keep = keep_active},
    {"litter-barrel", "DPW_LitterBarrels.geojson", {{"owner", "OWNER"}}, .id_prefix = "LB"},
    {"park",
     "RECREATION_OpenSpace.geojson",
     {{"id", "OBJECTID"}, {"name", "NAME"}, {"owner", "OWNER"}},
     .keep = keep_park,
     .simplify_m = 0.5},
    {"playground", "RECREATION_Playgrounds.geojson", {{"id", "OBJECTID"}, {"name", "LOCATION"}}},
    {"library",
     "LANDMARK_PublicLibraries.geojson",
     {{"name", "SITE_NAME"}, {"address", "ADDRESS"}},
     .id_prefix = "L"},
    {"building",
     "LANDMARK_MunicipalBuildings.geojson",
     {{"name", "SITE_NAME"}, {"address", "ADDRESS"}},
     .id_prefix = "B"},
    {"fire-station",
     "PUBLICSAFETY_FireStations.geojson",
     {{"name", "SITE_NAME"}, {"address", "ADDRESS"}},
     .id_prefix = "F"},
    {"police-sector", "PUBLICSAFETY_PoliceSectors.geojson", {{"id", "SECTOR"}}},
    {"sweeping", "DPW_StreetSweepingDistricts.geojson", {{"id", "District"}}},
    {"water",
     "HYDRO_WaterBodies.geojson",
     {{"name", "NAME"}},
     .keep = keep_water,
     .id_prefix = "W",
     .simplify_m = 0.5},
    {"rail", "TRANS_Rail.geojson", {{"type", "TYPE"}}, .id_prefix = "R", .simplify_m = 0.5},
};

/* A pole or hydrant number that occurs again gets "-2", "-3" appended. */
static void id_make_unique(json_t *seen, json_t *properties)
{
    const char *id = json_string_value(json_object_get(properties, "id"));
    json_int_t count = json_integer_value(json_object_get(seen, id)) + 1;
    char unique[300];

    json_object_set_new(seen, id, json_integer(count));
    if (count == 1)
        return;
    snprintf(unique, sizeof unique, "%s-%d", id, (int)count);
    json_object_set_new(properties, "id", json_string(unique));
}

static json_t *properties_of(const struct source *source, const json_t *from, int number)
{
    json_t *properties = must(json_object());

    if (source->id_prefix) {
        char id[32];

        snprintf(id, sizeof id, "%s-%d", source->id_prefix, number);
        json_object_set_new(properties, "id", json_string(id));
    }
    for (const struct field *field = source->fields; field->to; field++) {
        const char *text = text_of(from, field->from);

        if (!text && strcmp(field->to, "id") == 0 && strcmp(source->layer, "hydrant") == 0)
            text = text_of(from, "OBJECTID");
        if (text)
            json_object_set_new(properties, field->to, json_string(name_of(text)));
    }
    return properties;
}

static void plain_layer(const struct source *source, const char *from, const char *to)
{
    json_t *root = features_read(from, source->file);
    json_t *seen = must(json_object());
    FILE *out = layer_open(to, source->layer);
    int number = 0;
    bool is_point_layer = false;
    size_t i;
    json_t *feature;

    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        const json_t *geometry = json_object_get(feature, "geometry");
        const json_t *given = json_object_get(feature, "properties");
        json_t *properties;

        if (!json_is_object(geometry) || (source->keep && !source->keep(given)))
            continue;
        properties = properties_of(source, given, ++number);
        is_point_layer = strcmp(json_string_value(json_object_get(geometry, "type")), "Point") == 0;
        if (is_point_layer)
            id_make_unique(seen, properties);
        feature_write(out, properties, geometry, source->simplify_m);
    }
    layer_close(out);
    json_decref(seen);
    json_decref(root);
}

static void geos_quiet(const char *message, void *unused)
{
    (void)unused;
    fprintf(stderr, "reduce-layers: geos: %s\n", message);
}

static GEOSGeometry *precinct_of(GEOSContextHandle_t geos, const json_t *rings)
{
    struct line line = line_of(json_array_get(rings, 0), 0);
    GEOSCoordSequence *sequence = must(GEOSCoordSeq_create_r(geos, (unsigned)line.n, 2));

    for (unsigned i = 0; i < line.n; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, (double)line.points[i].lon_e6,
                             (double)line.points[i].lat_e6);
    free(line.points);
    return must(
        GEOSGeom_createPolygon_r(geos, must(GEOSGeom_createLinearRing_r(geos, sequence)), NULL, 0));
}

static json_t *ring_json(GEOSContextHandle_t geos, const GEOSGeometry *ring)
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos, ring);
    json_t *positions = must(json_array());
    unsigned n = 0;

    GEOSCoordSeq_getSize_r(geos, sequence, &n);
    for (unsigned i = 0; i < n; i++) {
        double x, y;

        GEOSCoordSeq_getXY_r(geos, sequence, i, &x, &y);
        json_array_append_new(positions, json_pack("[f,f]", x / 1e6, y / 1e6));
    }
    return positions;
}

/* Holes of a dissolved ward are slivers between precincts that do not quite meet: dropped, and
 * so are parts smaller than a building. */
static json_t *ward_json(GEOSContextHandle_t geos, const GEOSGeometry *ward)
{
    json_t *polygons = must(json_array());

    for (int i = 0; i < GEOSGetNumGeometries_r(geos, ward); i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, ward, i);
        double area = 0;

        GEOSArea_r(geos, part, &area);
        if (area * 0.0824 * 0.1111 < 500)
            continue;
        json_array_append_new(polygons,
                              json_pack("[o]", ring_json(geos, GEOSGetExteriorRing_r(geos, part))));
    }
    return json_pack("{s:s,s:o}", "type", "MultiPolygon", "coordinates", polygons);
}

static GEOSGeometry *ward_dissolve(GEOSContextHandle_t geos, const json_t *features,
                                   const struct source *source, int ward)
{
    GEOSGeometry *whole = must(GEOSGeom_createEmptyCollection_r(geos, GEOS_MULTIPOLYGON));
    size_t i;
    const json_t *feature;

    json_array_foreach(features, i, feature)
    {
        const json_t *geometry = json_object_get(feature, "geometry");
        const char *text = text_of(json_object_get(feature, "properties"), source->dissolve_by);
        GEOSGeometry *precinct, *joined;

        if (!text || strtod(text, NULL) != ward)
            continue;
        precinct = precinct_of(geos, json_object_get(geometry, "coordinates"));
        joined = must(GEOSUnion_r(geos, whole, precinct));
        GEOSGeom_destroy_r(geos, whole);
        GEOSGeom_destroy_r(geos, precinct);
        whole = joined;
    }
    return whole;
}

static void dissolved_layer(const struct source *source, const char *from, const char *to)
{
    GEOSContextHandle_t geos = must(GEOS_init_r());
    json_t *root = features_read(from, source->file);
    FILE *out = layer_open(to, source->layer);

    GEOSContext_setErrorMessageHandler_r(geos, geos_quiet, NULL);
    for (int ward = 1;; ward++) {
        GEOSGeometry *whole = ward_dissolve(geos, json_object_get(root, "features"), source, ward);
        bool is_last = GEOSisEmpty_r(geos, whole) == 1;

        if (!is_last) {
            json_t *geometry = must(ward_json(geos, whole));
            char id[16];

            snprintf(id, sizeof id, "%d", ward);
            feature_write(out, json_pack("{s:s}", "id", id), geometry, 0);
            json_decref(geometry);
        }
        GEOSGeom_destroy_r(geos, whole);
        if (is_last)
            break;
    }
    layer_close(out);
    json_decref(root);
    GEOS_finish_r(geos);
}

static void signal_layer(const char *from, const char *to)
{
    json_t *root = features_read(from, "TRAFFIC_Signals.geojson");
    json_t *crossings = must(json_object());
    FILE *out = layer_open(to, "signal");
    size_t i;
    json_t *feature, *sum;
    const char *location;
    int number = 0;

    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        const json_t *at = json_object_get(json_object_get(feature, "geometry"), "coordinates");
        double lon = json_number_value(json_array_get(at, 0));
        double lat = json_number_value(json_array_get(at, 1));

        location = text_of(json_object_get(feature, "properties"), "Location");
        if (!location)
            continue;
        sum = json_object_get(crossings, location);
        json_object_set_new(crossings, location,
                            json_pack("[f,f,i]", lon + json_number_value(json_array_get(sum, 0)),
                                      lat + json_number_value(json_array_get(sum, 1)),
                                      1 + (int)json_integer_value(json_array_get(sum, 2))));
    }
    json_object_foreach(crossings, location, sum)
    {
        double n = (double)json_integer_value(json_array_get(sum, 2));
        json_t *at = json_pack("{s:s,s:[f,f]}", "type", "Point", "coordinates",
                               json_number_value(json_array_get(sum, 0)) / n,
                               json_number_value(json_array_get(sum, 1)) / n);
        char id[16];

        snprintf(id, sizeof id, "S-%d", ++number);
        feature_write(out, json_pack("{s:s,s:s}", "id", id, "name", location), at, 0);
        json_decref(at);
    }
    layer_close(out);
    json_decref(crossings);
    json_decref(root);
}

/* A small parcel must not become flat: a ring keeps three corners, an arc with a bend one. */
static void arc_simplify(struct line *line)
{
    size_t least = is_same(line->points[0], line->points[line->n - 1]) ? 4 : 3;
    struct point *before = must(malloc(line->n * sizeof *before));
    size_t n = line->n;

    memcpy(before, line->points, n * sizeof *before);
    if (n > least)
        simplify(line, 0.6 * 1000);
    if (line->n < least && n >= least) {
        memcpy(line->points, before, n * sizeof *before);
        line->n = n;
        if (least == 3) {
            line->points[1] = line->points[n / 2];
            line->points[2] = line->points[n - 1];
            line->n = 3;
        }
    }
    free(before);
}

/* Parcels keep the source's grid (about 0.7 m) and its shared arcs; an arc loses the points that
 * are within simplify_m of the line without them, so neighbours still fit. */
static void arc_write(FILE *out, const json_t *deltas)
{
    const double step[2] = {9.471771431065779, 5.169537686764865}; /* 1e-6 degrees */
    struct line line = {must(calloc(json_array_size(deltas) + 1, sizeof(struct point))), 0};
    struct point at = {0, 0}, before = {0, 0};

    for (size_t i = 0; i < json_array_size(deltas); i++) {
        const json_t *delta = json_array_get(deltas, i);

        at.lon_e6 += json_integer_value(json_array_get(delta, 0));
        at.lat_e6 += json_integer_value(json_array_get(delta, 1));
        line.points[line.n++] = at;
    }
    for (size_t i = 0; i < line.n; i++) {
        line.points[i].lon_e6 = llround((double)line.points[i].lon_e6 * step[0] * 1000);
        line.points[i].lat_e6 = llround((double)line.points[i].lat_e6 * step[1] * 1000);
    }
    arc_simplify(&line);
    for (size_t i = 0; i < line.n; i++) {
        at.lon_e6 = llround((double)line.points[i].lon_e6 / step[0] / 1000);
        at.lat_e6 = llround((double)line.points[i].lat_e6 / step[1] / 1000);
        fprintf(out, "%s[%d,%d]", i ? "," : "", (int)(at.lon_e6 - before.lon_e6),
                (int)(at.lat_e6 - before.lat_e6));
        before = at;
    }
    free(line.points);
}

static void parcel_layer(const char *from, const char *to)
{
    json_t *root = features_read(from, "ASSESSING_ParcelsFY2014.topojson");
    json_t *object = json_object_get(json_object_get(root, "objects"), "ASSESSING_ParcelsFY2014");
    char *text = must(json_dumps(json_object_get(root, "transform"), JSON_COMPACT));
    FILE *out = file_open(to, "parcel.topojson");
    size_t i;
    json_t *item;

    fprintf(out,
            "{\"type\":\"Topology\",\"transform\":%s,\"objects\":{\"parcel\":"
            "{\"type\":\"GeometryCollection\",\"geometries\":[\n",
            text);
    free(text);
    json_array_foreach(json_object_get(object, "geometries"), i, item)
    {
        const char *lot = text_of(json_object_get(item, "properties"), "ML");
        json_t *reduced = json_pack("{s:O,s:O,s:s}", "type", json_object_get(item, "type"), "arcs",
                                    json_object_get(item, "arcs"), "id", lot ? lot : "");

        text = must(json_dumps(reduced, JSON_COMPACT));
        fprintf(out, "%s%s", i ? ",\n" : "", text);
        free(text);
        json_decref(reduced);
    }
    fputs("]}},\n\"arcs\":[\n", out);
    json_array_foreach(json_object_get(root, "arcs"), i, item)
    {
        fputs(i ? ",\n[" : "[", out);
        arc_write(out, item);
        fputc(']', out);
    }
    fputs("]}\n", out);
    if (fclose(out) != 0)
        die("cannot write");
    json_decref(root);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        die("usage: reduce-layers SOURCEDIR TARGETDIR");
    for (size_t i = 0; i < COUNT(sources); i++) {
        if (sources[i].dissolve_by)
            dissolved_layer(&sources[i], argv[1], argv[2]);
        else
            plain_layer(&sources[i], argv[1], argv[2]);
    }
    signal_layer(argv[1], argv[2]);
    street_layer(argv[1], argv[2]);
    intersection_layer(argv[1], argv[2]);
    parcel_layer(argv[1], argv[2]);
    return 0;
}
