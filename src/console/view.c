#include "console/view.h"

#include "base/msg.h"
#include "base/text.h"
#include "base/utf8.h"
#include "console/queries.h"
#include "console/view.ct.h"
#include "db/db.h"

#define NAME_MAX_CHARACTERS 60
#define CODE_MAX            40

enum rc view_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct queue_view view = {.is_saved = true};
    struct list_ask asked;
    enum rc rc = saved_view_get(ctx, ctx->actor->id, request_param(request, S("view")),
                                &view.is_saved, &view.saved);

    if (!rc && !view.is_saved)
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = list_ask_read(ctx, request, &asked);
    if (!rc)
        rc = list_ask_of(ctx, view.saved.filter, view.saved.sort, view.saved.columns, &view.ask);
    if (rc)
        return rc;
    view.ask.after = asked.after;
    return queue_show_view(ctx, request, reply, &view);
}

enum rc views_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_queue_views));
    struct views_page view = {.is_saved = str_eq(request_value(request, S("done")), S("1"))};
    enum rc rc = saved_views(ctx, ctx->actor->id, &view.rows);

    page.current = S("/staff/queue");
    if (!rc)
        views_page(&page.view, &page, &view);
    return rc;
}

/* "Late potholes, Ổ gà" becomes "late-potholes-o-ga". */
static struct str code_of(struct arena *arena, struct str name)
{
    struct str folded = utf8_fold(arena, name);
    struct buf out = buf_in(arena, CODE_MAX + 1);

    for (size_t i = 0; i < folded.n && out.n < CODE_MAX; i++) {
        char c = folded.p[i];

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_add_byte(&out, c);
        else if (out.n && out.p[out.n - 1] != '-')
            buf_add_byte(&out, '-');
    }
    while (out.n && out.p[out.n - 1] == '-')
        out.n--;
    return out.n ? buf_str(&out) : S("view");
}

struct saving {
    struct saved_view_set_args args;
    struct str code; /* of its name; another view's may be it already */
};

/* The address of a view stays with its name; two names may fold to one code. */
static enum rc save_tx(struct ctx *ctx, void *arg)
{
    struct saving *saving = arg;
    struct saved_views_rows rows;
    int next = 1;
    enum rc rc = saved_views(ctx, saving->args.account, &rows);

    if (rc)
        return rc;
    saving->args.code = saving->code;
    for (size_t i = 0; i < rows.n; i++) {
        if (str_eq(rows.rows[i].name, saving->args.name)) {
            saving->args.code = rows.rows[i].code;
            return saved_view_set(ctx, &saving->args, NULL);
        }
    }
    if (rows.n >= VIEWS_MAX)
        return FAIL(ctx, ERR_TOO_BIG, .field = S("name"), .arg = S("50"));
    for (size_t i = 0; i < rows.n; i++) {
        if (!str_eq(rows.rows[i].code, saving->args.code))
            continue;
        saving->args.code = str_fmt(ctx->arena, "%.*s-%d", STR_ARG(saving->code), ++next);
        i = (size_t)-1;
    }
    return saved_view_set(ctx, &saving->args, NULL);
}

static enum rc check_name(struct ctx *ctx, struct str name)
{
    if (!name.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("name"));
    return text_check_line(ctx, name, S("name"), NAME_MAX_CHARACTERS);
}

enum rc view_save(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct queue_view view = {.view_name = str_trim(request_value(request, S("name")))};
    struct saving saving;
    enum rc rc = list_ask_read(ctx, request, &view.ask);

    if (rc)
        return rc;
    saving = (struct saving){
        .args =
            {
                .account = ctx->actor->id,
                .name = view.view_name,
                .filter = view.ask.text,
                .sort = view.ask.has_sort ? case_sort_word(view.ask.sort) : STR_NONE,
                .columns = list_ask_columns(ctx->arena, &view.ask),
                .created = ctx->now,
            },
        .code = code_of(ctx->arena, view.view_name),
    };
    rc = view.ask.trouble.n ? RC_INVALID : check_name(ctx, view.view_name);
    if (!rc)
        rc = db_tx(ctx, save_tx, &saving);
    if (rc == RC_INVALID) {
        view.view_err = ctx->err;
        ctx_clear_error(ctx);
        return queue_show_view(ctx, request, reply, &view);
    }
    if (!rc)
        staff_redirect(ctx, reply,
                       str_fmt(ctx->arena, "/staff/views/%.*s", STR_ARG(saving.args.code)));
    return rc;
}

static enum rc drop_tx(struct ctx *ctx, void *arg)
{
    return saved_view_drop(ctx, ctx->actor->id, *(const struct str *)arg, NULL);
}

enum rc view_drop(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str code = request_param(request, S("view"));
    enum rc rc = db_tx(ctx, drop_tx, &code);

    if (!rc)
        staff_redirect(ctx, reply, S("/staff/views?done=1"));
    return rc;
}
