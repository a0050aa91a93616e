/* How another system's table becomes cases: a MAP.yaml, read and checked.
 *
 * docs/import.md describes the file. A value that a map takes from a column stands there as it is,
 * or is looked up among `values`; what is not among them is `other`, or the row is rejected.
 * Layer: svc. Immutable once read.
 */
#ifndef SVC_REQUESTS_IMPORT_MAP_H
#define SVC_REQUESTS_IMPORT_MAP_H

#include "base/problem.h"
#include "base/yaml.h"
#include "engine/definition/city.h"

/* A pair of the map's `values`. */
struct import_value {
    struct str from;
    struct str to;                       /* an option, a text */
    const struct definition *definition; /* of the service's values */
    struct str state, outcome;           /* of the state's values */
};

/* A column of the table; name empty: the map names none. */
struct import_column {
    struct str name;
    size_t at;         /* which cell, once the header is known */
    struct str format; /* of a time */
    const struct import_value *values;
    size_t value_n;
    bool has_other;
    struct import_value other;
};

struct import_field {
    struct str id;
    struct import_column column;
};

struct import_map {
    struct str system; /* the external ids belong to it */
    enum lang lang;
    struct import_column id, service, opened, updated, closed, state, description;
    struct import_column label, zip, lat, lon;
    const struct import_field *fields;
    size_t field_n;
};

/* Reads a map for the city; what is wrong goes to `problems`: keys that are none, services, states,
 * outcomes and fields that the city does not have. RC_INVALID (ERR_FORMAT) when there were errors.
 * In ctx->arena, keeping pointers into the tree. */
enum rc import_map_read(struct ctx *ctx, const struct yaml_node *root, struct problems *problems,
                        struct import_map *ret) MUST_CHECK;

/* Finds each column in the table's header. Problems name those that are not there. */
enum rc import_map_bind(struct ctx *ctx, const struct str *header, size_t n, struct str file,
                        struct problems *problems, struct import_map *map) MUST_CHECK;

/* What a cell means: its pair of values. NULL when the column has values and this is none of them;
 * without values a pair that says what the cell says, in *scratch. */
const struct import_value *import_look_up(const struct import_column *column, struct str cell,
                                          struct import_value *scratch);

/* A local time written as the format says: YYYY MM DD HH hh mm ss and AM (also am, pm), all else as
 * it stands; hh is of a 12-hour clock. False, *ret untouched, for anything else. */
bool import_time(struct str text, struct str format, struct local_time *ret);

/* That a format has what a moment needs: for the map's check. */
bool import_time_format_is_good(struct str format);

#endif
