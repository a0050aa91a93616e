/* What a text that somebody typed must be, for every form, program and command.
 *
 * Lengths are counted in characters, as the sentence tells them, never in bytes: a name of 150
 * Vietnamese letters is shorter than 200. Layer: base. Any thread.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/ctx.h"

#define TEXT_LONG_MAX 4000 /* characters of what people tell: a description, a note, a message */
#define TEXT_NAME_MAX 200  /* of a person's or a thing's name */

/* RC_OK for a text of at most so many characters that may be stored and shown (text_is_clean in
 * base/utf8.h). RC_INVALID, err.field as given: ERR_TOO_LONG, err.arg the limit; ERR_NOT_UTF8. The
 * empty text is good. */
enum rc text_check(struct ctx *ctx, struct str text, struct str field, size_t most) MUST_CHECK;

/* The same for what goes into one line of a mail, a list or a log: ERR_ONE_LINE for one that holds
 * CR or LF. */
enum rc text_check_line(struct ctx *ctx, struct str text, struct str field, size_t most) MUST_CHECK;

#endif
