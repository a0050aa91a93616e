/* JSON (RFC 8259): written as a stream, read into jansson's tree.
 *
 * The writer appends to a buffer and keeps track of nesting, so that commas and brackets are
 * right or the program stops: a wrong order of calls is a programming fault. What it writes is
 * also safe inside a <script> element. Reading accepts whole documents only, under limits of size
 * and depth. Names begin with json_put, json_begin, json_end, json_parse and json_get, which
 * jansson leaves free. Layer: base. One thread at a time.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/decimal.h"

#define JSON_DEPTH_MAX 32

struct json_writer {
    struct buf *buf;    /* borrowed; its failure is the writer's */
    unsigned depth;     /* of open objects and arrays */
    uint64_t is_object; /* a bit for each open one, the innermost lowest */
    uint64_t has_items;
    bool has_key;  /* a key waits for its value */
    bool is_ended; /* the one value of the document is complete */
};

struct json_writer json_writer_on(struct buf *buf);

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);

/* The name of the next value; only inside an object. */
void json_put_key(struct json_writer *json, struct str key);

/* Quoted and escaped, with <, >, & and U+2028, U+2029 as \u escapes; a byte that is no UTF-8
 * becomes U+FFFD. */
void json_put_string(struct json_writer *json, struct str s);
void json_put_i64(struct json_writer *json, int64_t value);
void json_put_decimal(struct json_writer *json, struct decimal value); /* as a number */
void json_put_f64(struct json_writer *json, double value); /* reads back the same; else null */
void json_put_bool(struct json_writer *json, bool value);
void json_put_null(struct json_writer *json);

/* A value that is JSON already; it is not looked at. */
void json_put_raw(struct json_writer *json, struct str value);

/* Key and value in one. */
void json_put_member(struct json_writer *json, struct str key, struct str value);
void json_put_member_i64(struct json_writer *json, struct str key, int64_t value);
void json_put_member_bool(struct json_writer *json, struct str key, bool value);

/* Whether the document is complete and fitted its buffer. */
bool json_is_complete(const struct json_writer *json);

/* Reads one document: an object or an array. The tree is the context's, freed at ctx_done.
 * ERR_TOO_LARGE past max_bytes; ERR_MALFORMED, with line and column in the detail, for anything
 * that is not JSON in UTF-8, nests deeper than JSON_DEPTH_MAX, names a key twice in one object or
 * holds a NUL in a string. */
enum rc json_parse(struct ctx *ctx, struct str text, size_t max_bytes, json_t **ret) MUST_CHECK;

/* The value at a path from `root`, such as "place.lat" or "items[2].name"; NULL when there is
 * none or it is null. Borrowed from the tree. Keys with '.' or '[' cannot be named. */
json_t *json_get(const json_t *root, struct str path);

/* The value at a path as the type asked for. RC_INVALID with the path as err.field:
 * ERR_REQUIRED when there is none or it is null, ERR_NOT_A_NUMBER or ERR_MALFORMED for another
 * type. Strings are borrowed from the tree. Whole numbers are those written without fraction and
 * exponent. */
enum rc json_get_str(struct ctx *ctx, const json_t *root, struct str path,
                     struct str *ret) MUST_CHECK;
enum rc json_get_i64(struct ctx *ctx, const json_t *root, struct str path, int64_t *ret) MUST_CHECK;
#endif
