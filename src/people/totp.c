#include "people/totp.h"

#include <ctype.h>
#include <liboath/oath.h>
#include <stdlib.h>

#include "base/buf.h"
#include "people/seal.h"

struct str totp_secret_new(struct arena *arena)
{
    char *bytes = arena_alloc(arena, TOTP_SECRET_BYTES);

    if (!bytes)
        return STR_NONE;
    crypto_random_bytes(bytes, TOTP_SECRET_BYTES);
    return (struct str){bytes, TOTP_SECRET_BYTES};
}

static struct str base32(struct arena *arena, struct str secret)
{
    char *text = NULL;
    size_t n = 0;
    struct str copy;

    if (oath_base32_encode(secret.p, secret.n, &text, &n) != OATH_OK) {
        arena_fail(arena);
        return STR_NONE;
    }
    copy = str_copy(arena, (struct str){text, n});
    free(text);
    return copy;
}

struct str totp_secret_text(struct arena *arena, struct str secret)
{
    struct str text = base32(arena, secret);
    struct buf out = buf_in(arena, 200);

    for (size_t i = 0; i < text.n; i += 4) {
        if (i)
            buf_add_byte(&out, ' ');
        buf_add(&out, str_slice(text, i, i + 4));
    }
    return buf_str(&out);
}

static void add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
            buf_add_byte(out, (char)c);
        else
            buf_add_fmt(out, "%%%02X", (unsigned)c);
    }
}

struct str totp_uri(struct arena *arena, struct str secret, struct str issuer, struct str login)
{
    struct buf out = buf_in(arena, 2000);

    BUF_ADD(&out, "otpauth://totp/");
    add_escaped(&out, issuer);
    BUF_ADD(&out, ":");
    add_escaped(&out, login);
    BUF_ADD(&out, "?secret=");
    buf_add(&out, base32(arena, secret));
    BUF_ADD(&out, "&issuer=");
    add_escaped(&out, issuer);
    return buf_str(&out);
}

bool totp_check(struct str secret, struct str code, struct instant at, int64_t last_step,
                int64_t *ret_step)
{
    char digits[7] = {0};
    size_t n = 0;
    int position = 0;
    time_t now = (time_t)(at.us_utc / US_PER_S);
    int64_t step;

    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] == ' ')
            continue;
        if (code.p[i] < '0' || code.p[i] > '9' || n == 6)
            return false;
        digits[n++] = code.p[i];
    }
    if (n != 6 ||
        oath_totp_validate2(secret.p, secret.n, now, TOTP_STEP_S, 0, 1, &position, digits) < 0)
        return false;
    step = now / TOTP_STEP_S + position;
    if (step <= last_step)
        return false;
    *ret_step = step;
    return true;
}

struct str recovery_code_new(struct arena *arena)
{
    struct str code = crypto_code(arena, RECOVERY_CODE_LETTERS);

    if (code.n != RECOVERY_CODE_LETTERS)
        return STR_NONE;
    return str_fmt(arena, "%.5s-%.5s", code.p, code.p + 5);
}

bool recovery_code_hash(struct str code, struct crypto_hash *ret)
{
    char letters[RECOVERY_CODE_LETTERS];
    size_t n = 0;

    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] == '-' || code.p[i] == ' ')
            continue;
        if (!isalnum((unsigned char)code.p[i]) || n == sizeof letters)
            return false;
        letters[n++] = (char)toupper((unsigned char)code.p[i]);
    }
    if (n != sizeof letters)
        return false;
    *ret = seal_hash(S("recovery code"), (struct str){letters, n});
    return true;
}
