/* For tests of the server: a small site, started on a free port, and raw sockets to talk to it. */
#ifndef WEB_TEST_SITE_H
#define WEB_TEST_SITE_H

#include <stdatomic.h>

#include "base/test_support.h"
#include "base/test_temporary.h"
#include "web/server.h"

struct site {
    struct ctx ctx;
    struct server *server;
    struct server_options options; /* may be changed between site_prepare and site_start */
    char temp_dir[TEST_TEMPORARY_MAX];
    atomic_int logged, begun, ended;
    atomic_int last_error; /* enum err_id of the last log line */
};

/* The site's options with defaults for tests: free port, plain http, uploads in a new folder. */
void site_prepare(struct site *site);
void site_start(struct site *site);

/* Lets whoever asked for "/held" be answered, also who asks from now on. */
void site_release(void);

/* Waits until one of the site's counters has got so far; whether it did within five seconds. */
bool site_reached(const atomic_int *count, int wanted);

/* Drains, frees, and checks that nothing was left in the folder. */
void site_stop(struct site *site);

/* A connected socket with a receive timeout of five seconds. */
int site_connect(const struct site *site);

/* The same, or -1 when nobody listens any more. */
int site_try_connect(const struct site *site);
void site_send(int fd, struct str bytes);

struct answer {
    int status;      /* 0: closed without one */
    struct str head; /* with the empty line */
    struct str body; /* by Content-Length or chunked, decoded */
    bool is_closed;  /* the server closed after it */
};

/* Reads one reply; for HEAD without looking for a body. In the site's arena. */
struct answer site_read(struct site *site, int fd, bool is_head);

/* Whether the server ends the connection within the timeout. */
bool site_is_closed(int fd);

/* Sends one request on a new connection and reads its reply. */
struct answer site_ask(struct site *site, struct str request);

/* A header of the reply; p == NULL when there is none. */
struct str answer_header(struct site *site, const struct answer *answer, const char *name);

#endif
