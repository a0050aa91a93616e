/* Smaller replies for clients that take gzip (RFC 9110, section 12.5.3; RFC 1952).
 *
 * What the server makes is compressed as it is made; assets are packed when the program is built.
 * A page that shows a secret beside text of a stranger's choice would tell by its length how much
 * they have in common (BREACH), so the one secret that every form carries differs in each page:
 * see csrf_token. Layer: web. One thread at a time.
 */
#ifndef WEB_COMPRESS_H
#define WEB_COMPRESS_H

#include "web/reply.h"

/* Compresses the body of a finished reply where that pays: text of more than one packet, no file
 * and no stream, for a request whose Accept-Encoding takes gzip. Sets Content-Encoding, and Vary on
 * every reply that might be compressed. Without memory the reply stays as it is. */
void compress_reply(struct reply *reply, const struct request *request);

/* Whether an Accept-Encoding header names the coding without refusing it. */
bool coding_is_taken(struct str accept_encoding, struct str coding);

#endif
