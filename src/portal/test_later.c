/* Leaving a report and coming back to it: by the browser, a mailed link, a code; and the list of
 * what was begun. */
#include "portal/later.h"

#include "engine/cases/draft_share.h"
#include "portal/test_visitor.h"

static const char *form_of(struct world *world, const char *name, struct str value)
{
    return str_z(world->ctx.arena, str_fmt(world->ctx.arena, "%s=%.*s", name, STR_ARG(value)));
}

/* A code as the page shows it. */
static struct str code_for(struct visitor *visitor)
{
    submit(visitor, "how=code", "/report/pothole/later");
    assert_leads(visitor, "/report/pothole/later?done=code");
    return asker_cookie(&visitor->asker, "later");
}

static void there_is_nothing_to_leave_before_an_answer(void **state)
{
    struct visitor ana;

    visitor_init(&ana, *state);
    visit(&ana, "/report/pothole/later");
    assert_leads(&ana, "/report/pothole");
    assert_int_equal(submit(&ana, "how=code", "/report/pothole/later"), 404);
    assert_int_equal(submit(&ana, "email=ana%40example.org", "/report/pothole/later"), 404);
    assert_int_equal(visit(&ana, "/report/nothing/later"), 404);
}

static void a_code_opens_the_draft_elsewhere_once(void **state)
{
    struct world *world = *state;
    struct visitor ana, bo, eve;
    struct str code;

    visitor_init(&ana, world);
    visitor_init(&bo, world);
    visitor_init(&eve, world);
    visitor_fills(&ana, "");
    code = code_for(&ana);
    assert_int_equal(code.n, DRAFT_CODE_CHARS);
    visit(&ana, "/report/pothole/later?done=code");
    assert_true(sees(&ana, "type this code within an hour"));
    visit(&ana, "/report/pothole/later"); /* not shown for ever */
    assert_false(sees(&ana, "type this code within an hour"));
    assert_int_equal(visit(&bo, "/continue"), 200);
    submit(&bo, form_of(world, "code", code), "/continue");
    assert_leads(&bo, "/report/pothole");
    assert_int_equal(visit(&bo, "/report/pothole/check"), 200);
    assert_true(sees(&bo, "Like a tire"));
    assert_int_equal(submit(&eve, form_of(world, "code", code), "/continue"), 422);
    assert_true(sees(
        &eve, str_z(world->ctx.arena, str_fmt(world->ctx.arena, "value=\"%.*s\"", STR_ARG(code)))));
    visit(&eve, "/report/pothole/check");
    assert_leads(&eve, "/report/pothole/where");
    submit(&bo, "", "/report/pothole/check"); /* two devices, one case */
    assert_leads(&bo, "/report/pothole/done");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    assert_int_equal(test_i64(world, "SELECT count(*) FROM cases", 0), 1);
}

static void a_code_lasts_an_hour(void **state)
{
    static const char *const none[] = {"code=", "code=ABCDEFGHJK", "code=%EF%BF%BF",
                                       "cod=", "code=%3Cscript%3E"};
    struct world *world = *state;
    struct visitor ana, bo;
    struct str code;

    visitor_init(&ana, world);
    visitor_init(&bo, world);
    visitor_fills(&ana, "");
    code = code_for(&ana);
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_int_equal(submit(&bo, none[i], "/continue"), 422);
        assert_true(sees(&bo, "id=\"code-error\"") && !sees(&bo, "<script>"));
    }
    world->ctx.now = instant_plus_us(world->ctx.now, DRAFT_CODE_US + US_PER_S);
    assert_int_equal(submit(&bo, form_of(world, "code", code), "/continue"), 422);
}

/* Codes cannot be tried one after the other. */
static void guessing_has_an_end(void **state)
{
    struct visitor eve;
    int n = 0;

    visitor_init(&eve, *state);
    while (n < 100 && submit(&eve, "code=ABCDEFGHJK", "/continue") == 422)
        n++;
    assert_int_equal(n, 20);
    assert_int_equal(eve.asker.last.status, 429);
    assert_true(asked_header(&eve.asker, "Retry-After").n > 0);
}

static void mailing_has_an_end(void **state)
{
    struct visitor eve;
    int n = 0;

    visitor_init(&eve, *state);
    visitor_fills(&eve, "");
    while (n < 100 && submit(&eve, "email=a%40b.example", "/report/pothole/later") == 303)
        n++;
    assert_int_equal(n, 20);
    assert_int_equal(eve.asker.last.status, 429);
    assert_true(sees(&eve, "value=\"a@b.example\"") && sees(&eve, "id=\"email-error\""));
    for (n = 0; n < 100 && submit(&eve, "how=code", "/report/pothole/later") == 303;)
        n++;
    assert_int_equal(n, 20);
    assert_int_equal(eve.asker.last.status, 429);
}

static void a_mailed_link_opens_it_until_it_is_sent(void **state)
{
    struct world *world = *state;
    struct visitor ana, bo;
    struct str token;

    visitor_init(&ana, world);
    visitor_init(&bo, world);
    visitor_fills(&ana, "");
    assert_int_equal(submit(&ana, "email=at+home", "/report/pothole/later"), 422);
    assert_true(sees(&ana, "value=\"at home\"") && sees(&ana, "id=\"email-error\""));
    assert_int_equal(submit(&ana, "", "/report/pothole/later"), 422);
    submit(&ana, "email=ana%40example.org", "/es/report/pothole/later");
    assert_leads(&ana, "/es/report/pothole/later?done=mail");
    visit(&ana, "/report/pothole/later?done=mail");
    assert_true(sees(&ana, "a link is on its way"));
    token = mailed_token(world, "continue");
    for (int i = 0; i < 2; i++) { /* a look changes nothing */
        assert_int_equal(visit(&bo, "/continue/%.*s", STR_ARG(token)), 200);
        assert_true(sees(&bo, "Continue with Pothole?"));
        assert_int_equal(asker_cookie(&bo.asker, "draft").n, 0);
    }
    for (int i = 0; i < 2; i++) { /* and it may be used on every device */
        submit(&bo, "", "/continue/%.*s", STR_ARG(token));
        assert_leads(&bo, "/report/pothole");
    }
    assert_int_equal(visit(&bo, "/report/pothole/check"), 200);
    submit(&bo, "", "/report/pothole/check");
    assert_leads(&bo, "/report/pothole/done");
    assert_int_equal(visit(&ana, "/continue/%.*s", STR_ARG(token)), 410);
    assert_int_equal(submit(&ana, "", "/continue/%.*s", STR_ARG(token)), 410);
    assert_int_equal(visit(&ana, "/continue/none-of-ours-at-all-0"), 410);
}

static void what_was_begun_is_listed(void **state)
{
    struct world *world = *state;
    struct visitor ana, eve;
    long long id;

    visitor_init(&ana, world);
    visitor_init(&eve, world);
    visit(&ana, "/drafts");
    assert_true(sees(&ana, "You have not begun any report in this browser."));
    visitor_fills(&ana, "");
    submit(&ana, "place=10+Garden+St", "/report/graffiti/where");
    visit(&ana, "/drafts");
    assert_true(sees(&ana, "795 Massachusetts Ave") && sees(&ana, "10 Garden St"));
    id = test_i64(world, "SELECT min(id) FROM draft", 0);
    assert_int_equal(submit(&eve, "", "/drafts/%lld", id), 404);
    assert_int_equal(submit(&eve, "", "/drafts/%lld/drop", id), 404);
    assert_int_equal(submit(&ana, "", "/drafts/x/drop"), 404);
    submit(&ana, "", "/drafts/%lld", id);
    assert_leads(&ana, "/report/pothole");
    submit(&ana, "", "/drafts/%lld/drop", id);
    assert_leads(&ana, "/drafts");
    assert_int_equal(submit(&ana, "", "/drafts/%lld/drop", id), 404);
    visit(&ana, "/drafts");
    assert_true(!sees(&ana, "795 Massachusetts Ave") && sees(&ana, "10 Garden St"));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM draft", 0), 1);
}

/* What somebody began while signed in is theirs on each browser they sign in with. */
static void a_residents_drafts_go_with_them(void **state)
{
    struct world *world = *state;
    struct visitor home, office;
    long long id;

    visitor_init(&home, world);
    visitor_init(&office, world);
    visitor_signs_in(&home, "ana@example.org");
    visitor_fills(&home, "");
    visitor_signs_in(&office, "ana@example.org");
    visit(&office, "/me");
    assert_true(sees(&office, "795 Massachusetts Ave"));
    id = test_i64(world, "SELECT max(id) FROM draft", 0);
    submit(&office, "", "/drafts/%lld", id);
    assert_leads(&office, "/report/pothole");
    assert_int_equal(visit(&office, "/report/pothole/check"), 200);
    visit(&home, "/drafts"); /* once, though the browser has a key and the account has it too */
    assert_true(sees(&home, "795 Massachusetts Ave"));
    submit(&office, "", "/drafts/%lld/drop", id);
    assert_leads(&office, "/me");
    visit(&home, "/report/pothole/check");
    assert_leads(&home, "/report/pothole/where");
}

static void a_shared_browser_forgets(void **state)
{
    struct world *world = *state;
    struct visitor ana;

    visitor_init(&ana, world);
    visitor_signs_in(&ana, "ana@example.org");
    visitor_fills(&ana, "");
    submit(&ana, "", "/report/pothole/check");
    submit(&ana, "place=10+Garden+St", "/report/graffiti/where");
    submit(&ana, "how=code", "/report/graffiti/later");
    submit(&ana, "", "/vi/forget");
    assert_leads(&ana, "/vi/drafts?done=forgotten");
    for (size_t i = 0; i < 5; i++) {
        static const char *const names[] = {"case", "draft", "later", "resident", "mailbox"};

        assert_int_equal(asker_cookie(&ana.asker, names[i]).n, 0);
    }
    visit(&ana, "/drafts?done=forgotten");
    assert_true(sees(&ana, "no longer holds any of your reports"));
    assert_false(sees(&ana, "Garden St") || sees(&ana, "Remove everything"));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM session WHERE revoked IS NULL", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(there_is_nothing_to_leave_before_an_answer),
        TEST(a_code_opens_the_draft_elsewhere_once),
        TEST(a_code_lasts_an_hour),
        TEST(guessing_has_an_end),
        TEST(mailing_has_an_end),
        TEST(a_mailed_link_opens_it_until_it_is_sent),
        TEST(what_was_begun_is_listed),
        TEST(a_residents_drafts_go_with_them),
        TEST(a_shared_browser_forgets),
    };

    return RUN_TESTS("portal/later", tests);
}
