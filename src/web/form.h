/* What a route accepts as input, and reading it.
 *
 * A table of input_spec says what a form or JSON body may hold; form_read checks all of it at once,
 * collects an error per field and keeps what was typed, so that a page can show both again. HTML
 * forms may carry fields nobody asked for (browser extensions add some); for API routes an unknown
 * field is an error, because it is a caller's misunderstanding. Layer: web. One thread at a time.
 */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include "base/date.h"
#include "web/request.h"

enum input_type {
    INPUT_TEXT,    /* one or more lines; CR LF becomes LF; ends are trimmed */
    INPUT_EMAIL,   /* name@domain of RFC 5321's lengths, without quoting */
    INPUT_INTEGER, /* min to max */
    INPUT_DATE,    /* 2026-07-02, or three fields name-year, name-month, name-day */
    INPUT_YES_NO,  /* "yes", "no"; "true", "false", "on", "1", "0"; a checkbox left empty is no */
    INPUT_CHOICE,  /* one of `choices` */
    INPUT_CHOICES, /* any of them, each at most once */
    INPUT_FILE,    /* at most max_count */
    INPUT_TOKEN,   /* letters, digits, '-' and '_': keys, link tokens, cursors */
};

struct input_spec {
    const char *name; /* NULL ends the table */
    enum input_type type;
    bool is_required;
    size_t max_characters;      /* of a text; 0: 200, an e-mail 254, a token 128 */
    int64_t min, max;           /* of an integer; both 0: any */
    const char *pattern;        /* of a text: PCRE2, must match the whole; NULL: any */
    const char *const *choices; /* ended by NULL */
    size_t max_count;           /* of files; 0: 1 */
    const char *says;           /* for descriptions of the interface; NULL: the name says it */
};

/* One field as it was read. */
struct form_field {
    const struct input_spec *spec;
    struct str *values; /* as typed, UTF-8; what a page shows again */
    size_t count;
    enum err_id error; /* ERR_NONE when it is good */
    struct str arg;    /* what the error's sentence quotes: the limit */
    int64_t integer;   /* of integer (the number), yes-no (0 or 1), date (days since 1970) */
};

struct form {
    struct form_field *fields;
    size_t count;
    size_t error_count;
    struct str unknown; /* the first field of an API body that nobody asked for */
};

/* Reads the input of `specs` from the query (safe methods), the form or a JSON object. RC_OK also
 * when fields are wrong: form_is_valid says so, and the page shows them again. RC_INVALID when
 * there is nothing to read: ERR_MALFORMED or ERR_FORMAT for JSON that is broken or no object,
 * ERR_MEDIA_TYPE for a body that is neither form nor JSON. In ctx->arena. */
enum rc form_read(struct ctx *ctx, const struct request *request, const struct input_spec *specs,
                  struct form *ret_form) MUST_CHECK;

static inline bool form_is_valid(const struct form *form)
{
    return form->error_count == 0;
}

/* The first wrong field as a failure, for API handlers; RC_OK for a valid form. */
enum rc form_check(struct ctx *ctx, const struct form *form) MUST_CHECK;

/* The field of that name, which must be in the table. */
struct form_field *form_field(const struct form *form, const char *name);

/* Marks a field as wrong for a reason that only the handler can know; the first error stays. */
void form_refuse(struct form *form, const char *name, enum err_id error, struct str arg);

/* Values of a valid form. A field that was left out is the empty text, 0, no; form_has tells. */
bool form_has(const struct form *form, const char *name);
struct str form_text(const struct form *form, const char *name);
int64_t form_integer(const struct form *form, const char *name);
bool form_is_yes(const struct form *form, const char *name);
struct date form_date(const struct form *form, const char *name);

/* Whether that choice was made, for checkboxes. */
bool form_has_choice(const struct form *form, const char *name, struct str choice);

/* Whether `s` looks like an address mail can be sent to. */
bool form_is_email(struct str s);

/* A text that has no check of its own further in: RC_INVALID (ERR_TOO_LONG, ERR_NOT_UTF8) with that
 * field's name for more than max_characters, or for what is no text. */
enum rc form_check_text(struct ctx *ctx, struct str text, const char *field,
                        size_t max_characters) MUST_CHECK;

/* The sentence for what is wrong with an input, in the arena: the message "error.<name>", or what
 * a pattern brought along. For a text that is too long it also says how long it was, and whether
 * the page has only its beginning: err->field is the name of the request's form field. Empty when
 * there is no such message. */
struct str form_sentence(struct arena *arena, enum lang lang, const struct request *request,
                         const struct err *err);

#endif
