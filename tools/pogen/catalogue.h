/* One language's messages, as its .po file gives them.
 *
 * The msgid is the message's key ("nav.skip"), not the English text: a sentence can be mended
 * without touching the other languages. Reading is libgettextpo's; what the files must hold
 * beyond that format is checked here (one file) and in check.h (all files together).
 */
#ifndef TOOLS_CATALOGUE_H
#define TOOLS_CATALOGUE_H

#include "gen.h"

struct message {
    struct str key;
    int line; /* of its msgid */
    bool is_plural;
    struct str forms[2]; /* [0] for one, [1] for others; the plain text is [0] */
};

struct catalogue {
    const char *path;
    int form_count; /* of a plural in this language: 1 or 2 */
    struct message *messages;
    size_t count;
};

/* Reads the file and reports what it finds wrong: syntax, a fuzzy, empty, doubled or misplaced
 * entry, a key of the wrong shape, a brace that is no placeholder. After a syntax error the
 * program ends with the report on standard error, because libgettextpo cannot go on. */
void catalogue_read(struct arena *arena, struct gen_report *report, struct catalogue *catalogue);

/* The message of that key, or NULL. */
const struct message *catalogue_find(const struct catalogue *catalogue, struct str key);

/* The next "{name}" of `*rest` into *ret_name; `*rest` moves past it. False when there is none or
 * when the next brace is no placeholder; then `*rest` starts with that brace, if there is one. */
bool placeholder_next(struct str *rest, struct str *ret_name);

#endif
