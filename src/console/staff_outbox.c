#include "console/staff_outbox.h"

#include "base/msg.h"
#include "console/queries.h"
#include "console/staff_outbox.ct.h"
#include "engine/cases/access.h"
#include "engine/message/notice.h"
#include "people/people.h"
#include "people/permission.h"
#include "web/server.h"

#define OUTBOX_PAGE 50
#define TOKEN_LEAST 40 /* letters and digits: 32 random bytes are 43 */

static struct str state_text(enum lang lang, struct str state)
{
    enum msg_id id = MSG_staff_mail_queued;

    if (str_eq(state, S("sent")))
        id = MSG_staff_mail_sent;
    else if (str_eq(state, S("failed")))
        id = MSG_staff_mail_failed;
    else if (str_eq(state, S("uncertain")))
        id = MSG_staff_mail_uncertain;
    return msg_text(lang, id);
}

static const char *state_tag(struct str state)
{
    if (str_eq(state, S("sent")))
        return "ch-tag ch-tag--done";
    if (str_eq(state, S("failed")))
        return "ch-tag ch-tag--late";
    return str_eq(state, S("uncertain")) ? "ch-tag ch-tag--doing" : "ch-tag ch-tag--waiting";
}

/* A message is read by who may read its case; one about no case by who reads the whole record. */
static bool may_read(const struct ctx *ctx, const struct outbox_page_row *row)
{
    const struct definition *definition;
    struct case_reach reach;

    if (actor_may(ctx->actor, PERMISSION_AUDIT))
        return true;
    if (row->service_version_is_null)
        return false;
    definition = city_version(ctx->city, row->service_version);
    if (!definition)
        return false;
    reach = (struct case_reach){
        .reach = case_reach_within(ctx->city, definition, row->team_is_null ? 0 : row->team),
    };
    return case_may_read(ctx->actor, &reach);
}

static bool is_token_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
}

/* A private link is the resident's key: what is done by it counts as theirs. So staff read a
 * message without what is secret in its links, which is longer than any other word of an address.
 * In the demonstration there is no mail, and the outbox is where links are taken from. */
static struct str without_links(struct ctx *ctx, struct str body)
{
    struct buf out = buf_in(ctx->arena, body.n + 1);
    size_t end;

    if (people_setup()->is_demonstration)
        return body;
    for (size_t at = 0; at < body.n; at = end) {
        for (end = at; end < body.n && is_token_byte(body.p[end]); end++)
            continue;
        if (end - at >= TOKEN_LEAST && at > 0 && body.p[at - 1] == '/') {
            BUF_ADD(&out, "...");
            continue;
        }
        end += end == at;
        buf_add(&out, str_slice(body, at, end));
    }
    return buf_str(&out);
}

/* A page is so many messages looked at; who may not read all of them is shown fewer. */
static enum rc load(struct ctx *ctx, const struct staff_page *page, int64_t before,
                    struct outbox_view *view)
{
    struct stored_mail stored = {.base_url = request_csrf(page->request)->base_url};
    struct outbox_page_rows rows;
    enum rc rc = outbox_page(ctx, before, OUTBOX_PAGE, &rows);

    if (rc)
        return rc;
    view->lines = ARENA_ARRAY(ctx->arena, rows.n, struct outbox_line);
    if (!view->lines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        const struct outbox_page_row *row = &rows.rows[i];

        if (!may_read(ctx, row))
            continue;
        stored.body = row->body;
        stored.number = row->number_is_null ? STR_NONE : row->number;
        lang_parse(row->lang, &stored.lang);
        view->lines[view->line_n++] = (struct outbox_line){
            .created = row->created,
            .address = row->address,
            .subject = row->subject,
            .body = without_links(ctx, notice_as_sent(ctx, &stored)),
            .state = state_text(ctx->lang, row->state),
            .tag = state_tag(row->state),
            .trouble = row->trouble,
            .number = row->number_is_null ? STR_NONE : row->number,
        };
    }
    if (rows.n == OUTBOX_PAGE)
        view->next_url = staff_url(page, str_fmt(ctx->arena, "/staff/outbox?before=%lld",
                                                 (long long)rows.rows[rows.n - 1].id));
    return RC_OK;
}

enum rc staff_outbox_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_staff_nav_outbox));
    struct outbox_view view = {0};
    int64_t before = INT64_MAX;
    enum rc rc;

    str_to_i64(request_value(request, S("before")), &before);
    page.current = S("/staff/outbox");
    rc = load(ctx, &page, before, &view);
    if (!rc)
        staff_outbox_page(&page.view, &page, &view);
    return rc;
}
