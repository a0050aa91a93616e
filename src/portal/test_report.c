/* A report from its first question to the page that says it was sent: what each step says, keeps
 * and refuses, and where it leads when steps come out of turn. */
#include "portal/report.h"

#include "engine/cases/draft_share.h"
#include "place/layers.h"
#include "portal/own.h"
#include "portal/test_visitor.h"

static struct visitor visitor_in(struct world *world)
{
    struct visitor visitor;

    visitor_init(&visitor, world);
    return visitor;
}

static int64_t count(struct world *world, const char *table)
{
    return test_i64(
        world, str_z(world->ctx.arena, str_fmt(world->ctx.arena, "SELECT count(*) FROM %s", table)),
        0);
}

static void a_report_goes_step_by_step(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    visit(&ana, "/report/pothole");
    assert_leads(&ana, "/report/pothole/where");
    assert_int_equal(visit(&ana, "/report/pothole/where"), 200);
    assert_true(sees(&ana, "Step 1 of 6"));
    assert_true(sees(&ana, "class=\"ch-back\" href=\"/services/pothole\""));
    assert_false(sees(&ana, "/report/pothole/later")); /* nothing is stored yet */
    assert_int_equal(count(world, "draft"), 0);
    visitor_fills(&ana, "");
    assert_leads(&ana, "/report/pothole/check");
    assert_int_equal(visit(&ana, "/report/pothole/lane"), 200);
    assert_true(sees(&ana, "Step 2 of 6"));
    assert_true(sees(&ana, "class=\"ch-back\" href=\"/report/pothole/where\""));
    assert_true(sees(&ana, "value=\"true\" checked"));
    assert_true(sees(&ana, "/report/pothole/later"));
    assert_int_equal(visit(&ana, "/report/pothole/check"), 200);
    assert_true(sees(&ana, "795 Massachusetts Ave") && sees(&ana, "Like a tire") &&
                sees(&ana, "Deep") && sees(&ana, "Not given"));
    assert_int_equal(count(world, "cases"), 0);
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    assert_int_equal(visit(&ana, "/report/pothole/done"), 200);
    assert_true(sees(&ana, "Streets East"));
    assert_true(sees(&ana, "https://city.example/follow/"));
    assert_int_equal(count(world, "cases"), 1);
}

/* The city with two services more, whose ids come first: one of streets, whose name comes last in
 * Spanish, and one of no group. */
static struct city *city_with(struct world *world)
{
    struct city *city = ARENA_NEW(world->ctx.arena, struct city);
    struct definition *last = ARENA_NEW(world->ctx.arena, struct definition);
    struct definition *lone = ARENA_NEW(world->ctx.arena, struct definition);

    assert_true(city && last && lone);
    *city = *test_city;
    *last = *city_service(test_city, S("pothole"));
    last->code = S("aaa");
    last->name.in[LANG_EN] = S("\u00c9toile");
    last->name.in[LANG_ES] = S("Zanja");
    *lone = *last;
    lone->code = S("lone");
    lone->group = STR_NONE;
    lone->name.in[LANG_EN] = S("Lone <service>");
    city->services = ARENA_ARRAY(world->ctx.arena, test_city->service_n + 2, struct definition *);
    assert_non_null(city->services);
    city->services[0] = last;
    city->services[1] = lone;
    for (size_t i = 0; i < test_city->service_n; i++)
        city->services[i + 2] = test_city->services[i];
    city->service_n = test_city->service_n + 2;
    return city;
}

/* A town is no "City of". */
static void a_town_is_called_one(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    struct city *town = city_with(world);

    assert_int_equal(visit(&ana, "/"), 200);
    assert_true(sees(&ana, " - City of Port Azalea</title>"));
    assert_true(sees(&ana, "City of <span class=\"ch-brand__name\">Port Azalea</span></span>"));
    town->full_name.in[LANG_EN] = S("Town of Port Azalea <on the bay>");
    town->full_name.in[LANG_ES] = S("Pueblo del Puerto");
    world->ctx.city = town;
    assert_int_equal(visit(&ana, "/"), 200);
    assert_false(sees(&ana, "City of"));
    assert_true(sees(&ana, " - Town of Port Azalea &lt;on the bay&gt;</title>"));
    assert_true(sees(&ana, "Town of <span class=\"ch-brand__name\">Port Azalea</span> &lt;on"));
    assert_int_equal(visit(&ana, "/es/"), 200);
    assert_true(sees(&ana, "<span class=\"ch-brand__name\">Pueblo del Puerto</span></span>"));
    world->ctx.city = test_city;
}

/* No service is missing on the home page without a word: those of a group are counted, by their
 * names, and those of none stand under a heading of their own. */
static void the_home_page_leaves_no_service_out(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    struct str body;

    assert_int_equal(visit(&ana, "/"), 200);
    assert_false(sees(&ana, " more</p>") || sees(&ana, "Other services"));
    world->ctx.city = city_with(world);
    assert_int_equal(visit(&ana, "/"), 200);
    assert_true(sees(&ana, "Other services") && sees(&ana, "href=\"/services/lone\"") &&
                sees(&ana, "Lone &lt;service&gt;"));
    assert_true(sees(&ana, "Pothole, Sidewalk and 1 more</p>"));
    visit(&ana, "/groups/streets");
    body = ana.asker.last.body;
    assert_true(str_find(body, S("/services/aaa")) < str_find(body, S("/services/flooding-drain")));
    visit(&ana, "/es/groups/streets");
    body = ana.asker.last.body;
    assert_true(str_find(body, S("/services/street-sign")) < str_find(body, S("/services/aaa")));
    world->ctx.city = test_city;
}

/* Where a link to a service stands on the last page; negative: nowhere. */
static ptrdiff_t place_of(const struct visitor *visitor, const char *service)
{
    struct str link = str_fmt(visitor->world->ctx.arena, "href=\"/services/%s\"", service);

    return str_find(visitor->asker.last.body, link);
}

/* Below the search stand those that people ask for, and then by name. */
static void the_examples_are_what_is_asked_for(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    visit(&ana, "/");
    assert_true(place_of(&ana, "pothole") < 0 && place_of(&ana, "bulky-item") > 0);
    test_file(world, &(struct test_filing){.service = "stray-animal",
                                           .answers = {"state", "dead", "animal", "Cat"}});
    for (int i = 0; i < 3; i++)
        test_file(world, &(struct test_filing){0});
    test_look_again(world);
    visit(&ana, "/");
    assert_true(place_of(&ana, "pothole") > 0);
    assert_true(place_of(&ana, "pothole") < place_of(&ana, "stray-animal"));
    assert_true(place_of(&ana, "stray-animal") < place_of(&ana, "bulky-item"));
}

/* A city without layers has no map to speak of. */
static void without_layers_no_map_is_spoken_of(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    struct layers none = {.count = 0};
    struct city city = *test_city;

    visit(&ana, "/services/pothole");
    assert_true(sees(&ana, "a point on the map"));
    city.gazetteer = NULL;
    city.layers = &none;
    world->ctx.city = &city;
    visit(&ana, "/services/pothole");
    assert_false(sees(&ana, "map</li>"));
    assert_true(sees(&ana, "the coordinates of the place"));
    world->ctx.city = test_city;
}

/* The list of what is wrong names the box. */
static void what_is_missing_is_named(void **state)
{
    struct visitor ana = visitor_in(*state);

    submit(&ana, "place=795+Massachusetts+Ave", "/report/street-light-out/where");
    assert_int_equal(submit(&ana, "", "/report/street-light-out/trouble"), 422);
    assert_true(sees(&ana, ">What is wrong with it? We need an answer here to go on.</a>"));
    submit(&ana, "place=795+Massachusetts+Ave", "/report/pothole/where");
    assert_int_equal(submit(&ana, "name=&email=ana&phone=", "/report/pothole/who"), 422);
    assert_true(sees(&ana, "<a href=\"#email\">Email address: Please enter"));
}

/* What a number counts is said where it is typed, in the language of the page. */
static void a_number_has_its_unit(void **state)
{
    struct visitor ana = visitor_in(*state);

    submit(&ana, "place=795+Massachusetts+Ave", "/report/flooding-drain/where");
    assert_int_equal(visit(&ana, "/es/report/flooding-drain/depth"), 200);
    assert_true(sees(&ana, "aria-describedby=\"depth-unit\""));
    assert_true(sees(&ana, "<span id=\"depth-unit\">pulgadas</span>"));
    submit(&ana, "depth=deep", "/report/flooding-drain/depth");
    assert_true(sees(&ana, "aria-describedby=\"depth-error depth-unit\""));
    assert_true(sees(&ana, "<span id=\"depth-unit\">inches</span>"));
}

/* Sent again, by the button or by the way back: one case, and the page that says so. */
static void it_is_sent_once(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world);

    visitor_fills(&ana, "");
    submit(&ana, "", "/es/report/pothole/check");
    assert_leads(&ana, "/es/report/pothole/done");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    visit(&ana, "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    assert_int_equal(count(world, "cases"), 1);
    visit(&ana, "/report/pothole"); /* another report begins anew */
    assert_leads(&ana, "/report/pothole/where");
    submit(&ana, "", "/report/graffiti/check");
    assert_leads(&ana, "/report/graffiti/where");
    assert_int_equal(visit(&ana, "/report/graffiti/done"), 404);
    assert_int_equal(visit(&bo, "/report/pothole/done"), 404);
}

/* The browser dropped the first reply, and with it the private link: the draft's cookie proves who
 * sent it, and gives the same link again. */
static void the_second_tap_keeps_the_private_link(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    struct str link;

    visitor_fills(&ana, "");
    submit(&ana, "", "/report/pothole/check");
    link = str_copy(world->ctx.arena, asker_cookie(&ana.asker, "case"));
    assert_int_equal(link.n, 43);
    asker_cookie_set(&ana.asker, "case", STR_NONE);
    submit(&ana, "", "/es/report/pothole/check");
    assert_leads(&ana, "/es/report/pothole/done");
    assert_str(asker_cookie(&ana.asker, "case"), str_z(world->ctx.arena, link));
    assert_int_equal(visit(&ana, "/report/pothole/done"), 200);
    assert_true(sees(&ana, "https://city.example/follow/"));
    visit(&ana, "/cases/%.*s",
          STR_ARG(test_text(world, "SELECT number FROM cases WHERE id = %lld", 1)));
    assert_true(sees(&ana, "/steps/withdraw"));
    assert_int_equal(count(world, "cases"), 1);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM link_token WHERE purpose = 'case'", 0),
                     1);
}

/* A token that came by a mail or a code has been read by others: who sent the draft by it is known
 * to hold it, not to be the one who sent it. */
static void a_token_that_went_round_gives_no_link_again(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world);
    struct str code, token;

    visitor_fills(&ana, "");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, draft_code(&world->ctx, 1, &code));
    test_ok(&world->ctx, draft_of_code(&world->ctx, code, &token));
    asker_cookie_set(&bo.asker, "draft", token);
    submit(&bo, "", "/report/pothole/check");
    assert_leads(&bo, "/report/pothole/done");
    assert_int_equal(asker_cookie(&bo.asker, "case").n, 43);
    asker_cookie_set(&bo.asker, "case", STR_NONE);
    submit(&bo, "", "/report/pothole/check");
    assert_int_equal(asker_cookie(&bo.asker, "case").n, 0);
}

/* Who holds the same draft by a code of it, but did not send it; who holds another draft; and
 * whoever comes to the browser when the first minutes are over. */
static void nobody_else_gets_the_private_link(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world), cy = visitor_in(world);
    struct str code, token;

    visitor_fills(&ana, "");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, draft_code(&world->ctx, 1, &code));
    test_ok(&world->ctx, draft_of_code(&world->ctx, code, &token));
    asker_cookie_set(&bo.asker, "draft", token);
    visitor_fills(&cy, "");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    submit(&bo, "", "/report/pothole/check");
    assert_leads(&bo, "/report/pothole/done");
    assert_int_equal(asker_cookie(&bo.asker, "case").n, 0);
    visit(&bo, "/report/pothole/done");
    assert_false(sees(&bo, "/follow/"));
    submit(&cy, "", "/report/pothole/check"); /* their own case, their own link */
    assert_false(str_eq(asker_cookie(&cy.asker, "case"), asker_cookie(&ana.asker, "case")));
    assert_int_equal(count(world, "cases"), 2);
    asker_cookie_set(&ana.asker, "case", STR_NONE);
    world->ctx.now = instant_plus_us(world->ctx.now, OWN_LINK_SHOWN_US);
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    assert_int_equal(asker_cookie(&ana.asker, "case").n, 0);
}

static void answers_may_be_changed(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    visitor_fills(&ana, "ana@example.org");
    submit(&ana, "size=", "/report/pothole/size");
    assert_leads(&ana, "/report/pothole/check");
    submit(&ana, "place=Broadway+%26+Prospect+St", "/report/pothole/where");
    assert_leads(&ana, "/report/pothole/check");
    submit(&ana, "description=", "/report/pothole/details");
    submit(&ana, "name=Ana&email=+ana%40example.com+&phone=", "/report/pothole/who");
    assert_leads(&ana, "/report/pothole/check");
    visit(&ana, "/report/pothole/check");
    assert_true(sees(&ana, "Broadway") && sees(&ana, "ana@example.com"));
    assert_false(sees(&ana, "795 Mass") || sees(&ana, "Like a tire") || sees(&ana, "Deep") ||
                 sees(&ana, "ana@example.org"));
    visit(&ana, "/report/pothole/who");
    assert_true(sees(&ana, "value=\"Ana\"") && sees(&ana, "value=\"ana@example.com\""));
    assert_int_equal(count(world, "draft"), 1);
}

/* Each is refused at its field, keeps what was typed, and stores nothing. */
static void what_is_wrong_is_said_and_kept(void **state)
{
    static const struct {
        const char *step, *form, *field, *kept;
    } wrong[] = {
        {"where", "place=++", "place", "id=\"place\""},
        {"where", "place=12+Nowhere+Blvd", "place", "value=\"12 Nowhere Blvd\""},
        {"where", "place=Massachusetts+Ave&place_id=x%2Fy", "place", "value=\"Massachusetts Ave\""},
        {"where", "place=Garden+St", "place", "value=\"Garden St\""},
        {"where", "place=a%0Ab", "place", "id=\"place\""},
        {"where", "place.lat=10&place.lon=10", "place", "id=\"place\""},
        {"where", "place.lat=nan&place.lon=10", "pin", "id=\"pin\""},
        {"where", "pin.x=5&pin.y=5&pin_box=1,2,3", "pin", "id=\"pin\""},
        {"lane", "lane=maybe", "lane", "value=\"false\""},
        {"size", "size=huge", "size", "value=\"plate\""},
        {"details", "description=%EF%BF%BF", "description", "<textarea"},
        {"who", "name=Ana&email=at+home&phone=", "email", "value=\"at home\""},
        {"who", "name=Ana&email=&phone=12", "phone", "value=\"Ana\""},
        {"who", "name=A%0D%0Ab&email=&phone=", "name", "id=\"name\""},
    };
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct arena *arena = world->ctx.arena;
        int status = submit(&ana, wrong[i].form, "/report/pothole/%s", wrong[i].step);

        if (status != 422 || !sees(&ana, wrong[i].kept) ||
            !sees(&ana, str_z(arena, str_fmt(arena, "href=\"#%s\"", wrong[i].field))) ||
            !sees(&ana, str_z(arena, str_fmt(arena, "id=\"%s-error\"", wrong[i].field))))
            fail_msg("%s at %s: %d\n%.*s", wrong[i].form, wrong[i].step, status,
                     STR_ARG(ana.asker.last.body));
    }
    assert_int_equal(count(world, "draft"), 0);
}

/* All that is wrong with a page is said at once, each at its box. */
static void two_things_wrong_are_said_together(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    assert_int_equal(submit(&ana, "name=Ana&email=rosa%40example&phone=abc", "/report/pothole/who"),
                     422);
    assert_true(sees(&ana, "There are 2 problems"));
    assert_true(sees(&ana, "href=\"#email\"") && sees(&ana, "id=\"email-error\"") &&
                sees(&ana, "value=\"rosa@example\""));
    assert_true(sees(&ana, "href=\"#phone\"") && sees(&ana, "id=\"phone-error\"") &&
                sees(&ana, "value=\"abc\""));
    assert_false(sees(&ana, "id=\"name-error\""));
    assert_int_equal(submit(&ana, "name=Ana&email=&phone=abc", "/vi/report/pothole/who"), 422);
    assert_true(sees(&ana, "id=\"phone-error\""));
    assert_false(sees(&ana, "id=\"email-error\""));
    assert_int_equal(count(world, "draft"), 0);
}

/* More than one place, or one that is not sure: all are offered, and none is a choice too. */
static void a_place_is_chosen(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    struct str id;

    assert_int_equal(submit(&ana, "place=10+Gardne+St", "/report/pothole/where"), 200);
    assert_true(sees(&ana, "name=\"place_id\"") && sees(&ana, "value=\"none\""));
    assert_true(sees(&ana, "name=\"place\" value=\"10 Gardne St\""));
    assert_int_equal(count(world, "draft"), 0);
    id = asked_field(&ana.asker, "place_id");
    assert_true(id.n > 0);
    assert_int_equal(submit(&ana, "place=10+Gardne+St&place_id=none", "/report/pothole/where"),
                     200);
    assert_true(sees(&ana, "id=\"place\"") && sees(&ana, "value=\"10 Gardne St\""));
    assert_false(sees(&ana, "place-error"));
    submit(&ana,
           str_z(world->ctx.arena,
                 str_fmt(world->ctx.arena, "place=10+Gardne+St&place_id=%.*s", STR_ARG(id))),
           "/report/pothole/where");
    assert_leads(&ana, "/report/pothole/lane");
}

static void a_point_is_asked_about_before_it_is_taken(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    const char *form = "place.lat=42.3736&place.lon=-71.1097";

    assert_int_equal(submit(&ana, form, "/report/pothole/where"), 200);
    assert_true(sees(&ana, "name=\"confirmed\" value=\"1\""));
    assert_int_equal(count(world, "draft"), 0);
    submit(&ana, "place.lat=42.3736&place.lon=-71.1097&confirmed=1", "/report/pothole/where");
    assert_leads(&ana, "/report/pothole/lane");
    visit(&ana, "/report/pothole/where");
    assert_true(sees(&ana, "value=\"near ") || sees(&ana, "value=\"Near "));
}

static void steps_out_of_turn_lead_back(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    visit(&ana, "/vi/report/pothole/check");
    assert_leads(&ana, "/vi/report/pothole/where");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/where");
    submit(&ana, "name=Ana&email=&phone=", "/report/pothole/who"); /* the last one first */
    assert_leads(&ana, "/report/pothole/where");
    visit(&ana, "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/where");
    assert_int_equal(visit(&ana, "/report/pothole/who"), 200);
    assert_true(sees(&ana, "value=\"Ana\""));
    assert_int_equal(visit(&ana, "/report/pothole/photos"), 404); /* no program for them here */
    assert_int_equal(visit(&ana, "/report/pothole/nothing"), 404);
    assert_int_equal(submit(&ana, "", "/report/pothole/nothing"), 404);
    assert_int_equal(visit(&ana, "/report/nothing"), 404);
    assert_int_equal(visit(&ana, "/report/nothing/where"), 404);
    assert_int_equal(submit(&ana, "place=795+Massachusetts+Ave", "/report/nothing/where"), 404);
    assert_int_equal(count(world, "cases"), 0);
}

static void a_draft_is_kept_thirty_days(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world);

    visitor_fills(&ana, "");
    pass_days(world, DRAFT_DAYS - 1);
    submit(&ana, "size=plate", "/report/pothole/size"); /* which keeps it again as long */
    pass_days(world, DRAFT_DAYS - 1);
    assert_int_equal(visit(&ana, "/report/pothole/check"), 200);
    assert_true(sees(&ana, "Like a plate"));
    visit(&bo, "/report/pothole/check");
    assert_leads(&bo, "/report/pothole/where");
    pass_days(world, 2);
    visit(&ana, "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/where");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/where");
    assert_int_equal(count(world, "cases"), 0);
}

/* Each service has its own draft in one browser; the newest of one service is the one in hand. */
static void drafts_do_not_mix(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    visitor_fills(&ana, "");
    submit(&ana, "place=10+Garden+St", "/report/graffiti/where");
    assert_leads(&ana, "/report/graffiti/hateful");
    visit(&ana, "/report/graffiti/check");
    assert_leads(&ana, "/report/graffiti/hateful");
    assert_int_equal(visit(&ana, "/report/pothole/check"), 200);
    assert_int_equal(count(world, "draft"), 2);
    asker_cookie_set(&ana.asker, "draft", S("not-a-token-of-ours.short.%22"));
    visit(&ana, "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/where");
}

/* A draft stays on the version it was begun with: its questions are those that were asked. */
static void a_new_version_does_not_change_a_draft(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world);
    struct definition *anew = ARENA_NEW(world->ctx.arena, struct definition);

    assert_non_null(anew);
    *anew = *city_service(test_city, S("pothole"));
    anew->version_id += 1000;
    anew->field_n = 1; /* the new version does not ask for the size */
    visitor_fills(&ana, "");
    world->ctx.city = test_city_after(world, "pothole", anew);
    assert_int_equal(visit(&ana, "/report/pothole/size"), 200);
    assert_int_equal(visit(&ana, "/report/pothole/check"), 200);
    assert_true(sees(&ana, "Like a tire") && sees(&ana, "Step 6 of 6"));
    assert_int_equal(visit(&bo, "/report/pothole/size"), 404);
    assert_int_equal(visit(&bo, "/report/pothole/where"), 200);
    assert_true(sees(&bo, "Step 1 of 5"));
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    assert_int_equal(visit(&ana, "/report/pothole/done"), 200);
    world->ctx.city = test_city;
}

/* Whether the label that begins so says that its box is optional. */
static bool is_marked_optional(const struct visitor *visitor, const char *label)
{
    struct str body = visitor->asker.last.body;
    ptrdiff_t at = str_find(body, str_of(label));

    assert_true(at >= 0);
    body = str_slice(body, (size_t)at, body.n);
    return str_find(str_slice(body, 0, (size_t)str_find(body, S("</label>"))), S("ch-optional")) >=
           0;
}

/* Only what the service asks of who reports is asked, and what it needs is told from the rest. */
static void the_service_says_what_is_asked_of_who(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world);
    struct definition *anew = ARENA_NEW(world->ctx.arena, struct definition);

    assert_non_null(anew);
    *anew = *city_service(test_city, S("pothole"));
    anew->applicant = (struct applicant_rule){
        .name = CONTACT_OPTIONAL, .email = CONTACT_REQUIRED, .phone = CONTACT_NONE};
    world->ctx.city = test_city_after(world, "pothole", anew);
    assert_int_equal(visit(&ana, "/report/pothole/who"), 200);
    assert_true(is_marked_optional(&ana, "for=\"name\""));
    assert_false(is_marked_optional(&ana, "for=\"email\""));
    assert_false(sees(&ana, "id=\"phone\""));
    assert_int_equal(submit(&ana, "name=Ana&email=&phone=", "/report/pothole/who"), 422);
    assert_true(sees(&ana, "id=\"email-error\""));
    /* What is not asked is not taken either. */
    assert_int_equal(
        submit(&ana, "name=Ana&email=ana%40example.org&phone=251-555-0142", "/report/pothole/who"),
        303);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM draft WHERE answers LIKE '%%555-0142%%'", 0), 0);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM draft", 0), 1);
    anew->applicant = (struct applicant_rule){true, CONTACT_NONE, CONTACT_NONE, CONTACT_NONE};
    assert_int_equal(visit(&bo, "/report/pothole/who"), 404); /* nothing is left to ask */
    assert_int_equal(visit(&bo, "/report/pothole/where"), 200);
    assert_true(sees(&bo, "Step 1 of 5"));
    world->ctx.city = test_city;
}

/* What only staff file is no page of the public's, and nothing of it is listed. */
static void a_service_of_staff_is_none_of_the_publics(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);
    struct definition *own = ARENA_NEW(world->ctx.arena, struct definition);
    struct city *city;

    assert_non_null(own);
    *own = *city_service(test_city, S("pothole"));
    own->audience = AUDIENCE_STAFF;
    city = test_city_after(world, "pothole", NULL); /* nor when it is withdrawn */
    city->versions = &own;
    city->version_n = 1;
    test_city_index(world, city);
    world->ctx.city = city;
    assert_int_equal(visit(&ana, "/report/pothole"), 404);
    world->ctx.city = test_city_after(world, "pothole", own);
    assert_int_equal(visit(&ana, "/services/pothole"), 404);
    assert_int_equal(visit(&ana, "/report/pothole"), 404);
    assert_int_equal(submit(&ana, "lane=true", "/report/pothole/lane"), 404);
    assert_int_equal(visit(&ana, "/groups/streets"), 200);
    assert_false(sees(&ana, "/services/pothole"));
    assert_int_equal(visit(&ana, "/find?q=pothole"), 200);
    assert_false(sees(&ana, "/services/pothole"));
    assert_int_equal(visit(&ana, "/cases"), 200);
    assert_false(sees(&ana, "value=\"pothole\""));
    world->ctx.city = test_city;
}

/* Nobody begins a report to a service that is gone; what was sent is still shown. */
static void a_withdrawn_service_takes_no_more(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world), bo = visitor_in(world);

    visitor_fills(&ana, "");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    visitor_fills(&bo, "");
    world->ctx.city = test_city_after(world, "pothole", NULL);
    assert_int_equal(visit(&bo, "/report/pothole"), 410);
    assert_int_equal(visit(&bo, "/report/pothole/check"), 410);
    assert_int_equal(submit(&bo, "", "/report/pothole/check"), 410);
    assert_int_equal(submit(&bo, "size=plate", "/report/pothole/size"), 410);
    assert_int_equal(visit(&bo, "/report/pothole/later"), 410);
    assert_int_equal(visit(&bo, "/report/nothing"), 404);
    visit(&bo, "/drafts"); /* it may be thrown away, and not gone on with */
    assert_true(sees(&bo, "The city does not take these reports any more.") &&
                sees(&bo, "/drop\""));
    assert_false(sees(&bo, ">Continue<span"));
    assert_int_equal(count(world, "cases"), 1);
    assert_int_equal(visit(&ana, "/report/pothole/done"), 200);
    world->ctx.city = test_city;
}

static void who_has_signed_in_is_known(void **state)
{
    struct world *world = *state;
    struct visitor ana = visitor_in(world);

    visitor_signs_in(&ana, "ana@example.org");
    visit(&ana, "/report/pothole/who");
    assert_true(sees(&ana, "value=\"ana@example.org\""));
    visitor_fills(&ana, "other@example.org");
    visit(&ana, "/report/pothole/who");
    assert_true(sees(&ana, "value=\"other@example.org\""));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM draft WHERE party IS NOT NULL", 0), 1);
}

/* The things at the place are offered; what is not among them is refused and kept as it was typed.
 */
static void a_thing_of_the_map_is_chosen(void **state)
{
    struct visitor ana = visitor_in(*state);

    submit(&ana, "place=60+Banks+St", "/report/street-light-out/where");
    assert_leads(&ana, "/report/street-light-out/lamp");
    assert_int_equal(visit(&ana, "/report/street-light-out/lamp"), 200);
    assert_true(sees(&ana, "60 Banks St") && sees(&ana, "/report/street-light-out/where"));
    assert_true(sees(&ana, "value=\"48-12\"") && sees(&ana, "40 ft from your place"));
    assert_true(sees(&ana, "Another one, or I do not know"));
    assert_false(sees(&ana, "type=\"text\""));
    assert_int_equal(submit(&ana, "lamp=a+thief", "/report/street-light-out/lamp"), 422);
    assert_true(sees(&ana, "list does not have this one") && sees(&ana, "value=\"a thief\""));
    assert_int_equal(submit(&ana, "lamp=791-2", "/es/report/street-light-out/lamp"), 422);
    assert_true(sees(&ana, "mi del lugar que indicó") && sees(&ana, "value=\"791-2\""));
    submit(&ana, "lamp=48-12", "/report/street-light-out/lamp");
    assert_leads(&ana, "/report/street-light-out/trouble");
    visit(&ana, "/report/street-light-out/lamp");
    assert_true(sees(&ana, "value=\"48-12\" checked"));
    submit(&ana, "lamp=", "/report/street-light-out/lamp");
    assert_leads(&ana, "/report/street-light-out/trouble");
    visit(&ana, "/report/street-light-out/lamp");
    assert_true(sees(&ana, "value=\"\" checked"));
}

/* Elsewhere it is another lamp: the answer goes, and is asked for again. */
static void another_place_asks_for_its_own_thing(void **state)
{
    struct visitor ana = visitor_in(*state);

    submit(&ana, "place=60+Banks+St", "/report/street-light-out/where");
    submit(&ana, "lamp=48-12", "/report/street-light-out/lamp");
    submit(&ana, "trouble=dark", "/report/street-light-out/trouble");
    submit(&ana, "place=30+Cedar+St", "/report/street-light-out/where");
    assert_leads(&ana, "/report/street-light-out/lamp");
    visit(&ana, "/report/street-light-out/lamp");
    assert_false(sees(&ana, "48-12"));
    submit(&ana, "lamp=", "/report/street-light-out/lamp");
    submit(&ana, "place=60+Banks+St", "/report/street-light-out/where");
    assert_leads(&ana, "/report/street-light-out/details");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_report_goes_step_by_step),
        TEST(a_number_has_its_unit),
        TEST(a_town_is_called_one),
        TEST(the_home_page_leaves_no_service_out),
        TEST(the_examples_are_what_is_asked_for),
        TEST(without_layers_no_map_is_spoken_of),
        TEST(what_is_missing_is_named),
        TEST(it_is_sent_once),
        TEST(the_second_tap_keeps_the_private_link),
        TEST(a_token_that_went_round_gives_no_link_again),
        TEST(nobody_else_gets_the_private_link),
        TEST(two_things_wrong_are_said_together),
        TEST(the_service_says_what_is_asked_of_who),
        TEST(answers_may_be_changed),
        TEST(what_is_wrong_is_said_and_kept),
        TEST(a_place_is_chosen),
        TEST(a_point_is_asked_about_before_it_is_taken),
        TEST(steps_out_of_turn_lead_back),
        TEST(a_draft_is_kept_thirty_days),
        TEST(drafts_do_not_mix),
        TEST(a_new_version_does_not_change_a_draft),
        TEST(a_service_of_staff_is_none_of_the_publics),
        TEST(a_withdrawn_service_takes_no_more),
        TEST(who_has_signed_in_is_known),
        TEST(a_thing_of_the_map_is_chosen),
        TEST(another_place_asks_for_its_own_thing),
    };

    return RUN_TESTS("portal/report", tests);
}
