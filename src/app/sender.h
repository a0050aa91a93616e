/* The sender: one thread that tells other servers what happened (engine/message/webhook.h), apart
 * from the worker, so that a slow server of somebody else keeps no mail and no deadline waiting.
 * Layer: app. */
#ifndef APP_SENDER_H
#define APP_SENDER_H

#include "app/live_city.h"

/* Starts the thread; `home`, `live` and `base_url` are borrowed until sender_stop. ERR_MEMORY. */
struct sender;
enum rc sender_start(struct ctx *ctx, const struct home *home, struct live_city *live,
                     struct str base_url, struct sender **ret) MUST_CHECK;

/* Ends it within a second or so: what is being sent is let go and sent again later. NULL is
 * allowed. */
void sender_stop(struct sender *sender);

/* Since the start. From any thread. */
struct sender_state {
    int64_t sent, failures;
};
struct sender_state sender_state(const struct sender *sender);

#endif
