/* The program's own words, in every language.
 *
 * Messages are written in ui/po, one file per language, under keys such as "nav.skip"; the build
 * turns them into enum msg_id (MSG_nav_skip) and tables, and fails when a language lacks one or
 * when placeholders differ. Texts of a city's own files are struct text (lang.h), not messages.
 * Layer: base. Any thread. Plurals follow CLDR's cardinal rules for whole numbers: one and other
 * in English and Spanish (its third form, for millions, is not used), a single form in Vietnamese.
 */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/lang.h"
#include "base/messages.h"
#include "base/money.h"
#include "base/str.h"

enum msg_arg_kind { MSG_ARG_TEXT, MSG_ARG_NUMBER, MSG_ARG_MONEY, MSG_ARG_HTML };

/* What stands where the message says {name}. Made by MSG_ARG, or by HTML_ARG (html.h). */
struct msg_arg {
    struct str name;
    enum msg_arg_kind kind;
    struct str text; /* for TEXT and HTML; borrowed */
    int64_t number;  /* for NUMBER: written by msg_number; for MONEY: cents, by msg_money */
};

static inline struct msg_arg msg_arg_str(struct str name, struct str value)
{
    return (struct msg_arg){name, MSG_ARG_TEXT, value, 0};
}

static inline struct msg_arg msg_arg_z(struct str name, const char *value)
{
    return (struct msg_arg){name, MSG_ARG_TEXT, str_of(value), 0};
}

static inline struct msg_arg msg_arg_i64(struct str name, int64_t value)
{
    return (struct msg_arg){name, MSG_ARG_NUMBER, STR_NONE, value};
}

/* For sizes; what is past INT64_MAX is shown as that. */
static inline struct msg_arg msg_arg_u64(struct str name, uint64_t value)
{
    return msg_arg_i64(name, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

static inline struct msg_arg msg_arg_money(struct str name, struct money value)
{
    return (struct msg_arg){name, MSG_ARG_MONEY, STR_NONE, value.cents};
}

/* MSG_ARG("count", n): an argument from a text, a whole number or money; other types do not
 * compile. */
#define MSG_ARG(name, value) \
    _Generic((value),                    \
        struct str: msg_arg_str,         \
        char *: msg_arg_z,               \
        const char *: msg_arg_z,         \
        int: msg_arg_i64,                \
        long: msg_arg_i64,               \
        long long: msg_arg_i64,          \
        unsigned long: msg_arg_u64,      \
        unsigned long long: msg_arg_u64, \
        struct money: msg_arg_money)(S(name), (value))

/* The message as it stands, placeholders unfilled: for messages that have none. A plural gives its
 * form for many. MSG_NONE is the empty text. */
struct str msg_text(enum lang lang, enum msg_id id);

/* The message with each {name} replaced by the argument of that name; a placeholder without an
 * argument stays as it is, an argument without a placeholder is ignored. A plural is chosen by the
 * number argument "count", and is the form for many when there is none. In the arena. */
struct str msg_format(struct arena *arena, enum lang lang, enum msg_id id,
                      const struct msg_arg *args, size_t count);

/* The same into a buffer, as plain text: for mail and text messages. */
void msg_write(struct buf *out, enum lang lang, enum msg_id id, const struct msg_arg *args,
               size_t count);

/* A plural message whose one placeholder is {count}. */
struct str msg_plural(struct arena *arena, enum lang lang, enum msg_id id, int64_t count);

/* The message of that key ("error.REQUIRED"); false, *ret untouched, when there is none. */
bool msg_by_key(struct str key, enum msg_id *ret);

/* "nav.skip". */
struct str msg_key(enum msg_id id);

/* A whole number, "1,234": as it is written in the United States, in every language
 * (docs/decisions/0010). For how many there are of something; what names a thing (a year, a house,
 * a version) has no groups and goes into a message as text. */
void msg_number(struct buf *out, int64_t value);

/* The same as a text in the arena: `{= msg_number_text(arena, n) }`. */
struct str msg_number_text(struct arena *arena, int64_t value);

/* An amount, "$1,234.50" and "-$0.05", with the narrow sign: the city has one currency. As a number
 * it is the same in every language, and may be typed as it is shown (answer_read). */
void msg_money(struct buf *out, struct money amount);

/* The same as a text in the arena: `{= msg_money_text(arena, fee) }`. */
struct str msg_money_text(struct arena *arena, struct money amount);

/* For the writers of messages (msg.c, html.c): walks a form, giving the text before the next
 * placeholder that has an argument, and that argument, NULL after the last piece. False when the
 * form is used up. */
bool msg_next_piece(struct str *rest, const struct msg_arg *args, size_t count,
                    struct str *ret_text, const struct msg_arg **ret_arg);

/* The generated tables. [0] is the plain text or the form for one, [1] the form for many and empty
 * in a message that is no plural; `html` is the same escaped for text and quoted attributes. */
struct msg_forms {
    struct str text[2];
    struct str html[2];
};
extern const struct msg_forms msg_forms[LANG__N][MSG__N];
extern const struct str msg_keys[MSG__N];

/* Which of the two forms these arguments ask for. */
size_t msg_form_of(enum msg_id id, const struct msg_arg *args, size_t count);

#endif
