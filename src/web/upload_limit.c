#include "web/upload_limit.h"

#include <assert.h>
#include <pthread.h>

#include "web/crowd.h"
#include "web/lasting_limit.h"

#define BUCKETS 8192
#define TURNS   256 /* more than there are workers */
#define SOON_S  5

static const struct limit per_address = {.burst = UPLOADS_OF_ADDRESS, .interval_ms = 30000};
static const struct limit per_subject = {.burst = UPLOADS_OF_SUBJECT, .interval_ms = 60000};

/* For the life of the program. */
static struct lasting_limit files = {.buckets = BUCKETS};
static struct crowd *turns;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make(void)
{
    turns = crowd_new(TURNS);
    assert(turns);
}

enum rc upload_limit_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                          struct str subject)
{
    struct str address = limit_key(ctx->arena, S("upload"), request->remote);
    struct str of = str_fmt(ctx->arena, "upload for %.*s", STR_ARG(subject));
    enum rc rc = lasting_limit_try(ctx, reply, &files, address, &per_address);

    return rc ? rc : lasting_limit_try(ctx, reply, &files, of, &per_subject);
}

enum rc upload_turn_take(struct ctx *ctx, struct reply *reply, struct str subject, size_t *ret_turn)
{
    pthread_once(&once, make);
    if (crowd_enter(turns, subject, UPLOADS_AT_A_TIME, ret_turn) == CROWD_ENTERED)
        return RC_OK;
    return lasting_limit_refuse(ctx, reply, SOON_S);
}

void upload_turn_give(size_t turn)
{
    crowd_leave(turns, turn);
}
