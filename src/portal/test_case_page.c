/* A case's page as a stranger, its reporter and a resident who has signed in see it, in each of its
 * states, and what the reporter may do there. */
#include "portal/case_page.h"

#include "base/json.h"
#include "engine/cases/case_merge.h"
#include "engine/cases/case_privacy.h"
#include "engine/definition/show.h"
#include "portal/own.h"
#include "portal/test_visitor.h"

struct scene {
    struct world *world;
    struct visitor reporter, stranger;
    struct filed filed;
    const char *number, *page; /* "/cases/26-00001-..." */
};

/* A case whose reporter has opened its private link. */
static void set_scene(struct scene *scene, struct world *world, const struct test_filing *of)
{
    struct arena *arena = world->ctx.arena;

    scene->world = world;
    visitor_init(&scene->reporter, world);
    visitor_init(&scene->stranger, world);
    scene->filed = test_file(world, of);
    scene->number = str_z(arena, scene->filed.number);
    scene->page = str_z(arena, str_fmt(arena, "/cases/%s", scene->number));
    submit(&scene->reporter, "", "/follow/%.*s", STR_ARG(scene->filed.link_token));
    assert_leads(&scene->reporter, scene->page);
}

static const struct actor *supervisor(struct scene *scene)
{
    return test_staff(scene->world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
}

static void staff_step(struct scene *scene, struct step_input input)
{
    input.base_url = S("https://city.example");
    test_ok(&scene->world->ctx,
            test_step(scene->world, supervisor(scene), scene->filed.case_id, &input));
}

static void close_case(struct scene *scene)
{
    staff_step(scene, (struct step_input){.step = S("resolve"), .outcome = S("done")});
}

/* "/cases/N" and what comes behind it. */
static const char *at(const struct scene *scene, const char *rest)
{
    struct arena *arena = scene->world->ctx.arena;

    return str_z(arena, str_fmt(arena, "%s%s", scene->page, rest));
}

static void who_asks_decides_what_is_seen(void **state)
{
    struct scene scene;
    struct visitor ana;

    set_scene(&scene, *state,
              &(struct test_filing){.service = "stray-animal",
                                    .answers = {"state", "loose", "animal", "Dog"},
                                    .description = "Behind the bins",
                                    .email = "Ana@example.org"});
    staff_step(&scene, (struct step_input){.step = S("ask"), .message = S("Which colour?")});
    assert_int_equal(visit(&scene.stranger, "%s", scene.page), 200);
    assert_true(sees(&scene.stranger, "700 block of Massachusetts Ave"));
    assert_true(sees(&scene.stranger, "The city waits for an answer from the person"));
    assert_true(sees(&scene.stranger, at(&scene, "/follow\"")));
    assert_false(sees(&scene.stranger, "795 Mass") || sees(&scene.stranger, "Behind the bins") ||
                 sees(&scene.stranger, "Which colour?") || sees(&scene.stranger, "<form") ||
                 sees(&scene.stranger, "receipt") || sees(&scene.stranger, "xample.org"));
    /* An answer that the check page named, and one in free words, which nobody releases. */
    assert_true(sees(&scene.stranger, "It runs loose"));
    assert_false(sees(&scene.stranger, "Dog"));
    visitor_init(&ana, scene.world);
    visitor_signs_in(&ana, "ana@example.org");
    for (int i = 0; i < 2; i++) {
        struct visitor *own = i ? &ana : &scene.reporter;

        assert_int_equal(visit(own, "%s", scene.page), 200);
        assert_true(sees(own, "It runs loose") && sees(own, "Dog"));
        assert_true(sees(own, "795 Massachusetts Ave") && sees(own, "Behind the bins") &&
                    sees(own, "Which colour?") && sees(own, "We have asked you a question.") &&
                    sees(own, at(&scene, "/steps/answer")) && sees(own, at(&scene, "/receipt")));
        /* The link is shown to who holds it, and to nobody who only signed in. */
        assert_int_equal(sees(own, "Your private link"), !i);
    }
    test_exec(scene.world, "UPDATE cases SET is_description_public = TRUE");
    visit(&scene.stranger, "%s", scene.page);
    assert_true(sees(&scene.stranger, "Behind the bins"));
}

/* Whoever is asked reads the question above the box for the answer, before all else of the case. */
static void what_is_asked_stands_above_the_answer(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;
    struct str body;
    ptrdiff_t asked, box, facts;

    set_scene(&scene, *state, &(struct test_filing){0});
    staff_step(&scene, (struct step_input){.step = S("ask"), .message = S("Which <side>?")});
    visit(own, "%s", scene.page);
    body = own->asker.last.body;
    asked = str_find(body, S("Which &lt;side&gt;?"));
    box = str_find(body, S("id=\"message-answer\""));
    facts = str_find(body, S("<dl class=\"ch-facts\""));
    assert_true(str_find(body, S("We need your answer")) < asked && asked < box && box < facts);
    assert_true(sees(own, "Your answer") && !sees(own, "<summary>Answer</summary>"));
    assert_int_equal(submit(own, "message=", "%s", at(&scene, "/steps/answer")), 422);
    assert_true(sees(own, "id=\"message-answer-error\""));
    submit(own, "message=The+left+one", "%s", at(&scene, "/steps/answer"));
    visit(own, "%s", scene.page);
    assert_true(sees(own, "The left one") && !sees(own, "We need your answer"));
    assert_true(sees(own, "Your request is with the team."));
}

/* How it ended is a word of the workflow's, which everybody may know: on the page, in its history
 * and in the list, with the day. */
static void how_it_ended_is_told_to_all(void **state)
{
    static const struct {
        const char *lang, *outcome, *closed;
    } said[] = {
        {"", "Not the city", "Closed</dt>"},
        {"/es", "No es responsabilidad de la ciudad", "Cerrada</dt>"},
        {"/vi", "Không thuộc trách nhiệm của thành phố", "Đã đóng</dt>"},
    };
    struct scene scene;
    struct ctx *ctx;

    set_scene(&scene, *state, &(struct test_filing){0});
    ctx = &scene.world->ctx;
    visit(&scene.stranger, "%s", scene.page);
    assert_false(sees(&scene.stranger, "Closed</dt>") || sees(&scene.stranger, "Outcome</dt>"));
    ctx->now = instant_plus_us(ctx->now, 3 * US_PER_DAY);
    staff_step(&scene, (struct step_input){.step = S("resolve"), .outcome = S("not-city")});
    for (size_t i = 0; i < 2 * COUNT(said); i++) {
        struct visitor *asks = i % 2 ? &scene.stranger : &scene.reporter;
        enum lang lang = (enum lang)(i / 2);
        const char *outcome = said[i / 2].outcome;
        struct str day = show_instant(ctx, ctx->now, lang);

        visit(asks, "%s%s", said[i / 2].lang, scene.page);
        assert_true(sees(asks, said[i / 2].closed));
        assert_true(sees(asks, str_z(ctx->arena, str_fmt(ctx->arena, "<dd>%.*s", STR_ARG(day)))));
        assert_true(sees(asks, str_z(ctx->arena, str_fmt(ctx->arena, "<strong>%s", outcome))));
        assert_true(sees(asks, str_z(ctx->arena, str_fmt(ctx->arena, "<p>%s", outcome))));
        visit(asks, "%s/cases", said[i / 2].lang);
        assert_true(sees(asks, outcome));
    }
    staff_step(&scene, (struct step_input){.step = S("reopen"), .message = S("Again")});
    visit(&scene.stranger, "%s", scene.page);
    assert_false(sees(&scene.stranger, "Outcome</dt>"));
    assert_true(sees(&scene.stranger, "<p>Not the city")); /* it was so */
    visit(&scene.stranger, "/cases");
    assert_false(sees(&scene.stranger, "Not the city"));
}

/* What ends the case stands behind what helps it on. */
static void withdrawing_stands_last(void **state)
{
    struct scene scene;
    struct str body;

    set_scene(&scene, *state, &(struct test_filing){0});
    visit(&scene.reporter, "%s", scene.page);
    body = scene.reporter.asker.last.body;
    assert_true(str_find(body, S("/comments\"")) >= 0);
    assert_true(str_find(body, S("/steps/withdraw\"")) > str_find(body, S("/comments\"")));
}

/* The name of a state stands before everybody's eyes: it must not say "you". */
static void a_state_is_named_for_everybody(void **state)
{
    static const char *const names[] = {"Waiting for an answer", "En espera de respuesta",
                                        "Đang chờ trả lời"};
    static const char *const langs[] = {"", "/es", "/vi"};
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){0});
    staff_step(&scene, (struct step_input){.step = S("ask"), .message = S("Which lane?")});
    for (size_t i = 0; i < COUNT(names); i++) {
        visit(&scene.reporter, "%s%s", langs[i], scene.page);
        assert_true(sees(&scene.reporter, names[i]));
        visit(&scene.stranger, "%s%s", langs[i], scene.page);
        assert_true(sees(&scene.stranger, names[i]));
    }
}

static void a_hidden_case_is_its_reporters_alone(void **state)
{
    struct scene scene;
    struct visitor *stranger = &scene.stranger;

    set_scene(&scene, *state, &(struct test_filing){0});
    scene.world->ctx.actor = supervisor(&scene);
    test_ok(&scene.world->ctx, case_hide(&scene.world->ctx, scene.filed.case_id, 0, S("A name")));
    scene.world->ctx.actor = NULL;
    assert_int_equal(visit(&scene.reporter, "%s", scene.page), 200);
    assert_int_equal(visit(stranger, "%s", scene.page), 404);
    visit(stranger, "/follow?number=%s", scene.number);
    assert_int_equal(stranger->asker.last.status, 404);
    assert_int_equal(submit(stranger, "comment=x", "%s", at(&scene, "/comments")), 404);
}

static void a_merged_case_leads_on(void **state)
{
    struct scene scene;
    struct filed into;
    const char *on;

    set_scene(&scene, *state, &(struct test_filing){0});
    into = test_file(scene.world, &(struct test_filing){.place = "10 Garden St"});
    on = str_z(scene.world->ctx.arena,
               str_fmt(scene.world->ctx.arena, "/cases/%.*s\"", STR_ARG(into.number)));
    scene.world->ctx.actor = supervisor(&scene);
    test_ok(&scene.world->ctx, case_merge(&scene.world->ctx, scene.filed.case_id, 0,
                                          &(struct merge){.into = into.case_id,
                                                          .reason = S("The same"),
                                                          .base_url = S("https://c.example")}));
    scene.world->ctx.actor = NULL;
    for (int i = 0; i < 2; i++) {
        struct visitor *asks = i ? &scene.stranger : &scene.reporter;

        assert_int_equal(visit(asks, "%s", scene.page), 200);
        assert_true(sees(asks, "Merged into another case") && sees(asks, on) &&
                    sees(asks, "Joined with another request"));
        assert_false(sees(asks, "/steps/") || sees(asks, "/rating") || sees(asks, "/follow\""));
    }
    assert_int_equal(submit(&scene.reporter, "message=Again", "%s", at(&scene, "/steps/reopen")),
                     409);
    test_exec(scene.world, "UPDATE cases SET is_hidden = TRUE WHERE merged_into IS NULL");
    visit(&scene.stranger, "%s", scene.page); /* into what nobody may see: no number is told */
    assert_true(sees(&scene.stranger, "Merged into another case"));
    assert_false(sees(&scene.stranger, str_z(scene.world->ctx.arena, into.number)));
}

static void only_its_reporter_acts(void **state)
{
    static const char *const posts[][2] = {
        {"/comments", "comment=x"}, {"/rating", "score=5"}, {"/link", "email=a%40b.example"},
        {"/steps/withdraw", ""},    {"/photos", ""},
    };
    static const char *const pages[] = {"/receipt", "/receipt.json", "/receipt.txt"};
    struct scene scene;
    struct test_counts before;

    set_scene(&scene, *state, &(struct test_filing){0});
    test_counts(scene.world, &before);
    for (size_t i = 0; i < COUNT(posts); i++) {
        assert_int_equal(submit(&scene.stranger, posts[i][1], "%s", at(&scene, posts[i][0])), 403);
        assert_int_equal(scene.stranger.asker.last.error, ERR_NOT_REPORTER);
    }
    for (size_t i = 0; i < COUNT(pages); i++)
        assert_int_equal(visit(&scene.stranger, "%s", at(&scene, pages[i])), 403);
    assert_grown(scene.world, &before, NULL);
    assert_int_equal(submit(&scene.reporter, "", "/cases/26-99999-0/steps/withdraw"), 404);
}

static void steps_are_taken_and_refused(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;

    set_scene(&scene, *state, &(struct test_filing){0});
    staff_step(&scene, (struct step_input){.step = S("ask"), .message = S("Where?")});
    assert_int_equal(submit(own, "message=++", "%s", at(&scene, "/steps/answer")), 422);
    assert_true(sees(own, "href=\"#message-answer\"") && sees(own, "id=\"message-answer-error\""));
    assert_int_equal(
        submit(own, "lock_version=1&message=By+the+tree", "%s", at(&scene, "/steps/answer")), 409);
    assert_true(sees(own, "By the tree</textarea>") && own->asker.last.error == ERR_NONE);
    submit(own, "message=By+the+tree", "%s", at(&scene, "/steps/answer"));
    assert_leads(own, at(&scene, "?done=step"));
    visit(own, "%s", at(&scene, "?done=step"));
    assert_true(sees(own, "Done. We have noted it.") && sees(own, "By the tree") &&
                sees(own, "You wrote") && sees(own, "Your request is with the team."));
    /* What was typed into a form that is gone stands where it can be sent all the same. */
    assert_int_equal(submit(own, "message=Once+more", "%s", at(&scene, "/steps/answer")), 409);
    assert_true(sees(own, "Once more</textarea>") && sees(own, "href=\"#comment\""));
    assert_int_equal(submit(own, "message=Once+more", "%s", at(&scene, "/steps/reopen")), 409);
    assert_true(sees(own, "Once more</textarea>"));
    assert_int_equal(submit(own, "", "%s", at(&scene, "/steps/resolve")), 403); /* staff's */
    assert_int_equal(submit(own, "", "%s", at(&scene, "/steps/nothing")), 409);
    visit(own, "%s", at(&scene, "?done=%3Cscript%3E"));
    assert_false(sees(own, "role=\"status\"") || sees(own, "<script>"));
}

/* A closed case opens again for its reporter within its time, and not a day later. */
static void it_is_reopened_in_time(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;

    set_scene(&scene, *state, &(struct test_filing){0});
    submit(own, "message=", "%s", at(&scene, "/steps/withdraw"));
    assert_leads(own, at(&scene, "?done=step"));
    visit(own, "%s", scene.page);
    assert_true(sees(own, "The request was withdrawn.") && sees(own, "/steps/reopen") &&
                sees(own, "ch-tag--closed"));
    assert_false(sees(own, "/comments") || sees(own, "Expected by"));
    pass_days(scene.world, 29);
    visit(own, "%s", scene.page);
    assert_true(sees(own, "/steps/reopen"));
    pass_days(scene.world, 2);
    visit(own, "%s", scene.page);
    assert_false(sees(own, "/steps/reopen"));
    assert_int_equal(submit(own, "message=Again", "%s", at(&scene, "/steps/reopen")), 410);
    assert_true(sees(own, "The time to reopen this request is over.") &&
                sees(own, "The request was withdrawn."));
    pass_days(scene.world, -2);
    submit(own, "message=Again", "%s", at(&scene, "/steps/reopen"));
    assert_leads(own, at(&scene, "?done=step"));
    visit(&scene.stranger, "%s", scene.page);
    assert_true(sees(&scene.stranger, "Opened again"));
}

static void a_word_is_added(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;
    char longest[OWN_TEXT_MAX + 20] = "comment=";

    set_scene(&scene, *state, &(struct test_filing){0});
    assert_int_equal(submit(own, "comment=++", "%s", at(&scene, "/comments")), 422);
    assert_true(sees(own, "href=\"#comment\"") && sees(own, "id=\"comment-error\""));
    memset(longest + 8, 'a', OWN_TEXT_MAX + 1);
    assert_int_equal(submit(own, longest, "%s", at(&scene, "/comments")), 422);
    assert_true(sees(own, "has 2,001 characters, and there is room for 2,000") &&
                sees(own, "aaaa</textarea>"));
    for (int i = 0; i < 2; i++) { /* the form sent twice */
        submit(own, "comment=It+grows", "/es%s", at(&scene, "/comments"));
        assert_leads(own, str_z(scene.world->ctx.arena,
                                str_fmt(scene.world->ctx.arena, "/es%s?done=comment", scene.page)));
    }
    assert_int_equal(
        test_i64(scene.world, "SELECT count(*) FROM event WHERE kind = 'message.added'", 0), 1);
    visit(&scene.stranger, "%s", scene.page);
    assert_false(sees(&scene.stranger, "It grows"));
    for (int i = 1; i < OWN_TEXTS_PER_DAY; i++) {
        char form[40];

        snprintf(form, sizeof form, "comment=%d", i);
        assert_int_equal(submit(own, form, "%s", at(&scene, "/comments")), 303);
    }
    assert_int_equal(submit(own, "comment=Too+much", "%s", at(&scene, "/comments")), 429);
    assert_true(sees(own, "Too much</textarea>"));
    pass_days(scene.world, 1);
    assert_int_equal(submit(own, "comment=Too+much", "%s", at(&scene, "/comments")), 303);
    close_case(&scene);
    assert_int_equal(submit(own, "comment=Under+way", "%s", at(&scene, "/comments")), 303);
    assert_int_equal(submit(own, "message=After", "%s", at(&scene, "/steps/withdraw")), 409);
    assert_true(sees(own, "After</textarea>") && sees(own, "/steps/reopen"));
}

static void how_it_went_is_said(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;

    set_scene(&scene, *state, &(struct test_filing){0});
    visit(own, "%s", scene.page);
    assert_false(sees(own, "/rating"));
    assert_int_equal(submit(own, "score=5", "%s", at(&scene, "/rating")), 409);
    close_case(&scene);
    for (int i = 0; i < 4; i++) {
        static const char *const none[] = {"rating=Fine", "score=0&rating=Fine",
                                           "score=6&rating=Fine", "score=x&rating=Fine"};

        assert_int_equal(submit(own, none[i], "%s", at(&scene, "/rating")), 422);
        assert_true(sees(own, "href=\"#score\"") && sees(own, "Fine</textarea>"));
    }
    assert_int_equal(submit(own, "score=4&rating=%EF%BF%BF", "%s", at(&scene, "/rating")), 422);
    assert_true(sees(own, "href=\"#rating\"") && sees(own, "value=\"4\" checked"));
    submit(own, "score=4&rating=Fine", "%s", at(&scene, "/rating"));
    assert_leads(own, at(&scene, "?done=rating"));
    visit(own, "%s", scene.page);
    assert_true(sees(own, "Change how you rated it") && sees(own, "value=\"4\" checked") &&
                sees(own, "Fine</textarea>"));
    for (int i = 0; i < OWN_RATING_CHANGES; i++)
        assert_int_equal(submit(own, i % 2 ? "score=2" : "score=1", "%s", at(&scene, "/rating")),
                         303);
    assert_int_equal(submit(own, "score=5", "%s", at(&scene, "/rating")), 422);
    assert_true(sees(own, "changed your rating 3 times"));
    visit(&scene.stranger, "%s", scene.page);
    assert_false(sees(&scene.stranger, "Fine"));
}

/* Shown and mailed anywhere while it is new; afterwards to the address given with the report. */
static void the_private_link_is_kept_close(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;

    set_scene(&scene, *state, &(struct test_filing){.email = "ana@example.org"});
    visit(own, "%s", scene.page);
    assert_true(sees(own, "https://city.example/follow/"));
    assert_int_equal(submit(own, "email=at+home", "%s", at(&scene, "/link")), 422);
    assert_true(sees(own, "href=\"#email\"") && sees(own, "value=\"at home\""));
    submit(own, "email=other%40example.org", "%s", at(&scene, "/link"));
    assert_leads(own, at(&scene, "?done=link"));
    assert_str(test_text(scene.world, "SELECT address FROM message ORDER BY id DESC LIMIT 1", 0),
               "other@example.org");
    for (int i = 0; i < 30 && own->asker.last.status == 303; i++)
        submit(own, "email=other%40example.org", "%s", at(&scene, "/link"));
    assert_int_equal(own->asker.last.status, 429); /* the page stays, with what was typed */
    assert_true(sees(own, "value=\"other@example.org\"") && sees(own, "795 Massachusetts Ave"));
    pass_days(scene.world, 2);
    assert_int_equal(submit(own, "", "%s", at(&scene, "/link")), 429);
    assert_true(sees(own, "href=\"#link-h\"") && sees(own, "id=\"link-h\""));
    own->asker.remote = S("198.51.100.200");
    visit(own, "%s", scene.page);
    assert_true(sees(own, "It is not shown again here"));
    assert_false(sees(own, "https://city.example/follow/"));
    submit(own, "email=other%40example.org", "%s", at(&scene, "/link"));
    assert_leads(own, at(&scene, "?done=link"));
    assert_str(test_text(scene.world, "SELECT address FROM message ORDER BY id DESC LIMIT 1", 0),
               "ana@example.org");
}

static void without_an_address_the_link_is_not_mailed_later(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter, signed_in;

    set_scene(&scene, *state, &(struct test_filing){0});
    pass_days(scene.world, 2);
    visit(own, "%s", scene.page);
    assert_false(sees(own, at(&scene, "/link")));
    assert_int_equal(submit(own, "email=a%40b.example", "%s", at(&scene, "/link")), 404);
    /* Who signed in without the link has none to mail. */
    set_scene(&scene, scene.world,
              &(struct test_filing){.place = "10 Garden St", .email = "ana@example.org"});
    visitor_init(&signed_in, scene.world);
    visitor_signs_in(&signed_in, "ana@example.org");
    assert_int_equal(submit(&signed_in, "email=a%40b.example", "%s", at(&scene, "/link")), 404);
}

static void a_link_or_a_number_opens_a_case(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.stranger;
    const char *short_number;

    set_scene(&scene, *state, &(struct test_filing){0});
    short_number =
        str_z(scene.world->ctx.arena, str_slice(str_of(scene.number), 0, strlen("26-00001")));
    for (int i = 0; i < 2; i++) { /* a look opens nothing */
        assert_int_equal(visit(ana, "/follow/%.*s", STR_ARG(scene.filed.link_token)), 200);
        assert_true(sees(ana, "Open my request"));
        assert_int_equal(asker_cookie(&ana->asker, "case").n, 0);
    }
    assert_int_equal(visit(ana, "/follow/none-of-ours-at-all-0"), 410);
    assert_int_equal(submit(ana, "", "/follow/none-of-ours-at-all-0"), 410);
    visit(ana, "/vi/follow?number=+%s+", scene.number);
    assert_leads(
        ana,
        at(&(struct scene){.world = scene.world,
                           .page = str_z(scene.world->ctx.arena,
                                         str_fmt(scene.world->ctx.arena, "/vi%s", scene.page))},
           ""));
    assert_int_equal(visit(ana, "/follow"), 200);
    assert_false(sees(ana, "usa-alert--error"));
    assert_int_equal(visit(ana, "/follow?number=26-99999-0"), 404);
    assert_true(sees(ana, "value=\"26-99999-0\""));
    assert_int_equal(visit(ana, "/follow?number=%%3Cscript%%3E"), 404);
    assert_false(sees(ana, "<script>"));
    visit(ana, "/follow?number=%s", short_number); /* without its check digit */
    assert_true(ana->asker.last.status == 404 || ana->asker.last.status == 303);
}

/* ---- Receipts */

static void a_receipt_comes_in_three_forms(void **state)
{
    struct scene scene;
    struct visitor *own = &scene.reporter;
    struct ctx *ctx;
    struct str text;
    json_t *root;

    set_scene(&scene, *state, &(struct test_filing){0});
    ctx = &scene.world->ctx;
    test_city->record_keys = &scene.world->keys;
    test_ok(ctx, db_settle(ctx));
    assert_int_equal(visit(own, "%s", at(&scene, "/receipt.txt")), 200);
    text = own->asker.last.body;
    assert_true(str_starts_with(text, S("cityhall receipt 1\nnumber ")));
    assert_string_equal(own->asker.last.content_type, "text/plain; charset=utf-8");
    assert_true(str_find(asked_header(&own->asker, "Content-Disposition"),
                         str_fmt(ctx->arena, "receipt-%s.txt", scene.number)) > 0);
    assert_int_equal(visit(own, "%s", at(&scene, "/receipt.json")), 200);
    test_ok(ctx, json_parse(ctx, own->asker.last.body, 100000, &root));
    assert_str(str_of(json_string_value(json_object_get(root, "number"))), scene.number);
    assert_str(str_of(json_string_value(json_object_get(root, "kind"))), "case.opened");
    assert_true(str_eq(str_of(json_string_value(json_object_get(root, "text"))), text));
    assert_false(json_object_get(root, "cityhall"));
    assert_int_equal(json_is_true(json_object_get(root, "proven")),
                     str_find(text, S("\nposition ")) >= 0);
    assert_int_equal(visit(own, "%s", at(&scene, "/receipt")), 200);
    assert_true(sees(own, "Your receipt") && sees(own, scene.number));
    test_city->record_keys = NULL;
    assert_int_equal(visit(own, "%s", at(&scene, "/receipt")), 500);
    assert_int_equal(own->asker.last.error, ERR_CONFIG);
}

/* The number of an asset is nobody's but the reporter's and staff's, unless the service says so. */
static void an_asset_is_not_everybodys(void **state)
{
    struct scene scene;

    set_scene(&scene, *state,
              &(struct test_filing){.service = "street-light-out",
                                    .place = "60 Banks St",
                                    .answers = {"lamp", "48-12", "trouble", "dark"},
                                    .email = "ana@example.org"});
    visit(&scene.stranger, "%s", scene.page);
    assert_false(sees(&scene.stranger, "48-12"));
    visit(&scene.reporter, "%s", scene.page);
    assert_true(sees(&scene.reporter, "48-12"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_asks_decides_what_is_seen),
        TEST(what_is_asked_stands_above_the_answer),
        TEST(an_asset_is_not_everybodys),
        TEST(how_it_ended_is_told_to_all),
        TEST(withdrawing_stands_last),
        TEST(a_state_is_named_for_everybody),
        TEST(a_hidden_case_is_its_reporters_alone),
        TEST(a_merged_case_leads_on),
        TEST(only_its_reporter_acts),
        TEST(steps_are_taken_and_refused),
        TEST(it_is_reopened_in_time),
        TEST(a_word_is_added),
        TEST(how_it_went_is_said),
        TEST(the_private_link_is_kept_close),
        TEST(without_an_address_the_link_is_not_mailed_later),
        TEST(a_link_or_a_number_opens_a_case),
        TEST(a_receipt_comes_in_three_forms),
    };

    return RUN_TESTS("portal/case_page", tests);
}
