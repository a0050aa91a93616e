/* What only a request changes: views, acts on many, calls of programs, links that are asked for. A
 * page may fail after its change is stored, so what holds is: done once when it was answered, at
 * most once when not, and once when it was sent again. */
#include "paths_web.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "console/bulk.h"
#include "paths.h"
#include "web_world.h"

static struct test_town shown;
static struct test_city *served;
static struct str number; /* of a case */

struct test_town *paths_web_open(void)
{
    served = web_open();
    shown = (struct test_town){
        .place = served->place, .ctx = served->ctx, .db = served->db, .city = served->city};
    return &shown;
}

void paths_web_close(void)
{
    ctx_done(&shown.ctx);
    web_close();
}

static struct str text(const char *pattern, int64_t n)
{
    return paths_text(&shown, pattern, n);
}

static enum rc sent(struct ctx *ctx, struct test_town *town, int64_t n)
{
    int status = web_send();

    (void)town;
    (void)n;
    /* On a disk that takes nothing, not even that the call has ended is noted: it is not asked for
     * again while it may be under way. */
    if (status == 409) {
        web_wait(US_PER_MIN);
        status = web_send();
    }
    if (status >= 200 && status < 400)
        return RC_OK;
    if (status && status < 500)
        print_message("# %.*s\n", STR_ARG(web_answer()));
    assert_true(status == 0 || status >= 500);
    return FAIL(ctx, ERR_UNAVAILABLE, .detail = web_answer());
}

/* Once, or at most once. */
static void assert_once(int64_t count, bool is_done)
{
    assert_in_range(count, is_done, 1);
}

static int64_t notes_before; /* on the case, of what made it ready */

/* ---- Views */

static void a_view(struct test_town *town, int64_t n)
{
    test_town_set(town, "DELETE FROM saved_view"); /* nobody has more than fifty */
    web_staff_form(S("/staff/views"), text("q=service:tree&name=view+%lld", n));
}

static int64_t views(int64_t n)
{
    return paths_count(&shown, "SELECT count(*) FROM saved_view WHERE code = 'view-%lld'", n);
}

static void view_is_kept(struct test_town *town, int64_t n, bool is_done)
{
    (void)town;
    assert_once(views(n), is_done);
}

static void a_view_to_drop(struct test_town *town, int64_t n)
{
    a_view(town, n);
    assert_int_equal(web_send(), 303);
    web_staff_form(text("/staff/views/view-%lld/drop", n), S(""));
}

static void view_is_gone(struct test_town *town, int64_t n, bool is_done)
{
    (void)town;
    assert_once(1 - views(n), is_done);
}

/* ---- A mail to try the relay */

static int64_t mails;

static void a_try(struct test_town *town, int64_t n)
{
    (void)n;
    mails = test_town_count(town, "SELECT count(*) FROM message WHERE notice = 'mail.test'");
    web_staff_form(S("/staff/admin/settings/test"), S(""));
}

/* Sent again it is another try. */
static void mail_is_tried(struct test_town *town, int64_t n, bool is_done)
{
    int64_t now = test_town_count(town, "SELECT count(*) FROM message WHERE notice = 'mail.test'");

    (void)n;
    assert_in_range(now - mails, is_done, 2);
}

/* ---- Acts on many */

static void a_choice(struct test_town *town, int64_t n)
{
    (void)n;
    notes_before = 0;
    number = test_city_file(served, "hole", false, "");
    web_staff_form(S("/staff/bulk"),
                   str_fmt(town->ctx.arena, "act=note&q=&which=marked&case=%.*s", STR_ARG(number)));
}

static void an_act(struct test_town *town, int64_t n)
{
    char path[200];

    a_choice(town, n);
    assert_int_equal(web_send(), 303);
    snprintf(path, sizeof path, "%.*s", STR_ARG(web_location()));
    web_staff_form(str_of(path), text("note=Seen+%lld", n));
}

static int64_t notes(struct test_town *town)
{
    int64_t all = test_town_count(
        town, str_z(town->ctx.arena,
                    str_fmt(town->ctx.arena,
                            "SELECT count(*) FROM event e JOIN cases c ON c.id = e.cases "
                            "WHERE e.kind = 'note.added' AND c.number = '%.*s'",
                            STR_ARG(number))));

    return all - notes_before;
}

static const struct job_kind *const jobs[] = {bulk_jobs, NULL};
static const struct job_runner runner = {jobs, STR("http://127.0.0.1")};

/* What the request left is done by the job that stands by, and once in all. */
static void act_is_done_once(struct test_town *town, int64_t n, bool is_done)
{
    bool was_there = true;

    (void)n;
    assert_in_range(notes(town), 0, 1);
    if (!is_done)
        return;
    /* Within the ten minutes in which the same note counts once. */
    town->ctx.now = instant_plus_us(clock_now(), served->waited_us + US_PER_MIN);
    test_town_set(town, "DELETE FROM job WHERE kind <> 'bulk.run'");
    while (was_there)
        test_ok(&town->ctx, job_run_next(&town->ctx, &runner, &was_there));
    assert_int_equal(notes(town), 1);
}

/* The job alone: as if the program had ended before the request did anything of it. */
static void an_act_left_over(struct test_town *town, int64_t n)
{
    test_town_set(town, "DELETE FROM job");
    an_act(town, n);
    assert_int_equal(web_send(), 303);
    test_town_set(town, "DELETE FROM job WHERE kind <> 'bulk.run'");
    test_town_set(town, "UPDATE job SET due = 1, done = NULL");
    test_town_set(town, "UPDATE bulk SET ended = NULL");
    test_town_set(town, "UPDATE bulk_case SET state = 'waiting'");
    notes_before = notes(town);
}

static enum rc run_left_over(struct ctx *ctx, struct test_town *town, int64_t n)
{
    static int64_t run, minutes;
    bool was_there;

    /* What failed is due again a minute later, or five when not even that could be noted; a note
     * of ten minutes before is another. */
    (void)town;
    minutes = run == n ? minutes + 6 : 20;
    run = n;
    ctx->now = instant_plus_us(ctx->now, minutes * US_PER_MIN);
    return job_run_next(ctx, &runner, &was_there);
}

/* ---- Programs */

static void a_note_by_a_program(struct test_town *town, int64_t n)
{
    notes_before = 0;
    number = test_city_file(served, "hole", false, "");
    web_call(str_fmt(town->ctx.arena, "/api/v1/cases/%.*s/notes", STR_ARG(number)),
             S("application/json"), S("{\"text\": \"Seen it\"}"), text("note-%lld", n));
}

static void noted_once(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_once(notes(town), is_done);
}

static void a_photo_by_a_program(struct test_town *town, int64_t n)
{
    struct str photo;
    struct buf body = buf_in(town->ctx.arena, 10000);

    number = test_city_file(served, "sign", false, "");
    test_ok(&town->ctx, file_read(&town->ctx, paths_photo(town), 10000, &photo));
    BUF_ADD(&body, "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n"
                   "Content-Type: image/jpeg\r\n\r\n");
    buf_add(&body, photo);
    BUF_ADD(&body, "\r\n--b--\r\n");
    web_call(str_fmt(town->ctx.arena, "/api/v1/cases/%.*s/photos", STR_ARG(number)),
             S("multipart/form-data; boundary=b"), buf_str(&body), text("photo-%lld", n));
}

static void photo_is_there_once(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_once(test_town_count(town, str_z(town->ctx.arena,
                                            str_fmt(town->ctx.arena,
                                                    "SELECT count(*) FROM case_file f JOIN cases c "
                                                    "ON c.id = f.cases WHERE c.number = '%.*s'",
                                                    STR_ARG(number)))),
                is_done);
}

/* ---- A resident */

static void a_wish_for_a_link(struct test_town *town, int64_t n)
{
    (void)town;
    web_form(S("/me/sign-in"), S("/me/sign-in"), text("email=ana%lld%40example.org", n));
}

/* Sent again it is another link. */
static void link_is_mailed(struct test_town *town, int64_t n, bool is_done)
{
    assert_in_range(
        paths_count(town, "SELECT count(*) FROM message WHERE address = 'ana%lld@example.org'", n),
        is_done, 2);
}

#define REMOTELY STEPWISE | REMOTE

const struct scenario paths_web[] = {
    {"a view kept", 11, a_view, sent, view_is_kept, REMOTELY},
    {"a view dropped", 10, a_view_to_drop, sent, view_is_gone, REMOTELY},
    {"a mail to try", 16, a_try, sent, mail_is_tried, REMOTELY},
    {"a choice of many", 17, a_choice, sent, NULL, REMOTELY},
    {"an act on many", 27, an_act, sent, act_is_done_once, REMOTELY},
    {"an act left to its job", 36, an_act_left_over, run_left_over, act_is_done_once, STEPWISE},
    {"a program's note", 32, a_note_by_a_program, sent, noted_once, REMOTELY},
    {"a program's photo", 52, a_photo_by_a_program, sent, photo_is_there_once, REMOTELY},
    {"a link asked for", 10, a_wish_for_a_link, sent, link_is_mailed, REMOTELY},
    {.name = NULL},
};
