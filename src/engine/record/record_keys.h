/* The key that signs the record's heads and receipts: two files beside the store, never in it.
 *
 * FOLDER/record.key holds the secret key (RFC 8032: seed and public key, 128 hex digits and LF,
 * mode 0600), FOLDER/record.pub the public one (64 hex digits and LF, mode 0644), which the city
 * gives to everybody. Losing the secret loses no proof: heads and receipts that were signed stay
 * good. Layer: engine. */
#ifndef ENGINE_RECORD_KEYS_H
#define ENGINE_RECORD_KEYS_H

#include "base/crypto.h"

#define RECORD_KEY_FILE    "record.key"
#define RECORD_PUBLIC_FILE "record.pub"

/* Makes a fresh key and writes both files. ERR_CONFIG when the folder has a key already. */
enum rc record_keys_make(struct ctx *ctx, const char *folder,
                         struct crypto_keypair *ret) MUST_CHECK;

/* Reads both. RC_NOT_FOUND when there is no record.key; ERR_CONFIG, detail in a sentence, for a
 * file that holds no key, a secret key that others may read, or two that do not belong
 * together. */
enum rc record_keys_load(struct ctx *ctx, const char *folder,
                         struct crypto_keypair *ret) MUST_CHECK;

/* The 32 bytes of a public key's file, wherever it lies. Errors as record_keys_load. */
enum rc record_public_key_load(struct ctx *ctx, const char *path, struct str *ret) MUST_CHECK;

#endif
