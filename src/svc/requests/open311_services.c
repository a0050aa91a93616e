/* Discovery, the list of services and what each of them asks. */
#include "base/msg.h"
#include "svc/requests/open311.h"

#define SPECIFICATION "http://wiki.open311.org/GeoReport_v2"
#define MAX_KEYWORDS  2000

/* ---- Discovery */

static enum rc changed_at(struct ctx *ctx, struct str *ret)
{
    struct instant at;
    enum rc rc = city_published_at(ctx, &at);

    if (!rc)
        *ret = open311_time(ctx, at);
    return rc;
}

static void put_endpoint(struct ctx *ctx, struct document *document, const struct request *request,
                         enum lang lang, struct str changed)
{
    struct str base = open311_base_url(request);
    struct str prefix =
        lang == LANG_EN ? STR_NONE : str_fmt(ctx->arena, "/%.*s", STR_ARG(lang_code(lang)));

    document_begin_thing(document, "endpoint");
    document_text(document, "specification", S(SPECIFICATION));
    document_text(document, "url",
                  str_fmt(ctx->arena, "%.*s%.*s%s", STR_ARG(base), STR_ARG(prefix), OPEN311_BASE));
    document_text(document, "changeset", changed);
    document_text(document, "type", ctx->city->is_demonstration ? S("test") : S("production"));
    document_begin_list(document, "formats");
    document_word(document, "format", S("text/xml"));
    document_word(document, "format", S("application/json"));
    document_end_list(document);
    document_end_thing(document);
}

/* One endpoint for each language the city speaks. Clients compare this reply's content type
 * exactly: it has no charset, which the XML prolog and RFC 8259 say anyway. */
enum rc open311_discovery(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct document document;
    struct str changed, city;
    struct msg_arg args[2];
    enum rc rc = open311_begin(ctx, request, reply);

    if (!rc)
        rc = changed_at(ctx, &changed);
    if (rc)
        return rc;
    city = text_in(&ctx->city->name, ctx->lang);
    args[0] = MSG_ARG("city", city);
    args[1] = MSG_ARG("email", ctx->city->email);
    document = open311_document(request, reply);
    reply->content_type = open311_format(request) == DOCUMENT_XML ? "text/xml" : "application/json";
    document_begin_thing(&document, "discovery");
    document_text(&document, "changeset", changed);
    document_text(&document, "contact",
                  str_fmt(ctx->arena, "%.*s, %.*s, %.*s", STR_ARG(city), STR_ARG(ctx->city->email),
                          STR_ARG(ctx->city->phone)));
    document_text(&document, "key_service",
                  msg_format(ctx->arena, ctx->lang, MSG_open311_key_service, args, 2));
    document_begin_list(&document, "endpoints");
    for (enum lang lang = LANG_EN; lang < LANG__PUBLIC; lang++)
        put_endpoint(ctx, &document, request, lang, changed);
    document_end_list(&document);
    document_end_thing(&document);
    return RC_OK;
}

/* ---- Services */

static bool is_asked(const struct field *field)
{
    return field->audience != AUDIENCE_STAFF && !field->is_derived;
}

static bool has_attributes(const struct definition *definition)
{
    for (size_t i = 0; i < definition->field_n; i++)
        if (is_asked(&definition->fields[i]))
            return true;
    return false;
}

/* Words with a comma in them would be two. A service that names none for Open311 is found by the
 * words that residents find it by. */
static struct str keywords_of(struct ctx *ctx, const struct definition *definition)
{
    struct buf out = buf_in(ctx->arena, MAX_KEYWORDS);
    bool has_own = definition->open311.keyword_n > 0;
    const struct str *words =
        has_own ? definition->open311.keywords : definition->words.list[ctx->lang];
    size_t n = has_own ? definition->open311.keyword_n : definition->words.n[ctx->lang];

    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_add_byte(&out, ',');
        for (size_t k = 0; k < words[i].n; k++)
            buf_add_byte(&out, words[i].p[k] == ',' ? ' ' : words[i].p[k]);
    }
    return buf_has_failed(&out) ? STR_NONE : buf_str(&out);
}

static struct str group_of(struct ctx *ctx, const struct definition *definition)
{
    struct text named = city_group_name(ctx->city, definition->group);
    struct str shown = text_in(&named, ctx->lang);

    return definition->open311.group.n && (ctx->lang == LANG_EN || !shown.n)
               ? definition->open311.group
               : shown;
}

static void put_service(struct ctx *ctx, struct document *document,
                        const struct definition *definition)
{
    document_begin_thing(document, "service");
    document_text(document, "service_code", definition->code);
    document_text(document, "service_name", text_in(&definition->name, ctx->lang));
    document_text(document, "description", text_in(&definition->summary, ctx->lang));
    document_bool(document, "metadata", has_attributes(definition));
    document_text(document, "type", S("realtime"));
    document_text(document, "keywords", keywords_of(ctx, definition));
    document_text(document, "group", group_of(ctx, definition));
    document_end_thing(document);
}

enum rc open311_services(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct document document;
    enum rc rc = open311_begin(ctx, request, reply);

    if (rc)
        return rc;
    document = open311_document(request, reply);
    document_begin_list(&document, "services");
    for (size_t i = 0; i < ctx->city->service_n; i++)
        if (ctx->city->services[i]->audience == AUDIENCE_PUBLIC)
            put_service(ctx, &document, ctx->city->services[i]);
    document_end_list(&document);
    return RC_OK;
}

/* ---- A service's definition */

static struct str datatype_of(const struct field *field)
{
    bool is_long = field->type == FIELD_TEXT && field->lines > 1;

    return is_long ? S("text") : field_kind(field->type)->open311;
}

static void put_value(struct document *document, struct str key, struct str name)
{
    document_begin_thing(document, "value");
    document_text(document, "key", key);
    document_text(document, "name", name);
    document_end_thing(document);
}

static void put_yes_no(struct ctx *ctx, struct document *document)
{
    document_begin_list(document, "values");
    put_value(document, S("true"), msg_text(ctx->lang, MSG_open311_yes));
    put_value(document, S("false"), msg_text(ctx->lang, MSG_open311_no));
    document_end_list(document);
}

static void put_options(struct ctx *ctx, struct document *document, const struct field *field)
{
    document_begin_list(document, "values");
    for (size_t i = 0; i < field->option_n; i++)
        put_value(document, field->options[i].id, text_in(&field->options[i].text, ctx->lang));
    document_end_list(document);
}

static void put_values(struct ctx *ctx, struct document *document, const struct field *field)
{
    switch (field->type) {
    case FIELD_YES_NO: put_yes_no(ctx, document); return;
    case FIELD_CHOICE:
    case FIELD_CHOICES: put_options(ctx, document, field); return;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_DATE:
    case FIELD_ASSET:
    case FIELD_LATER: return;
    }
}

/* A field that is asked under a condition only, or that has a default, may be left out as far as a
 * client can know. */
static void put_attribute(struct ctx *ctx, struct document *document, const struct field *field,
                          int64_t order)
{
    document_begin_thing(document, "attribute");
    document_bool(document, "variable", true);
    document_text(document, "code", field->id);
    document_text(document, "datatype", datatype_of(field));
    document_bool(document, "required",
                  field->is_required && !field->has_default && !field->when.program);
    document_text(document, "datatype_description", answer_help(ctx->arena, field, ctx->lang));
    document_i64(document, "order", order);
    document_text(document, "description", text_in(&field->text, ctx->lang));
    put_values(ctx, document, field);
    document_end_thing(document);
}

enum rc open311_service(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct definition *definition;
    struct document document;
    struct str code;
    int64_t order = 0;
    enum rc rc = open311_begin(ctx, request, reply);

    if (!rc)
        rc = open311_name(ctx, request, "code", &code);
    if (!rc)
        rc = open311_find_service(ctx, code, &definition);
    if (rc)
        return rc;
    document = open311_document(request, reply);
    document_begin_thing(&document, "service_definition");
    document_text(&document, "service_code", definition->code);
    document_begin_list(&document, "attributes");
    for (size_t i = 0; i < definition->field_n; i++)
        if (is_asked(&definition->fields[i]))
            put_attribute(ctx, &document, &definition->fields[i], ++order);
    document_end_list(&document);
    document_end_thing(&document);
    return RC_OK;
}
