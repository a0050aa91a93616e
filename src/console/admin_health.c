#include "console/admin_health.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "base/file.h"
#include "base/msg.h"
#include "console/admin_page.ct.h"
#include "console/queries.h"
#include "engine/definition/show.h"
#include "engine/message/outbox.h"
#include "engine/record/record_tree.h"
#include "engine/work/job_desk.h"
#include "engine/work/sign.h"

#define MB               ((int64_t)1 << 20)
#define WAL_LOOK_BYTES   (256 * MB)
#define DISK_BAD_BYTES   (1024 * MB)
#define DISK_LOOK_PARTS  5 /* less than a fifth is left */
#define QUEUE_LOOK       32
#define HEAD_LATE_US     (10 * US_PER_MIN)
#define MAIL_LATE_US     (1 * US_PER_H)
#define VERIFIED_LATE_US (31 * US_PER_DAY)

bool admin_health_instant(struct ctx *ctx, const struct installation *installation,
                          const char *name, struct instant *ret)
{
    struct str text;
    bool is_there;

    if (!installation || !installation->folder)
        return false;
    is_there =
        file_read(ctx, str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", installation->folder, name)),
                  200, &text) == RC_OK &&
        instant_parse(str_trim(text), ret);
    ctx_clear_error(ctx);
    return is_there;
}

static int64_t size_of(struct ctx *ctx, const char *folder, const char *name)
{
    struct stat st;

    return stat(str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, name)), &st) == 0
               ? (int64_t)st.st_size
               : 0;
}

static enum rc look_at_store(struct ctx *ctx, const struct installation *installation,
                             struct findings *findings)
{
    struct store_about_row row;
    int64_t wal = 0, bytes;
    enum rc rc = store_about(ctx, &row);

    if (rc)
        return rc;
    bytes = row.bytes;
    if (!bytes && installation) {
        bytes = size_of(ctx, installation->folder, "cityhall.db");
        wal = size_of(ctx, installation->folder, "cityhall.db-wal");
    }
    admin_finding_add(findings, admin_finding(FINDING_GOOD, MSG_admin_h_store, MSG_NONE,
                                              str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(row.engine),
                                                      STR_ARG(admin_bytes(ctx->arena, bytes)))));
    if (!row.bytes && installation)
        admin_finding_add(findings,
                          admin_finding(wal > WAL_LOOK_BYTES ? FINDING_LOOK : FINDING_GOOD,
                                        MSG_admin_h_wal, MSG_admin_h_wal_do,
                                        admin_bytes(ctx->arena, wal)));
    return RC_OK;
}

static void look_at_disk(struct ctx *ctx, const struct installation *installation,
                         struct findings *findings)
{
    enum finding_state state = FINDING_GOOD;
    struct statvfs fs;
    int64_t left, all;

    if (!installation || statvfs(installation->folder, &fs) != 0)
        return;
    left = (int64_t)(fs.f_bavail * fs.f_frsize);
    all = (int64_t)(fs.f_blocks * fs.f_frsize);
    if (left < DISK_BAD_BYTES)
        state = FINDING_BAD;
    else if (left < all / DISK_LOOK_PARTS)
        state = FINDING_LOOK;
    admin_finding_add(findings, admin_finding(state, MSG_admin_h_disk, MSG_admin_h_disk_do,
                                              str_fmt(ctx->arena, "%.*s / %.*s",
                                                      STR_ARG(admin_bytes(ctx->arena, left)),
                                                      STR_ARG(admin_bytes(ctx->arena, all)))));
}

/* This program: its queues, its worker. */
static void look_at_load(struct ctx *ctx, const struct installation *installation,
                         struct findings *findings)
{
    struct installation_load load = {0};
    int64_t idle_s;
    bool is_busy;

    if (!installation || !installation->load)
        return;
    installation->load(installation->app, &load);
    idle_s = load.worker_idle_ms / 1000;
    is_busy = load.queued_writes > QUEUE_LOOK || load.queued_reads > QUEUE_LOOK;
    admin_finding_add(
        findings,
        admin_finding(is_busy ? FINDING_LOOK : FINDING_GOOD, MSG_admin_h_queue,
                      MSG_admin_h_queue_do,
                      admin_numbers(ctx, (int64_t[]){load.queued_writes, load.queued_reads}, 2)));
    if (load.has_worker)
        admin_finding_add(
            findings,
            admin_finding(load.is_worker_stuck ? FINDING_BAD : FINDING_GOOD, MSG_admin_h_worker,
                          MSG_admin_h_worker_do,
                          str_fmt(ctx->arena, "%.*s s", STR_ARG(admin_numbers(ctx, &idle_s, 1)))));
    admin_finding_add(findings, admin_finding(FINDING_GOOD, MSG_admin_h_running, MSG_NONE,
                                              admin_ago(ctx, installation->started)));
}

/* All workers of this database, also those of other programs. */
static enum rc look_at_workers(struct ctx *ctx, struct findings *findings)
{
    struct signs signs;
    enum rc rc = sign_list(ctx, &signs);

    if (rc)
        return rc;
    if (!signs.n)
        admin_finding_add(findings,
                          admin_finding(FINDING_BAD, MSG_admin_h_signs, MSG_admin_h_worker_do,
                                        msg_text(ctx->lang, MSG_admin_none)));
    for (size_t i = 0; i < signs.n; i++)
        admin_finding_add(
            findings, admin_finding(signs.items[i].is_late ? FINDING_BAD : FINDING_GOOD,
                                    MSG_admin_h_signs, MSG_admin_h_worker_do,
                                    str_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(signs.items[i].name),
                                            STR_ARG(admin_ago(ctx, signs.items[i].seen)))));
    return RC_OK;
}

static enum rc look_at_jobs(struct ctx *ctx, struct findings *findings)
{
    int64_t counts[JOB__N];
    enum rc rc = job_counts(ctx, counts);

    if (rc)
        return rc;
    admin_finding_add(
        findings,
        admin_finding(
            counts[JOB_GIVEN_UP]   ? FINDING_BAD
            : counts[JOB_TROUBLED] ? FINDING_LOOK
                                   : FINDING_GOOD,
            MSG_admin_h_jobs, MSG_admin_h_jobs_do,
            admin_numbers(ctx, (int64_t[]){counts[JOB_GIVEN_UP], counts[JOB_TROUBLED]}, 2)));
    return RC_OK;
}

static enum rc look_at_record(struct ctx *ctx, const struct installation *installation,
                              struct findings *findings)
{
    struct record_head head;
    struct record_size_row row;
    struct instant verified;
    bool is_found, is_late;
    enum rc rc = record_latest_head(ctx, &is_found, &head);

    if (!rc)
        rc = record_size(ctx, &row);
    if (rc)
        return rc;
    is_late =
        !is_found || (row.size > head.size && ctx->now.us_utc - head.at.us_utc > HEAD_LATE_US);
    admin_finding_add(
        findings,
        admin_finding(
            is_late ? FINDING_BAD : FINDING_GOOD, MSG_admin_h_head, MSG_admin_h_head_do,
            is_found ? str_fmt(ctx->arena, "%.*s, %.*s",
                               STR_ARG(admin_numbers(ctx, (int64_t[]){head.size, row.size}, 2)),
                               STR_ARG(admin_ago(ctx, head.at)))
                     : msg_text(ctx->lang, MSG_admin_none)));
    is_found = admin_health_instant(ctx, installation, HEALTH_VERIFIED_FILE, &verified);
    is_late = !is_found || ctx->now.us_utc - verified.us_utc > VERIFIED_LATE_US;
    admin_finding_add(findings, admin_finding(is_late ? FINDING_LOOK : FINDING_GOOD,
                                              MSG_admin_h_verified, MSG_admin_h_verified_do,
                                              is_found ? admin_ago(ctx, verified)
                                                       : msg_text(ctx->lang, MSG_admin_never)));
    return RC_OK;
}

static enum rc look_at_mail(struct ctx *ctx, struct findings *findings)
{
    struct mail_about_row row;
    enum finding_state state = FINDING_GOOD;
    bool has_relay, is_late;
    enum rc rc = outbox_has_relay(ctx, &has_relay);

    if (!rc)
        rc = mail_about(ctx, instant_plus_us(ctx->now, -US_PER_DAY), &row);
    if (rc)
        return rc;
    is_late =
        has_relay && !row.oldest_is_null && ctx->now.us_utc - row.oldest.us_utc > MAIL_LATE_US;
    if (!has_relay || row.failed)
        state = FINDING_LOOK;
    if (is_late)
        state = FINDING_BAD;
    admin_finding_add(findings,
                      admin_finding(state, MSG_admin_h_mail,
                                    has_relay ? MSG_admin_h_mail_do : MSG_admin_h_mail_none,
                                    admin_numbers(ctx, (int64_t[]){row.queued, row.failed}, 2)));
    return RC_OK;
}

static enum rc look_at_clock(struct ctx *ctx, struct findings *findings)
{
    struct newest_event_row row;
    struct timex clock = {0};
    bool is_found, is_back;
    int kept = adjtimex(&clock);
    enum rc rc = newest_event(ctx, &is_found, &row);

    if (rc)
        return rc;
    is_back = is_found && instant_cmp(row.at, instant_plus_us(ctx->now, US_PER_MIN)) > 0;
    admin_finding_add(findings,
                      admin_finding(is_back                                   ? FINDING_BAD
                                    : kept < 0 || (clock.status & STA_UNSYNC) ? FINDING_LOOK
                                                                              : FINDING_GOOD,
                                    MSG_admin_h_clock,
                                    is_back ? MSG_admin_h_clock_back : MSG_admin_h_clock_do,
                                    str_fmt(ctx->arena, "%.*s, %.*s",
                                            STR_ARG(show_instant(ctx, ctx->now, ctx->lang)),
                                            STR_ARG(ctx->city->zone_id))));
    return RC_OK;
}

/* "512" of "memory limit: 512 MB", what cityhall-image says of itself (image/main.c). */
static struct str lock_number(struct str line)
{
    size_t from = 0, to;

    while (from < line.n && (line.p[from] < '0' || line.p[from] > '9'))
        from++;
    to = from;
    while (to < line.n && line.p[to] >= '0' && line.p[to] <= '9')
        to++;
    return str_slice(line, from, to);
}

static struct str lock_text(struct ctx *ctx, struct str line)
{
    static const struct {
        struct str name;
        enum msg_id holds, fails;
    } locks[] = {
        {STR("memory limit:"), MSG_admin_lock_memory, MSG_admin_lock_no_memory},
        {STR("processor limit:"), MSG_admin_lock_time, MSG_admin_lock_no_time},
        {STR("seccomp:"), MSG_admin_lock_calls, MSG_admin_lock_no_calls},
        {STR("landlock:"), MSG_admin_lock_files, MSG_admin_lock_no_files},
    };

    for (size_t i = 0; i < COUNT(locks); i++) {
        bool fails = str_find(line, S("missing")) >= 0 || str_find(line, S("none")) >= 0;
        struct msg_arg n = MSG_ARG("n", lock_number(line));

        if (str_starts_with(line, locks[i].name))
            return msg_format(ctx->arena, ctx->lang, fails ? locks[i].fails : locks[i].holds, &n,
                              1);
    }
    return line;
}

struct str admin_health_locks(struct ctx *ctx, const struct installation *installation)
{
    struct str rest = str_trim(installation->image_status), lines[8];
    size_t n = 0;

    if (!rest.n)
        return msg_text(ctx->lang, MSG_admin_unknown);
    while (n < 8 && str_next(&rest, '\n', &lines[n])) {
        lines[n] = lock_text(ctx, lines[n]);
        n++;
    }
    return str_join(ctx->arena, lines, n, S("; "));
}

static void look_at_images(struct ctx *ctx, const struct installation *installation,
                           struct findings *findings)
{
    bool is_locked, has_gap;

    if (!installation)
        return;
    if (!installation->image) {
        admin_finding_add(findings,
                          admin_finding(FINDING_BAD, MSG_admin_h_image, MSG_admin_h_image_none,
                                        msg_text(ctx->lang, MSG_admin_none)));
        return;
    }
    is_locked = str_find(installation->image_status, S("seccomp: active")) >= 0;
    has_gap = str_find(installation->image_status, S("missing")) >= 0;
    admin_finding_add(findings, admin_finding(!is_locked ? FINDING_BAD
                                              : has_gap  ? FINDING_LOOK
                                                         : FINDING_GOOD,
                                              MSG_admin_h_image, MSG_admin_h_image_do,
                                              admin_health_locks(ctx, installation)));
}

/* What is found in the store and on the machine. */
enum rc admin_health_findings(struct ctx *ctx, const struct installation *installation,
                              struct findings *ret)
{
    enum rc rc = look_at_store(ctx, installation, ret);

    look_at_disk(ctx, installation, ret);
    look_at_load(ctx, installation, ret);
    if (!rc)
        rc = look_at_workers(ctx, ret);
    if (!rc)
        rc = look_at_jobs(ctx, ret);
    if (!rc)
        rc = look_at_record(ctx, installation, ret);
    if (!rc)
        rc = look_at_mail(ctx, ret);
    if (!rc)
        rc = look_at_clock(ctx, ret);
    look_at_images(ctx, installation, ret);
    if (installation)
        admin_finding_add(ret, admin_finding(FINDING_GOOD, MSG_admin_h_version, MSG_NONE,
                                             str_of(installation->version)));
    return rc;
}

enum rc admin_health_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const struct admin_findings_page page = {MSG_admin_health, MSG_admin_health_says,
                                                    "/staff/admin/health", admin_health_findings};

    return admin_findings_show(ctx, request, reply, &page);
}
