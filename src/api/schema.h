/* What JSON of the interface looks like, said once: each schema stands beside the code that reads
 * or writes it, is compared with what comes in, and is written into the OpenAPI document, which
 * the tests hold against everything that goes out. Layer: api. Constant: any thread.
 */
#ifndef API_SCHEMA_H
#define API_SCHEMA_H

#include "base/json.h"

enum schema_type {
    SCHEMA_STRING,
    SCHEMA_INTEGER,
    SCHEMA_NUMBER,
    SCHEMA_BOOLEAN,
    SCHEMA_OBJECT,
    SCHEMA_ARRAY,
    SCHEMA_ANY, /* whatever JSON has: what the city's own files describe */
};

#define SCHEMA_REQUIRED 1U
#define SCHEMA_NULLABLE 2U

struct schema_member {
    const char *name; /* NULL ends a table */
    enum schema_type type;
    unsigned flags;
    const char *says; /* one sentence in English */
    /* SCHEMA_OBJECT: its schema; NULL: any members. SCHEMA_ARRAY: its items' schema; NULL: text. */
    const struct schema *of;
    const char *format;         /* of a text: "date-time", "date", "uri", "email" */
    const char *const *choices; /* of a text, ended by NULL */
    int64_t min, max;           /* of a number; both 0: any */
    int64_t max_length;         /* characters of a text, items of an array; 0: any */
};

struct schema {
    const char *name; /* "Case" */
    const char *says;
    const struct schema_member *members;
};

/* Something that does not fit, as the one who sent it can find it. */
struct schema_fault {
    struct str pointer; /* RFC 6901 in a fragment: "#/contact/email" */
    enum err_id id;     /* ERR_REQUIRED, ERR_WRONG_TYPE, ERR_UNKNOWN_FIELD, ERR_NOT_A_CHOICE, ... */
    struct str arg;
};

#define SCHEMA_MAX_FAULTS 20
struct schema_faults {
    struct schema_fault of[SCHEMA_MAX_FAULTS];
    size_t n; /* what is past the maximum is dropped */
};

/* Compares a value with a schema and adds what does not fit: members nobody asked for, missing
 * ones, other types, choices, lengths and ranges. A null counts as not given. What a format means
 * is the caller's to check. */
void schema_check(struct ctx *ctx, const struct schema *schema, json_t *value,
                  struct schema_faults *faults);

/* The pointer to a member of what is at `at`, "#" or another pointer: a JSON Pointer (RFC 6901) as
 * it stands in a URI fragment, '~' and '/' escaped, and as %XX what a fragment cannot have. A name
 * that is longer is cut. */
struct str schema_pointer(struct ctx *ctx, struct str at, struct str name);

/* Adds one by hand; `pointer` as above. */
void schema_add_fault(struct schema_faults *faults, struct str pointer, enum err_id id,
                      struct str arg);

/* Writes the schema as JSON Schema (draft 2020-12), others as references into
 * #/components/schemas/. */
void schema_write(struct json_writer *json, const struct schema *schema);

/* Calls `visit` with the schema and all that it refers to, each possibly more than once. */
void schema_each(const struct schema *schema, void (*visit)(void *arg, const struct schema *schema),
                 void *arg);

#endif
