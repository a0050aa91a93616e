#include "engine/message/mailbox.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "engine/message/queries.h"
#include "people/actor.h"

int64_t mailbox_day_of(struct instant at)
{
    return at.us_utc / US_PER_DAY;
}

static struct str without_dots(struct arena *arena, struct str local)
{
    struct buf out = buf_in(arena, local.n + 1);
    struct str part;

    while (str_next(&local, '.', &part))
        buf_add(&out, part);
    return buf_str(&out);
}

/* Sign-in has a word in front, so that nobody's reports keep somebody from signing in. */
static struct crypto_hash hash_of(struct ctx *ctx, struct str email, enum mailbox_trust trust)
{
    struct str folded = str_lower_ascii(ctx->arena, str_trim(email));
    ptrdiff_t at = str_find_byte(folded, '@'), plus = str_find_byte(folded, '+');
    size_t end = at < 0 ? folded.n : (size_t)at;
    size_t local = plus > 0 && (size_t)plus < end ? (size_t)plus : end;
    struct str parts[] = {
        trust == MAILBOX_SIGN_IN ? S("sign-in ") : S("mail "),
        without_dots(ctx->arena, str_slice(folded, 0, local)),
        str_slice(folded, end, folded.n),
    };

    return crypto_sha256(str_join(ctx->arena, parts, 3, S("")));
}

static int64_t most_for(const struct actor *actor, enum mailbox_trust trust)
{
    if (trust == MAILBOX_SIGN_IN)
        return MAILBOX_SIGN_INS_PER_DAY;
    return actor && actor_is_staff(actor) ? MAILBOX_MAILS_BY_CITY : MAILBOX_MAILS_PER_DAY;
}

enum rc mailbox_take(struct ctx *ctx, struct str email, enum mailbox_trust trust, bool *ret_may)
{
    struct mailbox_count_row row;
    struct crypto_hash hash;
    bool may = true;
    enum rc rc = RC_OK;

    if (trust != MAILBOX_PROVEN) {
        hash = hash_of(ctx, email, trust);
        rc = mailbox_count(ctx, mailbox_day_of(ctx->now), crypto_hash_str(&hash),
                           most_for(ctx->actor, trust), &may, &row);
    }
    if (!rc)
        *ret_may = may;
    return rc;
}
