/* Connections to PostgreSQL, and what its SQLSTATEs mean. */
#include <stdlib.h>

#include "base/fault.h"
#include "db/postgres.h"

static void ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

bool postgres_conn_is_lost(const struct postgres_conn *conn)
{
    return PQstatus(conn->handle) != CONNECTION_OK;
}

/* SQLSTATEs by their first characters; the longest match stands first. */
static const struct {
    const char *prefix;
    enum err_id id;
} meanings[] = {
    {"23505", ERR_DUPLICATE},   {"23", ERR_INTERNAL},         {"40001", ERR_RETRY},
    {"40P01", ERR_RETRY},       {"53100", ERR_DISK_FULL},     {"53", ERR_UNAVAILABLE},
    {"57014", ERR_DEADLINE},    {"57P", ERR_UNAVAILABLE},     {"08", ERR_UNAVAILABLE},
    {"58", ERR_UNAVAILABLE},    {"25006", ERR_DISK_READONLY}, {"25P03", ERR_UNAVAILABLE},
    {"55P03", ERR_UNAVAILABLE}, {"22021", ERR_NOT_UTF8},      {"22P05", ERR_NOT_UTF8},
    {"28", ERR_CONFIG},         {"3D000", ERR_CONFIG},
};

static enum err_id meaning_of(const struct postgres_conn *conn, const PGresult *result,
                              const char *state)
{
    /* A failure without SQLSTATE is the client library's own: the server has gone, although the
     * connection may not know it yet. */
    if (!state)
        return result || postgres_conn_is_lost(conn) ? ERR_UNAVAILABLE : ERR_INTERNAL;
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (str_starts_with(str_of(state), str_of(meanings[i].prefix)))
            return meanings[i].id;
    return ERR_INTERNAL;
}

enum rc postgres_fail(struct ctx *ctx, struct postgres_conn *conn, const PGresult *result,
                      const char *what)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *message = result ? PQresultErrorMessage(result) : PQerrorMessage(conn->handle);
    enum err_id id = meaning_of(conn, result, state);

    conn->base.has_failed = true;
    conn->wants_retry |= id == ERR_RETRY;
    return FAIL(ctx, id,
                .detail = str_fmt(ctx->arena, "%s: %s%s%.*s (SQLSTATE %s)", what,
                                  constraint ? constraint : "", constraint ? ": " : "",
                                  STR_ARG(str_trim(str_of(message))), state ? state : "none"));
}

enum rc postgres_conn_run(struct ctx *ctx, struct postgres_conn *conn, const char *sql)
{
    PGresult *result = fault_here() ? NULL : PQexec(conn->handle, sql);
    ExecStatusType status = PQresultStatus(result);
    enum rc rc = RC_OK;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        rc = postgres_fail(ctx, conn, result, sql);
    PQclear(result);
    return rc;
}

static enum rc set_up(struct ctx *ctx, struct postgres_conn *conn)
{
    if (postgres_conn_is_lost(conn))
        return FAIL(ctx, ERR_UNAVAILABLE,
                    .detail = str_fmt(ctx->arena, "connecting to PostgreSQL: %s",
                                      PQerrorMessage(conn->handle)));
    PQsetNoticeReceiver(conn->handle, ignore_notice, NULL);
    return postgres_conn_run(ctx, conn,
                             "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC';"
                             "SET idle_in_transaction_session_timeout = '60s'");
}

/* Connects anew: the server was stopped and started. */
static enum rc renew(struct ctx *ctx, struct postgres_conn *conn)
{
    memset(conn->cache, 0, sizeof conn->cache);
    if (fault_here())
        return FAIL(ctx, ERR_UNAVAILABLE);
    PQreset(conn->handle);
    return set_up(ctx, conn);
}

enum rc postgres_conn_begin(struct ctx *ctx, struct postgres_conn *conn, const char *sql)
{
    enum rc rc = postgres_conn_is_lost(conn) ? RC_UNAVAILABLE : postgres_conn_run(ctx, conn, sql);

    if (rc == RC_UNAVAILABLE) {
        ctx_clear_error(ctx);
        rc = renew(ctx, conn);
        if (rc == RC_OK)
            rc = postgres_conn_run(ctx, conn, sql);
    }
    conn->base.has_failed = rc != RC_OK;
    return rc;
}

enum rc postgres_conn_open(struct ctx *ctx, struct postgres_db *db, const char *location,
                           struct postgres_conn **ret)
{
    const char *const names[] = {"dbname", "connect_timeout", "application_name", NULL};
    const char *const values[] = {location, "5", "cityhall", NULL};
    struct postgres_conn *conn = fault_here() ? NULL : calloc(1, sizeof *conn);
    enum rc rc;

    if (!conn)
        return FAIL(ctx, ERR_MEMORY);
    conn->base.db = &db->base;
    conn->handle = fault_here() ? NULL : PQconnectdbParams(names, values, 1);
    rc = conn->handle ? set_up(ctx, conn) : FAIL(ctx, ERR_MEMORY);
    if (rc != RC_OK)
        postgres_conn_close(conn);
    else
        *ret = conn;
    return rc;
}

void postgres_conn_close(void *arg)
{
    struct postgres_conn *conn = arg;

    PQfinish(conn->handle);
    free(conn);
}
