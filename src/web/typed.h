/* One value that somebody typed, taken in as its bytes come.
 *
 * A form must be able to show again what was typed into it, whatever that was, and no form may
 * take memory without bound. So a value is kept as text at once: its beginning when it is too
 * long, U+FFFF in the place of what is no text. That noncharacter is refused wherever text is
 * checked (text_is_clean in base/utf8.h) and shown as U+FFFD, so that the form comes back with a
 * sentence at that field. Layer: web. One thread at a time.
 */
#ifndef WEB_TYPED_H
#define WEB_TYPED_H

#include "base/buf.h"

/* The most that any field takes, and what is kept of one value: more than that, so that a field's
 * own check sees that it is too long. */
#define TYPED_MAX_CHARACTERS 4000
#define TYPED_MAX_BYTES      20000

/* What stands for what is no text. */
#define TYPED_DAMAGE "\xef\xbf\xbf"

struct typed {
    struct buf text;
    size_t characters; /* as sent, kept or not; a stray byte counts as one */
    size_t bytes;      /* as sent */
    bool is_cut;       /* only the beginning was kept */
    bool is_damaged;   /* held bytes that are not UTF-8, or characters that no text has: NUL and the
                          other controls but tab, CR and LF, U+FFFE, U+FFFF */
    char held[4];      /* a character whose end has not come yet */
    size_t held_n;
};

/* An empty value that keeps at most max_bytes; its text is in the arena. */
struct typed typed_in(struct arena *arena, size_t max_bytes);

/* The next bytes, cut anywhere. */
void typed_add(struct typed *typed, struct str bytes);

/* A sequence that stands for one character and is kept or cut as a whole: an escape of JSON. What
 * was begun before it is damaged. */
void typed_add_whole(struct typed *typed, struct str sequence);

/* All has come: the text, clean but for U+FFFF, never NULL. Failure is the buffer's. */
struct str typed_end(struct typed *typed);

/* Forgets the value; the next one uses the same memory. */
void typed_reset(struct typed *typed);

/* `s` as a value that came in one piece. */
struct str typed_text(struct arena *arena, struct str s);

#endif
