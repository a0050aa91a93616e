#include "engine/cases/public_search.h"

#include "base/utf8.h"
#include "engine/cases/case_match.h"
#include "engine/cases/queries.h"

#define WORDS_MAX     10
#define BEGINNING_MIN 3
#define TEXT_MAX      20000

struct looking {
    struct case_term terms[WORDS_MAX];
    struct case_value values[WORDS_MAX];
    struct case_filter filter;
};

/* Letters and digits of any script alone: what else is typed parts words. */
static bool is_of_word(uint32_t c)
{
    return c > 0x7f || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void add_word(struct looking *looking, struct str word)
{
    size_t n = looking->filter.term_n;

    if (!word.n || n == WORDS_MAX)
        return;
    looking->values[n] = (struct case_value){.text = word};
    looking->terms[n] =
        (struct case_term){.key = CASE_KEY_WORDS, .values = &looking->values[n], .value_n = 1};
    looking->filter.term_n++;
}

static void read_words(struct ctx *ctx, struct str typed, struct looking *looking)
{
    struct str folded = utf8_fold(ctx->arena, typed), rest = folded, before = folded;
    size_t begin = 0;
    uint32_t c;

    looking->filter = (struct case_filter){.terms = looking->terms};
    while (utf8_next(&rest, &c)) {
        size_t at = folded.n - before.n;

        if (!is_of_word(c)) {
            add_word(looking, str_slice(folded, begin, at));
            begin = folded.n - rest.n;
        }
        before = rest;
    }
    add_word(looking, str_slice(folded, begin, folded.n));
    if (looking->filter.term_n) {
        struct case_value *last = &looking->values[looking->filter.term_n - 1];

        last->is_beginning = utf8_count(last->text) >= BEGINNING_MIN;
    }
}

/* Whether what everybody is shown of the case has every word. */
static bool has_words(struct ctx *ctx, const struct looking *looking,
                      const struct public_case *shown)
{
    struct buf out = buf_in(ctx->arena, TEXT_MAX);
    struct str text;

    buf_add(&out, shown->number);
    buf_add_byte(&out, ' ');
    buf_add(&out, shown->place.label);
    buf_add_byte(&out, ' ');
    buf_add(&out, shown->description);
    text = utf8_fold(ctx->arena, buf_str(&out));
    for (size_t i = 0; i < looking->filter.term_n; i++)
        if (!case_match_has(text, looking->values[i].text, looking->values[i].is_beginning))
            return false;
    return true;
}

static enum rc look(struct ctx *ctx, const struct looking *looking, int64_t id,
                    struct public_search_found *found)
{
    struct public_case shown;
    enum rc rc = public_case_get(ctx, id, &shown);

    if (rc == RC_NOT_FOUND)
        ctx_clear_error(ctx);
    else if (!rc && has_words(ctx, looking, &shown))
        found->of[found->n++] = shown;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc public_search(struct ctx *ctx, const struct public_search *search,
                      struct public_search_found *ret)
{
    struct looking looking;
    struct public_search_found found = {
        .of = ARENA_ARRAY(ctx->arena, search->most, struct public_case)};
    struct case_run_args args = {
        .with_words = true,
        .before_id = search->before_id ? search->before_id : INT64_MAX,
        .most = PUBLIC_SEARCH_ROWS,
        .order = CASE_RUN_BY_ID,
    };
    struct case_run_rows rows = {0};
    size_t i = 0;
    enum rc rc = RC_OK;

    if (!found.of)
        return FAIL(ctx, ERR_MEMORY);
    read_words(ctx, search->words, &looking);
    if (looking.filter.term_n) {
        args.words = case_match_words(ctx, &looking.filter);
        rc = case_run(ctx, &args, &rows);
    }
    for (; !rc && i < rows.n && found.n < search->most; i++) {
        rc = look(ctx, &looking, rows.rows[i].id, &found);
        found.next_id = rows.rows[i].id;
    }
    found.has_more = i < rows.n || rows.n == PUBLIC_SEARCH_ROWS;
    if (!rc)
        *ret = found;
    return rc;
}
