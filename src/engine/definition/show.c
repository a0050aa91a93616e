#include "engine/definition/show.h"

#include <math.h>

#include "base/msg.h"

#define M_PER_FT  0.3048
#define FT_PER_MI 5280.0
#define FT_TOLD   1000.0 /* so far in feet, beyond in miles */

static const char *const weekdays[LANG__PUBLIC][7] = {
    [LANG_EN] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    [LANG_ES] = {"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"},
    [LANG_VI] = {"thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"},
};

static const char *const months[2][12] = {
    [LANG_EN] = {"January", "February", "March", "April", "May", "June", "July", "August",
                 "September", "October", "November", "December"},
    [LANG_ES] = {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                 "septiembre", "octubre", "noviembre", "diciembre"},
};

/* The pseudo-language writes dates as English does. */
static enum lang written(enum lang lang)
{
    return lang < LANG__PUBLIC ? lang : LANG_EN;
}

struct str show_date(struct arena *arena, struct date date, enum lang lang)
{
    struct civil day = date_civil(date);
    const char *weekday = weekdays[written(lang)][date_weekday(date)];

    switch (written(lang)) {
    case LANG_ES:
        return str_fmt(arena, "%s, %d de %s de %d", weekday, day.day,
                       months[LANG_ES][day.month - 1], day.year);
    case LANG_VI: return str_fmt(arena, "%s, %d/%d/%d", weekday, day.day, day.month, day.year);
    default:
        return str_fmt(arena, "%s, %s %d, %d", weekday, months[LANG_EN][day.month - 1], day.day,
                       day.year);
    }
}

struct str show_date_short(struct arena *arena, struct date date, enum lang lang)
{
    struct civil day = date_civil(date);

    switch (written(lang)) {
    case LANG_ES:
        return str_fmt(arena, "%d %.3s %d", day.day, months[LANG_ES][day.month - 1], day.year);
    case LANG_VI: return str_fmt(arena, "%d/%d/%d", day.day, day.month, day.year);
    default:
        return str_fmt(arena, "%.3s %d, %d", months[LANG_EN][day.month - 1], day.day, day.year);
    }
}

static struct str show_time(struct arena *arena, int32_t second_of_day, enum lang lang)
{
    int hour = second_of_day / 3600, minute = second_of_day / 60 % 60;

    if (written(lang) == LANG_VI)
        return str_fmt(arena, "%02d:%02d", hour, minute);
    return str_fmt(arena, "%d:%02d %s", hour % 12 ? hour % 12 : 12, minute,
                   hour < 12 ? "a.m." : "p.m.");
}

struct str show_instant(struct ctx *ctx, struct instant at, enum lang lang)
{
    struct local_time local = city_local(ctx->city, at);

    return str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(show_date_short(ctx->arena, local.date, lang)),
                   STR_ARG(show_time(ctx->arena, local.second_of_day, lang)));
}

struct str show_due(struct ctx *ctx, struct instant due, enum lang lang)
{
    /* A deadline that is a day ends with it: its instant is the next midnight. */
    struct local_time local = city_local(ctx->city, due);

    if (local.second_of_day == 0)
        return show_date(ctx->arena, date_plus(local.date, -1), lang);
    return show_instant(ctx, due, lang);
}

/* Whole numbers, from a hundred on in tens: nobody measured more exactly. */
static struct str in_whole(struct arena *arena, double n)
{
    return str_fmt(arena, "%.0f", n < 100 ? round(n) : round(n / 10) * 10);
}

static struct str in_tenths(struct arena *arena, double n)
{
    return str_fmt(arena, n < 10 ? "%.1f" : "%.0f", n);
}

struct str show_distance(struct ctx *ctx, double metres)
{
    double feet = metres / M_PER_FT;
    struct msg_arg arg;
    enum msg_id id;
    struct str n;

    if (ctx->city->is_in_feet && feet < FT_TOLD) {
        id = MSG_distance_ft;
        n = in_whole(ctx->arena, feet);
    } else if (ctx->city->is_in_feet) {
        id = MSG_distance_mi;
        n = in_tenths(ctx->arena, feet / FT_PER_MI);
    } else if (metres < 1000) {
        id = MSG_distance_m;
        n = in_whole(ctx->arena, metres);
    } else {
        id = MSG_distance_km;
        n = in_tenths(ctx->arena, metres / 1000);
    }
    arg = MSG_ARG("n", n);
    return msg_format(ctx->arena, ctx->lang, id, &arg, 1);
}
