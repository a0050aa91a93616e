/* One row of a foreign table as a case's history. Layer: svc. */
#ifndef SVC_REQUESTS_IMPORT_ROW_H
#define SVC_REQUESTS_IMPORT_ROW_H

#include "engine/cases/case_import.h"
#include "svc/requests/import_map.h"

/* Reads a row; texts are copied to ctx->arena. *ret_trouble is why it cannot be used, a sentence in
 * the arena, else empty. Only memory can fail. */
enum rc import_row(struct ctx *ctx, const struct import_map *map, const struct str *cells, size_t n,
                   struct case_history *ret, struct str *ret_trouble) MUST_CHECK;

#endif
