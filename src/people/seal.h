/* Sealing: small secrets encrypted and authenticated with the installation's key.
 *
 * XSalsa20-Poly1305 with a random nonce (libsodium's secretbox) under a key derived for each
 * purpose, so that what was sealed for one can never be opened as another. Layer: people. Any
 * thread, after people_use.
 */
#ifndef PEOPLE_SEAL_H
#define PEOPLE_SEAL_H

#include "base/crypto.h"

/* Nonce, tag and ciphertext, in the arena; the empty string on failure (the arena has failed). */
struct str seal(struct arena *arena, struct str purpose, struct str secret);

/* False, *ret untouched, for bytes that were not sealed for this purpose with this key. */
bool seal_open(struct arena *arena, struct str purpose, struct str sealed, struct str *ret);

/* A keyed hash for secrets too short to be hashed alone. */
struct crypto_hash seal_hash(struct str purpose, struct str secret);

#endif
