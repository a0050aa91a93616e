/* Serving: the server's hooks between the web layer and the city. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/metrics.h"
#include "app/about.h"
#include "app/command.h"
#include "app/home.h"
#include "app/live_city.h"
#include "app/modules.h"
#include "app/sender.h"
#include "app/worker.h"
#include "base/address.h"
#include "base/file.h"
#include "base/log.h"
#include "console/console.h"
#include "image/image_client.h"
#include "people/people.h"
#include "people/permission.h"
#include "portal/portal.h"
#include "svc/requests/requests.h"
#include "web/assets.h"
#include "web/server.h"
#include "web/twin.h"

#define MAX_MODULES 32

struct app {
    struct home home;
    struct live_city *live;
    const char *base_url;
    const char *proxies; /* addresses whose X-Forwarded-For is believed; NULL: none */
    const char *uploads; /* folder of files that are coming in */
    struct image_client pictures;
    struct about about;
    struct crypto_hash secret;                   /* of forms; borrowed by the server */
    const struct route *tables[MAX_MODULES + 1]; /* likewise; ended by NULL */
    struct edge_style styles[4];                 /* likewise; ended by a NULL prefix */
    struct server *server;
    struct worker *worker;
    struct sender *sender;
};

extern const struct asset_set ui_assets;

static enum rc begin(void *arg, struct ctx *ctx, struct request *request)
{
    struct app *app = arg;
    enum rc rc;

    ctx->city = live_city_take(app->live);
    rc = db_reader_acquire(ctx);
    if (rc)
        return rc;
    if (api_is_asked(request))
        return api_begin(ctx, request);
    return console_is_asked(request) ? console_begin(ctx, request) : portal_begin(ctx, request);
}

static enum rc authorize(void *arg, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)arg;
    if (api_is_asked(request))
        return api_authorize(ctx, request, route);
    if (console_is_asked(request))
        return console_authorize(ctx, route->permission);
    if (actor_may(ctx->actor, (enum permission)route->permission))
        return RC_OK;
    return FAIL(ctx, ERR_DENIED);
}

static enum rc render(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (open311_is_asked(request)) {
        open311_problem(ctx, request, reply);
        return RC_OK;
    }
    if (api_is_asked(request)) {
        api_problem(ctx, request, reply);
        return RC_OK;
    }
    if (twin_problem(ctx, request, reply))
        return RC_OK;
    if (request_wants_json(request))
        return RC_UNAVAILABLE; /* the server's own problem document */
    if (console_is_asked(request))
        console_problem(ctx, request, reply);
    else
        portal_problem(ctx, request, reply);
    return RC_OK;
}

/* Also for a request that was refused before it began, such as one with a path that wants out. */
static enum rc render_error(void *arg, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc)
{
    struct app *app = arg;
    bool has_begun = ctx->city;

    (void)rc;
    if (!has_begun)
        ctx->city = live_city_take(app->live);
    rc = render(ctx, request, reply);
    if (!has_begun) {
        live_city_put(app->live, ctx->city);
        ctx->city = NULL;
    }
    return rc;
}

static void end(void *arg, struct ctx *ctx, struct request *request)
{
    struct app *app = arg;

    (void)request;
    db_reader_release(ctx);
    live_city_put(app->live, ctx->city);
}

/* Of what stood in the path, the case's number alone: the rest may be a key to somebody's case. */
static void log_request(void *arg, const struct server_event *event)
{
    struct str number = event->params ? params_get(event->params, S("number")) : STR_NONE;

    (void)arg;
    metrics_note(event);
    if (event->err && event->status >= 500)
        LOG(LOG_ERROR, "request.failed", LOG_I64("status", event->status),
            LOG_STR("method", event->method),
            LOG_STR("route", str_of(event->route ? event->route->pattern : "")),
            LOG_STR("number", number), LOG_STR("detail", event->err->detail),
            LOG_STR("error", str_of(err_name(event->err->id))),
            LOG_STR("file", str_of(event->err->file)), LOG_I64("line", event->err->line));
}

static void ready(void *arg, int port)
{
    const struct app *app = arg;

    (void)port;
    printf("ready %s\n", app->base_url);
    fflush(stdout);
}

/* The same after a restart, and on every machine of the city: a form that a resident has open
 * stays good. */
static struct crypto_hash forms_secret(void)
{
    const struct people_setup *setup = people_setup();

    return crypto_hmac_sha256((struct str){(const char *)setup->key, sizeof setup->key},
                              S("tokens of forms"));
}

/* /qps/ is a language where a test asks for it: then untranslated words stand out. */
static bool has_pseudo_language(void)
{
#ifdef CITYHALL_TEST_CLOCK
    return getenv("CITYHALL_PSEUDO") != NULL;
#else
    return false;
#endif
}

static void list_routes(const struct route *tables[MAX_MODULES + 1])
{
    size_t n = 0;

    for (size_t i = 0; modules[i] && n < MAX_MODULES; i++)
        if (modules[i]->routes)
            tables[n++] = modules[i]->routes;
    tables[n] = NULL;
}

/* Threads that read compute, so there are as many as cores; those that ask another server mostly
 * wait for it. */
#define READERS_OF_POSTGRES 12

static enum rc start_server(struct ctx *ctx, struct app *app, const char *listen)
{
    const struct server_options options = {
        .csrf_secret = app->secret.bytes,
        .listen = listen,
        .base_url = app->base_url,
        .routes = app->tables,
        .assets = &ui_assets,
        .temp_dir = app->uploads,
        .edge_styles = app->styles,
        .proxies = str_of(app->proxies),
        .has_pseudo_language = has_pseudo_language(),
        .db = app->home.db,
        .readers = db_engine(app->home.db) == SQL_POSTGRES ? READERS_OF_POSTGRES : 0,
        .app = app,
        .hooks = {begin, authorize, render_error, end, log_request, ready},
    };
    enum rc rc;

    app->secret = forms_secret();
    app->styles[0] = open311_edge_styles[0];
    app->styles[1] = open311_edge_styles[1];
    app->styles[2] = api_edge_style;
    list_routes(app->tables);
    assets_use(&ui_assets);
    rc = metrics_begin(ctx, app->tables);
    return rc ? rc : server_start(ctx, &options, &app->server);
}

/* What works in the background; what was started of it is ended by stop. */
static enum rc start_workers(struct ctx *ctx, struct app *app)
{
    const struct worker_options options = {
        .home = &app->home,
        .live = app->live,
        .base_url = str_of(app->base_url),
        .modules = modules,
    };
    enum rc rc = worker_start(ctx, &options, &app->worker);

    return rc ? rc : sender_start(ctx, &app->home, app->live, str_of(app->base_url), &app->sender);
}

static void tell_about(struct ctx *ctx, struct app *app, const char *listen)
{
    app->about = (struct about){
        .home = &app->home,
        .listen = listen,
        .base_url = app->base_url,
        .image = app->home.city->pictures ? app->pictures.program : NULL,
        .proxies = str_of(app->proxies),
        .server = app->server,
        .worker = app->worker,
        .sender = app->sender,
    };
    about_use(ctx, &app->about);
}

/* Mail and jobs first; then what residents have under way is finished. */
static enum rc stop(struct ctx *ctx, struct app *app)
{
    about_end_worker(&app->about);
    sender_stop(app->sender);
    worker_stop(app->worker);
    if (!server_drain(app->server))
        return FAIL(ctx, ERR_DEADLINE, .detail = S("requests were still running at the end"));
    server_free(app->server);
    return RC_OK;
}

static enum rc serve(struct ctx *ctx, struct app *app, const char *listen)
{
    enum rc rc = start_server(ctx, app, listen), stopped;

    if (rc)
        return rc;
    rc = start_workers(ctx, app);
    tell_about(ctx, app, listen);
    if (!rc)
        server_wait(app->server);
    stopped = stop(ctx, app);
    return stopped ? stopped : rc;
}

/* Folders for files in the data folder, and the image program. */
static enum rc take_files(struct ctx *ctx, struct app *app, const char *image)
{
    const char *files = str_z(ctx->arena, str_fmt(ctx->arena, "%s/files", app->home.folder));
    enum rc rc = file_make_dir(ctx, files, 0700);

    app->uploads = str_z(ctx->arena, str_fmt(ctx->arena, "%s/uploads", app->home.folder));
    if (!rc)
        rc = file_make_dir(ctx, app->uploads, 0700);
    if (rc)
        return rc;
    app->home.city->files_folder = files;
    app->home.city->record_keys = &app->home.keys;
    if (!image)
        image = beside_program(ctx, image_program_places);
    if (image && !file_exists(image))
        return FAIL(ctx, ERR_CONFIG, .detail = str_fmt(ctx->arena, "there is no %s", image));
    if (image) {
        image_client_init(&app->pictures, image);
        app->home.city->pictures = &app->pictures;
    } else {
        LOG(LOG_WARNING, "image.missing",
            LOG_STR("detail", S("cityhall-image is not beside the program, so no photos are taken: "
                                "name it with --image")));
    }
    return RC_OK;
}

/* Before any thread starts, so that every thread leaves these to server_wait. */
static void block_stop_signals(void)
{
    sigset_t stops;

    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
}

enum rc command_serve(struct ctx *ctx, int argc, char **argv)
{
    const char *listen = command_option(&argc, argv, "listen");
    const char *base_url = command_option(&argc, argv, "base-url");
    const char *image = command_option(&argc, argv, "image");
    struct app app = {.proxies = command_option(&argc, argv, "proxy")};
    enum rc rc;

    if (argc != 1)
        return command_misused(ctx, "a data folder is needed");
    if (!listen)
        listen = "127.0.0.1:8080";
    block_stop_signals();
    rc = home_open(ctx, argv[0], DB_FULL, &app.home);
    if (rc)
        return rc;
    if (app.home.is_demonstration && !address_is_loopback(address_host(str_of(listen))))
        rc = FAIL(ctx, ERR_CONFIG,
                  .detail =
                      S("a demonstration is served on this machine only: listen on 127.0.0.1"));
    app.base_url =
        base_url ? base_url : str_z(ctx->arena, str_fmt(ctx->arena, "http://%s", listen));
    if (!rc)
        rc = home_load(ctx, &app.home);
    if (!rc)
        rc = take_files(ctx, &app, image);
    if (!rc)
        rc = live_city_new(ctx, &app.home, &app.live);
    /* Reading the city's files took half as much again as what is kept of them. */
    malloc_trim(0);
    if (!rc)
        rc = serve(ctx, &app, listen);
    live_city_free(app.live);
    home_close(&app.home);
    return rc;
}
