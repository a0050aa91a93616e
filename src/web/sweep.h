/* Closes connections that take too long: what the HTTP library's inactivity timeout cannot see is a
 * client that sends one byte a second for ever.
 *
 * Every connection has one deadline at a time, for what it is doing: sending a head, sending a
 * body, reading a reply. A thread looks four times a second and shuts overdue sockets down; the
 * library then notices and closes them. Entry and socket live and die under one lock, so a
 * descriptor number that was used again is never hit. Whoever was found late stays so: what the
 * client is told and what the server does with the request then agree. Layer: web. Any thread.
 */
#ifndef WEB_SWEEP_H
#define WEB_SWEEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct exchange;
struct sweep;

struct sweep_entry {
    struct sweep_entry *next, *prev;
    int fd;
    _Atomic int64_t deadline_ms; /* see sweep_set_deadline */
    _Atomic bool is_idle;        /* between two requests */
    /* A whole reply for a client that is late, borrowed; NULL: it is cut off without a word. */
    _Atomic(const struct str *) farewell;
    /* The request that the connection is at, of its I/O thread alone. The library ends most
     * requests with a word, but not one whose parameters were too many for its memory: then it is
     * here still when the connection ends. */
    struct exchange *unfinished;
};

/* Starts the thread; NULL when that fails. Owned: sweep_free, with no entries left. */
struct sweep *sweep_new(void);
void sweep_free(struct sweep *sweep);

/* A new connection; NULL when there is no memory. sweep_remove must be called before the
 * descriptor is closed; it frees the entry, NULL is allowed. */
struct sweep_entry *sweep_add(struct sweep *sweep, int fd, int64_t deadline_ms);
void sweep_remove(struct sweep *sweep, struct sweep_entry *entry);

/* Monotonic; 0: the server is at work, there is none. False when the connection was late already
 * and has been shut down: what it sent is not to be acted on. */
bool sweep_set_deadline(struct sweep_entry *entry, int64_t deadline_ms);
bool sweep_was_late(const struct sweep_entry *entry);

/* From now on idle connections are told that nothing more will be read: a request that has arrived
 * already is still answered. */
void sweep_drain(struct sweep *sweep);

/* Connections that are open now. */
int sweep_count(struct sweep *sweep);

/* How many connections were shut down for being late, since the start. */
int64_t sweep_late_count(struct sweep *sweep);

#endif
