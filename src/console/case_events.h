/* The timeline of a case in words. Layer: console, private. */
#ifndef CONSOLE_CASE_EVENTS_H
#define CONSOLE_CASE_EVENTS_H

#include "console/case_view.h"

/* Fills view->events from the record; view->row and definition are there already. */
enum rc case_events_load(struct ctx *ctx, struct case_view *view) MUST_CHECK;

#endif
