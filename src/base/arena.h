/* Memory for one piece of work: allocate freely, free everything at once.
 *
 * An arena hands out zeroed memory from growing blocks under a hard cap. A request, a job or a
 * command has one; a loop over many rows takes a child arena per turn and frees it. Not thread
 * safe: one piece of work has one thread at a time. Layer: base.
 *
 * Failure is sticky. At the cap, or out of memory, arena_alloc returns NULL and the arena is
 * marked failed for ever; functions that only build text (str_fmt, buf) then give empty results
 * and go on. db_tx refuses to commit and the edge refuses to answer from a failed arena, so the
 * one check that matters is made in one place: a structure that was asked for must be checked
 * for NULL, text need not be. In debug builds freed memory is poisoned for the address sanitizer.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena;

/* A new arena of at most cap_bytes in all, or NULL when there is no memory. Owned: arena_free. */
struct arena *arena_new(size_t cap_bytes);

/* An arena whose blocks count against `parent`'s cap and whose failure fails `parent` too.
 * Must be freed before `parent` is. NULL as arena_new. */
struct arena *arena_child(struct arena *parent);

/* Frees all that was allocated; NULL is allowed. Open children are a programming fault. */
void arena_free(struct arena *arena);

/* Forgets everything but keeps the first block: for a worker that serves one request after
 * another. Clears the failed mark. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes aligned for any type; NULL and failed at the cap. Size 0 gives a valid
 * pointer to nothing. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` zeroed items of `size` bytes; overflow counts as the cap. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Makes the block at `old` (`old_size` bytes, from this arena) at least new_size long: in place
 * when it was the last one handed out, else by copying. NULL and failed at the cap. */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size);

bool arena_has_failed(const struct arena *arena);

/* Marks the arena failed: for a library that ran out of memory outside of it. */
void arena_fail(struct arena *arena);

size_t arena_used_bytes(const struct arena *arena);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

/* Copies in the arena; the empty string on failure. str_z gives a terminated copy for a library
 * (cut at a NUL byte in `s`), "" on failure, never NULL. */
struct str str_copy(struct arena *arena, struct str s);
const char *str_z(struct arena *arena, struct str s);

/* printf into the arena; the empty string on failure. */
struct str str_fmt(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `count` pieces with `glue` between them. */
struct str str_join(struct arena *arena, const struct str *pieces, size_t count, struct str glue);

/* ASCII letters lowered; for protocol words. Text is folded by utf8_fold (utf8.h). */
struct str str_lower_ascii(struct arena *arena, struct str s);

#endif
