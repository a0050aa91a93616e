#include "people/browser_name.h"

#include "base/msg.h"

struct mark {
    struct str in, name;
};

/* The first that stands in it: nearly all say that they are Safari and Chrome as well. */
static const struct mark browsers[] = {
    {STR("Edg"), STR("Edge")},
    {STR("OPR/"), STR("Opera")},
    {STR("SamsungBrowser"), STR("Samsung Internet")},
    {STR("Firefox"), STR("Firefox")},
    {STR("FxiOS"), STR("Firefox")},
    {STR("CriOS"), STR("Chrome")},
    {STR("Chrome"), STR("Chrome")},
    {STR("Safari"), STR("Safari")},
    {STR("curl/"), STR("curl")},
};

static const struct mark systems[] = {
    {STR("iPhone"), STR("iPhone")},   {STR("iPad"), STR("iPad")},
    {STR("Android"), STR("Android")}, {STR("Windows"), STR("Windows")},
    {STR("Mac OS X"), STR("Mac")},    {STR("CrOS"), STR("ChromeOS")},
    {STR("Linux"), STR("Linux")},
};

static struct str find(const struct mark *marks, size_t n, struct str agent)
{
    for (size_t i = 0; i < n; i++)
        if (str_find(agent, marks[i].in) >= 0)
            return marks[i].name;
    return STR_NONE;
}

struct str browser_name(struct ctx *ctx, struct str agent)
{
    struct str browser = find(browsers, COUNT(browsers), agent);
    struct str system = find(systems, COUNT(systems), agent);
    const struct msg_arg args[] = {MSG_ARG("browser", browser), MSG_ARG("system", system)};

    if (!browser.n)
        return msg_text(ctx->lang, MSG_staff_browser_unknown);
    return msg_format(ctx->arena, ctx->lang,
                      system.n ? MSG_staff_browser_on : MSG_staff_browser_alone, args, 2);
}
