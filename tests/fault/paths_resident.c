/* What residents change: drafts, cases of their own, following, their account. */
#include "engine/cases/case_own.h"
#include "engine/cases/draft.h"
#include "engine/cases/draft_share.h"
#include "engine/cases/external.h"
#include "engine/cases/follower.h"
#include "engine/cases/photo.h"
#include "engine/cases/private_link.h"
#include "engine/cases/resident_erase.h"
#include "paths.h"
#include "people/resident.h"
#include "people/session.h"

#define BASE S("https://city.example")

static int64_t case_id, draft_id;
static struct str token;
static struct draft draft;

static void one_case(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
}

static void closed_case(struct test_town *town, int64_t n)
{
    one_case(town, n);
    paths_step(town, case_id, "resolve");
}

static void asked_case(struct test_town *town, int64_t n)
{
    one_case(town, n);
    paths_step(town, case_id, "ask");
}

/* ---- Drafts */

static void one_draft(struct test_town *town, int64_t n)
{
    struct ctx *ctx = &town->ctx;

    (void)n;
    test_ok(ctx, draft_new(ctx, city_service(town->city, S("hole")), &draft));
    test_ok(ctx, draft_save(ctx, &draft, &token));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, draft_load(ctx, token, &draft));
    db_reader_release(ctx);
    draft_id = draft.id;
}

static enum rc begin_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct draft fresh;
    struct str secret;
    enum rc rc = draft_new(ctx, city_service(town->city, S("hole")), &fresh);

    (void)n;
    return rc ? rc : draft_save(ctx, &fresh, &secret);
}

static enum rc edit_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str secret;

    (void)town;
    (void)n;
    draft.description = S("It has grown.");
    draft.has_description = true;
    return draft_save(ctx, &draft, &secret);
}

static enum rc drop_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return draft_drop(ctx, draft_id);
}

static void draft_is_gone(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(paths_count(town, "SELECT count(*) FROM draft WHERE id = %lld", draft_id),
                     !is_done);
}

static enum rc file_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct filing filing = draft_filing(&draft);
    struct filed filed;

    (void)town;
    (void)n;
    filing.channel = S("web");
    filing.base_url = BASE;
    return case_file(ctx, &filing, &filed);
}

static void draft_is_one_case(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(paths_count(town,
                                 "SELECT count(*) FROM cases c JOIN draft d ON d.cases = c.id "
                                 "WHERE d.id = %lld",
                                 draft_id),
                     is_done);
}

static void draft_with_photo(struct test_town *town, int64_t n)
{
    const struct photo_upload upload = {paths_photo(town), S("photo.jpg")};

    one_draft(town, n);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, photo_add(&town->ctx, draft_id, draft.definition, &upload));
    db_reader_release(&town->ctx);
}

static enum rc add_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct photo_upload upload = {paths_photo(town), S("photo.jpg")};

    (void)n;
    return photo_add(ctx, draft_id, draft.definition, &upload);
}

static void draft_has_photo(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(
        paths_count(town, "SELECT count(*) FROM draft_file WHERE draft = %lld", draft_id), is_done);
}

static enum rc remove_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)n;
    return photo_remove(
        ctx, draft_id,
        paths_count(town, "SELECT coalesce(max(id), 0) FROM draft_file WHERE draft = %lld",
                    draft_id));
}

static void draft_has_no_photo(struct test_town *town, int64_t n, bool is_done)
{
    draft_has_photo(town, n, !is_done);
}

static enum rc share_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str secret;

    (void)town;
    (void)n;
    return draft_share(ctx, draft_id, &secret);
}

static enum rc mail_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    return draft_mail(ctx, &(struct draft_mail){.draft = &draft,
                                                .email = paths_text(town, "ana%lld@example.org", n),
                                                .base_url = BASE});
}

static enum rc code_for_draft(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str code;

    (void)town;
    (void)n;
    return draft_code(ctx, draft_id, &code);
}

static void draft_and_code(struct test_town *town, int64_t n)
{
    one_draft(town, n);
    test_ok(&town->ctx, draft_code(&town->ctx, draft_id, &token));
}

static enum rc use_code(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str secret;

    (void)town;
    (void)n;
    return draft_of_code(ctx, token, &secret);
}

/* ---- A case of one's own */

static enum rc comment(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_reporter(case_id);
    return case_comment(ctx, case_id, S("It has grown."));
}

static enum rc add_case_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct photo_upload upload = {paths_photo(town), S("photo.jpg")};

    (void)n;
    ctx->actor = paths_reporter(case_id);
    return case_photo_add(ctx, case_id, &upload);
}

static void case_has_photo(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(
        paths_count(town, "SELECT count(*) FROM case_file WHERE cases = %lld", case_id), is_done);
}

static enum rc rate(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_reporter(case_id);
    return case_rate(ctx, case_id, 4, S("Quick."));
}

static enum rc mail_link(struct ctx *ctx, struct test_town *town, int64_t n)
{
    ctx->actor = paths_reporter(case_id);
    return case_link_mail(ctx,
                          &(struct link_mail){.case_id = case_id,
                                              .email = paths_text(town, "ana%lld@example.org", n),
                                              .link = S("https://city.example/case/secret")});
}

static enum rc own_step(struct ctx *ctx, const char *step)
{
    ctx->actor = paths_reporter(case_id);
    return case_step(
        ctx, case_id,
        &(struct step_input){.step = str_of(step), .message = S("At the gate."), .base_url = BASE});
}

static enum rc answer(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return own_step(ctx, "answer");
}

static enum rc withdraw(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return own_step(ctx, "withdraw");
}

static enum rc reopen(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return own_step(ctx, "reopen");
}

static enum rc message_from_outside(struct ctx *ctx, struct test_town *town, int64_t n)
{
    static const struct grant grant = {ROLE_AGENT, SCOPE_CITY, STR("")};
    const struct actor program = {.kind = ACTOR_API, .id = 1, .grants = &grant, .grant_n = 1};
    int64_t id;
    enum rc rc;

    ctx->actor = &program;
    rc = external_message_add(ctx,
                              &(struct external_message){
                                  .case_id = case_id,
                                  .text = S("It has grown."),
                                  .system = S("key a1b2c3d4"),
                                  .external_id = paths_text(town, "%lld", n),
                                  .may_tell = true,
                              },
                              &id);
    ctx->actor = NULL;
    return rc;
}

/* ---- Following */

/* What follows `part` in a column of the newest message, to the end of the line. */
static struct str token_in_mail(struct test_town *town, const char *column, const char *part)
{
    struct str sql =
        str_fmt(town->ctx.arena, "SELECT %s FROM message ORDER BY id DESC LIMIT 1", column);
    struct str text = test_town_text(town, str_z(town->ctx.arena, sql)), line;
    ptrdiff_t at = str_find(text, str_of(part));

    assert_true(at >= 0);
    text = str_slice(text, (size_t)at + str_of(part).n, text.n);
    assert_true(str_next(&text, '\n', &line));
    return line;
}

static enum rc ask_to_follow(struct ctx *ctx, struct test_town *town, int64_t n)
{
    return follower_ask(
        ctx, &(struct follower_ask){case_id, paths_text(town, "li%lld@example.org", n), BASE});
}

static void asked_to_follow(struct test_town *town, int64_t n)
{
    one_case(town, n);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, ask_to_follow(&town->ctx, town, n));
    db_reader_release(&town->ctx);
    token = token_in_mail(town, "body", "/follows/");
}

static enum rc confirm(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return follower_confirm(ctx, token);
}

static void follows(struct test_town *town, int64_t n)
{
    asked_to_follow(town, n);
    test_ok(&town->ctx, follower_confirm(&town->ctx, token));
    paths_step(town, case_id, "start");
    token = token_in_mail(town, "unsubscribe", "/unfollow/");
}

static enum rc end_following(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return follower_end(ctx, token);
}

static void nobody_follows(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(
        paths_count(town, "SELECT count(*) FROM follower WHERE cases = %lld AND ended IS NULL",
                    case_id),
        !is_done);
}

static enum rc stop_following(struct ctx *ctx, struct test_town *town, int64_t n)
{
    return follower_stop(ctx, paths_text(town, "li%lld@example.org", n), 0);
}

/* ---- An account */

static struct resident resident;

static enum rc ticket_tx(struct ctx *ctx, void *arg)
{
    return resident_ticket_make(ctx, *(const struct str *)arg, STR_NONE, &token);
}

static void with_ticket(struct test_town *town, int64_t n)
{
    struct str email = paths_text(town, "ana%lld@example.org", n);

    test_ok(&town->ctx, db_tx(&town->ctx, ticket_tx, &email));
}

static enum rc sign_in_by_link(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str session;

    (void)town;
    (void)n;
    return resident_sign_in(
        ctx, &(struct resident_sign_in){token, S("203.0.113.7"), S("A browser")}, &session);
}

static void signed_in(struct test_town *town, int64_t n)
{
    struct ctx *ctx = &town->ctx;
    bool is_found = false;

    with_ticket(town, n);
    test_ok(ctx,
            resident_sign_in(
                ctx, &(struct resident_sign_in){token, S("203.0.113.7"), S("A browser")}, &token));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, resident_find(ctx, token, &is_found, &resident));
    db_reader_release(ctx);
    assert_true(is_found);
}

/* A visit after two hours, which is noted; not being able to note it keeps nobody out. */
static enum rc visit(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct resident found;
    bool is_found;

    (void)town;
    (void)n;
    ctx->now = instant_plus_us(ctx->now, 2 * US_PER_H);
    return resident_find(ctx, token, &is_found, &found);
}

static enum rc end_own_session(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return resident_session_end(ctx, resident.party, resident.session_id);
}

static enum rc change_name(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return resident_change(ctx, resident.party, S("Ana"), LANG_ES);
}

static enum rc forget_tickets(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->now = instant_plus_us(ctx->now, 2 * US_PER_DAY);
    return resident_forget_old(ctx);
}

static void follows_and_drafts(struct test_town *town, int64_t n)
{
    struct str email = paths_text(town, "ana%lld@example.org", n);

    signed_in(town, n);
    one_case(town, n);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, follower_ask(&town->ctx, &(struct follower_ask){case_id, email, BASE}));
    db_reader_release(&town->ctx);
    test_ok(&town->ctx, follower_confirm(&town->ctx, token_in_mail(town, "body", "/follows/")));
    town->ctx.actor = &(struct actor){.kind = ACTOR_RESIDENT, .id = resident.party};
    one_draft(town, n);
    town->ctx.actor = NULL;
}

static enum rc erase(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return resident_erase(ctx, &resident);
}

static void is_erased(struct test_town *town, int64_t n, bool is_done)
{
    draft_is_gone(town, n, is_done);
    nobody_follows(town, n, is_done);
}

/* ---- The link that a reporter got by mail */

static void mailed_case(struct test_town *town, int64_t n)
{
    struct str mark = S("/follow/"), sql, body;
    ptrdiff_t at;

    one_case(town, n);
    sql = paths_text(town, "SELECT body FROM message WHERE cases = %lld", case_id);
    body = test_town_text(town, str_z(town->ctx.arena, sql));
    at = str_find(body, mark);
    assert_true(at >= 0);
    body = str_slice(body, (size_t)at + mark.n, body.n);
    token = str_slice(body, 0, 43);
}

static enum rc open_link(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct private_link link;
    bool is_found = false;
    enum rc rc = private_link_find(ctx, token, &is_found, &link);

    (void)town;
    (void)n;
    return rc || !is_found ? rc : private_link_opened(ctx, &link);
}

static void address_is_proven(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(paths_count(town,
                                 "SELECT count(*) FROM contact_point p JOIN cases c "
                                 "ON c.reporter = p.party WHERE p.verified IS NOT NULL "
                                 "AND c.id = %lld",
                                 case_id),
                     is_done);
}

const struct scenario paths_resident[] = {
    {"a draft begun", 6, NULL, begin_draft, NULL, 0},
    {"a draft edited", 6, one_draft, edit_draft, NULL, 0},
    {"a draft dropped", 8, one_draft, drop_draft, draft_is_gone, 0},
    {"a draft filed with its photo", 23, draft_with_photo, file_draft, draft_is_one_case, 0},
    {"a photo added to a draft", 18, one_draft, add_photo, draft_has_photo, READING},
    {"a photo taken out of a draft", 10, draft_with_photo, remove_photo, draft_has_no_photo, 0},
    {"a draft's link", 6, one_draft, share_draft, NULL, 0},
    {"a draft mailed", 9, one_draft, mail_draft, NULL, 0},
    {"a draft's code", 6, one_draft, code_for_draft, NULL, 0},
    {"a draft's code used", 8, draft_and_code, use_code, NULL, 0},
    {"a comment", 16, one_case, comment, NULL, 0},
    {"a photo added to a case", 26, one_case, add_case_photo, case_has_photo, READING},
    {"a rating", 16, closed_case, rate, NULL, 0},
    {"a private link mailed", 9, one_case, mail_link, NULL, 0},
    {"a mailed link opened", 8, mailed_case, open_link, address_is_proven, READING},
    {"an answer", 20, asked_case, answer, NULL, 0},
    {"a withdrawal", 20, one_case, withdraw, NULL, 0},
    {"a reopening", 26, closed_case, reopen, NULL, 0},
    {"a message through a program", 15, one_case, message_from_outside, NULL, 0},
    {"a wish to follow", 14, one_case, ask_to_follow, NULL, READING},
    {"a wish confirmed", 16, asked_to_follow, confirm, NULL, 0},
    {"following ended by its link", 16, follows, end_following, nobody_follows, 0},
    {"following ended by its owner", 15, follows, stop_following, nobody_follows, 0},
    {"a resident's sign-in", 18, with_ticket, sign_in_by_link, NULL, 0},
    {"a resident's visit", 9, signed_in, visit, NULL, READING},
    {"a resident's session ended", 5, signed_in, end_own_session, NULL, 0},
    {"a resident's name", 12, signed_in, change_name, NULL, 0},
    {"old tickets forgotten", 5, with_ticket, forget_tickets, NULL, 0},
    {"a resident's account ended", 27, follows_and_drafts, erase, is_erased, 0},
    {.name = NULL},
};
