#include "engine/cases/case_filter.h"

#include "base/problem.h"
#include "base/utf8.h"
#include "engine/cases/case_field.h"
#include "engine/cases/projection.h"
#include "place/layers.h"

#define DAYS_MAX      40000
#define BEGINNING_MIN 3

const struct case_key_about case_filter_keys[CASE_KEY__N] = {
    [CASE_KEY_WORDS] = {NULL, "pothole \"bus stop\" grat*", MSG_filter_words},
    [CASE_KEY_STATE] = {"state", "state:open,waiting", MSG_filter_state},
    [CASE_KEY_TEAM] = {"team", "team:streets-west", MSG_filter_team},
    [CASE_KEY_SERVICE] = {"service", "-service:graffiti", MSG_filter_service},
    [CASE_KEY_DISTRICT] = {"district", "district:1,2", MSG_filter_district},
    [CASE_KEY_ASSIGNEE] = {"assignee", "assignee:me,nobody", MSG_filter_assignee},
    [CASE_KEY_OVERDUE] = {"overdue", "overdue", MSG_filter_overdue},
    [CASE_KEY_DUE] = {"due", "due:today..+7d", MSG_filter_due},
    [CASE_KEY_OPENED] = {"opened", "opened:2026-07-01..2026-07-31", MSG_filter_opened},
    [CASE_KEY_CLOSED] = {"closed", "closed:-30d..", MSG_filter_closed},
    [CASE_KEY_UPDATED] = {"updated", "updated:today", MSG_filter_updated},
    [CASE_KEY_OUTCOME] = {"outcome", "outcome:no-action", MSG_filter_outcome},
    [CASE_KEY_CHANNEL] = {"channel", "channel:phone,counter", MSG_filter_channel},
    [CASE_KEY_LANG] = {"lang", "lang:es", MSG_filter_lang},
    [CASE_KEY_NUMBER] = {"number", "number:26-00042-7", MSG_filter_number},
    [CASE_KEY_PLACE] = {"place", "place:~\"Harvard St\"", MSG_filter_place},
    [CASE_KEY_REPORTER] = {"reporter", "reporter:ana@example.com", MSG_filter_reporter},
    [CASE_KEY_FIELD] = {"field", NULL, MSG_filter_field},
};

static const struct str state_types[] = {STR("open"), STR("waiting"), STR("closed")};
static const struct str channels[] = {STR("web"),  STR("counter"), STR("phone"), STR("text"),
                                      STR("mail"), STR("open311"), STR("api"),   STR("import")};

struct reader {
    struct ctx *ctx;
    struct str text;
    size_t at;
    struct case_filter filter;
};

/* ---- Saying what is wrong */

static enum rc refuse(struct ctx *ctx, struct str text, size_t at, struct str sentence)
{
    const struct msg_arg args[] = {
        MSG_ARG("at", (int64_t)utf8_count(str_slice(text, 0, at)) + 1),
        MSG_ARG("sentence", sentence),
    };

    return FAIL(ctx, ERR_FILTER, .field = S("q"),
                .arg = msg_format(ctx->arena, ctx->lang, MSG_filter_at, args, 2));
}

enum rc case_filter_refuse(struct ctx *ctx, struct str text, size_t at, enum msg_id id,
                           struct str name)
{
    const struct msg_arg arg = MSG_ARG("name", utf8_cut(name, 100));

    return refuse(ctx, text, at, msg_format(ctx->arena, ctx->lang, id, &arg, 1));
}

/* "There is no team "x".", and the nearest that there is. */
static enum rc refuse_unknown(struct reader *reader, size_t at, enum msg_id id, struct str name,
                              const struct str *known, size_t n)
{
    struct ctx *ctx = reader->ctx;
    const struct msg_arg args[] = {MSG_ARG("name", utf8_cut(name, 100)),
                                   MSG_ARG("near", problem_nearest(name, known, n))};
    struct str sentence = msg_format(ctx->arena, ctx->lang, id, args, 1);

    if (args[1].text.n)
        sentence = str_fmt(ctx->arena, "%.*s %.*s", STR_ARG(sentence),
                           STR_ARG(msg_format(ctx->arena, ctx->lang, MSG_filter_near, args, 2)));
    return refuse(ctx, reader->text, at, sentence);
}

/* ---- What values mean */

static struct instant day_begins(const struct city *city, struct date date)
{
    return zone_end_of_day(city->zone, date_plus(date, -1));
}

/* "-7d", "+2w": days from today. */
static bool read_count(struct str text, struct date today, struct date *ret)
{
    int64_t n;
    bool is_weeks = text.n > 2 && text.p[text.n - 1] == 'w';

    if (text.n < 3 || (text.p[0] != '-' && text.p[0] != '+') ||
        (!is_weeks && text.p[text.n - 1] != 'd') ||
        !str_to_i64(str_slice(text, 1, text.n - 1), &n) || n < 0 || n > DAYS_MAX / 7)
        return false;
    n *= is_weeks ? 7 : 1;
    *ret = date_plus(today, text.p[0] == '-' ? -(int32_t)n : (int32_t)n);
    return true;
}

static bool read_day(const struct ctx *ctx, struct str text, struct date *ret)
{
    static const struct str words[] = {STR("yesterday"), STR("today"), STR("tomorrow")};
    struct date today = city_local(ctx->city, ctx->now).date;

    for (int i = 0; i < 3; i++) {
        if (!str_eq(text, words[i]))
            continue;
        *ret = date_plus(today, i - 1);
        return true;
    }
    return read_count(text, today, ret) || date_parse(text, ret);
}

/* "a..b", "a..", "..b", or "a" for both: what is left out is empty. Returns the second. */
static struct str take_range(struct str text, struct str *ret_from)
{
    ptrdiff_t dots = str_find(text, S(".."));

    *ret_from = dots < 0 ? text : str_slice(text, 0, (size_t)dots);
    return dots < 0 ? text : str_slice(text, (size_t)dots + 2, text.n);
}

/* A day or a range of days; else what is wrong with it. */
static enum msg_id days_of(const struct ctx *ctx, struct case_value *value)
{
    struct str from, until = take_range(value->text, &from);
    struct date first = {0}, last = {0};

    if ((from.n && !read_day(ctx, from, &first)) || (until.n && !read_day(ctx, until, &last)) ||
        (!from.n && !until.n))
        return MSG_filter_bad_day;
    if (from.n && until.n && date_cmp(first, last) > 0)
        return MSG_filter_backwards;
    value->has_from = from.n > 0;
    value->has_until = until.n > 0;
    if (value->has_from)
        value->from = day_begins(ctx->city, first);
    if (value->has_until)
        value->until = zone_end_of_day(ctx->city->zone, last);
    return MSG_NONE;
}

static enum rc read_days(struct reader *reader, size_t at, struct case_value *value)
{
    enum msg_id wrong;

    value->is_none = str_eq(value->text, S("none"));
    wrong = value->is_none ? MSG_NONE : days_of(reader->ctx, value);
    return wrong ? case_filter_refuse(reader->ctx, reader->text, at, wrong, value->text) : RC_OK;
}

/* A list of names to compare with and to propose from. */
struct names {
    struct str *of;
    size_t n;
};

static bool has_name(const struct names *names, struct str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->of[i], name))
            return true;
    return false;
}

static void add_name(struct names *names, struct str name)
{
    if (!has_name(names, name))
        names->of[names->n++] = name;
}

/* The states and outcomes of every workflow that a case may still be on. */
static size_t workflow_words_max(const struct city *city)
{
    size_t n = 0;

    for (size_t i = 0; i < city->version_n; i++)
        n += city->versions[i]->workflow->state_n + city->versions[i]->workflow->outcome_n;
    return n;
}

static enum rc names_of(struct reader *reader, enum case_key key, struct names *names)
{
    const struct city *city = reader->ctx->city;
    const struct layer *districts = city->layers ? layers_find(city->layers, S("district")) : NULL;
    size_t most = 16 + city->team_n + city->ever_n + workflow_words_max(city) +
                  (districts ? districts->feature_count : 0);

    *names = (struct names){ARENA_ARRAY(reader->ctx->arena, most, struct str), 0};
    if (!names->of)
        return FAIL(reader->ctx, ERR_MEMORY);
    for (size_t i = 0; key == CASE_KEY_STATE && i < 3; i++)
        add_name(names, state_types[i]);
    for (size_t i = 0; key == CASE_KEY_TEAM && i < city->team_n; i++)
        add_name(names, city->teams[i].id);
    for (size_t i = 0; key == CASE_KEY_CHANNEL && i < COUNT(channels); i++)
        add_name(names, channels[i]);
    for (int i = 0; key == CASE_KEY_LANG && i < LANG__PUBLIC; i++)
        add_name(names, lang_code((enum lang)i));
    for (size_t i = 0; key == CASE_KEY_DISTRICT && districts && i < districts->feature_count; i++)
        add_name(names, districts->features[i].id);
    for (size_t i = 0; key == CASE_KEY_SERVICE && i < city->ever_n; i++)
        add_name(names, city->ever[i]->code);
    for (size_t i = 0; i < city->version_n; i++) {
        const struct workflow *workflow = city->versions[i]->workflow;

        for (size_t j = 0; key == CASE_KEY_STATE && j < workflow->state_n; j++)
            add_name(names, workflow->states[j].id);
        for (size_t j = 0; key == CASE_KEY_OUTCOME && j < workflow->outcome_n; j++)
            add_name(names, workflow->outcomes[j].id);
    }
    return RC_OK;
}

static enum msg_id unknown_of(enum case_key key)
{
    switch (key) {
    case CASE_KEY_STATE: return MSG_filter_no_state;
    case CASE_KEY_TEAM: return MSG_filter_no_team;
    case CASE_KEY_SERVICE: return MSG_filter_no_service;
    case CASE_KEY_DISTRICT: return MSG_filter_no_district;
    case CASE_KEY_OUTCOME: return MSG_filter_no_outcome;
    case CASE_KEY_CHANNEL: return MSG_filter_no_channel;
    default: return MSG_filter_no_lang;
    }
}

/* Gives a name that is in the list its id. */
static void identify(const struct city *city, enum case_key key, struct case_value *value)
{
    const struct definition *service;
    const struct team *team;

    for (int i = 0; key == CASE_KEY_STATE && i < 3; i++) {
        if (!str_eq(value->text, state_types[i]))
            continue;
        value->is_type = true;
        value->id = i;
    }
    if (key == CASE_KEY_TEAM && (team = city_team(city, value->text)))
        value->id = team->row;
    if (key == CASE_KEY_SERVICE && (service = city_service_ever(city, value->text)))
        value->id = service->service_id;
}

static enum rc read_name(struct reader *reader, enum case_key key, size_t at,
                         struct case_value *value)
{
    struct names names;
    enum rc rc;

    value->is_none =
        (key == CASE_KEY_TEAM || key == CASE_KEY_DISTRICT) && str_eq(value->text, S("none"));
    if (value->is_none)
        return RC_OK;
    rc = names_of(reader, key, &names);
    if (rc)
        return rc;
    /* A city without that layer may still have cases with districts of another's. */
    if (!has_name(&names, value->text) && (names.n || key != CASE_KEY_DISTRICT))
        return refuse_unknown(reader, at, unknown_of(key), value->text, names.of, names.n);
    identify(reader->ctx->city, key, value);
    return RC_OK;
}

/* ---- The answer to a field */

/* "2..5", "..5", "2.50"; else what is wrong with it. */
static enum msg_id numbers_of(struct case_value *value)
{
    struct str from, until = take_range(value->text, &from);
    struct decimal least = {0}, most = {0};

    if ((from.n && !decimal_parse(from, &least)) || (until.n && !decimal_parse(until, &most)) ||
        (!from.n && !until.n))
        return MSG_filter_bad_number;
    if (from.n && until.n && decimal_cmp(least, most) > 0)
        return MSG_filter_backwards;
    value->low = from.n ? projection_millionths(least) : INT64_MIN;
    value->high = until.n ? projection_millionths(most) : INT64_MAX;
    return MSG_NONE;
}

/* The word of people for what is stored. */
static struct str indexed_text(const struct case_field *field, struct str text)
{
    switch (field->field->type) {
    case FIELD_YES_NO:
        return str_eq(text, S("yes")) ? S("true") : str_eq(text, S("no")) ? S("false") : text;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_DATE:
    case FIELD_CHOICE:
    case FIELD_CHOICES:
    case FIELD_ASSET:
    case FIELD_LATER: break;
    }
    return text;
}

static enum rc read_field(struct reader *reader, const struct case_term *term, size_t at,
                          struct case_value *value)
{
    struct case_field field = {0};
    enum msg_id wrong = MSG_NONE, of_days = MSG_NONE;
    struct names names = {0};
    enum rc rc;

    value->is_none = !value->is_quoted && str_eq(value->text, S("none"));
    if (value->is_none || !case_field_find(reader->ctx->city, term->field, &field))
        return RC_OK;
    if ((field.kinds & FIELD_INDEX_NUMBER) && !(wrong = numbers_of(value)))
        value->kinds |= FIELD_INDEX_NUMBER;
    if ((field.kinds & FIELD_INDEX_DAY) && !(of_days = days_of(reader->ctx, value)))
        value->kinds |= FIELD_INDEX_DAY;
    rc = case_field_options(reader->ctx, term->field, &names.of, &names.n);
    if (rc)
        return rc;
    value->folded = indexed_text(&field, value->text);
    if ((field.kinds & FIELD_INDEX_TEXT) && (field.is_free || has_name(&names, value->folded)))
        value->kinds |= FIELD_INDEX_TEXT;
    if (value->kinds)
        return RC_OK;
    if (field.kinds & FIELD_INDEX_TEXT)
        return refuse_unknown(reader, at, MSG_filter_no_option, value->text, names.of, names.n);
    return case_filter_refuse(reader->ctx, reader->text, at, wrong ? wrong : of_days, value->text);
}

/* "field.lamp" where a term begins: a field that lists know, or why not. */
static enum rc find_field(struct reader *reader, struct str id, struct case_term *term)
{
    struct case_fields known;
    struct case_field field;
    struct str *ids;
    enum rc rc;

    term->key = CASE_KEY_FIELD;
    term->field = str_lower_ascii(reader->ctx->arena, id);
    if (case_field_find(reader->ctx->city, term->field, &field))
        return RC_OK;
    if (case_field_exists(reader->ctx->city, term->field))
        return case_filter_refuse(reader->ctx, reader->text, reader->at, MSG_filter_not_indexed,
                                  term->field);
    rc = case_fields_of(reader->ctx, true, &known);
    if (rc)
        return rc;
    ids = ARENA_ARRAY(reader->ctx->arena, known.n, struct str);
    if (!ids)
        return FAIL(reader->ctx, ERR_MEMORY);
    for (size_t i = 0; i < known.n; i++)
        ids[i] = known.of[i].id;
    return refuse_unknown(reader, reader->at, MSG_filter_no_field, term->field, ids, known.n);
}

/* ---- People and words */

/* An e-mail address or a phone number, as contact points are looked up. */
static bool read_contact(struct arena *arena, struct case_value *value)
{
    bool has_digit = false;

    for (size_t i = 0; i < value->text.n; i++)
        has_digit |= value->text.p[i] >= '0' && value->text.p[i] <= '9';
    value->text = str_lower_ascii(arena, value->text);
    return has_digit || str_find_byte(value->text, '@') > 0;
}

/* Whether anything of it is a letter or digit of any script: else no word is looked for. */
static bool has_word(struct arena *arena, struct str text)
{
    struct str folded = utf8_fold(arena, text);
    uint32_t c;

    while (utf8_next(&folded, &c))
        if (c > 0x7f || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
            return true;
    return false;
}

static enum rc read_words(struct reader *reader, size_t at, struct case_value *value)
{
    if (!value->is_quoted && value->text.n > 1 && value->text.p[value->text.n - 1] == '*') {
        value->is_beginning = true;
        value->text.n--;
    }
    if (!has_word(reader->ctx->arena, value->text))
        return case_filter_refuse(reader->ctx, reader->text, at, MSG_filter_no_word, value->text);
    if (value->is_beginning && utf8_count(value->text) < BEGINNING_MIN)
        return case_filter_refuse(reader->ctx, reader->text, at, MSG_filter_short, value->text);
    return RC_OK;
}

static enum rc settle(struct reader *reader, const struct case_term *term, size_t at,
                      struct case_value *value)
{
    struct ctx *ctx = reader->ctx;
    enum case_key key = term->key;

    if (value->is_contained && key != CASE_KEY_PLACE)
        return case_filter_refuse(ctx, reader->text, at, MSG_filter_no_contains, value->text);
    switch (key) {
    case CASE_KEY_WORDS: return read_words(reader, at, value);
    case CASE_KEY_DUE:
    case CASE_KEY_OPENED:
    case CASE_KEY_CLOSED:
    case CASE_KEY_UPDATED: return read_days(reader, at, value);
    case CASE_KEY_ASSIGNEE:
        value->is_me = !value->is_quoted && str_eq(value->text, S("me"));
        value->is_none = !value->is_quoted && str_eq(value->text, S("nobody"));
        return RC_OK;
    case CASE_KEY_REPORTER:
        value->is_name = !read_contact(ctx->arena, value);
        return !value->is_name || has_word(ctx->arena, value->text)
                   ? RC_OK
                   : case_filter_refuse(ctx, reader->text, at, MSG_filter_bad_reporter,
                                        value->text);
    case CASE_KEY_PLACE:
        value->folded = utf8_fold(ctx->arena, value->text);
        return has_word(ctx->arena, value->text)
                   ? RC_OK
                   : case_filter_refuse(ctx, reader->text, at, MSG_filter_no_word, value->text);
    case CASE_KEY_NUMBER: return RC_OK;
    case CASE_KEY_FIELD: return read_field(reader, term, at, value);
    default: return read_name(reader, key, at, value);
    }
}

/* ---- Taking the text apart */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char peek(const struct reader *reader)
{
    return reader->at < reader->text.n ? reader->text.p[reader->at] : '\0';
}

/* After the opening quote: up to the one that is not doubled. */
static enum rc take_quoted(struct reader *reader, struct str *ret)
{
    size_t begin = reader->at++;
    struct buf out = buf_in(reader->ctx->arena, CASE_FILTER_BYTES_MAX);

    while (reader->at < reader->text.n) {
        char c = reader->text.p[reader->at++];

        if (c == '"' && peek(reader) != '"') {
            *ret = buf_str(&out);
            return RC_OK;
        }
        reader->at += c == '"';
        buf_add_byte(&out, c);
    }
    return case_filter_refuse(reader->ctx, reader->text, begin, MSG_filter_open_quote, STR_NONE);
}

static struct str take_bare(struct reader *reader)
{
    size_t begin = reader->at;

    while (reader->at < reader->text.n && !is_blank(peek(reader)) && peek(reader) != ',' &&
           peek(reader) != '"')
        reader->at++;
    return str_slice(reader->text, begin, reader->at);
}

static enum rc take_value(struct reader *reader, struct case_term *term)
{
    struct case_value *value = &term->values[term->value_n];
    size_t at = reader->at;
    enum rc rc = RC_OK;

    *value = (struct case_value){.is_contained = peek(reader) == '~'};
    reader->at += value->is_contained;
    value->is_quoted = peek(reader) == '"';
    if (value->is_quoted)
        rc = take_quoted(reader, &value->text);
    else
        value->text = take_bare(reader);
    if (!rc && !value->text.n)
        rc = case_filter_refuse(reader->ctx, reader->text, at, MSG_filter_no_value,
                                term->key ? str_of(case_filter_keys[term->key].word) : STR_NONE);
    if (!rc && peek(reader) == '"')
        rc = case_filter_refuse(reader->ctx, reader->text, reader->at, MSG_filter_stray_quote,
                                STR_NONE);
    if (!rc)
        rc = settle(reader, term, at, value);
    term->value_n++;
    return rc;
}

static enum rc take_values(struct reader *reader, struct case_term *term)
{
    enum rc rc;

    term->values = ARENA_ARRAY(reader->ctx->arena, CASE_FILTER_VALUES_MAX, struct case_value);
    if (!term->values)
        return FAIL(reader->ctx, ERR_MEMORY);
    rc = take_value(reader, term);
    while (!rc && peek(reader) == ',') {
        reader->at++;
        if (term->value_n == CASE_FILTER_VALUES_MAX)
            return case_filter_refuse(reader->ctx, reader->text, reader->at, MSG_filter_too_many,
                                      STR_NONE);
        rc = take_value(reader, term);
    }
    return rc;
}

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool is_field_byte(char c)
{
    return is_key_byte(c) || (c >= '0' && c <= '9');
}

/* The key that stands here, without moving; empty for a word of the case. */
static struct str key_here(const struct reader *reader)
{
    struct str rest = str_slice(reader->text, reader->at, reader->text.n);
    size_t end = reader->at;

    if (rest.n > CASE_FIELD_PREFIX.n &&
        str_eq_ascii_nocase(str_slice(rest, 0, CASE_FIELD_PREFIX.n), CASE_FIELD_PREFIX)) {
        end += CASE_FIELD_PREFIX.n;
        while (end < reader->text.n && is_field_byte(reader->text.p[end]))
            end++;
    }

    while (end < reader->text.n && is_key_byte(reader->text.p[end]))
        end++;
    return end > reader->at && end < reader->text.n && reader->text.p[end] == ':'
               ? str_slice(reader->text, reader->at, end)
               : STR_NONE;
}

static enum rc find_key(struct reader *reader, struct str word, struct case_term *term)
{
    struct str words[CASE_KEY__N];
    size_t n = 0;

    if (str_find_byte(word, '.') >= 0)
        return find_field(reader, str_slice(word, CASE_FIELD_PREFIX.n, word.n), term);
    for (int i = 0; i < CASE_KEY__N; i++) {
        if (!case_filter_keys[i].word || i == CASE_KEY_OVERDUE || i == CASE_KEY_FIELD)
            continue;
        words[n++] = str_of(case_filter_keys[i].word);
        if (str_eq_ascii_nocase(word, words[n - 1])) {
            term->key = (enum case_key)i;
            return RC_OK;
        }
    }
    return refuse_unknown(reader, reader->at, MSG_filter_no_key, word, words, n);
}

/* "overdue" where a term stands, with nothing after it. */
static bool is_overdue(const struct reader *reader)
{
    const struct str word = S("overdue");
    struct str rest = str_slice(reader->text, reader->at, reader->text.n);

    return str_starts_with(rest, word) && (rest.n == word.n || is_blank(rest.p[word.n]));
}

static enum rc take_term(struct reader *reader)
{
    struct case_term *term = &reader->filter.terms[reader->filter.term_n];
    struct str key;
    enum rc rc = RC_OK;

    *term = (struct case_term){.at = reader->at, .is_negated = peek(reader) == '-'};
    reader->at += term->is_negated;
    if (is_overdue(reader)) {
        term->key = CASE_KEY_OVERDUE;
        reader->at += S("overdue").n;
    } else {
        key = key_here(reader);
        if (key.n)
            rc = find_key(reader, key, term);
        reader->at += !rc && key.n ? key.n + 1 : 0;
        if (!rc)
            rc = take_values(reader, term);
    }
    if (!rc && term->is_negated && (term->key == CASE_KEY_REPORTER))
        rc = case_filter_refuse(reader->ctx, reader->text, term->at, MSG_filter_no_negation,
                                str_of(case_filter_keys[term->key].word));
    reader->filter.term_n += rc == RC_OK;
    return rc;
}

/* Full text finds cases; it cannot find those that lack a word. */
static enum rc check_words(struct reader *reader)
{
    const struct case_term *without = NULL;

    for (size_t i = 0; i < reader->filter.term_n; i++) {
        const struct case_term *term = &reader->filter.terms[i];

        if (term->key == CASE_KEY_WORDS && !term->is_negated)
            return RC_OK;
        if (term->key == CASE_KEY_WORDS && !without)
            without = term;
    }
    return without ? case_filter_refuse(reader->ctx, reader->text, without->at,
                                        MSG_filter_only_without, STR_NONE)
                   : RC_OK;
}

enum rc case_filter_parse(struct ctx *ctx, struct str text, struct case_filter *ret)
{
    struct reader reader = {.ctx = ctx, .text = text};
    enum rc rc = RC_OK;

    if (text.n > CASE_FILTER_BYTES_MAX)
        return refuse(ctx, text, CASE_FILTER_BYTES_MAX, msg_text(ctx->lang, MSG_filter_too_long));
    if (!text_is_clean(text))
        return FAIL(ctx, ERR_NOT_UTF8, .field = S("q"));
    reader.filter.terms = ARENA_ARRAY(ctx->arena, CASE_FILTER_TERMS_MAX, struct case_term);
    if (!reader.filter.terms)
        return FAIL(ctx, ERR_MEMORY);
    while (!rc) {
        while (reader.at < text.n && is_blank(text.p[reader.at]))
            reader.at++;
        if (reader.at == text.n)
            break;
        if (reader.filter.term_n == CASE_FILTER_TERMS_MAX)
            rc = case_filter_refuse(ctx, text, reader.at, MSG_filter_too_many, STR_NONE);
        else
            rc = take_term(&reader);
    }
    if (!rc)
        rc = check_words(&reader);
    if (!rc)
        *ret = reader.filter;
    return rc;
}

/* ---- Writing it back */

static void put_value(struct buf *out, const struct case_value *value)
{
    if (value->is_contained)
        buf_add_byte(out, '~');
    if (value->is_quoted) {
        buf_add_byte(out, '"');
        for (size_t i = 0; i < value->text.n; i++) {
            if (value->text.p[i] == '"')
                buf_add_byte(out, '"');
            buf_add_byte(out, value->text.p[i]);
        }
        buf_add_byte(out, '"');
    } else {
        buf_add(out, value->text);
    }
    if (value->is_beginning)
        buf_add_byte(out, '*');
}

struct str case_filter_text(struct arena *arena, const struct case_filter *filter)
{
    struct buf out = buf_in(arena, 4 * CASE_FILTER_BYTES_MAX);

    for (size_t i = 0; i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];

        if (i)
            buf_add_byte(&out, ' ');
        if (term->is_negated)
            buf_add_byte(&out, '-');
        if (term->key == CASE_KEY_FIELD)
            buf_add_fmt(&out, "%.*s%.*s", STR_ARG(CASE_FIELD_PREFIX), STR_ARG(term->field));
        else if (term->key != CASE_KEY_WORDS)
            buf_add(&out, str_of(case_filter_keys[term->key].word));
        if (term->key != CASE_KEY_WORDS && term->key != CASE_KEY_OVERDUE)
            buf_add_byte(&out, ':');
        for (size_t j = 0; j < term->value_n; j++) {
            if (j)
                buf_add_byte(&out, ',');
            put_value(&out, &term->values[j]);
        }
    }
    return buf_str(&out);
}

const struct case_term *case_filter_term(const struct case_filter *filter, enum case_key key)
{
    for (size_t i = 0; i < filter->term_n; i++)
        if (filter->terms[i].key == key && !filter->terms[i].is_negated)
            return &filter->terms[i];
    return NULL;
}

bool case_filter_has_key(struct str text)
{
    struct reader reader = {.text = text};

    while (reader.at < text.n) {
        bool is_quoted = false;
        struct str key;

        if (is_blank(text.p[reader.at])) {
            reader.at++;
            continue;
        }
        reader.at += text.p[reader.at] == '-';
        key = key_here(&reader);
        if (str_find_byte(key, '.') >= 0)
            return true;
        for (int i = 0; key.n && i < CASE_KEY__N; i++)
            if (case_filter_keys[i].word &&
                str_eq_ascii_nocase(key, str_of(case_filter_keys[i].word)))
                return true;
        for (; reader.at < text.n && (is_quoted || !is_blank(text.p[reader.at])); reader.at++)
            is_quoted ^= text.p[reader.at] == '"';
    }
    return false;
}

bool case_filter_has_district(const struct city *city, struct str district)
{
    const struct layer *districts = layers_find(city->layers, S("district"));

    return !districts || layer_by_id(districts, district);
}
