/* Photos on the public pages: the step of a report that takes them, and showing them.
 *
 * The step works with a plain file input: what is chosen is added with any of its buttons, a photo
 * that is refused is named with the reason, and the others stay. Layer: portal. */
#ifndef PORTAL_PHOTOS_H
#define PORTAL_PHOTOS_H

#include "portal/report.h"

/* POST of the step: adds the files of the field "photos"; "remove" takes one out. With "remove" or
 * "add" it stays, else the next question follows. */
enum rc photos_report_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* The thumbnail of a photo of the draft of the cookie. */
enum rc photos_report_send(struct ctx *ctx, struct request *request, struct reply *reply);

/* A photo of a case, for who may see it; for others it does not exist. */
enum rc photos_case_send(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
