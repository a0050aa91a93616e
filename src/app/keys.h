/* The installation's own secret, kept in a file of the data folder and never in the database.
 * Layer: app. */
#ifndef APP_KEYS_H
#define APP_KEYS_H

#include "base/ctx.h"
#include "people/people.h"

#define KEYS_SECRET_FILE "secret.key"

/* Makes the file `secret.key` (mode 600) with fresh random bytes. */
enum rc keys_make(struct ctx *ctx, const char *folder) MUST_CHECK;

/* Reads it. ERR_CONFIG when it is missing or damaged: without it second factors cannot be read. */
enum rc keys_load(struct ctx *ctx, const char *folder,
                  unsigned char ret_key[PEOPLE_KEY_BYTES]) MUST_CHECK;

#endif
