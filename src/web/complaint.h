/* Internal to the web layer: one answer where the HTTP library would give two.
 *
 * libmicrohttpd refuses a head whose Content-Length is no number before the edge has seen it, and
 * 0.9.75 goes on to answer what it has answered: its state is set to "error reply" and then, by the
 * caller, to "head processed", so that the reply's head is built and sent a second time, within the
 * body of the first. There is no hook for this but the line it logs, which names no connection. So
 * each I/O thread keeps a list of the requests whose head is coming in, and at that line answers
 * those whose Content-Length is wrong, past the library, and ends their direction: what the library
 * wants to say goes nowhere. Layer: web. Each function on the I/O thread of the connection, but
 * complaint_unwatch and complaint_done also when those threads have ended.
 */
#ifndef WEB_COMPLAINT_H
#define WEB_COMPLAINT_H

#include <stdarg.h>

struct exchange;
struct server;
struct watch; /* one I/O thread's list */

/* From its request line on until its head is complete, or it is over; the latter may be said twice.
 * Without memory it is not watched. */
void complaint_watch(struct exchange *exchange);
void complaint_unwatch(struct exchange *exchange);

/* What the library logs; `cls` is the server. All other complaints are about broken requests whose
 * sender has been told. */
void complaint_hear(void *cls, const char *format, va_list args);

/* Frees the lists of all threads. */
void complaint_done(struct server *server);

#endif
