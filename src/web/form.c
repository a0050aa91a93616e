#include "web/form.h"

#include <assert.h>

#include "base/msg.h"
#include "base/utf8.h"

#define DEFAULT_TEXT_MAX  200
#define DEFAULT_TOKEN_MAX 128

static void refuse(struct form_field *field, enum err_id error, struct str arg)
{
    if (field->error != ERR_NONE)
        return;
    field->error = error;
    field->arg = arg;
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

static void check_length(struct ctx *ctx, struct form_field *field, size_t fallback)
{
    size_t max = field->spec->max_characters ? field->spec->max_characters : fallback;

    if (utf8_count(field->value) > max)
        refuse(field, ERR_TOO_LONG, str_fmt(ctx->arena, "%zu", max));
}

static void check_text(struct ctx *ctx, struct form_field *field)
{
    field->value = clean_text(ctx->arena, field->value);
    check_length(ctx, field, DEFAULT_TEXT_MAX);
}

static void check_integer(struct ctx *ctx, struct form_field *field)
{
    const struct input_spec *spec = field->spec;
    bool is_bounded = spec->min != 0 || spec->max != 0;

    field->value = clean_text(ctx->arena, field->value);
    if (field->value.n == 0)
        return;
    if (!str_to_i64(field->value, &field->integer))
        refuse(field, ERR_NOT_A_NUMBER, STR_NONE);
    else if (is_bounded && field->integer < spec->min)
        refuse(field, ERR_TOO_SMALL, str_fmt(ctx->arena, "%lld", (long long)spec->min));
    else if (is_bounded && field->integer > spec->max)
        refuse(field, ERR_TOO_BIG, str_fmt(ctx->arena, "%lld", (long long)spec->max));
}

static bool is_choice(const struct input_spec *spec, struct str value)
{
    for (size_t i = 0; spec->choices && spec->choices[i]; i++)
        if (str_eq(value, str_of(spec->choices[i])))
            return true;
    return false;
}

static void check_choice(struct ctx *ctx, struct form_field *field)
{
    (void)ctx;
    if (field->value.n && !is_choice(field->spec, field->value))
        refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
}

static void check_token(struct ctx *ctx, struct form_field *field)
{
    check_length(ctx, field, DEFAULT_TOKEN_MAX);
    for (size_t i = 0; i < field->value.n; i++) {
        char c = field->value.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            refuse(field, ERR_PATTERN, STR_NONE);
    }
}

static void check(struct ctx *ctx, struct form_field *field)
{
    static void (*const checks[])(struct ctx *, struct form_field *) = {
        [INPUT_TEXT] = check_text,
        [INPUT_INTEGER] = check_integer,
        [INPUT_CHOICE] = check_choice,
        [INPUT_TOKEN] = check_token,
    };

    if (!text_is_clean(field->value))
        refuse(field, ERR_NOT_UTF8, STR_NONE);
    if (field->value.p)
        checks[field->spec->type](ctx, field);
    if (field->spec->is_required && !str_trim(field->value).n)
        refuse(field, ERR_REQUIRED, STR_NONE);
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

static void take_param(const struct request *request, struct form *form, struct param param)
{
    struct form_field *field = find(form, param.name);

    if (!field) {
        if (!form->unknown.p && !is_tolerated(request, param.name))
            form->unknown = param.name;
        return;
    }
    if (field->value.p)
        refuse(field, ERR_NOT_A_CHOICE, STR_NONE);
    else
        field->value = param.value.p ? param.value : S("");
}

enum rc form_read(struct ctx *ctx, const struct request *request, const struct input_spec *specs,
                  struct form *ret_form)
{
    bool is_safe = http_method_is_safe(request->method);
    const struct params *params = is_safe ? &request->query : &request->form;
    struct form form = {.count = 0};

    if (!is_safe && request->body.n)
        return FAIL(ctx, ERR_MEDIA_TYPE);
    while (specs[form.count].name)
        form.count++;
    form.fields = ARENA_ARRAY(ctx->arena, form.count, struct form_field);
    if (!form.fields)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < form.count; i++)
        form.fields[i].spec = &specs[i];
    for (size_t i = 0; i < params->n; i++)
        take_param(request, &form, params->items[i]);
    for (size_t i = 0; i < form.count; i++) {
        check(ctx, &form.fields[i]);
        form.error_count += form.fields[i].error != ERR_NONE;
    }
    form.error_count += form.unknown.p != NULL;
    *ret_form = form;
    return RC_OK;
}

struct form_field *form_field(const struct form *form, const char *name)
{
    struct form_field *field = find(form, str_of(name));

    assert(field);
    return field;
}

bool form_has(const struct form *form, const char *name)
{
    return str_trim(form_field(form, name)->value).n > 0;
}

struct str form_text(const struct form *form, const char *name)
{
    struct str value = form_field(form, name)->value;

    return value.p ? value : S("");
}

int64_t form_integer(const struct form *form, const char *name)
{
    return form_field(form, name)->integer;
}

/* What the error says: a bound that is a whole number has groups like every other number. */
static struct msg_arg arg_of(const struct err *err)
{
    bool is_bound = err->id == ERR_TOO_LONG || err->id == ERR_TOO_BIG || err->id == ERR_TOO_SMALL;
    int64_t bound;

    if (is_bound && str_to_i64(err->arg, &bound))
        return (struct msg_arg)MSG_ARG("arg", bound);
    return (struct msg_arg)MSG_ARG("arg", err->arg);
}

/* What a text that is too long is told, when the request has it: the most, and how long it was. */
static struct str sentence_of_length(struct arena *arena, enum lang lang,
                                     const struct request *request, const struct err *err)
{
    bool is_whole;
    size_t n = request_typed_length(request, err->field, &is_whole);
    struct str kept = params_get(&request->form, err->field);
    const struct msg_arg args[] = {
        arg_of(err),
        MSG_ARG("count", (int64_t)n),
        MSG_ARG("kept", (int64_t)utf8_count(kept)),
    };
    enum msg_id id = is_whole ? MSG_form_too_long : MSG_form_too_long_cut;

    return msg_format(arena, lang, id, args, COUNT(args));
}

struct str form_named(struct arena *arena, enum lang lang, struct str name, struct str sentence)
{
    const struct msg_arg args[] = {MSG_ARG("name", name), MSG_ARG("sentence", sentence)};

    if (!name.n || !sentence.n)
        return sentence;
    if (name.p[name.n - 1] == '?')
        return str_fmt(arena, "%.*s %.*s", STR_ARG(name), STR_ARG(sentence));
    return msg_format(arena, lang, MSG_form_named, args, COUNT(args));
}

struct str form_sentence(struct arena *arena, enum lang lang, const struct request *request,
                         const struct err *err)
{
    struct msg_arg arg = arg_of(err);
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
