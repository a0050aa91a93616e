#include "people/device.h"

#include "base/buf.h"
#include "people/seal.h"

#define ID_BYTES   16
#define NOTE_CHARS 75 /* of struct note in base64url */
#define MAX_COOKIE (DEVICE_LOGINS * (NOTE_CHARS + 1))

struct note {
    char id[ID_BYTES];
    int64_t at_us;
    struct crypto_hash mac;
};

static struct crypto_hash mac_of(struct ctx *ctx, const struct note *note, struct str login)
{
    struct str said = {(const char *)note, offsetof(struct note, mac)};

    return seal_hash(S("device"), str_join(ctx->arena, (struct str[]){said, login}, 2, S("")));
}

/* Whose MAC it is shows only with the login. */
static bool read_note(struct ctx *ctx, struct str text, struct note *ret)
{
    struct str bytes;

    if (text.n != NOTE_CHARS || !crypto_base64url_decode(ctx->arena, text, &bytes) ||
        bytes.n != sizeof *ret)
        return false;
    memcpy(ret, bytes.p, sizeof *ret);
    return true;
}

static bool is_of(struct ctx *ctx, const struct note *note, struct str login)
{
    struct crypto_hash mac = mac_of(ctx, note, login);

    return crypto_eq(crypto_hash_str(&mac), crypto_hash_str(&note->mac));
}

bool device_knows(struct ctx *ctx, struct str cookie, struct str login, struct str *ret_id)
{
    int64_t oldest_us = instant_plus_us(ctx->now, -DEVICE_DAYS * US_PER_DAY).us_utc;
    struct note note;
    struct str text;

    for (int i = 0; i < DEVICE_LOGINS && str_next(&cookie, '.', &text); i++) {
        if (!read_note(ctx, text, &note) || note.at_us < oldest_us || !is_of(ctx, &note, login))
            continue;
        *ret_id = str_copy(ctx->arena, (struct str){note.id, ID_BYTES});
        return true;
    }
    return false;
}

struct str device_remember(struct ctx *ctx, struct str cookie, struct str login)
{
    struct buf out = buf_in(ctx->arena, MAX_COOKIE);
    struct note note = {.at_us = ctx->now.us_utc};
    struct str text;
    int kept = 1;

    crypto_random_bytes((unsigned char *)note.id, ID_BYTES);
    note.mac = mac_of(ctx, &note, login);
    buf_add(&out, crypto_base64url(ctx->arena, (struct str){(const char *)&note, sizeof note}));
    while (kept < DEVICE_LOGINS && str_next(&cookie, '.', &text)) {
        if (!read_note(ctx, text, &note) || is_of(ctx, &note, login))
            continue;
        buf_add_byte(&out, '.');
        buf_add(&out, text);
        kept++;
    }
    return buf_str(&out);
}
