/* Filing a service request. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/text.h"
#include "engine/cases/access.h"
#include "engine/cases/cases.h"
#include "engine/cases/draft.h"
#include "engine/cases/external.h"
#include "engine/cases/locate.h"
#include "engine/cases/photo.h"
#include "engine/cases/stored_case.h"
#include "engine/definition/show.h"
#include "engine/message/fetch.h"
#include "svc/requests/open311.h"
#include "svc/requests/open311_once.h"

#define CHANNEL       "open311"
#define PHOTO_BYTES   ((size_t)15 << 20)
#define PHOTO_MS      5000
#define MAX_PATH      4096
#define DEGREES_BYTES 40

struct filing_call {
    struct ctx *ctx;
    const struct request *request;
    const struct definition *definition;
    struct api_key key;
    struct place place;
    struct filing filing;
    struct open311_once once;
    struct str media_url, media_bytes;
    struct str media_trouble; /* empty: none */
    struct filed filed;
};

static struct str sent(const struct filing_call *call, const char *name)
{
    return str_trim(params_get(&call->request->form, str_of(name)));
}

/* ---- Where */

static enum rc read_point(struct filing_call *call, struct str lat, struct str lon,
                          struct point *ret)
{
    struct ctx *ctx = call->ctx;
    struct point ignored;

    if (!lat.n || !lon.n)
        return FAIL(ctx, ERR_REQUIRED, .field = lat.n ? S("long") : S("lat"));
    if (lat.n > DEGREES_BYTES ||
        !point_parse(str_fmt(ctx->arena, "%.*s,0", STR_ARG(lat)), &ignored))
        return FAIL(ctx, ERR_NOT_A_NUMBER, .field = S("lat"));
    if (lon.n > DEGREES_BYTES ||
        !point_parse(str_fmt(ctx->arena, "%.*s,%.*s", STR_ARG(lat), STR_ARG(lon)), ret))
        return FAIL(ctx, ERR_NOT_A_NUMBER, .field = S("long"));
    return RC_OK;
}

/* The error of a place is that of the argument it came in. */
static enum rc blame(struct filing_call *call, enum rc rc, struct str argument)
{
    if (rc == RC_INVALID)
        call->ctx->err.field = argument;
    return rc;
}

static enum rc read_place(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    struct str lat = sent(call, "lat"), lon = sent(call, "long");
    struct str address = sent(call, "address_string"), id = sent(call, "address_id");
    struct point at;
    enum rc rc = RC_OK;

    if (call->definition->place.need == PLACE_NONE)
        return RC_OK;
    if (lat.n || lon.n) {
        rc = read_point(call, lat, lon, &at);
        if (!rc)
            rc = locate_point(ctx, ctx->city, at, address, &call->place);
    } else if (id.n) {
        rc = blame(call, locate_id(ctx, ctx->city, id, &call->place), S("address_id"));
    } else if (address.n) {
        rc = blame(call, locate_sure(ctx, ctx->city, address, &call->place), S("address_string"));
    } else {
        return call->definition->place.need == PLACE_REQUIRED
                   ? FAIL(ctx, ERR_REQUIRED, .field = S("place"))
                   : RC_OK;
    }
    call->filing.place = &call->place;
    return rc;
}

/* ---- Who and what */

static enum rc read_contact(struct filing_call *call)
{
    const struct applicant_rule *rule = &call->definition->applicant;
    struct str first = sent(call, "first_name"), last = sent(call, "last_name");
    struct contact *contact = &call->filing.contact;
    enum rc rc = text_check_line(call->ctx, first, S("first_name"), TEXT_NAME_MAX);

    if (!rc)
        rc = text_check_line(call->ctx, last, S("last_name"), TEXT_NAME_MAX);
    if (rc)
        return rc;
    if (rule->name != CONTACT_NONE)
        contact->name =
            str_trim(str_fmt(call->ctx->arena, "%.*s %.*s", STR_ARG(first), STR_ARG(last)));
    if (rule->email != CONTACT_NONE)
        contact->email = sent(call, "email");
    if (rule->phone != CONTACT_NONE)
        contact->phone = sent(call, "phone");
    return RC_OK;
}

/* CR LF as forms send it becomes LF. */
static struct str plain_lines(struct ctx *ctx, struct str text)
{
    struct buf out = buf_in(ctx->arena, text.n + 1);

    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
            buf_add_byte(&out, text.p[i]);
    return buf_str(&out);
}

static enum rc read_filing(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    struct filing *filing = &call->filing;
    enum rc rc = open311_answers(ctx, call->definition, &call->request->form, &filing->answers);

    filing->definition = call->definition;
    filing->channel = S(CHANNEL);
    filing->lang = ctx->lang;
    filing->base_url = open311_base_url(call->request);
    filing->description = str_trim(plain_lines(ctx, sent(call, "description")));
    call->media_url = sent(call, "media_url");
    if (!rc)
        rc = read_contact(call);
    if (!rc)
        rc = read_place(call);
    filing->submission = call->once.name;
    filing->submission_key_n = call->once.key_n;
    filing->submission_since = call->once.since;
    if (!rc)
        rc = filing_check(ctx, filing);
    if (rc)
        ctx->err.field = open311_field(ctx, call->definition, ctx->err.field);
    return rc;
}

/* ---- Photos */

static bool takes_photos(const struct filing_call *call)
{
    return call->definition->photos.max > 0 && call->ctx->city->pictures;
}

/* Only an address that we do not ask is the caller's mistake: that a picture is not there must not
 * cost the city the report. */
static enum rc fetch_media(struct filing_call *call)
{
    const struct fetch fetch = {
        .url = call->media_url, .timeout_ms = PHOTO_MS, .max_bytes = PHOTO_BYTES, .fd = -1};
    enum fetch_outcome outcome;
    struct fetched fetched;

    if (!call->media_url.n)
        return RC_OK;
    outcome = fetch_url(call->ctx, &fetch, &fetched);
    if (outcome == FETCH_REFUSED)
        return FAIL(call->ctx, ERR_OUTSIDE, .field = S("media_url"), .arg = fetched.trouble);
    if (outcome != FETCH_ANSWERED)
        call->media_trouble = fetched.trouble;
    else if (fetched.status != 200 || !fetched.body.n)
        call->media_trouble = S("nothing is there");
    else if (!takes_photos(call))
        call->media_trouble = S("photos are not taken here");
    else
        call->media_bytes = fetched.body;
    return RC_OK;
}

static enum rc make_draft(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    struct draft draft;
    struct str token;
    enum rc rc = draft_new(ctx, call->definition, &draft);

    if (!rc)
        rc = draft_save(ctx, &draft, &token);
    if (!rc)
        rc = draft_load(ctx, token, &draft);
    if (!rc)
        call->filing.draft_id = draft.id;
    return rc;
}

static enum rc add_uploads(struct filing_call *call)
{
    for (const struct upload *upload = call->request->uploads; upload; upload = upload->next) {
        enum rc rc = upload_check(call->ctx, upload);

        if (!rc)
            rc = photo_add(call->ctx, call->filing.draft_id, call->definition,
                           &(struct photo_upload){upload->path, upload->filename});
        if (rc) {
            call->ctx->err.field = upload->field;
            return rc;
        }
    }
    return RC_OK;
}

/* A file of what was fetched, beside the uploads of forms, whose leftovers are swept at start. */
static enum rc write_fetched(struct filing_call *call, char *path, size_t room)
{
    static const char *const places[] = {"../uploads/upload-XXXXXX", "upload-XXXXXX"};
    struct str rest = call->media_bytes;
    int fd = -1;

    for (size_t i = 0; fd < 0 && call->ctx->city->files_folder && i < 2; i++) {
        snprintf(path, room, "%s/%s", call->ctx->city->files_folder, places[i]);
        fd = mkostemp(path, O_CLOEXEC);
    }
    while (fd >= 0 && rest.n) {
        ssize_t n = write(fd, rest.p, rest.n);

        if (n <= 0)
            break;
        rest = str_slice(rest, (size_t)n, rest.n);
    }
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && rest.n)
        unlink(path);
    return fd >= 0 && !rest.n
               ? RC_OK
               : FAIL(call->ctx, ERR_FILE, .detail = S("a fetched photo could not be stored"));
}

static enum rc add_fetched(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    char path[MAX_PATH];
    enum rc rc = write_fetched(call, path, sizeof path);

    if (rc)
        return rc;
    rc = photo_add(ctx, call->filing.draft_id, call->definition,
                   &(struct photo_upload){path, S("photo")});
    unlink(path);
    if (rc != RC_INVALID && rc != RC_LIMIT)
        return rc;
    call->media_trouble = S("it is no picture that we can show");
    ctx_clear_error(ctx);
    return RC_OK;
}

/* A refused call leaves nothing behind; why it was refused stays what it is. */
static void forget_draft(struct filing_call *call)
{
    const struct err err = call->ctx->err;

    ctx_clear_error(call->ctx);
    if (draft_drop(call->ctx, call->filing.draft_id))
        ctx_clear_error(call->ctx);
    call->ctx->err = err;
}

static enum rc take_photos(struct filing_call *call)
{
    bool has_uploads = call->request->uploads != NULL;
    enum rc rc = fetch_media(call);

    if (has_uploads && !rc && !takes_photos(call))
        call->media_trouble = S("photos are not taken here");
    if (rc || !takes_photos(call) || (!has_uploads && !call->media_bytes.n))
        return rc;
    rc = make_draft(call);
    if (!rc)
        rc = add_uploads(call);
    if (!rc && call->media_bytes.n)
        rc = add_fetched(call);
    if (rc && call->filing.draft_id)
        forget_draft(call);
    return rc;
}

/* The address of a picture that could not be had is kept with the case, for staff. */
static enum rc file_case(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    struct external_message message;

    if (call->media_trouble.n && call->media_url.n) {
        message = (struct external_message){
            .text = str_fmt(ctx->arena, "media_url %.*s: %.*s", STR_ARG(call->media_url),
                            STR_ARG(call->media_trouble)),
            .system = str_fmt(ctx->arena, "key %.*s", STR_ARG(call->key.prefix)),
        };
        call->filing.message = &message;
    }
    return case_file(ctx, &call->filing, &call->filed);
}

/* ---- The call */

static struct str notice_of(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    struct msg_arg arg;

    if (call->media_trouble.n)
        return msg_text(ctx->lang, MSG_open311_no_photo);
    if (!call->filed.has_due)
        return STR_NONE;
    arg = MSG_ARG("date", show_due(ctx, call->filed.due, ctx->lang));
    return msg_format(ctx->arena, ctx->lang, MSG_open311_due, &arg, 1);
}

static void put_filed(struct filing_call *call, struct reply *reply)
{
    struct document document = open311_document(call->request, reply);

    reply->status = 201;
    document_begin_list(&document, "service_requests");
    document_begin_thing(&document, "request");
    document_text(&document, "service_request_id", call->filed.number);
    document_text(&document, "service_notice", notice_of(call));
    document_text(&document, "account_id", sent(call, "account_id"));
    document_end_thing(&document);
    document_end_list(&document);
}

/* Bodies are forms: XML, JSON and whatever else is not read at all. */
static enum rc check_form(struct ctx *ctx, const struct request *request)
{
    return request->body.n ? FAIL(ctx, ERR_MEDIA_TYPE) : RC_OK;
}

static enum rc allow(struct filing_call *call)
{
    struct reach reach = {.department = call->definition->department,
                          .service = call->definition->code};

    return api_key_may(&call->key, API_RIGHT_FILE, reach)
               ? RC_OK
               : FAIL(call->ctx, ERR_DENIED, .field = S("service_code"));
}

/* A report that was not filed before. */
static enum rc file_report(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    enum rc rc = open311_find_service(ctx, request_value(call->request, S("service_code")),
                                      &call->definition);

    if (!rc)
        rc = allow(call);
    if (!rc)
        rc = read_filing(call);
    if (!rc)
        rc = open311_once_check(ctx, &call->once, &call->filing, &call->filed);
    if (rc || call->filed.was_there_before)
        return rc;
    rc = take_photos(call);
    if (rc)
        return rc;
    rc = file_case(call);
    if (rc && call->filing.draft_id)
        forget_draft(call);
    return rc;
}

/* Of a case that has become staff's alone a program learns no more, not even when it is due. */
static enum rc leave_out_unknown(struct filing_call *call)
{
    struct ctx *ctx = call->ctx;
    struct stored_case stored;
    enum rc rc = stored_case_read(ctx, call->filed.case_id, &stored);

    if (!rc &&
        case_audience(ctx->city, stored.definition, stored.row.confidentiality) == AUDIENCE_STAFF)
        call->filed.has_due = false;
    return rc;
}

enum rc open311_request_add(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct filing_call *call = ARENA_NEW(ctx->arena, struct filing_call);
    enum rc rc = call ? open311_begin(ctx, request, reply) : FAIL(ctx, ERR_MEMORY);

    if (rc)
        return rc;
    *call = (struct filing_call){.ctx = ctx, .request = request};
    rc = open311_key(ctx, request, reply, &call->key);
    if (!rc)
        rc = check_form(ctx, request);
    if (!rc)
        rc = open311_once_read(ctx, request, call->key.id, &call->once);
    if (!rc)
        rc = open311_once_find(ctx, request, &call->once, &call->filed);
    if (!rc && !call->filed.was_there_before)
        rc = file_report(call);
    if (!rc && call->filed.was_there_before)
        rc = leave_out_unknown(call);
    if (!rc)
        put_filed(call, reply);
    return rc;
}
