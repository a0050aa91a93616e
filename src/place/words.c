#include "place/words.h"

#include "base/buf.h"
#include "base/utf8.h"

struct pair {
    struct str from, to;
};

/* Street types first: long form, short form (U.S. Postal Service Publication 28, appendix C1,
 * and what people write), then other words. The first pair of a short form is its long form. */
static const struct pair types[] = {
    {STR("street"), STR("st")},      {STR("str"), STR("st")},       {STR("strt"), STR("st")},
    {STR("streets"), STR("st")},     {STR("avenue"), STR("ave")},   {STR("av"), STR("ave")},
    {STR("aven"), STR("ave")},       {STR("avenida"), STR("ave")},  {STR("road"), STR("rd")},
    {STR("place"), STR("pl")},       {STR("drive"), STR("dr")},     {STR("drv"), STR("dr")},
    {STR("court"), STR("ct")},       {STR("crt"), STR("ct")},       {STR("terrace"), STR("ter")},
    {STR("terr"), STR("ter")},       {STR("parkway"), STR("pkwy")}, {STR("pky"), STR("pkwy")},
    {STR("pkway"), STR("pkwy")},     {STR("park"), STR("pk")},      {STR("lane"), STR("ln")},
    {STR("circle"), STR("cir")},     {STR("circ"), STR("cir")},     {STR("highway"), STR("hwy")},
    {STR("hiway"), STR("hwy")},      {STR("turnpike"), STR("tpk")}, {STR("tpke"), STR("tpk")},
    {STR("boulevard"), STR("blvd")}, {STR("boul"), STR("blvd")},    {STR("blv"), STR("blvd")},
    {STR("square"), STR("sq")},      {STR("alley"), STR("aly")},    {STR("extension"), STR("ext")},
    {STR("landing"), STR("lndg")},   {STR("way"), STR("way")},      {STR("wy"), STR("way")},
    {STR("bridge"), STR("bridge")},  {STR("row"), STR("row")},      {STR("mews"), STR("mews")},
    {STR("hill"), STR("hill")},
};

static const struct pair others[] = {
    {STR("saint"), STR("st")},        {STR("mount"), STR("mt")},
    {STR("north"), STR("n")},         {STR("south"), STR("s")},
    {STR("east"), STR("e")},          {STR("west"), STR("w")},
    {STR("fort"), STR("ft")},         {STR("msgr"), STR("monsignor")},
    {STR("mons"), STR("monsignor")},  {STR("msr"), STR("monsignor")},
    {STR("cpl"), STR("corporal")},    {STR("corp"), STR("corporal")},
    {STR("1st"), STR("first")},       {STR("2nd"), STR("second")},
    {STR("3rd"), STR("third")},       {STR("4th"), STR("fourth")},
    {STR("5th"), STR("fifth")},       {STR("6th"), STR("sixth")},
    {STR("7th"), STR("seventh")},     {STR("8th"), STR("eighth")},
    {STR("9th"), STR("ninth")},       {STR("10th"), STR("tenth")},
    {STR("sch"), STR("school")},      {STR("lib"), STR("library")},
    {STR("bldg"), STR("building")},   {STR("ctr"), STR("center")},
    {STR("centre"), STR("center")},   {STR("dept"), STR("department")},
    {STR("hq"), STR("headquarters")},
};

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

static enum word_kind kind_of(struct str text)
{
    static const struct str joins[] = {STR("and"), STR("at"), STR("y"), STR("va")};

    if (text.p[0] >= '0' && text.p[0] <= '9')
        return WORD_NUMBER;
    for (size_t i = 0; i < COUNT(joins); i++) {
        if (str_eq(text, joins[i]))
            return WORD_AND;
    }
    return WORD_LETTERS;
}

static void word_add(struct words *words, enum word_kind kind, struct str text)
{
    if (words->n < WORDS_MAX)
        words->of[words->n++] = (struct word){kind, text};
}

static void word_end(struct words *words, struct str text)
{
    if (text.n)
        word_add(words, kind_of(text), text);
}

/* Signs that mean something between words. */
static bool is_sign(char byte, enum word_kind *ret)
{
    switch (byte) {
    case '&':
    case '@':
    case '/':
    case '+': *ret = WORD_AND; return true;
    case ',':
    case ';':
    case '(':
    case ')':
    case '\n': *ret = WORD_COMMA; return true;
    case '#': *ret = WORD_HASH; return true;
    default: return false;
    }
}

struct words words_of(struct arena *arena, struct str text)
{
    struct str folded = utf8_fold(arena, utf8_cut(text, WORDS_MAX_BYTES));
    struct words words = {.n = 0};
    char *letters;
    size_t from = 0, n = 0;

    folded = str_slice(folded, 0, WORDS_MAX_BYTES);
    letters = arena_alloc(arena, folded.n);
    if (!letters)
        return words;
    for (size_t at = 0; at < folded.n; at++) {
        char byte = folded.p[at];
        enum word_kind sign;

        if (is_letter(byte)) {
            letters[n++] = byte;
            continue;
        }
        if (byte == '\'' || byte == '.' || byte == '`')
            continue;
        word_end(&words, (struct str){letters + from, n - from});
        from = n;
        if (is_sign(byte, &sign))
            word_add(&words, sign, STR_NONE);
    }
    word_end(&words, (struct str){letters + from, n - from});
    return words;
}

static bool find_from(const struct pair *pairs, size_t n, struct str word, struct str *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(pairs[i].from, word)) {
            *ret = pairs[i].to;
            return true;
        }
    }
    return false;
}

struct str word_short(struct str word)
{
    struct str found;

    if (find_from(types, COUNT(types), word, &found) ||
        find_from(others, COUNT(others), word, &found))
        return found;
    return word;
}

struct str word_long(struct str word)
{
    for (size_t i = 0; i < COUNT(types); i++) {
        if (str_eq(types[i].to, word))
            return types[i].from;
    }
    return STR_NONE;
}

bool word_is_street_type(struct str word)
{
    return !str_is_empty(word_long(word));
}

struct str words_joined(struct arena *arena, const struct words *words, size_t from, size_t to,
                        bool is_short)
{
    struct buf joined = buf_in(arena, (size_t)WORDS_MAX_BYTES * 2);

    for (size_t i = from; i < to; i++)
        buf_add(&joined, is_short ? word_short(words->of[i].text) : words->of[i].text);
    return buf_str(&joined);
}

struct str words_slug(struct arena *arena, struct str text)
{
    struct words words = words_of(arena, text);
    struct buf slug = buf_in(arena, (size_t)WORDS_MAX_BYTES * 2);

    for (size_t i = 0; i < words.n; i++) {
        if (str_is_empty(words.of[i].text))
            continue;
        if (slug.n)
            buf_add_byte(&slug, '-');
        buf_add(&slug, words.of[i].text);
    }
    return buf_str(&slug);
}
