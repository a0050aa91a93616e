#include "app/sender.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "app/rest.h"
#include "base/log.h"
#include "engine/message/webhook.h"

#define ARENA_BYTES  ((size_t)16 << 20)
#define PAUSE_MS     1000
#define MINUTE_MS    60000
#define SAY_AGAIN_MS 600000 /* a failure that stays is logged again after so long */

struct sender {
    const struct home *home;
    struct live_city *live;
    struct str base_url;
    struct arena *arena;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool is_stopping;
    int64_t tidied_ms, said_ms;
    _Atomic int64_t sent, failures;
};

static struct ctx work_begin(struct sender *sender)
{
    arena_reset(sender->arena);
    return (struct ctx){
        .arena = sender->arena,
        .now = clock_now(),
        .lang = LANG_EN,
        .city = live_city_take(sender->live),
        .db = sender->home->db,
    };
}

static void work_end(struct sender *sender, struct ctx *ctx)
{
    live_city_put(sender->live, ctx->city);
    ctx_done(ctx);
}

static void note_failure(struct sender *sender, const struct ctx *ctx)
{
    int64_t now_ms = clock_monotonic_ms();

    sender->failures++;
    if (sender->said_ms && now_ms - sender->said_ms < SAY_AGAIN_MS)
        return;
    sender->said_ms = now_ms;
    log_failure(ctx, "webhook.failed");
}

/* False when there was nothing to do, or it could not be done. */
static bool send_one(struct sender *sender)
{
    const struct webhook_sender how = {sender->base_url, &sender->is_stopping};
    struct ctx ctx = work_begin(sender);
    struct webhook_result result = {0};
    enum rc rc = webhook_send_next(&ctx, &how, &result);

    if (rc)
        note_failure(sender, &ctx);
    else if (result.has_ended)
        LOG(LOG_WARNING, "webhook.disabled", LOG_I64("delivery", result.delivery),
            LOG_STR("detail", result.trouble));
    sender->failures += !rc && result.trouble.n;
    sender->sent += !rc && result.was_there && !result.trouble.n;
    work_end(sender, &ctx);
    return !rc && result.was_there;
}

static void tidy(struct sender *sender)
{
    struct ctx ctx = work_begin(sender);

    if (webhook_tidy(&ctx))
        note_failure(sender, &ctx);
    work_end(sender, &ctx);
    sender->tidied_ms = clock_monotonic_ms();
}

static void *work(void *arg)
{
    struct sender *sender = arg;

    while (!sender->is_stopping) {
        if (!sender->tidied_ms || clock_monotonic_ms() - sender->tidied_ms >= MINUTE_MS)
            tidy(sender);
        while (!sender->is_stopping && send_one(sender))
            ;
        rest_until_woken(&sender->lock, &sender->wake, &sender->is_stopping, PAUSE_MS);
    }
    return NULL;
}

static void sender_free(struct sender *sender)
{
    arena_free(sender->arena);
    pthread_cond_destroy(&sender->wake);
    pthread_mutex_destroy(&sender->lock);
    free(sender);
}

enum rc sender_start(struct ctx *ctx, const struct home *home, struct live_city *live,
                     struct str base_url, struct sender **ret)
{
    struct sender *sender = calloc(1, sizeof *sender);
    pthread_condattr_t monotonic;

    if (!sender)
        return FAIL(ctx, ERR_MEMORY);
    sender->home = home;
    sender->live = live;
    sender->base_url = base_url;
    sender->arena = arena_new(ARENA_BYTES);
    pthread_mutex_init(&sender->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sender->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!sender->arena || pthread_create(&sender->thread, NULL, work, sender) != 0) {
        sender_free(sender);
        return FAIL(ctx, ERR_MEMORY, .detail = S("no thread for the sender"));
    }
    *ret = sender;
    return RC_OK;
}

void sender_stop(struct sender *sender)
{
    if (!sender)
        return;
    pthread_mutex_lock(&sender->lock);
    sender->is_stopping = true;
    pthread_cond_signal(&sender->wake);
    pthread_mutex_unlock(&sender->lock);
    pthread_join(sender->thread, NULL);
    sender_free(sender);
}

struct sender_state sender_state(const struct sender *sender)
{
    return (struct sender_state){.sent = sender->sent, .failures = sender->failures};
}
