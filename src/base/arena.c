#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN       16
#define BLOCK_BYTES 16368 /* with the header and malloc's own word still four pages */

struct block {
    struct block *next; /* the older one */
    size_t room, used;
    _Alignas(ALIGN) char data[];
};

struct arena {
    struct arena *parent;
    struct block *newest;
    size_t cap_bytes;   /* of a root; children count against it */
    size_t held_bytes;  /* by this arena's blocks */
    size_t taken_bytes; /* of a root: by its own and all children's blocks */
    int children;
    bool has_failed;
};

static struct arena *root_of(struct arena *arena)
{
    while (arena->parent)
        arena = arena->parent;
    return arena;
}

void arena_fail(struct arena *arena)
{
    for (; arena; arena = arena->parent)
        arena->has_failed = true;
}

struct arena *arena_new(size_t cap_bytes)
{
    struct arena *arena = fault_here() ? NULL : calloc(1, sizeof *arena);

    if (arena)
        arena->cap_bytes = cap_bytes;
    return arena;
}

struct arena *arena_child(struct arena *parent)
{
    struct arena *arena = arena_new(0);

    if (!arena) {
        arena_fail(parent);
        return NULL;
    }
    arena->parent = parent;
    parent->children++;
    return arena;
}

static void free_blocks(struct arena *arena, struct block *until)
{
    while (arena->newest != until) {
        struct block *block = arena->newest;

        arena->newest = block->next;
        arena->held_bytes -= block->room;
        root_of(arena)->taken_bytes -= block->room;
        ASAN_UNPOISON_MEMORY_REGION(block->data, block->room);
        free(block);
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    assert(arena->children == 0);
    free_blocks(arena, NULL);
    if (arena->parent)
        arena->parent->children--;
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *oldest = arena->newest;

    assert(arena->children == 0);
    while (oldest && oldest->next)
        oldest = oldest->next;
    free_blocks(arena, oldest);
    if (oldest) {
        oldest->used = 0;
        ASAN_POISON_MEMORY_REGION(oldest->data, oldest->room);
    }
    arena->has_failed = false;
}

static struct block *add_block(struct arena *arena, size_t at_least)
{
    struct arena *root = root_of(arena);
    size_t room = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;
    struct block *block;

    /* Large things get a block of their own size, small ones share; blocks of a busy arena grow
     * with it so that their number stays logarithmic. */
    if (room == BLOCK_BYTES && arena->held_bytes > 4 * room)
        room = arena->held_bytes / 4;
    if (room > at_least && root->taken_bytes + room > root->cap_bytes)
        room = at_least;
    if (root->taken_bytes + room > root->cap_bytes || fault_here())
        return NULL;
    block = malloc(sizeof *block + room);
    if (!block)
        return NULL;
    *block = (struct block){.next = arena->newest, .room = room};
    ASAN_POISON_MEMORY_REGION(block->data, room);
    arena->newest = block;
    arena->held_bytes += room;
    root->taken_bytes += room;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct block *block = arena->newest;
    size_t step;
    void *p;

    if (size > SIZE_MAX / 2) {
        arena_fail(arena);
        return NULL;
    }
    step = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (!block || block->room - block->used < step)
        block = add_block(arena, step);
    if (!block) {
        arena_fail(arena);
        return NULL;
    }
    p = block->data + block->used;
    block->used += step;
    ASAN_UNPOISON_MEMORY_REGION(p, size);
    return memset(p, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        arena_fail(arena);
        return NULL;
    }
    return arena_alloc(arena, bytes);
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
    struct block *block = arena->newest;
    size_t old_step = (old_size + ALIGN - 1) / ALIGN * ALIGN;
    size_t new_step;
    void *p;

    if (new_size <= old_size)
        return old;
    if (old && block && new_size < SIZE_MAX / 2 &&
        (char *)old + old_step == block->data + block->used) {
        new_step = (new_size + ALIGN - 1) / ALIGN * ALIGN;
        if (block->room - block->used >= new_step - old_step) {
            block->used += new_step - old_step;
            ASAN_UNPOISON_MEMORY_REGION(old, new_size);
            memset((char *)old + old_size, 0, new_size - old_size);
            return old;
        }
    }
    p = arena_alloc(arena, new_size);
    if (p && old_size)
        memcpy(p, old, old_size);
    return p;
}

bool arena_has_failed(const struct arena *arena)
{
    return arena->has_failed;
}

size_t arena_used_bytes(const struct arena *arena)
{
    size_t used = 0;

    for (const struct block *block = arena->newest; block; block = block->next)
        used += block->used;
    return used;
}

struct str str_copy(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n);

    if (!p)
        return STR_NONE;
    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

const char *str_z(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n + 1);

    if (!p)
        return "";
    if (s.n)
        memcpy(p, s.p, s.n);
    return p;
}

struct str str_fmt(struct arena *arena, const char *format, ...)
{
    va_list args;
    int n;
    char *p;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    p = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
    if (!p)
        return STR_NONE;
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return (struct str){p, (size_t)n};
}

struct str str_join(struct arena *arena, const struct str *pieces, size_t count, struct str glue)
{
    size_t n = 0, at = 0;
    char *p;

    for (size_t i = 0; i < count; i++)
        n += pieces[i].n + (i ? glue.n : 0);
    p = arena_alloc(arena, n);
    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < count; i++) {
        if (i && glue.n)
            memcpy(p + at, glue.p, glue.n);
        at += i ? glue.n : 0;
        if (pieces[i].n)
            memcpy(p + at, pieces[i].p, pieces[i].n);
        at += pieces[i].n;
    }
    return (struct str){p, n};
}

struct str str_lower_ascii(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n);

    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 'a' - 'A') : s.p[i];
    return (struct str){p, s.n};
}
