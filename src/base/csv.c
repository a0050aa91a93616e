#include "base/csv.h"

#include <errno.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/fault.h"

#define FIRST_ROOM    ((size_t)256 << 10)
#define ROW_BYTES_MAX ((size_t)1 << 20)
#define CELLS_MAX     1000
#define FIRST_CELLS   64

/* A cell as it stands in the buffer. */
struct span {
    size_t from, to;
    bool has_quotes; /* doubled ones, which have to be halved */
};

struct csv_reader {
    struct arena *arena;
    struct csv_options options;
    int fd;          /* or -1: */
    struct str text; /* what is left of it */
    bool is_at_end;  /* nothing more can be filled in */
    char *p;         /* the buffer: bytes from `at` to `n` are not taken yet */
    size_t at, n, room;
    struct span *spans;
    struct str *cells;
    size_t cells_room;
    char *unquoted; /* where quotes were halved, the cells of this row */
    size_t unquoted_room;
    int64_t line, next_line, bytes_taken;
    struct str last_raw;
};

static enum rc open_reader(struct ctx *ctx, struct csv_reader start, struct csv_reader **ret)
{
    struct csv_reader *csv = ARENA_NEW(ctx->arena, struct csv_reader);

    if (!csv)
        return FAIL(ctx, ERR_MEMORY);
    *csv = start;
    csv->arena = ctx->arena;
    csv->next_line = 1;
    if (csv->options.separator == 0)
        csv->options.separator = ',';
    if (csv->options.row_bytes_max == 0)
        csv->options.row_bytes_max = ROW_BYTES_MAX;
    if (csv->options.cells_max == 0)
        csv->options.cells_max = CELLS_MAX;
    *ret = csv;
    return RC_OK;
}

enum rc csv_open_fd(struct ctx *ctx, int fd, struct csv_options options, struct csv_reader **ret)
{
    return open_reader(ctx, (struct csv_reader){.fd = fd, .options = options}, ret);
}

enum rc csv_open_text(struct ctx *ctx, struct str text, struct csv_options options,
                      struct csv_reader **ret)
{
    return open_reader(ctx, (struct csv_reader){.fd = -1, .text = text, .options = options}, ret);
}

static enum rc read_some(struct ctx *ctx, struct csv_reader *csv)
{
    size_t space = csv->room - csv->n;
    ssize_t got;

    if (csv->fd < 0) {
        struct str piece = str_slice(csv->text, 0, space);

        if (piece.n)
            memcpy(csv->p + csv->n, piece.p, piece.n);
        csv->text = str_slice(csv->text, piece.n, csv->text.n);
        csv->n += piece.n;
        csv->is_at_end = csv->text.n == 0;
        return RC_OK;
    }
    do
        got = fault_here() ? -1 : read(csv->fd, csv->p + csv->n, space);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return FAIL(ctx, ERR_FILE, .detail = S("the CSV file cannot be read"));
    csv->n += (size_t)got;
    csv->is_at_end = got == 0;
    return RC_OK;
}

/* Makes room behind what is not taken yet and fills the buffer to its end. */
static enum rc fill(struct ctx *ctx, struct csv_reader *csv)
{
    enum rc rc = RC_OK;

    if (csv->at > 0) {
        memmove(csv->p, csv->p + csv->at, csv->n - csv->at);
        csv->n -= csv->at;
        csv->at = 0;
    }
    if (csv->n == csv->room) {
        size_t room = csv->room ? 2 * csv->room : FIRST_ROOM;
        char *p = arena_grow(csv->arena, csv->p, csv->room, room);

        if (!p)
            return FAIL(ctx, ERR_MEMORY);
        csv->p = p;
        csv->room = room;
    }
    while (rc == RC_OK && !csv->is_at_end && csv->n < csv->room)
        rc = read_some(ctx, csv);
    return rc;
}

static bool has_room_for_cell(struct csv_reader *csv, size_t n)
{
    size_t room = csv->cells_room ? 2 * csv->cells_room : FIRST_CELLS;
    struct span *spans;
    struct str *cells;

    if (n < csv->cells_room)
        return true;
    spans =
        arena_grow(csv->arena, csv->spans, csv->cells_room * sizeof *spans, room * sizeof *spans);
    cells = ARENA_ARRAY(csv->arena, room, struct str);
    if (!spans || !cells)
        return false;
    csv->spans = spans;
    csv->cells = cells;
    csv->cells_room = room;
    return true;
}

enum scan { SCAN_ROW, SCAN_MORE, SCAN_OPEN_QUOTE, SCAN_AFTER_QUOTE, SCAN_TOO_MANY, SCAN_MEMORY };

/* What was found of a row from csv->at on. */
struct found {
    size_t cells_n, end; /* of the row, its line end excluded */
    size_t next;         /* where the next row begins */
    int64_t lines;
};

/* Moves *at over a quoted cell, from behind its opening quote to behind its closing one. */
static enum scan scan_quoted(const struct csv_reader *csv, size_t *at, struct span *span,
                             int64_t *lines)
{
    size_t i = *at;

    span->from = i;
    for (;; i++) {
        if (i == csv->n)
            return csv->is_at_end ? SCAN_OPEN_QUOTE : SCAN_MORE;
        if (csv->p[i] == '\n')
            ++*lines;
        if (csv->p[i] != '"')
            continue;
        if (i + 1 == csv->n && !csv->is_at_end)
            return SCAN_MORE;
        if (i + 1 == csv->n || csv->p[i + 1] != '"')
            break;
        span->has_quotes = true;
        i++;
    }
    span->to = i;
    *at = i + 1;
    return SCAN_ROW;
}

static bool is_line_end(const struct csv_reader *csv, size_t at)
{
    return at == csv->n || csv->p[at] == '\n' ||
           (csv->p[at] == '\r' && (at + 1 == csv->n || csv->p[at + 1] == '\n'));
}

/* Moves *at over an unquoted cell. A CR counts as part of the line end only before LF. */
static void scan_plain(const struct csv_reader *csv, size_t *at, struct span *span)
{
    char separator = csv->options.separator;
    const char *p = csv->p + *at, *end = csv->p + csv->n;

    span->from = *at;
    while (p < end && *p != separator && *p != '\n')
        p++;
    *at = (size_t)(p - csv->p);
    span->to = *at;
    if (span->to > span->from && csv->p[span->to - 1] == '\r' && (p == end || *p == '\n'))
        *at = --span->to;
}

static enum scan scan_row(struct csv_reader *csv, struct found *ret)
{
    struct found found = {.lines = 1};
    size_t at = csv->at;

    for (;;) {
        struct span *span;

        if (found.cells_n == csv->options.cells_max)
            return SCAN_TOO_MANY;
        if (!has_room_for_cell(csv, found.cells_n))
            return SCAN_MEMORY;
        span = &csv->spans[found.cells_n++];
        span->has_quotes = false;
        if (at < csv->n && csv->p[at] == '"') {
            enum scan scan;

            at++;
            scan = scan_quoted(csv, &at, span, &found.lines);
            if (scan != SCAN_ROW)
                return scan;
        } else {
            scan_plain(csv, &at, span);
        }
        /* A CR may be half of a CRLF, so one byte more must be seen. */
        if (at + 1 >= csv->n && !csv->is_at_end)
            return SCAN_MORE;
        if (is_line_end(csv, at))
            break;
        if (csv->p[at] != csv->options.separator)
            return SCAN_AFTER_QUOTE;
        at++;
    }
    found.end = at;
    if (at < csv->n && csv->p[at] == '\r')
        at++;
    found.next = at < csv->n ? at + 1 : at;
    *ret = found;
    return SCAN_ROW;
}

static void take(struct csv_reader *csv, size_t end, size_t next, int64_t lines)
{
    csv->line = csv->next_line;
    csv->next_line += lines;
    csv->last_raw = (struct str){csv->p + csv->at, end - csv->at};
    csv->bytes_taken += (int64_t)(next - csv->at);
    csv->at = next;
}

/* Steps over one line, be it the beginning of a damaged row, and drops what of it lies beyond
 * the buffer. */
static enum rc skip_line(struct ctx *ctx, struct csv_reader *csv)
{
    const char *lf = memchr(csv->p + csv->at, '\n', csv->n - csv->at);
    size_t end = lf ? (size_t)(lf - csv->p) : csv->n;

    take(csv, end, lf ? end + 1 : end, 1);
    while (!lf && !csv->is_at_end) {
        size_t kept = csv->last_raw.n < 1024 ? csv->last_raw.n : 1024;
        struct str raw = str_copy(csv->arena, str_slice(csv->last_raw, 0, kept));
        enum rc rc = fill(ctx, csv);

        if (rc != RC_OK)
            return rc;
        lf = memchr(csv->p, '\n', csv->n);
        end = lf ? (size_t)(lf - csv->p) + 1 : csv->n;
        csv->bytes_taken += (int64_t)end;
        csv->at = end;
        csv->last_raw = raw;
    }
    return RC_OK;
}

static const char *const problems[] = {
    [SCAN_OPEN_QUOTE] = "a quote is opened and never closed",
    [SCAN_AFTER_QUOTE] = "a closing quote is followed by something else than a separator",
    [SCAN_TOO_MANY] = "there are too many cells",
    [SCAN_MORE] = "the row is too long: perhaps a quote is never closed",
};

static enum rc refuse_row(struct ctx *ctx, struct csv_reader *csv, enum scan scan)
{
    enum rc rc = scan == SCAN_MEMORY ? FAIL(ctx, ERR_MEMORY) : skip_line(ctx, csv);

    if (rc != RC_OK)
        return rc;
    return FAIL(ctx, ERR_FORMAT,
                .detail =
                    str_fmt(ctx->arena, "CSV, line %jd: %s", (intmax_t)csv->line, problems[scan]));
}

static struct str halve_quotes(struct str cell, char *p)
{
    size_t n = 0;

    for (size_t i = 0; i < cell.n; i++) {
        p[n++] = cell.p[i];
        if (cell.p[i] == '"')
            i++;
    }
    return (struct str){p, n};
}

/* The spans as cells; where quotes are halved the cell moves out of the buffer, so that the row's
 * raw bytes stay as they were. */
static bool cells_of(struct csv_reader *csv, size_t n, size_t row_bytes)
{
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        struct span span = csv->spans[i];

        csv->cells[i] = (struct str){csv->p + span.from, span.to - span.from};
        if (!span.has_quotes)
            continue;
        if (csv->unquoted_room < row_bytes) {
            char *p = arena_alloc(csv->arena, 2 * row_bytes);

            if (!p)
                return false;
            csv->unquoted = p;
            csv->unquoted_room = 2 * row_bytes;
        }
        csv->cells[i] = halve_quotes(csv->cells[i], csv->unquoted + used);
        used += csv->cells[i].n;
    }
    return true;
}

/* At a row's first byte: fills an empty buffer, steps over a byte order mark and empty lines. */
static enum rc find_row(struct ctx *ctx, struct csv_reader *csv)
{
    bool is_start = csv->p == NULL;

    for (;;) {
        if (csv->n - csv->at < 3 && !csv->is_at_end) {
            enum rc rc = fill(ctx, csv);

            if (rc != RC_OK)
                return rc;
        }
        if (is_start && str_starts_with((struct str){csv->p, csv->n}, S("\xef\xbb\xbf")))
            csv->at = 3;
        is_start = false;
        if (csv->at == csv->n || !is_line_end(csv, csv->at))
            return RC_OK;
        csv->at += csv->p[csv->at] == '\r' && csv->at + 1 < csv->n ? 2 : 1;
        csv->next_line++;
    }
}

enum rc csv_next(struct ctx *ctx, struct csv_reader *csv, struct csv_row *ret)
{
    struct found found;
    enum scan scan;
    enum rc rc = find_row(ctx, csv);

    if (rc != RC_OK)
        return rc;
    if (csv->at == csv->n) {
        *ret = (struct csv_row){.line = csv->next_line};
        return RC_OK;
    }
    while ((scan = scan_row(csv, &found)) == SCAN_MORE) {
        if (csv->n - csv->at > csv->options.row_bytes_max)
            break;
        rc = fill(ctx, csv);
        if (rc != RC_OK)
            return rc;
    }
    if (scan == SCAN_ROW && found.end - csv->at > csv->options.row_bytes_max)
        scan = SCAN_MORE;
    if (scan != SCAN_ROW)
        return refuse_row(ctx, csv, scan);
    if (!cells_of(csv, found.cells_n, found.end - csv->at))
        return FAIL(ctx, ERR_MEMORY);
    take(csv, found.end, found.next, found.lines);
    *ret = csv_last(csv);
    ret->cells = csv->cells;
    ret->n = found.cells_n;
    return RC_OK;
}

struct csv_row csv_last(const struct csv_reader *csv)
{
    return (struct csv_row){.raw = csv->last_raw, .line = csv->line};
}

int64_t csv_bytes_taken(const struct csv_reader *csv)
{
    return csv->bytes_taken;
}

static bool is_formula(struct str cell)
{
    struct decimal number;

    return cell.n && str_find_byte(S("=+-@\t\r"), cell.p[0]) >= 0 && !decimal_parse(cell, &number);
}

static bool needs_quotes(struct str cell)
{
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] == '"' || cell.p[i] == ',' || cell.p[i] == '\n' || cell.p[i] == '\r')
            return true;
    return cell.n && (cell.p[0] == ' ' || cell.p[cell.n - 1] == ' ');
}

static void add_quoted(struct buf *buf, struct str cell)
{
    struct str piece;

    while (str_next(&cell, '"', &piece)) {
        buf_add(buf, piece);
        if (cell.p)
            BUF_ADD(buf, "\"\"");
    }
}

void csv_put(struct csv_writer *csv, struct str cell)
{
    bool is_guarded = csv->guards_formulas && is_formula(cell);
    bool is_only_empty = cell.n == 0 && !csv->is_in_row;

    if (csv->is_in_row)
        buf_add_byte(csv->buf, ',');
    csv->is_in_row = true;
    if (!is_guarded && !is_only_empty && !needs_quotes(cell)) {
        buf_add(csv->buf, cell);
        return;
    }
    buf_add_byte(csv->buf, '"');
    if (is_guarded)
        buf_add_byte(csv->buf, '\'');
    add_quoted(csv->buf, cell);
    buf_add_byte(csv->buf, '"');
}

void csv_put_i64(struct csv_writer *csv, int64_t value)
{
    if (csv->is_in_row)
        buf_add_byte(csv->buf, ',');
    csv->is_in_row = true;
    buf_add_i64(csv->buf, value);
}

void csv_end_row(struct csv_writer *csv)
{
    BUF_ADD(csv->buf, "\r\n");
    csv->is_in_row = false;
}
