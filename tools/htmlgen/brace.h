/* What stands in braces: `{= }`, `{! }`, `{t }`, `{? }`, `{json }` and `{{`. Layer: tools. */
#ifndef TOOLS_BRACE_H
#define TOOLS_BRACE_H

#include "code.h"

/* Reads one from the position, which is at a brace, and writes its code. A kind that may not stand
 * in `place` is a fault. */
void brace_take(struct template *t, enum place place);

/* Reads `{? expr }` and gives the expression. */
struct str brace_take_condition(struct template *t);

/* True when the position is at a brace that is not the literal `{{`. */
bool brace_is_code(const struct template *t);

#endif
