/* A list of cases as a file: the same rows in the same order, all pages of it, sent part by part.
 */
#include "base/csv.h"
#include "base/json.h"
#include "base/zone.h"
#include "console/queue.h"
#include "engine/definition/city.h"
#include "web/csrf.h"
#include "web/server.h"

/* Cases in a part, which has at most 256 kB: with and without what was said. */
#define PART         100
#define PART_OF_TEXT 6

struct list_file {
    struct str text, sort, columns, after, base_url;
    char after_text[64]; /* what `after` points to */
    enum lang lang;
    int64_t rows;
    bool is_json, has_head;
    struct json_writer json;
};

/* As programs want it: codes and instants. */
static struct str raw_cell(struct ctx *ctx, const struct case_line *line, enum list_column column)
{
    const struct zone *zone = ctx->city->zone;

    switch (column) {
    case COLUMN_SERVICE: return line->definition ? line->definition->code : STR_NONE;
    case COLUMN_STATE: return line->state_id;
    case COLUMN_TEAM: return line->team ? line->team->id : STR_NONE;
    case COLUMN_DUE:
        return line->has_due ? zone_format_rfc3339(ctx->arena, zone, line->due) : STR_NONE;
    case COLUMN_AGE:
        return str_fmt(ctx->arena, "%lld",
                       (long long)((ctx->now.us_utc - line->opened.us_utc) / US_PER_DAY));
    case COLUMN_OPENED: return zone_format_rfc3339(ctx->arena, zone, line->opened);
    case COLUMN_UPDATED: return zone_format_rfc3339(ctx->arena, zone, line->updated);
    case COLUMN_CLOSED:
        return line->is_closed ? zone_format_rfc3339(ctx->arena, zone, line->closed) : STR_NONE;
    case COLUMN_OUTCOME: return line->outcome;
    case COLUMN_CHANNEL: return line->channel;
    case COLUMN_LANG: return line->lang;
    case COLUMN_TEXT: return line->description;
    default: return queue_cell(ctx, line, column);
    }
}

static struct str column_key(enum list_column column)
{
    return column == COLUMN_AGE ? S("age_days") : str_of(list_columns[column].word);
}

static void put_csv(struct ctx *ctx, struct csv_writer *csv, const struct list_ask *ask,
                    const struct case_line *line)
{
    csv_put(csv, line ? line->number : S("number"));
    for (int i = 0; i < COLUMN__N; i++)
        if (list_ask_shows(ask, (enum list_column)i))
            csv_put(csv, line ? raw_cell(ctx, line, (enum list_column)i)
                              : column_key((enum list_column)i));
    for (size_t i = 0; i < ask->fields.n; i++)
        csv_put(csv, line ? queue_answer_typed(ctx->arena, line, ask->fields.of[i].id)
                          : list_field_word(ctx->arena, &ask->fields.of[i]));
    csv_end_row(csv);
}

static void put_json(struct ctx *ctx, struct list_file *file, const struct list_ask *ask,
                     const struct case_line *line)
{
    struct json_writer *json = &file->json;

    json_begin_object(json);
    json_put_member(json, S("number"), line->number);
    json_put_member(json, S("url"),
                    str_fmt(ctx->arena, "%.*s/staff/cases/%.*s", STR_ARG(file->base_url),
                            STR_ARG(line->number)));
    for (int i = 0; i < COLUMN__N; i++) {
        struct str value;

        if (!list_ask_shows(ask, (enum list_column)i))
            continue;
        value = raw_cell(ctx, line, (enum list_column)i);
        json_put_key(json, column_key((enum list_column)i));
        if (i == COLUMN_AGE)
            json_put_raw(json, value);
        else if (value.n)
            json_put_string(json, value);
        else
            json_put_null(json);
    }
    for (size_t i = 0; i < ask->fields.n; i++) {
        struct str value = queue_answer_typed(ctx->arena, line, ask->fields.of[i].id);

        json_put_key(json, list_field_word(ctx->arena, &ask->fields.of[i]));
        if (value.n)
            json_put_string(json, value);
        else
            json_put_null(json);
    }
    json_end_object(json);
}

static void begin_json(struct list_file *file)
{
    json_begin_object(&file->json);
    json_put_member(&file->json, S("filter"), file->text);
    json_put_key(&file->json, S("cases"));
    json_begin_array(&file->json);
}

static void end_json(struct list_file *file, bool is_complete)
{
    json_end_array(&file->json);
    json_put_member_bool(&file->json, S("is_complete"), is_complete);
    json_end_object(&file->json);
}

/* Whether a row may be as long as what somebody said. */
static bool has_texts(const struct list_ask *ask)
{
    return list_ask_shows(ask, COLUMN_TEXT) || ask->fields.n;
}

static enum rc load_part(struct ctx *ctx, const struct list_file *file, struct list_ask *ask,
                         struct case_found *ret)
{
    enum rc rc = list_ask_of(ctx, file->text, file->sort, file->columns, ask);

    if (rc)
        return rc;
    if (ask->trouble.n)
        return FAIL(ctx, ERR_FILTER, .field = S("q"), .arg = ask->trouble);
    return case_search(ctx,
                       &(struct case_search){.filter = &ask->filter,
                                             .text = ask->text,
                                             .sort = ask->sort,
                                             .after = file->after,
                                             .with_answers = ask->fields.n > 0,
                                             .most = has_texts(ask) ? PART_OF_TEXT : PART},
                       ret);
}

static enum rc produce(struct ctx *ctx, void *state, struct buf *chunk, bool *is_last)
{
    struct list_file *file = state;
    struct csv_writer csv = {.buf = chunk, .guards_formulas = true};
    struct list_ask ask;
    struct case_found found;
    enum rc rc;

    ctx->lang = file->lang;
    file->json.buf = chunk;
    rc = load_part(ctx, file, &ask, &found);
    if (rc)
        return rc;
    if (!file->has_head && file->is_json)
        begin_json(file);
    else if (!file->has_head)
        put_csv(ctx, &csv, &ask, NULL);
    file->has_head = true;
    for (size_t i = 0; i < found.n && file->rows < QUEUE_DATA_ROWS; i++, file->rows++) {
        if (file->is_json)
            put_json(ctx, file, &ask, &found.lines[i]);
        else
            put_csv(ctx, &csv, &ask, &found.lines[i]);
    }
    *is_last = !found.next.n || file->rows >= QUEUE_DATA_ROWS;
    if (*is_last && file->is_json)
        end_json(file, !found.next.n);
    if (found.next.n > sizeof file->after_text)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a cursor longer than cursors are"));
    if (found.next.n)
        memcpy(file->after_text, found.next.p, found.next.n);
    file->after = (struct str){file->after_text, found.next.n};
    return RC_OK;
}

static enum rc send(struct ctx *ctx, struct request *request, struct reply *reply, bool is_json)
{
    struct arena *arena = reply_stream_arena(reply);
    struct list_file *file = arena ? ARENA_NEW(arena, struct list_file) : NULL;
    struct case_found unused;
    struct list_ask ask;
    enum rc rc = file ? list_ask_read(ctx, request, &ask) : FAIL(ctx, ERR_MEMORY);

    if (rc)
        return rc;
    *file = (struct list_file){
        .text = str_copy(arena, ask.text),
        .sort = ask.has_sort ? case_sort_word(ask.sort) : STR_NONE,
        .columns = str_copy(arena, list_ask_columns(ctx->arena, &ask)),
        .base_url = request_csrf(request)->base_url,
        .lang = ctx->lang,
        .is_json = is_json,
    };
    /* What is wrong with it is said in an answer, not in the middle of a file. */
    rc = load_part(ctx, file, &ask, &unused);
    if (rc)
        return rc;
    file->json = json_writer_on(NULL);
    if (!is_json)
        reply_header(reply, S("Content-Disposition"), S("attachment; filename=\"cases.csv\""));
    reply_stream(reply, is_json ? "application/json" : "text/csv; charset=utf-8", produce, file);
    return RC_OK;
}

enum rc queue_csv(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return send(ctx, request, reply, false);
}

enum rc queue_json(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return send(ctx, request, reply, true);
}
