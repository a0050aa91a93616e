/* Photos of a case, for staff: shown, released to the public, hidden. Layer: console. */
#ifndef CONSOLE_PHOTOS_H
#define CONSOLE_PHOTOS_H

#include "web/reply.h"

/* A photo of a case within one's grants. */
enum rc staff_photo_send(struct ctx *ctx, struct request *request, struct reply *reply);

/* The form of one photo: "show" is "public" or "hidden". */
enum rc staff_photo_set(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
