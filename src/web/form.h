/* What a query or a simple form may hold, and reading it; and the sentence for what is wrong.
 *
 * A table of input_spec says what may come; form_read checks all of it at once and collects an
 * error per field. The API's queries are read so: an unknown field is an error there, because it is
 * a caller's misunderstanding; elsewhere it is let be, since browser extensions add some. Pages
 * take their few values with request_value, and the fields of a service are the service's own
 * (engine/cases/draft_form.h). Layer: web. One thread at a time.
 */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include "web/request.h"

enum input_type {
    INPUT_TEXT,    /* one or more lines; CR LF becomes LF; ends are trimmed */
    INPUT_INTEGER, /* min to max */
    INPUT_CHOICE,  /* one of `choices` */
    INPUT_TOKEN,   /* letters, digits, '-' and '_': keys, link tokens, cursors */
};

struct input_spec {
    const char *name; /* NULL ends the table */
    enum input_type type;
    bool is_required;
    size_t max_characters;      /* of a text; 0: 200, a token 128 */
    int64_t min, max;           /* of an integer; both 0: any */
    const char *const *choices; /* ended by NULL */
    const char *says;           /* for descriptions of the interface; NULL: the name says it */
};

/* One field as it was read. */
struct form_field {
    const struct input_spec *spec;
    struct str value;  /* as typed, UTF-8; p == NULL when it was left out */
    enum err_id error; /* ERR_NONE when it is good */
    struct str arg;    /* what the error's sentence quotes: the limit */
    int64_t integer;   /* of INPUT_INTEGER */
};

struct form {
    struct form_field *fields;
    size_t count;
    size_t error_count;
    struct str unknown; /* the first field of an API body that nobody asked for */
};

/* Reads the input of `specs` from the query (safe methods) or the form. RC_OK also when fields are
 * wrong: form_is_valid says so, and each field why. A field that comes twice is wrong. RC_INVALID
 * (ERR_MEDIA_TYPE) for a body that is no form. In ctx->arena. */
enum rc form_read(struct ctx *ctx, const struct request *request, const struct input_spec *specs,
                  struct form *ret_form) MUST_CHECK;

static inline bool form_is_valid(const struct form *form)
{
    return form->error_count == 0;
}

/* The field of that name, which must be in the table. */
struct form_field *form_field(const struct form *form, const char *name);

/* Values of a valid form. A field that was left out is the empty text or 0; form_has tells. */
bool form_has(const struct form *form, const char *name);
struct str form_text(const struct form *form, const char *name);
int64_t form_integer(const struct form *form, const char *name);

/* The sentence for what is wrong with an input, in the arena: the message "error.<name>", or what
 * a field's own pattern brought along. For a text that is too long it also says how long it was,
 * and whether the page has only its beginning: err->field is the name of the request's form field.
 * Empty when there is no such message. */
struct str form_sentence(struct arena *arena, enum lang lang, const struct request *request,
                         const struct err *err);

/* The sentence for a list of what is wrong, which stands away from the boxes: "Name: We need an
 * answer here to go on."; a question before it needs no colon. No name: the sentence alone. */
struct str form_named(struct arena *arena, enum lang lang, struct str name, struct str sentence);

#endif
