#include "engine/cases/words_job.h"

#include "base/piece.h"
#include "db/db.h"
#include "engine/cases/projection.h"
#include "engine/cases/queries.h"
#include "engine/definition/city.h"

#define EVERYBODY "words.everybody"
#define FORGET    "words.forget"

static enum rc go_on(struct ctx *ctx, const char *kind, struct str argument)
{
    return job_add(ctx, &(struct job_order){kind, argument, str_of(kind), ctx->now});
}

/* ---- Entries of before */

static bool has_personal_text(const struct definition *definition)
{
    for (size_t i = 0; i < definition->field_n; i++)
        if (field_kind(definition->fields[i].type)->holds == FIELD_HOLDS_WORDS &&
            !projection_has_words(&definition->fields[i]))
            return true;
    return false;
}

static enum rc renew_staffs(struct ctx *ctx, const struct word_entries_row *row,
                            struct projection_words *words)
{
    struct answers answers;
    enum rc rc = answers_parse(ctx, words->answers->definition, row->answers, &answers);
    struct str should;

    if (rc)
        return rc;
    words->answers = &answers;
    should = projection_words(ctx, words);
    return str_eq(should, row->words) ? RC_OK : case_words_set(ctx, row->id, should, NULL);
}

static enum rc renew(struct ctx *ctx, const struct word_entries_row *row)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    struct answers none = {.definition = definition};
    struct projection_words words = {
        .number = row->number,
        .place_label = row->place_label_is_null ? STR_NONE : row->place_label,
        .description = row->description,
        .answers = &none,
        .is_public = row->is_description_public,
    };
    struct str should;
    enum rc rc = RC_OK;

    if (definition && definition->place.blur == BLUR_BLOCK) {
        should = projection_public_words(ctx, &words);
        if (!str_eq(should, row->public_words))
            rc = case_public_words_set(ctx, row->id, should, NULL);
    }
    if (!rc && definition && has_personal_text(definition))
        rc = renew_staffs(ctx, row, &words);
    return rc;
}

/* In a piece of its own: texts are long. */
static enum rc renew_one(struct ctx *ctx, const struct word_entries_row *row)
{
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = renew(ctx, row);
    piece_end(ctx, &piece);
    return rc;
}

struct renewing {
    int64_t after; /* the last case that was looked at */
    bool is_done;
};

static enum rc renew_tx(struct ctx *ctx, void *arg)
{
    struct renewing *renewing = arg;
    struct word_entries_rows rows;
    enum rc rc = word_entries(ctx, renewing->after, WORDS_ENTRIES, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        rc = renew_one(ctx, &rows.rows[i]);
    if (rc)
        return rc;
    if (rows.n)
        renewing->after = rows.rows[rows.n - 1].id;
    renewing->is_done = rows.n < WORDS_ENTRIES;
    return RC_OK;
}

static enum rc renew_and_go_on_tx(struct ctx *ctx, void *arg)
{
    struct renewing renewing = *(const struct renewing *)arg;
    enum rc rc = renew_tx(ctx, &renewing);

    if (rc || renewing.is_done)
        return rc;
    return go_on(ctx, EVERYBODY, str_fmt(ctx->arena, "%lld", (long long)renewing.after));
}

static enum rc run_everybody(struct ctx *ctx, const struct job *job)
{
    struct renewing renewing = {0};

    if (!str_to_i64(job->argument, &renewing.after))
        return FAIL(ctx, ERR_INTERNAL, .detail = S("words.everybody goes on after a case"));
    return db_tx(ctx, renew_and_go_on_tx, &renewing);
}

/* ---- What an index held before */

struct forgetting {
    bool has_begun;
};

static enum rc written(struct ctx *ctx, int64_t *ret)
{
    struct rows_written_row row;
    enum rc rc = rows_written(ctx, &row);

    if (!rc)
        *ret = row.total;
    return rc;
}

/* A negative number begins with all parts of the index, a positive one goes on; fewer than two rows
 * written say that there was nothing left (sqlite.org/fts5.html, section 6.7). */
static enum rc forget_tx(struct ctx *ctx, void *arg)
{
    const struct forgetting *forgetting = arg;
    int64_t pages = forgetting->has_begun ? WORDS_PAGES : -WORDS_PAGES;
    int64_t before = 0, between = 0, after = 0;
    enum rc rc = written(ctx, &before);

    if (!rc)
        rc = case_words_merge(ctx, pages, NULL);
    if (!rc)
        rc = written(ctx, &between);
    if (!rc)
        rc = case_public_words_merge(ctx, pages, NULL);
    if (!rc)
        rc = written(ctx, &after);
    if (rc || (between - before < 2 && after - between < 2))
        return rc;
    return go_on(ctx, FORGET, S("on"));
}

static enum rc run_forget(struct ctx *ctx, const struct job *job)
{
    struct forgetting forgetting = {.has_begun = job->argument.n > 0};

    return db_tx(ctx, forget_tx, &forgetting);
}

const struct job_kind words_jobs[] = {
    {EVERYBODY, run_everybody}, {FORGET, run_forget}, {.kind = NULL}};

/* ---- At an upgrade */

enum rc words_catch_up(struct ctx *ctx)
{
    struct renewing renewing = {0};
    bool is_waiting = false;
    enum rc rc = job_is_waiting(ctx, S(EVERYBODY), &is_waiting);

    if (rc || !is_waiting)
        return rc;
    while (!rc && !renewing.is_done)
        rc = db_tx(ctx, renew_tx, &renewing);
    return rc ? rc : job_end_waiting(ctx, S(EVERYBODY));
}
