/* UTF-8 text: checking it at the edge, counting, cutting and folding it.
 *
 * The encoding is RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF. Every edge
 * that takes text in calls text_is_clean once; behind it all text is taken to be valid. Folding
 * rests on libunistring's Unicode tables. Layer: base. Any thread.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/arena.h"
#include "base/str.h"

/* Whether every byte belongs to a well-formed character. The empty string is valid, and so is
 * U+0000. */
bool utf8_is_valid(struct str s);

/* Whether the string may be stored and shown as text: valid UTF-8 without NUL and the other C0
 * controls (tab, LF and CR are allowed), without DEL, and without U+FFFE and U+FFFF, which no XML
 * document may hold. */
bool text_is_clean(struct str s);

/* Takes the next character off the front of *rest. False when *rest is empty. A byte that belongs
 * to no well-formed character is taken alone and given as U+FFFD. */
bool utf8_next(struct str *rest, uint32_t *ret_char);

/* How many characters (code points) the string has; a stray byte counts as one. */
size_t utf8_count(struct str s);

/* The longest beginning of at most max_bytes that does not end inside a character. Borrowed. */
struct str utf8_cut(struct str s, size_t max_bytes);

/* Whether a character ends a line or disturbs what stands around it where it is shown: a control
 * (tab and line feed too), a line or paragraph separator, or one that turns the direction of text.
 */
bool utf8_disturbs(uint32_t code);

/* A name that anybody may have chosen, for a terminal: bytes of what disturbs, stray ones and
 * backslashes are written as "\x1b". On one line, in the arena; empty on failure. */
struct str utf8_shown(struct arena *arena, struct str s);

/* The form in which text is searched and matched, in the arena: case folded, compatibility forms
 * decomposed (NFKD), marks (general category Mn) and invisible format characters dropped, letters
 * with a stroke or ligature spelled plainly (đ d, ø o, ł l, ß ss, æ ae), typographic quotes and
 * dashes as ASCII. "Ổ gà ĐƯỜNG" gives "o ga duong". Folding twice changes nothing. Bytes that are
 * not UTF-8 only have their ASCII letters lowered. The empty string on failure. */
struct str utf8_fold(struct arena *arena, struct str s);

#endif
