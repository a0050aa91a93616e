#include "app/keys.h"

#include "base/crypto.h"
#include "base/file.h"

#define MAX_FILE_BYTES 200

static const char *path_of(struct ctx *ctx, const char *folder)
{
    return str_z(ctx->arena, str_fmt(ctx->arena, "%s/" KEYS_SECRET_FILE, folder));
}

enum rc keys_make(struct ctx *ctx, const char *folder)
{
    char key[PEOPLE_KEY_BYTES];
    struct str hex;

    crypto_random_bytes(key, sizeof key);
    hex = crypto_hex(ctx->arena, (struct str){key, sizeof key});
    return file_write(ctx, path_of(ctx, folder), hex, 0600);
}

enum rc keys_load(struct ctx *ctx, const char *folder, unsigned char ret_key[PEOPLE_KEY_BYTES])
{
    struct str text, key;
    enum rc rc = file_read(ctx, path_of(ctx, folder), MAX_FILE_BYTES, &text);

    if (rc == RC_OK && crypto_hex_decode(ctx->arena, str_trim(text), &key) &&
        key.n == PEOPLE_KEY_BYTES) {
        memcpy(ret_key, key.p, key.n);
        return RC_OK;
    }
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_CONFIG,
                .detail = str_fmt(ctx->arena,
                                  "%s/secret.key is missing or damaged: restore it from the backup",
                                  folder));
}
