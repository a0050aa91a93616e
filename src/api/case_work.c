/* Work on a case by a program: steps, notes, whose it is. */
#include "engine/cases/case_work.h"

#include "api/caller.h"
#include "api/cases.h"
#include "api/once.h"
#include "api/view.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/cases/cases.h"
#include "engine/cases/photo.h"
#include "people/account.h"
#include "web/csrf.h"
#include "web/server.h"

const struct schema step_new_schema = {
    "StepNew",
    "What is given with a step; the case says what each asks for",
    (const struct schema_member[]){
        {"note", SCHEMA_STRING, SCHEMA_NULLABLE, "For staff alone", .max_length = TEXT_LONG_MAX},
        {"message", SCHEMA_STRING, SCHEMA_NULLABLE, "To the one who reported it",
         .max_length = TEXT_LONG_MAX},
        {"outcome", SCHEMA_STRING, SCHEMA_NULLABLE, "As the service's \"outcomes\" has it",
         .max_length = 40},
        {"date", SCHEMA_STRING, SCHEMA_NULLABLE, "A day", .format = "date", .max_length = 10},
        {.name = NULL},
    },
};

const struct schema note_new_schema = {
    "NoteNew",
    "A note to add",
    (const struct schema_member[]){
        {"text", SCHEMA_STRING, SCHEMA_REQUIRED, "What it says", .max_length = TEXT_LONG_MAX},
        {"is_public", SCHEMA_BOOLEAN, SCHEMA_NULLABLE,
         "Whether everybody who may see the case reads it; staff alone otherwise"},
        {.name = NULL},
    },
};

const struct schema assignee_schema = {
    "Assignee",
    "Whose a case is",
    (const struct schema_member[]){
        {"login", SCHEMA_STRING, SCHEMA_NULLABLE, "Somebody who works there; null for nobody",
         .max_length = 60},
        {.name = NULL},
    },
};

static const struct api_name step_names[] = {{"", "#/"}, {.field = NULL}};
static const struct api_name note_names[] = {{"note", "#/text"}, {.field = NULL}};
static const struct api_name assignee_names[] = {{"assignee", "#/login"}, {.field = NULL}};

/* The case of the path, where the key works on it. */
static enum rc load(struct ctx *ctx, const struct request *request, struct api_view *view)
{
    enum rc rc = api_view_load(ctx, request, view);

    if (!rc && !case_may_work(ctx->actor, &view->reach))
        rc = FAIL(ctx, ERR_DENIED);
    return rc;
}

/* A version that was named and is no longer: that is the header's failure. */
static enum rc as_precondition(struct ctx *ctx, const struct request *request, enum rc rc)
{
    if (!rc || ctx->err.id != ERR_STALE || !request_header(request, S("if-match")).n)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_PRECONDITION);
}

static enum rc answer(struct ctx *ctx, const struct request *request, struct reply *reply,
                      struct api_view *view)
{
    enum rc rc = api_view_again(ctx, view);

    return rc ? rc : api_view_answer(ctx, request, reply, view);
}

/* What was asked for is done: the case as it is now is the answer, as far as the key may see it,
 * which may work there no more. */
static enum rc answer_again(struct ctx *ctx, const struct request *request, struct reply *reply,
                            int status)
{
    struct api_view view;
    enum rc rc = api_view_load(ctx, request, &view);

    if (rc)
        return rc;
    reply->status = status;
    return api_view_answer(ctx, request, reply, &view);
}

static enum rc changed_again(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return answer_again(ctx, request, reply, 200);
}

static enum rc added_again(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return answer_again(ctx, request, reply, 201);
}

static enum rc take_step(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct step_input input = {
        .step = request_param(request, S("step")),
        .base_url = request_csrf(request)->base_url,
    };
    struct api_view view;
    json_t *body;
    enum rc rc = api_body(ctx, request, &step_new_schema, step_names, &body);

    if (!rc)
        rc = load(ctx, request, &view);
    if (!rc)
        rc = api_view_match(ctx, request, &view, &input.lock_version);
    if (rc)
        return rc;
    input.note = str_trim(api_text(body, "note"));
    input.message = str_trim(api_text(body, "message"));
    input.outcome = api_text(body, "outcome");
    input.date = api_text(body, "date");
    rc = as_precondition(ctx, request, case_step(ctx, view.row.id, &input));
    return rc ? rc : answer(ctx, request, reply, &view);
}

enum rc api_step_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return api_once(ctx, request, reply, take_step, changed_again);
}

static enum rc add_note(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct api_view view;
    json_t *body;
    enum rc rc = api_body(ctx, request, &note_new_schema, note_names, &body);

    if (!rc)
        rc = load(ctx, request, &view);
    if (!rc)
        rc = case_note(ctx, view.row.id, api_text(body, "text"),
                       json_is_true(json_object_get(body, "is_public")));
    if (rc)
        return rc;
    reply->status = 201;
    return answer(ctx, request, reply, &view);
}

enum rc api_note_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return api_once(ctx, request, reply, add_note, added_again);
}

static enum rc find_account(struct ctx *ctx, const struct request *request, struct str login,
                            int64_t *ret)
{
    enum rc rc = RC_OK;

    *ret = 0;
    if (login.n)
        rc = account_id(ctx, login, ret);
    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return api_refuse(ctx, request, API_BODY, S("#/login"),
                      (struct err){.id = ERR_NOT_A_CHOICE, .file = __FILE__, .line = __LINE__});
}

/* PUT says what is to be: sent twice it is the same. */
enum rc api_assignee_set(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct api_view view;
    int64_t lock_version, account;
    json_t *body;
    enum rc rc = api_body(ctx, request, &assignee_schema, assignee_names, &body);

    if (!rc)
        rc = load(ctx, request, &view);
    if (!rc)
        rc = api_view_match(ctx, request, &view, &lock_version);
    if (!rc)
        rc = find_account(ctx, request, api_text(body, "login"), &account);
    if (!rc)
        rc = as_precondition(ctx, request, case_assign(ctx, view.row.id, lock_version, account));
    return rc ? rc : answer(ctx, request, reply, &view);
}

struct attaching {
    const struct api_view *view;
    struct photo_made photo;
};

static enum rc attach_tx(struct ctx *ctx, void *arg)
{
    const struct attaching *attaching = arg;

    return photo_attach(ctx, attaching->view->row.id, attaching->view->definition,
                        &attaching->photo);
}

static enum rc add_photo(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct upload *upload = request_upload(request, S("photo"));
    struct api_view view;
    struct attaching attaching = {.view = &view};
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    if (!upload || !upload->size_bytes)
        return api_refuse(ctx, request, API_BODY, S("#/photo"),
                          (struct err){.id = ERR_REQUIRED, .file = __FILE__, .line = __LINE__});
    rc = upload_check(ctx, upload);
    if (!rc)
        rc = photo_check_case(ctx, view.row.id, view.definition, 0);
    if (!rc)
        rc = photo_make(ctx, &(struct photo_upload){upload->path, upload->filename},
                        &attaching.photo);
    if (!rc)
        rc = db_tx(ctx, attach_tx, &attaching);
    if (rc == RC_INVALID || (rc && ctx->err.id == ERR_TOO_LARGE)) {
        struct err err = ctx->err;

        ctx_clear_error(ctx);
        return api_refuse(ctx, request, API_BODY, S("#/photo"), err);
    }
    if (rc)
        return rc;
    reply->status = 201;
    return answer(ctx, request, reply, &view);
}

enum rc api_case_photo_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return api_once(ctx, request, reply, add_photo, added_again);
}
