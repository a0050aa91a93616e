#include "db/sqlite_memory.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define STEP_BYTES 32
#define CLASSES    32 /* blocks of 32 bytes to 1 KiB */

/* Stands before every block, at an address that is a multiple of eight. */
struct head {
    uint64_t bytes; /* of the block behind it, a multiple of STEP_BYTES */
};

struct free_block {
    struct free_block *next;
};

static _Thread_local struct {
    bool keeps;
    size_t bytes;
    struct free_block *first[CLASSES + 1];
} kept;

static struct head *head_of(void *block)
{
    return (struct head *)block - 1;
}

static size_t rounded(int bytes)
{
    return ((size_t)bytes + STEP_BYTES - 1) & ~(size_t)(STEP_BYTES - 1);
}

static void *take(int asked_bytes)
{
    size_t bytes = rounded(asked_bytes), class = bytes / STEP_BYTES;
    struct free_block *block = class <= CLASSES ? kept.first[class] : NULL;
    struct head *head;

    if (block) {
        kept.first[class] = block->next;
        kept.bytes -= bytes;
        return block;
    }
    head = malloc(sizeof *head + bytes);
    if (!head)
        return NULL;
    head->bytes = bytes;
    return head + 1;
}

static void give_back(void *p)
{
    size_t bytes = head_of(p)->bytes, class = bytes / STEP_BYTES;
    struct free_block *block = p;

    if (!kept.keeps || class > CLASSES || kept.bytes + bytes > SQLITE_MEMORY_KEPT_MAX_BYTES) {
        free(head_of(p));
        return;
    }
    block->next = kept.first[class];
    kept.first[class] = block;
    kept.bytes += bytes;
}

static void *resize(void *p, int asked_bytes)
{
    size_t bytes = rounded(asked_bytes);
    struct head *head = head_of(p);

    if (bytes == head->bytes)
        return p;
    head = realloc(head, sizeof *head + bytes);
    if (!head)
        return NULL;
    head->bytes = bytes;
    return head + 1;
}

static int size_of(void *p)
{
    return p ? (int)head_of(p)->bytes : 0;
}

static int round_up(int bytes)
{
    return (int)rounded(bytes);
}

static int begin(void *data)
{
    (void)data;
    return SQLITE_OK;
}

static void end(void *data)
{
    (void)data;
}

void sqlite_memory_set_up(void)
{
    static const sqlite3_mem_methods methods = {
        .xMalloc = take,
        .xFree = give_back,
        .xRealloc = resize,
        .xSize = size_of,
        .xRoundup = round_up,
        .xInit = begin,
        .xShutdown = end,
    };

    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

void sqlite_memory_keep(void)
{
    kept.keeps = true;
}

void sqlite_memory_let_go(void)
{
    kept.keeps = false;
    for (size_t class = 0; class <= CLASSES; class ++) {
        struct free_block *block = kept.first[class];

        while (block) {
            struct free_block *next = block->next;

            free(head_of(block));
            block = next;
        }
        kept.first[class] = NULL;
    }
    kept.bytes = 0;
}

size_t sqlite_memory_kept_bytes(void)
{
    return kept.bytes;
}
