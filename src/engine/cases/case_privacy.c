#include "engine/cases/case_privacy.h"

#include "base/crypto.h"
#include "db/db.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/case_erase.h"
#include "engine/cases/case_words.h"
#include "engine/cases/files.h"
#include "engine/cases/queries.h"
#include "engine/cases/stored_case.h"
#include "engine/message/queries.h"
#include "engine/record/queries.h"

#define BLACK "[...]"

/* ---- Hidden or shown */

struct showing {
    struct case_edit edit;
    bool is_hidden;
    struct str reason;
};

static enum rc show_tx(struct ctx *ctx, void *arg)
{
    struct showing *showing = arg;
    struct case_edit *edit = &showing->edit;
    struct case_event event;
    enum rc rc = case_edit_open(ctx, edit, CASE_RIGHT_SUPERVISE);

    if (!rc)
        rc = case_reason_check(ctx, showing->reason);
    if (rc || edit->row.is_hidden == showing->is_hidden)
        return rc;
    rc = case_edit_bump(ctx, edit);
    if (!rc)
        rc = case_hidden_set(ctx, edit->case_id, showing->is_hidden, NULL);
    if (rc)
        return rc;
    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("reason"), showing->reason);
    return case_event_end(ctx, &event, edit->case_id,
                          showing->is_hidden ? EVENT_CASE_HIDDEN : EVENT_CASE_SHOWN, EVENT_STAFF);
}

static enum rc show(struct ctx *ctx, const struct showing *of)
{
    struct showing showing = *of;

    return db_tx(ctx, show_tx, &showing);
}

enum rc case_hide(struct ctx *ctx, int64_t case_id, int64_t lock_version, struct str reason)
{
    return show(
        ctx, &(struct showing){{.case_id = case_id, .lock_version = lock_version}, true, reason});
}

enum rc case_show_again(struct ctx *ctx, int64_t case_id, int64_t lock_version, struct str reason)
{
    return show(
        ctx, &(struct showing){{.case_id = case_id, .lock_version = lock_version}, false, reason});
}

/* ---- The description, released or private */

/* Everybody finds the case by its description, or no more. */
static enum rc release_words(struct ctx *ctx, const struct case_edit *edit, bool is_public)
{
    struct projection_words words = {
        .number = edit->row.number,
        .description = edit->row.description,
        .is_public = is_public,
    };
    struct answers answers = {.definition = edit->definition};
    const struct place *place;
    enum rc rc = case_edit_place(ctx, edit, &place);

    if (rc)
        return rc;
    words.answers = &answers;
    words.place_label = place ? place->label : STR_NONE;
    return case_words_release(ctx, edit->case_id, &words);
}

static enum rc release_tx(struct ctx *ctx, void *arg)
{
    struct showing *showing = arg;
    struct case_edit *edit = &showing->edit;
    bool is_public = !showing->is_hidden;
    struct case_event event;
    enum rc rc = case_edit_open(ctx, edit, CASE_RIGHT_WORK);

    if (rc)
        return rc;
    if (!edit->row.description.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("description"));
    if (edit->row.is_description_public == is_public)
        return RC_OK;
    rc = case_edit_bump(ctx, edit);
    if (!rc)
        rc = case_description_set(ctx, edit->case_id, edit->row.description, is_public, NULL);
    if (!rc)
        rc = release_words(ctx, edit, is_public);
    if (rc)
        return rc;
    case_event_begin(ctx, &event);
    return case_event_end(ctx, &event, edit->case_id,
                          is_public ? EVENT_DESCRIPTION_RELEASED : EVENT_DESCRIPTION_WITHDRAWN,
                          is_public ? EVENT_PUBLIC : EVENT_STAFF);
}

enum rc case_description_release(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                                 bool is_public)
{
    struct showing showing = {
        .edit = {.case_id = case_id, .lock_version = lock_version},
        .is_hidden = !is_public,
    };

    return db_tx(ctx, release_tx, &showing);
}

/* ---- Redaction */

struct redacting {
    struct case_edit edit;
    const struct redaction *redaction;
    struct stored_case stored;
    struct str hashes[2]; /* of files that nothing may name any more */
    size_t hash_n;
};

bool case_redactable(struct str event_kind)
{
    enum event_holds holds = event_holds(event_kind);

    return holds == EVENT_HOLDS_TEXT || holds == EVENT_HOLDS_LEFT;
}

static enum rc record_redaction(struct ctx *ctx, const struct redacting *work, const char *what)
{
    const struct redaction *redaction = work->redaction;
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("what"), str_of(what));
    if (redaction->what == REDACT_ANSWER)
        json_put_member(&event.json, S("field"), redaction->field);
    if (redaction->what == REDACT_PHOTO)
        json_put_member_i64(&event.json, S("photo"), redaction->id);
    json_put_member(&event.json, S("reason"), redaction->reason);
    return case_event_end(ctx, &event, work->edit.case_id, EVENT_CASE_REDACTED, EVENT_STAFF);
}

/* Search keeps no word of what is gone: neither its entry nor the parts it was made of before. */
static enum rc redact_description(struct ctx *ctx, struct redacting *work)
{
    const struct stored_case *stored = &work->stored;
    enum rc rc;

    if (!stored->row.description.n)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = case_description_set(ctx, work->edit.case_id, STR_NONE, false, NULL);
    if (!rc)
        rc = case_edit_words(ctx, &work->edit, stored->has_place ? stored->place.label : STR_NONE,
                             STR_NONE, &stored->answers);
    if (!rc)
        rc = case_words_forget(ctx);
    if (!rc)
        rc = case_erase_draft(ctx, work->edit.case_id);
    return rc ? rc : record_redaction(ctx, work, "description");
}

static bool has_answer(const struct answers *answers, struct str field)
{
    for (size_t i = 0; i < answers->definition->field_n; i++)
        if (str_eq(answers->definition->fields[i].id, field))
            return answers->of[i].is_given;
    return false;
}

static enum rc redact_answer(struct ctx *ctx, struct redacting *work)
{
    const struct redaction *redaction = work->redaction;
    enum rc rc;

    if (!has_answer(&work->stored.answers, redaction->field))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = case_erase_answers(ctx, &work->stored,
                            &(struct erasure){&redaction->field, 1, redaction->reason});
    return rc ? rc : record_redaction(ctx, work, "answer");
}

/* The body without the text, which may stand in it more than once. */
static struct str without(struct ctx *ctx, struct str body, struct str text)
{
    struct buf out = buf_in(ctx->arena, 1 << 16);
    ptrdiff_t at;

    while (text.n && (at = str_find(body, text)) >= 0) {
        buf_add(&out, str_slice(body, 0, (size_t)at));
        BUF_ADD(&out, BLACK);
        body = str_slice(body, (size_t)at + text.n, body.n);
    }
    buf_add(&out, body);
    return buf_str(&out);
}

/* Mails of the case that carried the text. */
static enum rc redact_mails(struct ctx *ctx, const struct redacting *work, struct str text)
{
    struct messages_of_rows rows;
    enum rc rc = messages_of(ctx, work->edit.case_id, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        if (str_find(rows.rows[i].body, text) >= 0)
            rc =
                message_body_set(ctx, rows.rows[i].id, without(ctx, rows.rows[i].body, text), NULL);
    return rc;
}

/* What was left behind stands in this event alone, but a rule may have asked for it, search found
 * it, and it came from a draft. A transfer says it as a text, a newer version as an object. */
static enum rc redact_left(struct ctx *ctx, const struct redacting *work, json_t *payload)
{
    json_t *left = json_object_get(payload, "left"), *parsed = NULL, *value;
    struct erasure erasure = {.reason = work->redaction->reason};
    struct str *fields;
    const char *name;

    if (json_is_string(left)) {
        struct str text = {json_string_value(left), json_string_length(left)};

        if (json_parse(ctx, text, RECORD_PAYLOAD_MAX, &parsed))
            ctx_clear_error(ctx);
        left = parsed;
    }
    fields = ARENA_ARRAY(ctx->arena, json_object_size(left), struct str);
    if (!fields)
        return FAIL(ctx, ERR_MEMORY);
    json_object_foreach(left, name, value)
    {
        fields[erasure.n++] = str_of(name);
    }
    erasure.fields = fields;
    return case_erase_left(ctx, &work->stored, &erasure);
}

/* A message also from the mails that carried it, what was said with a rating from the rating. */
static enum rc redact_words(struct ctx *ctx, const struct redacting *work, json_t *payload)
{
    struct str text;
    enum rc rc;

    if (json_get_str(ctx, payload, S("text"), &text)) {
        ctx_clear_error(ctx);
        return RC_OK;
    }
    if (!text.n)
        return RC_OK;
    rc = redact_mails(ctx, work, text);
    return rc ? rc : satisfaction_text_drop(ctx, work->edit.case_id, text, NULL);
}

static enum rc redact_text(struct ctx *ctx, struct redacting *work)
{
    struct event_text_row row;
    json_t *payload = NULL;
    bool is_found;
    enum rc rc = event_text(ctx, work->redaction->id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found || row.cases_is_null || row.cases != work->edit.case_id || row.payload_is_null ||
        !case_redactable(row.kind))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = record_erase(ctx, work->redaction->id, work->redaction->reason);
    if (rc)
        return rc;
    if (json_parse(ctx, row.payload, RECORD_PAYLOAD_MAX, &payload)) {
        ctx_clear_error(ctx);
        return RC_OK;
    }
    return event_holds(row.kind) == EVENT_HOLDS_LEFT ? redact_left(ctx, work, payload)
                                                     : redact_words(ctx, work, payload);
}

/* The same bytes may belong to somebody else's upload as well. */
static enum rc note_unused(struct ctx *ctx, struct redacting *work, struct str hash)
{
    struct file_rows_row rows;
    enum rc rc = file_rows(ctx, hash, &rows);

    if (!rc && rows.total == 0)
        work->hashes[work->hash_n++] = hash;
    return rc;
}

static enum rc redact_photo(struct ctx *ctx, struct redacting *work)
{
    struct case_photo_parts_row row;
    bool is_found;
    enum rc rc = case_photo_parts(ctx, work->redaction->id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found || row.cases != work->edit.case_id)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = case_photo_drop(ctx, work->redaction->id, NULL);
    if (!rc)
        rc = file_drop(ctx, row.file, NULL);
    if (!rc)
        rc = file_drop(ctx, row.thumbnail, NULL);
    if (!rc)
        rc = note_unused(ctx, work, row.sha256);
    if (!rc)
        rc = note_unused(ctx, work, row.thumb_sha256);
    return rc ? rc : record_redaction(ctx, work, "photo");
}

static enum rc redact_tx(struct ctx *ctx, void *arg)
{
    struct redacting *work = arg;
    enum rc rc = case_edit_open(ctx, &work->edit, CASE_RIGHT_SUPERVISE);

    work->hash_n = 0;
    if (!rc)
        rc = case_reason_check(ctx, work->redaction->reason);
    if (!rc)
        rc = stored_case_read(ctx, work->edit.case_id, &work->stored);
    if (!rc)
        rc = case_edit_bump(ctx, &work->edit);
    if (rc)
        return rc;
    switch (work->redaction->what) {
    case REDACT_DESCRIPTION: return redact_description(ctx, work);
    case REDACT_ANSWER: return redact_answer(ctx, work);
    case REDACT_TEXT: return redact_text(ctx, work);
    case REDACT_PHOTO: return redact_photo(ctx, work);
    }
    return FAIL(ctx, ERR_NOT_FOUND);
}

enum rc case_redact(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                    const struct redaction *redaction)
{
    struct redacting work = {
        .edit = {.case_id = case_id, .lock_version = lock_version},
        .redaction = redaction,
    };
    enum rc rc = db_tx(ctx, redact_tx, &work);

    for (size_t i = 0; !rc && i < work.hash_n; i++)
        rc = files_drop(ctx, work.hashes[i]);
    return rc;
}
