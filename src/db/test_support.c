#include "db/test_support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct ctx test_ctx(struct db *db)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20), .now = clock_now(), .db = db};

    assert_non_null(ctx.arena);
    return ctx;
}

void test_ctx_done(struct ctx *ctx)
{
    db_reader_release(ctx);
    ctx_done(ctx);
    arena_free(ctx->arena);
    ctx->arena = NULL;
}

void test_ok(struct ctx *ctx, enum rc rc)
{
    if (rc != RC_OK)
        print_message("# %s: %s: %.*s\n", rc_name(rc), err_name(ctx->err.id),
                      STR_ARG(ctx->err.detail));
    assert_int_equal(rc, RC_OK);
}

void test_folder_make(struct test_store *store)
{
    *store = (struct test_store){.folder = "/tmp/cityhall-db-XXXXXX"};
    assert_non_null(mkdtemp(store->folder));
    snprintf(store->location, sizeof store->location, "%s/city.db", store->folder);
}

void test_folder_remove(struct test_store *store)
{
    DIR *folder = opendir(store->folder);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(store->folder);
}

struct db_options test_options(const struct test_store *store)
{
    return (struct db_options){
        .location = store->location, .schema = &test_schema, .may_create = true};
}

int test_store_open(void **state)
{
    struct test_store *store = calloc(1, sizeof *store);
    struct db_options options;

    assert_non_null(store);
    test_folder_make(store);
    options = test_options(store);
    store->ctx = test_ctx(NULL);
    test_ok(&store->ctx, db_open(&store->ctx, &options, &store->db));
    test_ok(&store->ctx, db_migrate(&store->ctx, store->db, NULL));
    store->ctx.db = store->db;
    *state = store;
    return 0;
}

int test_store_close(void **state)
{
    struct test_store *store = *state;

    test_ctx_done(&store->ctx);
    db_close(store->db);
    test_folder_remove(store);
    free(store);
    return 0;
}
