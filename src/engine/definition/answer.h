/* What somebody answered to the fields of a service: read, checked, stored, shown.
 *
 * The web form, the counter, Open311, imports and later the text dialogue hand in text; here it
 * becomes typed values by the definition's rules, once, for all of them. Layer: engine.
 */
#ifndef ENGINE_ANSWER_H
#define ENGINE_ANSWER_H

#include "engine/definition/definition.h"
#include "rules/cel_value.h"

struct answer {
    bool is_given;
    struct cel_value value; /* bool, int or decimal, money, date, string, list of strings */
};

/* One per field of the definition, by its index. */
struct answers {
    const struct definition *definition;
    struct answer *of;
};

/* No answers yet. */
enum rc answers_new(struct ctx *ctx, const struct definition *definition,
                    struct answers *ret) MUST_CHECK;

/* Answers of their own to the same questions; texts are borrowed. */
enum rc answers_copy(struct ctx *ctx, const struct answers *from, struct answers *ret) MUST_CHECK;

/* Reads what was typed for one field; several texts for a kind that takes several, none or an empty
 * one for no answer. RC_INVALID with err.field the field's id: ERR_NOT_A_NUMBER,
 * ERR_NOT_AN_AMOUNT (money), ERR_NOT_A_DATE,
 * ERR_NOT_A_CHOICE, ERR_TOO_LONG, ERR_TOO_SMALL, ERR_TOO_BIG, ERR_PATTERN, ERR_NOT_UTF8. A number
 * and an amount have one form in each language, "1,234.50"; with a comma where no thousand ends
 * they are none. A FIELD_LATER that is answered is a programming fault. */
enum rc answer_read(struct ctx *ctx, const struct field *field, const struct str *typed, size_t n,
                    struct answer *ret) MUST_CHECK;

/* The answer as it would be typed: what a form is filled with. Choices are joined by commas. */
struct str answer_typed(struct arena *arena, const struct field *field,
                        const struct answer *answer);

/* The answer for people, in a language: an option's text, "Yes", "12 Jul 2026". */
struct str answer_shown(struct arena *arena, const struct field *field, const struct answer *answer,
                        enum lang lang);

/* What stands under the question in our own forms: the field's help and how an amount is typed,
 * which who reads Spanish or Vietnamese may know otherwise. Empty: nothing. */
struct str answer_hint(struct arena *arena, const struct field *field, enum lang lang);

/* What to know before answering, for a program that draws the form itself: the field's help and
 * what the number counts, "In inches". Empty: nothing. */
struct str answer_help(struct arena *arena, const struct field *field, enum lang lang);

/* What stands for an answer that this version cannot read, that to a FIELD_LATER or to an asset of
 * a register: an empty list where rules see a list, else null. For examples and defaults alone. */
struct cel_value answer_unread(struct arena *arena, const struct field *field);

/* The stored form is this long at most, and that of a filing (filing_check_answers). */
#define ANSWERS_BYTES_MAX  400000
#define FILING_ANSWERS_MAX 40000 /* bytes of JSON */

/* The stored form: a JSON object by field id, with typed values; and back. An id that the
 * definition does not have is left out, and what answer_unread stands for. */
struct str answers_json(struct ctx *ctx, const struct answers *answers);
enum rc answers_parse(struct ctx *ctx, const struct definition *definition, struct str json,
                      struct answers *ret) MUST_CHECK;

#endif
