/* How a typed place is read, several ways at once, and what each reading costs. */
#include "place/gazetteer_index.h"

#define ERROR_COST      100
#define GAP_COST        60  /* the street has numbers before and after, but not this one */
#define NO_NUMBER_COST  130 /* the street has no such number: worse than one typing error */
#define NO_JOIN_COST    40  /* two streets without a word between them */
#define CROSS_HINT_COST 150 /* a crossing when a house number was typed */
#define TAIL_COST       10  /* "795a" as number and letter */
#define LONG_TAIL_COST  150 /* "795main": hardly the house\'s own letters */
#define EXTRA_STREET    3   /* each street of the crossing that was not typed */
#define UNKNOWN_STREET  150 /* a third street that does not meet the others */
#define PIECES_MAX      4

static bool is_same_place(const struct candidate *a, const struct candidate *b)
{
    return a->kind == b->kind && a->street == b->street && a->number == b->number &&
           a->crossing == b->crossing && a->landmark == b->landmark;
}

void ranking_add(struct ranking *ranking, struct candidate candidate)
{
    size_t at;

    for (size_t i = 0; i < ranking->n; i++) {
        if (!is_same_place(&ranking->of[i], &candidate))
            continue;
        if (ranking->of[i].cost <= candidate.cost)
            return;
        memmove(&ranking->of[i], &ranking->of[i + 1], (ranking->n - i - 1) * sizeof ranking->of[0]);
        ranking->n--;
        break;
    }
    at = ranking->n;
    while (at > 0 && ranking->of[at - 1].cost > candidate.cost)
        at--;
    if (at == PLACE_CHOICES_MAX)
        return;
    if (ranking->n == PLACE_CHOICES_MAX)
        ranking->n--;
    memmove(&ranking->of[at + 1], &ranking->of[at], (ranking->n - at) * sizeof ranking->of[0]);
    ranking->of[at] = candidate;
    ranking->n++;
}

int32_t ranking_best(const struct ranking *ranking)
{
    return ranking->n ? ranking->of[0].cost : INT32_MAX;
}

struct search {
    struct arena *arena;
    const struct gazetteer *gazetteer;
    const struct query *query;
    struct ranking *ranking;
};

static int32_t block_number(const struct street *street, int32_t hundred, int32_t fallback)
{
    for (int32_t number = hundred; number < hundred + 100; number++) {
        if (street_range_of(street, number))
            return number;
    }
    return fallback;
}

static struct candidate address_of(const struct search *search, struct street_hit hit)
{
    const struct street *street = &search->gazetteer->streets.of[hit.street];
    struct candidate candidate = {PLACE_ADDRESS, .cost = hit.cost, .street = hit.street,
                                  .number = search->query->number};
    bool is_block = search->query->is_block;

    if (is_block)
        candidate.number = block_number(street, candidate.number, candidate.number);
    candidate.is_estimated = is_block;
    if (street_range_of(street, candidate.number))
        return candidate;
    if (street->number_count > 0 && candidate.number > street->number_min &&
        candidate.number < street->number_max) {
        candidate.is_estimated = true;
        candidate.cost += GAP_COST;
        return candidate;
    }
    candidate.kind = PLACE_STREET;
    candidate.number = 0;
    candidate.cost += NO_NUMBER_COST;
    return candidate;
}

static void streets_add(const struct search *search, const struct street_hits *hits, int32_t extra)
{
    for (size_t i = 0; i < hits->n; i++) {
        struct street_hit hit = {hits->of[i].street, hits->of[i].cost + extra};

        if (search->query->number > 0)
            ranking_add(search->ranking, address_of(search, hit));
        else
            ranking_add(search->ranking,
                        (struct candidate){PLACE_STREET, .cost = hit.cost, .street = hit.street});
    }
}

/* Letters stuck to the house number are its own ("795a") or the street's ("795Main", "795M ain"):
 * both are tried. */
static void address_search(const struct search *search, size_t to)
{
    const struct query *query = search->query;
    struct street_hits hits =
        streets_match(search->arena, &search->gazetteer->streets, &query->words, 0, to);
    struct words joined;

    streets_add(search, &hits,
                query->number_tail.n > 1    ? LONG_TAIL_COST
                : query->number_tail.n == 1 ? TAIL_COST
                                            : 0);
    if (str_is_empty(query->number_tail) || to == WORDS_MAX)
        return;
    joined.n = to + 1;
    joined.of[0] = (struct word){WORD_LETTERS, query->number_tail};
    memcpy(&joined.of[1], query->words.of, to * sizeof joined.of[0]);
    if (to > 0) {
        /* "795M assachusetts": one word that the space cut in two. */
        joined.of[1].text = str_fmt(search->arena, "%.*s%.*s", STR_ARG(query->number_tail),
                                    STR_ARG(query->words.of[0].text));
        memmove(joined.of, joined.of + 1, to * sizeof joined.of[0]);
        joined.n = to;
    }
    hits = streets_match(search->arena, &search->gazetteer->streets, &joined, 0, joined.n);
    streets_add(search, &hits, 0);
}

/* The streets of a crossing as typed: each piece is a range of the query's words. */
struct piece {
    size_t from, to;
    struct street_hits hits;
};

struct pieces {
    struct piece of[PIECES_MAX];
    size_t n;
};

/* The cheapest reading of a piece as a street of the crossing, other than those in `taken`. */
static int32_t piece_cost(const struct piece *piece, const struct crossing *crossing,
                          uint32_t *taken)
{
    for (size_t i = 0; i < piece->hits.n; i++) {
        uint32_t street = piece->hits.of[i].street;

        for (uint32_t k = 0; k < crossing->street_count; k++) {
            if (crossing->streets[k] != street || *taken & (1u << k))
                continue;
            *taken |= 1u << k;
            return piece->hits.of[i].cost;
        }
    }
    return UNKNOWN_STREET;
}

static void crossing_add(const struct search *search, const struct pieces *pieces,
                         uint32_t crossing_at, struct street_hit first, int32_t extra)
{
    const struct crossing *crossing = &search->gazetteer->streets.crossings[crossing_at];
    int32_t cost = first.cost + extra;
    uint32_t taken = 0, found;

    for (uint32_t k = 0; k < crossing->street_count; k++) {
        if (crossing->streets[k] == first.street)
            taken |= 1u << k;
    }
    found = taken;
    for (size_t i = 1; i < pieces->n; i++)
        cost += piece_cost(&pieces->of[i], crossing, &found);
    if (found == taken)
        return;
    if (crossing->street_count > pieces->n)
        cost += EXTRA_STREET * (int32_t)(crossing->street_count - pieces->n);
    ranking_add(search->ranking,
                (struct candidate){PLACE_INTERSECTION, .cost = cost, .crossing = crossing_at});
}

static void pieces_search(const struct search *search, const struct pieces *pieces, int32_t extra)
{
    const struct streets *streets = &search->gazetteer->streets;
    const struct piece *first = &pieces->of[0];

    for (size_t i = 0; i < first->hits.n; i++) {
        const struct street *street = &streets->of[first->hits.of[i].street];

        for (uint32_t k = 0; k < street->crossing_count; k++) {
            if (!streets->crossings[street->crossings[k]].is_repeated)
                crossing_add(search, pieces, street->crossings[k], first->hits.of[i], extra);
        }
    }
}

static void piece_match(const struct search *search, struct piece *piece)
{
    piece->hits = streets_match(search->arena, &search->gazetteer->streets, &search->query->words,
                                piece->from, piece->to);
}

static struct pieces pieces_of(const struct search *search, enum word_kind separator)
{
    const struct words *words = &search->query->words;
    struct pieces pieces = {.n = 0};
    size_t from = 0;

    for (size_t i = 0; i <= words->n; i++) {
        if (i < words->n && words->of[i].kind != separator)
            continue;
        if (i > from && pieces.n < PIECES_MAX) {
            pieces.of[pieces.n] = (struct piece){.from = from, .to = i};
            piece_match(search, &pieces.of[pieces.n++]);
        }
        from = i + 1;
    }
    return pieces;
}

/* "and" with an error, or a single letter where & should be, between two streets. */
static bool is_like_and(const struct word *word)
{
    struct fuzzy pattern = fuzzy_of(S("and"));

    return word->kind == WORD_LETTERS && word->text.n >= 2 && word->text.n <= 4 &&
           fuzzy_errors(&pattern, word->text, fuzzy_bag(word->text), 1) <= 1;
}

/* Cuts one piece in two at each word: a separator was left out or mistyped. */
static void split_search(const struct search *search, const struct pieces *pieces, size_t at)
{
    const struct piece *whole = &pieces->of[at];

    if (pieces->n == PIECES_MAX)
        return;
    for (size_t cut = whole->from + 1; cut < whole->to; cut++) {
        struct pieces more = *pieces;
        bool is_dropped = cut + 1 < whole->to && is_like_and(&search->query->words.of[cut]);

        memmove(&more.of[at + 1], &more.of[at], (more.n - at) * sizeof more.of[0]);
        more.n++;
        more.of[at] = (struct piece){.from = whole->from, .to = cut};
        more.of[at + 1] = (struct piece){.from = cut + is_dropped, .to = whole->to};
        piece_match(search, &more.of[at]);
        piece_match(search, &more.of[at + 1]);
        if (more.of[at].hits.n > 0 && more.of[at + 1].hits.n > 0)
            pieces_search(search, &more, is_dropped ? ERROR_COST : NO_JOIN_COST);
    }
}

static void crossing_search(const struct search *search)
{
    struct pieces pieces = pieces_of(search, WORD_AND);
    int32_t extra = search->query->number > 0 ? CROSS_HINT_COST : 0;

    if (pieces.n < 2)
        pieces = pieces_of(search, WORD_COMMA);
    if (pieces.n >= 2)
        pieces_search(search, &pieces, extra);
    if (search->query->number > 0 || ranking_best(search->ranking) < ERROR_COST)
        return;
    for (size_t i = 0; i < pieces.n; i++) {
        if (pieces.n == 1 || pieces.of[i].hits.n == 0)
            split_search(search, &pieces, i);
    }
}

static void landmark_search(const struct search *search)
{
    struct landmark_hits hits =
        landmarks_match(search->arena, &search->gazetteer->landmarks, &search->query->all);

    for (size_t i = 0; i < hits.n; i++) {
        const struct landmark *landmark = hits.of[i].landmark;
        bool is_area = str_eq(landmark->layer->name, S("neighborhood"));

        ranking_add(search->ranking,
                    (struct candidate){is_area ? PLACE_AREA : PLACE_LANDMARK,
                                       .cost = hits.of[i].cost, .landmark = landmark});
    }
}

/* Where the first separator stands: "795 Mass Ave at Pleasant St" is read as the address. */
static size_t first_part(const struct words *words)
{
    size_t to = 0;

    while (to < words->n && words->of[to].kind != WORD_AND && words->of[to].kind != WORD_HASH)
        to++;
    return to;
}

void search_all(struct arena *arena, const struct gazetteer *gazetteer, const struct query *query,
                struct ranking *ranking)
{
    struct search search = {arena, gazetteer, query, ranking};
    size_t part = first_part(&query->words);

    landmark_search(&search);
    if (query->words.n == 0 && str_is_empty(query->number_tail))
        return;
    if (query->number > 0 || part == query->words.n)
        address_search(&search, part > 0 ? part : query->words.n);
    if (query->number == 0 || part < query->words.n)
        crossing_search(&search);
}
