#include "app/command_form.h"

#include <assert.h>

#include "base/buf.h"

#define MAX_FORMS    8
#define MAX_SENTENCE 1000

struct forms {
    struct form items[MAX_FORMS];
    size_t n;
};

/* What was typed, its words and options apart. */
struct given {
    struct str words[FORM_MAX_WORDS + 1];
    size_t word_n;
    struct str options[FORM_MAX_OPTIONS];
    size_t option_n;
};

/* ---- Reading a usage line */

static bool is_literal(struct str word)
{
    return word.n && word.p[0] >= 'a' && word.p[0] <= 'z';
}

static struct str without_brackets(struct str token, bool *is_optional)
{
    *is_optional = token.n && token.p[0] == '[';
    if (*is_optional)
        token = str_slice(token, 1, token.n);
    return str_ends_with(token, S("]")) ? str_slice(token, 0, token.n - 1) : token;
}

/* `token` begins an option; its value, if it has one, is taken from `rest`. */
static void add_option(struct form *form, struct str token, struct str *rest)
{
    struct form_option option = {0};
    bool is_whole = str_ends_with(token, S("]")), is_bracket;
    struct str after = *rest, value;

    option.name = without_brackets(token, &option.is_optional);
    if (!is_whole && str_next(&after, ' ', &value) && value.p[0] != '-' && value.p[0] != '[') {
        option.may_repeat = str_ends_with(value, S("...")) || str_ends_with(value, S("...]"));
        value = without_brackets(value, &is_bracket);
        option.value = option.may_repeat ? str_slice(value, 0, value.n - 3) : value;
        *rest = after;
    }
    assert(form->option_n < FORM_MAX_OPTIONS);
    form->options[form->option_n++] = option;
}

static struct form form_read(struct str line)
{
    struct form form = {.text = line};
    struct str rest = line, token;

    while (str_next(&rest, ' ', &token)) {
        bool is_optional;

        if (str_find(token, S("--")) >= 0 && str_find(token, S("--")) < 2) {
            add_option(&form, token, &rest);
            continue;
        }
        if (!token.n)
            continue;
        assert(form.word_n < FORM_MAX_WORDS);
        form.words[form.word_n++] = without_brackets(token, &is_optional);
        form.needed_n = is_optional ? form.needed_n : form.word_n;
    }
    return form;
}

static void forms_read(const char *usage, struct forms *ret)
{
    struct str rest = str_of(usage), line;

    ret->n = 0;
    while (str_next(&rest, '\n', &line)) {
        assert(ret->n < MAX_FORMS);
        ret->items[ret->n++] = form_read(line);
    }
}

static const struct form_option *find_option(const struct form *form, struct str name)
{
    for (size_t i = 0; i < form->option_n; i++)
        if (str_eq(form->options[i].name, name))
            return &form->options[i];
    return NULL;
}

/* An option has a value in all forms of a command or in none. */
static const struct form_option *find_in_any(const struct forms *forms, struct str name)
{
    for (size_t i = 0; i < forms->n; i++) {
        const struct form_option *option = find_option(&forms->items[i], name);

        if (option)
            return option;
    }
    return NULL;
}

/* ---- Sentences */

#define MISUSED(ctx, ...) FAIL(ctx, ERR_USAGE, .detail = str_fmt((ctx)->arena, __VA_ARGS__))

/* "add, list or remove": what the forms have at this place. */
static struct str choices(struct ctx *ctx, const struct forms *forms, size_t at)
{
    struct str words[MAX_FORMS];
    struct buf out = buf_in(ctx->arena, MAX_SENTENCE);
    size_t n = 0;

    for (size_t i = 0; i < forms->n; i++) {
        const struct form *form = &forms->items[i];

        if (at < form->word_n && is_literal(form->words[at]) &&
            !(n && str_eq(words[n - 1], form->words[at])))
            words[n++] = form->words[at];
    }
    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&out, "%s%.*s", !i ? "" : i + 1 < n ? ", " : " or ", STR_ARG(words[i]));
    return buf_str(&out);
}

static struct str options_of(struct ctx *ctx, const struct form *form)
{
    struct buf out = buf_in(ctx->arena, MAX_SENTENCE);

    if (!form->option_n)
        buf_add(&out, S("it takes none"));
    for (size_t i = 0; i < form->option_n; i++)
        buf_add_fmt(&out, "%s%.*s", i ? ", " : "it takes ", STR_ARG(form->options[i].name));
    return buf_str(&out);
}

/* ---- Holding a call against them */

static bool is_option_word(const char *word)
{
    return word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9');
}

static bool has_option(const struct given *given, struct str name)
{
    for (size_t i = 0; i < given->option_n; i++)
        if (str_eq(given->options[i], name))
            return true;
    return false;
}

static enum rc take_option(struct ctx *ctx, const struct forms *forms, const char *name,
                           const char *value, struct given *given)
{
    const struct form_option *option = find_in_any(forms, str_of(name));

    if (!option)
        return MISUSED(ctx, "there is no option %s: the lines below name those that there are",
                       name);
    if (option->value.n && (!value || is_option_word(value)))
        return MISUSED(ctx, "%s needs a value: %s %.*s", name, name, STR_ARG(option->value));
    if (option->value.n && !*value)
        return MISUSED(ctx, "the value of %s is empty: leave the option out, or say %.*s", name,
                       STR_ARG(option->value));
    if (has_option(given, option->name))
        return option->may_repeat ? RC_OK : MISUSED(ctx, "%s is given twice: leave one out", name);
    assert(given->option_n < COUNT(given->options));
    given->options[given->option_n++] = option->name;
    return RC_OK;
}

static enum rc take_apart(struct ctx *ctx, const struct forms *forms, int argc, char *const *argv,
                          struct given *ret)
{
    for (int i = 0; i < argc; i++) {
        if (is_option_word(argv[i])) {
            const char *value = i + 1 < argc ? argv[i + 1] : NULL;
            enum rc rc = take_option(ctx, forms, argv[i], value, ret);

            if (rc)
                return rc;
            if (find_in_any(forms, str_of(argv[i]))->value.n)
                i++;
        } else if (ret->word_n < COUNT(ret->words)) {
            ret->words[ret->word_n++] = str_of(argv[i]);
        }
    }
    return RC_OK;
}

/* How many of the form's own words stand where they should; SIZE_MAX when another stands there. */
static size_t literals_met(const struct form *form, const struct given *given)
{
    size_t n = 0;

    for (size_t i = 0; i < form->word_n && i < given->word_n; i++) {
        if (!is_literal(form->words[i]))
            continue;
        if (!str_eq(form->words[i], given->words[i]))
            return SIZE_MAX;
        n++;
    }
    return n;
}

/* The form whose own words are those of the call; of two, the one with more of them. */
static const struct form *nearest(const struct forms *forms, const struct given *given)
{
    const struct form *best = NULL;
    size_t best_n = 0;

    for (size_t i = 0; i < forms->n; i++) {
        const struct form *form = &forms->items[i];
        size_t n = literals_met(form, given);
        bool is_better = n != SIZE_MAX && (!best || n > best_n);

        if (!is_better && n != SIZE_MAX && n == best_n)
            is_better = given->word_n > best->word_n && form->word_n > best->word_n;
        if (is_better) {
            best = form;
            best_n = n;
        }
    }
    return best;
}

/* No form has these words: says at which of them the forms begin to differ from it. */
static enum rc unknown_word(struct ctx *ctx, const struct forms *forms, const struct given *given)
{
    for (size_t i = 0; i < given->word_n; i++) {
        struct str known = choices(ctx, forms, i);

        if (known.n)
            return MISUSED(ctx, "\"%.*s\" is nothing that can be done: say %.*s",
                           STR_ARG(given->words[i]), STR_ARG(known));
    }
    return MISUSED(ctx, "this was not understood");
}

static enum rc check_words(struct ctx *ctx, const struct forms *forms, const struct form *form,
                           const struct given *given)
{
    struct str known = choices(ctx, forms, given->word_n ? form->word_n : 0);
    struct str first = choices(ctx, forms, 0);
    /* The form that does without the word that others begin with. */
    bool is_short = form->word_n && !is_literal(form->words[0]) && first.n;

    if (!given->word_n && known.n)
        return MISUSED(ctx, "say what to do: %.*s", STR_ARG(known));
    if (given->word_n < form->needed_n)
        return MISUSED(ctx, "%.*s is missing", STR_ARG(form->words[given->word_n]));
    if (given->word_n > form->word_n && known.n)
        return MISUSED(ctx, "\"%.*s\" is nothing that can be done: say %.*s",
                       STR_ARG(given->words[form->word_n]), STR_ARG(known));
    if (given->word_n > form->word_n && is_short)
        return MISUSED(ctx, "say first what to do: %.*s, then %.*s", STR_ARG(first),
                       STR_ARG(form->words[0]));
    if (given->word_n > form->word_n)
        return MISUSED(ctx, "\"%.*s\" is one word too many; what has blanks stands in quotes",
                       STR_ARG(given->words[form->word_n]));
    for (size_t i = 0; i < given->word_n; i++)
        if (!given->words[i].n && i < form->needed_n)
            return MISUSED(ctx, "%.*s is empty", STR_ARG(form->words[i]));
    return RC_OK;
}

static enum rc check_options(struct ctx *ctx, const struct form *form, const struct given *given)
{
    for (size_t i = 0; i < given->option_n; i++) {
        struct str known = options_of(ctx, form);

        if (!find_option(form, given->options[i]))
            return MISUSED(ctx, "%.*s is no option here; %.*s", STR_ARG(given->options[i]),
                           STR_ARG(known));
    }
    for (size_t i = 0; i < form->option_n; i++) {
        const struct form_option *option = &form->options[i];

        if (!option->is_optional && !has_option(given, option->name))
            return MISUSED(ctx, "%.*s%s%.*s is missing", STR_ARG(option->name),
                           option->value.n ? " " : "", STR_ARG(option->value));
    }
    return RC_OK;
}

enum rc command_form_find(struct ctx *ctx, const char *usage, int argc, char *const *argv,
                          struct form *ret)
{
    struct forms forms;
    struct given given = {0};
    const struct form *form;
    enum rc rc;

    forms_read(usage, &forms);
    *ret = forms.n == 1 ? forms.items[0] : (struct form){0};
    rc = take_apart(ctx, &forms, argc, argv, &given);
    if (rc)
        return rc;
    form = nearest(&forms, &given);
    if (!form)
        return unknown_word(ctx, &forms, &given);
    if (given.word_n)
        *ret = *form;
    rc = check_words(ctx, &forms, form, &given);
    return rc ? rc : check_options(ctx, form, &given);
}

struct str command_form_argument(struct ctx *ctx, const struct form *form, struct str field)
{
    bool is_reason = str_eq(field, S("why"));
    struct buf option = buf_in(ctx->arena, MAX_SENTENCE);

    buf_add_fmt(&option, "--%.*s", STR_ARG(is_reason ? S("reason") : field));
    for (size_t i = 0; i < option.n; i++)
        if (option.p[i] == '_')
            option.p[i] = '-';
    if (find_option(form, buf_str(&option)))
        return buf_str(&option);
    for (size_t i = 0; i < form->word_n; i++)
        if (!is_literal(form->words[i]) && str_eq_ascii_nocase(form->words[i], field))
            return form->words[i];
    return field;
}
