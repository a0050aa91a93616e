/* The languages the program speaks, and texts that exist in each of them.
 *
 * English, Spanish and Vietnamese are complete; the pseudo-language shows in tests what was never
 * translated: its catalogue wraps every message in brackets. Layer: base.
 */
#ifndef BASE_LANG_H
#define BASE_LANG_H

#include "base/str.h"

enum lang { LANG_EN, LANG_ES, LANG_VI, LANG_PSEUDO, LANG__N };
#define LANG__PUBLIC 3 /* the first so many are offered to the public */

/* "en", "es", "vi", "qps"; BCP 47. */
struct str lang_code(enum lang lang);

/* The language's own name for itself: "Tiếng Việt". */
struct str lang_own_name(enum lang lang);

/* False, *ret untouched, for a code that is not one of ours. */
bool lang_parse(struct str code, enum lang *ret);

/* The best of ours for an HTTP Accept-Language header (RFC 9110, section 12.5.4), else English. */
enum lang lang_accept(struct str header);

/* A text of the city's own files in each language; empty where the file gives none. */
struct text {
    struct str in[LANG__N];
};

/* The text in that language, or in English, or in whichever there is. */
struct str text_in(const struct text *text, enum lang lang);

#endif
