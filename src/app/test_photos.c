/* Photos over HTTP, with the program's own routes and image program: a resident's report with
 * photos, what is refused, who sees what, and staff who release one. */
#include <ftw.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/modules.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/module.h"
#include "console/console.h"
#include "console/test_city.h"
#include "db/db.h"
#include "engine/cases/files.h"
#include "engine/cases/photo.h"
#include "engine/cases/private_link.h"
#include "image/image_client.h"
#include "people/permission.h"
#include "portal/portal.h"
#include "web/test_site.h"

#define BOUNDARY  "----photos"
#define COOKIES   4
#define SENDERS   40
#define MAX_BYTES ((size_t)8 << 20)

struct world {
    struct test_city city;
    struct site site;
    char folder[TEST_TEMPORARY_MAX];
    struct image_client pictures;
};

struct visitor {
    struct world *world;
    struct str address; /* empty: this machine */
    struct str cookies[COOKIES];
    struct str csrf;
    struct answer last;
};

struct sent_file {
    const char *name;
    struct str bytes;
};

static const char *const cookie_names[COOKIES] = {"form", "draft", "case", "session"};

static struct arena *arena_of(const struct visitor *visitor)
{
    return visitor->world->site.ctx.arena;
}

/* As the program's own hook does it. */
static enum rc find_reporter(struct ctx *ctx, const struct request *request)
{
    struct actor *actor = ARENA_NEW(ctx->arena, struct actor);
    int64_t *cases = ARENA_NEW(ctx->arena, int64_t);
    struct private_link link;
    bool is_found;
    enum rc rc = private_link_find(ctx, request_cookie(request, S("case")), &is_found, &link);

    if (rc || !is_found || !actor || !cases)
        return rc;
    *cases = link.case_id;
    *actor = (struct actor){.kind = ACTOR_RESIDENT, .case_ids = cases, .case_n = 1};
    ctx->actor = actor;
    return RC_OK;
}

static enum rc begin(void *app, struct ctx *ctx, struct request *request)
{
    enum rc rc = db_reader_acquire(ctx);

    (void)app;
    if (rc)
        return rc;
    return console_is_asked(request) ? console_begin(ctx, request) : find_reporter(ctx, request);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)app;
    if (console_is_asked(request))
        return console_authorize(ctx, route->permission);
    return actor_may(ctx->actor, (enum permission)route->permission) ? RC_OK
                                                                     : FAIL(ctx, ERR_DENIED);
}

static enum rc render_error(void *app, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc)
{
    (void)app;
    (void)rc;
    if (console_is_asked(request))
        console_problem(ctx, request, reply);
    else
        portal_problem(ctx, request, reply);
    return RC_OK;
}

static int open_world(void **state)
{
    static const struct route *tables[8];
    struct world *world = calloc(1, sizeof *world);
    size_t n = 0;

    assert_non_null(world);
    test_city_open(&world->city);
    test_temporary(world->folder, "photos");
    image_client_init(&world->pictures, CITYHALL_IMAGE);
    world->city.city->files_folder = world->folder;
    world->city.city->pictures = &world->pictures;
    site_prepare(&world->site);
    test_city_serve(&world->city, &world->site.options);
    for (size_t i = 0; modules[i]; i++)
        if (modules[i]->routes)
            tables[n++] = modules[i]->routes;
    world->site.options.routes = tables;
    world->site.options.proxies = S("127.0.0.1");
    world->site.options.hooks.begin = begin;
    world->site.options.hooks.authorize = authorize;
    world->site.options.hooks.render_error = render_error;
    site_start(&world->site);
    *state = world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;

    site_stop(&world->site);
    image_client_done(&world->pictures);
    test_temporary_remove(world->folder);
    test_city_close(&world->city);
    free(world);
    return 0;
}

static _Atomic int counted_files;

static int count_entry(const char *path, const struct stat *about, int kind)
{
    (void)path;
    (void)about;
    counted_files += kind == FTW_F;
    return 0;
}

static int files_kept(const struct world *world)
{
    counted_files = 0;
    assert_int_equal(ftw(world->folder, count_entry, 8), 0);
    return counted_files;
}

static void keep_cookies(struct visitor *visitor)
{
    struct str rest = visitor->last.head, line;

    while (str_next(&rest, '\n', &line)) {
        if (!str_starts_with(line, S("Set-Cookie: ")))
            continue;
        line = str_slice(line, 12, line.n);
        for (size_t i = 0; i < COOKIES; i++) {
            size_t n = strlen(cookie_names[i]);

            if (str_starts_with(line, str_of(cookie_names[i])) && line.p[n] == '=')
                visitor->cookies[i] = str_slice(line, n + 1, (size_t)str_find_byte(line, ';'));
        }
    }
}

static void keep_token(struct visitor *visitor)
{
    struct str mark = S("name=\"csrf\" value=\"");
    ptrdiff_t at = str_find(visitor->last.body, mark);
    struct str rest;

    if (at < 0)
        return;
    rest = str_slice(visitor->last.body, (size_t)at + mark.n, visitor->last.body.n);
    visitor->csrf = str_slice(rest, 0, (size_t)str_find_byte(rest, '"'));
}

static struct str request_of(struct visitor *visitor, const char *method, struct str path,
                             const char *type, struct str body)
{
    struct buf out = buf_in(arena_of(visitor), MAX_BYTES);

    buf_add_fmt(&out, "%s %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: a=b",
                method, STR_ARG(path));
    for (size_t i = 0; i < COOKIES; i++)
        if (visitor->cookies[i].n)
            buf_add_fmt(&out, "; %s=%.*s", cookie_names[i], STR_ARG(visitor->cookies[i]));
    BUF_ADD(&out, "\r\n");
    if (visitor->address.n)
        buf_add_fmt(&out, "X-Forwarded-For: %.*s\r\n", STR_ARG(visitor->address));
    if (type)
        buf_add_fmt(&out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, body.n);
    BUF_ADD(&out, "\r\n");
    buf_add(&out, body);
    return buf_str(&out);
}

static int ask(struct visitor *visitor, const char *method, struct str path, const char *type,
               struct str body)
{
    visitor->last = site_ask(&visitor->world->site, request_of(visitor, method, path, type, body));
    keep_cookies(visitor);
    keep_token(visitor);
    return visitor->last.status;
}

static int get(struct visitor *visitor, struct str path)
{
    return ask(visitor, "GET", path, NULL, STR_NONE);
}

static int post(struct visitor *visitor, struct str path, const char *fields)
{
    return ask(visitor, "POST", path, "application/x-www-form-urlencoded",
               str_fmt(arena_of(visitor), "csrf=%.*s&%s", STR_ARG(visitor->csrf), fields));
}

/* The step's form with files, and one of its buttons. */
static struct str files_body(struct visitor *visitor, const struct sent_file *files, size_t n,
                             const char *button)
{
    struct buf body = buf_in(arena_of(visitor), MAX_BYTES);

    buf_add_fmt(&body,
                "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%.*s\r\n",
                STR_ARG(visitor->csrf));
    if (button)
        buf_add_fmt(&body,
                    "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n1\r\n",
                    button);
    for (size_t i = 0; i < n; i++) {
        buf_add_fmt(&body,
                    "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"photos\"; "
                    "filename=\"%s\"\r\nContent-Type: image/jpeg\r\n\r\n",
                    files[i].name);
        buf_add(&body, files[i].bytes);
        BUF_ADD(&body, "\r\n");
    }
    BUF_ADD(&body, "--" BOUNDARY "--\r\n");
    return buf_str(&body);
}

static int send_files(struct visitor *visitor, const struct sent_file *files, size_t n,
                      const char *button)
{
    return ask(visitor, "POST", S("/report/sign/photos"), "multipart/form-data; boundary=" BOUNDARY,
               files_body(visitor, files, n, button));
}

static struct str sample(struct visitor *visitor, const char *name)
{
    struct ctx *ctx = &visitor->world->site.ctx;
    struct str bytes;

    assert_int_equal(file_read(ctx,
                               str_z(ctx->arena, str_fmt(ctx->arena, "%s/tests/data/images/%s",
                                                         getenv("CITYHALL_ROOT"), name)),
                               MAX_BYTES, &bytes),
                     RC_OK);
    return bytes;
}

static bool has(const struct visitor *visitor, const char *text)
{
    return str_find(visitor->last.body, str_of(text)) >= 0;
}

static struct str location_of(struct visitor *visitor)
{
    return answer_header(&visitor->world->site, &visitor->last, "location");
}

/* The first address on the page that begins so, to its quote. */
static struct str address_on(struct visitor *visitor, const char *start)
{
    ptrdiff_t at = str_find(visitor->last.body, str_of(start));
    struct str rest;

    assert_true(at >= 0);
    rest = str_slice(visitor->last.body, (size_t)at, visitor->last.body.n);
    return str_slice(rest, 0, (size_t)str_find_byte(rest, '"'));
}

/* Reports a sign with one photo; the case's number. */
static struct str report(struct visitor *visitor)
{
    struct sent_file file = {"IMG_1.jpg", sample(visitor, "baseline-exif6-p3.jpg")};
    struct str number;
    ptrdiff_t at;

    assert_int_equal(get(visitor, S("/report/sign/photos")), 200);
    assert_int_equal(send_files(visitor, &file, 1, NULL), 303);
    assert_str(location_of(visitor), "/report/sign/details");
    assert_int_equal(post(visitor, S("/report/sign/details"), "description=Bent"), 303);
    assert_int_equal(post(visitor, S("/report/sign/who"), "name="), 303);
    assert_int_equal(get(visitor, S("/report/sign/check")), 200);
    assert_true(has(visitor, "1 photo"));
    assert_int_equal(post(visitor, S("/report/sign/check"), ""), 303);
    assert_int_equal(get(visitor, S("/report/sign/done")), 200);
    at = str_find(visitor->last.body, S("/cases/"));
    assert_true(at >= 0);
    number = str_slice(visitor->last.body, (size_t)at + 7, visitor->last.body.n);
    return str_slice(number, 0, strspn(number.p, "0123456789-"));
}

static void a_photo_loses_what_it_says(void **state)
{
    struct visitor visitor = {.world = *state}, other = {.world = *state};
    struct sent_file file = {"IMG_1.jpg", sample(&visitor, "baseline-exif6-p3.jpg")};
    struct str address;

    assert_true(str_find(file.bytes, S("GPSLatitude")) >= 0);
    assert_int_equal(get(&visitor, S("/report/sign")), 303);
    assert_str(location_of(&visitor), "/report/sign/photos");
    assert_int_equal(get(&visitor, S("/report/sign/photos")), 200);
    assert_true(has(&visitor, "multipart/form-data"));
    assert_int_equal(send_files(&visitor, &file, 1, "add"), 303);
    assert_str(location_of(&visitor), "/report/sign/photos");
    assert_int_equal(get(&visitor, S("/report/sign/photos")), 200);
    address = address_on(&visitor, "/report/sign/photos/");
    assert_int_equal(get(&visitor, address), 200);
    assert_true(str_starts_with(visitor.last.body, S("\xff\xd8\xff")));
    assert_false(has(&visitor, "GPS"));
    assert_false(has(&visitor, "Exif"));
    assert_false(has(&visitor, "SecretMaker"));
    assert_str(answer_header(&visitor.world->site, &visitor.last, "content-type"), "image/jpeg");
    assert_str(answer_header(&visitor.world->site, &visitor.last, "x-content-type-options"),
               "nosniff");
    assert_str(answer_header(&visitor.world->site, &visitor.last, "cache-control"), "no-store");
    assert_int_equal(get(&other, address), 404);
    assert_int_equal(files_kept(visitor.world), 1);
}

/* Nothing in the folder that GPS could be read from: both pictures, byte by byte. */
static int assert_clean(const char *path, const struct stat *about, int kind)
{
    struct ctx ctx = {.arena = arena_new(MAX_BYTES * 2)};
    struct str bytes;

    (void)about;
    if (kind == FTW_F) {
        assert_int_equal(file_read(&ctx, path, MAX_BYTES, &bytes), RC_OK);
        assert_true(str_starts_with(bytes, S("\xff\xd8\xff")));
        assert_true(str_find(bytes, S("GPS")) < 0);
        assert_true(str_find(bytes, S("Exif")) < 0);
        assert_true(str_find(bytes, S("<script>")) < 0);
    }
    arena_free(ctx.arena);
    return 0;
}

static void what_is_no_photo_is_refused(void **state)
{
    struct visitor visitor = {.world = *state};
    struct str jpeg = sample(&visitor, "baseline-exif6-p3.jpg");
    struct sent_file files[] = {
        {"page.jpg", S("<html><script>alert(1)</script></html>")},
        {"cut.jpg", str_slice(jpeg, 0, jpeg.n / 2)},
        {"bomb.png", sample(&visitor, "bomb.png")},
        {"empty.jpg", S("")},
        {"good.jpg", STR_NONE},
    };
    struct buf good = buf_in(arena_of(&visitor), MAX_BYTES);

    buf_add(&good, jpeg);
    BUF_ADD(&good, "<script>alert(1)</script>");
    files[4].bytes = buf_str(&good);
    assert_int_equal(get(&visitor, S("/report/sign/photos")), 200);
    assert_int_equal(send_files(&visitor, files, 4, NULL), 422);
    assert_true(has(&visitor, "page.jpg: We cannot use this kind of file"));
    assert_true(has(&visitor, "cut.jpg: This file is damaged"));
    assert_true(has(&visitor, "bomb.png: This file is larger than 50 MP"));
    assert_true(has(&visitor, "empty.jpg: This file is damaged"));
    assert_true(has(&visitor, "There are 4 problems"));
    assert_false(has(&visitor, "name=\"remove\""));
    assert_int_equal(files_kept(visitor.world), 0);
    assert_int_equal(send_files(&visitor, &files[3], 2, NULL), 422);
    assert_true(has(&visitor, "name=\"remove\""));
    assert_int_equal(files_kept(visitor.world), 1);
    assert_int_equal(ftw(visitor.world->folder, assert_clean, 8), 0);
}

static int waiting_in(struct image_client *pictures)
{
    int waiting;

    pthread_mutex_lock(&pictures->lock);
    waiting = pictures->waiting;
    pthread_mutex_unlock(&pictures->lock);
    return waiting;
}

static void set_busy(struct image_client *pictures, bool is_busy)
{
    pthread_mutex_lock(&pictures->lock);
    pictures->is_busy = is_busy;
    pthread_cond_broadcast(&pictures->turn);
    pthread_mutex_unlock(&pictures->lock);
}

/* The image program is at a picture that takes long; as many wait for it as may, of one client and
 * of many, and more come. */
static void who_waits_for_pictures_holds_nobody_up(void **state)
{
    struct world *world = *state;
    struct visitor senders[SENDERS], other = {.world = world};
    int fds[SENDERS], waiting, taken = 0;

    assert_int_equal(get(&other, S("/report/sign/details")), 200);
    set_busy(&world->pictures, true);
    for (int i = 0; i < SENDERS; i++) {
        struct visitor *sender = &senders[i];
        struct sent_file file;

        *sender = (struct visitor){.world = world};
        sender->address = str_fmt(arena_of(sender), "192.0.2.%d", i / 10);
        file = (struct sent_file){"a.jpg", sample(sender, "grey.jpg")};
        assert_int_equal(get(sender, S("/report/sign/photos")), 200);
        fds[i] = site_connect(&world->site);
        site_send(fds[i], request_of(sender, "POST", S("/report/sign/photos"),
                                     "multipart/form-data; boundary=" BOUNDARY,
                                     files_body(sender, &file, 1, "add")));
    }
    for (int tries = 0;
         (waiting = waiting_in(&world->pictures)) < world->pictures.max_waiting && tries < 100;
         tries++)
        usleep(50000);
    assert_int_equal(get(&other, S("/")), 200);
    assert_int_equal(get(&other, S("/cases")), 200);
    assert_int_equal(get(&other, S("/staff/signin")), 200);
    assert_int_equal(post(&other, S("/report/sign/details"), "description=Bent"), 303);
    /* All that before any of those who wait has given up. */
    assert_int_equal(waiting_in(&world->pictures), waiting);
    set_busy(&world->pictures, false);
    assert_int_equal(waiting, world->pictures.max_waiting);
    for (int i = 0; i < SENDERS; i++) {
        int status = site_read(&world->site, fds[i], false).status;

        assert_true(status == 303 || status == 422 || status == 429 || status == 503);
        taken += status == 303;
        close(fds[i]);
    }
    assert_in_range(taken, world->pictures.max_waiting, 4 * 8);
}

static void a_service_takes_so_many(void **state)
{
    struct visitor visitor = {.world = *state};
    struct sent_file files[] = {
        {"one.jpg", sample(&visitor, "grey.jpg")},
        {"two.jpg", sample(&visitor, "grey.jpg")},
        {"three.jpg", sample(&visitor, "progressive.jpg")},
    };
    struct str remove;

    assert_int_equal(get(&visitor, S("/report/sign/photos")), 200);
    assert_int_equal(send_files(&visitor, files, 3, NULL), 422);
    assert_true(has(&visitor, "three.jpg: There is no room"));
    assert_false(has(&visitor, "two.jpg:"));
    assert_int_equal(files_kept(visitor.world), 1);
    remove = address_on(&visitor, "/report/sign/photos/");
    remove = str_slice(remove, 20, remove.n);
    assert_int_equal(post(&visitor, S("/report/sign/photos"),
                          str_z(arena_of(&visitor),
                                str_fmt(arena_of(&visitor), "remove=%.*s", STR_ARG(remove)))),
                     303);
    assert_int_equal(send_files(&visitor, &files[2], 1, "add"), 303);
    assert_int_equal(send_files(&visitor, NULL, 0, NULL), 303);
    assert_str(location_of(&visitor), "/report/sign/details");
}

static int signed_in(struct visitor *staff, const char *login, struct str password)
{
    assert_int_equal(get(staff, S("/staff/signin")), 200);
    return post(staff, S("/staff/signin"),
                str_z(arena_of(staff), str_fmt(arena_of(staff), "login=%s&password=%.*s", login,
                                               STR_ARG(password))));
}

static void staff_release_a_photo(void **state)
{
    struct world *world = *state;
    struct visitor reporter = {.world = world}, stranger = {.world = world},
                   staff = {.world = world}, elsewhere = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "agent", "team", "west");
    struct str foreign = test_city_staff(&world->city, "tlee", "agent", "team", "east");
    struct str number = report(&reporter);
    struct str page = str_fmt(arena_of(&staff), "/cases/%.*s", STR_ARG(number));
    struct str desk = str_fmt(arena_of(&staff), "/staff/cases/%.*s", STR_ARG(number));
    struct str full, staff_full, form;

    assert_int_equal(get(&reporter, page), 200);
    full = address_on(&reporter, "/files/");
    assert_int_equal(get(&reporter, full), 200);
    assert_str(answer_header(&world->site, &reporter.last, "cache-control"), "no-store");
    assert_int_equal(get(&stranger, page), 200);
    assert_false(has(&stranger, "/files/"));
    assert_int_equal(get(&stranger, full), 404);
    assert_int_equal(signed_in(&staff, "rdiaz", password), 303);
    assert_int_equal(get(&staff, desk), 200);
    staff_full = address_on(&staff, "/staff/files/");
    assert_int_equal(get(&staff, staff_full), 200);
    assert_str(answer_header(&world->site, &staff.last, "cache-control"), "no-store");
    assert_int_equal(signed_in(&elsewhere, "tlee", foreign), 303);
    assert_int_equal(get(&elsewhere, staff_full), 404);
    assert_int_equal(get(&stranger, staff_full), 303);

    assert_int_equal(get(&staff, desk), 200);
    form = address_on(
        &staff, str_z(arena_of(&staff), str_fmt(arena_of(&staff), "%.*s/photos/", STR_ARG(desk))));
    assert_int_equal(post(&staff, form, "show=all"), 422);
    assert_int_equal(post(&staff, form, "show=public"), 303);
    assert_int_equal(get(&stranger, full), 200);
    assert_str(answer_header(&world->site, &stranger.last, "cache-control"), "public, max-age=300");
    assert_int_equal(get(&stranger, page), 200);
    assert_true(has(&stranger, "alt=\"Photo 1 of 1\""));
    assert_int_equal(get(&staff, desk), 200);
    assert_true(has(&staff, "Photo released to the public"));
    assert_int_equal(post(&staff, form, "show=hidden"), 303);
    assert_int_equal(get(&stranger, full), 404);
    assert_int_equal(get(&reporter, full), 404);
    assert_int_equal(get(&staff, staff_full), 200);
    /* Back to where it was at first: the reporter's own. */
    assert_int_equal(post(&staff, form, "show=private"), 303);
    assert_int_equal(get(&reporter, full), 200);
    assert_int_equal(get(&stranger, full), 404);
}

static void without_the_program_nothing_is_kept(void **state)
{
    struct visitor visitor = {.world = *state};
    struct sent_file file = {"one.jpg", sample(&visitor, "grey.jpg")};

    visitor.world->pictures.program = "/nonexistent/cityhall-image";
    assert_int_equal(get(&visitor, S("/report/sign/photos")), 200);
    assert_int_equal(send_files(&visitor, &file, 1, NULL), 503);
    assert_int_equal(files_kept(visitor.world), 0);
    visitor.world->city.city->pictures = NULL;
    assert_int_equal(send_files(&visitor, &file, 1, NULL), 404);
    assert_int_equal(get(&visitor, S("/report/sign/photos")), 404); /* is no step */
}

/* A file that no row names goes a day later; what a row names stays, however old. */
static void orphans_are_swept(void **state)
{
    struct visitor visitor = {.world = *state};
    struct ctx *ctx = &visitor.world->city.ctx;
    struct sent_file file = {"one.jpg", sample(&visitor, "grey.jpg")};
    struct crypto_hash hash;
    int64_t removed = -1;

    assert_int_equal(get(&visitor, S("/report/sign/photos")), 200);
    assert_int_equal(send_files(&visitor, &file, 1, "add"), 303);
    assert_int_equal(files_put(ctx, S("nobody's"), &hash), RC_OK);
    assert_int_equal(files_kept(visitor.world), 2);
    assert_int_equal(db_reader_acquire(ctx), RC_OK);
    assert_int_equal(files_sweep(ctx, &removed), RC_OK);
    assert_int_equal(removed, 0);
    ctx->now = instant_plus_us(ctx->now, 2 * US_PER_DAY);
    assert_int_equal(files_sweep(ctx, &removed), RC_OK);
    db_reader_release(ctx);
    assert_int_equal(removed, 1);
    assert_int_equal(files_kept(visitor.world), 1);

    ctx->now = instant_plus_us(ctx->now, 60 * US_PER_DAY);
    assert_int_equal(photos_expire(ctx), RC_OK);
    assert_int_equal(db_reader_acquire(ctx), RC_OK);
    assert_int_equal(files_sweep(ctx, &removed), RC_OK);
    db_reader_release(ctx);
    assert_int_equal(removed, 1);
    assert_int_equal(files_kept(visitor.world), 0);
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_photo_loses_what_it_says),
        WORLD_TEST(what_is_no_photo_is_refused),
        WORLD_TEST(a_service_takes_so_many),
        WORLD_TEST(who_waits_for_pictures_holds_nobody_up),
        WORLD_TEST(staff_release_a_photo),
        WORLD_TEST(orphans_are_swept),
        WORLD_TEST(without_the_program_nothing_is_kept),
    };

    return cmocka_run_group_tests_name("app/photos", tests, NULL, NULL);
}
