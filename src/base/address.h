/* Addresses of machines as text, for the one question whether it is this one.
 *
 * Read whole, never by how they begin: "127.0.0.1.evil.example" is a name of somebody else's. The
 * networks are those of RFC 1122, section 3.2.1.3 (127.0.0.0/8) and RFC 4291, section 2.5.3 (::1).
 * Layer: base. Pure: any thread.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/str.h"

/* The host of "host:port", without the brackets of "[::1]:8080"; the whole text when there is no
 * port. Empty for brackets that do not close, or that something else than a port follows.
 * Borrowed. */
struct str address_host(struct str text);

/* Whether a host is this machine and no other can be meant: "localhost", or an IPv4 or IPv6
 * loopback address, written into IPv6 too (::ffff:127.0.0.1). False for every other name. */
bool address_is_loopback(struct str host);

#endif
