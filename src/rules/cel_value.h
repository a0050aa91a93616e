/* Types and values of the Common Expression Language (CEL), with those a city adds.
 *
 * The standard's types are null, bool, int (64 bits), uint, double, string, bytes, list, map,
 * type, timestamp and duration; a city's rules also have exact `decimal`, `money` and `date`, and
 * objects of the host (a place, a case) that a rule can only hand to the host's own functions.
 * A value is 24 bytes and is copied freely; what it points to is borrowed from whoever made it
 * and never changes, so values may be shared between threads. Layer: rules.
 * Standard: github.com/google/cel-spec, doc/langdef.md.
 */
#ifndef RULES_CEL_VALUE_H
#define RULES_CEL_VALUE_H

#include "base/ctx.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/money.h"

enum cel_kind {
    CEL_ABSENT, /* no value at all: a field that was not answered; never inside a list or map */
    CEL_NULL,
    CEL_BOOL,
    CEL_INT,
    CEL_UINT,
    CEL_DOUBLE,
    CEL_STRING,
    CEL_BYTES,
    CEL_LIST,
    CEL_MAP,
    CEL_TYPE,
    CEL_TIMESTAMP,
    CEL_DURATION,
    CEL_DECIMAL,
    CEL_MONEY,
    CEL_DATE,
    CEL_OBJECT, /* a thing of the host, of a named type */
    CEL_DYN,    /* as a type only: known when evaluated */
    CEL_PARAM,  /* as a type only: a type variable of a signature */
    CEL__N,
};

/* A type. Simple ones are the constants below; the others are made by the functions below. */
struct cel_type {
    enum cel_kind kind;
    uint32_t param;  /* of CEL_PARAM: which variable */
    struct str name; /* of CEL_OBJECT and CEL_PARAM; of simple types their CEL name */
    size_t n_args;
    const struct cel_type *const *args; /* list: element; map: key, value; object: as declared */
};

/* The type of a kind that needs no arguments; list and map of dyn for those two. */
const struct cel_type *cel_type_of_kind(enum cel_kind kind);

/* list<element>, map<key, value>, and a named type of the host. NULL when the arena failed. */
const struct cel_type *cel_type_list(struct arena *arena, const struct cel_type *element);
const struct cel_type *cel_type_map(struct arena *arena, const struct cel_type *key,
                                    const struct cel_type *value);
const struct cel_type *cel_type_object(struct arena *arena, struct str name);

/* Same type, arguments included. */
bool cel_type_eq(const struct cel_type *a, const struct cel_type *b);

/* As signatures write it: "list<string>". */
struct str cel_type_text(struct arena *arena, const struct cel_type *type);

struct cel_value {
    enum cel_kind kind;
    int32_t nanos; /* of a timestamp: 0 to 999,999,999 after `seconds` */
    union {
        bool boolean;
        int64_t integer;
        uint64_t natural;
        double real;
        struct str text; /* string (UTF-8) or bytes */
        const struct cel_list *list;
        const struct cel_map *map;
        const struct cel_type *type;
        int64_t seconds;     /* of a timestamp: since 1970-01-01 UTC, years 1 to 9999 */
        int64_t duration_ns; /* about 292 years either way */
        const struct decimal *decimal;
        struct money money;
        struct date date;
        struct {
            const struct cel_type *type;
            const void *thing; /* the host's own */
        } object;
    };
};

struct cel_list {
    size_t n;
    const struct cel_value *items;
};

struct cel_entry {
    struct cel_value key; /* bool, int, uint or string */
    struct cel_value value;
};

/* In the order of insertion; looked up by hash when it is large. */
struct cel_map {
    size_t n;
    const struct cel_entry *entries;
    const uint32_t *slots; /* open addressing, entry number + 1; NULL for a small map */
    size_t n_slots;        /* a power of two */
};

/* Makers of values; what has a pointer is borrowed, not copied. */
struct cel_value cel_null(void);
struct cel_value cel_bool(bool is_true);
struct cel_value cel_int(int64_t number);
struct cel_value cel_uint(uint64_t number);
struct cel_value cel_double(double number);
struct cel_value cel_string(struct str text);
struct cel_value cel_bytes(struct str bytes);
struct cel_value cel_timestamp(struct instant at);
struct cel_value cel_duration(int64_t nanoseconds);
struct cel_value cel_date(struct date date);
struct cel_value cel_money(struct money money);
struct cel_value cel_object(const struct cel_type *type, const void *thing);
struct cel_value cel_type_value(const struct cel_type *type);

/* These copy into the arena; on failure of the arena (which is sticky) the value is null. */
struct cel_value cel_decimal(struct arena *arena, struct decimal decimal);
struct cel_value cel_list_of(struct arena *arena, const struct cel_value *items, size_t n);

/* A map of `n` entries, copied. False, *ret untouched, when two keys are equal (1 and 1u are) or
 * a key has no right type. On failure of the arena *ret is null and the result true. */
bool cel_map_of(struct arena *arena, const struct cel_entry *entries, size_t n,
                struct cel_value *ret);

/* The value under a key, or NULL. Numbers find keys of equal value, whatever their type. */
const struct cel_value *cel_map_find(const struct cel_map *map, struct cel_value key);

/* CEL equality: numbers by value across types, lists and maps element by element, all else only
 * within one type. Equal objects are the same thing. */
bool cel_equal(struct cel_value a, struct cel_value b);

/* Order of two values. False, *ret untouched, where CEL defines none (lists, different types, a
 * NaN). Numbers compare across int, uint and double. */
bool cel_order(struct cel_value a, struct cel_value b, int *ret);

/* What type() gives: no arguments on list and map. */
const struct cel_type *cel_type_of(struct cel_value value);

/* The value as an expression would write it, at most max_bytes long (then cut with "..."):
 * "1", "\"a\"", "[1, 2]", "date(\"2026-07-02\")", "money(\"12.50\")". For people and for tests. */
struct str cel_value_text(struct arena *arena, struct cel_value value, size_t max_bytes);

#endif
