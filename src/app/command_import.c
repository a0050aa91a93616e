/* import cases: other systems' cases from a table. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/home.h"
#include "base/file.h"
#include "base/json.h"
#include "people/actor.h"
#include "svc/requests/import_cases.h"

#define MAX_REJECTS ((size_t)1 << 30)
#define MAX_OUTPUT  2000
#define SHOW_MS     200

struct import_call {
    const char *folder, *map_path, *file_path, *rejects_path;
    bool is_json, is_dry;
    struct home home;
    int fd;
    int64_t bytes, began_ms, shown_ms;
    struct buf rejects;
    struct import_counts counts;
};

static void show_progress(void *arg, const struct import_counts *counts, int64_t bytes_taken)
{
    struct import_call *call = arg;
    int64_t now_ms = clock_monotonic_ms(), ms = now_ms - call->began_ms;
    int64_t left_s = bytes_taken > 0 ? (call->bytes - bytes_taken) * ms / bytes_taken / 1000 : 0;

    if (!isatty(STDERR_FILENO) || ms < 1000 || now_ms - call->shown_ms < SHOW_MS)
        return;
    call->shown_ms = now_ms;
    fprintf(stderr, "\r%lld rows, %lld%%, %lld rows/s, %lld s left   ", (long long)counts->rows,
            (long long)(call->bytes ? bytes_taken * 100 / call->bytes : 100),
            (long long)command_per_second(counts->rows, ms), (long long)left_s);
}

static enum rc open_table(struct ctx *ctx, struct import_call *call)
{
    struct stat about;

    call->fd = open(call->file_path, O_RDONLY | O_CLOEXEC);
    if (call->fd < 0 || fstat(call->fd, &about) || !S_ISREG(about.st_mode))
        return FAIL(ctx, ERR_FILE,
                    .detail = str_fmt(ctx->arena, "%s cannot be read", call->file_path));
    call->bytes = about.st_size;
    return RC_OK;
}

static void print_counts(struct ctx *ctx, const struct import_call *call)
{
    const struct import_counts *counts = &call->counts;
    int64_t ms = clock_monotonic_ms() - call->began_ms;
    int64_t rate = command_per_second(counts->rows, ms);
    struct buf out = buf_in(ctx->arena, MAX_OUTPUT);
    struct json_writer json = json_writer_on(&out);

    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%60s\r", "");
    if (!call->is_json) {
        printf("%lld rows: %lld taken, %lld there before, %lld rejected", (long long)counts->rows,
               (long long)counts->taken, (long long)counts->there_before,
               (long long)counts->rejected);
        if (rate)
            printf("; %lld rows/s", (long long)rate);
        printf("%s\n", call->is_dry ? " (dry run: nothing was changed)" : "");
        if (counts->rejected && call->rejects_path)
            printf("the rejected rows are in %s\n", call->rejects_path);
        return;
    }
    json_begin_object(&json);
    json_put_member_i64(&json, S("rows"), counts->rows);
    json_put_member_i64(&json, S("taken"), counts->taken);
    json_put_member_i64(&json, S("there_before"), counts->there_before);
    json_put_member_i64(&json, S("rejected"), counts->rejected);
    json_put_member_i64(&json, S("ms"), ms);
    if (rate)
        json_put_member_i64(&json, S("rows_per_second"), rate);
    json_put_member(&json, S("rejects"),
                    counts->rejected && call->rejects_path ? str_of(call->rejects_path) : STR_NONE);
    json_put_member_bool(&json, S("dry_run"), call->is_dry);
    json_end_object(&json);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

static enum rc import_into(struct ctx *ctx, struct import_call *call)
{
    static const struct actor importer = {.kind = ACTOR_IMPORT};
    struct problems problems = problems_in(ctx->arena);
    const struct yaml_node *root;
    struct import_map map;
    struct import_run run = {.map = &map,
                             .file = str_of(call->file_path),
                             .fd = call->fd,
                             .is_dry = call->is_dry,
                             .rejects = &call->rejects,
                             .progress = show_progress,
                             .progress_arg = call};
    enum rc rc = yaml_read(ctx, call->map_path, str_of(call->map_path), &problems, &root);

    if (!rc)
        rc = import_map_read(ctx, root, &problems, &map);
    call->rejects = buf_in(ctx->arena, MAX_REJECTS);
    call->began_ms = clock_monotonic_ms();
    ctx->actor = &importer;
    if (!rc)
        rc = import_cases(ctx, &run, &problems, &call->counts);
    home_print_problems(ctx, &problems);
    return rc;
}

static enum rc keep_rejects(struct ctx *ctx, const struct import_call *call)
{
    if (!call->counts.rejected || !call->rejects_path)
        return RC_OK;
    return file_write(ctx, call->rejects_path, buf_str(&call->rejects), 0600);
}

static enum rc run_cases(struct ctx *ctx, struct import_call *call)
{
    enum rc rc = open_table(ctx, call);

    if (!rc)
        rc = home_load(ctx, &call->home);
    if (!rc)
        rc = import_into(ctx, call);
    if (!rc)
        rc = keep_rejects(ctx, call);
    if (!rc)
        print_counts(ctx, call);
    if (call->fd >= 0)
        close(call->fd);
    return rc;
}

static enum rc import_cases_command(struct ctx *ctx, struct import_call *call)
{
    enum rc rc;

    if (!call->rejects_path && !call->is_dry)
        call->rejects_path =
            str_z(ctx->arena, str_fmt(ctx->arena, "%s/import-rejects.csv", call->folder));
    rc = home_open(ctx, call->folder, DB_NORMAL, &call->home);
    if (rc)
        return rc;
    rc = run_cases(ctx, call);
    home_close(&call->home);
    return rc;
}

static enum rc command_import_cases(struct ctx *ctx, int argc, char **argv)
{
    struct import_call call = {
        .map_path = command_option(&argc, argv, "map"),
        .rejects_path = command_option(&argc, argv, "rejects"),
        .is_json = command_flag(&argc, argv, "json"),
        .is_dry = command_flag(&argc, argv, "dry-run"),
        .fd = -1,
    };

    if (argc != 3 || !call.map_path)
        return command_misused(ctx, "a data folder, --map and a file are needed");
    call.folder = argv[1];
    call.file_path = argv[2];
    return import_cases_command(ctx, &call);
}

enum rc command_import(struct ctx *ctx, int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "cases") == 0)
        return command_import_cases(ctx, argc, argv);
    if (argc > 0 && strcmp(argv[0], "layer") == 0)
        return command_import_layer(ctx, argc, argv);
    return command_misused(ctx, "\"cases\" or \"layer\" is needed");
}
