#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

struct str address_host(struct str text)
{
    ptrdiff_t colon = str_find_byte(text, ':'), end = str_find_byte(text, ']');
    struct str rest;

    if (!text.n || text.p[0] != '[')
        return colon < 0 ? text : str_slice(text, 0, (size_t)colon);
    if (end < 0)
        return STR_NONE;
    rest = str_slice(text, (size_t)end + 1, text.n);
    return rest.n && rest.p[0] != ':' ? STR_NONE : str_slice(text, 1, (size_t)end);
}

bool address_is_loopback(struct str host)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;

    if (str_eq_ascii_nocase(host, S("localhost")))
        return true;
    if (!host.n || host.n >= sizeof text || memchr(host.p, '\0', host.n))
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    if (inet_pton(AF_INET, text, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
    return inet_pton(AF_INET6, text, &v6) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&v6) ||
            (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == IN_LOOPBACKNET));
}
