/* Comma-separated values (RFC 4180): read as a stream, written to a buffer.
 *
 * The reader holds one row at a time, whatever the size of the file. It takes LF and CRLF, skips
 * a byte order mark and empty lines, and keeps a quote inside an unquoted cell as it stands, as
 * spreadsheets do. Whether cells are UTF-8 is the caller's to ask. A damaged row is reported with
 * its line, and the next call goes on with the line after it, so that one bad row costs one row.
 * Layer: base. One thread at a time.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"
#include "base/ctx.h"

struct csv_options {
    char separator;       /* 0: a comma */
    size_t row_bytes_max; /* 0: 1 MiB */
    size_t cells_max;     /* 0: 1,000 */
};

struct csv_row {
    const struct str *cells; /* unquoted; valid until the next call */
    size_t n;                /* 0 at the end of the file only */
    struct str raw;          /* as it stands in the file, without its line end */
    int64_t line;            /* where it begins, from 1 */
};

struct csv_reader;

/* A reader in the context's arena, which must outlive it. The descriptor is borrowed and read
 * from where it stands; the text is borrowed too. RC_LIMIT when there is no memory. */
enum rc csv_open_fd(struct ctx *ctx, int fd, struct csv_options options,
                    struct csv_reader **ret) MUST_CHECK;
enum rc csv_open_text(struct ctx *ctx, struct str text, struct csv_options options,
                      struct csv_reader **ret) MUST_CHECK;

/* The next row. RC_INVALID with ERR_FORMAT for a quote that is never closed, for anything but a
 * separator after a closing quote, and for a row beyond the limits: csv_last says which line; the
 * error has to be cleared (ctx_clear_error) before going on. RC_UNAVAILABLE with ERR_FILE when
 * the descriptor cannot be read. */
enum rc csv_next(struct ctx *ctx, struct csv_reader *csv, struct csv_row *ret) MUST_CHECK;

/* The line and raw bytes (of a damaged row its first line, perhaps cut) of what csv_next last
 * took; no cells. For a file of rejects. */
struct csv_row csv_last(const struct csv_reader *csv);

/* How many bytes have been taken so far; for showing progress. */
int64_t csv_bytes_taken(const struct csv_reader *csv);

struct csv_writer {
    struct buf *buf; /* borrowed; its failure is the writer's */
    /* Puts an apostrophe before a cell that a spreadsheet would run as a formula: one that begins
     * with = + - @, tab or CR and is no plain number. */
    bool guards_formulas;
    bool is_in_row;
};

/* The next cell of the row, quoted where it has to be. */
void csv_put(struct csv_writer *csv, struct str cell);
void csv_put_i64(struct csv_writer *csv, int64_t value);

/* Ends the row with CRLF. An empty first cell is written as "", so that a row of nothing else is
 * not taken for an empty line. */
void csv_end_row(struct csv_writer *csv);

#endif
