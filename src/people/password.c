#include "people/password.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/crypto.h"
#include "base/utf8.h"
#include "db/db.h"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t is_free;
    int running, waiting, waiting_first;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .is_free = PTHREAD_COND_INITIALIZER};

static struct timespec wait_until(const struct ctx *ctx)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t wait_ms = PASSWORD_WAIT_MS;
    struct timespec until;

    if (ctx->deadline_ms && ctx->deadline_ms - now_ms < wait_ms)
        wait_ms = ctx->deadline_ms - now_ms;
    if (wait_ms < 0)
        wait_ms = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

static bool must_wait(bool goes_first)
{
    return gate.running >= PASSWORD_HASHES_AT_ONCE || (!goes_first && gate.waiting_first);
}

static enum rc gate_enter(struct ctx *ctx, bool goes_first)
{
    int places = goes_first ? PASSWORD_WAITING_MAX : PASSWORD_WAITING_MAX - PASSWORD_KEPT_PLACES;
    struct timespec until = wait_until(ctx);
    bool is_in = false;

    db_reader_rest(ctx);
    pthread_mutex_lock(&gate.lock);
    if (gate.waiting < places) {
        int waited = 0;

        gate.waiting++;
        gate.waiting_first += goes_first;
        while (must_wait(goes_first) && waited != ETIMEDOUT)
            waited = pthread_cond_clockwait(&gate.is_free, &gate.lock, CLOCK_MONOTONIC, &until);
        gate.waiting--;
        gate.waiting_first -= goes_first;
        is_in = !must_wait(goes_first);
        gate.running += is_in;
    }
    pthread_mutex_unlock(&gate.lock);
    return is_in ? RC_OK : FAIL(ctx, ERR_OVERLOAD, .detail = S("too many sign-ins at once"));
}

static void gate_leave(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.running--;
    pthread_cond_broadcast(&gate.is_free); /* one of them goes first */
    pthread_mutex_unlock(&gate.lock);
}

enum rc password_check(struct ctx *ctx, const struct password_try *tried, bool *ret_is_right)
{
    struct str hash = tried->hash;
    bool is_right;
    enum rc rc = gate_enter(ctx, tried->goes_first);

    if (rc)
        return rc;
    is_right = crypto_password_verify(hash.n ? hash : crypto_password_nobody(), tried->password);
    gate_leave();
    *ret_is_right = hash.n && is_right;
    return RC_OK;
}

enum rc password_hash(struct ctx *ctx, struct str password, struct str *ret)
{
    enum rc rc = gate_enter(ctx, true); /* of somebody who was let in */

    if (rc)
        return rc;
    rc = crypto_password_hash(ctx, password, ret);
    gate_leave();
    return rc;
}

static bool is_one_character(struct str s)
{
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] != s.p[0])
            return false;
    return true;
}

enum rc password_acceptable(struct ctx *ctx, struct str password, struct str login,
                            struct str field)
{
    if (!password.n)
        return FAIL(ctx, ERR_REQUIRED, .field = field);
    if (password.n > PASSWORD_MAX_BYTES)
        return FAIL(ctx, ERR_TOO_LONG, .field = field, .arg = S("1000"));
    if (utf8_count(password) < PASSWORD_MIN_CHARACTERS)
        return FAIL(ctx, ERR_PASSWORD_SHORT, .field = field, .arg = S("12"));
    if (str_eq_ascii_nocase(password, login) || is_one_character(password))
        return FAIL(ctx, ERR_PASSWORD_PLAIN, .field = field);
    return RC_OK;
}

struct str password_initial(struct arena *arena)
{
    struct str code = crypto_code(arena, 20);

    if (code.n != 20)
        return STR_NONE;
    return str_fmt(arena, "%.5s-%.5s-%.5s-%.5s", code.p, code.p + 5, code.p + 10, code.p + 15);
}
