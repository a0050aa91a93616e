/* Canned replies, ready for one case. Layer: console, private. */
#ifndef CONSOLE_CASE_REPLIES_H
#define CONSOLE_CASE_REPLIES_H

#include "console/case_view.h"

/* Sets view->replies: the service's own, then the city's. Names are in the page's language, texts
 * in the reporter's, with the facts of the case in them. */
enum rc case_replies_load(struct ctx *ctx, struct case_view *view) MUST_CHECK;

#endif
