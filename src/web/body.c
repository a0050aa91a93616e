#include "web/body.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "web/json_body.h"
#include "web/multipart.h"
#include "web/urlencoded.h"

/* A file that is too large is the field's fault up to this many times the limit, and the request's
 * beyond that. */
#define PATIENCE_TIMES 3

struct body {
    struct request *request;
    const struct body_limits *limits;
    struct multipart *multipart;   /* a form with files, */
    struct urlencoded *urlencoded; /* a form without; both NULL for other kinds */
    bool is_json;
    struct json_body json;
    struct buf text; /* the body of another kind than a form */
    int64_t bytes;   /* as they came */

    /* Of forms: */
    struct param *fields;
    size_t field_count, file_count;
    size_t kept_bytes;  /* names and values so far */
    struct typed value; /* of the field being read */
    struct input_flaw **last_flaw;
    int64_t uploads_bytes;
    bool is_skipping;      /* an empty file input */
    struct upload *upload; /* being written, NULL while a plain field is read */
    struct upload **last_upload;
    int fd; /* of that upload */
};

static enum rc file_failed(struct ctx *ctx, int error)
{
    enum err_id id = error == ENOSPC || error == EDQUOT ? ERR_DISK_FULL
                     : error == EROFS                   ? ERR_DISK_READONLY
                                                        : ERR_FILE;

    return FAIL(ctx, id, .detail = str_fmt(ctx->arena, "an upload: %s", strerrordesc_np(error)));
}

static enum rc open_upload(struct body *body, struct ctx *ctx)
{
    static const char pattern[] = "/upload-XXXXXX";
    size_t n = strlen(body->limits->temp_dir);
    char *name = arena_alloc(ctx->arena, n + sizeof pattern);

    if (!name)
        return FAIL(ctx, ERR_MEMORY);
    memcpy(name, body->limits->temp_dir, n);
    memcpy(name + n, pattern, sizeof pattern);
    body->fd = fault_here() ? -1 : mkostemp(name, O_CLOEXEC);
    if (body->fd < 0)
        return file_failed(ctx, errno);
    body->upload->path = name;
    *body->last_upload = body->upload;
    body->last_upload = &body->upload->next;
    return RC_OK;
}

static enum rc begin_file(struct body *body, struct ctx *ctx, const struct multipart_part *part)
{
    const struct body_limits *limits = body->limits;
    enum rc rc = RC_OK;

    /* A file input that was left empty comes as a nameless file without bytes. */
    body->is_skipping = part->filename.n == 0;
    if (body->is_skipping)
        return RC_OK;
    if (limits->max_files == 0)
        return FAIL(ctx, ERR_MEDIA_TYPE, .detail = S("a file where none is taken"));
    if (body->file_count == limits->max_files)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("number of files"));
    if (body->file_count++ == 0 && limits->may_send_files)
        rc = limits->may_send_files(limits->cls, ctx);
    if (rc)
        return rc;
    body->upload = ARENA_NEW(ctx->arena, struct upload);
    if (!body->upload)
        return FAIL(ctx, ERR_MEMORY);
    body->upload->field = str_copy(ctx->arena, part->name);
    body->upload->filename = multipart_clean_filename(ctx->arena, part->filename);
    body->upload->most_bytes = limits->max_file_bytes;
    body->upload->content_type = str_copy(ctx->arena, http_media_type(part->content_type));
    return open_upload(body, ctx);
}

/* How much of the next value is kept: no more than half of what is left, so that a text without
 * end takes no other field's place. */
static size_t room_for_value(const struct body *body)
{
    size_t half = (body->limits->max_body_bytes - body->kept_bytes) / 2;

    return half < TYPED_MAX_BYTES ? half : TYPED_MAX_BYTES;
}

static enum rc begin_part(void *cls, struct ctx *ctx, const struct multipart_part *part)
{
    struct body *body = cls;

    body->is_skipping = false;
    body->kept_bytes += part->name.n + part->filename.n;
    if (body->field_count + body->file_count == body->limits->max_fields ||
        body->kept_bytes > body->limits->max_body_bytes)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("fields of a form"));
    if (!http_is_text(part->name))
        return FAIL(ctx, ERR_MALFORMED, .detail = S("the name of a field"));
    if (part->filename.p)
        return begin_file(body, ctx, part);
    if (!body->fields)
        body->fields = ARENA_ARRAY(ctx->arena, body->limits->max_fields, struct param);
    if (!body->fields)
        return FAIL(ctx, ERR_MEMORY);
    body->fields[body->field_count].name = str_copy(ctx->arena, part->name);
    body->value = typed_in(ctx->arena, room_for_value(body));
    return RC_OK;
}

static enum rc write_upload(struct body *body, struct ctx *ctx, struct str bytes)
{
    int64_t n = (int64_t)bytes.n;

    body->upload->size_bytes += n;
    body->uploads_bytes += n;
    if (body->uploads_bytes > body->limits->max_uploads_bytes ||
        body->upload->size_bytes > PATIENCE_TIMES * body->upload->most_bytes)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("the files of a form together"));
    if (body->upload->size_bytes > body->upload->most_bytes)
        return body->upload->size_bytes - n <= body->upload->most_bytes && ftruncate(body->fd, 0)
                   ? file_failed(ctx, errno)
                   : RC_OK;
    while (bytes.n) {
        ssize_t written = fault_here() ? -1 : write(body->fd, bytes.p, bytes.n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return file_failed(ctx, errno);
        bytes = str_slice(bytes, (size_t)written, bytes.n);
    }
    return RC_OK;
}

static enum rc part_data(void *cls, struct ctx *ctx, struct str bytes)
{
    struct body *body = cls;

    if (body->upload)
        return write_upload(body, ctx, bytes);
    if (body->is_skipping)
        return FAIL(ctx, ERR_MALFORMED, .detail = S("a file without a name"));
    typed_add(&body->value, bytes);
    return RC_OK;
}

static enum rc note_flaw(struct body *body, struct ctx *ctx, enum err_id error)
{
    struct input_flaw *flaw = ARENA_NEW(ctx->arena, struct input_flaw);

    if (!flaw)
        return FAIL(ctx, ERR_MEMORY);
    flaw->name = body->fields[body->field_count].name;
    flaw->error = error;
    flaw->characters = body->value.characters;
    *body->last_flaw = flaw;
    body->last_flaw = &flaw->next;
    return RC_OK;
}

static enum rc end_value(struct body *body, struct ctx *ctx)
{
    struct str value = typed_end(&body->value);
    enum rc rc = RC_OK;

    if (buf_has_failed(&body->value.text))
        return FAIL(ctx, ERR_MEMORY);
    if (body->value.is_cut && body->value.bytes <= TYPED_MAX_BYTES)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("the fields of a form together"));
    if (body->value.is_cut)
        rc = note_flaw(body, ctx, ERR_TOO_LONG);
    else if (body->value.is_damaged)
        rc = note_flaw(body, ctx, ERR_NOT_UTF8);
    body->kept_bytes += value.n;
    body->fields[body->field_count++].value = value;
    return rc;
}

static enum rc end_part(void *cls, struct ctx *ctx)
{
    struct body *body = cls;

    if (body->upload) {
        int failed = close(body->fd);

        body->fd = -1;
        body->upload = NULL;
        return failed ? file_failed(ctx, errno) : RC_OK;
    }
    return body->is_skipping ? RC_OK : end_value(body, ctx);
}

static bool is_json_type(struct str media_type)
{
    return str_eq_ascii_nocase(media_type, S("application/json"));
}

int64_t body_longest(struct str media_type, const struct body_limits *limits)
{
    bool is_cut_to_size = is_json_type(media_type) ||
                          str_eq_ascii_nocase(media_type, S("application/x-www-form-urlencoded")) ||
                          str_eq_ascii_nocase(media_type, S("multipart/form-data"));

    return is_cut_to_size ? limits->max_sent_bytes : (int64_t)limits->max_body_bytes;
}

enum rc body_new(struct ctx *ctx, struct request *request, const struct body_limits *limits,
                 struct body **ret_body)
{
    struct body *body = ARENA_NEW(ctx->arena, struct body);
    struct multipart_sink sink = {body, begin_part, part_data, end_part};
    struct str content_type = request_header(request, S("content-type"));
    enum rc rc = RC_OK;

    if (!body)
        return FAIL(ctx, ERR_MEMORY);
    body->request = request;
    body->limits = limits;
    body->fd = -1;
    body->last_upload = &request->uploads;
    body->last_flaw = &request->flaws;
    body->text = buf_in(ctx->arena, limits->max_body_bytes);
    body->json = json_body_to(&body->text);
    body->is_json = is_json_type(request->media_type);
    if (str_eq_ascii_nocase(request->media_type, S("application/x-www-form-urlencoded"))) {
        body->urlencoded = urlencoded_new(ctx, &sink);
        rc = body->urlencoded ? RC_OK : FAIL(ctx, ERR_MEMORY);
    } else if (str_eq_ascii_nocase(request->media_type, S("multipart/form-data"))) {
        rc = multipart_new(ctx, content_type, &sink, &body->multipart);
    }
    if (!rc)
        *ret_body = body;
    return rc;
}

enum rc body_feed(struct body *body, struct ctx *ctx, struct str bytes)
{
    body->bytes += (int64_t)bytes.n;
    if (body->bytes - body->uploads_bytes > body_longest(body->request->media_type, body->limits))
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("a body"));
    if (body->multipart)
        return multipart_feed(body->multipart, ctx, bytes);
    if (body->urlencoded)
        return urlencoded_feed(body->urlencoded, ctx, bytes);
    if (body->is_json)
        json_body_add(&body->json, bytes);
    else
        buf_add(&body->text, bytes);
    if (buf_has_failed(&body->text))
        return arena_has_failed(ctx->arena) ? FAIL(ctx, ERR_MEMORY) : FAIL(ctx, ERR_TOO_LARGE);
    return RC_OK;
}

enum rc body_finish(struct body *body, struct ctx *ctx)
{
    enum rc rc = RC_OK;

    if (body->multipart)
        rc = multipart_finish(body->multipart, ctx);
    else if (body->urlencoded)
        rc = urlencoded_finish(body->urlencoded, ctx);
    else
        body->request->body = buf_str(&body->text);
    if (!rc)
        body->request->form = (struct params){body->fields, body->field_count};
    return rc;
}

void body_done(struct body *body)
{
    if (!body)
        return;
    if (body->fd >= 0)
        close(body->fd);
    body->fd = -1;
    for (struct upload *upload = body->request->uploads; upload; upload = upload->next)
        unlink(upload->path);
    body->request->uploads = NULL;
}

void body_sweep_temp_dir(const char *temp_dir)
{
    DIR *dir = opendir(temp_dir);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (str_starts_with(str_of(entry->d_name), S("upload-")))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}
