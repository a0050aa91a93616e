#include "engine/cases/public_search.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "engine/cases/case_match.h"
#include "engine/cases/number.h"
#include "engine/cases/queries.h"
#include "engine/cases/service_names.h"

#define WORDS_MAX    10
#define MEANINGS_MAX CASE_FILTER_VALUES_MAX /* of a word: itself, and services named so */
#define TEXT_MAX     20000
#define CHUNK        100

struct looking {
    const struct public_filter *asked;
    struct str words[WORDS_MAX]; /* folded */
    size_t word_n;
    bool is_last_beginning;
    struct service_names names;
    struct case_filter lookup; /* the words that the index has */
    struct public_cases page;  /* room for one more than is asked for */
};

/* Letters and digits of any script alone: what else is typed parts words. */
static bool is_of_word(uint32_t c)
{
    return c > 0x7f || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void add_word(struct looking *looking, struct str word)
{
    if (word.n && looking->word_n < WORDS_MAX)
        looking->words[looking->word_n++] = word;
}

static void read_words(struct ctx *ctx, struct looking *looking)
{
    struct str folded = utf8_fold(ctx->arena, looking->asked->words), rest = folded;
    struct str before = folded;
    size_t begin = 0;
    uint32_t c;

    while (utf8_next(&rest, &c)) {
        size_t at = folded.n - before.n;

        if (!is_of_word(c)) {
            add_word(looking, str_slice(folded, begin, at));
            begin = folded.n - rest.n;
        }
        before = rest;
    }
    add_word(looking, str_slice(folded, begin, folded.n));
    looking->is_last_beginning =
        looking->word_n &&
        utf8_count(looking->words[looking->word_n - 1]) >= SERVICE_NAMES_BEGINNING_MIN;
}

static bool may_be_cut(const struct looking *looking, size_t word)
{
    return looking->is_last_beginning && word + 1 == looking->word_n;
}

/* "700 block of ..." stands for the house where a place is blurred: the index has its street alone.
 */
static bool is_of_block(struct ctx *ctx, struct str word)
{
    static const enum msg_id ways[] = {MSG_place_block, MSG_place_first_block};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (case_match_has(utf8_fold(ctx->arena, msg_text(ctx->lang, ways[i])), word, false))
            return true;
    return str_ends_with(word, S("00"));
}

/* A word means itself or, as part of a name, the services that are called so. */
static void add_term(struct ctx *ctx, struct looking *looking, size_t word)
{
    struct case_term *term = &looking->lookup.terms[looking->lookup.term_n];
    const struct definition *services[MEANINGS_MAX];
    struct str text = looking->words[word];
    bool is_cut = may_be_cut(looking, word);
    size_t n;

    *term = (struct case_term){
        .key = CASE_KEY_WORDS,
        .values = ARENA_ARRAY(ctx->arena, MEANINGS_MAX, struct case_value),
    };
    if (!term->values || is_of_block(ctx, text))
        return;
    term->values[term->value_n++] = (struct case_value){.text = text, .is_beginning = is_cut};
    n = service_names_find(&looking->names, text, is_cut, services, MEANINGS_MAX - 1);
    for (size_t i = 0; i < n; i++)
        if (!str_eq(services[i]->code, text))
            term->values[term->value_n++] = (struct case_value){.text = services[i]->code};
    looking->lookup.term_n++;
}

/* Whether what everybody is shown of the case has every word. */
static bool has_words(struct ctx *ctx, const struct looking *looking,
                      const struct public_case *shown)
{
    struct str name = text_in(&shown->definition->name, ctx->lang);
    const struct str parts[] = {shown->number, name, shown->place.label, shown->description};
    struct buf out = buf_in(ctx->arena, TEXT_MAX);
    struct str text;

    for (size_t i = 0; i < COUNT(parts); i++) {
        buf_add(&out, parts[i]);
        buf_add_byte(&out, ' ');
    }
    text = utf8_fold(ctx->arena, buf_str(&out));
    for (size_t i = 0; i < looking->word_n; i++)
        if (!case_match_has(text, looking->words[i], may_be_cut(looking, i)))
            return false;
    return true;
}

static enum rc look(struct ctx *ctx, struct looking *looking, int64_t id)
{
    struct public_cases *page = &looking->page;
    struct public_case shown;
    enum rc rc = public_case_get(ctx, id, &shown);

    if (rc == RC_NOT_FOUND)
        ctx_clear_error(ctx);
    else if (!rc && public_filter_has(looking->asked, &shown) && has_words(ctx, looking, &shown))
        page->of[page->n++] = shown;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static struct public_words_run_args run_args(struct ctx *ctx, const struct looking *looking)
{
    const struct public_filter *asked = looking->asked;

    return (struct public_words_run_args){
        .words = case_match_words(ctx, &looking->lookup),
        .before_id = asked->has_after ? asked->after.id : INT64_MAX,
        .service = asked->service,
        .with_service = asked->service != 0,
        .state_type = asked->state,
        .with_state_type = asked->has_state,
        .district = asked->district,
        .with_district = asked->district.n > 0,
        .opened_from = asked->from,
        .with_opened_from = asked->has_from,
        .opened_until = asked->until,
        .with_opened_until = asked->has_until,
        .most = CHUNK,
    };
}

/* Until one more than a page is found, which says that there is another. */
static enum rc look_up(struct ctx *ctx, struct looking *looking)
{
    struct public_words_run_args args = run_args(ctx, looking);
    struct public_cases *page = &looking->page;
    size_t most = looking->asked->most, seen = 0;

    while (page->n <= most) {
        struct public_words_run_rows rows;
        enum rc rc = public_words_run(ctx, &args, &rows);

        for (size_t i = 0; !rc && i < rows.n && page->n <= most; i++) {
            args.before_id = rows.rows[i].id;
            if (rows.rows[i].fits)
                rc = look(ctx, looking, rows.rows[i].id);
        }
        seen += rows.n;
        page->has_more = page->n > most || (rows.n == CHUNK && seen >= PUBLIC_SEARCH_ROWS);
        if (rc || page->has_more || rows.n < CHUNK) {
            page->next.id = args.before_id;
            return rc;
        }
    }
    return RC_OK;
}

static enum rc look_at_number(struct ctx *ctx, struct looking *looking, struct str number)
{
    struct public_cases found;
    enum rc rc = public_cases_numbered(ctx, &number, 1, &found);

    if (!rc && found.n && public_filter_has(looking->asked, &found.of[0]))
        looking->page.of[looking->page.n++] = found.of[0];
    return rc;
}

enum rc public_search(struct ctx *ctx, const struct public_filter *filter, struct public_cases *ret)
{
    struct looking looking = {
        .asked = filter,
        .lookup.terms = ARENA_ARRAY(ctx->arena, WORDS_MAX, struct case_term),
        .page.of = ARENA_ARRAY(ctx->arena, filter->most + 1, struct public_case),
    };
    struct public_cases *page = &looking.page;
    struct str number;
    enum rc rc = RC_OK;

    if (!looking.lookup.terms || !page->of)
        return FAIL(ctx, ERR_MEMORY);
    if (number_parse(ctx->arena, str_trim(filter->words), &number)) {
        rc = look_at_number(ctx, &looking, number);
    } else {
        read_words(ctx, &looking);
        rc = service_names_read(ctx, &looking.names);
        for (size_t i = 0; !rc && i < looking.word_n; i++)
            add_term(ctx, &looking, i);
        if (!rc && looking.lookup.term_n)
            rc = look_up(ctx, &looking);
    }
    if (rc)
        return rc;
    if (page->n > filter->most) {
        page->n = filter->most;
        page->next = (struct public_cursor){page->of[page->n - 1].opened, page->of[page->n - 1].id};
    }
    *ret = *page;
    return RC_OK;
}
