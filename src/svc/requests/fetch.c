#include "svc/requests/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

#define MAX_URL       2000
#define MAX_ADDRESSES 16
#define CONNECT_MS    3000L

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool is_public_v4(uint32_t address)
{
    static const struct {
        uint32_t network;
        int bits;
    } special[] = {
        {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
        {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
        {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4},
    };

    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((address ^ special[i].network) >> (32 - special[i].bits) == 0)
            return false;
    return true;
}

/* 2001::/23 holds Teredo and other protocols, 2001:db8::/32 and 3fff::/20 are for documents,
 * 2002::/16 is 6to4. */
static bool is_public_v6(const unsigned char *bytes)
{
    if ((bytes[0] & 0xE0) != 0x20)
        return false;
    if (bytes[0] == 0x20 && bytes[1] == 0x01)
        return bytes[2] > 0x01 && !(bytes[2] == 0x0D && bytes[3] == 0xB8);
    if (bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10)
        return false;
    return !(bytes[0] == 0x20 && bytes[1] == 0x02);
}

bool fetch_is_public(const struct sockaddr *address)
{
    union {
        const struct sockaddr *any;
        const struct sockaddr_in *v4;
        const struct sockaddr_in6 *v6;
    } of = {address};

    if (address->sa_family == AF_INET)
        return is_public_v4(ntohl(of.v4->sin_addr.s_addr));
    return address->sa_family == AF_INET6 && is_public_v6(of.v6->sin6_addr.s6_addr);
}

static bool is_usual(const struct sockaddr *address, int port)
{
    return (port == 80 || port == 443) && fetch_is_public(address);
}

struct fetching {
    struct ctx *ctx;
    const struct fetch_options *options;
    CURLU *parts;
    CURL *easy;
    struct curl_slist *pinned;
    struct buf body;
    int port;
    enum fetch_result result;
    const char *reason;
};

static bool may_ask(const struct fetching *fetching, const struct sockaddr *address)
{
    return fetching->options->may_ask ? fetching->options->may_ask(address, fetching->port)
                                      : is_usual(address, fetching->port);
}

static bool refuse(struct fetching *fetching, const char *reason)
{
    fetching->result = FETCH_REFUSED;
    fetching->reason = reason;
    return false;
}

static bool fail(struct fetching *fetching, const char *reason)
{
    fetching->result = FETCH_FAILED;
    fetching->reason = reason;
    return false;
}

/* A part of the address in the arena; empty when it has none. */
static struct str part(struct fetching *fetching, CURLUPart which)
{
    char *text = NULL;
    struct str copy = STR_NONE;

    if (curl_url_get(fetching->parts, which, &text,
                     which == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) == CURLUE_OK)
        copy = str_copy(fetching->ctx->arena, str_of(text));
    curl_free(text);
    return copy;
}

static bool take_apart(struct fetching *fetching, struct str url)
{
    struct str scheme;
    int64_t port;

    if (url.n > MAX_URL ||
        curl_url_set(fetching->parts, CURLUPART_URL, str_z(fetching->ctx->arena, url),
                     CURLU_DISALLOW_USER) != CURLUE_OK)
        return refuse(fetching, "it is no web address");
    scheme = part(fetching, CURLUPART_SCHEME);
    if (!str_eq(scheme, S("http")) && !str_eq(scheme, S("https")))
        return refuse(fetching, "it is no http or https address");
    if (!str_to_i64(part(fetching, CURLUPART_PORT), &port))
        return refuse(fetching, "its port is no number");
    fetching->port = (int)port;
    return true;
}

/* Looks at every address that the name has; one that is not for us spoils them all. The first is
 * what the connection will go to. */
static bool resolve(struct fetching *fetching)
{
    struct arena *arena = fetching->ctx->arena;
    struct str host = part(fetching, CURLUPART_HOST), plain = host;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    char first[INET6_ADDRSTRLEN + 1] = "";
    bool is_good = true;

    if (host.n > 1 && host.p[0] == '[')
        plain = str_slice(host, 1, host.n - 1);
    if (!host.n || getaddrinfo(str_z(arena, plain), NULL, &hints, &found) || !found)
        return fail(fetching, "its name is not known");
    for (const struct addrinfo *at = found; at && is_good; at = at->ai_next)
        is_good = may_ask(fetching, at->ai_addr);
    if (is_good && getnameinfo(found->ai_addr, found->ai_addrlen, first, sizeof first, NULL, 0,
                               NI_NUMERICHOST))
        is_good = false;
    freeaddrinfo(found);
    if (!is_good)
        return refuse(fetching, "it is not on the public internet");
    fetching->pinned = curl_slist_append(
        NULL, str_z(arena, str_fmt(arena, strchr(first, ':') ? "%.*s:%d:[%s]" : "%.*s:%d:%s",
                                   STR_ARG(plain), fetching->port, first)));
    return fetching->pinned || fail(fetching, "there is no memory");
}

/* The second wall: whatever libcurl is about to connect to is looked at again. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    const struct fetching *fetching = arg;

    (void)purpose;
    if (!may_ask(fetching, &to->addr))
        return CURL_SOCKET_BAD;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct fetching *fetching = arg;

    buf_add(&fetching->body, (struct str){bytes, size * n});
    return buf_has_failed(&fetching->body) ? 0 : size * n;
}

static bool prepare(struct fetching *fetching)
{
    CURL *easy = fetching->easy;

    curl_easy_setopt(easy, CURLOPT_CURLU, fetching->parts);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, fetching->pinned);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, fetching);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetching);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "cityhall");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, fetching->options->total_ms);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)fetching->options->max_bytes);
    return true;
}

static bool ask(struct fetching *fetching)
{
    long status = 0;
    CURLcode code = curl_easy_perform(fetching->easy);

    curl_easy_getinfo(fetching->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_FILESIZE_EXCEEDED || buf_has_failed(&fetching->body))
        return fail(fetching, "it is too large");
    if (code != CURLE_OK)
        return fail(fetching, "it did not answer");
    if (status >= 300 && status < 400)
        return fail(fetching, "it sends us on to another address");
    if (status != 200 || !fetching->body.n)
        return fail(fetching, "it has nothing there");
    return true;
}

enum rc fetch_url(struct ctx *ctx, struct str url, const struct fetch_options *options,
                  enum fetch_result *ret_result, struct str *ret_body, const char **ret_reason)
{
    struct fetching fetching = {.ctx = ctx, .options = options, .reason = ""};
    bool has_memory;

    pthread_once(&once, start_curl);
    fetching.body = buf_in(ctx->arena, options->max_bytes);
    fetching.parts = curl_url();
    fetching.easy = curl_easy_init();
    has_memory = fetching.parts && fetching.easy;
    if (has_memory && take_apart(&fetching, url) && resolve(&fetching) && prepare(&fetching) &&
        ask(&fetching))
        fetching.result = FETCH_DONE;
    curl_easy_cleanup(fetching.easy);
    curl_url_cleanup(fetching.parts);
    curl_slist_free_all(fetching.pinned);
    if (!has_memory || arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    *ret_result = fetching.result;
    *ret_body = buf_str(&fetching.body);
    *ret_reason = fetching.reason;
    return RC_OK;
}
