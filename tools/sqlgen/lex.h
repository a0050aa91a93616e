/* SQL cut into tokens: as much as both engines' grammars share.
 *
 * Part of the build tool sqlgen. Knows strings, quoted names, comments, dollar quotes and
 * :parameters, so that nothing inside a string is ever taken for SQL.
 */
#ifndef SQLGEN_LEX_H
#define SQLGEN_LEX_H

#include "base/str.h"

enum token_kind {
    TOKEN_SPACE,
    TOKEN_COMMENT, /* without the end of its line */
    TOKEN_WORD,    /* name or keyword */
    TOKEN_QUOTED,  /* "name" */
    TOKEN_STRING,  /* '...' or $$...$$ */
    TOKEN_NUMBER,
    TOKEN_PARAM,  /* :name, with the colon */
    TOKEN_SYMBOL, /* one byte, or the two of a PostgreSQL cast */
};

struct token {
    enum token_kind kind;
    struct str text; /* borrowed from the input */
};

/* Takes one token off *rest; false at the end. What is not closed reaches to the end. */
bool token_next(struct str *rest, struct token *ret);

/* The next token that is neither space nor comment. */
bool token_next_solid(struct str *rest, struct token *ret);

/* A word equal to `word`, letters folded. */
bool token_is(struct token token, const char *word);

/* A name without its quotes. */
struct str token_name(struct token token);

bool str_is_name(struct str s); /* [a-z_][a-z0-9_]* */

#endif
