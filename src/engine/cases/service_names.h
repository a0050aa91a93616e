/* Which services a word names, for searches that find cases by what they are called: the public's
 * in the language it reads, staff's in all of them and by the service's other words. The texts are
 * folded once for a search. Layer: engine, private to the folder. Pure: any thread. */
#ifndef ENGINE_SERVICE_NAMES_H
#define ENGINE_SERVICE_NAMES_H

#include "engine/definition/city.h"

#define SERVICE_NAMES_BEGINNING_MIN 3 /* characters that may stand for a longer word */

struct service_name {
    const struct definition *service; /* one of its versions */
    struct str folded;
    bool is_name; /* else one of its `words` */
};

struct service_names {
    struct service_name *of;
    size_t n;
};

/* The names, in ctx->lang alone, of every version of ctx->city; in the arena. ERR_MEMORY. */
enum rc service_names_read(struct ctx *ctx, struct service_names *ret) MUST_CHECK;

/* The names and the `words`, in every language of the public; in the arena. ERR_MEMORY. */
enum rc service_names_of_all(struct ctx *ctx, struct service_names *ret) MUST_CHECK;

/* The services, each once and at most `most` of them, that have the folded word: as a word of
 * their name or, when it may be cut short (is_beginning), as the beginning of a word of their name
 * or `words`. Gives how many are in `ret`; of several versions of one service it is the first. */
size_t service_names_find(const struct service_names *names, struct str word, bool is_beginning,
                          const struct definition **ret, size_t most);

#endif
