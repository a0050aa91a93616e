/* Settings of the installation: words by name, read anew whenever they are wanted. Which there are,
 * and what they may be, is the business of who owns them (message/mail_settings.h has those that
 * administrators change). Layer: engine. */
#ifndef ENGINE_SETTING_H
#define ENGINE_SETTING_H

#include "base/ctx.h"

/* Empty when it is not set. */
enum rc setting_read(struct ctx *ctx, struct str name, struct str *ret) MUST_CHECK;

/* Empty unsets it. Inside db_tx only; the event is the caller's. */
enum rc setting_write(struct ctx *ctx, struct str name, struct str value) MUST_CHECK;

#endif
