/* The HTML between directives: where in the markup the position is, and what may stand there.
 *
 * A strict reading: lower demands than a browser's parser would make, higher ones on the author.
 * Every element is closed, attribute values are in double quotes, there are no inline scripts or
 * styles; so the place of an expression is known for certain. Layer: tools.
 */
#ifndef TOOLS_MARKUP_H
#define TOOLS_MARKUP_H

#include "template.h"

/* Takes one tag, comment, brace or character from the position. */
void markup_take(struct template *t);

/* One character of text, white space collapsed where it does not count. */
void markup_take_char(struct template *t);

#endif
