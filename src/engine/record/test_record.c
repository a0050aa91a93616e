/* The record: places, proofs, erasure, receipts, and that no byte of it can be changed unseen. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "engine/record/record.h"
#include "engine/test_support.h"

/* ---- Helpers */

static struct record_audit audit_of(struct world *world, const struct record_head *saved)
{
    struct record_checks checks = {
        .public_key = {(const char *)world->keys.public_key, sizeof world->keys.public_key},
        .saved = saved,
    };
    struct record_audit audit;

    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_settle(&world->ctx));
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, record_verify(&world->ctx, &checks, &audit));
    return audit;
}

static void assert_good(struct world *world)
{
    struct record_audit audit = audit_of(world, NULL);

    if (!audit.is_good)
        fail_msg("%.*s", STR_ARG(audit.trouble));
}

static void sign(struct world *world)
{
    bool is_new;

    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_S);
    test_ok(&world->ctx, record_sign_head(&world->ctx, &world->keys, &is_new));
    assert_true(is_new);
}

static struct record_head latest_head(struct world *world)
{
    struct record_head head;
    bool is_found;

    test_ok(&world->ctx, record_latest_head(&world->ctx, &is_found, &head));
    assert_true(is_found);
    return head;
}

struct adding {
    const char *text;
    int n;
    bool fails;
};

static enum rc add_events(struct ctx *ctx, void *arg)
{
    const struct adding *adding = arg;

    for (int i = 0; i < adding->n; i++) {
        struct str payload = str_fmt(ctx->arena, "{\"text\": \"%s %d\"}", adding->text, i);
        enum rc rc =
            record_add(ctx, &(struct event){EVENT_NOTE_ADDED, 0, EVENT_STAFF, payload}, NULL);

        if (rc)
            return rc;
    }
    return adding->fails ? FAIL(ctx, ERR_GUARD) : RC_OK;
}

static void add(struct world *world, const char *text, int n)
{
    struct adding adding = {text, n, false};

    test_ok(&world->ctx, db_tx(&world->ctx, add_events, &adding));
}

/* Taken off so that whoever has the file can do what they like. */
static void drop_triggers(struct world *world)
{
    static const char *const tables[] = {"event", "record_leaf"};
    char sql[200];

    for (size_t i = 0; i < COUNT(tables); i++) {
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '%s'",
                 tables[i]);
        while (test_i64(world, sql, 0)) {
            char find[200], drop[300];

            snprintf(find, sizeof find,
                     "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '%s'",
                     tables[i]);
            snprintf(drop, sizeof drop, "DROP TRIGGER %s",
                     str_z(world->ctx.arena, test_text(world, find, 0)));
            test_exec(world, drop);
        }
    }
}

/* A dozen events of all sorts, one of them erased, under two heads. */
static enum rc erase_note(struct ctx *ctx, void *arg)
{
    const int64_t *event = arg;

    return record_erase(ctx, *event, S("retention: notes, 2 years"));
}

static void make_small_record(struct world *world)
{
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    int64_t note;

    sign(world);
    test_file(world, &(struct test_filing){.email = "m@b.example"});
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("resolve"),
                                           .outcome = S("done"),
                                           .note = S("the secret password is swordfish")}));
    sign(world);
    note = test_i64(world, "SELECT max(id) FROM event", 0);
    world->ctx.actor = agent;
    test_ok(&world->ctx, db_tx(&world->ctx, erase_note, &note));
    world->ctx.actor = NULL;
    sign(world);
    add(world, "not signed yet", 1);
    assert_good(world);
}

/* ---- Places */

struct filer {
    struct world *world;
    enum rc rc;
};

static void *file_and_fail(void *arg)
{
    struct filer *filer = arg;
    struct ctx ctx = test_ctx(filer->world);
    struct filing filing = test_filing(&ctx, &(struct test_filing){.email = "a@b.example"});
    struct adding failing = {"lost", 3, true};

    for (int i = 0; i < 6 && !filer->rc; i++) {
        struct filed filed;

        filer->rc = case_file(&ctx, &filing, &filed);
        if (db_tx(&ctx, add_events, &failing) != RC_CONFLICT)
            filer->rc = RC_INTERNAL;
        ctx_clear_error(&ctx);
    }
    test_ctx_done(&ctx);
    return NULL;
}

static void places_are_dense_whoever_files_or_fails(void **state)
{
    struct world *world = *state;
    struct filer filers[8];
    pthread_t threads[COUNT(filers)];
    int64_t before = test_i64(world, "SELECT count(*) FROM event", 0);

    for (size_t i = 0; i < COUNT(filers); i++) {
        filers[i] = (struct filer){.world = world};
        assert_int_equal(pthread_create(&threads[i], NULL, file_and_fail, &filers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(filers); i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < COUNT(filers); i++)
        assert_int_equal(filers[i].rc, RC_OK);
    test_ok(&world->ctx, db_settle(&world->ctx));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM event", 0), before + 96);
    assert_int_equal(test_i64(world, "SELECT max(id) + 1 FROM record_leaf", 0), before + 96);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM record_leaf", 0), before + 96);
    sign(world);
    assert_good(world);
}

/* Another process has written meanwhile: what this one remembers of the tree is old. */
static void two_sequencers_take_turns(void **state)
{
    struct world *world = *state;
    struct record_sequencer *other = record_sequencer_new();
    struct ctx ctx = test_ctx(world);
    struct db *db;

    db = test_open_store(&ctx, &world->place, other);
    for (int i = 0; i < 5; i++) {
        struct adding adding = {"other", 70, false};

        add(world, "one", 33);
        test_ok(&ctx, db_tx(&ctx, add_events, &adding));
    }
    sign(world);
    assert_good(world);
    test_ctx_done(&ctx);
    db_close(db);
    record_sequencer_free(other);
}

/* Whether the leaf at that place, as its tile has it, is in the tree of the head. */
static bool includes(struct world *world, int64_t position, const struct record_head *head,
                     const struct merkle_proof *proof)
{
    struct str tile =
        test_text(world, "SELECT hashes FROM record_tile WHERE level = 0 AND position = %lld / 256",
                  position);
    struct crypto_hash leaf;

    memcpy(leaf.bytes, tile.p + position % 256 * CRYPTO_SHA256_BYTES, sizeof leaf.bytes);
    return merkle_includes(&leaf, position, head->size, proof, &head->root);
}

static void a_large_record_has_tiles_above_tiles(void **state)
{
    struct world *world = *state;
    struct record_head small, large;
    struct merkle_proof proof;
    int64_t position;

    add(world, "some", 300);
    sign(world);
    small = latest_head(world);
    add(world, "more", 800);
    sign(world);
    large = latest_head(world);
    assert_good(world);
    test_ok(&world->ctx, record_consistency(&world->ctx, small.size, large.size, &proof));
    assert_true(merkle_is_consistent(small.size, &small.root, large.size, &large.root, &proof));
    for (int64_t event = 1; event <= large.size; event += 37) {
        test_ok(&world->ctx, record_proof(&world->ctx, event, large.size, &position, &proof));
        assert_int_equal(position, event - 1);
        assert_true(includes(world, position, &large, &proof));
        proof.hashes[0].bytes[0] ^= 1;
        assert_false(includes(world, position, &large, &proof));
    }
    assert_error(&world->ctx,
                 record_proof(&world->ctx, large.size, large.size - 1, &position, &proof),
                 ERR_NOT_FOUND, NULL);
    if (raw_is_postgres())
        return;
    /* A full tile made longer, and a hash above the leaves, that only proofs need. */
    test_exec(world, "UPDATE record_tile SET hashes = CAST(hashes || zeroblob(32) AS BLOB) "
                     "WHERE level = 0 AND position = 1");
    assert_false(audit_of(world, NULL).is_good);
    test_exec(world, "UPDATE record_tile SET hashes = substr(hashes, 1, 8192)");
    assert_good(world);
    test_exec(world,
              "UPDATE record_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) "
              "WHERE level = 1");
    assert_false(audit_of(world, NULL).is_good);
}

static void nothing_new_is_not_signed_again(void **state)
{
    struct world *world = *state;
    bool is_new;

    sign(world);
    test_ok(&world->ctx, record_sign_head(&world->ctx, &world->keys, &is_new));
    assert_false(is_new);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM tree_head", 0), 1);
}

static void heads_are_written_and_read(void **state)
{
    static const char *const damaged[] = {
        "",
        "cityhall head 1\n",
        "cityhall head 2\n3\n",
        "cityhall head 1\n-1\n",
    };
    struct world *world = *state;
    struct arena *arena = world->ctx.arena;
    struct record_head head, back;
    struct str text;

    sign(world);
    head = latest_head(world);
    text = record_head_format(arena, &head);
    assert_true(record_head_parse(arena, text, &back));
    assert_int_equal(back.size, head.size);
    assert_int_equal(back.at.us_utc, head.at.us_utc);
    assert_memory_equal(back.root.bytes, head.root.bytes, sizeof head.root.bytes);
    assert_memory_equal(back.signature.bytes, head.signature.bytes, sizeof head.signature.bytes);
    for (size_t n = 0; n + 1 < text.n; n++)
        assert_false(record_head_parse(arena, str_slice(text, 0, n), &back));
    assert_false(record_head_parse(arena, str_fmt(arena, "%.*sx", STR_ARG(text)), &back));
    for (size_t i = 0; i < COUNT(damaged); i++)
        assert_false(record_head_parse(arena, str_of(damaged[i]), &back));
}

/* ---- Every byte */

/* One value of one row of the record, as it stood. */
struct cell {
    const char *table, *column;
    int64_t rowid;
    int type;
    int64_t number;
    struct str bytes;
};

struct flipping {
    struct world *world;
    int flipped, refused;
};

static void put_cell(struct world *world, const struct cell *cell, const void *bytes,
                     int64_t number)
{
    char sql[200];
    sqlite3_stmt *update;
    int code;

    snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1 WHERE rowid = %lld", cell->table, cell->column,
             (long long)cell->rowid);
    assert_int_equal(sqlite3_prepare_v2(raw_sqlite(world->raw), sql, -1, &update, NULL), SQLITE_OK);
    if (cell->type == SQLITE_INTEGER || cell->type == SQLITE_NULL)
        sqlite3_bind_int64(update, 1, number);
    else if (cell->type == SQLITE_TEXT)
        sqlite3_bind_text(update, 1, bytes, (int)cell->bytes.n, SQLITE_STATIC);
    else
        sqlite3_bind_blob(update, 1, bytes, (int)cell->bytes.n, SQLITE_STATIC);
    code = sqlite3_step(update);
    sqlite3_finalize(update);
    assert_true(code == SQLITE_DONE || code == SQLITE_CONSTRAINT);
}

/* The change stands in a transaction of its own, seen by an audit on the same connection's file
 * after it; then everything is as before. */
static void flip(struct flipping *flipping, const struct cell *cell, const void *bytes,
                 int64_t number)
{
    struct world *world = flipping->world;
    struct record_audit audit;
    struct cell restored = *cell;

    put_cell(world, cell, bytes, number);
    if (sqlite3_changes(raw_sqlite(world->raw)) == 0 ||
        sqlite3_errcode(raw_sqlite(world->raw)) != SQLITE_OK) {
        flipping->refused++;
        return;
    }
    flipping->flipped++;
    audit = audit_of(world, NULL);
    if (audit.is_good)
        fail_msg("%s.%s of row %lld could be changed unseen", cell->table, cell->column,
                 (long long)cell->rowid);
    assert_true(audit.trouble.n > 10);
    if (strcmp(cell->column, "id") == 0 || strcmp(cell->column, "event") == 0)
        restored.rowid = strcmp(cell->table, "record_leaf") == 0 && cell->column[0] == 'e'
                             ? cell->rowid
                             : number;
    if (cell->type == SQLITE_NULL) {
        char sql[200];

        snprintf(sql, sizeof sql, "UPDATE %s SET %s = NULL WHERE rowid = %lld", cell->table,
                 cell->column, (long long)cell->rowid);
        test_exec(world, sql);
    } else {
        put_cell(world, &restored, cell->bytes.p, cell->number);
    }
}

static void flip_bytes(struct flipping *flipping, const struct cell *cell)
{
    if (cell->type == SQLITE_NULL) {
        flip(flipping, cell, NULL, 0);
        flip(flipping, cell, NULL, 1);
    } else if (cell->type == SQLITE_INTEGER) {
        for (int byte = 0; byte < 8; byte++)
            flip(flipping, cell, NULL, cell->number ^ (INT64_C(1) << 8 * byte));
    } else {
        for (size_t i = 0; i < cell->bytes.n; i++) {
            char copy[10000];

            assert_true(cell->bytes.n <= sizeof copy);
            memcpy(copy, cell->bytes.p, cell->bytes.n);
            copy[i] = (char)(copy[i] ^ 1);
            flip(flipping, cell, copy, 0);
        }
    }
}

static size_t cells_of(struct world *world, const char *table, struct cell *cells, size_t max)
{
    sqlite3_stmt *rows;
    char sql[200];
    size_t n = 0;

    snprintf(sql, sizeof sql, "SELECT rowid AS row_id, * FROM %s ORDER BY rowid", table);
    assert_int_equal(sqlite3_prepare_v2(raw_sqlite(world->raw), sql, -1, &rows, NULL), SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 1; i < sqlite3_column_count(rows); i++) {
            struct cell *cell = &cells[n++];

            assert_true(n <= max);
            *cell = (struct cell){
                .table = table,
                .column = str_z(world->ctx.arena, str_of(sqlite3_column_name(rows, i))),
                .rowid = sqlite3_column_int64(rows, 0),
                .type = sqlite3_column_type(rows, i),
                .number = sqlite3_column_int64(rows, i),
            };
            cell->bytes =
                str_copy(world->ctx.arena, (struct str){sqlite3_column_blob(rows, i),
                                                        (size_t)sqlite3_column_bytes(rows, i)});
        }
    }
    sqlite3_finalize(rows);
    return n;
}

/* Publishing put fourteen events there; with these it is two dozen. */
static void no_byte_can_be_changed_unseen(void **state)
{
    static const char *const tables[] = {"event", "event_payload", "record_leaf", "record_tile",
                                         "tree_head"};
    static struct cell cells[400];
    struct flipping flipping = {.world = *state};
    struct world *world = *state;

    make_small_record(world);
    drop_triggers(world);
    for (size_t i = 0; i < COUNT(tables); i++) {
        size_t n = cells_of(world, tables[i], cells, COUNT(cells));

        assert_true(n > 0);
        for (size_t j = 0; j < n; j++)
            flip_bytes(&flipping, &cells[j]);
        assert_good(world);
    }
    print_message("# %d bytes changed, %d changes refused by the store\n", flipping.flipped,
                  flipping.refused);
    assert_true(flipping.flipped > 4000 && flipping.refused < flipping.flipped / 20);
}

/* ---- Rows */

/* Does it, sees it found, and undoes it. */
static void assert_found(struct world *world, const char *sql, const struct record_head *saved)
{
    char copy[TEST_TEMPORARY_MAX + 40];

    db_reader_release(&world->ctx);
    snprintf(copy, sizeof copy, "%s/kept.db", world->folder);
    test_exec(world, "PRAGMA wal_checkpoint(TRUNCATE)");
    test_copy(world->place.location, copy);
    test_exec(world, sql);
    if (audit_of(world, saved).is_good)
        fail_msg("not found: %s", sql);
    db_reader_release(&world->ctx);
    test_exec(world, "PRAGMA wal_checkpoint(TRUNCATE)");
    raw_close(world->raw);
    db_close(world->db);
    test_copy(copy, world->place.location);
    world->raw = raw_open(world->place.location);
    world->db = test_open_store(&world->ctx, &world->place, world->sequencer);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_good(world);
}

static void no_row_can_be_taken_or_moved_unseen(void **state)
{
    static const char *const changes[] = {
        "DELETE FROM event WHERE id = 3",
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
        "DELETE FROM event_payload WHERE event = 3",
        "DELETE FROM event_payload WHERE event = (SELECT max(event) FROM event_payload)",
        "DELETE FROM event_payload WHERE event = (SELECT id FROM event WHERE kind = "
        "'payload.erased')",
        "DELETE FROM record_leaf WHERE id = 0",
        "DELETE FROM record_leaf WHERE id = (SELECT max(id) FROM record_leaf)",
        "DELETE FROM record_tile",
        "DELETE FROM tree_head WHERE id = 1",
        "DELETE FROM tree_head WHERE id = 2",
        /* the last event with all that belongs to it, and its hash left in the tile */
        "DELETE FROM record_leaf WHERE id = (SELECT max(id) FROM record_leaf);"
        "DELETE FROM event_payload WHERE event = (SELECT max(id) FROM event);"
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
        /* truncated below the newest head, tile and all */
        "DELETE FROM record_leaf WHERE id >= 16; DELETE FROM event_payload WHERE event > 16;"
        "DELETE FROM event WHERE id > 16;"
        "UPDATE record_tile SET hashes = substr(hashes, 1, 512)",
        /* two events swapped: as rows, as places, as texts */
        "UPDATE event SET id = -1 WHERE id = 4; UPDATE event SET id = 4 WHERE id = 5;"
        "UPDATE event SET id = 5 WHERE id = -1",
        "UPDATE record_leaf SET event = -1 WHERE id = 3; UPDATE record_leaf SET event = 4 WHERE "
        "id = 4; UPDATE record_leaf SET event = 5 WHERE id = 3",
        "UPDATE event_payload SET event = -1 WHERE event = 4; UPDATE event_payload SET event = 4 "
        "WHERE event = 5; UPDATE event_payload SET event = 5 WHERE event = -1",
        /* put in between, and at the end */
        "INSERT INTO event SELECT 900, at, kind, cases, actor_kind, actor, audience, commitment "
        "FROM event WHERE id = 3",
        "INSERT INTO event_payload SELECT 900, salt, payload FROM event_payload WHERE event = 3",
        "INSERT INTO record_tile SELECT 3, 0, hashes FROM record_tile",
        "UPDATE record_tile SET hashes = CAST(hashes || zeroblob(32) AS BLOB)",
        /* an erased payload that has come back */
        "INSERT INTO event_payload SELECT 18, salt, payload FROM event_payload WHERE event = 3",
    };
    struct world *world = *state;

    make_small_record(world);
    drop_triggers(world);
    test_exec(world, "PRAGMA foreign_keys = OFF");
    assert_int_equal(test_i64(world, "SELECT count(*) FROM event_payload WHERE event = 18", 0), 0);
    for (size_t i = 0; i < COUNT(changes); i++)
        assert_found(world, changes[i], NULL);
}

/* ---- Rewriting */

/* What an insider with the file can do: forge one event and make all hashes fit again. */
static void rewrite(struct world *world, const struct crypto_keypair *keys)
{
    struct record_sequencer *sequencer = record_sequencer_new();
    struct adding nothing = {"after the fact", 1, false};
    struct db *db;
    struct ctx ctx = test_ctx(world);

    test_exec(world, "UPDATE event SET at = at + 1 WHERE id = 3;"
                     "DELETE FROM record_leaf; DELETE FROM record_tile; DELETE FROM tree_head");
    db = test_open_store(&ctx, &world->place, sequencer);
    test_ok(&ctx, db_tx(&ctx, add_events, &nothing));
    test_ok(&ctx, record_sign_head(&ctx, keys, NULL));
    test_ctx_done(&ctx);
    db_close(db);
    record_sequencer_free(sequencer);
}

static void a_saved_head_exposes_a_rewritten_record(void **state)
{
    struct world *world = *state;
    struct record_head yesterday, empty;
    struct record_audit audit;

    make_small_record(world);
    yesterday = latest_head(world);
    assert_true(audit_of(world, &yesterday).is_good);
    drop_triggers(world);
    rewrite(world, &world->keys);
    assert_true(audit_of(world, NULL).is_good);
    audit = audit_of(world, &yesterday);
    assert_false(audit.is_good);
    assert_true(str_find(audit.trouble, S("saved head")) >= 0);
    empty = yesterday;
    empty.size++;
    assert_str(audit_of(world, &empty).trouble, "the saved head is not signed by this city");
}

static void another_key_is_not_the_citys(void **state)
{
    struct world *world = *state;
    struct crypto_keypair other = crypto_sign_new_keys();
    struct record_audit audit;

    make_small_record(world);
    drop_triggers(world);
    rewrite(world, &other);
    audit = audit_of(world, NULL);
    assert_false(audit.is_good);
    assert_true(str_find(audit.trouble, S("signature is not the city's")) >= 0);
}

static void a_saved_head_misses_what_was_cut_off(void **state)
{
    struct world *world = *state;
    struct record_head saved;

    make_small_record(world);
    saved = latest_head(world);
    drop_triggers(world);
    /* Cut off below it, with nothing left that points there: good for who kept nothing. */
    assert_found(world, "DELETE FROM tree_head WHERE id = 3", &saved);
    test_exec(world, "DELETE FROM tree_head WHERE id = 3;"
                     "DELETE FROM record_leaf WHERE id >= 18;"
                     "DELETE FROM event_payload WHERE event > 18;"
                     "DELETE FROM event WHERE id > 18;"
                     "UPDATE record_tile SET hashes = substr(hashes, 1, 576);"
                     "INSERT INTO event_payload SELECT 18, salt, payload FROM event_payload "
                     "WHERE event = 3");
    assert_false(audit_of(world, &saved).is_good);
}

/* ---- Erasing */

static void an_erased_payload_is_gone_and_the_proof_holds(void **state)
{
    struct world *world = *state;
    struct record_audit audit;
    char copy[TEST_TEMPORARY_MAX + 40], command[TEST_TEMPORARY_MAX + 100];
    struct test_counts before;
    int64_t erasure;

    make_small_record(world);
    audit = audit_of(world, NULL);
    assert_int_equal(audit.erased, 1);
    assert_int_equal(audit.heads, 3);
    assert_int_equal(audit.signed_size, audit.events - 1);
    if (!raw_is_postgres()) {
        snprintf(copy, sizeof copy, "%s/copy.db", world->folder);
        test_ok(&world->ctx, db_backup(&world->ctx, world->db, copy));
        snprintf(command, sizeof command, "grep -q 'retention: notes' '%s'", copy);
        assert_int_equal(system(command), 0);
        snprintf(command, sizeof command, "grep -q swordfish '%s'", copy);
        assert_int_not_equal(system(command), 0);
    }
    test_counts(world, &before);
    erasure = 18;
    assert_error(&world->ctx, db_tx(&world->ctx, erase_note, &erasure), ERR_NOT_FOUND, NULL);
    erasure = 4711;
    assert_error(&world->ctx, db_tx(&world->ctx, erase_note, &erasure), ERR_NOT_FOUND, NULL);
    erasure = test_i64(world, "SELECT id FROM event WHERE kind = 'payload.erased'", 0);
    assert_error(&world->ctx, db_tx(&world->ctx, erase_note, &erasure), ERR_DENIED, NULL);
    assert_grown(world, &before, NULL);
    assert_str(test_text(world, "SELECT payload FROM event_payload WHERE event = %lld", erasure),
               "{\"event\":18,\"reason\":\"retention: notes, 2 years\"}");
}

/* An erasure that somebody invents is an event like any other: it cannot name what comes later,
 * nor stand for what is still there. */
static enum rc invent_erasure(struct ctx *ctx, void *arg)
{
    return record_add(
        ctx, &(struct event){EVENT_PAYLOAD_ERASED, 0, EVENT_STAFF, str_of((const char *)arg)},
        NULL);
}

static void an_invented_erasure_is_found(void **state)
{
    static char later[] = "{\"event\":900}", there[] = "{\"event\":3}", broken[] = "erased";
    static char *const payloads[] = {later, there, broken};

    for (size_t i = 0; i < COUNT(payloads); i++) {
        struct world *world = *state;

        if (i) {
            test_close(state);
            test_open(state);
            world = *state;
        }
        test_ok(&world->ctx, db_tx(&world->ctx, invent_erasure, payloads[i]));
        assert_false(audit_of(world, NULL).is_good);
    }
}

/* It may not be used up before the event is there. */
static void an_erasure_in_advance_is_found(void **state)
{
    struct world *world = *state;
    int64_t next = test_i64(world, "SELECT max(id) + 2 FROM event", 0);
    char payload[40];

    snprintf(payload, sizeof payload, "{\"event\":%lld}", (long long)next);
    test_ok(&world->ctx, db_tx(&world->ctx, invent_erasure, payload));
    add(world, "gone at once", 1);
    test_exec(world, "DELETE FROM event_payload WHERE event = (SELECT max(id) FROM event)");
    assert_true(str_find(audit_of(world, NULL).trouble, S("no earlier event")) > 0);
}

/* ---- PostgreSQL: transactions end in another order than they began */

/* The transaction of the second event has ended, that of the first has not. */
static void an_event_that_comes_late_gets_its_place(void **state)
{
    struct world *world = *state;
    struct raw *late;
    int64_t before;

    sign(world);
    before = test_i64(world, "SELECT count(*) FROM record_leaf", 0);
    late = raw_open(world->place.location);
    raw_exec(late, "BEGIN; INSERT INTO event (at, kind, actor_kind, audience, commitment) "
                   "SELECT at, kind, actor_kind, audience, commitment FROM event WHERE id = 1;"
                   "INSERT INTO event_payload SELECT max(e.id), p.salt, p.payload FROM event e, "
                   "event_payload p WHERE p.event = 1 GROUP BY p.salt, p.payload");
    add(world, "quick", 2);
    sign(world);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM record_leaf", 0), before + 2);
    assert_good(world);
    raw_exec(late, "COMMIT");
    raw_close(late);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM event_unplaced", 0), 1);
    sign(world);
    assert_good(world);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM record_leaf", 0), before + 3);
    assert_int_equal(test_i64(world, "SELECT max(id) + 1 FROM record_leaf", 0), before + 3);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM event_unplaced", 0), 0);
    /* It stands last although its id came first. */
    assert_int_equal(test_i64(world,
                              "SELECT (SELECT event FROM record_leaf ORDER BY id DESC LIMIT 1) < "
                              "(SELECT max(id) FROM event)",
                              0),
                     1);
}

/* The server's role may add to the record and no more, and changes no table. */
static void the_servers_role_only_adds(void **state)
{
    static const char *const refused[] = {
        "UPDATE event SET at = 0",
        "DELETE FROM event",
        "TRUNCATE event CASCADE",
        "UPDATE record_leaf SET event = 0",
        "DELETE FROM record_leaf",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "CREATE TABLE mine (x int)",
        "DROP TABLE draft",
        "ALTER TABLE draft ADD COLUMN x int",
        "DELETE FROM migration",
    };
    struct world *world = *state;

    test_exec(world, "SET ROLE cityhall_server");
    for (size_t i = 0; i < COUNT(refused); i++)
        if (raw_try(world->raw, refused[i]))
            fail_msg("the server may %s", refused[i]);
    test_exec(world, "DELETE FROM draft");
}

int main(void)
{
    /* PostgreSQL's own first, SQLite's own last: what an insider does to the bytes is found the
     * same way whatever store they came from. */
    const struct CMUnitTest tests[] = {
        TEST(an_event_that_comes_late_gets_its_place),
        TEST(the_servers_role_only_adds),
        TEST(places_are_dense_whoever_files_or_fails),
        TEST(two_sequencers_take_turns),
        TEST(a_large_record_has_tiles_above_tiles),
        TEST(nothing_new_is_not_signed_again),
        TEST(heads_are_written_and_read),
        TEST(an_erased_payload_is_gone_and_the_proof_holds),
        TEST(an_invented_erasure_is_found),
        TEST(an_erasure_in_advance_is_found),
        TEST(no_byte_can_be_changed_unseen),
        TEST(no_row_can_be_taken_or_moved_unseen),
        TEST(a_saved_head_exposes_a_rewritten_record),
        TEST(another_key_is_not_the_citys),
        TEST(a_saved_head_misses_what_was_cut_off),
    };
    size_t first = raw_is_postgres() ? 0 : 2, n = raw_is_postgres() ? 10 : 13;

    return _cmocka_run_group_tests("record", tests + first, n, test_group_open, test_group_close);
}
