#include "engine/cases/case_words.h"

#include "db/db.h"
#include "engine/cases/queries.h"
#include "engine/cases/timer.h"

struct entries {
    const struct case_words_made *made;
    size_t n;
};

static enum rc later_made(struct ctx *ctx, db_tx_fn *fn, int64_t case_id,
                          const struct case_words *words)
{
    struct arena *arena = db_tx_arena(ctx);
    struct case_words_made *entry = ARENA_NEW(arena, struct case_words_made);

    if (!entry)
        return FAIL(ctx, ERR_MEMORY);
    *entry = (struct case_words_made){case_id, *words};
    if (arena != ctx->arena)
        entry->words =
            (struct case_words){str_copy(arena, words->staff), str_copy(arena, words->everybody)};
    return db_tx_later(ctx, fn, entry);
}

static enum rc later(struct ctx *ctx, db_tx_fn *fn, int64_t case_id,
                     const struct projection_words *of)
{
    struct case_words words = {projection_words(ctx, of), projection_public_words(ctx, of)};

    return later_made(ctx, fn, case_id, &words);
}

static enum rc enter(struct ctx *ctx, void *arg)
{
    const struct case_words_made *entry = arg;
    enum rc rc = case_words_add(ctx, entry->case_id, entry->words.staff, NULL);

    return rc ? rc : case_public_words_add(ctx, entry->case_id, entry->words.everybody, NULL);
}

enum rc case_words_enter(struct ctx *ctx, int64_t case_id, const struct projection_words *words)
{
    return later(ctx, enter, case_id, words);
}

static enum rc enter_made(struct ctx *ctx, void *arg)
{
    const struct entries *entries = arg;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < entries->n; i++)
        rc = case_words_add(ctx, entries->made[i].case_id, entries->made[i].words.staff, NULL);
    for (size_t i = 0; !rc && i < entries->n; i++)
        rc = case_public_words_add(ctx, entries->made[i].case_id, entries->made[i].words.everybody,
                                   NULL);
    return rc;
}

enum rc case_words_enter_made(struct ctx *ctx, const struct case_words_made *made, size_t n)
{
    struct entries *entries = ARENA_NEW(db_tx_arena(ctx), struct entries);

    if (!entries)
        return FAIL(ctx, ERR_MEMORY);
    *entries = (struct entries){made, n};
    return db_tx_later(ctx, enter_made, entries);
}

static enum rc release(struct ctx *ctx, void *arg)
{
    const struct case_words_made *entry = arg;

    return case_public_words_set(ctx, entry->case_id, entry->words.everybody, NULL);
}

enum rc case_words_release(struct ctx *ctx, int64_t case_id, const struct projection_words *words)
{
    struct case_words made = {.everybody = projection_public_words(ctx, words)};

    return later_made(ctx, release, case_id, &made);
}

static enum rc replace(struct ctx *ctx, void *arg)
{
    const struct case_words_made *entry = arg;
    enum rc rc = case_words_set(ctx, entry->case_id, entry->words.staff, NULL);

    return rc ? rc : release(ctx, arg);
}

enum rc case_words_replace(struct ctx *ctx, int64_t case_id, const struct projection_words *words)
{
    return later(ctx, replace, case_id, words);
}

enum rc case_words_forget(struct ctx *ctx)
{
    return job_add(ctx, &(struct job_order){"words.forget", STR_NONE, S("words.forget"), ctx->now});
}
