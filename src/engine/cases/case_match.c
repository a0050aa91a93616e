#include "engine/cases/case_match.h"

#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/case_field.h"
#include "engine/cases/queries.h"
#include "people/account.h"
#include "people/party_name.h"
#include "people/permission.h"

#define PARTIES_MAX   200  /* of an address that have proven it, and as many others */
#define NAMED_MAX     1000 /* of a name: each report by a caller is a person's of its own */
#define NOBODY        0    /* no account has this row */
#define WORDS_MAX     8000
#define BEGINNING_MIN 3

/* ---- The query of the full-text index */

/* One word or phrase, quoted for the engine; its own tokenizer takes it apart, as it did with what
 * it is compared with. */
static void put_phrase(struct buf *out, enum sql_engine engine, struct str folded,
                       bool is_beginning)
{
    char quote = engine == SQL_SQLITE ? '"' : '\'';

    buf_add_byte(out, quote);
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] == quote || (engine == SQL_POSTGRES && folded.p[i] == '\\'))
            buf_add_byte(out, folded.p[i]);
        buf_add_byte(out, folded.p[i]);
    }
    buf_add_byte(out, quote);
    if (is_beginning)
        buf_add(out, engine == SQL_SQLITE ? S(" *") : S(":*"));
}

/* What of a place is looked up, to be compared afterwards: the whole words before the last, which
 * may be cut short, or that one's beginning when it stands alone. A beginning costs as much as all
 * that begins so. */
static struct str place_words(struct str folded, bool *ret_is_beginning)
{
    struct str text = str_trim(folded);
    size_t n = text.n;

    while (n && text.p[n - 1] != ' ')
        n--;
    *ret_is_beginning = n == 0;
    if (n)
        return str_trim(str_slice(text, 0, n));
    return utf8_count(text) >= BEGINNING_MIN ? text : STR_NONE;
}

static void put_term(struct ctx *ctx, struct buf *out, enum sql_engine engine,
                     const struct case_term *term)
{
    buf_add_byte(out, '(');
    for (size_t i = 0; i < term->value_n; i++) {
        const struct case_value *value = &term->values[i];
        bool is_beginning = value->is_beginning;
        struct str folded = value->is_contained ? place_words(value->folded, &is_beginning)
                                                : utf8_fold(ctx->arena, value->text);

        if (i)
            buf_add(out, engine == SQL_SQLITE ? S(" OR ") : S(" | "));
        put_phrase(out, engine, folded, is_beginning);
    }
    buf_add_byte(out, ')');
}

/* A place that is contained is looked up by its words, and then compared. */
static bool is_looked_up(const struct case_term *term)
{
    bool unused;

    if (term->key == CASE_KEY_WORDS)
        return true;
    if (term->key != CASE_KEY_PLACE || term->is_negated)
        return false;
    for (size_t i = 0; i < term->value_n; i++)
        if (!term->values[i].is_contained || !place_words(term->values[i].folded, &unused).n)
            return false;
    return true;
}

struct str case_match_words(struct ctx *ctx, const struct case_filter *filter)
{
    enum sql_engine engine = db_engine(ctx->db);
    struct buf out = buf_in(ctx->arena, WORDS_MAX);
    size_t n = 0;

    buf_add_byte(&out, '(');
    for (size_t i = 0; i < filter->term_n; i++) {
        if (filter->terms[i].is_negated || !is_looked_up(&filter->terms[i]))
            continue;
        if (n++)
            buf_add(&out, engine == SQL_SQLITE ? S(" AND ") : S(" & "));
        put_term(ctx, &out, engine, &filter->terms[i]);
    }
    buf_add_byte(&out, ')');
    for (size_t i = 0; i < filter->term_n; i++) {
        if (!filter->terms[i].is_negated || !is_looked_up(&filter->terms[i]))
            continue;
        buf_add(&out, engine == SQL_SQLITE ? S(" NOT ") : S(" & !"));
        put_term(ctx, &out, engine, &filter->terms[i]);
    }
    return n ? buf_str(&out) : STR_NONE;
}

/* ---- Before the first row */

static unsigned types_of_state(const struct city *city, struct str id)
{
    unsigned types = 0;

    for (size_t i = 0; i < city->version_n; i++) {
        const struct workflow *workflow = city->versions[i]->workflow;
        int state = workflow_state(workflow, id);

        if (state >= 0)
            types |= 1u << workflow->states[state].type;
    }
    return types;
}

/* The types of state a term leaves possible. */
static unsigned types_of_term(const struct city *city, const struct case_term *term)
{
    const unsigned closed = 1u << STATE_CLOSED, every = 7;
    unsigned types = 0;

    if (term->key == CASE_KEY_OVERDUE && !term->is_negated)
        return every & ~closed;
    if ((term->key == CASE_KEY_CLOSED || term->key == CASE_KEY_OUTCOME) && !term->is_negated) {
        for (size_t i = 0; i < term->value_n; i++)
            types |= term->values[i].is_none ? every : closed;
        return types;
    }
    if (term->key != CASE_KEY_STATE)
        return every;
    for (size_t i = 0; i < term->value_n; i++) {
        const struct case_value *value = &term->values[i];

        if (value->is_type)
            types |= 1u << value->id;
        else if (!term->is_negated)
            types |= types_of_state(city, value->text);
    }
    return term->is_negated ? every & ~types : types;
}

static enum rc find_logins(struct ctx *ctx, const struct case_search *search,
                           const struct case_term *term)
{
    for (size_t i = 0; i < term->value_n; i++) {
        struct case_value *value = &term->values[i];
        enum rc rc;

        if (value->is_none)
            continue;
        if (value->is_me && ctx->actor->kind == ACTOR_STAFF) {
            value->id = ctx->actor->id;
            continue;
        }
        rc = account_id(ctx, value->text, &value->id);
        if (rc != RC_NOT_FOUND && rc)
            return rc;
        if (!rc)
            continue;
        ctx_clear_error(ctx);
        /* A program learns nothing of who works here: nobody is like somebody without cases. */
        if (ctx->actor->kind != ACTOR_STAFF && !value->is_me)
            value->id = NOBODY;
        else
            return case_filter_refuse(ctx, search->text, term->at, MSG_filter_no_login,
                                      value->text);
    }
    return RC_OK;
}

static enum rc add_reached(struct ctx *ctx, struct str contact, struct case_match *match)
{
    struct parties_by_contact_rows rows;
    enum rc rc = parties_by_contact(ctx, contact, PARTIES_MAX, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        match->parties[match->party_n++] = rows.rows[i].party;
    return rc;
}

static enum rc add_named(struct ctx *ctx, struct str name, struct case_match *match)
{
    struct parties_by_name_rows rows;
    enum rc rc = parties_by_name(ctx, party_name_fold(ctx->arena, name), NAMED_MAX, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        match->parties[match->party_n++] = rows.rows[i].id;
    match->has_more_people |= !rc && rows.n == NAMED_MAX;
    return rc;
}

static enum rc find_parties(struct ctx *ctx, const struct case_search *search,
                            const struct case_term *term, struct case_match *match)
{
    if (!actor_may(ctx->actor, PERMISSION_WORK))
        return case_filter_refuse(ctx, search->text, term->at, MSG_filter_no_reporter_right,
                                  STR_NONE);
    _Static_assert(NAMED_MAX >= 2 * PARTIES_MAX, "there is room for both");
    match->parties = ARENA_ARRAY(ctx->arena, term->value_n * NAMED_MAX, int64_t);
    if (!match->parties)
        return FAIL(ctx, ERR_MEMORY);
    match->party_n = 0;
    for (size_t i = 0; i < term->value_n; i++) {
        enum rc rc = term->values[i].is_name ? add_named(ctx, term->values[i].text, match)
                                             : add_reached(ctx, term->values[i].text, match);

        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc check_field(struct ctx *ctx, const struct case_search *search,
                           const struct case_term *term)
{
    struct case_field field;

    if (!case_field_find(ctx->city, term->field, &field) || case_field_is_for(ctx, &field))
        return RC_OK;
    return case_filter_refuse(ctx, search->text, term->at, MSG_filter_no_field_right, term->field);
}

enum rc case_match_begin(struct ctx *ctx, const struct case_search *search, struct case_match *ret)
{
    const struct case_filter *filter = search->filter;
    struct case_match match = {.filter = filter, .types = 7};
    enum rc rc = case_access_of(ctx, ctx->actor, &match.access);

    for (size_t i = 0; !rc && i < filter->term_n; i++) {
        match.types &= types_of_term(ctx->city, &filter->terms[i]);
        if (filter->terms[i].key == CASE_KEY_ASSIGNEE)
            rc = find_logins(ctx, search, &filter->terms[i]);
        if (!rc && filter->terms[i].key == CASE_KEY_REPORTER)
            rc = find_parties(ctx, search, &filter->terms[i], &match);
        if (!rc && filter->terms[i].key == CASE_KEY_FIELD)
            rc = check_field(ctx, search, &filter->terms[i]);
    }
    if (!rc)
        rc = case_asked_read(ctx, filter, &match.asked);
    if (!rc)
        *ret = match;
    return rc;
}

/* ---- A row */

static bool may_see(const struct case_access *access, const struct case_run_row *row)
{
    if (access->is_all)
        return true;
    for (size_t i = 0; !row->team_is_null && i < access->team_n; i++)
        if (access->teams[i] == row->team)
            return true;
    for (size_t i = 0; i < access->service_n; i++)
        if (access->services[i] == row->service)
            return true;
    return false;
}

static bool is_within(const struct case_value *value, bool is_null, struct instant at)
{
    if (value->is_none || is_null)
        return value->is_none && is_null;
    return (!value->has_from || instant_cmp(at, value->from) >= 0) &&
           (!value->has_until || instant_cmp(at, value->until) < 0);
}

static bool has_value(enum case_key key, const struct case_value *value,
                      const struct case_run_row *row)
{
    switch (key) {
    case CASE_KEY_STATE:
        return value->is_type ? row->state_type == value->id : str_eq(row->state, value->text);
    case CASE_KEY_TEAM:
        return value->is_none ? row->team_is_null : !row->team_is_null && row->team == value->id;
    case CASE_KEY_SERVICE: return row->service == value->id;
    case CASE_KEY_DISTRICT:
        return value->is_none ? row->district.n == 0 : str_eq(row->district, value->text);
    case CASE_KEY_ASSIGNEE:
        return value->is_none ? row->assignee_is_null
                              : !row->assignee_is_null && row->assignee == value->id;
    /* A deadline that is a day ends with it: the instant before is of that day. */
    case CASE_KEY_DUE: return is_within(value, row->due_is_null, instant_plus_us(row->due, -1));
    case CASE_KEY_OPENED: return is_within(value, false, row->opened);
    case CASE_KEY_CLOSED: return is_within(value, row->closed_is_null, row->closed);
    case CASE_KEY_UPDATED: return is_within(value, false, row->updated);
    case CASE_KEY_OUTCOME: return !row->outcome_is_null && str_eq(row->outcome, value->text);
    case CASE_KEY_CHANNEL: return str_eq(row->channel, value->text);
    case CASE_KEY_LANG: return str_eq(row->lang, value->text);
    case CASE_KEY_NUMBER: return str_eq(row->number, value->text);
    default: return false;
    }
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80);
}

/* Where the needle next stands at the beginning of a word, from `at` on; -1 for nowhere. */
static ptrdiff_t find_word(struct str text, struct str needle, size_t at)
{
    while (at <= text.n) {
        ptrdiff_t next = str_find(str_slice(text, at, text.n), needle);

        if (next < 0)
            return -1;
        at += (size_t)next;
        if (at == 0 || !is_word_byte(text.p[at - 1]))
            return (ptrdiff_t)at;
        at++;
    }
    return -1;
}

bool case_match_has(struct str text, struct str word, bool is_beginning)
{
    ptrdiff_t at = find_word(text, word, 0);

    while (at >= 0) {
        size_t end = (size_t)at + word.n;

        if (is_beginning || end >= text.n || !is_word_byte(text.p[end]))
            return true;
        at = find_word(text, word, (size_t)at + 1);
    }
    return false;
}

static bool is_at_place(struct str label, const struct case_value *value)
{
    return value->is_contained ? find_word(label, value->folded, 0) >= 0
                               : str_eq(label, value->folded);
}

static enum rc match_place(struct ctx *ctx, const struct case_term *term,
                           const struct case_run_row *row, bool *ret)
{
    struct case_place_label_row place = {0};
    struct str label;
    bool is_found = false;
    enum rc rc = row->place_is_null ? RC_OK : case_place_label(ctx, row->place, &is_found, &place);

    if (rc)
        return rc;
    label = utf8_fold(ctx->arena, place.label);
    *ret = false;
    for (size_t i = 0; is_found && !*ret && i < term->value_n; i++)
        *ret = is_at_place(label, &term->values[i]);
    return RC_OK;
}

static bool is_answer(const struct case_value *value, const struct case_index_field_row *row)
{
    if ((value->kinds & FIELD_INDEX_TEXT) && !row->text_is_null && str_eq(row->text, value->folded))
        return true;
    if ((value->kinds & FIELD_INDEX_NUMBER) && !row->number_is_null && row->number >= value->low &&
        row->number <= value->high)
        return true;
    return (value->kinds & FIELD_INDEX_DAY) && !row->instant_is_null &&
           is_within(value, false, row->instant);
}

/* Whether lists know the case's answer to the field, or would if there were one. */
static bool is_indexed(const struct ctx *ctx, const struct case_run_row *row, struct str id)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    const struct field *field = definition ? definition_field(definition, id) : NULL;

    return field && field->is_indexed;
}

static enum rc match_field(struct ctx *ctx, const struct case_term *term,
                           const struct case_run_row *row, bool *ret)
{
    struct case_index_field_rows answers;
    bool is_match = false;
    enum rc rc = case_index_field(ctx, row->id, term->field, &answers);

    if (rc)
        return rc;
    for (size_t i = 0; i < term->value_n; i++) {
        if (term->values[i].is_none)
            is_match |= !answers.n && is_indexed(ctx, row, term->field);
        for (size_t j = 0; j < answers.n; j++)
            is_match |= is_answer(&term->values[i], &answers.rows[j]);
    }
    *ret = is_match;
    return RC_OK;
}

static bool is_reporter(const struct case_match *match, const struct case_run_row *row)
{
    for (size_t i = 0; !row->reporter_is_null && i < match->party_n; i++)
        if (match->parties[i] == row->reporter)
            return true;
    return false;
}

static bool match_term(const struct ctx *ctx, const struct case_match *match,
                       const struct case_term *term, const struct case_run_row *row)
{
    if (term->key == CASE_KEY_OVERDUE)
        return !row->due_is_null && row->state_type != STATE_CLOSED &&
               instant_cmp(row->due, ctx->now) < 0;
    if (term->key == CASE_KEY_REPORTER)
        return is_reporter(match, row);
    for (size_t i = 0; i < term->value_n; i++)
        if (has_value(term->key, &term->values[i], row))
            return true;
    return false;
}

/* Stands in another row of the store. */
static bool is_looked_at(enum case_key key)
{
    return key == CASE_KEY_PLACE || key == CASE_KEY_FIELD;
}

/* What costs another look comes last. */
enum rc case_match_row(struct ctx *ctx, const struct case_match *match,
                       const struct case_run_row *row, bool *ret)
{
    const struct case_filter *filter = match->filter;
    bool holds = may_see(&match->access, row);
    enum rc rc = RC_OK;

    for (size_t i = 0; holds && i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];

        if (term->key != CASE_KEY_WORDS && !is_looked_at(term->key))
            holds = match_term(ctx, match, term, row) != term->is_negated;
    }
    for (size_t i = 0; !rc && holds && i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];

        if (!is_looked_at(term->key))
            continue;
        rc = term->key == CASE_KEY_PLACE ? match_place(ctx, term, row, &holds)
                                         : match_field(ctx, term, row, &holds);
        holds = holds != term->is_negated;
    }
    if (!rc && holds && match->asked.words.n && !(match->is_by_words && match->asked.is_exact))
        rc = case_asked_holds(ctx, &match->asked, row->id, row->service, &holds);
    if (!rc)
        *ret = holds;
    return rc;
}

/* ---- How well */

#define EARLY_BYTES 90 /* number and place stand first */

static int64_t score_of(struct str words, struct str needle)
{
    ptrdiff_t at = find_word(words, needle, 0);
    int64_t score = at < 0 ? 0 : at < EARLY_BYTES ? 300 : 0;

    for (int n = 0; at >= 0 && n < 5; n++) {
        size_t end = (size_t)at + needle.n;
        bool is_whole = end >= words.n || !is_word_byte(words.p[end]);

        score += (is_whole ? 1000 : 600) * 200 / (200 + (int64_t)words.n);
        at = find_word(words, needle, end);
    }
    return score;
}

int64_t case_match_score(const struct case_filter *filter, struct arena *arena, struct str words)
{
    int64_t sum = 0;

    for (size_t i = 0; i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];
        int64_t best = 0;

        if (term->key != CASE_KEY_WORDS || term->is_negated)
            continue;
        for (size_t j = 0; j < term->value_n; j++) {
            int64_t score = score_of(words, utf8_fold(arena, term->values[j].text));

            best = score > best ? score : best;
        }
        sum += best;
    }
    return sum;
}
