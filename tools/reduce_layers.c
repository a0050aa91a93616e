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
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 6

struct point {
    int64_t lon_e6, lat_e6;
};

struct line {
    struct point *points;
    size_t n;
};

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

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("reduce-layers: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *must(void *p)
{
    if (!p)
        die("out of memory");
    return p;
}

static const char *const renamed[][2] = {
    {"Area 2/MIT", "University"},
    {"Cambridge Highlands", "The Highlands"},
    {"Cambridgeport", "Azaleaport"},
    {"East Cambridge", "East Azalea"},
    {"Mid-Cambridge", "Midtown"},
    {"North Cambridge", "North Azalea"},
    {"West Cambridge", "West Azalea"},
    {"02138", "36938"},
    {"02139", "36939"},
    {"02140", "36940"},
    {"02141", "36941"},
    {"02142", "36942"},
    {"Cambridge Public Library", "Main Library"},
    {"Cambridge Golf Course Garage", "Golf Course Garage"},
    {"Cambridge Golf Couse - Clubhouse", "Golf Course Clubhouse"},
    {"Cambridge Senior Center", "Senior Center"},
    {"Cambridge VFW Hall", "VFW Hall"},
    {"Cambridge Water Department", "Water Department"},
    {"North Cambridge Senior Center", "North Azalea Senior Center"},
    {"Department of Public Works Adminstration Building", "Public Works Building"},
    {"Emeregency Communications", "Emergency Communications Center"},
    {"East Cambridge Garage", "First Street Garage"},
    {"Public Health Dept.", "Public Health Department"},
    {"Central Sq. Parking Garage", "Central Square Parking Garage"},
    {"Multi Service Center/ Community Learning", "Community Learning Center"},
    {"Cambridge Cemetery", "City Cemetery"},
    {"Cambridge Common", "The Common"},
    {"Cambridge Rindge & Latin School", "Rindge & Latin School"},
    {"Cambridgeport School", "Azaleaport School"},
    {"North Cambridge Catholic Cemetery", "Catholic Cemetery"},
    {"Watertown-Cambridge Greenway", "Greenway"},
    {"87-101 Cambridgepark Dr Multi-use Path", "Cambridgepark Dr Path"},
    {"Green Street Neighbhorhood Garden", "Green Street Neighborhood Garden"},
    {"Charles River", "Azalea River"},
    {"Charles River Basin", "Azalea River Basin"},
    {"Gannet/Warren Pals Park", "Gannett/Warren Pals Park"},
    {"Veterans of Foreign Wars Memorial Park", "Veterans Memorial Park"},
    {"Dewolfe St", "DeWolfe St"},
    {"Alewife T Station Access Rd", "Alewife Station Access Rd"},
};

static const char *name_of(const char *name)
{
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (strcmp(name, renamed[i][0]) == 0)
            return renamed[i][1];
    }
    return name;
}

/* Without spaces at its ends; NULL for the source's ways to say nothing. */
static const char *text_of(const json_t *properties, const char *key)
{
    static char text[256];
    const json_t *value = json_object_get(properties, key);
    size_t n;

    if (json_is_number(value)) {
        snprintf(text, sizeof text, "%.0f", json_number_value(value));
        return text;
    }
    if (!json_is_string(value))
        return NULL;
    snprintf(text, sizeof text, "%s", json_string_value(value));
    n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        text[--n] = '\0';
    return n == 0 || strcmp(text, "<Null>") == 0 ? NULL : text;
}

static struct point point_of(const json_t *position)
{
    return (struct point){
        llround(json_number_value(json_array_get(position, 0)) * 1e6),
        llround(json_number_value(json_array_get(position, 1)) * 1e6),
    };
}

static bool is_same(struct point a, struct point b)
{
    return a.lon_e6 == b.lon_e6 && a.lat_e6 == b.lat_e6;
}

/* Metres from p to the line a-b, flat enough for one city. */
static double off_m(struct point p, struct point a, struct point b)
{
    double kx = 0.0824, ky = 0.1111; /* metres of 1e-6 degree at 42.4 degrees north */
    double bx = (double)(b.lon_e6 - a.lon_e6) * kx, by = (double)(b.lat_e6 - a.lat_e6) * ky;
    double px = (double)(p.lon_e6 - a.lon_e6) * kx, py = (double)(p.lat_e6 - a.lat_e6) * ky;
    double length = hypot(bx, by);

    return length > 0 ? fabs(px * by - py * bx) / length : hypot(px, py);
}

/* Marks what Douglas and Peucker's algorithm keeps between two kept points. */
static void keep_between(const struct line *line, size_t from, size_t to, double m, bool *keeps)
{
    double far = m;
    size_t at = 0;

    for (size_t i = from + 1; i < to; i++) {
        double off = off_m(line->points[i], line->points[from], line->points[to]);

        if (off > far) {
            far = off;
            at = i;
        }
    }
    if (at == 0)
        return;
    keeps[at] = true;
    keep_between(line, from, at, m, keeps);
    keep_between(line, at, to, m, keeps);
}

static void simplify(struct line *line, double m)
{
    bool *keeps = must(calloc(line->n, 1));
    size_t middle = line->n - 1, n = 0;

    /* A ring has no chord to measure from: its middle point is kept as well. */
    if (is_same(line->points[0], line->points[line->n - 1]))
        middle = line->n / 2;
    keeps[0] = keeps[middle] = keeps[line->n - 1] = true;
    keep_between(line, 0, middle, m, keeps);
    keep_between(line, middle, line->n - 1, m, keeps);
    for (size_t i = 0; i < line->n; i++) {
        if (keeps[i])
            line->points[n++] = line->points[i];
    }
    line->n = n;
    free(keeps);
}

static struct line line_of(const json_t *positions, double simplify_m)
{
    struct line line = {must(calloc(json_array_size(positions) + 1, sizeof(struct point))), 0};

    for (size_t i = 0; i < json_array_size(positions); i++) {
        struct point at = point_of(json_array_get(positions, i));

        if (line.n == 0 || !is_same(at, line.points[line.n - 1]))
            line.points[line.n++] = at;
    }
    if (simplify_m > 0 && line.n > 4)
        simplify(&line, simplify_m);
    return line;
}

static void degrees_write(FILE *out, int64_t e6)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%.6f", (double)e6 / 1e6);

    while (text[n - 1] == '0')
        n--;
    fprintf(out, "%.*s", n, text);
}

static void point_write(FILE *out, struct point at)
{
    fputc('[', out);
    degrees_write(out, at.lon_e6);
    fputc(',', out);
    degrees_write(out, at.lat_e6);
    fputc(']', out);
}

/* Coordinates `depth` brackets above a line of positions; depth 0 is a line. A ring that rounding
 * made flat is left out. */
static void coordinates_write(FILE *out, const json_t *coordinates, int depth, double simplify_m)
{
    bool is_first = true;

    fputc('[', out);
    if (depth == 0) {
        struct line line = line_of(coordinates, simplify_m);

        for (size_t i = 0; i < line.n; i++) {
            fputs(i ? "," : "", out);
            point_write(out, line.points[i]);
        }
        free(line.points);
    }
    for (size_t i = 0; depth > 0 && i < json_array_size(coordinates); i++) {
        const json_t *inner = json_array_get(coordinates, i);

        if (depth == 1 && i > 0) {
            struct line ring = line_of(inner, simplify_m);
            bool is_flat = ring.n < 4;

            free(ring.points);
            if (is_flat)
                continue;
        }
        fputs(is_first ? "" : ",", out);
        is_first = false;
        coordinates_write(out, inner, depth - 1, simplify_m);
    }
    fputc(']', out);
}

static void geometry_write(FILE *out, const json_t *geometry, double simplify_m)
{
    static const struct {
        const char *type;
        int depth;
    } types[] = {{"LineString", 0}, {"Polygon", 1}, {"MultiLineString", 1}, {"MultiPolygon", 2}};
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");

    fprintf(out, "{\"type\":\"%s\",\"coordinates\":", type);
    if (strcmp(type, "Point") == 0)
        point_write(out, point_of(coordinates));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(type, types[i].type) == 0)
            coordinates_write(out, coordinates, types[i].depth, simplify_m);
    }
    fputc('}', out);
}

static void feature_write(FILE *out, json_t *properties, const json_t *geometry, double simplify_m)
{
    char *text = must(json_dumps(properties, JSON_COMPACT));

    fprintf(out, "%s{\"type\":\"Feature\",\"properties\":%s,\"geometry\":",
            ftell(out) > 64 ? ",\n" : "\n", text);
    geometry_write(out, geometry, simplify_m);
    fputc('}', out);
    free(text);
    json_decref(properties);
}

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
    for (size_t i = 0; name && i < sizeof dropped / sizeof *dropped; i++) {
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

static json_t *features_read(const char *folder, const char *file)
{
    char path[4096];
    json_error_t error;
    json_t *root;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    root = json_load_file(path, 0, &error);
    if (!root)
        die("%s: %s", path, error.text);
    return root;
}

static FILE *file_open(const char *folder, const char *file)
{
    char path[4096];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    out = fopen(path, "w");
    if (!out)
        die("cannot write %s", path);
    return out;
}

static FILE *layer_open(const char *folder, const char *layer)
{
    char file[64];
    FILE *out;

    snprintf(file, sizeof file, "%s.geojson", layer);
    out = file_open(folder, file);
    fputs("{\"type\":\"FeatureCollection\",\"features\":[", out);
    return out;
}

static void layer_close(FILE *out)
{
    fputs("\n]}\n", out);
    if (fclose(out) != 0)
        die("cannot write");
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

static void street_layer(const char *from, const char *to)
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
    if (line.n > 3)
        simplify(&line, 0.6 * 1000);
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

static void intersection_layer(const char *from, const char *to)
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

int main(int argc, char **argv)
{
    if (argc != 3)
        die("usage: reduce-layers SOURCEDIR TARGETDIR");
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
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
