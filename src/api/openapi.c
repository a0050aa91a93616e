#include "api/openapi.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/caller.h"
#include "api/cases.h"
#include "api/places.h"
#include "api/public_record.h"
#include "api/services.h"
#include "api/view.h"
#include "engine/definition/city.h"
#include "people/permission.h"
#include "web/csrf.h"
#include "web/server.h"

#define MAX_SCHEMAS 100

extern const struct schema api_problem_schema;

const struct schema *const api_schemas[] = {
    &api_problem_schema, &services_schema,    &service_schema,   &cases_schema,  &api_view_schema,
    &filing_schema,      &filed_schema,       &draft_new_schema, &draft_schema,  &step_new_schema,
    &note_new_schema,    &assignee_schema,    &events_schema,    &places_schema, &layers_schema,
    &layer_schema,       &consistency_schema, &inclusion_schema, NULL,
};

static bool needs_key(const struct route *route)
{
    return route->permission != PERMISSION_PUBLIC;
}

static bool is_once(const struct route *route)
{
    return route->method == HTTP_POST && needs_key(route);
}

static int ascending(const void *left, const void *right)
{
    const int *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static void add(int *statuses, size_t *n, int status)
{
    for (size_t i = 0; i < *n; i++)
        if (statuses[i] == status)
            return;
    if (*n < OPENAPI_MAX_STATUSES)
        statuses[(*n)++] = status;
}

size_t openapi_statuses(const struct route *route, int ret[OPENAPI_MAX_STATUSES])
{
    size_t n = 0;

    for (const int *status = route->statuses; status && *status; status++)
        add(ret, &n, *status);
    if (needs_key(route)) {
        add(ret, &n, 401);
        add(ret, &n, 429);
    }
    if (route->body) {
        add(ret, &n, 400);
        add(ret, &n, 413);
        add(ret, &n, 415);
    }
    if (route->flags & ROUTE_UPLOAD)
        add(ret, &n, 413);
    if (is_once(route))
        add(ret, &n, 409);
    add(ret, &n, 422);
    qsort(ret, n, sizeof *ret, ascending);
    return n;
}

static void put_described(struct json_writer *json, const char *name, const char *text)
{
    json_put_member(json, str_of(name), str_of(text));
}

static void put_schema_type(struct json_writer *json, const char *type)
{
    json_put_key(json, S("schema"));
    json_begin_object(json);
    put_described(json, "type", type);
    json_end_object(json);
}

static void begin_parameter(struct json_writer *json, struct str name, const char *where,
                            bool is_required)
{
    json_begin_object(json);
    json_put_member(json, S("name"), name);
    put_described(json, "in", where);
    json_put_member_bool(json, S("required"), is_required);
}

static void put_path_parameters(struct json_writer *json, const struct route *route)
{
    struct str rest = str_of(route->pattern), segment;

    while (str_next(&rest, '/', &segment)) {
        if (segment.n < 3 || segment.p[0] != '{')
            continue;
        begin_parameter(json, str_slice(segment, 1, segment.n - 1), "path", true);
        put_schema_type(json, "string");
        json_end_object(json);
    }
}

static void put_input_schema(struct json_writer *json, const struct input_spec *input)
{
    json_put_key(json, S("schema"));
    json_begin_object(json);
    put_described(json, "type", input->type == INPUT_INTEGER ? "integer" : "string");
    if (input->type == INPUT_INTEGER && (input->min || input->max)) {
        json_put_member_i64(json, S("minimum"), input->min);
        json_put_member_i64(json, S("maximum"), input->max);
    }
    if (input->max_characters)
        json_put_member_i64(json, S("maxLength"), (int64_t)input->max_characters);
    if (input->choices) {
        json_put_key(json, S("enum"));
        json_begin_array(json);
        for (size_t i = 0; input->choices[i]; i++)
            json_put_string(json, str_of(input->choices[i]));
        json_end_array(json);
    }
    json_end_object(json);
}

static bool answers(const struct route *route, int status)
{
    for (const int *at = route->statuses; at && *at; at++)
        if (*at == status)
            return true;
    return false;
}

static void put_header_parameter(struct json_writer *json, const char *name, bool is_required,
                                 const char *says)
{
    begin_parameter(json, str_of(name), "header", is_required);
    put_described(json, "description", says);
    put_schema_type(json, "string");
    json_end_object(json);
}

static void put_parameters(struct json_writer *json, const struct route *route)
{
    json_put_key(json, S("parameters"));
    json_begin_array(json);
    put_path_parameters(json, route);
    for (const struct input_spec *input = route->input; input && input->name; input++) {
        begin_parameter(json, str_of(input->name), "query", input->is_required);
        if (input->says)
            put_described(json, "description", input->says);
        put_input_schema(json, input);
        json_end_object(json);
    }
    if (is_once(route))
        put_header_parameter(json, "Idempotency-Key", true,
                             "Made up by the caller for this one thing, a line of at most 200 "
                             "characters: sent again with the same request it has no further "
                             "effect and the same answer");
    if (answers(route, 412))
        put_header_parameter(json, "If-Match", false,
                             "The ETag of the case as it was read: refused when it has changed");
    if (answers(route, 304))
        put_header_parameter(json, "If-None-Match", false, "The ETag of what the caller has");
    json_end_array(json);
}

static void put_reference(struct json_writer *json, const char *schema)
{
    json_put_key(json, S("schema"));
    json_begin_object(json);
    json_put_member(json, S("$ref"), str_fmt(json->buf->arena, "#/components/schemas/%s", schema));
    json_end_object(json);
}

static void put_upload(struct json_writer *json)
{
    json_put_key(json, S("multipart/form-data"));
    json_begin_object(json);
    json_put_key(json, S("schema"));
    json_begin_object(json);
    put_described(json, "type", "object");
    json_put_key(json, S("properties"));
    json_begin_object(json);
    json_put_key(json, S("photo"));
    json_begin_object(json);
    put_described(json, "type", "string");
    put_described(json, "format", "binary");
    put_described(json, "description", "JPEG, PNG, WebP or HEIC");
    json_end_object(json);
    json_end_object(json);
    json_put_key(json, S("required"));
    json_begin_array(json);
    json_put_string(json, S("photo"));
    json_end_array(json);
    json_end_object(json);
    json_end_object(json);
}

static void put_request_body(struct json_writer *json, const struct route *route)
{
    if (!route->body && !(route->flags & ROUTE_UPLOAD))
        return;
    json_put_key(json, S("requestBody"));
    json_begin_object(json);
    json_put_member_bool(json, S("required"), true);
    json_put_key(json, S("content"));
    json_begin_object(json);
    if (route->body) {
        json_put_key(json, S("application/json"));
        json_begin_object(json);
        put_reference(json, route->body);
        json_end_object(json);
    } else {
        put_upload(json);
    }
    json_end_object(json);
    json_end_object(json);
}

/* "text/plain" names itself, "Case" its schema. */
static void put_good_content(struct json_writer *json, const struct route *route)
{
    bool is_media = strchr(route->response, '/');

    json_put_key(json, S("content"));
    json_begin_object(json);
    json_put_key(json, is_media ? str_of(route->response) : S("application/json"));
    json_begin_object(json);
    if (is_media)
        put_schema_type(json, strcmp(route->response, "application/json") ? "string" : "object");
    else
        put_reference(json, route->response);
    json_end_object(json);
    json_end_object(json);
}

static void put_problem_content(struct json_writer *json)
{
    json_put_key(json, S("content"));
    json_begin_object(json);
    json_put_key(json, S("application/problem+json"));
    json_begin_object(json);
    put_reference(json, "Problem");
    json_end_object(json);
    json_end_object(json);
}

static void put_responses(struct json_writer *json, const struct route *route)
{
    int statuses[OPENAPI_MAX_STATUSES];
    size_t n = openapi_statuses(route, statuses);

    json_put_key(json, S("responses"));
    json_begin_object(json);
    for (size_t i = 0; i < n; i++) {
        json_put_key(json, str_fmt(json->buf->arena, "%d", statuses[i]));
        json_begin_object(json);
        put_described(json, "description", http_status_text(statuses[i]));
        if (statuses[i] < 300 && route->response)
            put_good_content(json, route);
        else if (statuses[i] >= 400)
            put_problem_content(json);
        json_end_object(json);
    }
    json_put_key(json, S("default"));
    json_begin_object(json);
    put_described(json, "description", "Trouble of ours, which may pass");
    put_problem_content(json);
    json_end_object(json);
    json_end_object(json);
}

/* "get_cases_number_events" */
static struct str operation_id(struct arena *arena, const struct route *route)
{
    struct buf out = buf_in(arena, 300);
    struct str rest = str_of(route->pattern), segment;

    buf_add(&out, str_lower_ascii(arena, http_method_name(route->method)));
    while (str_next(&rest, '/', &segment)) {
        if (!segment.n || str_eq(segment, S("api")) || str_eq(segment, S("v1")))
            continue;
        buf_add_byte(&out, '_');
        for (size_t i = 0; i < segment.n; i++)
            if (segment.p[i] != '{' && segment.p[i] != '}')
                buf_add_byte(&out, segment.p[i] == '.' || segment.p[i] == '-' ? '_' : segment.p[i]);
    }
    return buf_str(&out);
}

static void put_operation(struct json_writer *json, const struct route *route)
{
    struct arena *arena = json->buf->arena;

    json_put_key(json, str_lower_ascii(arena, http_method_name(route->method)));
    json_begin_object(json);
    json_put_member(json, S("operationId"), operation_id(arena, route));
    put_described(json, "summary", route->summary);
    json_put_key(json, S("security"));
    json_begin_array(json);
    if (needs_key(route)) {
        json_begin_object(json);
        json_put_key(json, S("key"));
        json_begin_array(json);
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
    put_parameters(json, route);
    put_request_body(json, route);
    put_responses(json, route);
    json_end_object(json);
}

/* Rows of one pattern stand together in the table. */
static void put_paths(struct json_writer *json)
{
    const char *open = NULL;

    json_put_key(json, S("paths"));
    json_begin_object(json);
    for (const struct route *route = api_routes; route->pattern; route++) {
        if (!route->statuses)
            continue;
        if (!open || !str_eq(str_of(open), str_of(route->pattern))) {
            if (open)
                json_end_object(json);
            open = route->pattern;
            json_put_key(json, str_of(open));
            json_begin_object(json);
        }
        put_operation(json, route);
    }
    if (open)
        json_end_object(json);
    json_end_object(json);
}

struct gathering {
    const struct schema *of[MAX_SCHEMAS];
    size_t n;
};

static void gather(void *arg, const struct schema *schema)
{
    struct gathering *gathering = arg;

    for (size_t i = 0; i < gathering->n; i++)
        if (gathering->of[i] == schema)
            return;
    if (gathering->n < MAX_SCHEMAS)
        gathering->of[gathering->n++] = schema;
}

static void put_components(struct json_writer *json)
{
    struct gathering all = {.n = 0};

    for (size_t i = 0; api_schemas[i]; i++)
        schema_each(api_schemas[i], gather, &all);
    json_put_key(json, S("components"));
    json_begin_object(json);
    json_put_key(json, S("schemas"));
    json_begin_object(json);
    for (size_t i = 0; i < all.n; i++) {
        json_put_key(json, str_of(all.of[i]->name));
        schema_write(json, all.of[i]);
    }
    json_end_object(json);
    json_put_key(json, S("securitySchemes"));
    json_begin_object(json);
    json_put_key(json, S("key"));
    json_begin_object(json);
    put_described(json, "type", "http");
    put_described(json, "scheme", "bearer");
    put_described(json, "description", "A key that the city gave to the program");
    json_end_object(json);
    json_end_object(json);
    json_end_object(json);
}

static void put_info(struct ctx *ctx, struct json_writer *json)
{
    struct str city = city_full_name(ctx->arena, ctx->city, LANG_EN);

    json_put_key(json, S("info"));
    json_begin_object(json);
    json_put_member(json, S("title"), str_fmt(ctx->arena, "%.*s: cases", STR_ARG(city)));
    put_described(json, "version", "1");
    put_described(json, "description",
                  "Report to the city, follow what becomes of it, and work on it. Times are "
                  "instants in UTC. Members may be added to answers; what is sent is compared "
                  "strictly, and unknown members are refused.");
    json_end_object(json);
}

enum rc openapi_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (rc)
        return rc;
    json = api_answer(reply);
    reply->cache = REPLY_FIVE_MINUTES;
    json_begin_object(&json);
    put_described(&json, "openapi", "3.1.0");
    put_info(ctx, &json);
    json_put_key(&json, S("servers"));
    json_begin_array(&json);
    json_begin_object(&json);
    json_put_member(&json, S("url"), request_csrf(request)->base_url);
    json_end_object(&json);
    json_end_array(&json);
    put_paths(&json);
    put_components(&json);
    json_end_object(&json);
    return RC_OK;
}
