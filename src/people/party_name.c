#include "people/party_name.h"

#include "base/utf8.h"
#include "people/queries.h"

#define FOLDED_MAX 800 /* bytes */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str party_name_fold(struct arena *arena, struct str name)
{
    struct str folded = utf8_fold(arena, name);
    char *p = arena_alloc(arena, folded.n);
    size_t n = 0;

    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < folded.n; i++) {
        if (!is_blank(folded.p[i]))
            p[n++] = folded.p[i];
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    return str_trim(utf8_cut((struct str){p, n}, FOLDED_MAX));
}

enum rc party_names_fold(struct ctx *ctx, bool *ret_is_done)
{
    struct parties_unfolded_rows rows;
    enum rc rc = parties_unfolded(ctx, PARTY_NAMES_RUN, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        rc = party_fold(ctx, rows.rows[i].id, party_name_fold(ctx->arena, rows.rows[i].name), NULL);
    if (!rc)
        *ret_is_done = rows.n < PARTY_NAMES_RUN;
    return rc;
}
