/* As much of C's lexical grammar as is needed to find where an expression ends.
 *
 * String and character literals, comments and brackets are stepped over, so that a brace in one of
 * them does not end the expression. Layer: tools.
 */
#ifndef TOOLS_CLEX_H
#define TOOLS_CLEX_H

#include "base/str.h"

#define CLEX_OPEN SIZE_MAX /* a literal, comment or bracket is not closed, or closed wrongly */

/* Where what begins at `at` ends: a literal, a comment, or one byte. */
size_t clex_skip(struct str s, size_t at);

/* The same, taking brackets with all that is in them; CLEX_OPEN at a closing bracket. */
size_t clex_skip_group(struct str s, size_t at);

/* How many bytes at `at` are an identifier; 0 when none begins there. */
size_t clex_identifier(struct str s, size_t at);

#endif
