/* Handing a mail to the city's relay (RFC 5321, through libcurl), and what became of it.
 *
 * The question that matters is whether a mail may be sent again. Until its text has gone over the
 * wire it may. When the connection is lost after that, nobody knows whether the relay has taken
 * it: that is an outcome of its own. Layer: engine. One thread at a time but for smtp_stop.
 */
#ifndef ENGINE_SMTP_H
#define ENGINE_SMTP_H

#include "base/ctx.h"

struct smtp_relay {
    struct str url;            /* "smtp://host:25", "smtps://host:465" */
    struct str user, password; /* empty: the relay asks for none */
    int64_t answer_ms;         /* for all that it has to say before a mail; 0: 20 s */
};

/* Whether it is such a URL: a host and maybe a port, nothing else (no user, no path). */
bool smtp_url_is_good(struct str url);

/* Whether its host is this machine: "localhost" or an address of it, not a name that begins like
 * one. What is said there is not overheard. */
bool smtp_url_is_local(struct str url);

struct smtp_letter {
    struct str from, to; /* addresses, plain as mail_address_is_plain says */
    struct str message;  /* as mail_write made it */
};

enum smtp_outcome {
    SMTP_SENT,
    SMTP_LATER,     /* not taken, for a reason that may pass */
    SMTP_AWAY,      /* the same, and that of others would not be taken either: there is no relay */
    SMTP_REFUSED,   /* not taken, for good: a 5yz reply to sender, recipient or text */
    SMTP_STOPPED,   /* not taken, because of smtp_stop */
    SMTP_UNCERTAIN, /* the connection was lost after the text was sent */
};

/* A way to relays; keeps its connection for the next mail. ERR_MEMORY. Owned: smtp_free. */
struct smtp;
enum rc smtp_new(struct ctx *ctx, struct smtp **ret) MUST_CHECK;
void smtp_free(struct smtp *smtp); /* NULL is allowed; does not wait for the relay */

/* Waits up to half a second for what is under way, then ends it, and everything that is begun
 * later, with SMTP_STOPPED or, after the text was sent, SMTP_UNCERTAIN. From any thread. */
void smtp_stop(struct smtp *smtp);

/* Sends one mail within two minutes, the first 20 seconds of which bring it to the relay's ear.
 * With a user the connection must be encrypted; without one it is where the relay offers that. On
 * this machine it is not asked for. *ret_reply is what the relay said last, or what went wrong, for
 * people to read; never a password. */
enum smtp_outcome smtp_send(struct ctx *ctx, struct smtp *smtp, const struct smtp_relay *relay,
                            const struct smtp_letter *letter, struct str *ret_reply);

#endif
