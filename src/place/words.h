/* Typed places as words: folded, split, and with the usual abbreviations brought to one form.
 *
 * "795 Mass. Avenue, Apt #3" becomes 795 mass avenue , apt # 3. Apostrophes and full stops vanish
 * ("O'Brien" is obrien, "J.F.K." is jfk), hyphens separate. The short form of a word is the one
 * that the city's own street names use: street and str are st, saint too, mount is mt, 2nd is
 * second. Layer: place. Any thread.
 */
#ifndef PLACE_WORDS_H
#define PLACE_WORDS_H

#include "base/arena.h"

#define WORDS_MAX       24  /* of one query; what is beyond is not read */
#define WORDS_MAX_BYTES 240 /* so much of a query is read */

enum word_kind {
    WORD_LETTERS,
    WORD_NUMBER, /* begins with a digit: 795, 12a, 2nd */
    WORD_AND,    /* & @ / + and the words and, at (between streets), y, va */
    WORD_COMMA,
    WORD_HASH, /* # */
};

struct word {
    enum word_kind kind;
    struct str text; /* folded; empty for signs */
};

struct words {
    struct word of[WORDS_MAX];
    size_t n;
};

/* The words of a text; memory from the arena. Any bytes are allowed. */
struct words words_of(struct arena *arena, struct str text);

/* The short form of a folded word, or the word itself. */
struct str word_short(struct str word);

/* The long form of a short one ("st" is street), or empty when there is none. */
struct str word_long(struct str word);

/* Whether the (short) word is a street type: st, ave, sq ... */
bool word_is_street_type(struct str word);

/* Words from..to without spaces, each in its short form when is_short. */
struct str words_joined(struct arena *arena, const struct words *words, size_t from, size_t to,
                        bool is_short);

/* "Massachusetts Ave" as "massachusetts-ave", for ids. */
struct str words_slug(struct arena *arena, struct str text);

#endif
