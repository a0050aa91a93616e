/* What staff do to cases. */
#include "engine/cases/case_change.h"
#include "engine/cases/case_link.h"
#include "engine/cases/case_merge.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/case_transfer.h"
#include "engine/cases/case_work.h"
#include "engine/cases/follower.h"
#include "engine/cases/photo.h"
#include "paths.h"

#define BASE S("https://city.example")

static int64_t case_id, other_id, photo_id;

static void one_case(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
}

static void two_cases(struct test_town *town, int64_t n)
{
    one_case(town, n);
    other_id = paths_file(town, n);
}

/* ---- Steps */

static enum rc step(struct ctx *ctx, const char *step)
{
    ctx->actor = paths_boss();
    return case_step(ctx, case_id,
                     &(struct step_input){.step = str_of(step),
                                          .note = S("Seen."),
                                          .message = S("Where is it?"),
                                          .outcome = S("done"),
                                          .date = S("2026-12-01"),
                                          .base_url = BASE});
}

static enum rc start(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return step(ctx, "start");
}

static enum rc schedule(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return step(ctx, "schedule");
}

static enum rc ask(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return step(ctx, "ask");
}

static enum rc resolve(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return step(ctx, "resolve");
}

static enum rc reopen(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return step(ctx, "reopen");
}

static void closed_case(struct test_town *town, int64_t n)
{
    one_case(town, n);
    paths_step(town, case_id, "resolve");
}

/* One who asked to follow is told as well. */
static void followed_case(struct test_town *town, int64_t n)
{
    struct ctx *ctx = &town->ctx;
    struct str text;
    ptrdiff_t at;

    one_case(town, n);
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, follower_ask(ctx, &(struct follower_ask){
                                       case_id, paths_text(town, "li%lld@example.org", n), BASE}));
    db_reader_release(ctx);
    text = test_town_text(town, "SELECT body FROM message ORDER BY id DESC LIMIT 1");
    at = str_find(text, S("/follows/"));
    assert_true(at >= 0);
    text = str_slice(text, (size_t)at + 9, text.n);
    test_ok(ctx, follower_confirm(ctx, str_slice(text, 0, (size_t)str_find_byte(text, '\n'))));
}

/* ---- Where it belongs */

static enum rc transfer(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_transfer(
        ctx, case_id, 0,
        &(struct transfer){.service = S("broken-bench"), .reason = S("It is."), .base_url = BASE});
}

static void is_transferred(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(paths_count(town,
                                 "SELECT count(*) FROM cases c JOIN service s ON s.id = c.service "
                                 "WHERE s.code = 'broken-bench' AND c.id = %lld",
                                 case_id),
                     is_done);
}

static enum rc move(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct place place = {.kind = PLACE_POINT,
                                .label = S("The gate"),
                                .has_point = true,
                                .point = {306900000, -880400000}};

    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_move(ctx, case_id, 0, &place);
}

static enum rc give_team(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_give_team(ctx, case_id, 0,
                          &(struct team_change){S("drainage"), S("Water comes up.")});
}

/* ---- Work */

static enum rc note(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_note(ctx, case_id, S("Seen from the car."), false);
}

static enum rc assign(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_assign(ctx, case_id, 0, paths_other_id);
}

static enum rc merge(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_merge(ctx, case_id, 0, &(struct merge){other_id, S("The same."), BASE});
}

static void is_merged(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(
        paths_count(town,
                    "SELECT count(*) FROM cases WHERE id = %lld AND merged_into IS NOT NULL "
                    "AND state_type = 2",
                    case_id),
        is_done);
}

static void merged_cases(struct test_town *town, int64_t n)
{
    followed_case(town, n);
    other_id = paths_file(town, n);
    town->ctx.actor = paths_boss();
    test_ok(&town->ctx,
            case_merge(&town->ctx, case_id, 0, &(struct merge){other_id, S("The same."), BASE}));
    town->ctx.actor = NULL;
}

static enum rc unmerge(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_unmerge(ctx, case_id, 0, &(struct merge){0, S("Another one."), BASE});
}

static void is_taken_apart(struct test_town *town, int64_t n, bool is_done)
{
    is_merged(town, n, !is_done);
}

static enum rc relate(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_relate(ctx, case_id, other_id);
}

static void related_cases(struct test_town *town, int64_t n)
{
    two_cases(town, n);
    town->ctx.actor = paths_boss();
    test_ok(&town->ctx, case_relate(&town->ctx, case_id, other_id));
    town->ctx.actor = NULL;
}

static enum rc unrelate(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_unrelate(ctx, case_id, other_id);
}

/* ---- What others see */

static enum rc hide(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_hide(ctx, case_id, 0, S("Names a person."));
}

static void hidden_case(struct test_town *town, int64_t n)
{
    one_case(town, n);
    town->ctx.actor = paths_boss();
    test_ok(&town->ctx, case_hide(&town->ctx, case_id, 0, S("Names a person.")));
    town->ctx.actor = NULL;
}

static enum rc show_again(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_show_again(ctx, case_id, 0, S("It does not."));
}

static enum rc release(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return case_description_release(ctx, case_id, 0, true);
}

static enum rc redact(struct ctx *ctx, enum redact_what what)
{
    ctx->actor = paths_boss();
    return case_redact(ctx, case_id, 0,
                       &(struct redaction){.what = what,
                                           .field = S("size"),
                                           .id = photo_id,
                                           .reason = S("An order of the court.")});
}

static enum rc redact_description(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return redact(ctx, REDACT_DESCRIPTION);
}

static enum rc redact_answer(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return redact(ctx, REDACT_ANSWER);
}

static void case_with_note(struct test_town *town, int64_t n)
{
    one_case(town, n);
    town->ctx.actor = paths_boss();
    test_ok(&town->ctx, case_note(&town->ctx, case_id, S("Seen."), false));
    town->ctx.actor = NULL;
    photo_id = paths_count(
        town, "SELECT max(id) FROM event WHERE kind = 'note.added' AND cases = %lld", case_id);
}

static enum rc redact_text(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return redact(ctx, REDACT_TEXT);
}

static void case_with_photo(struct test_town *town, int64_t n)
{
    one_case(town, n);
    photo_id = paths_add_photo(town, case_id);
}

static enum rc redact_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return redact(ctx, REDACT_PHOTO);
}

static enum rc release_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return photo_release(ctx, case_id, photo_id);
}

static enum rc hide_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return photo_hide(ctx, case_id, photo_id);
}

static void case_with_hidden_photo(struct test_town *town, int64_t n)
{
    case_with_photo(town, n);
    town->ctx.actor = paths_boss();
    test_ok(&town->ctx, photo_hide(&town->ctx, case_id, photo_id));
    town->ctx.actor = NULL;
}

static enum rc withdraw_photo(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return photo_withdraw(ctx, case_id, photo_id);
}

const struct scenario paths_staff[] = {
    {"work begun", 35, followed_case, start, NULL, 0},
    {"work scheduled", 29, one_case, schedule, NULL, 0},
    {"a question", 29, one_case, ask, NULL, 0},
    {"a resolution", 35, followed_case, resolve, NULL, 0},
    {"a reopening by staff", 29, closed_case, reopen, NULL, 0},
    {"a transfer", 36, followed_case, transfer, is_transferred, 0},
    {"another place", 18, one_case, move, NULL, 0},
    {"another team", 15, one_case, give_team, NULL, 0},
    {"a note", 15, one_case, note, NULL, 0},
    {"an assignment", 19, one_case, assign, NULL, 0},
    {"a merge", 35, two_cases, merge, is_merged, 0},
    {"a merge taken back", 38, merged_cases, unmerge, is_taken_apart, 0},
    {"a relation", 22, two_cases, relate, NULL, 0},
    {"a relation ended", 22, related_cases, unrelate, NULL, 0},
    {"a case hidden", 15, one_case, hide, NULL, 0},
    {"a case shown again", 15, hidden_case, show_again, NULL, 0},
    {"a description released", 16, one_case, release, NULL, 0},
    {"a description redacted", 19, one_case, redact_description, NULL, 0},
    {"an answer redacted", 23, one_case, redact_answer, NULL, 0},
    {"a text redacted", 19, case_with_note, redact_text, NULL, 0},
    {"a photo redacted", 19, case_with_photo, redact_photo, NULL, 0},
    {"a photo released", 15, case_with_photo, release_photo, NULL, 0},
    {"a photo hidden", 15, case_with_photo, hide_photo, NULL, 0},
    {"a photo withdrawn", 15, case_with_hidden_photo, withdraw_photo, NULL, 0},
    {.name = NULL},
};
