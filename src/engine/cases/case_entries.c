#include "engine/cases/case_entries.h"

#include "engine/cases/kept.h"
#include "engine/cases/queries.h"

static enum rc add_rows(struct ctx *ctx, int64_t case_id, const struct answers *answers,
                        const struct instant *closed)
{
    enum rc rc = projection_index_add(ctx, case_id, answers);

    return rc ? rc : kept_enter(ctx, case_id, answers, closed);
}

enum rc case_entries_add(struct ctx *ctx, int64_t case_id, const struct projection_words *of,
                         const struct instant *closed)
{
    enum rc rc = add_rows(ctx, case_id, of->answers, closed);

    return rc ? rc : case_words_enter(ctx, case_id, of);
}

enum rc case_entries_add_made(struct ctx *ctx, int64_t case_id,
                              const struct case_entries_made *made)
{
    enum rc rc = add_rows(ctx, case_id, made->answers, made->closed);

    return rc ? rc : case_words_enter_made(ctx, case_id, &made->words);
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
