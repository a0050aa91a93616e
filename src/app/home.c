#include "app/home.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/keys.h"
#include "app/tree.h"
#include "base/file.h"
#include "base/piece.h"
#include "engine/definition/setting.h"
#include "engine/record/people_record.h"
#include "engine/record/record_keys.h"
#include "engine/record/record_tree.h"
#include "people/actor.h"
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

/* Older versions left the database readable to whoever may enter its folder. What SQLite makes
 * beside it gets its mode. Nothing is lost where that cannot be. */
static void close_to_others(const char *location)
{
    struct stat about;

    if (stat(location, &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & 077))
        (void)!chmod(location, about.st_mode & 0700);
}

static enum rc open_store(struct ctx *ctx, const char *folder, struct db_options options,
                          struct db **ret)
{
    enum rc rc = location_of(ctx, folder, &options.location);

    options.schema = &db_schema;
    if (!rc)
        close_to_others(options.location);
    return rc ? rc : db_open(ctx, &options, ret);
}

/* A store whose events get their places. */
static enum rc open_home(struct ctx *ctx, const char *folder, struct db_options options,
                         struct home *home)
{
    enum rc rc;

    home->sequencer = record_sequencer_new();
    if (!home->sequencer)
        return FAIL(ctx, ERR_MEMORY);
    rc = open_store(ctx, folder, options, &home->db);
    if (rc) {
        record_sequencer_free(home->sequencer);
        return rc;
    }
    db_set_group_hook(home->db, record_sequence, home->sequencer);
    ctx->db = home->db;
    return RC_OK;
}

/* Whether any table but the ledger has a row. */
static enum rc home_check_empty(struct ctx *ctx)
{
    enum rc rc = db_reader_acquire(ctx);

    for (size_t i = 0; !rc && i < db_schema.table_count; i++) {
        int64_t rows;

        rc = sql_one(ctx, db_schema.tables[i].count, NULL, &rows);
        if (!rc && rows)
            rc = FAIL(ctx, ERR_CONFIG,
                      .detail = S("this database holds a city already; give the new one a "
                                  "database of its own"));
    }
    db_reader_release(ctx);
    return rc;
}

static enum rc mark_tx(struct ctx *ctx, void *arg)
{
    const struct home_options *options = arg;
    enum rc rc = RC_OK;

    if (options->is_demonstration)
        rc = setting_write(ctx, S("demonstration"), S("true"));
    return rc;
}

struct str home_operator(struct ctx *ctx)
{
    const struct passwd *user = getpwuid(getuid());

    return str_copy(ctx->arena, user ? str_of(user->pw_name) : S("command"));
}

enum rc home_publish(struct ctx *ctx, const char *folder, bool is_dry, struct problems *problems,
                     struct publication *ret)
{
    const struct actor operator= {.kind = ACTOR_SYSTEM, .name = home_operator(ctx)};
    enum rc rc;

    ctx->actor = &operator;
    rc = city_publish(ctx, folder, is_dry, problems, ret);
    ctx->actor = NULL;
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
    enum rc rc = keys_make(ctx, folder);

    if (!rc)
        rc = record_keys_make(ctx, folder, &home.keys);
    if (!rc)
        rc = use_people(ctx, &home);
    if (!rc && options->store)
        rc = file_write(ctx, path_in(ctx, folder, "store"), str_of(options->store), 0600);
    if (!rc)
        rc = open_home(ctx, folder,
                       (struct db_options){.may_create = true,
                                           .durability = DB_NORMAL,
                                           .owner_location = options->owner},
                       &home);
    if (rc)
        return rc;
    rc = db_migrate(ctx, home.db, NULL);
    if (!rc)
        rc = home_check_empty(ctx);
    if (!rc)
        rc = db_tx(ctx, mark_tx, given.arg);
    if (!rc)
        rc = home_publish(ctx, options->city_folder, false, &problems, &done);
    home_print_problems(ctx, &problems);
    if (!rc && options->fill)
        rc = options->fill(ctx, &home);
    if (!rc)
        rc = record_sign_head(ctx, &home.keys, NULL);
    ctx->db = NULL;
    home_close(&home);
    return rc;
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
        tree_remove(fresh);
    return rc;
}

static enum rc read_settings(struct ctx *ctx, struct home *home)
{
    struct str word, base_url;
    enum rc rc = setting_read(ctx, S("demonstration"), &word);

    home->is_demonstration = !rc && str_eq(word, S("true"));
    if (!rc)
        rc = setting_read(ctx, S("base-url"), &base_url);
    if (!rc && base_url.n)
        home->base_url = base_url;
    return rc;
}

/* A folder whose key was lost must not get another one unseen: what was signed before would no
 * longer verify. */
static enum rc load_keys(struct ctx *ctx, struct home *home)
{
    struct record_head head;
    bool was_signed;
    enum rc rc = record_keys_load(ctx, home->folder, &home->keys);

    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    rc = record_latest_head(ctx, &was_signed, &head);
    if (!rc && was_signed)
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena,
                                      "%s/%s is missing, and the record was signed with it: "
                                      "restore it from its copy",
                                      home->folder, RECORD_KEY_FILE));
    return rc ? rc : record_keys_make(ctx, home->folder, &home->keys);
}

static enum rc check_folder(struct ctx *ctx, const char *folder, bool is_written)
{
    if (is_written && access(folder, W_OK) < 0 && errno != ENOENT)
        return FAIL(ctx, errno == EROFS ? ERR_DISK_READONLY : ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "%s cannot be written: %s", folder,
                                      strerrordesc_np(errno)));
    if (file_exists(folder))
        return RC_OK;
    return FAIL(ctx, ERR_CONFIG,
                .detail =
                    str_fmt(ctx->arena, "there is no folder %s; cityhall init makes one", folder));
}

static enum rc read_what_is_set(struct ctx *ctx, struct home *home)
{
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = read_settings(ctx, home);
    if (!rc)
        rc = load_keys(ctx, home);
    db_reader_release(ctx);
    return rc;
}

static enum rc open_whole(struct ctx *ctx, const char *folder, struct db_options options,
                          struct home *ret)
{
    struct home home = {.folder = folder};
    enum rc rc = check_folder(ctx, folder, true);

    if (!rc)
        rc = open_home(ctx, folder, options, &home);
    if (rc)
        return rc;
    rc = db_migrate(ctx, home.db, NULL);
    if (!rc)
        rc = read_what_is_set(ctx, &home);
    if (!rc)
        rc = use_people(ctx, &home);
    if (rc) {
        ctx->db = NULL;
        home_close(&home);
        return rc;
    }
    *ret = home;
    return RC_OK;
}

enum rc home_open(struct ctx *ctx, const char *folder, enum db_durability durability,
                  struct home *ret)
{
    return open_whole(ctx, folder, (struct db_options){.durability = durability}, ret);
}

enum rc home_open_as_owner(struct ctx *ctx, const char *folder, const char *owner, struct home *ret)
{
    return open_whole(ctx, folder, (struct db_options){.owner_location = owner}, ret);
}

enum rc home_open_to_read(struct ctx *ctx, const char *folder, struct home *ret)
{
    struct home home = {.folder = folder};
    size_t pending = 0;
    enum rc rc = check_folder(ctx, folder, false);

    if (!rc)
        rc = open_store(ctx, folder, (struct db_options){.is_read_only = true}, &home.db);
    if (rc)
        return rc;
    rc = db_migrations_pending(ctx, home.db, &pending);
    if (!rc && pending)
        rc = FAIL(ctx, ERR_CONFIG,
                  .detail =
                      str_fmt(ctx->arena, "%s is of an older version: upgrade it first", folder));
    if (rc) {
        home_close(&home);
        return rc;
    }
    ctx->db = home.db;
    *ret = home;
    return RC_OK;
}

/* What the reading itself needs goes with it: a server would hold it for ever. */
static enum rc load_city(struct ctx *ctx, struct city **ret)
{
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = city_load(ctx, ret);
    piece_end(ctx, &piece);
    return rc;
}

enum rc home_load(struct ctx *ctx, struct home *home)
{
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = load_city(ctx, &home->city);
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
    record_sequencer_free(home->sequencer);
    explicit_bzero(&home->keys, sizeof home->keys);
}
