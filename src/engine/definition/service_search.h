/* Finding a service by what people type: their words, in any of the city's languages, with typing
 * errors, without accents, or in more words than were needed.
 *
 * Name, synonyms and summary of each service are compared word by word with the query. A word that
 * few services have says more than one that many have; words that stand side by side in both say
 * more than apart. Nothing is stored: a city has dozens of services, and looking through them takes
 * a few milliseconds. Layer: engine. Pure.
 */
#ifndef ENGINE_SERVICE_SEARCH_H
#define ENGINE_SERVICE_SEARCH_H

#include "engine/definition/definition.h"

#define SERVICE_SEARCH_MAX_BYTES 200 /* of a query; the rest is not looked at */

/* Orders `services` (`n` of them) by how well they answer the query, the best first, and gives in
 * *ret_n how many do at all. ctx->lang is taken a little before the other languages. An empty query
 * finds nothing. Only memory can fail. */
enum rc service_search(struct ctx *ctx, struct str query, const struct definition **services,
                       size_t n, size_t *ret_n) MUST_CHECK;

/* Orders them by their names in ctx->lang, without regard to case and accents. Only memory can
 * fail. */
enum rc services_by_name(struct ctx *ctx, const struct definition **services, size_t n) MUST_CHECK;

/* All that the city offers, in that order; as many as ctx->city->service_n. In the arena. */
enum rc city_services_by_name(struct ctx *ctx, const struct definition ***ret) MUST_CHECK;

#endif
