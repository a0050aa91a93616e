#include "web/upload_limit.h"

#include <assert.h>
#include <pthread.h>

#include "web/crowd.h"
#include "web/limit.h"

#define BUCKETS 8192
#define TURNS   256 /* more than there are workers */
#define SOON_S  5

static const struct limit per_address = {.burst = UPLOADS_OF_ADDRESS, .interval_ms = 30000};
static const struct limit per_subject = {.burst = UPLOADS_OF_SUBJECT, .interval_ms = 60000};

/* For the life of the program. */
static struct limiter *limiter;
static struct crowd *turns;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make(void)
{
    limiter = limiter_new(BUCKETS);
    turns = crowd_new(TURNS);
    assert(limiter && turns);
}

static enum rc refuse(struct ctx *ctx, struct reply *reply, int64_t wait_s)
{
    reply_header(reply, S("Retry-After"), str_fmt(ctx->arena, "%lld", (long long)wait_s));
    return FAIL(ctx, ERR_TOO_MANY);
}

enum rc upload_limit_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                          struct str subject)
{
    struct str address = limit_key(ctx->arena, S("upload"), request->remote);
    struct str of = str_fmt(ctx->arena, "upload for %.*s", STR_ARG(subject));
    int64_t now_ms = clock_monotonic_ms(), wait_s = 1;

    pthread_once(&once, make);
    if (limiter_take(limiter, address, &per_address, now_ms, &wait_s) &&
        limiter_take(limiter, of, &per_subject, now_ms, &wait_s))
        return RC_OK;
    return refuse(ctx, reply, wait_s);
}

enum rc upload_turn_take(struct ctx *ctx, struct reply *reply, struct str subject, size_t *ret_turn)
{
    pthread_once(&once, make);
    if (crowd_enter(turns, subject, UPLOADS_AT_A_TIME, ret_turn) == CROWD_ENTERED)
        return RC_OK;
    return refuse(ctx, reply, SOON_S);
}

void upload_turn_give(size_t turn)
{
    crowd_leave(turns, turn);
}
