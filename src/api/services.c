#include "api/services.h"

#include "api/caller.h"
#include "engine/cases/access.h"
#include "engine/definition/answer.h"
#include "engine/definition/city.h"

static const struct schema_member line_members[] = {
    {"code", SCHEMA_STRING, SCHEMA_REQUIRED, "The service's name for programs"},
    {"url", SCHEMA_STRING, SCHEMA_REQUIRED, "Where all of it is", .format = "uri"},
    {"version", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Counts up with each change of its file"},
    {"name", SCHEMA_OBJECT, SCHEMA_REQUIRED, "For people", .of = &api_words_schema},
    {"summary", SCHEMA_OBJECT, SCHEMA_REQUIRED, "What it is for", .of = &api_words_schema},
    {"group", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "The group it stands in"},
    {"department", SCHEMA_STRING, SCHEMA_REQUIRED, "Who is responsible"},
    {"is_public", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "Whether the public is offered it"},
    {.name = NULL},
};
static const struct schema line_schema = {"ServiceLine", "A service in the list", line_members};

const struct schema services_schema = {
    "Services",
    "The services that are offered",
    (const struct schema_member[]){
        {"services", SCHEMA_ARRAY, SCHEMA_REQUIRED, "By code", .of = &line_schema},
        {.name = NULL},
    },
};

static const char *const needs[] = {"required", "optional", "none", NULL};

static const struct schema place_rule_schema = {
    "PlaceRule",
    "Whether a place is asked for",
    (const struct schema_member[]){
        {"need", SCHEMA_STRING, SCHEMA_REQUIRED, "Whether it must be given", .choices = needs},
        {"within", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "\"city\" or the layer that it must lie in"},
        {"is_blurred", SCHEMA_BOOLEAN, SCHEMA_REQUIRED,
         "Whether the public sees the block in place of the house"},
        {.name = NULL},
    },
};

static const struct schema contact_rule_schema = {
    "ContactRule",
    "What is asked of who reports",
    (const struct schema_member[]){
        {"anonymous", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "Whether nothing need be given"},
        {"name", SCHEMA_STRING, SCHEMA_REQUIRED, "The name", .choices = needs},
        {"email", SCHEMA_STRING, SCHEMA_REQUIRED, "The email address", .choices = needs},
        {"phone", SCHEMA_STRING, SCHEMA_REQUIRED, "The phone number", .choices = needs},
        {.name = NULL},
    },
};

static const char *const state_types[] = {"open", "waiting", "closed", NULL};

static const struct schema state_schema = {
    "State",
    "A state that a case can be in",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "As cases have it"},
        {"type", SCHEMA_STRING, SCHEMA_REQUIRED, "Of which kind it is", .choices = state_types},
        {"name", SCHEMA_OBJECT, SCHEMA_REQUIRED, "For people", .of = &api_words_schema},
        {.name = NULL},
    },
};

static const struct schema outcome_schema = {
    "Outcome",
    "A way in which a case can end",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "As cases have it"},
        {"name", SCHEMA_OBJECT, SCHEMA_REQUIRED, "For people", .of = &api_words_schema},
        {.name = NULL},
    },
};

const struct schema service_schema = {
    "Service",
    "A service and what it asks",
    (const struct schema_member[]){
        {"code", SCHEMA_STRING, SCHEMA_REQUIRED, "The service's name for programs"},
        {"url", SCHEMA_STRING, SCHEMA_REQUIRED, "This document", .format = "uri"},
        {"version", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Counts up with each change of its file"},
        {"name", SCHEMA_OBJECT, SCHEMA_REQUIRED, "For people", .of = &api_words_schema},
        {"summary", SCHEMA_OBJECT, SCHEMA_REQUIRED, "What it is for", .of = &api_words_schema},
        {"group", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "The group it stands in"},
        {"department", SCHEMA_STRING, SCHEMA_REQUIRED, "Who is responsible"},
        {"is_public", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "Whether the public is offered it"},
        {"guidance", SCHEMA_OBJECT, SCHEMA_REQUIRED, "What to know before",
         .of = &api_words_schema},
        {"place", SCHEMA_OBJECT, SCHEMA_REQUIRED, "The place", .of = &place_rule_schema},
        {"contact", SCHEMA_OBJECT, SCHEMA_REQUIRED, "Who reports", .of = &contact_rule_schema},
        {"photos_max", SCHEMA_INTEGER, SCHEMA_REQUIRED, "How many photos a report may have"},
        {"fields", SCHEMA_OBJECT, SCHEMA_REQUIRED,
         "JSON Schema (draft 2020-12) of the member \"fields\" of a report"},
        {"states", SCHEMA_ARRAY, SCHEMA_REQUIRED, "What a case can be in", .of = &state_schema},
        {"outcomes", SCHEMA_ARRAY, SCHEMA_REQUIRED, "How one can end", .of = &outcome_schema},
        {.name = NULL},
    },
};

const struct definition *service_for(struct ctx *ctx, const struct request *request,
                                     struct str code)
{
    const struct api_key *key = api_caller(request)->key;
    const struct definition *definition = city_service(ctx->city, code);
    struct reach reach;

    if (!definition)
        return NULL;
    reach = case_reach_within(ctx->city, definition, 0);
    if (definition->audience == AUDIENCE_STAFF && !api_key_may(key, API_RIGHT_READ, reach) &&
        !api_key_may(key, API_RIGHT_FILE, reach))
        return NULL;
    return definition;
}

/* The members that a line of the list and the whole service share. */
static void put_line(struct ctx *ctx, const struct request *request, struct json_writer *json,
                     const struct definition *definition)
{
    struct str code = definition->code;

    json_put_member(json, S("code"), code);
    json_put_member(json, S("url"), api_url(ctx, request, "/api/v1/services/%.*s", STR_ARG(code)));
    json_put_member_i64(json, S("version"), definition->version);
    api_put_words(json, "name", &definition->name);
    api_put_words(json, "summary", &definition->summary);
    api_put_text(json, "group", definition->group);
    json_put_member(json, S("department"), definition->department);
    json_put_member_bool(json, S("is_public"), definition->audience == AUDIENCE_PUBLIC);
}

enum rc services_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (rc)
        return rc;
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_key(&json, S("services"));
    json_begin_array(&json);
    for (size_t i = 0; i < ctx->city->service_n; i++) {
        const struct definition *definition =
            service_for(ctx, request, ctx->city->services[i]->code);

        if (!definition)
            continue;
        json_begin_object(&json);
        put_line(ctx, request, &json, definition);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    return RC_OK;
}

static void put_options(struct json_writer *json, const struct field *field)
{
    json_put_key(json, S("enum"));
    json_begin_array(json);
    for (size_t i = 0; i < field->option_n; i++)
        json_put_string(json, field->options[i].id);
    json_end_array(json);
}

/* What each option means, for people; JSON Schema leaves members that begin with x- alone. */
static void put_option_names(struct json_writer *json, const struct field *field)
{
    json_put_key(json, S("x-names"));
    json_begin_object(json);
    for (size_t i = 0; i < field->option_n; i++)
        api_put_words(json, str_z(json->buf->arena, field->options[i].id), &field->options[i].text);
    json_end_object(json);
}

static void put_choices(struct json_writer *json, const struct field *field)
{
    json_put_key(json, S("items"));
    json_begin_object(json);
    json_put_member(json, S("type"), S("string"));
    put_options(json, field);
    json_end_object(json);
    json_put_member_bool(json, S("uniqueItems"), true);
    put_option_names(json, field);
}

static void put_range(struct json_writer *json, const struct field *field)
{
    if (field->has_min) {
        json_put_key(json, S("minimum"));
        json_put_decimal(json, field->min);
    }
    if (field->has_max) {
        json_put_key(json, S("maximum"));
        json_put_decimal(json, field->max);
    }
}

static void put_type(struct json_writer *json, const struct field *field)
{
    json_put_member(json, S("type"), field_kind(field->type)->json);
    switch (field->type) {
    case FIELD_TEXT:
        if (field->max_length)
            json_put_member_i64(json, S("maxLength"), field->max_length);
        return;
    case FIELD_NUMBER:
    case FIELD_MONEY: put_range(json, field); return;
    case FIELD_DATE: json_put_member(json, S("format"), S("date")); return;
    case FIELD_CHOICE:
        put_options(json, field);
        put_option_names(json, field);
        return;
    case FIELD_CHOICES: put_choices(json, field); return;
    case FIELD_YES_NO:
    case FIELD_ASSET:
    case FIELD_LATER: return;
    }
}

static void put_field(struct json_writer *json, const struct field *field)
{
    struct str help = answer_help(json->buf->arena, field, LANG_EN);

    json_put_key(json, field->id);
    json_begin_object(json);
    json_put_member(json, S("title"), text_in(&field->text, LANG_EN));
    api_put_words(json, "x-question", &field->text);
    if (help.n)
        json_put_member(json, S("description"), help);
    if (field->unit.in[LANG_EN].n)
        api_put_words(json, "x-unit", &field->unit);
    if (field->when.source.n)
        json_put_member(json, S("x-when"), field->when.source);
    put_type(json, field);
    json_end_object(json);
}

/* A field with a condition is required only where that holds: the filing says so then. */
static void put_fields(struct json_writer *json, const struct definition *definition)
{
    json_put_key(json, S("fields"));
    json_begin_object(json);
    json_put_member(json, S("$schema"), S("https://json-schema.org/draft/2020-12/schema"));
    json_put_member(json, S("type"), S("object"));
    json_put_key(json, S("properties"));
    json_begin_object(json);
    for (size_t i = 0; i < definition->field_n; i++)
        if (definition->fields[i].audience != AUDIENCE_STAFF)
            put_field(json, &definition->fields[i]);
    json_end_object(json);
    json_put_key(json, S("required"));
    json_begin_array(json);
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];

        if (field->is_required && !field->when.program && field->audience != AUDIENCE_STAFF)
            json_put_string(json, field->id);
    }
    json_end_array(json);
    json_put_member_bool(json, S("additionalProperties"), false);
    json_end_object(json);
}

static void put_rules(struct json_writer *json, const struct definition *definition)
{
    const struct applicant_rule *applicant = &definition->applicant;
    /* enum contact_need has another order than enum place_need. */
    static const char *const contact_needs[] = {"optional", "required", "none"};

    json_put_key(json, S("place"));
    json_begin_object(json);
    json_put_member(json, S("need"), str_of(needs[definition->place.need]));
    api_put_text(json, "within", definition->place.within);
    json_put_member_bool(json, S("is_blurred"), definition->place.blur == BLUR_BLOCK);
    json_end_object(json);
    json_put_key(json, S("contact"));
    json_begin_object(json);
    json_put_member_bool(json, S("anonymous"), applicant->may_be_anonymous);
    json_put_member(json, S("name"), str_of(contact_needs[applicant->name]));
    json_put_member(json, S("email"), str_of(contact_needs[applicant->email]));
    json_put_member(json, S("phone"), str_of(contact_needs[applicant->phone]));
    json_end_object(json);
    json_put_member_i64(json, S("photos_max"), definition->photos.max);
}

static void put_workflow(struct json_writer *json, const struct workflow *workflow)
{
    json_put_key(json, S("states"));
    json_begin_array(json);
    for (size_t i = 0; i < workflow->state_n; i++) {
        json_begin_object(json);
        json_put_member(json, S("id"), workflow->states[i].id);
        json_put_member(json, S("type"), str_of(state_types[workflow->states[i].type]));
        api_put_words(json, "name", &workflow->states[i].name);
        json_end_object(json);
    }
    json_end_array(json);
    json_put_key(json, S("outcomes"));
    json_begin_array(json);
    for (size_t i = 0; i < workflow->outcome_n; i++) {
        json_begin_object(json);
        json_put_member(json, S("id"), workflow->outcomes[i].id);
        api_put_words(json, "name", &workflow->outcomes[i].name);
        json_end_object(json);
    }
    json_end_array(json);
}

enum rc service_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct definition *definition =
        service_for(ctx, request, request_param(request, S("service")));
    struct json_writer json;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (rc)
        return rc;
    if (!definition)
        return FAIL(ctx, ERR_NOT_FOUND);
    json = api_answer(reply);
    json_begin_object(&json);
    put_line(ctx, request, &json, definition);
    api_put_words(&json, "guidance", &definition->guidance);
    put_rules(&json, definition);
    put_fields(&json, definition);
    put_workflow(&json, definition->workflow);
    json_end_object(&json);
    return RC_OK;
}
