/* Commands that copy a whole city: backup, restore, export. */
#include <stdio.h>
#include <unistd.h>

#include "app/backup.h"
#include "app/command.h"
#include "app/home.h"
#include "base/json.h"

#define MAX_REPORT 1000
#define SAY_MS     200

/* How far, how fast and how long still; only for who watches. */
struct progress {
    const char *what;
    int64_t began_ms, said_ms;
};

static void say(void *arg, const char *what, int64_t done, int64_t of)
{
    struct progress *progress = arg;
    int64_t now_ms = clock_monotonic_ms(), rate;

    if (!progress->what || strcmp(progress->what, what) != 0) {
        progress->what = what;
        progress->began_ms = now_ms;
    }
    if (now_ms - progress->said_ms < SAY_MS || !isatty(STDERR_FILENO))
        return;
    progress->said_ms = now_ms;
    rate = done * 1000 / (now_ms - progress->began_ms + 1);
    fprintf(stderr, "\r%-24s %lld", what, (long long)done);
    if (of > 0 && rate > 0)
        fprintf(stderr, " of %lld, %lld/s, %lld s left", (long long)of, (long long)rate,
                (long long)((of - done) / rate));
    else
        fprintf(stderr, ", %lld/s", (long long)rate);
    fprintf(stderr, "%-12s", "");
}

static void report(struct ctx *ctx, const char *verb, const char *target, bool is_json,
                   const struct backup_done *done)
{
    struct buf out = buf_in(ctx->arena, MAX_REPORT);
    struct json_writer json = json_writer_on(&out);

    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%70s\r", "");
    if (done->strays)
        fprintf(stderr,
                "cityhall: %lld files in the backup are not of its list and were left there: "
                "%.*s%s\n",
                (long long)done->strays, STR_ARG(done->stray), done->strays > 1 ? ", ..." : "");
    if (!is_json) {
        printf("%s %s: ", verb, target);
        if (done->rows)
            printf("%lld rows, ", (long long)done->rows);
        printf("%lld files of %lld bytes\n", (long long)done->files, (long long)done->bytes);
        return;
    }
    json_begin_object(&json);
    json_put_member(&json, S("made"), str_of(target));
    json_put_member_i64(&json, S("rows"), done->rows);
    json_put_member_i64(&json, S("files"), done->files);
    json_put_member_i64(&json, S("bytes"), done->bytes);
    if (done->strays)
        json_put_member_i64(&json, S("strays"), done->strays);
    json_end_object(&json);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

typedef enum rc make_fn(struct ctx *ctx, const char *folder, const char *target,
                        const struct backup_watch *watch, struct backup_done *ret);

/* With the store open to read: what serves the city goes on. */
static enum rc make(struct ctx *ctx, int argc, char **argv, make_fn *fn)
{
    bool is_json = command_flag(&argc, argv, "json");
    struct progress progress = {0};
    struct backup_watch watch = {say, &progress};
    struct backup_done done;
    struct home home;
    enum rc rc;

    if (argc != 2)
        return command_misused(ctx, "a data folder and the name of what is made are needed");
    rc = home_open_to_read(ctx, argv[0], &home);
    if (rc)
        return rc;
    rc = fn(ctx, argv[0], argv[1], &watch, &done);
    home_close(&home);
    if (!rc)
        report(ctx, "made", argv[1], is_json, &done);
    return rc;
}

enum rc command_backup(struct ctx *ctx, int argc, char **argv)
{
    enum rc rc = make(ctx, argc, argv, backup_make);

    if (!rc)
        command_note(ctx, argv[0], "last-backup");
    return rc;
}

enum rc command_export(struct ctx *ctx, int argc, char **argv)
{
    return make(ctx, argc, argv, backup_export);
}

enum rc command_restore(struct ctx *ctx, int argc, char **argv)
{
    struct restore_options options = {
        .store = command_option(&argc, argv, "store"),
        .owner = command_option(&argc, argv, "owner"),
    };
    bool is_json = command_flag(&argc, argv, "json");
    struct progress progress = {0};
    struct backup_watch watch = {say, &progress};
    struct backup_done done;
    enum rc rc = command_check_store(ctx, "store", options.store);

    if (!rc)
        rc = command_check_store(ctx, "owner", options.owner);
    if (rc)
        return rc;
    if (argc != 2)
        return command_misused(ctx, "a backup and a new data folder are needed");
    options.backup = argv[0];
    options.folder = argv[1];
    rc = backup_restore(ctx, &options, &watch, &done);
    if (!rc)
        report(ctx, "restored", argv[1], is_json, &done);
    return rc;
}
