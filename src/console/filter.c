#include "console/filter.h"

#include <string.h>

#include "base/mail.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "console/filter.ct.h"
#include "people/permission.h"
#include "web/url.h"

#define MAX_URL       8000
#define USUAL_COLUMNS ((1u << (COLUMN_AGE + 1)) - 1)

const struct list_column_about list_columns[COLUMN__N] = {
    [COLUMN_SERVICE] = {"service", MSG_staff_service},
    [COLUMN_PLACE] = {"place", MSG_staff_place},
    [COLUMN_STATE] = {"state", MSG_staff_state},
    [COLUMN_TEAM] = {"team", MSG_staff_team},
    [COLUMN_DUE] = {"due", MSG_staff_due},
    [COLUMN_ASSIGNEE] = {"assignee", MSG_staff_assigned},
    [COLUMN_AGE] = {"age", MSG_staff_age},
    [COLUMN_OPENED] = {"opened", MSG_queue_opened},
    [COLUMN_UPDATED] = {"updated", MSG_queue_updated},
    [COLUMN_CLOSED] = {"closed", MSG_queue_closed},
    [COLUMN_OUTCOME] = {"outcome", MSG_queue_outcome},
    [COLUMN_DISTRICT] = {"district", MSG_staff_district},
    [COLUMN_CHANNEL] = {"channel", MSG_queue_channel},
    [COLUMN_LANG] = {"lang", MSG_queue_lang},
    [COLUMN_TEXT] = {"text", MSG_queue_text},
};

static unsigned read_columns(struct str words)
{
    unsigned columns = 0;
    struct str word;

    while (str_next(&words, ',', &word))
        for (int i = 0; i < COLUMN__N; i++)
            if (str_eq(word, str_of(list_columns[i].word)))
                columns |= 1u << i;
    return columns;
}

/* ---- Columns of answers */

struct case_fields list_fields(struct ctx *ctx)
{
    struct case_fields fields, shown = {0};

    if (case_fields_of(ctx, false, &fields)) {
        ctx_clear_error(ctx);
        return shown;
    }
    shown.of = fields.of;
    for (size_t i = 0; i < fields.n; i++)
        if (case_field_is_for(ctx, &fields.of[i]))
            shown.of[shown.n++] = fields.of[i];
    return shown;
}

struct str list_field_word(struct arena *arena, const struct case_field *field)
{
    return str_fmt(arena, "%.*s%.*s", STR_ARG(CASE_FIELD_PREFIX), STR_ARG(field->id));
}

struct str list_field_name(const struct case_field *field, enum lang lang)
{
    struct str prompt = text_in(&field->field->prompt, lang);

    return prompt.n ? prompt : text_in(&field->field->text, lang);
}

bool list_ask_shows_field(const struct list_ask *ask, const struct case_field *field)
{
    return case_fields_have(&ask->fields, field->id);
}

/* A column word with its comma. */
static size_t taken_by(unsigned columns)
{
    size_t n = 0;

    for (int i = 0; i < COLUMN__N; i++)
        n += columns & (1u << i) ? strlen(list_columns[i].word) + 1 : 0;
    return n;
}

/* Those that there are, may be listed, and have room beside the others. */
static enum rc read_fields(struct ctx *ctx, struct str words, struct list_ask *ask)
{
    const struct str before = CASE_FIELD_PREFIX;
    size_t most = words.n / (before.n + 1) + 1;
    size_t taken = taken_by(ask->columns);
    struct str word;

    ask->fields = (struct case_fields){ARENA_ARRAY(ctx->arena, most, struct case_field), 0};
    if (!ask->fields.of)
        return FAIL(ctx, ERR_MEMORY);
    while (str_next(&words, ',', &word)) {
        struct str id = str_slice(word, before.n, word.n);
        struct case_field field;

        if (!str_starts_with(word, before) || taken + word.n + 1 > LIST_COLUMNS_MAX ||
            case_fields_have(&ask->fields, id) || !case_field_find(ctx->city, id, &field) ||
            !case_field_is_for(ctx, &field))
            continue;
        taken += word.n + 1;
        ask->fields.of[ask->fields.n++] = field;
    }
    return RC_OK;
}

/* ---- What was asked */

/* The choices of a plain form as a filter; what is not known is left out, so that an old link
 * still shows a list. */
static struct str composed(struct ctx *ctx, const struct request *request)
{
    struct buf out = buf_in(ctx->arena, 400);
    struct str state = request_value(request, S("state"));
    const struct team *team = city_team(ctx->city, request_value(request, S("team")));
    const struct definition *service =
        city_service(ctx->city, request_value(request, S("service")));
    bool is_late = str_eq(request_value(request, S("late")), S("1"));

    if (is_late || (!str_eq(state, S("waiting")) && !str_eq(state, S("closed"))))
        state = S("open");
    BUF_ADD(&out, "state:");
    buf_add(&out, state);
    if (team) {
        BUF_ADD(&out, " team:");
        buf_add(&out, team->id);
    }
    if (service) {
        BUF_ADD(&out, " service:");
        buf_add(&out, service->code);
    }
    if (str_eq(request_value(request, S("mine")), S("1")))
        BUF_ADD(&out, " assignee:me");
    if (is_late)
        BUF_ADD(&out, " overdue");
    return buf_str(&out);
}

/* An email address or a telephone number typed alone asks for what that person reported, if whoever
 * types it may look for people. */
static struct str reporter_of(struct ctx *ctx, struct str text)
{
    size_t digits = 0, others = 0;

    if (str_find_byte(text, ':') >= 0 || text.n > MAIL_TYPED_MAX ||
        !actor_may(ctx->actor, PERMISSION_WORK))
        return text;
    for (size_t i = 0; i < text.n; i++) {
        digits += text.p[i] >= '0' && text.p[i] <= '9';
        others += !strchr("0123456789 +-.()", text.p[i]);
    }
    if (others ? !mail_address_is_public(text) : digits < 10 || digits > 15)
        return text;
    return str_fmt(ctx->arena, "reporter:\"%.*s\"", STR_ARG(text));
}

enum rc list_ask_of(struct ctx *ctx, struct str text, struct str sort, struct str columns,
                    struct list_ask *ret)
{
    struct list_ask ask = {.text = text, .columns = read_columns(columns)};
    enum rc rc;

    rc = read_fields(ctx, columns, &ask);
    if (rc)
        return rc;
    ask.has_columns = (ask.columns != 0 && ask.columns != USUAL_COLUMNS) || ask.fields.n;
    if (!ask.columns && !ask.fields.n)
        ask.columns = USUAL_COLUMNS;
    ask.has_sort = case_sort_of(sort, &ask.sort);
    rc = case_filter_parse(ctx, text, &ask.filter);
    if (rc == RC_INVALID) {
        ask.trouble =
            ctx->err.id == ERR_FILTER ? ctx->err.arg : msg_text(ctx->lang, MSG_error_NOT_UTF8);
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    if (rc)
        return rc;
    if (!ask.has_sort)
        ask.sort = case_sort_for(&ask.filter);
    *ret = ask;
    return RC_OK;
}

enum rc list_ask_read(struct ctx *ctx, const struct request *request, struct list_ask *ret)
{
    struct str text = request_value(request, S("q"));
    struct str columns = request_value(request, S("cols")), column;
    const struct params *params =
        http_method_is_safe(request->method) ? &request->query : &request->form;
    struct buf boxes = buf_in(ctx->arena, 4000);
    enum rc rc;

    for (size_t at = 0; params_next(params, S("col"), &at, &column);) {
        buf_add(&boxes, utf8_cut(column, 60));
        buf_add_byte(&boxes, ',');
    }
    rc = list_ask_of(ctx, text.p ? reporter_of(ctx, str_trim(text)) : composed(ctx, request),
                     request_value(request, S("sort")), boxes.n ? buf_str(&boxes) : columns, ret);
    if (!rc)
        ret->after = request_value(request, S("after"));
    return rc;
}

struct str list_ask_columns(struct arena *arena, const struct list_ask *ask)
{
    struct buf out = buf_in(arena, 400);

    for (int i = 0; ask->has_columns && i < COLUMN__N; i++) {
        if (!list_ask_shows(ask, (enum list_column)i))
            continue;
        if (out.n)
            buf_add_byte(&out, ',');
        buf_add(&out, str_of(list_columns[i].word));
    }
    for (size_t i = 0; i < ask->fields.n; i++) {
        if (out.n)
            buf_add_byte(&out, ',');
        buf_add(&out, list_field_word(arena, &ask->fields.of[i]));
    }
    return buf_str(&out);
}

static void add_param(struct buf *out, const char *name, struct str value)
{
    buf_add_byte(out, out->n && memchr(out->p, '?', out->n) ? '&' : '?');
    buf_add(out, str_of(name));
    buf_add_byte(out, '=');
    url_escape(out, value);
}

struct str list_ask_url(const struct staff_page *page, const char *path, const struct list_ask *ask,
                        struct str after)
{
    struct arena *arena = page->ctx->arena;
    struct buf out = buf_in(arena, MAX_URL);
    struct str columns = list_ask_columns(arena, ask);

    buf_add(&out, staff_url(page, str_of(path)));
    add_param(&out, "q", ask->text);
    if (ask->has_sort)
        add_param(&out, "sort", case_sort_word(ask->sort));
    if (columns.n)
        add_param(&out, "cols", columns);
    if (after.n)
        add_param(&out, "after", after);
    return buf_str(&out);
}

struct str queue_url(const struct staff_page *page, struct str filter)
{
    return list_ask_url(page, "/staff/queue", &(struct list_ask){.text = filter}, STR_NONE);
}

enum rc filter_help_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_queue_help));

    page.current = S("/staff/queue");
    filter_help_page(&page.view, &page);
    return RC_OK;
}
