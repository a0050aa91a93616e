#include "engine/record/record_keys.h"

#include <sys/stat.h>

#include "base/file.h"

#define MAX_KEY_FILE 1000

static const char *path_of(struct ctx *ctx, const char *folder, const char *name)
{
    return str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, name));
}

static enum rc write_hex(struct ctx *ctx, const char *path, struct str bytes, unsigned mode)
{
    struct str hex = crypto_hex(ctx->arena, bytes);

    return file_write(ctx, path, str_fmt(ctx->arena, "%.*s\n", STR_ARG(hex)), mode);
}

static enum rc read_hex(struct ctx *ctx, const char *path, size_t n, struct str *ret)
{
    struct str text, bytes;
    enum rc rc = file_read(ctx, path, MAX_KEY_FILE, &text);

    if (rc)
        return rc;
    if (!crypto_hex_decode(ctx->arena, str_trim(text), &bytes) || bytes.n != n)
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "%s holds no key: restore it from a copy", path));
    *ret = bytes;
    return RC_OK;
}

enum rc record_public_key_load(struct ctx *ctx, const char *path, struct str *ret)
{
    return read_hex(ctx, path, CRYPTO_PUBLIC_KEY_BYTES, ret);
}

enum rc record_keys_make(struct ctx *ctx, const char *folder, struct crypto_keypair *ret)
{
    const char *secret = path_of(ctx, folder, RECORD_KEY_FILE);
    const char *public = path_of(ctx, folder, RECORD_PUBLIC_FILE);
    struct crypto_keypair keys = crypto_sign_new_keys();
    enum rc rc;

    if (file_exists(secret) || file_exists(public))
        return FAIL(ctx, ERR_CONFIG, .detail = str_fmt(ctx->arena, "%s has a key already", folder));
    rc = write_hex(ctx, public, (struct str){(const char *)keys.public_key, sizeof keys.public_key},
                   0644);
    if (!rc)
        rc = write_hex(ctx, secret,
                       (struct str){(const char *)keys.secret_key, sizeof keys.secret_key}, 0600);
    if (!rc)
        *ret = keys;
    return rc;
}

static bool is_private(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && (about.st_mode & 077) == 0;
}

enum rc record_keys_load(struct ctx *ctx, const char *folder, struct crypto_keypair *ret)
{
    const char *path = path_of(ctx, folder, RECORD_KEY_FILE);
    struct crypto_keypair keys;
    struct crypto_signature signature;
    struct str secret = STR_NONE, public = STR_NONE;
    enum rc rc = read_hex(ctx, path, CRYPTO_SECRET_KEY_BYTES, &secret);

    if (rc)
        return rc;
    if (!is_private(path))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "%s may be read by others: chmod 600", path));
    rc = record_public_key_load(ctx, path_of(ctx, folder, RECORD_PUBLIC_FILE), &public);
    if (rc)
        return rc;
    memcpy(keys.secret_key, secret.p, sizeof keys.secret_key);
    memcpy(keys.public_key, public.p, sizeof keys.public_key);
    signature = crypto_sign_message(&keys, S("cityhall key"));
    if (!crypto_sign_verifies(public, S("cityhall key"),
                              (struct str){(const char *)signature.bytes, sizeof signature.bytes}))
        return FAIL(ctx, ERR_CONFIG,
                    .detail =
                        str_fmt(ctx->arena,
                                "record.key and record.pub of %s do not belong together", folder));
    *ret = keys;
    return RC_OK;
}
