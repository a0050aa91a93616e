/* The C files and the list made from checked catalogues.
 *
 * messages.h has `enum msg_id` in the order of the keys, messages.c the tables that base/msg.h
 * declares, with the pseudo-language made from English. messages.list tells the template compiler
 * what there is: a line "key plain|plural name,name" each.
 */
#ifndef TOOLS_EMIT_H
#define TOOLS_EMIT_H

#include "catalogue.h"

void emit_header(struct buf *out, const struct catalogue *reference);

/* `catalogues` are English, Spanish and Vietnamese, in the order of enum lang. */
void emit_tables(struct buf *out, const struct catalogue *catalogues, size_t count);

void emit_list(struct buf *out, const struct catalogue *reference);

/* The text as a tester sees it who looks for what was never translated: accented letters between
 * white brackets, the placeholders left as they are. */
struct str emit_pseudo(struct arena *arena, struct str text);

#endif
