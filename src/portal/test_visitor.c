#include "portal/test_visitor.h"

#include <stdio.h>

#include "engine/record/people_record.h"
#include "people/people.h"
#include "people/permission.h"
#include "portal/portal.h"
#include "web/twin.h"

static enum rc begin(void *app, struct ctx *ctx, struct request *request)
{
    enum rc rc = db_reader_acquire(ctx);

    (void)app;
    return rc ? rc : portal_begin(ctx, request);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)app;
    (void)request;
    return actor_may(ctx->actor, (enum permission)route->permission) ? RC_OK
                                                                     : FAIL(ctx, ERR_DENIED);
}

static enum rc render_error(void *app, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc)
{
    (void)app;
    (void)rc;
    if (!twin_problem(ctx, request, reply))
        portal_problem(ctx, request, reply);
    return RC_OK;
}

static void end(void *app, struct ctx *ctx, struct request *request)
{
    (void)app;
    (void)request;
    db_reader_release(ctx);
}

void visitor_init(struct visitor *visitor, struct world *world)
{
    static const struct server_hooks hooks = {
        .begin = begin, .authorize = authorize, .render_error = render_error, .end = end};
    const struct route *const tables[] = {portal_module.routes, NULL};

    people_use(
        &(struct people_setup){.key = "a key for tests of public pages", .record = people_record});
    visitor->world = world;
    asker_init(&visitor->asker, &world->ctx, tables, "https://city.example", &hooks);
}

static struct str path_of(struct visitor *visitor, const char *format, va_list args)
{
    char text[1000];
    int n = vsnprintf(text, sizeof text, format, args);

    assert_true(n > 0 && n < (int)sizeof text);
    return str_copy(visitor->world->ctx.arena, str_of(text));
}

int visit(struct visitor *visitor, const char *path, ...)
{
    struct str target;
    va_list args;

    va_start(args, path);
    target = path_of(visitor, path, args);
    va_end(args);
    return ask(&visitor->asker, HTTP_GET, target, STR_NONE);
}

int submit(struct visitor *visitor, const char *form, const char *path, ...)
{
    struct str target;
    va_list args;

    va_start(args, path);
    target = path_of(visitor, path, args);
    va_end(args);
    return ask(&visitor->asker, HTTP_POST, target, str_of(form));
}

bool sees(const struct visitor *visitor, const char *text)
{
    return asked_has(&visitor->asker, text);
}

void check_leads(const struct visitor *visitor, const char *path, const char *file, int line)
{
    const struct asked *last = &visitor->asker.last;
    struct str location = asked_header(&visitor->asker, "Location");

    if (last->status == 303 && str_eq(location, str_of(path)))
        return;
    print_error("answered %d %s \"%.*s\", expected a way to \"%s\"\n", last->status,
                err_name(last->error), STR_ARG(location), path);
    _fail(file, line);
}

void visitor_fills(struct visitor *visitor, const char *email)
{
    const char *who = str_z(visitor->world->ctx.arena,
                            str_fmt(visitor->world->ctx.arena, "name=&email=%s&phone=", email));

    submit(visitor, "place=795+Massachusetts+Ave", "/report/pothole/where");
    assert_leads(visitor, "/report/pothole/lane");
    submit(visitor, "lane=true", "/report/pothole/lane");
    assert_leads(visitor, "/report/pothole/size");
    submit(visitor, "size=tire", "/report/pothole/size");
    assert_leads(visitor, "/report/pothole/details");
    submit(visitor, "description=Deep", "/report/pothole/details");
    assert_leads(visitor, "/report/pothole/who");
    assert_int_equal(submit(visitor, who, "/report/pothole/who"), 303);
}

struct str mailed_token(struct world *world, const char *what)
{
    struct str body = test_text(world, "SELECT body FROM message ORDER BY id DESC LIMIT 1", 0);
    struct str mark = str_fmt(world->ctx.arena, "/%s/", what);
    ptrdiff_t at = str_find(body, mark);
    size_t n = 0;

    assert_true(at >= 0);
    body = str_slice(body, (size_t)at + mark.n, body.n);
    while (n < body.n && body.p[n] > ' ')
        n++;
    return str_slice(body, 0, n);
}

void visitor_signs_in(struct visitor *visitor, const char *email)
{
    const char *form =
        str_z(visitor->world->ctx.arena, str_fmt(visitor->world->ctx.arena, "email=%s", email));
    struct str token;

    submit(visitor, form, "/me/sign-in");
    assert_leads(visitor, "/me/sign-in/sent");
    token = mailed_token(visitor->world, "me/open");
    submit(visitor, "", "/me/open/%.*s", STR_ARG(token));
    assert_leads(visitor, "/me");
}

void pass_days(struct world *world, int days)
{
    world->ctx.now = instant_plus_us(world->ctx.now, days * US_PER_DAY);
}
