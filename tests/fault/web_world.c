#include "web_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "app/modules.h"
#include "base/module.h"
#include "console/console.h"
#include "console/test_client.h"
#include "db/db.h"
#include "engine/definition/city.h"
#include "image/image_client.h"
#include "people/api_key.h"
#include "people/permission.h"
#include "portal/portal.h"

#define MODULES_MAX 8
#define BYTES_MAX   20000

static struct world world;
static struct browser boss, stranger;
static struct image_client pictures;
static struct str key;
static int strangers;
static struct arena *servers;

static char request[BYTES_MAX], reply[BYTES_MAX];
static size_t request_n, reply_n;

static enum rc begin(void *app, struct ctx *ctx, struct request *asked)
{
    enum rc rc = db_reader_acquire(ctx);

    (void)app;
    ctx->now = instant_plus_us(ctx->now, world.city.waited_us);
    if (rc)
        return rc;
    if (api_is_asked(asked))
        return api_begin(ctx, asked);
    return console_is_asked(asked) ? console_begin(ctx, asked) : portal_begin(ctx, asked);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *asked,
                         const struct route *route)
{
    (void)app;
    if (api_is_asked(asked))
        return api_authorize(ctx, asked, route);
    if (console_is_asked(asked))
        return console_authorize(ctx, route->permission);
    return actor_may(ctx->actor, (enum permission)route->permission) ? RC_OK
                                                                     : FAIL(ctx, ERR_DENIED);
}

static enum rc render_error(void *app, struct ctx *ctx, struct request *asked, struct reply *to,
                            enum rc rc)
{
    (void)app;
    (void)rc;
    if (api_is_asked(asked))
        api_problem(ctx, asked, to);
    else if (console_is_asked(asked))
        console_problem(ctx, asked, to);
    else
        portal_problem(ctx, asked, to);
    return RC_OK;
}

static void serve(void)
{
    static const struct route *tables[MODULES_MAX + 1];
    size_t n = 0;

    site_prepare(&world.site);
    test_city_serve(&world.city, &world.site.options);
    for (size_t i = 0; modules[i]; i++)
        if (modules[i]->routes)
            tables[n++] = modules[i]->routes;
    assert_true(n <= MODULES_MAX);
    world.site.options.routes = tables;
    world.site.options.proxies = S("127.0.0.1");
    world.site.options.io_threads = world.site.options.readers = world.site.options.writers = 1;
    world.site.options.hooks.begin = begin;
    world.site.options.hooks.authorize = authorize;
    world.site.options.hooks.render_error = render_error;
    site_start(&world.site);
}

static void make_boss(void)
{
    struct str password = test_city_staff(&world.city, "boss", "supervisor", "city", "");

    test_city_grant(&world.city, "boss", "administrator", "city", "");
    test_city_exec(&world.city, "UPDATE account SET email = 'boss@example.org'");
    world.address = S("203.0.113.1");
    boss = (struct browser){.world = &world};
    browser_sign_in(&boss, "boss", password);
}

static void make_key(void)
{
    static const struct api_scope scopes[] = {{API_RIGHT_WORK, SCOPE_CITY, STR("")},
                                              {API_RIGHT_FILE, SCOPE_CITY, STR("")}};

    assert_int_equal(api_key_add(&world.city.ctx,
                                 &(struct api_key_new){.name = S("A program"),
                                                       .scopes = scopes,
                                                       .scope_n = 2,
                                                       .days = 30,
                                                       .burst = 100000,
                                                       .per_minute = 60000},
                                 &key, NULL),
                     RC_OK);
}

struct test_city *web_open(void)
{
    world = (struct world){.address = STR_NONE};
    test_city_open(&world.city);
    image_client_init(&pictures, CITYHALL_IMAGE);
    world.city.city->files_folder = world.city.folder;
    world.city.city->pictures = &pictures;
    serve();
    make_boss();
    make_key();
    /* The server goes on with its own; what pages bring is forgotten after each. */
    servers = world.site.ctx.arena;
    world.site.ctx.arena = arena_new((size_t)64 << 20);
    assert_non_null(world.site.ctx.arena);
    return &world.city;
}

void web_close(void)
{
    arena_free(world.site.ctx.arena);
    world.site.ctx.arena = servers;
    site_stop(&world.site);
    image_client_done(&pictures);
    test_city_close(&world.city);
}

/* ---- What is sent */

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(request + request_n, sizeof request - request_n, format, arguments);
    va_end(arguments);
    assert_true(n >= 0 && (size_t)n < sizeof request - request_n);
    request_n += (size_t)n;
}

static void put_head(struct str path, struct str address)
{
    request_n = 0;
    put("POST %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Forwarded-For: %.*s\r\n",
        STR_ARG(path), STR_ARG(address));
}

static void put_form(const struct browser *browser, struct str fields)
{
    put("Cookie: form=%.*s; session=%.*s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: %zu\r\n\r\ncsrf=%.*s&%.*s",
        STR_ARG(browser->form), STR_ARG(browser->session), 6 + browser->csrf.n + fields.n,
        STR_ARG(browser->csrf), STR_ARG(fields));
}

void web_staff_form(struct str path, struct str fields)
{
    struct browser visit = boss;

    world.address = S("203.0.113.1");
    assert_int_equal(browse(&visit, S("/staff/me")), 200);
    put_head(path, world.address);
    put_form(&visit, fields);
    arena_reset(world.site.ctx.arena);
}

void web_form(struct str page, struct str path, struct str fields)
{
    static char address[20];

    snprintf(address, sizeof address, "198.51.%d.%d", strangers / 250 % 250, strangers % 250 + 1);
    strangers++;
    world.address = str_of(address);
    stranger = (struct browser){.world = &world};
    assert_int_equal(browse(&stranger, page), 200);
    put_head(path, world.address);
    put_form(&stranger, fields);
    arena_reset(world.site.ctx.arena);
}

void web_call(struct str path, struct str type, struct str body, struct str once)
{
    put_head(path, S("203.0.113.2"));
    put("Authorization: Bearer %.*s\r\nIdempotency-Key: %.*s\r\nContent-Type: %.*s\r\n"
        "Content-Length: %zu\r\n\r\n",
        STR_ARG(key), STR_ARG(once), STR_ARG(type), body.n);
    assert_true(request_n + body.n < sizeof request);
    memcpy(request + request_n, body.p, body.n);
    request_n += body.n;
}

int web_send(void)
{
    int fd = site_connect(&world.site), status = 0;
    ssize_t n = 1;

    assert_int_equal(send(fd, request, request_n, MSG_NOSIGNAL), (ssize_t)request_n);
    for (reply_n = 0; n > 0 && reply_n < sizeof reply - 1; reply_n += (size_t)(n > 0 ? n : 0))
        n = recv(fd, reply + reply_n, sizeof reply - 1 - reply_n, 0);
    close(fd);
    if (reply_n > 12 && memcmp(reply, "HTTP/1.1 ", 9) == 0)
        status = (reply[9] - '0') * 100 + (reply[10] - '0') * 10 + reply[11] - '0';
    return status;
}

void web_wait(int64_t us)
{
    world.city.waited_us += us;
}

struct str web_answer(void)
{
    return (struct str){reply, reply_n};
}

struct str web_location(void)
{
    struct str all = {reply, reply_n}, mark = S("\r\nLocation: ");
    ptrdiff_t at = str_find(all, mark);

    if (at < 0)
        return STR_NONE;
    all = str_slice(all, (size_t)at + mark.n, all.n);
    return str_slice(all, 0, (size_t)str_find_byte(all, '\r'));
}
