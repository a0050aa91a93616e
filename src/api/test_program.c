#include "api/test_program.h"

#include <stdio.h>

#include "api/api.h"
#include "engine/record/people_record.h"
#include "people/api_key.h"
#include "people/people.h"

#define BODY_MAX ((size_t)1 << 20)

static enum rc begin(void *app, struct ctx *ctx, struct request *request)
{
    enum rc rc = db_reader_acquire(ctx);

    (void)app;
    return rc ? rc : api_begin(ctx, request);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)app;
    return api_authorize(ctx, request, route);
}

static enum rc render_error(void *app, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc)
{
    (void)app;
    (void)rc;
    api_problem(ctx, request, reply);
    return RC_OK;
}

static void end(void *app, struct ctx *ctx, struct request *request)
{
    (void)app;
    (void)request;
    db_reader_release(ctx);
}

static struct str key_with(struct world *world, const char *scopes)
{
    struct api_scope parsed[8];
    struct str rest = str_of(scopes), text, key;
    struct api_key_new made = {.name = S("A program"), .scopes = parsed, .days = 30};

    while (rest.n && str_next(&rest, ' ', &text))
        assert_true(api_scope_parse(text, &parsed[made.scope_n++]));
    test_ok(&world->ctx, api_key_add(&world->ctx, &made, &key, NULL));
    return key;
}

void program_init(struct program *program, struct world *world, const char *scopes)
{
    static const struct server_hooks hooks = {
        .begin = begin, .authorize = authorize, .render_error = render_error, .end = end};
    const struct route *const tables[] = {api_module.routes, NULL};

    people_use(
        &(struct people_setup){.key = "a key for tests of programs", .record = people_record});
    *program = (struct program){.world = world};
    asker_init(&program->asker, &world->ctx, tables, "https://city.example", &hooks);
    if (!scopes)
        return;
    program->key = key_with(world, scopes);
    asker_header(&program->asker, "authorization",
                 str_fmt(world->ctx.arena, "Bearer %.*s", STR_ARG(program->key)));
}

static int ask_for(struct program *program, enum http_method method, const char *body,
                   const char *target, va_list args)
{
    struct ctx *ctx = &program->world->ctx;
    char text[2000];
    int n = vsnprintf(text, sizeof text, target, args);

    assert_true(n > 0 && n < (int)sizeof text);
    ask(&program->asker, method, str_of(text), body ? str_of(body) : STR_NONE);
    program->root = NULL;
    if (program->asker.last.body.n &&
        str_find(str_of(program->asker.last.content_type), S("json")) > 0)
        test_ok(ctx, json_parse(ctx, program->asker.last.body, BODY_MAX, &program->root));
    return program->asker.last.status;
}

int api_get(struct program *program, const char *target, ...)
{
    va_list args;
    int status;

    va_start(args, target);
    status = ask_for(program, HTTP_GET, NULL, target, args);
    va_end(args);
    return status;
}

int api_send(struct program *program, enum http_method method, const char *once, const char *body,
             const char *target, ...)
{
    va_list args;
    int status;

    asker_header(&program->asker, "content-type", S("application/json"));
    asker_header(&program->asker, "idempotency-key", str_of(once));
    va_start(args, target);
    status = ask_for(program, method, body, target, args);
    va_end(args);
    asker_header(&program->asker, "content-type", STR_NONE);
    asker_header(&program->asker, "idempotency-key", STR_NONE);
    return status;
}

static const json_t *at(const struct program *program, const char *path)
{
    return program->root ? json_get(program->root, str_of(path)) : NULL;
}

struct str told(const struct program *program, const char *path)
{
    return str_of(json_string_value(at(program, path)));
}

int64_t told_i64(const struct program *program, const char *path)
{
    return json_integer_value(at(program, path));
}

size_t told_n(const struct program *program, const char *path)
{
    return json_array_size(at(program, path));
}

void check_problem(struct program *program, enum err_id id, const char *fault, const char *file,
                   int line)
{
    const struct asked *last = &program->asker.last;
    struct str where = told(program, "errors[0].pointer"), is;

    if (!where.n)
        where = told(program, "errors[0].parameter");
    if (!where.n)
        where = told(program, "errors[0].header");
    is = str_fmt(program->world->ctx.arena, "%.*s %.*s", STR_ARG(where),
                 STR_ARG(told(program, "errors[0].code")));
    if (last->status == err_status(id) && str_eq(told(program, "code"), str_of(err_name(id))) &&
        str_eq(str_of(last->content_type), S("application/problem+json")) &&
        (fault ? str_eq(is, str_of(fault)) : is.n == 1))
        return;
    print_error("expected %s %s, got %d %.*s\n", err_name(id), fault ? fault : "", last->status,
                STR_ARG(last->body));
    _fail(file, line);
}

bool program_job_runs(struct world *world, const struct job_runner *runner)
{
    struct ctx ctx = test_ctx(world);
    bool was_there;

    test_ok(&ctx, job_run_next(&ctx, runner, &was_there));
    test_ctx_done(&ctx);
    return was_there;
}
