/* Lists of cases in the console: filters, files, views, acts on many, and the dashboard whose
 * every number is a list. */
#include "base/buf.h"
#include "base/json.h"
#include "console/bulk.h"
#include "console/test_client.h"
#include "db/db.h"
#include "web/url.h"

static struct str fmt_path(struct world *world, const char *path, const char *filter)
{
    struct buf out = buf_in(world->site.ctx.arena, 4000);

    buf_add_fmt(&out, "%s?q=", path);
    url_escape(&out, str_of(filter));
    return buf_str(&out);
}

static int browse_list(struct browser *browser, const char *filter)
{
    return browse(browser, fmt_path(browser->world, "/staff/queue", filter));
}

static size_t count_of(struct str text, const char *part)
{
    size_t n = 0;
    ptrdiff_t at;

    while ((at = str_find(text, str_of(part))) >= 0) {
        text = str_slice(text, (size_t)at + 1, text.n);
        n++;
    }
    return n;
}

static size_t rows_on_page(const struct browser *browser)
{
    return count_of(browser->last.body, "class=\"ch-number\"");
}

static bool has(const struct browser *browser, struct str number)
{
    return str_find(browser->last.body, number) >= 0;
}

/* Files a case so many days ago. */
static struct str file_ago(struct world *world, const char *service, bool is_lane, int days)
{
    struct instant now = world->city.ctx.now;
    struct str number;

    world->city.ctx.now = instant_plus_us(clock_now(), -days * US_PER_DAY);
    number = test_city_file(&world->city, service, is_lane, "");
    world->city.ctx.now = now;
    return number;
}

static void a_filter_is_typed(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str hole = test_city_file(&world->city, "hole", false, "=2+2 near the <bus> stop");
    struct str tree = test_city_file(&world->city, "tree", false, "Cây đổ xuống đường");

    browser_sign_in(&browser, "rdiaz", password);
    assert_true(page_has(&browser, "name=\"q\" value=\"state:open\""));
    assert_int_equal(browse_list(&browser, "state:open -service:tree team:\"west\""), 200);
    assert_true(page_has(&browser, "value=\"state:open -service:tree team:&quot;west&quot;\""));
    assert_true(has(&browser, hole));
    assert_false(has(&browser, tree));
    assert_int_equal(browse_list(&browser, "DUONG"), 200);
    assert_true(has(&browser, tree) && !has(&browser, hole));
    assert_true(page_has(&browser, "<h1 id=\"q-h\">Found cases</h1>"));
    assert_int_equal(browse_list(&browser, ""), 200);
    assert_int_equal(rows_on_page(&browser), 2);
    assert_int_equal(browse_list(&browser, "team:wset"), 422);
    assert_true(page_has(&browser, "At character 6 of the filter: there is no team “wset”."));
    assert_true(page_has(&browser, "value=\"team:wset\""));
    assert_int_equal(rows_on_page(&browser), 0);
    assert_int_equal(browse_list(&browser, "assignee:noone"), 422);
    assert_true(page_has(&browser, "nobody signs in as “noone”"));
    assert_int_equal(browse(&browser, fmt_path(world, "/es/staff/queue", "\"x")), 422);
    assert_true(page_has(&browser, "En el carácter 1 del filtro: esta comilla no se cierra."));
    assert_int_equal(browse(&browser, S("/staff/queue?q=%00")), 422);
    assert_int_equal(browse(&browser, S("/staff/queue/help")), 200);
    assert_true(page_has(&browser, "place:~&quot;Harvard St&quot;"));
    /* Every key, and the one question that this city's lists know. */
    assert_int_equal(count_of(browser.last.body, "<tr><th scope=\"row\">"), CASE_KEY__N + 1);
}

/* Who calls says an address or a number, not a term of the filter. */
static void a_contact_is_typed(void **state)
{
    static const struct {
        const char *typed, *asked;
    } cases[] = {
        {"pat@example.org", "value=\"reporter:&quot;pat@example.org&quot;\""},
        {"(205) 555-0143", "value=\"reporter:&quot;(205) 555-0143&quot;\""},
        {"26-05002-8", "value=\"26-05002-8\""},
        {"2055550143 hole", "value=\"2055550143 hole\""},
        {"bus@", "value=\"bus@\""},
    };
    struct world *world = *state;
    struct browser browser = {.world = world}, auditor = {.world = world};
    struct browser elsewhere = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");

    browser_sign_in(&browser, "rdiaz", password);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(browse_list(&browser, cases[i].typed), 200);
        assert_true(page_has(&browser, cases[i].asked));
    }
    assert_true(page_has(&browser, "name, email address or telephone number"));
    test_city_file(&world->city, "hole", true, "");
    assert_int_equal(browse_list(&browser, "tran"), 200);
    assert_true(page_has(&browser, "value=\"reporter:&quot;tran&quot;\""));
    assert_true(page_has(&browser, "what somebody called “tran” reported"));
    assert_true(page_has(&browser, "26-00001-"));
    assert_false(page_has(&browser, "Nothing here"));
    assert_int_equal(browse(&browser, S("/staff/queue?q=tran&sort=newest")), 200);
    assert_true(page_has(&browser, "26-00001-"));
    /* Where a case has the word, that is what was asked, and the name is a link. */
    test_city_file(&world->city, "hole", false, "Near the Tran bakery");
    assert_int_equal(browse_list(&browser, "tran"), 200);
    assert_true(page_has(&browser, "?q=reporter%3A%22tran%22"));
    assert_true(page_has(&browser, "26-00002-"));
    assert_true(page_has(&browser, "Cases that somebody called “tran” reported"));
    assert_int_equal(browse_list(&browser, "reporter:\"linh tran\""), 200);
    assert_true(page_has(&browser, "26-00001-"));
    assert_int_equal(browse_list(&browser, "trans"), 200);
    assert_false(page_has(&browser, "somebody called"));
    test_city_exec(&world->city,
                   "UPDATE party SET name = 'Ana Núñez-Smith', folded = 'ana nunez-smith'");
    assert_int_equal(browse_list(&browser, "NUÑEZ-smith"), 200);
    assert_true(page_has(&browser, "somebody called “NUÑEZ-smith” reported"));
    assert_int_equal(browse_list(&browser, "ana -nunez"), 200);
    assert_false(page_has(&browser, "somebody called"));
    test_city_exec(&world->city, "UPDATE party SET name = 'Linh Tran', folded = 'linh tran'");
    password = test_city_staff(&world->city, "dim", "crew", "team", "lighting");
    browser_sign_in(&elsewhere, "dim", password);
    assert_int_equal(browse_list(&elsewhere, "tran"), 200);
    assert_false(page_has(&elsewhere, "somebody called"));
    password = test_city_staff(&world->city, "reads", "auditor", "city", "");
    browser_sign_in(&auditor, "reads", password);
    assert_int_equal(browse_list(&auditor, "pat@example.org"), 200);
    assert_true(page_has(&auditor, "value=\"pat@example.org\""));
    assert_false(page_has(&auditor, "name, email address or telephone number"));
    assert_int_equal(browse_list(&auditor, "tran"), 200);
    assert_false(page_has(&auditor, "somebody called"));
    assert_int_equal(browse_list(&auditor, "reporter:tran"), 422);
}

/* Services are named in the order of the reader's language, in which Árbol comes before Hole: in
 * the filter's form, the box for a call, where a case may go and what a grant may be for. */
static void services_are_offered_by_name(void **state)
{
    static const struct {
        const char *page, *first, *second;
    } pages[] = {
        {"/staff/queue", "<option value=\"hole\"", "<option value=\"tree\""},
        {"/es/staff/queue", "<option value=\"tree\"", "<option value=\"hole\""},
        {"/es/staff/new", "<option value=\"\xc3\x81rbol\"", "<option value=\"Hole\""},
        {"/staff/cases/NUMBER/transfer", "<option value=\"hole\"", "<option value=\"tree\""},
        {"/es/staff/cases/NUMBER/transfer", "<option value=\"tree\"", "<option value=\"hole\""},
        {"/staff/admin/new-person", "\"service:hole\"", "\"service:tree\""},
        {"/es/staff/admin/new-person", "\"service:tree\"", "\"service:hole\""},
        {"/es/staff/admin/people/crew", "\"service:tree\"", "\"service:hole\""},
    };
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str number = test_city_file(&world->city, "lamp", false, "");

    test_city_grant(&world->city, "rdiaz", "administrator", "city", "");
    test_city_staff(&world->city, "crew", "crew", "city", "");
    browser_sign_in(&browser, "rdiaz", password);
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct str path = str_of(pages[i].page), body;
        ptrdiff_t at = str_find(path, S("NUMBER")), first, second;

        if (at >= 0)
            path = str_fmt(world->site.ctx.arena, "%.*s%.*s/transfer", (int)at, path.p,
                           STR_ARG(number));
        assert_int_equal(browse(&browser, path), 200);
        body = browser.last.body;
        first = str_find(body, str_of(pages[i].first));
        second = str_find(body, str_of(pages[i].second));
        assert_true(first > 0 && first < second);
    }
}

static void columns_are_chosen(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");

    test_city_file(&world->city, "hole", false, "Deep");
    browser_sign_in(&browser, "rdiaz", password);
    assert_true(page_has(&browser, "data-col=\"text\" hidden>"));
    assert_false(page_has(&browser, "data-col=\"age\" hidden"));
    assert_int_equal(browse(&browser, S("/staff/queue?q=&col=text&col=opened&col=nonsense")), 200);
    assert_true(page_has(&browser, "data-col=\"age\" hidden"));
    assert_false(page_has(&browser, "data-col=\"text\" hidden"));
    assert_true(page_has(&browser, "cols=opened%2Ctext"));
}

/* A question that lists know is a term of the filter, a column, and a member of the files. */
static void answers_are_asked_for_and_shown(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct ctx *ctx = &world->site.ctx;
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str open = test_city_file(&world->city, "hole", false, "Deep");
    struct str blocked = test_city_file(&world->city, "hole", true, "Wide");
    struct str tree = test_city_file(&world->city, "tree", false, "");
    json_t *root;

    browser_sign_in(&browser, "rdiaz", password);
    assert_int_equal(browse_list(&browser, "field.lane:yes"), 200);
    assert_true(has(&browser, blocked) && !has(&browser, open) && !has(&browser, tree));
    assert_true(page_has(&browser, "<input type=\"checkbox\" name=\"col\" value=\"field.lane\"> "
                                   "Is a lane blocked?"));
    assert_false(page_has(&browser, "data-col=\"field.lane\""));
    assert_int_equal(browse_list(&browser, "field.lame:yes"), 422);
    assert_true(page_has(&browser, "lists know no question “lame”. Did you mean “lane”?"));
    assert_int_equal(browse(&browser, fmt_path(world, "/es/staff/queue", "field.broken:x")), 422);
    assert_true(page_has(&browser, "las listas no conocen las respuestas a “broken”"));
    assert_int_equal(browse(&browser, S("/staff/queue?q=&col=state&col=field.lane&col=field.broken"
                                        "&col=field.%3Cb%3E")),
                     200);
    assert_int_equal(rows_on_page(&browser), 3);
    assert_true(page_has(&browser, "cols=state%2Cfield.lane"));
    assert_false(page_has(&browser, "field.broken"));
    assert_true(page_has(&browser, "<th scope=\"col\" data-col=\"field.lane\">Is a lane blocked?"));
    assert_int_equal(count_of(browser.last.body, "data-col=\"field.lane\" dir=\"auto\">Yes</td>"),
                     1);
    /* What nobody answered has no answer, whatever the default. */
    assert_int_equal(count_of(browser.last.body, "data-col=\"field.lane\" dir=\"auto\"></td>"), 2);
    assert_int_equal(browse_list(&browser, "field.lane:none"), 200);
    assert_true(has(&browser, open) && !has(&browser, blocked) && !has(&browser, tree));

    assert_int_equal(
        browse(&browser,
               S("/staff/queue.csv?q=field.lane:yes,none&sort=oldest&cols=team,field.lane")),
        200);
    assert_true(page_has(&browser, "number,team,field.lane\r\n"));
    assert_true(page_has(&browser, ",west,\r\n"));
    assert_true(page_has(&browser, ",east,true\r\n"));
    assert_int_equal(count_of(browser.last.body, "\n"), 3);
    assert_int_equal(browse(&browser, S("/staff/queue.json?q=&sort=oldest&cols=field.lane")), 200);
    assert_int_equal(json_parse(ctx, browser.last.body, (size_t)1 << 20, &root), RC_OK);
    assert_string_equal(
        json_string_value(json_object_get(json_get(root, S("cases[1]")), "field.lane")), "true");
    assert_true(json_is_null(json_object_get(json_get(root, S("cases[2]")), "field.lane")));

    assert_int_equal(submit(&browser, S("/staff/views"),
                            S("q=field.lane:yes&cols=place,field.lane&name=Blocked")),
                     303);
    assert_int_equal(browse(&browser, location_of(&browser)), 200);
    assert_true(page_has(&browser, "data-col=\"field.lane\" dir=\"auto\">Yes</td>"));
    assert_int_equal(browse(&browser, S("/staff/queue/help")), 200);
    assert_true(page_has(&browser, "<code>field.lane:true</code>"));
    assert_true(page_has(&browser, "Questions that lists know"));
}

static void a_list_is_a_file(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world}, other = {.world = world};
    struct ctx *ctx = &world->site.ctx;
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str east = test_city_staff(&world->city, "east", "agent", "team", "east"), rest, line;
    json_t *root;

    for (size_t i = 0; i < 130; i++)
        test_city_file(&world->city, i < 125 ? "hole" : "tree", i < 3,
                       i == 4 ? "=cmd|' /C calc'!A0" : "");
    browser_sign_in(&browser, "rdiaz", password);
    assert_int_equal(browse(&browser, fmt_path(world, "/staff/queue.csv", "service:hole")), 200);
    rest = browser.last.body;
    assert_true(str_next(&rest, '\n', &line));
    assert_str(str_trim(line), "number,service,place,state,team,due,assignee,age_days");
    assert_int_equal(count_of(browser.last.body, ",hole,"), 125);
    assert_int_equal(count_of(browser.last.body, "\n"), 126);
    assert_int_equal(browse(&browser, S("/staff/queue.csv?q=service:hole&cols=text&sort=oldest")),
                     200);
    assert_int_equal(count_of(browser.last.body, "\n"), 126);
    assert_true(page_has(&browser, ",\"'=cmd|' /C calc'!A0\""));

    assert_int_equal(browse(&browser, S("/staff/queue.json?q=&cols=team,due,age")), 200);
    assert_int_equal(json_parse(ctx, browser.last.body, (size_t)1 << 20, &root), RC_OK);
    assert_int_equal(json_array_size(json_get(root, S("cases"))), 130);
    assert_true(json_is_true(json_get(root, S("is_complete"))));
    assert_true(json_is_integer(json_get(root, S("cases[0].age_days"))));
    assert_string_equal(json_string_value(json_get(root, S("cases[0].team"))), "east");
    assert_null(json_get(root, S("cases[0].service")));

    assert_int_equal(browse(&browser, fmt_path(world, "/staff/queue.csv", "team:")), 422);
    assert_true(str_find(browser.last.body, S("a value is missing")) > 0);
    assert_true(str_find(browser.last.body, S("<")) < 0);
    assert_int_equal(browse(&browser, fmt_path(world, "/staff/queue.json", "team:")), 422);
    assert_true(str_starts_with(browser.last.body, S("{\"type\":")));
    assert_true(str_find(browser.last.body, S("a value is missing")) > 0);
    assert_int_equal(browse(&browser, fmt_path(world, "/staff/queue.json", "field.nix:1")), 422);
    assert_true(str_find(browser.last.body, S("lists know no question")) > 0);
    browser_sign_in(&other, "east", east);
    assert_int_equal(browse(&other, S("/staff/queue.csv?q=")), 200);
    assert_int_equal(count_of(other.last.body, "\n"), 4);
}

static void a_view_is_ones_own(void **state)
{
    struct world *world = *state;
    struct browser one = {.world = world}, two = {.world = world};
    struct str first = test_city_staff(&world->city, "one", "agent", "city", "");
    struct str second = test_city_staff(&world->city, "two", "agent", "city", "");
    struct str tree = test_city_file(&world->city, "tree", false, "");
    struct str hole = test_city_file(&world->city, "hole", false, "");

    browser_sign_in(&one, "one", first);
    browser_sign_in(&two, "two", second);
    assert_int_equal(submit(&one, S("/staff/views"),
                            S("q=service:tree&sort=oldest&cols=text&name=C%C3%A2y+%26+c%E1%BB%8F")),
                     303);
    assert_str(location_of(&one), "/staff/views/cay-co");
    assert_int_equal(browse(&one, S("/staff/views/cay-co")), 200);
    assert_true(page_has(&one, "<h1 id=\"q-h\">Cây &amp; cỏ</h1>"));
    assert_true(has(&one, tree) && !has(&one, hole));
    assert_true(page_has(&one, "data-col=\"age\" hidden"));
    assert_true(page_has(&one, "href=\"/staff/views/cay-co\" aria-current=\"page\""));
    assert_int_equal(browse(&two, S("/staff/views/cay-co")), 404);
    /* The same name: the view is given the new list. Another that folds alike is its own. */
    assert_int_equal(
        submit(&one, S("/staff/views"), S("q=service:hole&name=C%C3%A2y+%26+c%E1%BB%8F")), 303);
    assert_str(location_of(&one), "/staff/views/cay-co");
    assert_int_equal(submit(&one, S("/staff/views"), S("q=&name=CAY+CO")), 303);
    assert_str(location_of(&one), "/staff/views/cay-co-2");
    assert_int_equal(browse(&one, S("/staff/views/cay-co")), 200);
    assert_true(!has(&one, tree) && has(&one, hole));
    assert_int_equal(submit(&one, S("/staff/views"), S("q=service:tree&name=+")), 422);
    assert_true(page_has(&one, "id=\"view-name-error\""));
    assert_true(page_has(&one, "value=\"service:tree\""));
    assert_int_equal(submit(&one, S("/staff/views"), S("q=team:&name=Wrong")), 422);
    assert_int_equal(browse(&one, S("/staff/views")), 200);
    assert_true(page_has(&one, "<code>service:hole</code>"));
    assert_false(page_has(&one, "Wrong"));
    assert_int_equal(submit(&two, S("/staff/views/cay-co/drop"), STR_NONE), 303);
    assert_int_equal(browse(&one, S("/staff/views/cay-co")), 200);
    assert_int_equal(submit(&one, S("/staff/views/cay-co/drop"), STR_NONE), 303);
    assert_int_equal(browse(&one, S("/staff/views/cay-co")), 404);
    assert_int_equal(browse(&two, S("/staff/views")), 200);
    assert_true(page_has(&two, "You have no views yet."));
}

/* ---- Acts on many */

static int choose(struct browser *browser, const char *form)
{
    int status = submit(browser, S("/staff/bulk"), str_of(form));

    return status == 303 ? browse(browser, location_of(browser)) : status;
}

/* The address of the preview on the last page. */
static struct str preview_path(struct browser *browser)
{
    ptrdiff_t at = str_find(browser->last.body, S("/staff/bulk/"));
    struct str rest;

    assert_true(at >= 0);
    rest = str_slice(browser->last.body, (size_t)at, browser->last.body.n);
    return str_slice(rest, 0, (size_t)str_find_byte(rest, '"'));
}

static const char *form_of(struct world *world, const char *act, const struct str *numbers,
                           size_t n)
{
    struct buf out = buf_in(world->site.ctx.arena, 60000);

    buf_add_fmt(&out, "act=%s&q=&which=marked", act);
    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&out, "&case=%.*s", STR_ARG(numbers[i]));
    return str_z(world->site.ctx.arena, buf_str(&out));
}

static void many_are_resolved_once(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world}, other = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "team", "west");
    struct str second = test_city_staff(&world->city, "two", "agent", "city", "");
    struct str numbers[4], path, form = S("outcome=done&message=Filled+in");

    for (size_t i = 0; i < 4; i++)
        numbers[i] = test_city_file(&world->city, "hole", i == 3, "");
    browser_sign_in(&browser, "rdiaz", password);
    browser_sign_in(&other, "two", second);
    assert_true(page_has(&browser, "<option value=\"step:resolve\">Resolve</option>"));
    /* One is not theirs to see: it is not in the preview at all. */
    assert_int_equal(choose(&browser, form_of(world, "step:resolve", numbers, 4)), 200);
    assert_true(page_has(&browser, "3 cases will change"));
    assert_false(has(&browser, numbers[3]));
    path = preview_path(&browser);
    assert_int_equal(browse(&other, path), 404);
    assert_int_equal(submit(&browser, path, S("message=Kept")), 422);
    assert_true(page_has(&browser, "outcome-error"));
    assert_true(page_has(&browser, "Kept</textarea>"));
    /* Somebody is faster with one of them. */
    assert_int_equal(browse(&other, case_path(world, numbers[1], "")), 200);
    assert_int_equal(
        submit(&other, case_path(world, numbers[1], "/steps/start"),
               str_fmt(world->site.ctx.arena, "%.*snote=Mine", STR_ARG(case_fields(&other)))),
        303);
    assert_int_equal(submit(&browser, path, form), 303);
    assert_int_equal(browse(&browser, path), 200);
    assert_true(page_has(&browser, "2 cases changed."));
    assert_true(page_has(&browser, "1 case could not be changed"));
    assert_true(page_has(&browser, "Somebody changed this case since it was chosen."));
    /* Sent twice, it has one effect. */
    assert_int_equal(submit(&browser, path, form), 303);
    assert_int_equal(browse(&browser, case_path(world, numbers[0], "")), 200);
    assert_int_equal(count_of(browser.last.body, "Resolve: Resolved"), 1);
    assert_true(page_has(&browser, "Filled in"));
    assert_int_equal(browse_list(&browser, "state:closed"), 200);
    assert_int_equal(rows_on_page(&browser), 2);
    /* What is resolved cannot be started: the preview says so, and why. */
    assert_int_equal(choose(&browser, form_of(world, "step:start", numbers, 3)), 200);
    assert_true(page_has(&browser, "None of the chosen cases can be changed"));
    assert_true(page_has(&browser, "3 cases will stay as they are"));
    assert_true(page_has(&browser, "From its state, this step cannot be taken by you."));
    assert_int_equal(choose(&browser, "act=step:none&q=&which=marked"), 422);
    assert_int_equal(choose(&browser, "act=note&q=&which=marked&case=26-00000-0"), 200);
    assert_int_equal(choose(&browser, "act=note&q=team:&which=all"), 422);
}

/* A guard says itself why it refuses a case: before, and when it comes to hold meanwhile. */
static void a_guard_says_why(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str numbers[3], path;

    for (size_t i = 0; i < 3; i++)
        numbers[i] = test_city_file(&world->city, "lamp", false, "");
    browser_sign_in(&browser, "rdiaz", password);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(browse(&browser, case_path(world, numbers[i], "")), 200);
        assert_int_equal(submit(&browser, case_path(world, numbers[i], "/steps/look"),
                                str_fmt(arena, "%.*snote=", STR_ARG(case_fields(&browser)))),
                         303);
    }
    assert_int_equal(submit(&browser, case_path(world, numbers[0], "/links"),
                            str_fmt(arena, "act=add&other=%.*s", STR_ARG(numbers[2]))),
                     303);
    assert_int_equal(choose(&browser, form_of(world, "step:finish", numbers, 2)), 200);
    assert_true(page_has(&browser, "1 case will change"));
    assert_true(page_has(&browser, "Its other half is still open."));
    path = preview_path(&browser);
    assert_int_equal(submit(&browser, case_path(world, numbers[1], "/links"),
                            str_fmt(arena, "act=add&other=%.*s", STR_ARG(numbers[2]))),
                     303);
    assert_int_equal(submit(&browser, path, STR_NONE), 303);
    assert_int_equal(browse(&browser, path), 200);
    assert_true(page_has(&browser, "2 cases could not be changed"));
    assert_int_equal(count_of(browser.last.body, "Its other half is still open."), 2);
}

static void many_are_given_and_noted(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world}, auditor = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", "");
    struct str audit = test_city_staff(&world->city, "audit", "auditor", "city", "");
    struct str numbers[2];

    test_city_staff(&world->city, "crew", "crew", "team", "west");
    numbers[0] = test_city_file(&world->city, "hole", false, "");
    numbers[1] = test_city_file(&world->city, "tree", false, "");
    browser_sign_in(&browser, "rdiaz", password);
    browser_sign_in(&auditor, "audit", audit);
    assert_false(page_has(&auditor, "type=\"checkbox\" name=\"case\""));
    assert_int_equal(submit(&auditor, S("/staff/bulk"), S("act=note&q=&which=all")), 403);
    /* Crew of West cannot be given a tree, so they are offered for the hole alone. */
    assert_int_equal(choose(&browser, form_of(world, "assign", numbers, 2)), 200);
    assert_false(page_has(&browser, "<option value=\"crew\""));
    assert_int_equal(choose(&browser, form_of(world, "assign", numbers, 1)), 200);
    assert_true(page_has(&browser, "<option value=\"crew\""));
    assert_int_equal(submit(&browser, preview_path(&browser), S("assignee=")), 422);
    assert_int_equal(submit(&browser, preview_path(&browser), S("assignee=audit")), 422);
    assert_int_equal(submit(&browser, preview_path(&browser), S("assignee=crew")), 303);
    assert_int_equal(browse_list(&browser, "assignee:crew"), 200);
    assert_int_equal(rows_on_page(&browser), 1);
    assert_int_equal(choose(&browser, form_of(world, "note", numbers, 2)), 200);
    assert_int_equal(submit(&browser, preview_path(&browser), S("note=+")), 422);
    assert_int_equal(submit(&browser, preview_path(&browser), S("note=Storm+on+Friday")), 303);
    assert_int_equal(browse(&browser, case_path(world, numbers[1], "")), 200);
    assert_int_equal(count_of(browser.last.body, "Storm on Friday"), 1);
}

/* More than a few are done by the job, batch after batch, as whoever confirmed. */
static void very_many_are_a_job(void **state)
{
    static const struct job_kind *const tables[] = {bulk_jobs, NULL};
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct ctx *ctx = &world->city.ctx;
    struct job_runner runner = {tables, S("http://127.0.0.1")};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "city", ""), path;
    bool was_there = true;
    int runs = -1;

    for (size_t i = 0; i < 130; i++)
        test_city_file(&world->city, "hole", false, "");
    browser_sign_in(&browser, "rdiaz", password);
    assert_int_equal(choose(&browser, "act=step:start&q=state:open&which=all"), 200);
    assert_true(page_has(&browser, "130 cases will change"));
    path = preview_path(&browser);
    assert_int_equal(submit(&browser, path, S("note=Go")), 303);
    assert_int_equal(browse(&browser, path), 200);
    assert_true(page_has(&browser, "0 of 130 done."));
    for (; was_there; runs++) {
        ctx->now = instant_plus_us(clock_now(), US_PER_S);
        assert_int_equal(job_run_next(ctx, &runner, &was_there), RC_OK);
    }
    assert_int_equal(runs, 2);
    assert_int_equal(browse(&browser, path), 200);
    assert_true(page_has(&browser, "130 cases changed."));
    assert_int_equal(browse_list(&browser, "state:in-progress"), 200);
    assert_int_equal(rows_on_page(&browser), 50);
}

/* ---- The dashboard */

/* Every number that links to a list, against the rows of that list. How many there were. */
static size_t check_numbers(struct browser *browser)
{
    const struct str mark = S("href=\"/staff/queue?");
    struct str rest = browser->last.body;
    size_t n = 0;
    ptrdiff_t at;

    while ((at = str_find(rest, mark)) >= 0) {
        struct str query, number;
        int64_t value = 0;
        ptrdiff_t quote;

        rest = str_slice(rest, (size_t)at + mark.n, rest.n);
        quote = str_find_byte(rest, '"');
        query = str_slice(rest, 0, (size_t)quote);
        rest = str_slice(rest, (size_t)quote + 2, rest.n);
        if (str_starts_with(rest, S("<span class=\"ch-tile__n\">")))
            rest = str_slice(rest, S("<span class=\"ch-tile__n\">").n, rest.n);
        number = str_slice(rest, 0, (size_t)str_find_byte(rest, '<'));
        if (!str_to_i64(number, &value))
            continue; /* a median: its list is that of the number beside it */
        n++;
        assert_int_equal(browse(browser, str_fmt(browser->world->site.ctx.arena,
                                                 "/staff/queue.csv?%.*s", STR_ARG(query))),
                         200);
        if ((int64_t)count_of(browser->last.body, "\n") - 1 != value)
            fail_msg("%.*s is %lld, the list has %zu", STR_ARG(query), (long long)value,
                     count_of(browser->last.body, "\n") - 1);
    }
    return n;
}

static void every_number_is_its_list(void **state)
{
    static const int ages[] = {0, 3, 7, 8, 20, 30, 31, 60, 90, 91, 200, 400};
    struct world *world = *state;
    struct browser city = {.world = world}, west = {.world = world}, agent = {.world = world};
    struct str password = test_city_staff(&world->city, "boss", "supervisor", "city", "");
    struct str second = test_city_staff(&world->city, "west", "supervisor", "team", "west");
    struct str third = test_city_staff(&world->city, "agent", "agent", "city", "");

    for (size_t i = 0; i < COUNT(ages); i++) {
        file_ago(world, "hole", false, ages[i]);
        file_ago(world, i % 2 ? "tree" : "hole", i % 2 == 0 && i % 3 == 0, ages[i]);
    }
    for (int64_t id = 1; id <= 8; id++)
        test_city_step(&world->city, id, id == 8 ? "ask" : "resolve");
    browser_sign_in(&city, "boss", password);
    assert_true(page_has(&city, "href=\"/staff/dashboard\""));
    assert_int_equal(browse(&city, S("/staff/dashboard")), 200);
    assert_true(page_has(&city, "ch-tile__n\">17</span> Open"));
    assert_true(page_has(&city, "ch-tile__n\">7</span> Closed in the window"));
    assert_true(check_numbers(&city) > 25);
    assert_int_equal(browse(&city, S("/staff/dashboard?days=7")), 200);
    assert_true(check_numbers(&city) > 25);
    browser_sign_in(&west, "west", second);
    assert_int_equal(browse(&west, S("/staff/dashboard?days=90")), 200);
    assert_false(page_has(&west, "Streets East"));
    assert_true(check_numbers(&west) > 15);
    browser_sign_in(&agent, "agent", third);
    assert_false(page_has(&agent, "href=\"/staff/dashboard\""));
    assert_int_equal(browse(&agent, S("/staff/dashboard")), 403);
}

static void a_median_is_the_middle(void **state)
{
    struct world *world = *state;
    struct browser browser = {.world = world};
    struct str password = test_city_staff(&world->city, "boss", "supervisor", "city", "");

    browser_sign_in(&browser, "boss", password);
    assert_int_equal(browse(&browser, S("/staff/dashboard")), 200);
    assert_true(page_has(&browser, "ch-tile__n\">–</span>"));
    file_ago(world, "hole", false, 3);
    file_ago(world, "tree", false, 4);
    file_ago(world, "tree", false, 10);
    for (int64_t id = 1; id <= 3; id++)
        test_city_step(&world->city, id, "resolve");
    assert_int_equal(browse(&browser, S("/staff/dashboard")), 200);
    assert_true(page_has(&browser, "ch-tile__n\">4.0 days</span>"));
    assert_true(page_has(&browser, "<td class=\"ch-n\">7.0 days</td>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_filter_is_typed),
        WORLD_TEST(a_contact_is_typed),
        WORLD_TEST(services_are_offered_by_name),
        WORLD_TEST(columns_are_chosen),
        WORLD_TEST(answers_are_asked_for_and_shown),
        WORLD_TEST(a_list_is_a_file),
        WORLD_TEST(a_view_is_ones_own),
        WORLD_TEST(many_are_resolved_once),
        WORLD_TEST(a_guard_says_why),
        WORLD_TEST(many_are_given_and_noted),
        WORLD_TEST(very_many_are_a_job),
        WORLD_TEST(every_number_is_its_list),
        WORLD_TEST(a_median_is_the_middle),
    };

    return cmocka_run_group_tests_name("lists of the console", tests, NULL, NULL);
}
