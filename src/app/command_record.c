/* Commands that prove what the store holds: the record, and the projections. */
#include <stdio.h>
#include <unistd.h>

#include "app/command.h"
#include "app/home.h"
#include "base/file.h"
#include "base/json.h"
#include "engine/cases/projection.h"
#include "engine/record/record_keys.h"
#include "engine/record/record_tree.h"

#define MAX_HEAD_BYTES   1000
#define MAX_REPORT_BYTES ((size_t)64 << 20)

/* ---- audit verify */

struct verifying {
    const char *head_path, *key_path;
    bool is_json;
    int64_t began_ms;
};

/* How far, how fast and how long still; only for who watches. */
static void show_progress(void *arg, int64_t events, int64_t of_events)
{
    const struct verifying *verifying = arg;
    int64_t ms = clock_monotonic_ms() - verifying->began_ms;
    int64_t rate = command_per_second(events, ms);

    if (rate > 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%lld of %lld events, %lld/s, %lld s left ", (long long)events,
                (long long)of_events, (long long)rate, (long long)((of_events - events) / rate));
}

static enum rc load_head(struct ctx *ctx, const char *path, struct record_head *ret)
{
    struct str text;
    enum rc rc = file_read(ctx, path, MAX_HEAD_BYTES, &text);

    if (rc && ctx->err.id != ERR_TOO_LARGE)
        return rc;
    ctx_clear_error(ctx);
    if (rc || !record_head_parse(ctx->arena, text, ret))
        return FAIL(ctx, ERR_FORMAT,
                    .detail = str_fmt(ctx->arena, "%s is no signed head of a record", path));
    return RC_OK;
}

static void print_audit(struct ctx *ctx, const struct verifying *verifying,
                        const struct record_audit *audit)
{
    int64_t ms = clock_monotonic_ms() - verifying->began_ms;
    int64_t rate = command_per_second(audit->events, ms);
    struct buf out = buf_in(ctx->arena, MAX_HEAD_BYTES);
    struct json_writer json = json_writer_on(&out);

    if (!verifying->is_json) {
        printf("checked %lld events (%lld payloads erased) and %lld signed heads in %lld ms",
               (long long)audit->events, (long long)audit->erased, (long long)audit->heads,
               (long long)ms);
        if (rate)
            printf(", %lld events/s", (long long)rate);
        printf("\n");
        if (audit->is_good)
            printf("the record is whole; %lld of its events are under a signed head%s\n",
                   (long long)audit->signed_size,
                   verifying->head_path ? ", and it continues the saved head" : "");
        if (audit->waiting)
            printf("%lld events were stored moments ago and wait for their place\n",
                   (long long)audit->waiting);
        return;
    }
    json_begin_object(&json);
    json_put_member_bool(&json, S("good"), audit->is_good);
    json_put_member_i64(&json, S("events"), audit->events);
    json_put_member_i64(&json, S("erased"), audit->erased);
    json_put_member_i64(&json, S("heads"), audit->heads);
    json_put_member_i64(&json, S("waiting"), audit->waiting);
    json_put_member_i64(&json, S("signed_size"), audit->signed_size);
    json_put_member_i64(&json, S("ms"), ms);
    if (rate)
        json_put_member_i64(&json, S("events_per_second"), rate);
    json_put_member(&json, S("trouble"), audit->trouble);
    json_end_object(&json);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

static enum rc verify(struct ctx *ctx, struct verifying *verifying, const char *folder)
{
    struct record_checks checks = {.progress = show_progress, .progress_arg = verifying};
    struct record_audit audit;
    struct record_head saved;
    enum rc rc = record_public_key_load(ctx, verifying->key_path, &checks.public_key);

    if (!rc && verifying->head_path) {
        rc = load_head(ctx, verifying->head_path, &saved);
        checks.saved = &saved;
    }
    if (!rc)
        rc = db_reader_acquire(ctx);
    if (rc)
        return rc;
    verifying->began_ms = clock_monotonic_ms();
    rc = record_verify(ctx, &checks, &audit);
    db_reader_release(ctx);
    if (rc)
        return rc;
    if (audit.events >= RECORD_PROGRESS_EVENTS && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%60s\r", "");
    print_audit(ctx, verifying, &audit);
    if (audit.is_good) {
        command_note(ctx, folder, "last-verified");
        return RC_OK;
    }
    return FAIL(ctx, ERR_RECORD,
                .detail = str_fmt(ctx->arena, "the record of %s is wrong: %.*s", folder,
                                  STR_ARG(audit.trouble)));
}

enum rc command_audit(struct ctx *ctx, int argc, char **argv)
{
    struct verifying verifying = {
        .head_path = command_option(&argc, argv, "head"),
        .key_path = command_option(&argc, argv, "key"),
        .is_json = command_flag(&argc, argv, "json"),
    };
    struct home home;
    enum rc rc;

    if (argc != 2 || strcmp(argv[0], "verify") != 0)
        return command_misused(ctx, "\"verify\" and a data folder are needed");
    rc = home_open_to_read(ctx, argv[1], &home);
    if (rc)
        return rc;
    if (!verifying.key_path)
        verifying.key_path =
            str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", argv[1], RECORD_PUBLIC_FILE));
    rc = db_check_objects(ctx, ctx->db);
    if (!rc)
        rc = verify(ctx, &verifying, argv[1]);
    home_close(&home);
    return rc;
}

/* ---- rebuild --check */

static void print_projections(struct ctx *ctx, bool is_json, const struct projection_found *found,
                              struct str report)
{
    struct buf out = buf_in(ctx->arena, 4 * MAX_REPORT_BYTES);
    struct json_writer json = json_writer_on(&out);
    struct str line;

    if (!is_json) {
        printf("%.*s%lld cases, %lld differences\n", STR_ARG(report), (long long)found->cases,
               (long long)found->differences);
        return;
    }
    json_begin_object(&json);
    json_put_member_i64(&json, S("cases"), found->cases);
    json_put_member_i64(&json, S("differences"), found->differences);
    json_put_key(&json, S("lines"));
    json_begin_array(&json);
    while (str_next(&report, '\n', &line))
        if (line.n)
            json_put_string(&json, line);
    json_end_array(&json);
    json_end_object(&json);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

static enum rc check_projections(struct ctx *ctx, struct home *home, bool is_json)
{
    struct buf report = buf_in(ctx->arena, MAX_REPORT_BYTES);
    struct projection_found found;
    enum rc rc = home_load(ctx, home);

    if (!rc)
        rc = db_reader_acquire(ctx);
    if (rc)
        return rc;
    rc = projection_check(ctx, &report, &found);
    db_reader_release(ctx);
    if (rc)
        return rc;
    print_projections(ctx, is_json, &found, buf_str(&report));
    if (!found.differences)
        return RC_OK;
    return FAIL(ctx, ERR_CONFIG,
                .detail = S("what is stored is not what follows from the cases; the lines above "
                            "say where"));
}

enum rc command_rebuild(struct ctx *ctx, int argc, char **argv)
{
    bool is_check = command_flag(&argc, argv, "check");
    bool is_json = command_flag(&argc, argv, "json");
    struct home home;
    enum rc rc;

    if (argc != 1 || !is_check)
        return command_misused(ctx, "a data folder and --check are needed");
    rc = home_open_to_read(ctx, argv[0], &home);
    if (rc)
        return rc;
    rc = check_projections(ctx, &home, is_json);
    home_close(&home);
    return rc;
}
