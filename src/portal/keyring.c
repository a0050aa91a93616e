#include "portal/keyring.h"

#include <stdio.h>

#include "web/server.h"

#define MAX_NAME  40
#define TOKEN_MIN 16
#define TOKEN_MAX 64
#define KEPT_S    ((int64_t)KEYRING_DAYS * 24 * 3600)

struct str portal_cookie(const struct request *request, struct str name)
{
    char full[MAX_NAME];

    if (!request_csrf(request)->is_https)
        return request_cookie(request, name);
    snprintf(full, sizeof full, "__Host-%.*s", STR_ARG(name));
    return request_cookie(request, str_of(full));
}

struct keyring keyring_of(const struct request *request, struct str name)
{
    struct str rest = portal_cookie(request, name), token;
    struct keyring ring = {.n = 0};

    while (ring.n < KEYRING_MAX && str_next(&rest, '.', &token))
        if (token.n >= TOKEN_MIN && token.n <= TOKEN_MAX)
            ring.tokens[ring.n++] = token;
    return ring;
}

static void set(struct reply *reply, struct str name, const struct keyring *ring)
{
    struct str value = str_join(reply->arena, ring->tokens, ring->n, S("."));

    reply_cookie(reply, &(struct cookie){name, value, KEPT_S});
}

/* The ring without one token. */
static struct keyring without(const struct request *request, struct str name, struct str token)
{
    struct keyring held = keyring_of(request, name), ring = {.n = 0};

    for (size_t i = 0; i < held.n; i++)
        if (!str_eq(held.tokens[i], token))
            ring.tokens[ring.n++] = held.tokens[i];
    return ring;
}

void keyring_add(const struct request *request, struct reply *reply, struct str name,
                 struct str token)
{
    struct keyring rest = without(request, name, token), ring = {.tokens = {token}, .n = 1};

    for (size_t i = 0; i < rest.n && ring.n < KEYRING_MAX; i++)
        ring.tokens[ring.n++] = rest.tokens[i];
    set(reply, name, &ring);
}

void keyring_drop(const struct request *request, struct reply *reply, struct str name,
                  struct str token)
{
    struct keyring ring = without(request, name, token);

    set(reply, name, &ring);
}
