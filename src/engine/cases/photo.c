#include "engine/cases/photo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/access.h"
#include "engine/cases/files.h"
#include "engine/cases/queries.h"
#include "engine/record/case_event.h"
#include "image/image_client.h"

#define MEDIA        "image/jpeg" /* all that the image program writes */
#define MAX_NAME     200
#define FILES_A_TIME 500

bool photo_variant_of(struct str word, enum photo_variant *ret)
{
    bool is_full = str_eq(word, S("full"));

    if (!is_full && !str_eq(word, S("thumb")))
        return false;
    *ret = is_full ? PHOTO_FULL : PHOTO_THUMB;
    return true;
}

struct adding {
    int64_t draft_id;
    const struct definition *definition;
    struct photo_made made;
};

/* Whether the draft is open and has room for another `bytes`. */
static enum rc check_room(struct ctx *ctx, int64_t draft_id, const struct definition *definition,
                          int64_t bytes)
{
    struct draft_state_row draft;
    struct draft_files_rows rows;
    bool is_found;
    enum rc rc = draft_state(ctx, draft_id, &is_found, &draft);

    if (rc)
        return rc;
    if (!is_found || !draft.cases_is_null || instant_cmp(draft.expires, ctx->now) < 0)
        return FAIL(ctx, ERR_EXPIRED);
    rc = draft_files(ctx, draft_id, &rows);
    if (rc)
        return rc;
    for (size_t i = 0; i < rows.n; i++)
        bytes += rows.rows[i].bytes;
    if (rows.n >= (size_t)definition->photos.max || bytes > PHOTO_DRAFT_BYTES)
        return FAIL(ctx, ERR_PHOTOS_FULL, .field = S("photos"),
                    .arg = str_fmt(ctx->arena, "%d", definition->photos.max));
    return RC_OK;
}

static enum rc make_pictures(struct ctx *ctx, const char *path, struct image_result *ret)
{
    int fd;
    enum rc rc;

    if (!ctx->city->pictures)
        return FAIL(ctx, ERR_CONFIG, .detail = S("there is no image program"));
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return FAIL(ctx, ERR_FILE, .detail = str_fmt(ctx->arena, "%s: %s", path, strerror(errno)));
    db_reader_rest(ctx);
    rc = image_process_fd(ctx, ctx->city->pictures, fd, ret);
    close(fd);
    return rc;
}

static struct photo_size size_of(const struct image_picture *picture)
{
    return (struct photo_size){
        .bytes = (int64_t)picture->jpeg.n, .width = picture->width, .height = picture->height};
}

enum rc photo_make(struct ctx *ctx, const struct photo_upload *upload, struct photo_made *ret)
{
    struct photo_made made = {.name = utf8_cut(upload->name, MAX_NAME)};
    struct image_result pictures;
    enum rc rc = make_pictures(ctx, upload->path, &pictures);

    if (rc)
        return rc;
    made.full = size_of(&pictures.full);
    made.thumb = size_of(&pictures.thumb);
    rc = files_put(ctx, pictures.full.jpeg, &made.full.hash);
    if (!rc)
        rc = files_put(ctx, pictures.thumb.jpeg, &made.thumb.hash);
    if (!rc)
        *ret = made;
    return rc;
}

static enum rc add_file(struct ctx *ctx, const struct photo_made *made, bool is_thumb, int64_t *ret)
{
    const struct photo_size *size = is_thumb ? &made->thumb : &made->full;

    return file_add(ctx,
                    &(struct file_add_args){
                        .sha256 = crypto_hash_str(&size->hash),
                        .bytes = size->bytes,
                        .media = S(MEDIA),
                        .width = size->width,
                        .height = size->height,
                        .name = made->name,
                        .class = is_thumb ? S("thumbnail") : S("photo"),
                        .created = ctx->now,
                    },
                    ret);
}

static enum rc add_files(struct ctx *ctx, const struct photo_made *made, int64_t *ret_full,
                         int64_t *ret_thumb)
{
    enum rc rc = add_file(ctx, made, false, ret_full);

    return rc ? rc : add_file(ctx, made, true, ret_thumb);
}

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    const struct adding *adding = arg;
    int64_t full, thumb;
    enum rc rc = check_room(ctx, adding->draft_id, adding->definition, adding->made.full.bytes);

    if (!rc)
        rc = add_files(ctx, &adding->made, &full, &thumb);
    return rc ? rc : draft_file_add(ctx, adding->draft_id, full, thumb, NULL);
}

enum rc photo_add(struct ctx *ctx, int64_t draft_id, const struct definition *definition,
                  const struct photo_upload *upload)
{
    struct adding adding = {.draft_id = draft_id, .definition = definition};
    enum rc rc = check_room(ctx, draft_id, definition, 0);

    if (!rc)
        rc = photo_make(ctx, upload, &adding.made);
    return rc ? rc : db_tx(ctx, add_tx, &adding);
}

struct removal {
    int64_t draft_id, photo_id;
};

static enum rc remove_tx(struct ctx *ctx, void *arg)
{
    const struct removal *removal = arg;
    struct draft_files_rows rows;
    enum rc rc = draft_files(ctx, removal->draft_id, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++) {
        if (rows.rows[i].id != removal->photo_id)
            continue;
        rc = draft_file_drop(ctx, removal->draft_id, removal->photo_id, NULL);
        if (!rc)
            rc = file_drop(ctx, rows.rows[i].file, NULL);
        if (!rc)
            rc = file_drop(ctx, rows.rows[i].thumbnail, NULL);
    }
    return rc;
}

enum rc photo_remove(struct ctx *ctx, int64_t draft_id, int64_t photo_id)
{
    struct removal removal = {draft_id, photo_id};

    return db_tx(ctx, remove_tx, &removal);
}

enum rc photos_of_draft(struct ctx *ctx, int64_t draft_id, struct photos *ret)
{
    struct draft_files_rows rows;
    struct photos photos = {0};
    enum rc rc = draft_files(ctx, draft_id, &rows);

    if (rc)
        return rc;
    photos.items = ARENA_ARRAY(ctx->arena, rows.n, struct photo);
    if (!photos.items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        photos.items[photos.n++] = (struct photo){
            .id = rows.rows[i].id,
            .width = rows.rows[i].width,
            .height = rows.rows[i].height,
            .name = rows.rows[i].name,
        };
    *ret = photos;
    return RC_OK;
}

enum rc photos_of_case(struct ctx *ctx, int64_t case_id, enum audience viewer, struct photos *ret)
{
    struct case_photos_rows rows;
    struct photos photos = {0};
    enum rc rc = case_photos(ctx, case_id, &rows);

    if (rc)
        return rc;
    photos.items = ARENA_ARRAY(ctx->arena, rows.n, struct photo);
    if (!photos.items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        const struct case_photos_row *row = &rows.rows[i];

        if (viewer != AUDIENCE_STAFF && !row->is_public &&
            (viewer == AUDIENCE_PUBLIC || row->is_hidden))
            continue;
        photos.items[photos.n++] = (struct photo){
            .id = row->id,
            .width = row->width,
            .height = row->height,
            .name = row->name,
            .is_public = row->is_public,
            .is_hidden = row->is_hidden,
        };
    }
    *ret = photos;
    return RC_OK;
}

enum rc photos_carry(struct ctx *ctx, int64_t draft_id, int64_t case_id,
                     const struct definition *definition, int64_t event_id)
{
    struct draft_files_rows rows;
    enum rc rc = draft_files(ctx, draft_id, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        rc = case_photo_put(ctx,
                            &(struct case_photo_put_args){
                                .cases = case_id,
                                .file = rows.rows[i].file,
                                .thumbnail = rows.rows[i].thumbnail,
                                .event = event_id,
                                .is_public = definition->photos.release == PHOTO_AT_ONCE,
                            },
                            NULL);
    return rc || rows.n == 0 ? rc : draft_files_drop(ctx, draft_id, NULL);
}

static enum rc reach_of(struct ctx *ctx, const struct case_photo_get_row *row,
                        const struct definition **ret_definition, struct case_reach *ret)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);

    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    *ret_definition = definition;
    *ret = (struct case_reach){
        .reach = case_reach_within(ctx->city, definition, row->team_is_null ? 0 : row->team),
        .case_id = row->cases,
        .reporter = row->reporter_is_null ? 0 : row->reporter,
        .is_service_public = case_service_is_public(ctx->city, definition),
        .confidentiality = case_audience(ctx->city, definition, row->confidentiality),
        .is_hidden = row->case_is_hidden,
    };
    return RC_OK;
}

struct showing {
    int64_t case_id, photo_id;
    bool is_public, is_hidden;
    enum event_kind event;
};

static enum rc record_photo(struct ctx *ctx, const struct event *about, int64_t photo_id,
                            struct str hash)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member_i64(&event.json, S("photo"), photo_id);
    json_put_member(&event.json, S("sha256"), crypto_hex(ctx->arena, hash));
    return case_event_add(ctx, &event, about, NULL);
}

static enum rc show_tx(struct ctx *ctx, void *arg)
{
    const struct showing *showing = arg;
    const struct definition *definition;
    struct case_photo_get_row row;
    struct case_reach reach;
    bool is_found;
    enum rc rc = case_photo_get(ctx, showing->photo_id, &is_found, &row);

    if (!rc && (!is_found || row.cases != showing->case_id))
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = reach_of(ctx, &row, &definition, &reach);
    if (rc)
        return rc;
    if (!case_may_work(ctx->actor, &reach))
        return FAIL(ctx, ERR_DENIED);
    if (showing->is_public && definition->photos.release == PHOTO_NEVER)
        return FAIL(ctx, ERR_GUARD);
    if (row.is_public == showing->is_public && row.is_hidden == showing->is_hidden)
        return RC_OK;
    rc = case_photo_set(ctx, row.id, showing->is_public, showing->is_hidden, NULL);
    if (!rc)
        rc = record_photo(
            ctx,
            &(struct event){.kind = showing->event,
                            .case_id = row.cases,
                            .audience = showing->is_public ? EVENT_PUBLIC : EVENT_STAFF},
            row.id, row.sha256);
    return rc ? rc : case_touch(ctx, row.cases, ctx->now, NULL);
}

enum rc photo_release(struct ctx *ctx, int64_t case_id, int64_t photo_id)
{
    struct showing showing = {case_id, photo_id, true, false, EVENT_PHOTO_RELEASED};

    return db_tx(ctx, show_tx, &showing);
}

enum rc photo_hide(struct ctx *ctx, int64_t case_id, int64_t photo_id)
{
    struct showing showing = {case_id, photo_id, false, true, EVENT_PHOTO_HIDDEN};

    return db_tx(ctx, show_tx, &showing);
}

enum rc photo_withdraw(struct ctx *ctx, int64_t case_id, int64_t photo_id)
{
    struct showing showing = {case_id, photo_id, false, false, EVENT_PHOTO_WITHDRAWN};

    return db_tx(ctx, show_tx, &showing);
}

enum rc photo_check_case(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                         int64_t bytes)
{
    bool is_resident = ctx->actor && ctx->actor->kind == ACTOR_RESIDENT;
    int most = is_resident ? definition->photos.max : PHOTO_CASE_MAX;
    struct case_photos_rows rows;
    int count = 0;
    enum rc rc = case_photos(ctx, case_id, &rows);

    if (rc)
        return rc;
    for (size_t i = 0; i < rows.n; i++) {
        if (is_resident && rows.rows[i].by_staff)
            continue;
        count++;
        bytes += rows.rows[i].bytes;
    }
    if (count < most && rows.n < PHOTO_CASE_MAX && (!is_resident || bytes <= PHOTO_DRAFT_BYTES))
        return RC_OK;
    return FAIL(ctx, ERR_CASE_PHOTOS, .field = S("photo"), .arg = str_fmt(ctx->arena, "%d", most));
}

enum rc photo_attach(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                     const struct photo_made *photo)
{
    int64_t full, thumb, id;
    enum rc rc = photo_check_case(ctx, case_id, definition, photo->full.bytes);

    if (!rc)
        rc = add_files(ctx, photo, &full, &thumb);
    if (!rc)
        rc = case_photo_put(ctx,
                            &(struct case_photo_put_args){
                                .cases = case_id,
                                .file = full,
                                .thumbnail = thumb,
                                .is_public = definition->photos.release == PHOTO_AT_ONCE,
                                .by_staff = actor_is_staff(ctx->actor),
                            },
                            &id);
    if (rc)
        return rc;
    return record_photo(
        ctx,
        &(struct event){.kind = EVENT_PHOTO_ADDED, .case_id = case_id, .audience = EVENT_PARTIES},
        id, crypto_hash_str(&photo->full.hash));
}

static enum rc open_file(struct ctx *ctx, struct str hash, struct photo_file *ret)
{
    struct photo_file file = {.media = MEDIA};
    enum rc rc = files_open(ctx, hash, &file.fd);

    if (!rc)
        *ret = file;
    return rc;
}

/* The one predicate of who sees a photo of a case. */
static bool may_see(const struct ctx *ctx, const struct case_photo_get_row *row,
                    const struct case_reach *reach)
{
    if (!case_may_read(ctx->actor, reach))
        return false;
    return actor_is_staff(ctx->actor) || row->is_public ||
           (!row->is_hidden && case_is_own(ctx->actor, reach));
}

enum rc photo_open(struct ctx *ctx, int64_t photo_id, enum photo_variant variant,
                   struct photo_file *ret)
{
    const struct definition *definition;
    struct case_photo_get_row row;
    struct case_reach reach;
    bool is_found;
    enum rc rc = case_photo_get(ctx, photo_id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = reach_of(ctx, &row, &definition, &reach);
    if (!rc)
        rc = case_reach_ask(ctx, &reach);
    if (rc)
        return rc;
    if (!may_see(ctx, &row, &reach))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = open_file(ctx, variant == PHOTO_FULL ? row.sha256 : row.thumb_sha256, ret);
    if (!rc)
        ret->is_public = row.is_public && case_may_read(NULL, &reach);
    return rc;
}

enum rc photo_open_named(struct ctx *ctx, struct str photo, struct str variant,
                         struct photo_file *ret)
{
    enum photo_variant which;
    int64_t id;

    if (!str_to_i64(photo, &id) || !photo_variant_of(variant, &which))
        return FAIL(ctx, ERR_NOT_FOUND);
    return photo_open(ctx, id, which, ret);
}

enum rc photo_open_draft(struct ctx *ctx, int64_t draft_id, int64_t photo_id,
                         enum photo_variant variant, struct photo_file *ret)
{
    struct draft_files_rows rows;
    enum rc rc = draft_files(ctx, draft_id, &rows);

    if (rc)
        return rc;
    for (size_t i = 0; i < rows.n; i++)
        if (rows.rows[i].id == photo_id)
            return open_file(
                ctx, variant == PHOTO_FULL ? rows.rows[i].sha256 : rows.rows[i].thumb_sha256, ret);
    return FAIL(ctx, ERR_NOT_FOUND);
}

static enum rc expire_tx(struct ctx *ctx, void *arg)
{
    (void)arg;
    return draft_files_expire(ctx, ctx->now, NULL);
}

struct unused {
    int64_t after, last; /* 0: there are no more */
};

static enum rc unused_tx(struct ctx *ctx, void *arg)
{
    struct unused *unused = arg;
    struct files_run_end_row end;
    enum rc rc = files_run_end(ctx, unused->after, FILES_A_TIME, &end);

    if (rc)
        return rc;
    unused->last = end.last_id_is_null ? 0 : end.last_id;
    if (!unused->last)
        return RC_OK;
    return files_unused_drop(ctx, unused->after, unused->last,
                             instant_plus_us(ctx->now, -FILES_ORPHAN_US), NULL);
}

/* Every file is looked at, a few in a transaction: nobody waits for all of them. */
enum rc photos_expire(struct ctx *ctx)
{
    struct unused unused = {.last = 0};
    enum rc rc = db_tx(ctx, expire_tx, NULL);

    do {
        unused.after = unused.last;
        if (!rc)
            rc = db_tx(ctx, unused_tx, &unused);
    } while (!rc && unused.last);
    return rc;
}
