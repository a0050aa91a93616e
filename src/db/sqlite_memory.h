/* Memory for SQLite, which takes and frees a hundred small blocks for a row with many indexes: a
 * cursor for each, a copy of each text that a CHECK looks at. Debian builds it without lookaside.
 *
 * A thread that says so keeps the small blocks that it frees, to be taken again; all others get
 * theirs from malloc and give them back. A block may be freed by another thread than took it.
 * Layer: db, inside. Any thread.
 */
#ifndef DB_SQLITE_MEMORY_H
#define DB_SQLITE_MEMORY_H

#include <stddef.h>

#define SQLITE_MEMORY_KEPT_MAX_BYTES ((size_t)256 << 10)

/* Makes it SQLite's memory. Once, before SQLite's first use. */
void sqlite_memory_set_up(void);

/* This thread keeps what it frees from now on, at most SQLITE_MEMORY_KEPT_MAX_BYTES. */
void sqlite_memory_keep(void);

/* Gives back what this thread kept, and keeps no more; before it ends. */
void sqlite_memory_let_go(void);

/* What this thread keeps at the moment, for tests. */
size_t sqlite_memory_kept_bytes(void);

#endif
