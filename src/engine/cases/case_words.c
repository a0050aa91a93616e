#include "engine/cases/case_words.h"

#include "db/db.h"
#include "engine/cases/queries.h"

struct entry {
    int64_t case_id;
    struct str words;
};

static enum rc later(struct ctx *ctx, db_tx_fn *fn, int64_t case_id, struct str words)
{
    struct arena *arena = db_tx_arena(ctx);
    struct entry *entry = ARENA_NEW(arena, struct entry);

    if (!entry)
        return FAIL(ctx, ERR_MEMORY);
    *entry = (struct entry){case_id, arena == ctx->arena ? words : str_copy(arena, words)};
    return db_tx_later(ctx, fn, entry);
}

static enum rc enter(struct ctx *ctx, void *arg)
{
    const struct entry *entry = arg;

    return case_words_add(ctx, entry->case_id, entry->words, NULL);
}

enum rc case_words_enter(struct ctx *ctx, int64_t case_id, struct str words)
{
    return later(ctx, enter, case_id, words);
}

static enum rc replace(struct ctx *ctx, void *arg)
{
    const struct entry *entry = arg;

    return case_words_set(ctx, entry->case_id, entry->words, NULL);
}

enum rc case_words_replace(struct ctx *ctx, int64_t case_id, struct str words)
{
    return later(ctx, replace, case_id, words);
}

static enum rc forget(struct ctx *ctx, void *arg)
{
    (void)arg;
    return case_words_tidy(ctx, NULL);
}

enum rc case_words_forget(struct ctx *ctx)
{
    return db_tx_later(ctx, forget, NULL);
}
