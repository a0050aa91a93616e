/* The outbox: messages on their way out, handed to the city's mail relay.
 *
 * notice_queue puts messages in; they leave one at a time. A message's state is `queued` until a
 * worker takes it (`sending`), then `sent`, `failed` (refused, or given up after eight tries) or
 * `uncertain`: the connection or the program ended when the relay may have had it. Those are not
 * sent again by themselves; staff see them. Taking is a transaction of its own before the first
 * byte goes out, so that two workers, or one that is started again, never send a message twice.
 *
 * The relay, who signs in there and who the mail is from are settings (mail_settings.h). Without a
 * relay everything stays queued, as in the demonstration. Layer: engine.
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include "base/ctx.h"

#define OUTBOX_TRIES   8
#define OUTBOX_LEASE_S 600 /* what is `sending` for longer was lost with its worker */

/* Whether there is a relay: without one, pages say that messages wait. ctx has a reader. */
enum rc outbox_has_relay(struct ctx *ctx, bool *ret) MUST_CHECK;

/* One worker's way out. `folder` is the data folder, borrowed. Owned: outbox_free. */
struct outbox;
enum rc outbox_new(struct ctx *ctx, const char *folder, struct outbox **ret) MUST_CHECK;

/* Where the city is served, for links that were stored without knowing it (notice.h); borrowed. */
void outbox_links_to(struct outbox *outbox, struct str base_url);
void outbox_free(struct outbox *outbox); /* NULL is allowed */

/* Ends the sending under way within half a second. From any thread. */
void outbox_stop(struct outbox *outbox);

struct outbox_result {
    bool was_there;
    int64_t message;     /* the row */
    const char *trouble; /* "mail.later", "mail.refused", "mail.uncertain"; NULL: none */
    bool is_relay_away;  /* the next message will not go either */
};

/* Sends the message that has been due longest at ctx->now, one that somebody waits for before any
 * other, and writes down how it ended. Nothing was there when none was due, or there is no relay.
 * What went wrong with a message is in its row and named in *ret, for the caller to log; the return
 * is about the store and the settings. Without a reader in ctx. */
enum rc outbox_send_next(struct ctx *ctx, struct outbox *outbox,
                         struct outbox_result *ret) MUST_CHECK;

/* Marks what was being sent by a worker that is gone as uncertain. */
enum rc outbox_find_lost(struct ctx *ctx) MUST_CHECK;

#endif
