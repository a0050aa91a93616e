/* The filter language of case lists: what staff type, what addresses and saved views hold, and what
 * the API takes. Reading it and writing it back; case_search.h runs it.
 *
 *     filter = { [ "-" ] term }                  terms stand apart by blanks; all must hold
 *     term   = key ":" value { "," value }       any of the values:  team:streets-west,drainage
 *            | "field." id ":" value { "," value }   the answer to a field:  field.lamp:791-2
 *            | "overdue"                         past its deadline and not closed
 *            | value { "," value }               words of the case:  pothole,hole "bus stop"
 *     value  = [ "~" ] text [ "*" ]              "~": contains (place alone)
 *     text   = '"' any '"' | anything without blank, comma, quote     a quote within: ""
 *
 * "-" turns a term around. Words match whole words, folded (utf8_fold); "word*" beginnings of at
 * least three characters; quoted words stand together in that order. A word without quotes is also
 * met by a service that is called so in any language (case_asked.h). Days are 2026-07-02, today,
 * yesterday, tomorrow, or counted from today: -7d, +2w; "from..until" is a range with either end
 * left out, "none" a case without such a day. An answer is given as it was answered: a text or an
 * option's id as it stands, a number, money and a day also as a range; "none" for no answer. It is
 * known to lists where its field is indexed (case_field.h). Which keys there are says
 * case_filter_keys, from which the help page is made. Layer: engine. Pure: any thread.
 */
#ifndef ENGINE_CASE_FILTER_H
#define ENGINE_CASE_FILTER_H

#include "base/msg.h"
#include "engine/definition/city.h"

#define CASE_FILTER_BYTES_MAX  2000
#define CASE_FILTER_TERMS_MAX  20
#define CASE_FILTER_VALUES_MAX 30

enum case_key {
    CASE_KEY_WORDS, /* no key: full text */
    CASE_KEY_STATE,
    CASE_KEY_TEAM,
    CASE_KEY_SERVICE,
    CASE_KEY_DISTRICT,
    CASE_KEY_ASSIGNEE,
    CASE_KEY_OVERDUE, /* stands alone, without values */
    CASE_KEY_DUE,
    CASE_KEY_OPENED,
    CASE_KEY_CLOSED,
    CASE_KEY_UPDATED,
    CASE_KEY_OUTCOME,
    CASE_KEY_CHANNEL,
    CASE_KEY_LANG,
    CASE_KEY_NUMBER,
    CASE_KEY_PLACE,
    CASE_KEY_REPORTER,
    CASE_KEY_FIELD,
    CASE_KEY__N,
};

/* A row of the help. */
struct case_key_about {
    const char *word;    /* "team"; NULL for words of the case */
    const char *example; /* NULL: of a city's own (case_field_example) */
    enum msg_id says;
};
extern const struct case_key_about case_filter_keys[CASE_KEY__N];

struct case_value {
    struct str text;   /* unquoted; a code, a login, an address, words */
    struct str folded; /* of a place: as it is compared; of a field: as it is indexed */
    bool is_quoted, is_contained, is_beginning;
    int64_t id;   /* team: its row; service: its id; state with is_type: enum state_type */
    bool is_type; /* state: "open", "waiting", "closed" rather than a workflow's own */
    bool is_none; /* a day: there is none; team, district, field: none; assignee: nobody */
    bool is_me;   /* assignee */
    bool is_name; /* reporter: neither an address nor a number */
    bool has_from, has_until;
    struct instant from, until; /* a day or range: from <= t < until */
    unsigned kinds;             /* of a field: what it may be, enum field_index */
    int64_t low, high;          /* of a field that is a number: in millionths, low <= n <= high */
};

struct case_term {
    enum case_key key;
    struct str field; /* CASE_KEY_FIELD: its id */
    bool is_negated;
    struct case_value *values;
    size_t value_n;
    size_t at; /* where it begins, in bytes */
};

struct case_filter {
    struct case_term *terms;
    size_t term_n;
};

/* Reads a filter; days are counted from ctx->now in the city's zone. RC_INVALID with
 * ERR_NOT_UTF8, or with ERR_FILTER, field "q" and as `arg` a sentence in ctx->lang that says at
 * which character what is wrong and what may have been meant. In the arena; texts borrowed from
 * `text` where they can be. */
enum rc case_filter_parse(struct ctx *ctx, struct str text, struct case_filter *ret) MUST_CHECK;

/* The filter as text in one way of writing: reading it again gives the same filter. */
struct str case_filter_text(struct arena *arena, const struct case_filter *filter);

/* The first term of that key that is not negated, or NULL. */
const struct case_term *case_filter_term(const struct case_filter *filter, enum case_key key);

/* Whether a term of the text begins with a key: "state:open", "-field.lamp:791-2". Quoted text is
 * looked over. */
bool case_filter_has_key(struct str text);

/* Whether the city has that council district; one without the layer has any. */
bool case_filter_has_district(const struct city *city, struct str district);

/* The failure case_filter_parse gives, for who finds a fault later: at that byte of `text`. */
enum rc case_filter_refuse(struct ctx *ctx, struct str text, size_t at, enum msg_id id,
                           struct str name) MUST_CHECK;

#endif
