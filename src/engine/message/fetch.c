#include "engine/message/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <pthread.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "db/db.h"

#define CONNECT_MS    10000L
#define MAX_URL_BYTES 2000
#define MAX_HOST      253
#define MAX_MEDIA     100
#define MAX_PINNED    16 /* addresses of one name that are tried */

/* A range of addresses: the first `bits` of `first`. */
struct range {
    unsigned char first[16];
    int bits;
};

/* Not of the public internet, or not of one place in it. */
static const struct range closed_v4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
};
/* Within 2000::/3, which is all that is given to anybody: protocol assignments with Teredo,
 * documentation, and 6to4. */
static const struct range closed_v6[] = {
    {{0x20, 0x01, 0x00}, 23},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02}, 16},
    {{0x3f, 0xff, 0x00}, 20},
};
static const struct range open_v6 = {{0x20}, 3};

/* One call under way. */
struct asking {
    const struct fetch *fetch;
    struct ctx *ctx;
    struct str host;
    unsigned port;
    struct pinned {
        struct sockaddr_storage at;
        socklen_t n;
    } pinned[MAX_PINNED]; /* the addresses that may be connected to, in the resolver's order */
    size_t pinned_n;
    struct buf body;
    int64_t body_bytes;
    bool is_too_large, has_write_failed;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool is_within(const struct range *range, const unsigned char *address)
{
    int whole = range->bits / 8, rest = range->bits % 8;

    if (memcmp(range->first, address, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((range->first[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static bool is_public_v4(const unsigned char *address)
{
    for (size_t i = 0; i < COUNT(closed_v4); i++)
        if (is_within(&closed_v4[i], address))
            return false;
    return true;
}

static bool is_public_v6(const unsigned char *address)
{
    for (size_t i = 0; i < COUNT(closed_v6); i++)
        if (is_within(&closed_v6[i], address))
            return false;
    return is_within(&open_v6, address);
}

/* The bytes of an address, and whether there are four of them. */
static const unsigned char *bytes_of(const struct sockaddr *address, bool *ret_is_v4)
{
    *ret_is_v4 = address->sa_family == AF_INET;
    if (*ret_is_v4)
        return (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)
            ->sin_addr;
    if (address->sa_family == AF_INET6)
        return (const unsigned char *)&((const struct sockaddr_in6 *)(const void *)address)
            ->sin6_addr;
    return NULL;
}

static bool is_loopback(const unsigned char *bytes, bool is_v4)
{
    static const unsigned char one[16] = {[15] = 1};

    return is_v4 ? bytes[0] == 127 : memcmp(bytes, one, sizeof one) == 0;
}

static bool may_connect(const struct fetch *fetch, const struct sockaddr *address)
{
    bool is_v4;
    const unsigned char *bytes = bytes_of(address, &is_v4);

    if (!bytes)
        return false;
    if (fetch->may_be_local && is_loopback(bytes, is_v4))
        return true;
    return is_v4 ? is_public_v4(bytes) : is_public_v6(bytes);
}

bool fetch_address_is_public(struct ctx *ctx, struct str address)
{
    const char *text = str_z(ctx->arena, address);
    unsigned char bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1)
        return is_public_v4(bytes);
    return inet_pton(AF_INET6, text, bytes) == 1 && is_public_v6(bytes);
}

/* A part of the URL, copied; the empty string without one. */
static struct str part_of(struct ctx *ctx, CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    struct str copy;

    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return STR_NONE;
    copy = str_copy(ctx->arena, str_of(text));
    curl_free(text);
    return copy;
}

static const char *trouble_of_port(int64_t port)
{
    return port == 80 || port == 443 || (port >= 1024 && port < 65536)
               ? NULL
               : "ports below 1024 other than 80 and 443 are not asked";
}

static bool is_plain(struct str url)
{
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || (unsigned char)url.p[i] >= 0x7f || url.p[i] == '\\')
            return false;
    /* libcurl would take the path's first word for the server. */
    return url.n > 0 && url.n <= MAX_URL_BYTES && str_find(url, S(":///")) < 0;
}

/* Why the URL is not asked; NULL when it may be. Fills host and port. */
static const char *check_parts(struct asking *asking, CURLU *url)
{
    struct ctx *ctx = asking->ctx;
    struct str scheme = part_of(ctx, url, CURLUPART_SCHEME, 0), host;
    struct str port = part_of(ctx, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    bool is_https = str_eq(scheme, S("https"));
    int64_t number = 0;

    if (!is_https && !str_eq(scheme, S("http")))
        return "the address is neither https nor http";
    if (!is_https && asking->fetch->is_https_only && !asking->fetch->may_be_local)
        return "the address does not begin with https://";
    if (part_of(ctx, url, CURLUPART_USER, 0).p || part_of(ctx, url, CURLUPART_PASSWORD, 0).p)
        return "an address with a user or password in it is not asked";
    host = part_of(ctx, url, CURLUPART_HOST, 0);
    if (host.n > 2 && host.p[0] == '[')
        host = str_slice(host, 1, host.n - 1);
    if (!host.n || host.n > MAX_HOST || str_find_byte(host, '%') >= 0)
        return "the address names no server";
    str_to_i64(port, &number);
    asking->host = host;
    asking->port = (unsigned)number;
    return trouble_of_port(number);
}

static const char *check_url(struct asking *asking, CURLU *url)
{
    if (!is_plain(asking->fetch->url))
        return "the address is empty, too long, or has characters that a URL cannot have";
    if (!url || curl_url_set(url, CURLUPART_URL, str_z(asking->ctx->arena, asking->fetch->url), 0))
        return "the address is not a URL";
    return check_parts(asking, url);
}

bool fetch_url_is_good(struct ctx *ctx, const struct fetch *fetch, struct str *ret_trouble)
{
    struct asking asking = {.fetch = fetch, .ctx = ctx};
    CURLU *url;
    const char *trouble;

    pthread_once(&once, begin_curl);
    url = curl_url();
    trouble = check_url(&asking, url);
    curl_url_cleanup(url);
    *ret_trouble = str_of(trouble);
    return !trouble;
}

/* All addresses must be allowed: a name with one foot inside is not asked at all. */
static bool are_allowed(const struct fetch *fetch, const struct addrinfo *found)
{
    for (; found; found = found->ai_next)
        if (!may_connect(fetch, found->ai_addr))
            return false;
    return true;
}

/* The first may not be reached from here, such as an IPv6 address where there is IPv4 alone. */
static void keep(struct asking *asking, const struct addrinfo *found)
{
    for (; found && asking->pinned_n < MAX_PINNED; found = found->ai_next) {
        struct pinned *pinned = &asking->pinned[asking->pinned_n++];

        memcpy(&pinned->at, found->ai_addr, found->ai_addrlen);
        pinned->n = found->ai_addrlen;
    }
}

static enum fetch_outcome resolve(struct asking *asking, struct str *ret_trouble)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    bool is_allowed;
    const char *port = str_z(asking->ctx->arena, str_fmt(asking->ctx->arena, "%u", asking->port));

    if (getaddrinfo(str_z(asking->ctx->arena, asking->host), port, &hints, &found) || !found) {
        *ret_trouble = S("the server's name has no address");
        return FETCH_FAILED;
    }
    is_allowed = are_allowed(asking->fetch, found);
    if (is_allowed)
        keep(asking, found);
    freeaddrinfo(found);
    if (is_allowed)
        return FETCH_ANSWERED;
    *ret_trouble = S("the address lies in a network that is not public");
    return FETCH_REFUSED;
}

static bool is_pinned(const struct asking *asking, const struct curl_sockaddr *address)
{
    for (size_t i = 0; i < asking->pinned_n; i++)
        if (asking->pinned[i].n == address->addrlen &&
            memcmp(&asking->pinned[i].at, &address->addr, address->addrlen) == 0)
            return true;
    return false;
}

/* Whatever libcurl believes the address to be, the socket goes to one that was checked. */
static curl_socket_t open_pinned(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct asking *asking = arg;

    if (purpose != CURLSOCKTYPE_IPCXN || !is_pinned(asking, address) ||
        !may_connect(asking->fetch, &address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool write_all(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n <= 0)
            return false;
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
    return true;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct asking *asking = arg;
    struct str piece = {bytes, size * count};

    if (piece.n > asking->fetch->max_bytes - (size_t)asking->body_bytes) {
        asking->is_too_large = true;
        return 0;
    }
    asking->body_bytes += (int64_t)piece.n;
    if (asking->fetch->fd >= 0) {
        asking->has_write_failed = !write_all(asking->fetch->fd, piece);
        return asking->has_write_failed ? 0 : piece.n;
    }
    buf_add(&asking->body, piece);
    asking->has_write_failed = buf_has_failed(&asking->body);
    return asking->has_write_failed ? 0 : piece.n;
}

static int look_around(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct asking *asking = arg;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return asking->fetch->is_stopping && atomic_load(asking->fetch->is_stopping);
}

/* "host:port:address,address", so that libcurl asks no resolver. */
static struct curl_slist *pin(struct asking *asking)
{
    struct buf line = buf_in(asking->ctx->arena, MAX_HOST + MAX_PINNED * (INET6_ADDRSTRLEN + 3));

    buf_add_fmt(&line, "%.*s:%u:", STR_ARG(asking->host), asking->port);
    for (size_t i = 0; i < asking->pinned_n; i++) {
        const void *at = &asking->pinned[i].at;
        char text[INET6_ADDRSTRLEN] = "";
        bool is_v4;
        const unsigned char *bytes = bytes_of(at, &is_v4);

        inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
        buf_add_fmt(&line, is_v4 ? "%s%s" : "%s[%s]", i ? "," : "", text);
    }
    return curl_slist_append(NULL, str_z(asking->ctx->arena, buf_str(&line)));
}

static struct curl_slist *headers_of(struct ctx *ctx, const struct fetch *fetch)
{
    /* No Expect: some servers never answer it. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; list && i < fetch->header_n && i < FETCH_MAX_HEADERS; i++) {
        struct curl_slist *longer = curl_slist_append(list, str_z(ctx->arena, fetch->headers[i]));

        if (!longer)
            break;
        list = longer;
    }
    return list;
}

static void prepare(CURL *easy, CURLU *url, struct asking *asking)
{
    const struct fetch *fetch = asking->fetch;

    curl_easy_setopt(easy, CURLOPT_CURLU, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)fetch->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "cityhall");
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_pinned);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, asking);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, asking);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_around);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, asking);
    if (!fetch->is_post)
        return;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.n);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->body.n ? fetch->body.p : "");
}

static struct str media_of(struct ctx *ctx, CURL *easy)
{
    char *text = NULL;
    struct str media, rest;

    if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &text) || !text)
        return STR_NONE;
    rest = str_of(text);
    if (!str_next(&rest, ';', &media) || media.n > MAX_MEDIA || !text_is_clean(media))
        return STR_NONE;
    return str_lower_ascii(ctx->arena, str_trim(media));
}

static enum fetch_outcome outcome_of(CURL *easy, CURLcode code, const struct asking *asking,
                                     struct fetched *ret)
{
    long status = 0, sent = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
    ret->status = (int)status;
    if (code == CURLE_OK && status)
        return FETCH_ANSWERED;
    if (asking->is_too_large)
        ret->trouble = S("the answer is too large");
    else if (asking->has_write_failed)
        ret->trouble = S("the answer could not be kept");
    else if (code == CURLE_ABORTED_BY_CALLBACK)
        ret->trouble = S("the program stopped meanwhile");
    else
        ret->trouble = str_of(code ? curl_easy_strerror(code) : "no answer");
    return sent > 0 && !status ? FETCH_UNCERTAIN : FETCH_FAILED;
}

static enum fetch_outcome perform(struct asking *asking, CURLU *url, struct fetched *ret)
{
    struct ctx *ctx = asking->ctx;
    CURL *easy = curl_easy_init();
    struct curl_slist *pinned = pin(asking), *headers = headers_of(ctx, asking->fetch);
    enum fetch_outcome outcome = FETCH_FAILED;

    if (easy && pinned && headers && !arena_has_failed(ctx->arena)) {
        prepare(easy, url, asking);
        curl_easy_setopt(easy, CURLOPT_RESOLVE, pinned);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        outcome = outcome_of(easy, curl_easy_perform(easy), asking, ret);
        ret->media_type = media_of(ctx, easy);
    } else {
        ret->trouble = S("no memory");
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(pinned);
    curl_slist_free_all(headers);
    return outcome;
}

enum fetch_outcome fetch_url(struct ctx *ctx, const struct fetch *fetch, struct fetched *ret)
{
    struct asking asking = {
        .fetch = fetch, .ctx = ctx, .body = buf_in(ctx->arena, fetch->max_bytes)};
    enum fetch_outcome outcome = FETCH_REFUSED;
    CURLU *url;
    const char *trouble;

    *ret = (struct fetched){0};
    pthread_once(&once, begin_curl);
    url = curl_url();
    trouble = check_url(&asking, url);
    ret->trouble = str_of(trouble);
    db_reader_rest(ctx);
    if (!trouble)
        outcome = resolve(&asking, &ret->trouble);
    if (!trouble && outcome == FETCH_ANSWERED)
        outcome = perform(&asking, url, ret);
    curl_url_cleanup(url);
    ret->body = buf_str(&asking.body);
    ret->body_bytes = asking.body_bytes;
    return outcome;
}
