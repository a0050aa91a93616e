/* A city with a server in this process, for changes that only a request makes. A request is made
 * ready beforehand and sent without taking memory of anybody's, so that every fallible call while
 * it is under way is the server's. Apart from the scenarios, because the web layer's test site and
 * the engine each have a `struct answer`. */
#ifndef FAULT_WEB_WORLD_H
#define FAULT_WEB_WORLD_H

#include "console/test_city.h"

/* Opens it; a supervisor and an administrator, "boss", have signed in. The city is borrowed. */
struct test_city *web_open(void);
void web_close(void);

/* Makes ready: a form of the boss's; a form of a stranger's, whose token is on `page`; a call by a
 * program that may do everything. The texts are copied. */
void web_staff_form(struct str path, struct str fields);
void web_form(struct str page, struct str path, struct str fields);
void web_call(struct str path, struct str type, struct str body, struct str once);

/* Sends it. The status; 0: closed without an answer. */
int web_send(void);

/* Lets the server's time go on. */
void web_wait(int64_t us);

/* The last answer, and the path of its Location; in static memory. */
struct str web_answer(void);
struct str web_location(void);

#endif
