/* Receipts: what a resident keeps to prove for ever that the city has their case on record.
 *
 * A receipt is a signed promise, good from the moment of filing; once the event has its place and
 * a head was signed over it, the receipt also carries the proof that the record holds it. Anybody
 * can check it with the city's public key (record.pub) and RFC 8032 and RFC 9162 alone; that the
 * key is the city's has to be known from elsewhere. Layer: engine.
 *
 * The text is lines of a name, a space and a value, each ended by LF, in this order:
 *
 *   cityhall receipt 1
 *   number       of the case, or -
 *   service      code of the case's service, or -
 *   filed        when the case was opened, RFC 3339 UTC, or -
 *   event        id              \
 *   at           us UTC           |
 *   kind         "case.opened"    |  the header of the event, whose hash is
 *   case         id or -          |  the leaf: record_tree.h says how
 *   actor-kind   "resident"       |
 *   actor        id or -          |
 *   audience     0, 1 or 2        |
 *   commitment   64 hex digits   /
 *   key          the city's public key, 64 hex digits
 *   signature    128 hex digits: Ed25519 over all bytes of the lines before this one
 *
 * and, when it is proven:
 *
 *   position     of the leaf, from 0
 *   size         of the tree at the signed head, greater than the position
 *   root         64 hex digits
 *   signed       us UTC
 *   head         128 hex digits: Ed25519 over "cityhall head 1 LF size LF root LF signed LF"
 *   path         64 hex digits; one line for each hash of the audit path (RFC 9162, section
 *                2.1.3), the leaf's side first; none in a tree of one leaf
 */
#ifndef ENGINE_RECEIPT_H
#define ENGINE_RECEIPT_H

#include "base/crypto.h"

/* The receipt for the opening of the case with that number. Reads on ctx->conn. RC_NOT_FOUND when
 * there is no such case; whether the one who asks may have it is the caller's question. */
enum rc receipt_of_case(struct ctx *ctx, struct str number, const struct crypto_keypair *keys,
                        struct str *ret) MUST_CHECK;

/* The same for any event of the record. */
enum rc receipt_of_event(struct ctx *ctx, int64_t event_id, const struct crypto_keypair *keys,
                         struct str *ret) MUST_CHECK;

#endif
