#include "web/head.h"

/* Between a name and its value stood a colon, cut to NUL, and blanks. */
static bool is_beside(const struct param *header)
{
    const char *p = header->name.p + header->name.n;

    if (header->value.p <= p)
        return false;
    while (++p < header->value.p)
        if (*p != ' ' && *p != '\t')
            return false;
    return true;
}

/* Whether exactly the separators of a plain head lie between the strings. */
static bool is_contiguous(const struct head *head)
{
    const char *end = head->version.p + head->version.n;

    if (head->target.p != head->method.p + head->method.n + 1 ||
        head->version.p != head->target.p + head->target.n + 1)
        return false;
    for (size_t i = 0; i < head->headers.n; i++) {
        const struct param *header = &head->headers.items[i];

        if (header->name.p != end + 2 || !is_beside(header))
            return false;
        end = header->value.p + header->value.n;
    }
    return head->end == end + 4;
}

static bool has_control(struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static bool is_single(const struct params *headers, struct str name)
{
    size_t count = 0;

    for (size_t i = 0; i < headers->n; i++)
        count += str_eq_ascii_nocase(headers->items[i].name, name);
    return count < 2;
}

static bool singles_are_single(const struct params *headers)
{
    static const struct str singles[] = {
        STR("host"),   STR("content-length"), STR("content-type"), STR("transfer-encoding"),
        STR("expect"), STR("origin"),         STR("cookie"),       STR("authorization"),
    };

    for (size_t i = 0; i < COUNT(singles); i++)
        if (!is_single(headers, singles[i]))
            return false;
    return true;
}

static bool read_length(struct str value, int64_t *ret)
{
    value = str_trim(value);
    return value.n > 0 && value.p[0] != '-' && str_to_i64(value, ret);
}

static const char *body_fault(const struct head *head, struct head_facts *facts)
{
    struct str length = headers_get(&head->headers, S("content-length"));
    struct str coding = headers_get(&head->headers, S("transfer-encoding"));
    struct str expect = headers_get(&head->headers, S("expect"));

    facts->content_length = -1;
    if (length.p && coding.p)
        return "both Content-Length and Transfer-Encoding";
    if (length.p && !read_length(length, &facts->content_length))
        return "Content-Length";
    if (coding.p && (!str_eq_ascii_nocase(str_trim(coding), S("chunked")) ||
                     !str_eq(head->version, S("HTTP/1.1"))))
        return "Transfer-Encoding";
    if (expect.p && !str_eq_ascii_nocase(str_trim(expect), S("100-continue")))
        return "Expect";
    facts->is_chunked = coding.p != NULL;
    facts->expects_continue = expect.p != NULL;
    facts->has_body = facts->is_chunked || facts->content_length > 0;
    if (facts->has_body && http_method_is_safe(facts->method))
        return "a body with a safe method";
    return NULL;
}

static const char *find_fault(const struct head *head, struct head_facts *facts)
{
    if (!is_contiguous(head))
        return "line ends, folding or NUL";
    if (!http_method_parse(head->method, &facts->method))
        return "method";
    if (!str_eq(head->version, S("HTTP/1.1")) && !str_eq(head->version, S("HTTP/1.0")))
        return "version";
    for (size_t i = 0; i < head->headers.n; i++)
        if (!http_is_token(head->headers.items[i].name) ||
            has_control(head->headers.items[i].value))
            return "a header";
    if (!singles_are_single(&head->headers))
        return "a repeated header";
    if (str_eq(head->version, S("HTTP/1.1")) && !headers_get(&head->headers, S("host")).p)
        return "no Host";
    return body_fault(head, facts);
}

enum head_result head_check(const struct head *head, struct head_facts *ret_facts,
                            const char **ret_fault)
{
    struct head_facts facts = {.content_length = -1};
    const char *fault;

    if (head->end - head->method.p > HEAD_MAX_BYTES || head->headers.n > HEAD_MAX_HEADERS)
        return HEAD_TOO_LARGE;
    fault = find_fault(head, &facts);
    if (fault) {
        *ret_fault = fault;
        return HEAD_MALFORMED;
    }
    *ret_facts = facts;
    return HEAD_OK;
}
