#include "engine/cases/projection.h"

#include <assert.h>

#include "base/piece.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/kept.h"
#include "engine/cases/queries.h"
#include "engine/definition/city.h"
#include "people/party_name.h"
#include "place/place.h"

#define MAX_WORDS      40000
#define MAX_INDEX_TEXT 400
#define MAX_CASE_BYTES ((size_t)16 << 20) /* what the check of one case may take */

bool projection_has_words(const struct field *field)
{
    return field_kind(field->type)->holds == FIELD_HOLDS_WORDS && field->personal == PERSONAL_NONE;
}

struct str projection_words(struct ctx *ctx, const struct projection_words *of)
{
    const struct definition *definition = of->answers->definition;
    struct buf out = buf_in(ctx->arena, MAX_WORDS);

    buf_add(&out, of->number);
    buf_add_byte(&out, ' ');
    buf_add(&out, of->place_label);
    buf_add_byte(&out, ' ');
    buf_add(&out, of->description);
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];

        if (!projection_has_words(field) || !of->answers->of[i].is_given)
            continue;
        assert(of->answers->of[i].value.kind == CEL_STRING);
        buf_add_byte(&out, ' ');
        buf_add(&out, of->answers->of[i].value.text);
    }
    return utf8_fold(ctx->arena, buf_str(&out));
}

/* "5th": a street's name, and no house's number. */
static bool is_ordinal(struct str word)
{
    static const struct str ends[] = {STR("st"), STR("nd"), STR("rd"), STR("th")};
    size_t digits = 0;

    while (digits < word.n && word.p[digits] >= '0' && word.p[digits] <= '9')
        digits++;
    for (size_t i = 0; digits && i < sizeof ends / sizeof *ends; i++)
        if (str_eq_ascii_nocase(str_slice(word, digits, word.n), ends[i]))
            return true;
    return false;
}

static bool has_figure(struct str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] >= '0' && word.p[i] <= '9')
            return true;
    return false;
}

/* Everybody is shown the block: its street is in the label, its hundred is not looked up. */
static void add_blurred(struct buf *out, struct str label)
{
    struct str word;

    while (label.n && str_next(&label, ' ', &word)) {
        if (has_figure(word) && !is_ordinal(word))
            continue;
        buf_add(out, word);
        buf_add_byte(out, ' ');
    }
}

struct str projection_public_words(struct ctx *ctx, const struct projection_words *of)
{
    struct buf out = buf_in(ctx->arena, MAX_WORDS);

    buf_add(&out, of->number);
    buf_add_byte(&out, ' ');
    buf_add(&out, of->answers->definition->code);
    buf_add_byte(&out, ' ');
    if (of->answers->definition->place.blur == BLUR_BLOCK)
        add_blurred(&out, of->place_label);
    else
        buf_add(&out, of->place_label);
    buf_add_byte(&out, ' ');
    if (of->is_public)
        buf_add(&out, of->description);
    return utf8_fold(ctx->arena, buf_str(&out));
}

/* ---- The rows of case_index */

int64_t projection_millionths(struct decimal number)
{
    struct decimal_places none = {0, DECIMAL_HALF_UP};
    struct decimal product;
    int64_t whole = 0;

    if (decimal_mul_round(number, decimal_of(1000000, 0), none, &product) &&
        decimal_to_i64(product, &whole))
        return whole;
    return number.coefficient < 0 ? INT64_MIN : INT64_MAX;
}

/* Whether the row has what the kind of field is looked for by, and nothing else. */
static bool has_only(const struct case_index_add_args *row, enum field_index index)
{
    return !row->text_is_null == (index == FIELD_INDEX_TEXT) &&
           !row->number_is_null == (index == FIELD_INDEX_NUMBER) &&
           !row->instant_is_null == (index == FIELD_INDEX_DAY);
}

static struct case_index_add_args row_of(struct ctx *ctx, const struct field *field,
                                         const struct cel_value *value)
{
    struct case_index_add_args row = {
        .field = field->id,
        .text_is_null = true,
        .number_is_null = true,
        .instant_is_null = true,
    };

    switch (value->kind) {
    case CEL_INT:
        row.number = projection_millionths(decimal_of(value->integer, 0));
        row.number_is_null = false;
        break;
    case CEL_DECIMAL:
        row.number = projection_millionths(*value->decimal);
        row.number_is_null = false;
        break;
    case CEL_MONEY:
        row.number = projection_millionths(money_to_decimal(value->money));
        row.number_is_null = false;
        break;
    case CEL_DATE:
        row.instant = zone_instant(ctx->city->zone, (struct local_time){value->date, 0});
        row.instant_is_null = false;
        break;
    case CEL_BOOL:
        row.text = value->boolean ? S("true") : S("false");
        row.text_is_null = false;
        break;
    case CEL_STRING:
        row.text = utf8_cut(value->text, MAX_INDEX_TEXT);
        row.text_is_null = false;
        break;
    default: break;
    }
    assert(has_only(&row, field_kind(field->type)->index));
    return row;
}

/* Every row that the answers give, in the order of the fields. */
static enum rc rows_of(struct ctx *ctx, const struct answers *answers,
                       struct case_index_add_args **ret, size_t *ret_n)
{
    const struct definition *definition = answers->definition;
    struct case_index_add_args *rows;
    size_t n = 0;

    for (size_t i = 0; i < definition->field_n; i++)
        n += answers->of[i].value.kind == CEL_LIST ? answers->of[i].value.list->n : 1;
    rows = ARENA_ARRAY(ctx->arena, n, struct case_index_add_args);
    if (!rows)
        return FAIL(ctx, ERR_MEMORY);
    n = 0;
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        const struct cel_value *value = &answers->of[i].value;

        if (!field->is_indexed || !answers->of[i].is_given)
            continue;
        if (value->kind != CEL_LIST)
            rows[n++] = row_of(ctx, field, value);
        else
            for (size_t j = 0; j < value->list->n; j++)
                rows[n++] = row_of(ctx, field, &value->list->items[j]);
    }
    *ret = rows;
    *ret_n = n;
    return RC_OK;
}

enum rc projection_index_add(struct ctx *ctx, int64_t case_id, const struct answers *answers)
{
    struct case_index_add_args *rows;
    size_t n;
    enum rc rc = rows_of(ctx, answers, &rows, &n);

    for (size_t i = 0; !rc && i < n; i++) {
        rows[i].cases = case_id;
        rc = case_index_add(ctx, &rows[i], NULL);
    }
    return rc;
}

/* ---- Comparing */

struct checking {
    struct buf *report;
    struct projection_found found;
};

/* One line of the report, unless they are the same. */
static void compare(struct checking *checking, struct str number, const char *what, struct str is,
                    struct str should)
{
    if (str_eq(is, should))
        return;
    checking->found.differences++;
    buf_add_fmt(checking->report, "%.*s: %s is \"%.*s\", should be \"%.*s\"\n", STR_ARG(number),
                what, STR_ARG(is), STR_ARG(should));
}

static struct str instant_or_none(struct ctx *ctx, bool is_null, struct instant at)
{
    return is_null ? S("none") : instant_format_utc(ctx->arena, at);
}

static struct str number_or_none(struct ctx *ctx, bool is_null, int64_t number)
{
    return is_null ? S("-") : str_fmt(ctx->arena, "%lld", (long long)number);
}

static void put_row(struct ctx *ctx, struct buf *out, const struct case_index_add_args *row)
{
    buf_add(out, row->field);
    BUF_ADD(out, "=");
    buf_add(out, row->text_is_null ? S("-") : row->text);
    BUF_ADD(out, "|");
    buf_add(out, number_or_none(ctx, row->number_is_null, row->number));
    BUF_ADD(out, "|");
    buf_add(out, number_or_none(ctx, row->instant_is_null, row->instant.us_utc));
    BUF_ADD(out, ";");
}

static enum rc stored_index(struct ctx *ctx, int64_t case_id, struct str *ret)
{
    struct buf out = buf_in(ctx->arena, MAX_CASE_BYTES);
    struct case_index_of_rows stored;
    enum rc rc = case_index_of(ctx, case_id, &stored);

    for (size_t i = 0; !rc && i < stored.n; i++) {
        const struct case_index_of_row *row = &stored.rows[i];

        put_row(ctx, &out,
                &(struct case_index_add_args){
                    .field = row->field,
                    .text = row->text,
                    .text_is_null = row->text_is_null,
                    .number = row->number,
                    .number_is_null = row->number_is_null,
                    .instant = row->instant,
                    .instant_is_null = row->instant_is_null,
                });
    }
    if (!rc)
        *ret = buf_str(&out);
    return rc;
}

static enum rc computed_index(struct ctx *ctx, const struct answers *answers, struct str *ret)
{
    struct buf out = buf_in(ctx->arena, MAX_CASE_BYTES);
    struct case_index_add_args *rows;
    size_t n;
    enum rc rc = rows_of(ctx, answers, &rows, &n);

    for (size_t i = 0; !rc && i < n; i++)
        put_row(ctx, &out, &rows[i]);
    if (!rc)
        *ret = buf_str(&out);
    return rc;
}

static enum rc check_answers(struct ctx *ctx, struct checking *checking,
                             const struct projections_row *row)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    struct answers answers;
    struct projection_words words = {.number = row->number,
                                     .place_label = row->place_label,
                                     .description = row->description,
                                     .answers = &answers,
                                     .is_public = row->is_description_public};
    struct str is = STR_NONE, should = STR_NONE;
    struct kept_texts kept;
    enum rc rc;

    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    rc = answers_parse(ctx, definition, row->answers, &answers);
    if (!rc)
        rc = kept_check(ctx, row->id, &answers, &kept);
    if (!rc)
        rc = stored_index(ctx, row->id, &is);
    if (!rc)
        rc = computed_index(ctx, &answers, &should);
    if (rc)
        return rc;
    compare(checking, row->number, "case_index", is, should);
    compare(checking, row->number, "case_kept", kept.is, kept.should);
    compare(checking, row->number, "case_text", row->words, projection_words(ctx, &words));
    /* What the table was begun with is folded by the store, which knows fewer letters. */
    compare(checking, row->number, "case_public_text", utf8_fold(ctx->arena, row->public_words),
            projection_public_words(ctx, &words));
    return RC_OK;
}

/* The job of an open case's clocks looks at them no later than there is something to tell. */
static void check_alarm(struct ctx *ctx, struct checking *checking,
                        const struct projections_row *row)
{
    bool is_late = row->watched_is_null || instant_cmp(row->watched, row->clocks_alarm) > 0;

    if (row->clocks_alarm_is_null || row->state_type == STATE_CLOSED || !is_late)
        return;
    compare(checking, row->number, "alarm",
            instant_or_none(ctx, row->watched_is_null, row->watched),
            instant_or_none(ctx, false, row->clocks_alarm));
}

static enum rc check_row(struct ctx *ctx, struct checking *checking,
                         const struct projections_row *row)
{
    struct place place = {0};
    enum rc rc =
        row->place_layers_is_null ? RC_OK : place_layers_parse(ctx, row->place_layers, &place);

    if (rc)
        return rc;
    compare(checking, row->number, "due", instant_or_none(ctx, row->due_is_null, row->due),
            instant_or_none(ctx, row->clocks_due_is_null, row->clocks_due));
    check_alarm(ctx, checking, row);
    compare(checking, row->number, "district", row->district, place_layer(&place, S("district")));
    return check_answers(ctx, checking, row);
}

/* In a piece of its own: there may be a million cases. */
static enum rc check_case(struct ctx *ctx, const struct projections_row *row, void *arg)
{
    struct checking *checking = arg;
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = check_row(ctx, checking, row);
    checking->found.cases++;
    if (rc)
        ctx->err.detail =
            str_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(row->number), STR_ARG(ctx->err.detail));
    piece_end(ctx, &piece);
    return rc;
}

/* In a piece of its own, as well. */
static enum rc check_party(struct ctx *ctx, const struct party_names_row *row, void *arg)
{
    struct checking *checking = arg;
    struct piece piece;
    struct str party;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    party = str_fmt(ctx->arena, "party %lld", (long long)row->id);
    compare(checking, party, "folded", row->folded_is_null ? S("none") : row->folded,
            party_name_fold(ctx->arena, row->name));
    compare(checking, party, "is_proven", row->is_proven ? S("true") : S("false"),
            row->has_proof ? S("true") : S("false"));
    piece_end(ctx, &piece);
    return RC_OK;
}

enum rc projection_check(struct ctx *ctx, struct buf *report, struct projection_found *ret)
{
    struct checking checking = {.report = report};
    enum rc rc = projections(ctx, check_case, &checking);

    if (!rc)
        rc = party_names(ctx, check_party, &checking);
    if (!rc)
        *ret = checking.found;
    return rc;
}
