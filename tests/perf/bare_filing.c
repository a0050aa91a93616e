/* The reference for filings: SQLite alone, one thread, full sync, writing the rows of one filing
 * again and again in groups of 64. `bare_filing DATABASE SECONDS` takes the newest case of the
 * database as the pattern, leaves its copies there and prints how many it wrote a second. */
#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUP       64
#define MAX_COLUMNS 40
#define MAX_ROWS    40

/* Parents first, so that the rows below can name the parents' new ids. */
static const struct {
    const char *table, *rows;
} sources[] = {
    {"place", "id = (SELECT place FROM cases WHERE id = ?1)"},
    {"party", "id = (SELECT reporter FROM cases WHERE id = ?1)"},
    {"contact_point", "party = (SELECT reporter FROM cases WHERE id = ?1)"},
    {"cases", "id = ?1"},
    {"case_index", "cases = ?1"},
    {"clock", "cases = ?1"},
    {"message", "cases = ?1"},
    {"mailbox_day", "id = (SELECT max(id) FROM mailbox_day WHERE ?1 > 0)"},
    {"link_token", "cases = ?1"},
    {"job", "kind = 'case.clocks' AND argument = CAST(?1 AS TEXT)"},
};
#define SOURCES (sizeof sources / sizeof *sources)

/* Of each event in turn: what is below it names the id of the one written last. */
static const char *const event_rows[][2] = {
    {"event", "id = ?1"}, {"event_payload", "event = ?1"}, {"record_leaf", "event = ?1"}};
#define EVENT_ROWS (sizeof event_rows / sizeof *event_rows)

enum meaning { COPY, OWN_ID, UNIQUE, UNIQUE_BYTES, PLACE, PARTY, CASE, EVENT };

/* One row to write: its statement with the values bound that stay, and the columns that change. */
struct row {
    sqlite3_stmt *insert;
    enum meaning meanings[MAX_COLUMNS];
    int columns;
    enum meaning makes; /* whose id the new row's is */
};

struct copying {
    sqlite3 *db;
    sqlite3_int64 pattern, ids[EVENT + 1], counter;
    struct row rows[MAX_ROWS];
    int row_n;
    sqlite3_stmt *words, *public_words, *draft, *series, *tile; /* the last one: once a group */
};

static sqlite3 *current; /* for messages */

static void must(int code)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "bare_filing: %s\n", sqlite3_errmsg(current));
        exit(1);
    }
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL)) {
        fprintf(stderr, "bare_filing: %s: %s\n", sql, sqlite3_errmsg(db));
        exit(1);
    }
    return statement;
}

static enum meaning meaning_of(const char *table, const char *column)
{
    static const char *const unique[] = {"number", "submission", "token_hash", "once", "mailbox"};
    static const struct {
        const char *name;
        enum meaning meaning;
    } parents[] = {
        {"place", PLACE}, {"reporter", PARTY}, {"party", PARTY}, {"cases", CASE}, {"event", EVENT}};

    if (strcmp(column, "id") == 0)
        return OWN_ID;
    for (size_t i = 0; i < sizeof unique / sizeof *unique; i++)
        if (strcmp(column, unique[i]) == 0 && strcmp(table, "event") != 0)
            return UNIQUE;
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
        if (strcmp(column, parents[i].name) == 0)
            return parents[i].meaning;
    return COPY;
}

static enum meaning makes(const char *table)
{
    return strcmp(table, "place") == 0   ? PLACE
           : strcmp(table, "party") == 0 ? PARTY
           : strcmp(table, "cases") == 0 ? CASE
           : strcmp(table, "event") == 0 ? EVENT
                                         : COPY;
}

static void add_row(struct copying *copying, const char *table, sqlite3_stmt *pattern)
{
    struct row *row = &copying->rows[copying->row_n++];
    char sql[400];
    int n;

    assert(copying->row_n <= MAX_ROWS);
    row->columns = sqlite3_column_count(pattern);
    assert(row->columns <= MAX_COLUMNS);
    row->makes = makes(table);
    n = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table);
    for (int i = 1; i < row->columns; i++)
        n += snprintf(sql + n, sizeof sql - (size_t)n, ", ?");
    snprintf(sql + n, sizeof sql - (size_t)n, ")");
    row->insert = prepare(copying->db, sql);
    for (int i = 0; i < row->columns; i++) {
        row->meanings[i] = sqlite3_column_type(pattern, i) == SQLITE_NULL
                               ? COPY
                               : meaning_of(table, sqlite3_column_name(pattern, i));
        if (row->meanings[i] == UNIQUE && sqlite3_column_type(pattern, i) == SQLITE_BLOB)
            row->meanings[i] = UNIQUE_BYTES;
        must(sqlite3_bind_value(row->insert, i + 1, sqlite3_column_value(pattern, i)));
    }
}

static void read_rows(struct copying *copying, const char *table, const char *where,
                      sqlite3_int64 id)
{
    char sql[400];
    sqlite3_stmt *rows;

    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s", table, where);
    rows = prepare(copying->db, sql);
    must(sqlite3_bind_int64(rows, 1, id));
    while (sqlite3_step(rows) == SQLITE_ROW)
        add_row(copying, table, rows);
    sqlite3_finalize(rows);
}

static void read_events(struct copying *copying)
{
    sqlite3_stmt *events =
        prepare(copying->db, "SELECT id FROM event WHERE cases = ?1 ORDER BY id");

    must(sqlite3_bind_int64(events, 1, copying->pattern));
    while (sqlite3_step(events) == SQLITE_ROW)
        for (size_t i = 0; i < EVENT_ROWS; i++)
            read_rows(copying, event_rows[i][0], event_rows[i][1], sqlite3_column_int64(events, 0));
    sqlite3_finalize(events);
}

/* Bound once: read with every copy it would be an INSERT of a SELECT, before which SQLite has the
 * full-text index write out what it gathered. */
static sqlite3_stmt *words_of(struct copying *copying, const char *table)
{
    char sql[100];
    sqlite3_stmt *words, *insert;

    snprintf(sql, sizeof sql, "SELECT words FROM %s WHERE rowid = ?1", table);
    words = prepare(copying->db, sql);
    snprintf(sql, sizeof sql, "INSERT INTO %s (words, rowid) VALUES (?1, ?2)", table);
    insert = prepare(copying->db, sql);
    must(sqlite3_bind_int64(words, 1, copying->pattern));
    must(sqlite3_step(words));
    must(sqlite3_bind_value(insert, 1, sqlite3_column_value(words, 0)));
    sqlite3_finalize(words);
    return insert;
}

static void read_pattern(struct copying *copying)
{
    for (size_t i = 0; i < SOURCES; i++)
        read_rows(copying, sources[i].table, sources[i].rows, copying->pattern);
    read_events(copying);
    copying->words = words_of(copying, "case_text");
    copying->public_words = words_of(copying, "case_public_text");
    copying->draft = prepare(copying->db, "UPDATE draft SET cases = ?1, updated = updated + 1 "
                                          "WHERE id = 1 + ?1 % (SELECT max(id) FROM draft)");
    copying->series = prepare(copying->db, "UPDATE series SET last = last + 1");
    copying->tile = prepare(copying->db, "UPDATE record_tile SET hashes = hashes WHERE level = 0 "
                                         "AND position = (SELECT max(position) FROM record_tile "
                                         "WHERE level = 0)");
}

static void bind_anew(struct copying *copying, struct row *row)
{
    for (int i = 0; i < row->columns; i++) {
        char text[64] = "";

        switch (row->meanings[i]) {
        case COPY: break;
        case OWN_ID: must(sqlite3_bind_null(row->insert, i + 1)); break;
        case UNIQUE:
        case UNIQUE_BYTES:
            snprintf(text, sizeof text, "copy-%lld-%lld", (long long)copying->pattern,
                     (long long)copying->counter++);
            if (row->meanings[i] == UNIQUE)
                must(sqlite3_bind_text(row->insert, i + 1, text, -1, SQLITE_TRANSIENT));
            else
                must(sqlite3_bind_blob(row->insert, i + 1, text, sizeof text, SQLITE_TRANSIENT));
            break;
        case PLACE:
        case PARTY:
        case CASE:
        case EVENT:
            must(sqlite3_bind_int64(row->insert, i + 1, copying->ids[row->meanings[i]]));
            break;
        }
    }
}

static void run(sqlite3_stmt *statement)
{
    must(sqlite3_step(statement));
    must(sqlite3_reset(statement));
}

static void write_one(struct copying *copying)
{
    for (int i = 0; i < copying->row_n; i++) {
        struct row *row = &copying->rows[i];

        bind_anew(copying, row);
        run(row->insert);
        if (row->makes != COPY)
            copying->ids[row->makes] = sqlite3_last_insert_rowid(copying->db);
    }
    must(sqlite3_bind_int64(copying->words, 2, copying->ids[CASE]));
    run(copying->words);
    must(sqlite3_bind_int64(copying->public_words, 2, copying->ids[CASE]));
    run(copying->public_words);
    must(sqlite3_bind_int64(copying->draft, 1, copying->ids[CASE]));
    run(copying->draft);
    run(copying->series);
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct copying copying = {0};
    sqlite3_stmt *newest;
    double begun, seconds = argc > 2 ? strtod(argv[2], NULL) : 3;
    long long done = 0;

    if (argc < 2)
        return 2;
    must(sqlite3_open(argv[1], &copying.db));
    current = copying.db;
    must(sqlite3_exec(copying.db,
                      "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "PRAGMA cache_size = -12288",
                      NULL, NULL, NULL));
    newest = prepare(copying.db, "SELECT max(id) FROM cases");
    must(sqlite3_step(newest));
    copying.pattern = sqlite3_column_int64(newest, 0);
    sqlite3_finalize(newest);
    read_pattern(&copying);
    begun = now_s();
    while (now_s() < begun + seconds) {
        must(sqlite3_exec(copying.db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        for (int i = 0; i < GROUP; i++)
            write_one(&copying);
        run(copying.tile);
        must(sqlite3_exec(copying.db, "COMMIT", NULL, NULL, NULL));
        done += GROUP;
    }
    printf("%.0f filings/s of %d rows\n", (double)done / (now_s() - begun), copying.row_n + 2);
    return 0;
}
