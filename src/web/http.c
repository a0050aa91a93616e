#include "web/http.h"

#include <assert.h>

#include "base/utf8.h"

static const struct str method_names[HTTP__N] = {
    [HTTP_GET] = STR("GET"),         [HTTP_HEAD] = STR("HEAD"),   [HTTP_POST] = STR("POST"),
    [HTTP_PUT] = STR("PUT"),         [HTTP_PATCH] = STR("PATCH"), [HTTP_DELETE] = STR("DELETE"),
    [HTTP_OPTIONS] = STR("OPTIONS"),
};

struct str http_method_name(enum http_method method)
{
    assert(method < HTTP__N);
    return method_names[method];
}

bool http_method_parse(struct str word, enum http_method *ret)
{
    for (int method = 0; method < HTTP__N; method++) {
        if (str_eq(word, method_names[method])) {
            *ret = (enum http_method)method;
            return true;
        }
    }
    return false;
}

bool http_method_is_safe(enum http_method method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

const char *http_status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Error";
}

struct str params_get(const struct params *params, struct str name)
{
    size_t at = 0;
    struct str value = STR_NONE;

    params_next(params, name, &at, &value);
    return value;
}

bool params_next(const struct params *params, struct str name, size_t *at, struct str *ret_value)
{
    for (size_t i = *at; i < params->n; i++) {
        if (str_eq(params->items[i].name, name)) {
            *ret_value = params->items[i].value;
            *at = i + 1;
            return true;
        }
    }
    *at = params->n;
    return false;
}

struct str headers_get(const struct params *headers, struct str name)
{
    for (size_t i = 0; i < headers->n; i++)
        if (str_eq_ascii_nocase(headers->items[i].name, name))
            return headers->items[i].value;
    return STR_NONE;
}

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool http_is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char(s.p[i]))
            return false;
    return s.n > 0;
}

bool http_is_text(struct str s)
{
    return str_find_byte(s, '\0') < 0 && utf8_is_valid(s);
}

struct str http_media_type(struct str value)
{
    ptrdiff_t at = str_find_byte(value, ';');

    return str_trim(at < 0 ? value : str_slice(value, 0, (size_t)at));
}

/* Reads a token or quoted string at the start of *rest. */
static bool take_value(struct arena *arena, struct str *rest, struct str *ret_value)
{
    char *p;
    size_t n = 0, i = 1;

    if (rest->n == 0 || rest->p[0] != '"') {
        while (n < rest->n && is_token_char(rest->p[n]))
            n++;
        *ret_value = str_slice(*rest, 0, n);
        *rest = str_slice(*rest, n, rest->n);
        return n > 0;
    }
    p = arena_alloc(arena, rest->n);
    if (!p)
        return false;
    for (; i < rest->n && rest->p[i] != '"'; i++) {
        if (rest->p[i] == '\\' && ++i == rest->n)
            return false;
        p[n++] = rest->p[i];
    }
    if (i == rest->n)
        return false;
    *ret_value = (struct str){p, n};
    *rest = str_slice(*rest, i + 1, rest->n);
    return true;
}

bool http_value_param(struct arena *arena, struct str value, struct str name, struct str *ret_value)
{
    ptrdiff_t at = str_find_byte(value, ';');

    while (at >= 0) {
        struct str found_name, found;

        value = str_trim(str_slice(value, (size_t)at + 1, value.n));
        at = str_find_byte(value, '=');
        if (at <= 0)
            return false;
        found_name = str_slice(value, 0, (size_t)at);
        value = str_slice(value, (size_t)at + 1, value.n);
        if (!http_is_token(found_name) || !take_value(arena, &value, &found))
            return false;
        if (str_eq_ascii_nocase(found_name, name)) {
            *ret_value = found;
            return true;
        }
        value = str_trim(value);
        if (value.n && value.p[0] != ';')
            return false;
        at = value.n ? 0 : -1;
    }
    return false;
}
