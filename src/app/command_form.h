/* How a command may be called: its usage lines, which are printed for people, are the grammar that
 * every call is held against before the command runs. Layer: app. Pure; any thread.
 *
 * One line is one form: words in lower case stand as they are, words in capitals stand for what is
 * given, options may come anywhere. "[...]" may be left out, "..." after an option means that it
 * may come again:
 *
 *     add DIR --name NAME --scope RIGHT@KIND:CODE... [--days N]
 */
#ifndef APP_COMMAND_FORM_H
#define APP_COMMAND_FORM_H

#include "base/ctx.h"

#define FORM_MAX_WORDS   6
#define FORM_MAX_OPTIONS 16

struct form_option {
    struct str name;  /* "--scope" */
    struct str value; /* "RIGHT@KIND:CODE"; empty: a flag */
    bool is_optional, may_repeat;
};

struct form {
    struct str text; /* the line itself */
    struct str words[FORM_MAX_WORDS];
    size_t word_n, needed_n; /* the words after the first `needed_n` may be left out */
    struct form_option options[FORM_MAX_OPTIONS];
    size_t option_n;
};

/* Finds the form among the lines of `usage` that the words of a call take, as they stand after the
 * command's name. ERR_USAGE, with a sentence in err.detail that names the word and what to do, when
 * there is none, when one of its words or options is missing or empty, or when something is there
 * that it does not have. `ret` is set then too: the form that was nearest, its text empty when none
 * was. */
enum rc command_form_find(struct ctx *ctx, const char *usage, int argc, char *const *argv,
                          struct form *ret) MUST_CHECK;

/* What the call names so: "--per-minute" for an option of the form, "LOGIN" for a word of it; the
 * field itself when it has neither. In the arena. */
struct str command_form_argument(struct ctx *ctx, const struct form *form, struct str field);

#endif
