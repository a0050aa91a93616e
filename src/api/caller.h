/* Who calls, and what is wrong with what they sent: kept for the length of one request.
 * Layer: api. */
#ifndef API_CALLER_H
#define API_CALLER_H

#include "api/schema.h"
#include "people/api_key.h"
#include "web/form.h"
#include "web/reply.h"
#include "web/request.h"

/* Where a fault lies. */
enum api_part { API_BODY, API_QUERY, API_HEADER };

/* What the engine calls an input, and where the body has it. */
struct api_name {
    const char *field, *pointer; /* field NULL ends a table; "" stands for every other field */
};

struct api_caller {
    const struct api_key *key; /* NULL: none that is valid */
    int64_t wait_s;            /* ERR_TOO_MANY, ERR_UNDER_WAY: for Retry-After */
    bool was_done;             /* what it asks for was done before, and the answer is lost */
    enum api_part part;        /* of the faults */
    struct schema_faults faults;
    const struct api_name *names; /* how to name ctx->err.field; NULL: as it is */
};

struct api_caller *api_caller(const struct request *request);

/* Marks an input as wrong and fails with that. */
enum rc api_refuse(struct ctx *ctx, const struct request *request, enum api_part part,
                   struct str where, struct err err) MUST_CHECK;

/* Fails with the first of the faults that the caller's inputs have; there is one. */
enum rc api_faulty(struct ctx *ctx, const struct request *request) MUST_CHECK;

/* The query, read by the route's input table; parameters nobody asked for are refused. */
enum rc api_query(struct ctx *ctx, const struct request *request, struct form *ret) MUST_CHECK;

/* The JSON body, as the schema has it: ERR_MEDIA_TYPE, ERR_MALFORMED, or the first of all faults.
 * `names` say how the engine calls its members, for what is found wrong later. */
enum rc api_body(struct ctx *ctx, const struct request *request, const struct schema *schema,
                 const struct api_name *names, json_t **ret) MUST_CHECK;

/* A text member of a body that was checked; the empty string when it is not there. */
struct str api_text(const json_t *body, const char *name);

/* An instant in a query field that may be a date too (its beginning in the city). False, with the
 * fault noted, for anything else. */
enum rc api_instant(struct ctx *ctx, const struct request *request, const struct form *form,
                    const char *name, bool *ret_has, struct instant *ret) MUST_CHECK;

/* Begins a JSON answer. */
struct json_writer api_answer(struct reply *reply);

/* "2026-07-02T21:30:00Z" or null. */
void api_put_instant(struct json_writer *json, const char *name, bool has_one, struct instant at);
void api_put_text(struct json_writer *json, const char *name, struct str text); /* '' as null */

/* An object by language: {"en": "...", "es": "..."}. */
void api_put_words(struct json_writer *json, const char *name, const struct text *text);
extern const struct schema api_words_schema;

/* The base URL and a path of the API, in the arena. */
struct str api_url(struct ctx *ctx, const struct request *request, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
