#include "app/command_report.h"

#define MAX_LINE 96

/* What is wrong with an argument, after its name; {arg} of the error follows where there is
 * "%.*s". */
static struct str about_argument(struct ctx *ctx, const struct err *err)
{
    switch (err->id) {
    case ERR_REQUIRED: return S("must not be empty");
    case ERR_TOO_LONG:
        return str_fmt(ctx->arena, "is too long: at most %.*s are taken", STR_ARG(err->arg));
    case ERR_TOO_SMALL:
        return str_fmt(ctx->arena, "is too small: the least is %.*s", STR_ARG(err->arg));
    case ERR_TOO_BIG:
        return str_fmt(ctx->arena, "is too much: the most is %.*s", STR_ARG(err->arg));
    case ERR_NOT_AN_EMAIL:
        return S("is no mail address that mail can reach, such as name@city.example");
    case ERR_NOT_A_DATE: return S("is no date that can be used; one is written 2026-12-24");
    case ERR_NOT_A_NUMBER: return S("must be a whole number");
    case ERR_NOT_A_CHOICE: return S("names nothing that there is");
    case ERR_NOT_UTF8:
        return S("holds characters that cannot be stored: write it in UTF-8, without control "
                 "characters");
    case ERR_ONE_LINE: return S("must be written on one line");
    default: return S("does not look as it must");
    }
}

/* Where no argument is named. */
static struct str about_all(struct ctx *ctx, const struct err *err)
{
    const char *hint = err_hint(err->id);

    switch (err->id) {
    case ERR_INTERNAL:
        return str_fmt(ctx->arena, "a fault of the program: please report that it failed at %s:%d",
                       err->file ? err->file : "?", err->line);
    case ERR_MEMORY:
        return S("there is not enough memory for this, or the input is larger than is taken");
    case ERR_UNAVAILABLE:
        return S("the database or the disk did not answer: try again, and look whether they work");
    case ERR_NOT_FOUND: return S("there is nothing of that name");
    case ERR_DUPLICATE: return S("something of that name is there already");
    case ERR_TOO_LARGE: return S("the input is larger than is taken");
    default: return *hint ? str_of(hint) : S("this cannot be done with what was given");
    }
}

static bool is_about_argument(const struct err *err)
{
    return err->field.n && err_rc(err->id) == RC_INVALID;
}

static struct str sentence(struct ctx *ctx, const struct form *form)
{
    const struct err *err = &ctx->err;

    /* Without an argument the words are the database's, and name tables. */
    if (err->detail.n && (err->id != ERR_DUPLICATE || err->field.n))
        return err->detail;
    if (is_about_argument(err)) {
        struct str argument = command_form_argument(ctx, form, err->field);
        struct str what = about_argument(ctx, err);

        return str_fmt(ctx->arena, "%.*s %.*s", STR_ARG(argument), STR_ARG(what));
    }
    return about_all(ctx, err);
}

/* Broken between words, the rest below the first word of the form. */
static void print_form(const char *name, struct str line, const char *lead, FILE *out)
{
    int indent = fprintf(out, "%s cityhall %s", lead, name), column = indent;
    struct str word;

    while (line.n && str_next(&line, ' ', &word)) {
        if (column + 1 + (int)word.n > MAX_LINE && column > indent) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, " %.*s", STR_ARG(word));
    }
    fprintf(out, "\n");
}

void command_print_usage(const struct command *command, struct str lines, FILE *out)
{
    const char *lead = "usage:";
    struct str line;

    while (str_next(&lines, '\n', &line)) {
        print_form(command->name, line, lead, out);
        lead = "      ";
    }
    fprintf(out, "\n%s\n", command->summary);
}

int command_report(struct ctx *ctx, const struct command *command, const struct form *form)
{
    bool has_detail = ctx->err.detail.n, is_misuse = ctx->err.id == ERR_USAGE;
    struct str said = sentence(ctx, form);
    const char *hint = err_hint(ctx->err.id);

    fprintf(stderr, "cityhall %s: %.*s\n", command->name, STR_ARG(said));
    /* That one speaks of a server, which tries again. */
    if (has_detail && *hint && ctx->err.id != ERR_UNAVAILABLE)
        fprintf(stderr, "%s\n", hint);
    if (is_misuse)
        command_print_usage(command, form->text.n ? form->text : str_of(command->usage), stderr);
    return is_misuse ? 2 : 1;
}
