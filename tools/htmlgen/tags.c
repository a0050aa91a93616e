#include "tags.h"

#define LENGTH(list) (sizeof(list) / sizeof *(list))

static bool is_one_of(struct str name, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_ascii_nocase(name, list[i]))
            return true;
    return false;
}

bool tag_is_void(struct str name)
{
    static const struct str list[] = {
        STR("area"),  STR("base"), STR("br"),   STR("col"),    STR("embed"), STR("hr"),  STR("img"),
        STR("input"), STR("link"), STR("meta"), STR("source"), STR("track"), STR("wbr"),
    };

    return is_one_of(name, list, LENGTH(list));
}

bool tag_is_rcdata(struct str name)
{
    return str_eq_ascii_nocase(name, S("title")) || str_eq_ascii_nocase(name, S("textarea"));
}

bool tag_keeps_space(struct str name)
{
    return str_eq_ascii_nocase(name, S("pre")) || str_eq_ascii_nocase(name, S("textarea"));
}

bool tag_is_refused(struct str name)
{
    static const struct str list[] = {
        STR("style"),    STR("xmp"),      STR("plaintext"), STR("noembed"),
        STR("noframes"), STR("frameset"), STR("object"),    STR("applet"),
    };

    return is_one_of(name, list, LENGTH(list));
}

bool attr_is_url(struct str name)
{
    static const struct str list[] = {
        STR("href"), STR("src"),  STR("action"),   STR("formaction"), STR("poster"),
        STR("cite"), STR("data"), STR("manifest"), STR("background"), STR("xlink:href"),
    };

    return is_one_of(name, list, LENGTH(list));
}

bool attr_is_compound(struct str name)
{
    static const struct str list[] = {
        STR("srcset"), STR("imagesrcset"), STR("srcdoc"), STR("ping"), STR("sizes"),
    };

    return is_one_of(name, list, LENGTH(list));
}

bool attr_is_handler(struct str name)
{
    return name.n > 2 && str_eq_ascii_nocase(str_slice(name, 0, 2), S("on"));
}

bool url_is_allowed(struct str url, bool is_before_expression)
{
    static const struct str schemes[] = {STR("http"), STR("https"), STR("mailto"), STR("tel")};
    size_t n = 0;
    struct str rest;

    while (n < url.n && !strchr(":/?#", url.p[n]))
        n++;
    if (n == url.n || url.p[n] != ':')
        return !str_starts_with(url, S("//"));
    if (!is_one_of(str_slice(url, 0, n), schemes, LENGTH(schemes)))
        return false;
    rest = str_slice(url, n + 1, url.n);
    if (url.p[0] != 'h' && url.p[0] != 'H')
        return true;
    if (!str_starts_with(rest, S("//")))
        return false;
    for (size_t i = 2; i < rest.n; i++)
        if (strchr("/?#", rest.p[i]))
            return true;
    return !is_before_expression;
}
