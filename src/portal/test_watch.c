/* Following a case by mail: what is asked, what the two kinds of links do, once and again, and what
 * they say when they are too old, used, or nobody's. */
#include "portal/watch.h"

#include "engine/cases/case_merge.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/follower.h"
#include "portal/test_visitor.h"

#define ADDRESS "fan@example.org"

struct scene {
    struct world *world;
    struct visitor visitor;
    struct filed filed;
    const char *number;
};

static void set_scene(struct scene *scene, struct world *world)
{
    scene->world = world;
    visitor_init(&scene->visitor, world);
    scene->filed = test_file(world, &(struct test_filing){0});
    scene->number = str_z(world->ctx.arena, scene->filed.number);
}

static struct str token_asked_for(struct scene *scene)
{
    submit(&scene->visitor, "email=+Fan%40Example.org+", "/cases/%s/follow", scene->number);
    assert_leads(&scene->visitor,
                 str_z(scene->world->ctx.arena,
                       str_fmt(scene->world->ctx.arena, "/cases/%s/follow/sent", scene->number)));
    return mailed_token(scene->world, "follows");
}

static void confirm(struct scene *scene, struct str token)
{
    submit(&scene->visitor, "", "/follows/%.*s", STR_ARG(token));
    assert_leads(&scene->visitor,
                 str_z(scene->world->ctx.arena,
                       str_fmt(scene->world->ctx.arena, "/follows/%.*s", STR_ARG(token))));
}

/* Work begins: followers hear of it. The token that ends their mail. */
static struct str token_of_news(struct scene *scene)
{
    test_ok(
        &scene->world->ctx,
        test_step(scene->world, test_staff(scene->world, ROLE_SUPERVISOR, SCOPE_CITY, NULL),
                  scene->filed.case_id,
                  &(struct step_input){.step = S("start"), .base_url = S("https://c.example")}));
    return mailed_token(scene->world, "unfollow");
}

static int64_t followers(struct scene *scene)
{
    return test_i64(scene->world,
                    "SELECT count(*) FROM follower WHERE confirmed IS NOT NULL AND ended IS NULL",
                    0);
}

static void an_address_is_asked_for(void **state)
{
    static const char *const wrong[] = {"",
                                        "email=",
                                        "email=at+home",
                                        "email=a%40b",
                                        "email=jos%C3%A9%40example.org",
                                        "email=a%40b.example%0D%0ABcc%3Ax%40y.example"};
    struct scene scene;
    struct visitor *ana = &scene.visitor;

    set_scene(&scene, *state);
    assert_int_equal(visit(ana, "/cases/%s/follow", scene.number), 200);
    assert_true(sees(ana, "795 Massachusetts Ave") && sees(ana, "/cases.atom?service=pothole"));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(submit(ana, wrong[i], "/cases/%s/follow", scene.number), 422);
        assert_true(sees(ana, "id=\"email-error\""));
    }
    assert_int_equal(submit(ana, "email=at+home", "/es/cases/%s/follow", scene.number), 422);
    assert_true(sees(ana, "value=\"at home\"") && sees(ana, "lang=\"es\""));
    assert_int_equal(test_i64(scene.world, "SELECT count(*) FROM message", 0), 0);
    assert_int_equal(visit(ana, "/cases/26-99999-0/follow"), 404);
    assert_int_equal(submit(ana, "email=a%40b.example", "/cases/26-99999-0/follow"), 404);
    assert_int_equal(visit(ana, "/cases/26-99999-0/follow/sent"), 404);
}

/* Past what one machine may ask the form comes back, with what was typed in it. */
static void a_machine_asks_so_often(void **state)
{
    struct scene scene;
    struct visitor *eve = &scene.visitor;
    int n = 0;

    set_scene(&scene, *state);
    while (n < 100 && submit(eve, "email=" ADDRESS, "/cases/%s/follow", scene.number) == 303)
        n++;
    assert_int_equal(n, 20);
    assert_int_equal(eve->asker.last.status, 429);
    assert_true(sees(eve, "value=\"" ADDRESS "\"") && sees(eve, "id=\"email-error\"") &&
                asked_header(&eve->asker, "Retry-After").n > 0);
}

/* Nobody learns from the answer whether an address follows already, or was mailed too often. */
static void the_answer_is_always_the_same(void **state)
{
    struct scene scene;

    set_scene(&scene, *state);
    confirm(&scene, token_asked_for(&scene));
    for (int i = 0; i < 3; i++)
        submit(&scene.visitor, "email=" ADDRESS, "/cases/%s/follow", scene.number);
    assert_int_equal(scene.visitor.asker.last.status, 303);
    assert_int_equal(test_i64(scene.world, "SELECT count(*) FROM message", 0), 1);
    for (int i = 0; i < FOLLOWER_MAILS_PER_DAY + 2; i++)
        submit(&scene.visitor, "email=other%40example.org", "/cases/%s/follow", scene.number);
    assert_int_equal(scene.visitor.asker.last.status, 303);
    assert_int_equal(test_i64(scene.world, "SELECT count(*) FROM message", 0),
                     1 + FOLLOWER_MAILS_PER_DAY);
}

static void a_look_confirms_nothing(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.visitor;
    struct str token;

    set_scene(&scene, *state);
    token = token_asked_for(&scene);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(visit(ana, "/follows/%.*s", STR_ARG(token)), 200);
        assert_true(sees(ana, "Yes, send me email"));
        assert_int_equal(followers(&scene), 0);
    }
    for (int i = 0; i < 2; i++) {
        confirm(&scene, token);
        assert_int_equal(visit(ana, "/follows/%.*s", STR_ARG(token)), 200);
        assert_true(sees(ana, "You will get email updates on request"));
        assert_false(sees(ana, "Yes, send me email"));
        assert_int_equal(followers(&scene), 1);
    }
}

static void a_link_lasts_a_week(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.visitor;
    struct str token;

    set_scene(&scene, *state);
    token = token_asked_for(&scene);
    pass_days(scene.world, FOLLOWER_CONFIRM_DAYS);
    assert_int_equal(visit(ana, "/follows/%.*s", STR_ARG(token)), 200);
    scene.world->ctx.now = instant_plus_us(scene.world->ctx.now, 1);
    assert_int_equal(visit(ana, "/follows/%.*s", STR_ARG(token)), 410);
    assert_int_equal(submit(ana, "", "/follows/%.*s", STR_ARG(token)), 410);
    assert_true(sees(ana, "ch-") && ana->asker.last.error == ERR_EXPIRED);
    assert_int_equal(followers(&scene), 0);
}

/* By hand or by a mail program's one click (RFC 8058), once or again. */
static void it_is_ended_by_its_link(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.visitor, program;
    struct str asks, ends;

    set_scene(&scene, *state);
    visitor_init(&program, scene.world);
    asks = token_asked_for(&scene);
    confirm(&scene, asks);
    ends = token_of_news(&scene);
    assert_int_equal(visit(ana, "/unfollow/%.*s", STR_ARG(ends)), 200);
    assert_true(sees(ana, "Stop email about request") && sees(ana, "Stop the emails"));
    assert_int_equal(followers(&scene), 1);
    assert_int_equal(
        submit(&program, "List-Unsubscribe=One-Click", "/unfollow/%.*s", STR_ARG(ends)), 303);
    assert_int_equal(followers(&scene), 0);
    assert_int_equal(submit(&program, "", "/unfollow/%.*s", STR_ARG(ends)), 303);
    assert_int_equal(visit(ana, "/unfollow/%.*s", STR_ARG(ends)), 200);
    assert_true(sees(ana, "You get no more email about request"));
    assert_false(sees(ana, "Stop the emails"));
    assert_int_equal(
        test_i64(scene.world, "SELECT count(*) FROM event WHERE kind = 'follower.ended'", 0), 1);
    /* The link that asked was used: following begins again by a new one alone. */
    submit(ana, "", "/follows/%.*s", STR_ARG(asks));
    assert_int_equal(followers(&scene), 0);
    confirm(&scene, token_asked_for(&scene));
    assert_int_equal(followers(&scene), 1);
}

/* A link of one kind is none of the other, and a stranger's text is neither. */
static void links_are_not_interchangeable(void **state)
{
    static const char *const none[] = {"x", "none-of-ours-at-all-0", "%3Cscript%3E"};
    struct scene scene;
    struct visitor *ana = &scene.visitor;
    struct str asks, ends;

    set_scene(&scene, *state);
    asks = token_asked_for(&scene);
    confirm(&scene, asks);
    ends = token_of_news(&scene);
    assert_int_equal(visit(ana, "/follows/%.*s", STR_ARG(ends)), 410);
    assert_int_equal(submit(ana, "", "/follows/%.*s", STR_ARG(ends)), 410);
    assert_int_equal(visit(ana, "/unfollow/%.*s", STR_ARG(asks)), 410);
    assert_int_equal(submit(ana, "", "/unfollow/%.*s", STR_ARG(asks)), 410);
    assert_int_equal(visit(ana, "/follow/%.*s", STR_ARG(asks)), 410);
    assert_int_equal(submit(ana, "", "/follow/%.*s", STR_ARG(ends)), 410);
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_int_equal(visit(ana, "/follows/%s", none[i]), 410);
        assert_int_equal(visit(ana, "/unfollow/%s", none[i]), 410);
        assert_int_equal(submit(ana, "", "/unfollow/%s", none[i]), 410);
        assert_false(sees(ana, "<script>"));
    }
    assert_int_equal(followers(&scene), 1);
}

/* A case that was hidden tells nothing; its mail can still be ended. */
static void a_hidden_case_is_followed_no_more(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.visitor;
    struct str asks, later, ends;

    set_scene(&scene, *state);
    asks = token_asked_for(&scene);
    confirm(&scene, asks);
    submit(ana, "email=late%40example.org", "/cases/%s/follow", scene.number);
    later = mailed_token(scene.world, "follows");
    ends = token_of_news(&scene);
    test_exec(scene.world, "UPDATE cases SET is_hidden = TRUE");
    assert_int_equal(visit(ana, "/follows/%.*s", STR_ARG(later)), 404);
    assert_int_equal(visit(ana, "/cases/%s/follow", scene.number), 404);
    assert_int_equal(submit(ana, "email=a%40b.example", "/cases/%s/follow", scene.number), 404);
    assert_int_equal(visit(ana, "/cases/%s/follow/sent", scene.number), 404);
    assert_int_equal(visit(ana, "/unfollow/%.*s", STR_ARG(ends)), 200);
    assert_int_equal(submit(ana, "", "/unfollow/%.*s", STR_ARG(ends)), 303);
    assert_int_equal(followers(&scene), 0);
}

/* After a merge the link of the case that ended ends the mail of the one that goes on. */
static void a_merge_takes_the_link_along(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.visitor;
    struct filed other;
    struct str ends;

    set_scene(&scene, *state);
    confirm(&scene, token_asked_for(&scene));
    ends = token_of_news(&scene);
    other = test_file(scene.world, &(struct test_filing){.place = "10 Garden St"});
    scene.world->ctx.actor = test_staff(scene.world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&scene.world->ctx, case_merge(&scene.world->ctx, scene.filed.case_id, 0,
                                          &(struct merge){.into = other.case_id,
                                                          .reason = S("The same hole"),
                                                          .base_url = S("https://c.example")}));
    scene.world->ctx.actor = NULL;
    assert_int_equal(followers(&scene), 1);
    assert_int_equal(visit(ana, "/unfollow/%.*s", STR_ARG(ends)), 200);
    assert_true(sees(ana, "Stop the emails"));
    submit(ana, "", "/unfollow/%.*s", STR_ARG(ends));
    assert_int_equal(followers(&scene), 0);
}

/* Who signs in sees what they follow and ends it there; nobody else's. */
static void followed_cases_are_ones_own(void **state)
{
    struct scene scene;
    struct visitor *ana = &scene.visitor, eve;
    long long id;

    set_scene(&scene, *state);
    visitor_init(&eve, scene.world);
    confirm(&scene, token_asked_for(&scene));
    id = test_i64(scene.world, "SELECT id FROM follower", 0);
    visitor_signs_in(&eve, "eve@example.org");
    assert_int_equal(submit(&eve, "", "/me/follows/%lld/end", id), 404);
    assert_int_equal(submit(&eve, "", "/me/follows/0/end"), 404);
    assert_int_equal(submit(&eve, "", "/me/follows/all/end"), 404);
    assert_int_equal(submit(ana, "", "/me/follows/%lld/end", id), 401);
    assert_int_equal(followers(&scene), 1);
    visitor_signs_in(ana, ADDRESS);
    visit(ana, "/me");
    assert_true(sees(ana, scene.number) && sees(ana, "Stop following"));
    submit(ana, "", "/me/follows/%lld/end", id);
    assert_leads(ana, "/me");
    assert_int_equal(followers(&scene), 0);
    visit(ana, "/me");
    assert_true(sees(ana, "You follow no request by email."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_address_is_asked_for),       TEST(the_answer_is_always_the_same),
        TEST(a_machine_asks_so_often),       TEST(a_look_confirms_nothing),
        TEST(a_link_lasts_a_week),           TEST(it_is_ended_by_its_link),
        TEST(links_are_not_interchangeable), TEST(a_hidden_case_is_followed_no_more),
        TEST(a_merge_takes_the_link_along),  TEST(followed_cases_are_ones_own),
    };

    return RUN_TESTS("portal/watch", tests);
}
