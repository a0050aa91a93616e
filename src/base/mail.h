/* Writing a mail: one message as it goes over the wire.
 *
 * RFC 5322 headers, RFC 2047 for what of them is not ASCII, RFC 2045 and 2046 for a body in two
 * forms (plain text, and HTML made from it), each in quoted-printable. Whatever the inputs hold,
 * they stay inside their header or part: line ends and control characters never reach a header,
 * and a boundary cannot occur in quoted-printable. Lines are at most 76 bytes long, those with an
 * address or a link excepted (998 is the limit of RFC 5322). The same message gives the same bytes.
 * Layer: base. Pure: any thread.
 */
#ifndef BASE_MAIL_H
#define BASE_MAIL_H

#include "base/ctx.h"

#define MAIL_ADDRESS_MAX 254 /* bytes; RFC 5321, section 4.5.3.1.3, without the brackets */
#define MAIL_TYPED_MAX \
    320 /* of what was typed for one and is shown again, too long ones included */

/* Whether `s` is an address that a header and an SMTP command can carry as it stands: ASCII, a
 * dot-atom, '@' and a domain (RFC 5322, section 3.4.1, without quoted strings and literals). */
bool mail_address_is_plain(struct str s);

/* Whether people may give `s` as an address to write to: one that is plain, so that every mail to
 * it can be sent, with a domain of the public network (at least two labels, none beginning or
 * ending with '-'; RFC 1035, section 2.3.1). The one rule of forms, desk, programs and links:
 * addresses in other scripts (RFC 6531) are refused where they are typed, because the relay is not
 * asked for SMTPUTF8. */
bool mail_address_is_public(struct str s);

/* "City Hall <311@city.example>" or "311@city.example". Borrowed from the text. */
struct mail_sender {
    struct str name; /* may be empty */
    struct str address;
};

/* False, *ret untouched, when the address is not plain or something follows it. */
bool mail_sender_parse(struct str s, struct mail_sender *ret);

/* The Message-ID of a row of the outbox, without its brackets: the same whenever it is asked for,
 * another for every row, and it tells nobody the row's number. `address` gives the domain. */
struct str mail_message_id(struct arena *arena, int64_t row, struct instant created,
                           struct str address);

struct mail {
    struct mail_sender from;
    struct str to;          /* an address alone */
    struct str message_id;  /* without brackets */
    struct str subject;     /* any text; line ends become spaces */
    struct str body;        /* plain text in lines; an empty line parts paragraphs */
    struct str unsubscribe; /* a link that a mail program may POST to (RFC 8058); empty: none */
    struct instant date;
    enum lang lang;
};

/* The whole message with CRLF line ends, not yet dot-stuffed, in the arena. http and https links
 * in the body can be followed in the HTML part. RFC 8058's header is written for https alone, as
 * it demands. RC_INVALID: ERR_NOT_AN_EMAIL with field "from" or "to"; ERR_MALFORMED with field
 * "message_id" or "unsubscribe" when these could break out of their header. */
enum rc mail_write(struct ctx *ctx, const struct mail *mail, struct str *ret) MUST_CHECK;

#endif
