#include "engine/cases/case_entries.h"

#include "db/db.h"
#include "engine/cases/kept.h"
#include "engine/cases/queries.h"

enum rc case_entries_add(struct ctx *ctx, int64_t case_id, const struct projection_words *of,
                         const struct instant *closed)
{
    enum rc rc = projection_index_add(ctx, case_id, of->answers);

    if (!rc)
        rc = kept_enter(ctx, case_id, of->answers, closed);
    return rc ? rc : case_words_enter(ctx, case_id, of);
}

enum rc case_entries_add_made(struct ctx *ctx, const struct case_entries_made *made, size_t n)
{
    struct case_words_made *words = ARENA_ARRAY(db_tx_arena(ctx), n, struct case_words_made);
    enum rc rc = words ? RC_OK : FAIL(ctx, ERR_MEMORY);

    for (size_t i = 0; !rc && i < n; i++)
        rc = projection_index_add(ctx, made[i].case_id, made[i].answers);
    for (size_t i = 0; !rc && i < n; i++)
        rc = kept_enter(ctx, made[i].case_id, made[i].answers, made[i].closed);
    for (size_t i = 0; !rc && i < n; i++)
        words[i] = (struct case_words_made){made[i].case_id, made[i].words};
    return rc ? rc : case_words_enter_made(ctx, words, n);
}

enum rc case_entries_renew(struct ctx *ctx, int64_t case_id, const struct projection_words *of)
{
    enum rc rc = case_index_drop(ctx, case_id, NULL);

    if (!rc)
        rc = projection_index_add(ctx, case_id, of->answers);
    if (!rc)
        rc = kept_renew(ctx, case_id, of->answers);
    return rc ? rc : case_words_replace(ctx, case_id, of);
}
