#include "engine/definition/answer.h"

#include <assert.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/json.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "engine/definition/show.h"

#define NUMBER_BYTES 64 /* of a number as it is typed */

enum rc answers_new(struct ctx *ctx, const struct definition *definition, struct answers *ret)
{
    struct answer *of = ARENA_ARRAY(ctx->arena, definition->field_n, struct answer);

    if (!of)
        return FAIL(ctx, ERR_MEMORY);
    *ret = (struct answers){definition, of};
    return RC_OK;
}

enum rc answers_copy(struct ctx *ctx, const struct answers *from, struct answers *ret)
{
    enum rc rc = answers_new(ctx, from->definition, ret);

    for (size_t i = 0; !rc && i < from->definition->field_n; i++)
        ret->of[i] = from->of[i];
    return rc;
}

static const struct field_option *option_of(const struct field *field, struct str id)
{
    for (size_t i = 0; i < field->option_n; i++)
        if (str_eq(field->options[i].id, id))
            return &field->options[i];
    return NULL;
}

/* The whole text must match; a pattern that takes too long counts as not matched. */
static bool matches(struct str pattern, struct str text)
{
    int error;
    PCRE2_SIZE where;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED,
                                     &error, &where, NULL);
    pcre2_match_data *data = code ? pcre2_match_data_create_from_pattern(code, NULL) : NULL;
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    bool is_match = false;

    if (data && limits) {
        pcre2_set_match_limit(limits, 100000);
        pcre2_set_depth_limit(limits, 1000);
        is_match =
            pcre2_match(code, (PCRE2_SPTR)text.p, text.n, 0, PCRE2_NO_UTF_CHECK, data, limits) > 0;
    }
    pcre2_match_context_free(limits);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return is_match;
}

static enum rc refuse(struct ctx *ctx, const struct field *field, enum err_id id, struct str arg)
{
    return FAIL(ctx, id, .field = field->id, .arg = arg);
}

static enum rc read_text(struct ctx *ctx, const struct field *field, struct str typed,
                         struct cel_value *ret)
{
    if (!text_is_clean(typed))
        return refuse(ctx, field, ERR_NOT_UTF8, STR_NONE);
    if (utf8_count(typed) > (size_t)field->max_length)
        return refuse(ctx, field, ERR_TOO_LONG, str_fmt(ctx->arena, "%d", (int)field->max_length));
    if (field->pattern.n && !matches(field->pattern, typed))
        return refuse(ctx, field, ERR_PATTERN, text_in(&field->pattern_says, ctx->lang));
    *ret = cel_string(str_copy(ctx->arena, typed));
    return RC_OK;
}

static enum rc check_bounds(struct ctx *ctx, const struct field *field, struct decimal number)
{
    if (field->has_min && decimal_cmp(number, field->min) < 0)
        return refuse(ctx, field, ERR_TOO_SMALL, decimal_format(ctx->arena, field->min));
    if (field->has_max && decimal_cmp(number, field->max) > 0)
        return refuse(ctx, field, ERR_TOO_BIG, decimal_format(ctx->arena, field->max));
    return RC_OK;
}

/* What people type around a number is dropped, the sign of the dollar before or after it, and a
 * blank between thousands taken for a comma. Either stands where thousands end: who writes "12,50"
 * as Vietnamese does means no 1,250. Empty for what is no number. */
static struct str bare_number(struct arena *arena, struct str typed)
{
    bool has_sign = typed.n && (typed.p[0] == '-' || typed.p[0] == '+');
    struct str sign = str_slice(typed, 0, has_sign);
    struct str amount = str_trim(str_slice(typed, has_sign, typed.n));
    char bare[NUMBER_BYTES], *digits;
    size_t n = 0;

    if (str_starts_with(amount, S("$")))
        amount = str_trim(str_slice(amount, 1, amount.n));
    else if (str_ends_with(amount, S("$")))
        amount = str_trim(str_slice(amount, 0, amount.n - 1));
    if (sign.n + amount.n > sizeof bare)
        return STR_NONE;
    if (sign.n)
        bare[n++] = sign.p[0];
    for (size_t i = 0; i < amount.n; i++)
        bare[n++] = (char)(amount.p[i] == ' ' ? ',' : amount.p[i]);
    digits = arena_alloc(arena, n);
    return digits ? (struct str){digits, decimal_ungroup((struct str){bare, n}, digits, n)}
                  : STR_NONE;
}

/* Who is told that digits alone are taken leaves out the comma of "12,50" and pays a hundredfold.
 */
static enum rc refuse_number(struct ctx *ctx, const struct field *field)
{
    return refuse(ctx, field, field->type == FIELD_MONEY ? ERR_NOT_AN_AMOUNT : ERR_NOT_A_NUMBER,
                  STR_NONE);
}

static enum rc read_bounded(struct ctx *ctx, const struct field *field, struct str bare,
                            struct decimal *ret)
{
    struct decimal number;
    enum rc rc;

    if (!decimal_parse(bare, &number))
        return refuse_number(ctx, field);
    rc = check_bounds(ctx, field, number);
    if (!rc)
        *ret = number;
    return rc;
}

static enum rc read_money(struct ctx *ctx, const struct field *field, struct str typed,
                          struct cel_value *ret)
{
    struct decimal number;
    struct money money;
    enum rc rc = read_bounded(ctx, field, bare_number(ctx->arena, typed), &number);

    if (rc)
        return rc;
    if (number.scale > 2 || !money_from_decimal(number, DECIMAL_HALF_UP, &money))
        return refuse_number(ctx, field);
    *ret = cel_money(money);
    return RC_OK;
}

static enum rc read_number(struct ctx *ctx, const struct field *field, struct str typed,
                           struct cel_value *ret)
{
    struct str bare = bare_number(ctx->arena, typed);
    struct decimal number;
    int64_t whole;
    enum rc rc = read_bounded(ctx, field, bare, &number);

    if (rc)
        return rc;
    if (field->decimals ? number.scale > field->decimals : !str_to_i64(bare, &whole))
        return refuse_number(ctx, field);
    *ret = field->decimals ? cel_decimal(ctx->arena, number) : cel_int(whole);
    return RC_OK;
}

static enum rc read_date(struct ctx *ctx, const struct field *field, struct str typed,
                         struct cel_value *ret)
{
    struct date date;

    if (!date_parse(typed, &date))
        return refuse(ctx, field, ERR_NOT_A_DATE, STR_NONE);
    *ret = cel_date(date);
    return RC_OK;
}

static enum rc read_yes_no(struct ctx *ctx, const struct field *field, struct str typed,
                           struct cel_value *ret)
{
    if (!str_eq(typed, S("true")) && !str_eq(typed, S("false")))
        return refuse(ctx, field, ERR_NOT_A_CHOICE, STR_NONE);
    *ret = cel_bool(typed.p[0] == 't');
    return RC_OK;
}

static enum rc read_choice(struct ctx *ctx, const struct field *field, struct str typed,
                           struct cel_value *ret)
{
    const struct field_option *option = option_of(field, typed);

    if (!option)
        return refuse(ctx, field, ERR_NOT_A_CHOICE, STR_NONE);
    *ret = cel_string(option->id);
    return RC_OK;
}

static enum rc read_choices(struct ctx *ctx, const struct field *field, const struct str *typed,
                            size_t n, struct cel_value *ret)
{
    struct cel_value *items = ARENA_ARRAY(ctx->arena, n, struct cel_value);

    if (!items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++) {
        const struct field_option *option = option_of(field, typed[i]);

        if (!option)
            return refuse(ctx, field, ERR_NOT_A_CHOICE, STR_NONE);
        items[i] = cel_string(option->id);
    }
    *ret = cel_list_of(ctx->arena, items, n);
    return RC_OK;
}

static enum rc read_any(struct ctx *ctx, const struct field *field, const struct str *typed,
                        size_t n, struct cel_value *ret)
{
    struct str one = str_trim(typed[0]);

    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_ASSET: return read_text(ctx, field, one, ret);
    case FIELD_NUMBER: return read_number(ctx, field, one, ret);
    case FIELD_MONEY: return read_money(ctx, field, one, ret);
    case FIELD_DATE: return read_date(ctx, field, one, ret);
    case FIELD_YES_NO: return read_yes_no(ctx, field, one, ret);
    case FIELD_CHOICE: return read_choice(ctx, field, one, ret);
    case FIELD_CHOICES: return read_choices(ctx, field, typed, n, ret);
    case FIELD_LATER: break;
    }
    assert(!"a field of a later version is asked");
    return RC_INTERNAL;
}

enum rc answer_read(struct ctx *ctx, const struct field *field, const struct str *typed, size_t n,
                    struct answer *ret)
{
    struct answer answer = {0};
    enum rc rc;

    if (n == 0 || (n == 1 && str_trim(typed[0]).n == 0)) {
        *ret = answer;
        return RC_OK;
    }
    rc = read_any(ctx, field, typed, n, &answer.value);
    if (rc)
        return rc;
    answer.is_given = true;
    *ret = answer;
    return RC_OK;
}

static struct str list_joined(struct arena *arena, const struct field *field,
                              const struct cel_list *list, bool is_for_people, enum lang lang)
{
    struct buf out = buf_in(arena, 16384);

    for (size_t i = 0; i < list->n; i++) {
        const struct field_option *option = option_of(field, list->items[i].text);

        if (i)
            buf_add(&out, is_for_people ? S(", ") : S(","));
        buf_add(&out, is_for_people && option ? text_in(&option->text, lang) : list->items[i].text);
    }
    return buf_str(&out);
}

struct str answer_typed(struct arena *arena, const struct field *field, const struct answer *answer)
{
    if (!answer->is_given)
        return STR_NONE;
    switch (answer->value.kind) {
    case CEL_BOOL: return answer->value.boolean ? S("true") : S("false");
    case CEL_INT: return str_fmt(arena, "%lld", (long long)answer->value.integer);
    case CEL_DECIMAL: return decimal_format(arena, *answer->value.decimal);
    case CEL_MONEY: return decimal_format(arena, money_to_decimal(answer->value.money));
    case CEL_DATE: return date_format(arena, answer->value.date);
    case CEL_LIST: return list_joined(arena, field, answer->value.list, false, LANG_EN);
    case CEL_STRING: return answer->value.text;
    default: break;
    }
    assert(!"answers have values of these kinds");
    return STR_NONE;
}

struct str answer_shown(struct arena *arena, const struct field *field, const struct answer *answer,
                        enum lang lang)
{
    const struct field_option *option;

    if (!answer->is_given)
        return STR_NONE;
    switch (field->type) {
    case FIELD_YES_NO: return msg_text(lang, answer->value.boolean ? MSG_form_yes : MSG_form_no);
    case FIELD_CHOICE:
        option = option_of(field, answer->value.text);
        return option ? text_in(&option->text, lang) : answer->value.text;
    case FIELD_CHOICES: return list_joined(arena, field, answer->value.list, true, lang);
    case FIELD_DATE: return show_date_short(arena, answer->value.date, lang);
    case FIELD_MONEY: return msg_money_text(arena, answer->value.money);
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_ASSET:
    case FIELD_LATER: break;
    }
    if (field->unit.in[LANG_EN].n)
        return str_fmt(arena, "%.*s %.*s", STR_ARG(answer_typed(arena, field, answer)),
                       STR_ARG(text_in(&field->unit, lang)));
    return answer_typed(arena, field, answer);
}

static struct str help_and(struct arena *arena, struct str help, struct str more)
{
    if (!help.n || !more.n)
        return help.n ? help : more;
    return str_fmt(arena, "%.*s %.*s", STR_ARG(help), STR_ARG(more));
}

struct str answer_hint(struct arena *arena, const struct field *field, enum lang lang)
{
    bool is_amount = field->type == FIELD_MONEY;

    return help_and(arena, text_in(&field->help, lang),
                    is_amount ? msg_text(lang, MSG_form_amount) : STR_NONE);
}

struct str answer_help(struct arena *arena, const struct field *field, enum lang lang)
{
    struct str unit = text_in(&field->unit, lang);
    struct msg_arg arg = MSG_ARG("unit", unit);

    return help_and(arena, text_in(&field->help, lang),
                    unit.n ? msg_format(arena, lang, MSG_form_in_unit, &arg, 1) : STR_NONE);
}

static void put_list(struct json_writer *json, const struct cel_list *list)
{
    json_begin_array(json);
    for (size_t i = 0; i < list->n; i++)
        json_put_string(json, list->items[i].text);
    json_end_array(json);
}

/* Exact numbers and dates are kept as text: JSON's numbers are not exact everywhere. */
static void put_answer(struct arena *arena, struct json_writer *json, const struct field *field,
                       const struct answer *answer)
{
    switch (answer->value.kind) {
    case CEL_BOOL: json_put_bool(json, answer->value.boolean); return;
    case CEL_INT: json_put_i64(json, answer->value.integer); return;
    case CEL_LIST: put_list(json, answer->value.list); return;
    default: json_put_string(json, answer_typed(arena, field, answer)); return;
    }
}

struct cel_value answer_unread(struct arena *arena, const struct field *field)
{
    bool is_list = field->later && str_starts_with(field->later->cel, S("list<"));

    return is_list ? cel_list_of(arena, NULL, 0) : cel_null();
}

struct str answers_json(struct ctx *ctx, const struct answers *answers)
{
    struct buf out = buf_in(ctx->arena, ANSWERS_BYTES_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    for (size_t i = 0; i < answers->definition->field_n; i++) {
        const struct field *field = &answers->definition->fields[i];
        const struct answer *answer = &answers->of[i];

        if (!answer->is_given || answer->value.kind == CEL_NULL)
            continue;
        json_put_key(&json, field->id);
        put_answer(ctx->arena, &json, field, answer);
    }
    json_end_object(&json);
    return buf_str(&out);
}

/* A stored value as the text that answer_read takes; several for a list. */
static enum rc typed_of(struct ctx *ctx, const json_t *value, struct str **ret, size_t *ret_n)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    struct str *typed = ARENA_ARRAY(ctx->arena, n, struct str);

    if (!typed)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;

        if (json_is_string(item))
            typed[i] = (struct str){json_string_value(item), json_string_length(item)};
        else if (json_is_integer(item))
            typed[i] = str_fmt(ctx->arena, "%lld", (long long)json_integer_value(item));
        else if (json_is_boolean(item))
            typed[i] = json_is_true(item) ? S("true") : S("false");
        else
            return FAIL(ctx, ERR_MALFORMED, .detail = S("no answer is stored like this"));
    }
    *ret = typed;
    *ret_n = n;
    return RC_OK;
}

enum rc answers_parse(struct ctx *ctx, const struct definition *definition, struct str json,
                      struct answers *ret)
{
    struct answers answers;
    json_t *root;
    enum rc rc = answers_new(ctx, definition, &answers);

    if (!rc)
        rc = json_parse(ctx, json, ANSWERS_BYTES_MAX, &root);
    for (size_t i = 0; !rc && i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        const json_t *value = json_object_getn(root, field->id.p, field->id.n);
        struct str *typed;
        size_t n;

        if (!value || json_is_null(value))
            continue;
        rc = typed_of(ctx, value, &typed, &n);
        if (!rc)
            rc = answer_read(ctx, field, typed, n, &answers.of[i]);
    }
    if (!rc)
        *ret = answers;
    return rc;
}
