#define PCRE2_CODE_UNIT_WIDTH 8
#include "web/form.h"

#include <assert.h>
#include <pcre2.h>

#include "base/json.h"
#include "base/msg.h"
#include "base/utf8.h"

#define MAX_VALUES        100 /* of one field */
#define MATCH_LIMIT       100000
#define DEFAULT_TEXT_MAX  200
#define DEFAULT_EMAIL_MAX 254 /* RFC 5321, section 4.5.3.1.3, without the angle brackets */
#define DEFAULT_TOKEN_MAX 128

static void refuse(struct form_field *field, enum err_id error, struct str arg)
{
    if (field->error != ERR_NONE)
        return;
    field->error = error;
    field->arg = arg;
}

bool form_is_email(struct str s)
{
    ptrdiff_t at = str_find_byte(s, '@');
    struct str local = str_slice(s, 0, at < 0 ? 0 : (size_t)at), domain, label;
    size_t labels = 0;

    if (at <= 0 || at > 64 || s.n > DEFAULT_EMAIL_MAX || local.p[0] == '.' ||
        str_ends_with(local, S(".")) || str_find(local, S("..")) >= 0)
        return false;
    domain = str_slice(s, (size_t)at + 1, s.n);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("\"(),:;<>[\\]", s.p[i]))
            return false;
    while (str_next(&domain, '.', &label)) {
        labels++;
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-' ||
            str_find_byte(label, '@') >= 0)
            return false;
    }
    return labels >= 2;
}

/* Line ends as LF, outer blanks gone. */
static struct str clean_text(struct arena *arena, struct str s)
{
    size_t n = 0;
    char *p;

    s = str_trim(s);
    if (str_find_byte(s, '\r') < 0)
        return s.p ? s : S("");
    p = arena_alloc(arena, s.n);
    for (size_t i = 0; p && i < s.n; i++)
        if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
            p[n++] = s.p[i] == '\r' ? '\n' : s.p[i];
    return p ? (struct str){p, n} : S("");
}

static bool matches(const char *pattern, struct str s)
{
    int error;
    PCRE2_SIZE at;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &at, NULL);
    pcre2_match_data *data = code ? pcre2_match_data_create(1, NULL) : NULL;
    pcre2_match_context *context = data ? pcre2_match_context_create(NULL) : NULL;
    int found = -1;

    assert(code); /* the pattern is part of the program */
    if (context) {
        pcre2_set_match_limit(context, MATCH_LIMIT);
        found = pcre2_match(code, (PCRE2_SPTR)s.p, s.n, 0, 0, data, context);
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return found >= 0;
}

static void check_length(struct ctx *ctx, struct form_field *field, size_t fallback)
{
    size_t max = field->spec->max_characters ? field->spec->max_characters : fallback;

    if (utf8_count(field->values[0]) > max)
        refuse(field, ERR_TOO_LONG, str_fmt(ctx->arena, "%zu", max));
}

static void check_text(struct ctx *ctx, struct form_field *field)
{
    field->values[0] = clean_text(ctx->arena, field->values[0]);
    check_length(ctx, field, DEFAULT_TEXT_MAX);
    if (!field->error && field->spec->pattern && field->values[0].n &&
        !matches(field->spec->pattern, field->values[0]))
        refuse(field, ERR_PATTERN, STR_NONE);
}

static void check_email(struct ctx *ctx, struct form_field *field)
{
    field->values[0] = clean_text(ctx->arena, field->values[0]);
    check_length(ctx, field, DEFAULT_EMAIL_MAX);
    if (field->values[0].n && !form_is_email(field->values[0]))
        refuse(field, ERR_NOT_AN_EMAIL, STR_NONE);
}

static void check_integer(struct ctx *ctx, struct form_field *field)
{
    const struct input_spec *spec = field->spec;
    bool is_bounded = spec->min != 0 || spec->max != 0;

    field->values[0] = clean_text(ctx->arena, field->values[0]);
    if (field->values[0].n == 0)
        return;
    if (!str_to_i64(field->values[0], &field->integer))
        refuse(field, ERR_NOT_A_NUMBER, STR_NONE);
    else if (is_bounded && field->integer < spec->min)
        refuse(field, ERR_TOO_SMALL, str_fmt(ctx->arena, "%lld", (long long)spec->min));
    else if (is_bounded && field->integer > spec->max)
        refuse(field, ERR_TOO_BIG, str_fmt(ctx->arena, "%lld", (long long)spec->max));
}

static bool civil_of(struct str year, struct str month, struct str day, int64_t *ret_days)
{
    int64_t y, m, d;
    struct date date;

    if (!str_to_i64(year, &y) || !str_to_i64(month, &m) || !str_to_i64(day, &d) || y < 1 ||
        y > 9999 || m < 1 || m > 12 || d < 1 || d > 31 ||
        !date_of((struct civil){(int)y, (int)m, (int)d}, &date))
        return false;
    *ret_days = date.days;
    return true;
}

static void check_date(struct ctx *ctx, struct form_field *field)
{
    struct str rest = field->values[0] = clean_text(ctx->arena, field->values[0]);
    struct str parts[3] = {STR_NONE, STR_NONE, STR_NONE};
    size_t count = 0;

    if (rest.n == 0)
        return;
    while (count < 3 && str_next(&rest, '-', &parts[count]))
        count++;
    if (rest.p || count != 3 || !civil_of(parts[0], parts[1], parts[2], &field->integer))
        refuse(field, ERR_NOT_A_DATE, STR_NONE);
}

static void check_yes_no(struct ctx *ctx, struct form_field *field)
{
    struct str value = field->values[0] = clean_text(ctx->arena, field->values[0]);

    if (str_eq(value, S("yes")) || str_eq(value, S("true")) || str_eq(value, S("on")) ||
        str_eq(value, S("1")))
        field->integer = 1;
    else if (value.n && !str_eq(value, S("no")) && !str_eq(value, S("false")) &&
             !str_eq(value, S("0")))
        refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
}

static bool is_choice(const struct input_spec *spec, struct str value)
{
    for (size_t i = 0; spec->choices && spec->choices[i]; i++)
        if (str_eq(value, str_of(spec->choices[i])))
            return true;
    return false;
}

static void check_choices(struct ctx *ctx, struct form_field *field)
{
    (void)ctx;
    for (size_t i = 0; i < field->count; i++) {
        if (field->values[i].n && !is_choice(field->spec, field->values[i]))
            refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
        for (size_t j = 0; j < i; j++)
            if (str_eq(field->values[i], field->values[j]))
                refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
    }
}

static void check_token(struct ctx *ctx, struct form_field *field)
{
    check_length(ctx, field, DEFAULT_TOKEN_MAX);
    for (size_t i = 0; i < field->values[0].n; i++) {
        char c = field->values[0].p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            refuse(field, ERR_PATTERN, STR_NONE);
    }
}

static void check_files(struct ctx *ctx, struct form_field *field)
{
    size_t max = field->spec->max_count ? field->spec->max_count : 1;

    if (field->count > max)
        refuse(field, ERR_TOO_BIG, str_fmt(ctx->arena, "%zu", max));
}

static bool is_empty(const struct form_field *field)
{
    for (size_t i = 0; i < field->count; i++)
        if (str_trim(field->values[i]).n)
            return false;
    return true;
}

static void check(struct ctx *ctx, struct form_field *field)
{
    static void (*const checks[])(struct ctx *, struct form_field *) = {
        [INPUT_TEXT] = check_text,       [INPUT_EMAIL] = check_email,
        [INPUT_INTEGER] = check_integer, [INPUT_DATE] = check_date,
        [INPUT_YES_NO] = check_yes_no,   [INPUT_CHOICE] = check_choices,
        [INPUT_CHOICES] = check_choices, [INPUT_FILE] = check_files,
        [INPUT_TOKEN] = check_token,
    };
    bool takes_many = field->spec->type == INPUT_CHOICES || field->spec->type == INPUT_FILE;

    for (size_t i = 0; i < field->count; i++)
        if (!text_is_clean(field->values[i]))
            refuse(field, ERR_NOT_UTF8, STR_NONE);
    if (field->count > 1 && !takes_many)
        refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
    if (field->count)
        checks[field->spec->type](ctx, field);
    if (field->spec->is_required && is_empty(field))
        refuse(field, ERR_REQUIRED, STR_NONE);
}

static void add_value(struct ctx *ctx, struct form_field *field, struct str value)
{
    if (!field->values)
        field->values = ARENA_ARRAY(ctx->arena, MAX_VALUES, struct str);
    if (!field->values)
        return;
    if (field->count == MAX_VALUES)
        refuse(field, ERR_TOO_BIG, str_fmt(ctx->arena, "%d", MAX_VALUES));
    else
        field->values[field->count++] = value;
}

/* GOV.UK's three boxes for a date; all empty is no date. */
static void join_date(struct ctx *ctx, struct form_field *field, const struct params *params)
{
    static const char *const parts[3] = {"year", "month", "day"};
    struct str values[3];
    bool is_given = false;

    for (int i = 0; i < 3; i++) {
        values[i] =
            str_trim(params_get(params, str_fmt(ctx->arena, "%s-%s", field->spec->name, parts[i])));
        is_given |= values[i].n > 0;
    }
    if (is_given)
        add_value(ctx, field, str_join(ctx->arena, values, 3, S("-")));
}

static struct form_field *find(const struct form *form, struct str name)
{
    for (size_t i = 0; i < form->count; i++)
        if (str_eq(str_of(form->fields[i].spec->name), name))
            return &form->fields[i];
    return NULL;
}

static bool is_tolerated(const struct request *request, struct str name)
{
    return !request->route || !(request->route->flags & ROUTE_API) || str_eq(name, S("csrf"));
}

static void take_param(struct ctx *ctx, const struct request *request, struct form *form,
                       struct param param)
{
    struct form_field *field = find(form, param.name);

    if (field && field->spec->type != INPUT_FILE)
        add_value(ctx, field, param.value);
    else if (!form->unknown.p && !is_tolerated(request, param.name))
        form->unknown = param.name;
}

static void take_params(struct ctx *ctx, const struct request *request, const struct params *params,
                        struct form *form)
{
    for (size_t i = 0; i < params->n; i++)
        take_param(ctx, request, form, params->items[i]);
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].spec->type == INPUT_DATE && !form->fields[i].count)
            join_date(ctx, &form->fields[i], params);
    for (const struct upload *upload = request->uploads; upload; upload = upload->next) {
        struct form_field *field = find(form, upload->field);

        if (field && field->spec->type == INPUT_FILE)
            add_value(ctx, field, upload->filename);
    }
}

/* A JSON scalar as the text a form would have sent; false for anything else. */
static bool scalar_text(struct ctx *ctx, const json_t *value, struct str *ret)
{
    if (json_is_string(value))
        *ret =
            str_copy(ctx->arena, (struct str){json_string_value(value), json_string_length(value)});
    else if (json_is_integer(value))
        *ret = str_fmt(ctx->arena, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        *ret = json_is_true(value) ? S("true") : S("false");
    else
        return false;
    return true;
}

static void take_json(struct ctx *ctx, const struct request *request, struct form *form,
                      struct str name, const json_t *value)
{
    struct form_field *field = find(form, name);
    struct str text;
    const json_t *item;
    size_t i;

    if (json_is_null(value))
        return;
    if (!field) {
        take_param(ctx, request, form, (struct param){str_copy(ctx->arena, name), S("")});
    } else if (scalar_text(ctx, value, &text)) {
        add_value(ctx, field, text);
    } else if (json_is_array(value) && field->spec->type == INPUT_CHOICES) {
        json_array_foreach(value, i, item)
        {
            if (scalar_text(ctx, item, &text))
                add_value(ctx, field, text);
            else
                refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
        }
    } else {
        refuse(field, ERR_PATTERN, STR_NONE);
    }
}

static enum rc read_json(struct ctx *ctx, const struct request *request, struct form *form)
{
    json_t *root, *value;
    const char *name;
    enum rc rc = json_parse(ctx, request->body, request->body.n, &root);

    if (rc)
        return rc;
    if (!json_is_object(root))
        return FAIL(ctx, ERR_FORMAT, .detail = S("JSON, but not an object"));
    json_object_foreach(root, name, value) take_json(ctx, request, form, str_of(name), value);
    return RC_OK;
}

static enum rc take_input(struct ctx *ctx, const struct request *request, struct form *form)
{
    bool is_safe = http_method_is_safe(request->method);

    if (!is_safe && str_eq_ascii_nocase(request->media_type, S("application/json")))
        return read_json(ctx, request, form);
    if (!is_safe && request->body.n)
        return FAIL(ctx, ERR_MEDIA_TYPE);
    take_params(ctx, request, is_safe ? &request->query : &request->form, form);
    return RC_OK;
}

enum rc form_read(struct ctx *ctx, const struct request *request, const struct input_spec *specs,
                  struct form *ret_form)
{
    struct form form = {.count = 0};
    enum rc rc;

    while (specs[form.count].name)
        form.count++;
    form.fields = ARENA_ARRAY(ctx->arena, form.count, struct form_field);
    if (!form.fields)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < form.count; i++)
        form.fields[i].spec = &specs[i];
    rc = take_input(ctx, request, &form);
    if (rc)
        return rc;
    for (size_t i = 0; i < form.count; i++) {
        check(ctx, &form.fields[i]);
        form.error_count += form.fields[i].error != ERR_NONE;
    }
    form.error_count += form.unknown.p != NULL;
    *ret_form = form;
    return RC_OK;
}

enum rc form_check(struct ctx *ctx, const struct form *form)
{
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].error)
            return FAIL(ctx, form->fields[i].error, .arg = form->fields[i].arg,
                        .field = str_of(form->fields[i].spec->name));
    if (form->unknown.p)
        return FAIL(ctx, ERR_PATTERN, .field = form->unknown, .detail = S("an unknown field"));
    return RC_OK;
}

struct form_field *form_field(const struct form *form, const char *name)
{
    struct form_field *field = find(form, str_of(name));

    assert(field);
    return field;
}

void form_refuse(struct form *form, const char *name, enum err_id error, struct str arg)
{
    struct form_field *field = form_field(form, name);

    form->error_count += field->error == ERR_NONE;
    refuse(field, error, arg);
}

bool form_has(const struct form *form, const char *name)
{
    return !is_empty(form_field(form, name));
}

struct str form_text(const struct form *form, const char *name)
{
    const struct form_field *field = form_field(form, name);

    return field->count ? field->values[0] : S("");
}

int64_t form_integer(const struct form *form, const char *name)
{
    return form_field(form, name)->integer;
}

bool form_is_yes(const struct form *form, const char *name)
{
    return form_field(form, name)->integer == 1;
}

struct date form_date(const struct form *form, const char *name)
{
    return (struct date){(int32_t)form_field(form, name)->integer};
}

bool form_has_choice(const struct form *form, const char *name, struct str choice)
{
    const struct form_field *field = form_field(form, name);

    for (size_t i = 0; i < field->count; i++)
        if (str_eq(field->values[i], choice))
            return true;
    return false;
}

enum rc form_check_text(struct ctx *ctx, struct str text, const char *field, size_t max_characters)
{
    if (utf8_count(text) > max_characters)
        return FAIL(ctx, ERR_TOO_LONG, .field = str_of(field),
                    .arg = str_fmt(ctx->arena, "%zu", max_characters));
    return text_is_clean(text) ? RC_OK : FAIL(ctx, ERR_NOT_UTF8, .field = str_of(field));
}

/* What a text that is too long is told, when the request has it: the most, and how long it was. */
static struct str sentence_of_length(struct arena *arena, enum lang lang,
                                     const struct request *request, const struct err *err)
{
    bool is_whole;
    size_t n = request_typed_length(request, err->field, &is_whole);
    struct str kept = params_get(&request->form, err->field);
    const struct msg_arg args[] = {
        MSG_ARG("arg", err->arg),
        MSG_ARG("count", (int64_t)n),
        MSG_ARG("kept", (int64_t)utf8_count(kept)),
    };
    enum msg_id id = is_whole ? MSG_form_too_long : MSG_form_too_long_cut;

    return msg_format(arena, lang, id, args, COUNT(args));
}

struct str form_sentence(struct arena *arena, enum lang lang, const struct request *request,
                         const struct err *err)
{
    struct msg_arg arg = MSG_ARG("arg", err->arg);
    enum msg_id id;

    if (err->id == ERR_PATTERN && err->arg.n)
        return err->arg;
    if (err->id == ERR_TOO_LONG && err->arg.n && params_get(&request->form, err->field).p)
        return sentence_of_length(arena, lang, request, err);
    if (err->id == ERR_TOO_LARGE && err->arg.n)
        id = MSG_form_file_too_large;
    else if (!msg_by_key(str_fmt(arena, "error.%s", err_name(err->id)), &id))
        return STR_NONE;
    return msg_format(arena, lang, id, &arg, 1);
}
