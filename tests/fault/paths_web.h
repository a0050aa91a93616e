/* The scenarios that need a server. */
#ifndef FAULT_PATHS_WEB_H
#define FAULT_PATHS_WEB_H

#include "scenario.h"

extern const struct scenario paths_web[];

/* The served city as a town: its store, its context. Borrowed. */
struct test_town *paths_web_open(void);
void paths_web_close(void);

#endif
