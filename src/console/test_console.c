#include "base/buf.h"
#include "console/test_client.h"

static void strangers_are_sent_to_sign_in(void **state)
{
    struct browser browser = {.world = *state};

    assert_int_equal(browse(&browser, S("/staff/queue?team=west")), 303);
    assert_str(location_of(&browser), "/staff/signin?next=%2Fstaff%2Fqueue%3Fteam%3Dwest");
    assert_int_equal(browse(&browser, S("/staff/")), 303);
    assert_int_equal(browse(&browser, S("/staff/signin")), 200);
    assert_int_equal(submit(&browser, S("/staff/me/keys"), S("keys=on")), 401);
    assert_int_equal(submit(&browser, S("/staff/cases/26-00001-4/notes"), S("note=x")), 401);
    assert_false(page_has(&browser, "ch-menu"));
    browser.session = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_int_equal(browse(&browser, S("/staff/me")), 303);
}

/* The thin path: in, queue, case, start, ask, resolve, out. */
static void a_case_is_worked_through(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "team", "west");
    struct str number = test_city_file(&world->city, "hole", false, "Near the bus stop");

    browser_sign_in(&browser, "rdiaz", password);
    assert_true(page_has(&browser, "Name of rdiaz"));
    assert_true(page_has(&browser, str_z(world->site.ctx.arena, number)));
    assert_true(page_has(&browser, "Streets West <span class=\"ch-count\">1</span>"));
    assert_false(page_has(&browser, "Streets East <span class=\"ch-count\">"));

    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Near the bus stop"));
    assert_true(page_has(&browser, "linh@example.com"));
    assert_true(page_has(&browser, "Start work"));
    assert_true(page_has(&browser, "The rule gives 10 workdays"));
    assert_false(page_has(&browser, "Reopen"));

    assert_int_equal(submit(&browser, case_path(world, number, "/steps/start"),
                            case_form(&browser, "note=Crew+sent")),
                     303);
    assert_int_equal(browse(&browser, location_of(&browser)), 200);
    assert_true(page_has(&browser, "Saved."));
    assert_true(page_has(&browser, "Start work: In progress"));
    assert_true(page_has(&browser, "Crew sent"));

    assert_int_equal(
        submit(&browser, case_path(world, number, "/steps/ask"), case_form(&browser, "message=+")),
        422);
    assert_true(page_has(&browser, "step-ask-message-error"));
    assert_int_equal(submit(&browser, case_path(world, number, "/steps/ask"),
                            case_form(&browser, "message=How+wide+is+it%3F")),
                     303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Waiting for you"));
    assert_true(page_has(&browser, "Paused"));
    assert_true(page_has(&browser, "How wide is it?"));

    assert_int_equal(submit(&browser, case_path(world, number, "/steps/resolve"),
                            case_form(&browser, "outcome=done&message=Filled")),
                     303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Work done"));
    assert_false(page_has(&browser, "Start work</button>"));
    assert_int_equal(browse(&browser, S("/staff/queue")), 200);
    assert_false(page_has(&browser, str_z(world->site.ctx.arena, number)));
    assert_int_equal(browse(&browser, S("/staff/queue?state=closed")), 200);
    assert_true(page_has(&browser, str_z(world->site.ctx.arena, number)));

    assert_int_equal(submit(&browser, S("/staff/signout"), STR_NONE), 303);
    assert_int_equal(browser.session.n, 0);
    assert_int_equal(browse(&browser, S("/staff/queue")), 303);
}

static void a_stolen_cookie_ends_with_the_session(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world}, thief = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");

    browser_sign_in(&browser, "rdiaz", password);
    thief.session = browser.session;
    assert_int_equal(browse(&thief, S("/staff/queue")), 200);
    assert_int_equal(submit(&browser, S("/staff/signout"), STR_NONE), 303);
    assert_int_equal(browse(&thief, S("/staff/queue")), 303);
    browser_sign_in(&browser, "rdiaz", password);
    world->city.waited_us = 30 * US_PER_MIN;
    assert_int_equal(browse(&browser, S("/staff/queue")), 303);
}

static void the_second_of_two_sees_what_changed(void **state)
{
    struct world *world = *state;
    struct browser one = {.world = world}, two = {.world = world};
    struct str first = test_city_staff(&world->city, "one", "agent", "city", "");
    struct str second = test_city_staff(&world->city, "two", "agent", "city", "");
    struct str number = test_city_file(&world->city, "hole", false, "");
    struct str fields, lost;

    browser_sign_in(&one, "one", first);
    browser_sign_in(&two, "two", second);
    assert_int_equal(browse(&one, case_path(world, number, "")), 200);
    assert_int_equal(browse(&two, case_path(world, number, "")), 200);
    lost = case_form(&one, "note=Nothing+lost");
    assert_int_equal(
        submit(&one, case_path(world, number, "/steps/start"), case_form(&one, "note=I+go")), 303);
    fields = case_form(&two, "message=Please+say+more");
    assert_int_equal(submit(&two, case_path(world, number, "/steps/ask"), fields), 409);
    assert_true(page_has(&two, "Somebody changed this case"));
    assert_true(page_has(&two, "<ins>Start work: In progress</ins>"));
    assert_true(page_has(&two, "Name of one"));
    assert_true(page_has(&two, "Please say more</textarea>"));
    assert_int_equal(submit(&two, case_path(world, number, "/steps/ask"),
                            case_form(&two, "message=Please+say+more")),
                     303);
    /* What was typed for a step that is gone is shown apart. */
    assert_int_equal(submit(&one, case_path(world, number, "/steps/start"), lost), 409);
    assert_true(page_has(&one, "id=\"kept\""));
    assert_true(page_has(&one, "Nothing lost</textarea>"));
}

static void a_note_is_stored_once(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "crew", "service", "hole");
    struct str number = test_city_file(&world->city, "hole", false, "");
    struct str path = case_path(world, number, "/notes");

    browser_sign_in(&browser, "rdiaz", password);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    for (int i = 0; i < 2; i++)
        assert_int_equal(submit(&browser, path,
                                case_form(&browser, "note=%3Cscript%3Ealert(1)%3C%2Fscript%3E'--")),
                         303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_false(page_has(&browser, "<script>alert"));
    assert_true(page_has(
        &browser, "<p class=\"ch-text\" dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;"));
    browser.last.body =
        str_slice(browser.last.body,
                  (size_t)str_find(browser.last.body, S("\"auto\">&lt;script&gt;alert(1)")) + 5,
                  browser.last.body.n);
    assert_false(page_has(&browser, "\"auto\">&lt;script&gt;alert(1)"));

    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_int_equal(submit(&browser, path, case_form(&browser, "note=Seen&visibility=public")),
                     303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "<h3>Public note</h3>"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "note=")), 422);
    assert_true(page_has(&browser, "note-error"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "note=a%00b")), 422);
    assert_true(page_has(&browser, "note-error") && page_has(&browser, "a\xef\xbf\xbd"
                                                                       "b"));
}

static void a_case_is_given(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "team", "west");
    struct str number = test_city_file(&world->city, "hole", false, "");
    struct str path = case_path(world, number, "/assign"), fields;

    test_city_staff(&world->city, "crew", "crew", "team", "west");
    test_city_staff(&world->city, "east", "crew", "team", "east");
    test_city_staff(&world->city, "audit", "auditor", "city", "");
    browser_sign_in(&browser, "rdiaz", password);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "<option value=\"crew\">"));
    assert_false(page_has(&browser, "<option value=\"east\">"));
    assert_false(page_has(&browser, "<option value=\"audit\">"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "assignee=me")), 303);
    assert_int_equal(browse(&browser, S("/staff/queue?mine=1")), 200);
    assert_true(page_has(&browser, str_z(world->site.ctx.arena, number)));
    assert_true(page_has(&browser, "Mine <span class=\"ch-count\">1</span>"));
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_false(page_has(&browser, "Take it"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "assignee=east")), 422);
    assert_true(page_has(&browser, "assignee-error"));
    fields = case_form(&browser, "assignee=");
    assert_int_equal(submit(&browser, path, case_form(&browser, "assignee=crew")), 303);
    assert_int_equal(submit(&browser, path, fields), 409);
    assert_true(page_has(&browser, "<ins>Assigned</ins> Name of crew"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "assignee=")), 303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Take it"));
}

static void others_cases_are_not_there(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "east", "agent", "team", "east");
    struct str west = test_city_file(&world->city, "hole", false, "");
    struct str east = test_city_file(&world->city, "hole", true, "");
    struct arena *arena = world->site.ctx.arena;

    browser_sign_in(&browser, "east", password);
    assert_true(page_has(&browser, str_z(arena, east)));
    assert_false(page_has(&browser, str_z(arena, west)));
    assert_int_equal(browse(&browser, S("/staff/queue?team=west")), 200);
    assert_false(page_has(&browser, str_z(arena, west)));
    assert_int_equal(browse(&browser, S("/staff/queue?service=hole&sort=newest")), 200);
    assert_true(page_has(&browser, str_z(arena, east)));
    assert_false(page_has(&browser, str_z(arena, west)));
    assert_int_equal(browse(&browser, case_path(world, east, "")), 200);
    assert_int_equal(browse(&browser, case_path(world, west, "")), 404);
    assert_int_equal(submit(&browser, case_path(world, west, "/steps/start"), S("")), 404);
    assert_int_equal(submit(&browser, case_path(world, west, "/notes"), S("note=x")), 404);
    assert_int_equal(submit(&browser, case_path(world, west, "/assign"), S("assignee=me")), 404);
    assert_int_equal(browse(&browser, S("/staff/cases/26-00001-0")), 404);
    assert_int_equal(browse(&browser, S("/staff/cases/x")), 404);
    assert_int_equal(browse(&browser, S("/staff/outbox")), 200);
    assert_true(page_has(&browser, str_z(arena, east)));
    assert_false(page_has(&browser, str_z(arena, west)));
}

/* What strangers file with somebody's address does not hide what is theirs. */
static void strangers_hide_nobodys_cases(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str own = test_city_file(&world->city, "hole", false, "Before all others");
    struct str list = S("/staff/queue?q=reporter%3A%22linh%40example.com%22%2C%22251-555-0199%22");
    struct str last = own;

    test_city_exec(&world->city, "UPDATE contact_point SET verified = 1");
    for (int i = 0; i < 11; i++)
        last = test_city_file(&world->city, "hole", false, "");
    browser_sign_in(&browser, "rdiaz", password);
    assert_int_equal(browse(&browser, case_path(world, last, "")), 200);
    assert_true(page_has(&browser, "Other cases of this person"));
    assert_false(page_has(&browser, "All cases with this address or number"));
    for (int i = 0; i < 250; i++)
        last = test_city_file(&world->city, "tree", false, "");
    assert_int_equal(browse(&browser, case_path(world, last, "")), 200);
    assert_true(page_has(&browser, str_z(world->site.ctx.arena, own)));
    assert_true(page_has(&browser, "All cases with this address or number"));
    assert_int_equal(browse(&browser, list), 200);
    assert_true(page_has(&browser, str_z(world->site.ctx.arena, own)));
}

static void departments_and_auditors_read(void **state)
{
    struct world *world = *state;
    struct browser head = {.world = world}, auditor = {.world = world};
    struct str password =
        test_city_staff(&world->city, "head", "supervisor", "department", "works");
    struct str other = test_city_staff(&world->city, "audit", "auditor", "city", "");
    struct str hole = test_city_file(&world->city, "hole", false, "");
    struct str tree = test_city_file(&world->city, "tree", false, "");
    struct arena *arena = world->site.ctx.arena;

    browser_sign_in(&head, "head", password);
    assert_true(page_has(&head, str_z(arena, hole)));
    assert_false(page_has(&head, str_z(arena, tree)));
    browser_sign_in(&auditor, "audit", other);
    assert_true(page_has(&auditor, str_z(arena, hole)));
    assert_true(page_has(&auditor, str_z(arena, tree)));
    assert_int_equal(browse(&auditor, case_path(world, hole, "")), 200);
    assert_false(page_has(&auditor, "Start work</button>"));
    assert_false(page_has(&auditor, "Take it"));
    assert_int_equal(submit(&auditor, case_path(world, hole, "/steps/start"), S("")), 403);
    assert_int_equal(submit(&auditor, case_path(world, hole, "/notes"), S("note=x")), 403);
}

/* The address of the link that leads on, as the browser reads it; empty: it was the last page. */
static struct str next_page(struct browser *browser)
{
    struct str mark = S("rel=\"next\" href=\""), path;
    ptrdiff_t at = str_find(browser->last.body, mark);
    struct buf out = buf_in(browser->world->site.ctx.arena, 1000);

    if (at < 0)
        return STR_NONE;
    path = str_slice(browser->last.body, (size_t)at + mark.n, browser->last.body.n);
    path = str_slice(path, 0, (size_t)str_find_byte(path, '"'));
    for (ptrdiff_t amp; (amp = str_find(path, S("&amp;"))) >= 0;) {
        buf_add(&out, str_slice(path, 0, (size_t)amp + 1));
        path = str_slice(path, (size_t)amp + 5, path.n);
    }
    buf_add(&out, path);
    return buf_str(&out);
}

/* Walks all pages from `start`: how many of the cases were there, none of them twice. */
static size_t walk(struct browser *browser, const char *start, const struct str *numbers, size_t n)
{
    struct str path = str_of(start);
    size_t seen[200] = {0}, pages = 0, total = 0;

    for (; path.n && pages < 6; pages++) {
        assert_int_equal(browse(browser, path), 200);
        for (size_t i = 0; i < n; i++)
            seen[i] += page_has(browser, str_z(browser->world->site.ctx.arena, numbers[i]));
        path = next_page(browser);
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(seen[i] <= 1);
        total += seen[i];
    }
    assert_int_equal(pages, total ? (total + 49) / 50 : 1);
    return total;
}

static void every_page_of_the_queue_once(void **state)
{
    static const struct {
        const char *start;
        size_t all, trees_and_west;
    } walks[] = {
        {"/staff/queue", 150, 130},
        {"/staff/queue?sort=newest", 150, 130},
        {"/staff/queue?team=west", 70, 70},
        {"/staff/queue?team=east", 20, 0},
        {"/staff/queue?service=tree", 60, 60},
        {"/staff/queue?service=hole&sort=newest", 90, 70},
        {"/staff/queue?service=hole", 90, 70},
        {"/staff/queue?service=tree&team=west", 0, 0},
        {"/staff/queue?state=closed", 0, 0},
    };
    struct world *world = *state;
    struct browser all = {.world = world}, some = {.world = world}, both = {.world = world};
    struct str password = test_city_staff(&world->city, "all", "agent", "city", "");
    struct str other = test_city_staff(&world->city, "some", "agent", "service", "tree");
    struct str numbers[150];

    test_city_grant(&world->city, "some", "crew", "team", "west");
    test_city_grant(&world->city, "some", "crew", "department", "parks");
    for (size_t i = 0; i < 150; i++)
        numbers[i] = test_city_file(&world->city, i < 90 ? "hole" : "tree", i < 20, "");
    browser_sign_in(&all, "all", password);
    browser_sign_in(&some, "some", other);
    for (size_t i = 0; i < COUNT(walks); i++) {
        assert_int_equal(walk(&all, walks[i].start, numbers, 150), walks[i].all);
        assert_int_equal(walk(&some, walks[i].start, numbers, 150), walks[i].trees_and_west);
    }
    /* A case that is in two of one's scopes stands in the queue once. */
    other = test_city_staff(&world->city, "both", "agent", "service", "hole");
    test_city_grant(&world->city, "both", "crew", "team", "west");
    browser_sign_in(&both, "both", other);
    assert_int_equal(walk(&both, "/staff/queue", numbers, 150), 90);
    assert_int_equal(walk(&both, "/staff/queue?sort=newest", numbers, 150), 90);
    assert_int_equal(browse(&all, S("/staff/queue?after=x&state=odd&team=none&sort=1")), 200);
    assert_int_equal(browse(&all, S("/staff/queue?after=d99999999999999999999-1")), 200);
}

static void late_work_is_marked(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "late", "agent", "city", "");
    struct str hole = test_city_file(&world->city, "hole", false, "");
    struct str tree = test_city_file(&world->city, "tree", false, "");
    struct arena *arena = world->site.ctx.arena;

    world->city.waited_us = 40 * US_PER_DAY;
    browser_sign_in(&browser, "late", password);
    assert_true(page_has(&browser, "ch-due--late"));
    assert_int_equal(browse(&browser, S("/staff/queue?late=1")), 200);
    assert_true(page_has(&browser, str_z(arena, hole)));
    assert_false(page_has(&browser, str_z(arena, tree)));
    assert_int_equal(browse(&browser, case_path(world, hole, "")), 200);
    assert_true(page_has(&browser, "ch-tag--late"));
}

static void guessing_is_slowed(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "guessed", "agent", "city", "");
    int refused = 0;

    assert_int_equal(browse(&browser, S("/staff/signin")), 200);
    for (int i = 0; i < 12; i++) {
        int status = submit(&browser, S("/staff/signin"), S("login=guessed&password=wrong"));

        assert_true(status == 422 || status == 429);
        refused += status == 429;
        if (status == 422)
            assert_true(page_has(&browser, "value=\"guessed\""));
        assert_false(page_has(&browser, "value=\"wrong\""));
    }
    assert_true(refused == 2 || refused == 1);
    assert_true(answer_header(&world->site, &browser.last, "retry-after").n > 0);
    /* Nor does the right password help then. */
    assert_int_equal(
        submit(&browser, S("/staff/signin"),
               str_fmt(world->site.ctx.arena, "login=guessed&password=%.*s", STR_ARG(password))),
        429);
    assert_int_equal(browser.session.n, 0);
}

static int try_login(struct browser *browser, const char *login, struct str password)
{
    return submit(browser, S("/staff/signin"),
                  str_fmt(browser->world->site.ctx.arena, "login=%s&password=%.*s", login,
                          STR_ARG(password)));
}

/* A stranger tries from one address for hours, then from as many as there are: who has signed in
 * here before signs in, and from a new browser as long as one address is all there is. */
static void nobody_is_kept_out_by_others(void **state)
{
    struct world *world = *state;
    struct browser known = {.world = world}, fresh = {.world = world}, stranger = {.world = world};
    struct str password = test_city_staff(&world->city, "target", "agent", "city", "");
    struct str home = world->address;
    /* Too long for any account, so that refusing it costs no hash. */
    struct str wrong = str_fmt(world->site.ctx.arena, "%01001d", 0);
    int refused = 0;

    browser_sign_in(&known, "target", password);
    assert_true(known.device.n > 0);
    assert_int_equal(browse(&stranger, S("/staff/signin")), 200);
    world->address = S("198.51.100.7");
    for (int i = 0; i < 25; i++)
        refused += try_login(&stranger, "target", wrong) == 429;
    assert_true(refused >= 10);
    world->address = home;
    assert_int_equal(browse(&fresh, S("/staff/signin")), 200);
    assert_int_equal(try_login(&fresh, "target", password), 303);

    for (int i = 0; i < 150; i++) {
        world->address = str_fmt(world->site.ctx.arena, "198.51.100.%d", 50 + i);
        if (try_login(&stranger, "target", wrong) == 429)
            break;
    }
    world->address = S("192.0.2.1");
    assert_int_equal(try_login(&stranger, "target", wrong), 429);
    assert_int_equal(submit(&known, S("/staff/signout"), STR_NONE), 303);
    assert_int_equal(browse(&known, S("/staff/signin")), 200);
    assert_int_equal(try_login(&known, "target", password), 303);
}

/* Many logins from one address are a guesser too; another address is not held up. */
static void an_address_is_slowed(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    bool is_refused = false;
    int tries;

    assert_int_equal(browse(&browser, S("/staff/signin")), 200);
    /* On a slow machine time gives back some tries meanwhile. */
    for (tries = 0; tries < 300 && !is_refused; tries++)
        is_refused = submit(&browser, S("/staff/signin"),
                            str_fmt(world->site.ctx.arena, "login=n%d&password=", tries)) == 429;
    assert_true(is_refused && tries > 30);
    world->address = S("198.51.100.1");
    assert_int_equal(submit(&browser, S("/staff/signin"), S("login=n&password=x")), 422);
}

static void forms_need_their_token(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world}, other = {.world = world};
    struct str password = test_city_staff(&world->city, "token", "agent", "city", "");
    struct str number = test_city_file(&world->city, "hole", false, "");

    browser_sign_in(&browser, "token", password);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_int_equal(browse(&other, S("/staff/signin")), 200);
    browser.csrf = other.csrf;
    assert_int_equal(submit(&browser, case_path(world, number, "/notes"), S("note=x")), 403);
    browser.csrf = STR_NONE;
    assert_int_equal(submit(&browser, case_path(world, number, "/notes"), S("note=x")), 403);
    browser.csrf = S("x");
    assert_int_equal(submit(&browser, S("/staff/signout"), STR_NONE), 403);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_false(page_has(&browser, "Note for staff</h3>"));
}

static void one_comes_back_where_one_was(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "next", "agent", "city", "");
    static const char *const nexts[][2] = {
        {"%2Fstaff%2Fme", "/staff/me"},
        {"%2F%2Fevil.example%2F", "/staff/queue"},
        {"https%3A%2F%2Fevil.example", "/staff/queue"},
        {"%2F%5Cevil.example", "/staff/queue"},
    };

    for (size_t i = 0; i < COUNT(nexts); i++) {
        browser.session = STR_NONE;
        assert_int_equal(browse(&browser, S("/staff/signin")), 200);
        assert_int_equal(submit(&browser, S("/staff/signin"),
                                str_fmt(world->site.ctx.arena, "next=%s&login=next&password=%.*s",
                                        nexts[i][0], STR_ARG(password))),
                         303);
        assert_str(location_of(&browser), nexts[i][1]);
    }
}

static void sessions_and_keys_are_ones_own(void **state)
{
    struct world *world = *state;
    struct browser desk = {.world = world}, phone = {.world = world}, other = {.world = world};
    struct str password = test_city_staff(&world->city, "mine", "agent", "city", "");
    struct str theirs = test_city_staff(&world->city, "theirs", "agent", "city", "");
    struct str session;

    browser_sign_in(&desk, "mine", password);
    browser_sign_in(&phone, "mine", password);
    browser_sign_in(&other, "theirs", theirs);
    assert_int_equal(browse(&desk, S("/staff/me")), 200);
    assert_true(page_has(&desk, "this one"));
    session = hidden_field(&desk, "session");
    assert_true(session.n > 0);
    session = str_fmt(world->site.ctx.arena, "session=%.*s", STR_ARG(session));
    assert_int_equal(submit(&other, S("/staff/me/sessions"), session), 404);
    assert_int_equal(browse(&phone, S("/staff/queue")), 200);
    assert_int_equal(browse(&desk, S("/staff/me")), 200);
    assert_int_equal(submit(&desk, S("/staff/me/sessions"), session), 303);
    assert_int_equal(browse(&phone, S("/staff/queue")), 303);
    assert_int_equal(browse(&desk, S("/staff/me")), 200);
    assert_false(page_has(&desk, "data-keys=\"off\""));
    assert_int_equal(submit(&desk, S("/staff/me/keys"), STR_NONE), 303);
    assert_int_equal(browse(&desk, S("/staff/me")), 200);
    assert_true(page_has(&desk, "data-keys=\"off\""));
}

static void a_password_is_ones_own(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser desk = {.world = world}, phone = {.world = world};
    struct str password = test_city_staff(&world->city, "mine", "agent", "city", "");
    struct str form =
        str_fmt(arena, "current=%.*s&password=staple+of+walls&again=staple+of+", STR_ARG(password));

    browser_sign_in(&desk, "mine", password);
    browser_sign_in(&phone, "mine", password);
    assert_int_equal(browse(&desk, S("/staff/me")), 200);
    assert_false(page_has(&desk, "/staff/me/codes"));
    assert_int_equal(submit(&desk, S("/staff/me/password"), S("current=no&password=a&again=a")),
                     422);
    assert_true(page_has(&desk, "current-error"));
    assert_false(page_has(&desk, "value=\"no\""));
    assert_int_equal(submit(&desk, S("/staff/me/password"), form), 422);
    assert_true(page_has(&desk, "again-error"));
    assert_int_equal(browse(&phone, S("/staff/queue")), 200);
    form = str_fmt(arena, "%.*swalls", STR_ARG(form));
    assert_int_equal(submit(&desk, S("/staff/me/password"), form), 303);
    assert_str(location_of(&desk), "/staff/me?done=password");
    assert_int_equal(browse(&desk, S("/staff/me?done=password")), 200);
    assert_true(page_has(&desk, "Your password is changed"));
    assert_int_equal(browse(&phone, S("/staff/queue")), 303);
    assert_int_equal(submit(&desk, S("/staff/me/codes"), S("codes-password=staple+of+walls")), 404);
}

/* Who finds a screen open does not find out the password there. */
static void trying_ones_own_password_is_slowed(void **state)
{
    struct world *world = *state;
    struct browser desk = {.world = world};
    struct str password = test_city_staff(&world->city, "slow", "agent", "city", "");
    int status = 422;

    browser_sign_in(&desk, "slow", password);
    assert_int_equal(browse(&desk, S("/staff/me")), 200);
    for (int i = 0; i < 5; i++)
        submit(&desk, S("/staff/me/codes"), S("codes-password="));
    for (int i = 0; i < 6 && status == 422; i++)
        status = submit(&desk, S("/staff/me/password"), S("current=&password=a&again=a"));
    assert_int_equal(status, 429);
    assert_true(page_has(&desk, "current-error"));
}

static void a_real_installation_asks_for_more(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "enrol", "agent", "city", "");
    struct str ticket;

    test_city_be_demonstration(false);
    assert_int_equal(browse(&browser, S("/staff/signin")), 200);
    assert_true(page_has(&browser, "name=\"code\""));
    assert_int_equal(
        submit(&browser, S("/staff/signin"),
               str_fmt(world->site.ctx.arena, "login=enrol&password=%.*s", STR_ARG(password))),
        200);
    assert_int_equal(browser.session.n, 0);
    assert_true(page_has(&browser, "otpauth://totp/Testville:enrol?secret="));
    assert_true(page_has(&browser, "class=\"ch-qr\""));
    ticket = hidden_field(&browser, "ticket");
    assert_int_equal(
        submit(&browser, S("/staff/signin/setup"),
               str_fmt(world->site.ctx.arena, "ticket=%.*s&password=short&again=short&code=1",
                       STR_ARG(ticket))),
        422);
    assert_true(page_has(&browser, "password-error"));
    assert_true(str_eq(hidden_field(&browser, "ticket"), ticket));
    assert_int_equal(submit(&browser, S("/staff/signin/setup"), S("ticket=AAAA")), 410);
    assert_int_equal(browser.session.n, 0);
    assert_int_equal(browse(&browser, S("/staff/queue")), 303);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(strangers_are_sent_to_sign_in),
        WORLD_TEST(a_case_is_worked_through),
        WORLD_TEST(a_stolen_cookie_ends_with_the_session),
        WORLD_TEST(the_second_of_two_sees_what_changed),
        WORLD_TEST(a_note_is_stored_once),
        WORLD_TEST(a_case_is_given),
        WORLD_TEST(others_cases_are_not_there),
        WORLD_TEST(strangers_hide_nobodys_cases),
        WORLD_TEST(departments_and_auditors_read),
        WORLD_TEST(every_page_of_the_queue_once),
        WORLD_TEST(late_work_is_marked),
        WORLD_TEST(guessing_is_slowed),
        WORLD_TEST(nobody_is_kept_out_by_others),
        WORLD_TEST(an_address_is_slowed),
        WORLD_TEST(forms_need_their_token),
        WORLD_TEST(one_comes_back_where_one_was),
        WORLD_TEST(sessions_and_keys_are_ones_own),
        WORLD_TEST(a_password_is_ones_own),
        WORLD_TEST(trying_ones_own_password_is_slowed),
        WORLD_TEST(a_real_installation_asks_for_more),
    };

    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
