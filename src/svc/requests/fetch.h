/* Fetching something from an address that a stranger gave, without being their tool.
 *
 * http and https on their usual ports alone; the name is resolved once and the connection goes to
 * the address that was looked at; addresses within this machine, the local network and special
 * ranges are refused, redirects are not followed, no proxy, no credentials, a cap on size and time.
 * Layer: svc. Any thread; waits.
 */
#ifndef SVC_REQUESTS_FETCH_H
#define SVC_REQUESTS_FETCH_H

#include <sys/socket.h>

#include "base/ctx.h"

struct fetch_options {
    size_t max_bytes;
    long total_ms; /* after the name is resolved */
    /* For tests: whether an address and port may be asked; NULL: fetch_is_public, 80 and 443. */
    bool (*may_ask)(const struct sockaddr *address, int port);
};

enum fetch_result {
    FETCH_DONE,
    FETCH_REFUSED, /* not an address that is asked: no http(s), a private range */
    FETCH_FAILED,  /* nobody answered, or not with 200 and content within the limits */
};

/* What came is in the arena. `ret_reason` is a few words in English for staff. Only memory can
 * fail. */
enum rc fetch_url(struct ctx *ctx, struct str url, const struct fetch_options *options,
                  enum fetch_result *ret_result, struct str *ret_body,
                  const char **ret_reason) MUST_CHECK;

/* Whether the address belongs to the public internet: RFC 6890's special ranges do not, and of
 * IPv6 only 2000::/3 without those that carry an IPv4 address. */
bool fetch_is_public(const struct sockaddr *address);

#endif
