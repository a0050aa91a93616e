#include "base/lang.h"

#include <assert.h>

static const struct {
    struct str code, own_name;
} languages[LANG__N] = {
    [LANG_EN] = {STR("en"), STR("English")},
    [LANG_ES] = {STR("es"), STR("Español")},
    [LANG_VI] = {STR("vi"), STR("Tiếng Việt")},
    [LANG_PSEUDO] = {STR("qps"), STR("[Pseudo]")},
};

struct str lang_code(enum lang lang)
{
    assert(lang < LANG__N);
    return languages[lang].code;
}

struct str lang_own_name(enum lang lang)
{
    assert(lang < LANG__N);
    return languages[lang].own_name;
}

bool lang_parse(struct str code, enum lang *ret)
{
    for (int lang = 0; lang < LANG__N; lang++) {
        if (str_eq_ascii_nocase(code, languages[lang].code)) {
            *ret = (enum lang)lang;
            return true;
        }
    }
    return false;
}

/* A quality value in thousandths: "0.8" is 800, anything odd is 0 (RFC 9110, section 12.4.2). */
static int quality(struct str s)
{
    int value = 0, unit = 1000;

    s = str_trim(s);
    if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
        return 0;
    value = (s.p[0] - '0') * unit;
    for (size_t i = 2; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return 0;
        unit /= 10;
        value += (s.p[i] - '0') * unit;
    }
    return value > 1000 ? 0 : value;
}

enum lang lang_accept(struct str header)
{
    enum lang best = LANG_EN, lang;
    int best_quality = 0;
    struct str item;

    while (str_next(&header, ',', &item)) {
        struct str tag = item, weight = STR_NONE, primary = STR_NONE;
        ptrdiff_t at = str_find_byte(item, ';');
        int q = 1000;

        if (at >= 0) {
            tag = str_slice(item, 0, (size_t)at);
            weight = str_trim(str_slice(item, (size_t)at + 1, item.n));
            q = str_starts_with(weight, S("q=")) ? quality(str_slice(weight, 2, weight.n)) : 0;
        }
        tag = str_trim(tag);
        if (!str_next(&tag, '-', &primary))
            continue;
        if (lang_parse(primary, &lang) && lang < LANG__PUBLIC && q > best_quality) {
            best = lang;
            best_quality = q;
        }
    }
    return best;
}

struct str text_in(const struct text *text, enum lang lang)
{
    assert(lang < LANG__N);
    if (text->in[lang].n)
        return text->in[lang];
    for (int other = 0; other < LANG__N; other++)
        if (text->in[other].n)
            return text->in[other];
    return STR_NONE;
}
