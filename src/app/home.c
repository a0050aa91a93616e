#include "app/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/keys.h"
#include "base/file.h"
#include "engine/people_record.h"
#include "engine/queries.h"
#include "people/people.h"

#define MAX_STORE_BYTES 1000
#define MAX_OUTPUT      ((size_t)1 << 20)

static const char *path_in(struct ctx *ctx, const char *folder, const char *name)
{
    return str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, name));
}

void home_print_problems(struct ctx *ctx, const struct problems *problems)
{
    struct buf out = buf_in(ctx->arena, MAX_OUTPUT);

    problems_write(problems, &out);
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
}

/* The file `store` holds a PostgreSQL address; without it the store is SQLite in the folder. */
static enum rc location_of(struct ctx *ctx, const char *folder, const char **ret)
{
    const char *path = path_in(ctx, folder, "store");
    struct str text;
    enum rc rc;

    if (!file_exists(path)) {
        *ret = path_in(ctx, folder, "cityhall.db");
        return RC_OK;
    }
    rc = file_read(ctx, path, MAX_STORE_BYTES, &text);
    if (!rc)
        *ret = str_z(ctx->arena, str_trim(text));
    return rc;
}

static enum rc open_store(struct ctx *ctx, const char *folder, bool may_create,
                          enum db_durability durability, struct db **ret)
{
    const char *location;
    enum rc rc = location_of(ctx, folder, &location);

    if (rc)
        return rc;
    return db_open(ctx,
                   &(struct db_options){.location = location,
                                        .schema = &db_schema,
                                        .may_create = may_create,
                                        .durability = durability},
                   ret);
}

static enum rc mark_tx(struct ctx *ctx, void *arg)
{
    const struct home_options *options = arg;
    enum rc rc = RC_OK;

    if (options->is_demonstration)
        rc = setting_put(ctx, S("demonstration"), S("true"), NULL);
    return rc;
}

/* What the people layer needs to know of this installation. */
static enum rc use_people(struct ctx *ctx, const struct home *home)
{
    struct people_setup setup = {
        .is_demonstration = home->is_demonstration,
        .record = people_record,
    };
    enum rc rc = keys_load(ctx, home->folder, setup.key);

    if (!rc)
        people_use(&setup);
    return rc;
}

static enum rc fill(struct ctx *ctx, const char *folder, const struct home_options *options)
{
    struct home home = {.folder = folder, .is_demonstration = options->is_demonstration};
    struct problems problems = problems_in(ctx->arena);
    union {
        const struct home_options *read;
        void *arg;
    } given = {.read = options};
    struct publication done;
    enum rc rc = RC_OK;

    rc = keys_make(ctx, folder);
    if (!rc)
        rc = use_people(ctx, &home);
    if (!rc && options->store)
        rc = file_write(ctx, path_in(ctx, folder, "store"), str_of(options->store), 0600);
    if (!rc)
        rc = open_store(ctx, folder, true, DB_NORMAL, &home.db);
    if (rc)
        return rc;
    ctx->db = home.db;
    rc = db_migrate(ctx, home.db, NULL);
    if (!rc)
        rc = db_tx(ctx, mark_tx, given.arg);
    if (!rc)
        rc = city_publish(ctx, options->city_folder, false, &problems, &done);
    home_print_problems(ctx, &problems);
    if (!rc && options->fill)
        rc = options->fill(ctx, &home);
    ctx->db = NULL;
    home_close(&home);
    return rc;
}

static void remove_folder(struct ctx *ctx, const char *folder)
{
    static const char *const names[] = {"store",       "secret.key",      "demo-logins.txt",
                                        "cityhall.db", "cityhall.db-wal", "cityhall.db-shm"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_in(ctx, folder, names[i]));
    rmdir(folder);
}

enum rc home_make(struct ctx *ctx, const struct home_options *options)
{
    const char *fresh =
        str_z(ctx->arena, str_fmt(ctx->arena, "%s.new-%d", options->folder, (int)getpid()));
    enum rc rc;

    if (file_exists(options->folder))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "%s exists already; choose another folder",
                                      options->folder));
    rc = file_make_dir(ctx, fresh, 0700);
    if (!rc)
        rc = fill(ctx, fresh, options);
    if (!rc && rename(fresh, options->folder) < 0)
        rc = FAIL(ctx, ERR_FILE, .detail = str_of(options->folder));
    if (rc)
        remove_folder(ctx, fresh);
    return rc;
}

static enum rc read_settings(struct ctx *ctx, struct home *home)
{
    struct setting_get_row row;
    bool is_found;
    enum rc rc = setting_get(ctx, S("demonstration"), &is_found, &row);

    home->is_demonstration = !rc && is_found && str_eq(row.value, S("true"));
    if (!rc)
        rc = setting_get(ctx, S("base-url"), &is_found, &row);
    if (!rc && is_found)
        home->base_url = row.value;
    return rc;
}

enum rc home_open(struct ctx *ctx, const char *folder, enum db_durability durability,
                  struct home *ret)
{
    struct home home = {.folder = folder};
    enum rc rc;

    if (!file_exists(folder))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "there is no folder %s; cityhall init makes one",
                                      folder));
    rc = open_store(ctx, folder, false, durability, &home.db);
    if (rc)
        return rc;
    ctx->db = home.db;
    rc = db_migrate(ctx, home.db, NULL);
    if (!rc)
        rc = db_reader_acquire(ctx);
    if (!rc) {
        rc = read_settings(ctx, &home);
        db_reader_release(ctx);
    }
    if (!rc)
        rc = use_people(ctx, &home);
    if (rc) {
        ctx->db = NULL;
        db_close(home.db);
        return rc;
    }
    *ret = home;
    return RC_OK;
}

enum rc home_load(struct ctx *ctx, struct home *home)
{
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = city_load(ctx, &home->city);
    db_reader_release(ctx);
    if (!rc) {
        home->city->is_demonstration = home->is_demonstration;
        ctx->city = home->city;
    }
    return rc;
}

void home_close(struct home *home)
{
    city_free(home->city);
    db_close(home->db);
}
