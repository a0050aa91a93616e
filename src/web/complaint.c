#include "web/complaint.h"

#include <stdlib.h>

#include "web/exchange.h"

struct watch {
    struct watch *next; /* of the same server */
    const struct server *server;
    struct exchange *first;
};

static _Thread_local struct watch *own;

static struct watch *own_watch(struct server *server)
{
    struct watch *watch;

    if (own && own->server == server)
        return own;
    watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->server = server;
    watch->next = atomic_load(&server->watches);
    while (!atomic_compare_exchange_weak(&server->watches, &watch->next, watch))
        ;
    own = watch;
    return watch;
}

void complaint_watch(struct exchange *exchange)
{
    struct watch *watch = own_watch(exchange->server);

    if (!watch)
        return;
    exchange->watched.next = watch->first;
    exchange->watched.at = &watch->first;
    if (watch->first)
        watch->first->watched.at = &exchange->watched.next;
    watch->first = exchange;
}

void complaint_unwatch(struct exchange *exchange)
{
    struct exchange *next = exchange->watched.next;

    if (!exchange->watched.at)
        return;
    *exchange->watched.at = next;
    if (next)
        next->watched.at = exchange->watched.at;
    exchange->watched.at = NULL;
}

struct length_check {
    bool is_wrong;
    enum fixed_kind kind; /* of the answer, when it is */
};

static enum MHD_Result check_length(void *cls, enum MHD_ValueKind kind, const char *name,
                                    size_t name_n, const char *value, size_t value_n)
{
    struct length_check *check = cls;
    struct str digits = str_trim((struct str){value, value_n});
    int64_t length;

    (void)kind;
    if (!str_eq_ascii_nocase((struct str){name, name_n}, S("content-length")) ||
        (str_to_i64(digits, &length) && length >= 0))
        return MHD_YES;
    check->is_wrong = true;
    check->kind = FIXED_LONG_BODY;
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            check->kind = FIXED_MALFORMED;
    if (!digits.n)
        check->kind = FIXED_MALFORMED;
    return MHD_NO;
}

void complaint_hear(void *cls, const char *format, va_list args)
{
    struct exchange *next;

    (void)args;
    if (!own || own->server != cls || !strstr(format, "Content-Length"))
        return;
    for (struct exchange *exchange = own->first; exchange; exchange = next) {
        struct length_check check = {.is_wrong = false};

        next = exchange->watched.next;
        MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, check_length, &check);
        if (!check.is_wrong)
            continue;
        complaint_unwatch(exchange);
        edge_refuse_unseen(exchange, check.kind);
    }
}

void complaint_done(struct server *server)
{
    struct watch *watch = atomic_load(&server->watches);

    while (watch) {
        struct watch *next = watch->next;

        free(watch);
        watch = next;
    }
}
