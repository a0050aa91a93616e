#include "console/test_client.h"

#include "web/url.h"

/* Each test comes from an address of its own: sign-ins are limited by it. */
static int addresses;

int world_open(void **state)
{
    return world_open_with(state, NULL);
}

int world_open_with(void **state, void (*prepare)(struct world *world))
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    test_city_open(&world->city);
    site_prepare(&world->site);
    test_city_serve(&world->city, &world->site.options);
    world->site.options.proxies = S("127.0.0.1");
    world->address = str_fmt(world->site.ctx.arena, "203.0.113.%d", ++addresses);
    if (prepare)
        prepare(world);
    site_start(&world->site);
    *state = world;
    return 0;
}

int world_close(void **state)
{
    struct world *world = *state;

    site_stop(&world->site);
    test_city_close(&world->city);
    free(world);
    return 0;
}

static struct arena *arena_of(const struct browser *browser)
{
    return browser->world->site.ctx.arena;
}

static void keep_cookie(struct browser *browser, struct str name, struct str value)
{
    size_t i = 0;

    if (str_eq(name, S("session"))) {
        browser->session = value;
    } else if (str_eq(name, S("form"))) {
        browser->form = value;
    } else if (str_eq(name, S("device"))) {
        browser->device = value;
    } else {
        while (i < browser->other_n && !str_eq(browser->others[i].name, name))
            i++;
        assert_true(i < BROWSER_COOKIES);
        browser->others[i].name = name;
        browser->others[i].value = value;
        browser->other_n += i == browser->other_n;
    }
}

/* Takes the cookies that the reply sets; an empty one is forgotten. */
static void keep_cookies(struct browser *browser)
{
    struct str rest = browser->last.head, line, name;

    while (str_next(&rest, '\n', &line)) {
        if (!str_starts_with(line, S("Set-Cookie: ")))
            continue;
        line = str_slice(line, 12, (size_t)str_find_byte(line, ';'));
        assert_true(str_next(&line, '=', &name));
        keep_cookie(browser, name, line);
    }
}

static struct str cookies(const struct browser *browser)
{
    struct buf out = buf_in(arena_of(browser), 4000);

    if (browser->session.n)
        buf_add_fmt(&out, "session=%.*s; ", STR_ARG(browser->session));
    if (browser->form.n)
        buf_add_fmt(&out, "form=%.*s; ", STR_ARG(browser->form));
    if (browser->device.n)
        buf_add_fmt(&out, "device=%.*s; ", STR_ARG(browser->device));
    for (size_t i = 0; i < browser->other_n; i++)
        if (browser->others[i].value.n)
            buf_add_fmt(&out, "%.*s=%.*s; ", STR_ARG(browser->others[i].name),
                        STR_ARG(browser->others[i].value));
    return str_slice(buf_str(&out), 0, out.n ? out.n - 2 : 0);
}

static void ask(struct browser *browser, const char *method, struct str path, struct str body)
{
    struct buf out = buf_in(arena_of(browser), (size_t)1 << 20);
    struct str sent = cookies(browser);

    buf_add_fmt(&out,
                "%s %.*s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                "X-Forwarded-For: %.*s\r\n",
                method, STR_ARG(path), STR_ARG(browser->world->address));
    if (sent.n)
        buf_add_fmt(&out, "Cookie: %.*s\r\n", STR_ARG(sent));
    if (body.p)
        buf_add_fmt(&out,
                    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                    body.n);
    BUF_ADD(&out, "\r\n");
    buf_add(&out, body);
    browser->last = site_ask(&browser->world->site, buf_str(&out));
    keep_cookies(browser);
}

struct str hidden_field(struct browser *browser, const char *name)
{
    struct str mark = str_fmt(arena_of(browser), "name=\"%s\" value=\"", name);
    ptrdiff_t at = str_find(browser->last.body, mark);
    struct str rest;

    if (at < 0)
        return STR_NONE;
    rest = str_slice(browser->last.body, (size_t)at + mark.n, browser->last.body.n);
    return str_slice(rest, 0, (size_t)str_find_byte(rest, '"'));
}

static void keep_token(struct browser *browser)
{
    struct str csrf = hidden_field(browser, "csrf");

    if (csrf.n)
        browser->csrf = csrf;
}

int browse(struct browser *browser, struct str path)
{
    ask(browser, "GET", path, STR_NONE);
    keep_token(browser);
    return browser->last.status;
}

int submit(struct browser *browser, struct str path, struct str form)
{
    struct buf body = buf_in(arena_of(browser), (size_t)1 << 20);

    BUF_ADD(&body, "csrf=");
    url_escape(&body, browser->csrf);
    buf_add_byte(&body, '&');
    buf_add(&body, form);
    ask(browser, "POST", path, buf_str(&body));
    keep_token(browser);
    return browser->last.status;
}

void browser_sign_in(struct browser *browser, const char *login, struct str password)
{
    assert_int_equal(browse(browser, S("/staff/signin")), 200);
    assert_int_equal(
        submit(browser, S("/staff/signin"),
               str_fmt(arena_of(browser), "login=%s&password=%.*s", login, STR_ARG(password))),
        303);
    assert_str(location_of(browser), "/staff/queue");
    assert_int_equal(browser->session.n, 43);
    assert_int_equal(browse(browser, S("/staff/queue")), 200);
}

struct str case_path(struct world *world, struct str number, const char *rest)
{
    return str_fmt(world->site.ctx.arena, "/staff/cases/%.*s%s", STR_ARG(number), rest);
}

struct str case_fields(struct browser *browser)
{
    struct str version = hidden_field(browser, "lock_version");
    struct str seen = hidden_field(browser, "seen");

    return str_fmt(arena_of(browser), "lock_version=%.*s&seen=%.*s&", STR_ARG(version),
                   STR_ARG(seen));
}

struct str case_form(struct browser *browser, const char *rest)
{
    struct str fields = case_fields(browser);

    return str_fmt(arena_of(browser), "%.*s%s", STR_ARG(fields), rest);
}

bool page_has(const struct browser *browser, const char *text)
{
    return str_find(browser->last.body, str_of(text)) >= 0;
}

struct str location_of(struct browser *browser)
{
    return answer_header(&browser->world->site, &browser->last, "location");
}
