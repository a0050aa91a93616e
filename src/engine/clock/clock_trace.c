#include "engine/clock/clock_trace.h"

#include "base/json.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "engine/definition/show.h"

#define MAX_TRACE_BYTES (RULE_TRACE_MAX + 4000)
#define MAX_MOVES_BYTES 60000
#define MAX_READ_BYTES  100000 /* the other engine writes spaces between */
#define MAX_NAME_BYTES  200

static const struct str units[] = {
    [SPAN_ELAPSED] = STR("seconds"),
    [SPAN_WORK_TIME] = STR("work-seconds"),
    [SPAN_WORKDAYS] = STR("workdays"),
    [SPAN_MONTHS] = STR("months"),
};

static const struct str reasons[] = {
    [CALENDAR_WEEKEND] = STR("weekend"),
    [CALENDAR_HOLIDAY] = STR("holiday"),
    [CALENDAR_CLOSURE] = STR("closure"),
    [CALENDAR_AFTER_CLOSING] = STR("after-closing"),
};

static const struct str causes[] = {
    [CLOCK_MOVED_CLOSURE] = STR("closure"),
    [CLOCK_MOVED_CLOSURE_REMOVED] = STR("closure-removed"),
    [CLOCK_MOVED_PAUSE] = STR("pause"),
    [CLOCK_MOVED_TRANSFER] = STR("transfer"),
    [CLOCK_MOVED_MIGRATION] = STR("migration"),
    [CLOCK_MOVED_EARLIER] = STR("earlier"),
};

static bool has_day(enum clock_cause why)
{
    return why == CLOCK_MOVED_CLOSURE || why == CLOCK_MOVED_CLOSURE_REMOVED;
}

/* ---- Writing */

/* Which of the days that were passed over a trace keeps. */
enum kept_skips { KEEPS_ALL, KEEPS_NAMED, KEEPS_NONE };

static bool keeps(enum kept_skips kept, const struct calendar_skip *skip)
{
    return kept == KEEPS_ALL || (kept == KEEPS_NAMED && skip->reason != CALENDAR_WEEKEND);
}

static void write_skips(struct json_writer *json, const struct calendar_deadline *deadline,
                        enum kept_skips kept)
{
    json_put_key(json, S("skipped"));
    json_begin_array(json);
    for (size_t i = 0; i < deadline->skips_n; i++) {
        const struct calendar_skip *skip = &deadline->skips[i];

        if (!keeps(kept, skip))
            continue;
        json_begin_object(json);
        json_put_member(json, S("date"), date_format(json->buf->arena, skip->date));
        json_put_member(json, S("reason"), reasons[skip->reason]);
        if (skip->name)
            json_put_member(json, S("name"), text_in(skip->name, LANG_EN));
        json_end_object(json);
    }
    json_end_array(json);
}

/* What is longer than MAX_TRACE_BYTES does not end: then it keeps less. */
static struct str trace_with(struct ctx *ctx, const struct clock_branch *branch, struct str why,
                             const struct calendar_deadline *deadline, enum kept_skips kept)
{
    struct buf out = buf_in(ctx->arena, MAX_TRACE_BYTES);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member_i64(&json, S("amount"), branch->within.amount);
    json_put_member(&json, S("unit"), units[branch->within.unit]);
    json_put_member(&json, S("from"), date_format(ctx->arena, deadline->counts_from));
    if (branch->when.program) {
        json_put_key(&json, S("when"));
        json_put_raw(&json, why);
    }
    write_skips(&json, deadline, kept);
    json_end_object(&json);
    if (!json_is_complete(&json) && kept != KEEPS_NONE)
        return trace_with(ctx, branch, why, deadline, kept + 1);
    return buf_str(&out);
}

struct str clock_trace_of(struct ctx *ctx, const struct clock_branch *branch, struct str why,
                          const struct calendar_deadline *deadline)
{
    return trace_with(ctx, branch, why, deadline, KEEPS_ALL);
}

static void write_move(struct json_writer *json, const struct clock_move *move)
{
    struct arena *arena = json->buf->arena;

    json_begin_object(json);
    json_put_member(json, S("why"), causes[move->why]);
    json_put_member(json, S("at"), instant_format_utc(arena, move->at));
    json_put_member(json, S("from"), instant_format_utc(arena, move->from));
    json_put_member(json, S("to"), instant_format_utc(arena, move->to));
    if (move->has_days)
        json_put_member_i64(json, S("days"), move->days);
    if (has_day(move->why))
        json_put_member(json, S("day"), date_format(arena, move->day));
    if (move->name.n)
        json_put_member(json, S("name"), utf8_cut(move->name, MAX_NAME_BYTES));
    if (move->has_since)
        json_put_member(json, S("since"), instant_format_utc(arena, move->since));
    if (move->version)
        json_put_member_i64(json, S("version"), move->version);
    json_end_object(json);
}

/* The two oldest as one. */
static struct clock_move joined(const struct clock_move *a, const struct clock_move *b)
{
    return (struct clock_move){
        .why = CLOCK_MOVED_EARLIER,
        .at = b->at,
        .from = a->from,
        .to = b->to,
        .has_days = a->has_days && b->has_days,
        .days = a->days + b->days,
        .version = a->version ? a->version : b->version,
    };
}

/* ---- Reading */

static struct str text_at(const json_t *object, const char *key)
{
    return str_of(json_string_value(json_object_get(object, key)));
}

/* The index of a word among `n`, or -1. */
static int word_among(const struct str *words, size_t n, struct str word)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], word))
            return (int)i;
    return -1;
}

static enum rc read_skips(struct ctx *ctx, const json_t *all, struct clock_trace *trace)
{
    size_t n = json_array_size(all);
    struct clock_skip *skips = ARENA_ARRAY(ctx->arena, n, struct clock_skip);

    if (!skips)
        return FAIL(ctx, ERR_MEMORY);
    trace->skips = skips;
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(all, i);
        int reason = word_among(reasons, COUNT(reasons), text_at(one, "reason"));
        struct clock_skip skip = {.reason = (enum calendar_reason)reason,
                                  .name = text_at(one, "name")};

        if (reason >= 0 && date_parse(text_at(one, "date"), &skip.date))
            skips[trace->skip_n++] = skip;
    }
    return RC_OK;
}

static bool read_move(const json_t *one, struct clock_move *ret)
{
    int why = word_among(causes, COUNT(causes), text_at(one, "why"));
    struct clock_move move = {
        .why = (enum clock_cause)why,
        .has_days = json_is_integer(json_object_get(one, "days")),
        .days = json_integer_value(json_object_get(one, "days")),
        .name = text_at(one, "name"),
        .version = json_integer_value(json_object_get(one, "version")),
    };

    if (why < 0 || !instant_parse(text_at(one, "at"), &move.at) ||
        !instant_parse(text_at(one, "from"), &move.from) ||
        !instant_parse(text_at(one, "to"), &move.to) ||
        (has_day(move.why) && !date_parse(text_at(one, "day"), &move.day)))
        return false;
    move.has_since = instant_parse(text_at(one, "since"), &move.since);
    *ret = move;
    return true;
}

/* The tree of a text; NULL for what is none. */
static const json_t *tree_of(struct ctx *ctx, struct str text)
{
    json_t *tree;

    if (text.n && json_parse(ctx, text, MAX_READ_BYTES, &tree) == RC_OK)
        return tree;
    ctx_clear_error(ctx);
    return NULL;
}

static enum rc read_moves(struct ctx *ctx, struct str text, struct clock_trace *trace)
{
    const json_t *all = tree_of(ctx, text);
    size_t n = json_array_size(all);
    struct clock_move *moves = ARENA_ARRAY(ctx->arena, n + 1, struct clock_move);

    if (!moves)
        return FAIL(ctx, ERR_MEMORY);
    trace->moves = moves;
    for (size_t i = 0; i < n; i++)
        if (read_move(json_array_get(all, i), &moves[trace->move_n]))
            trace->move_n++;
    for (size_t i = 0; i < trace->move_n && !trace->version; i++)
        trace->version = moves[i].version;
    return RC_OK;
}

enum rc clock_trace_read(struct ctx *ctx, struct str trace, struct str moves,
                         struct clock_trace *ret)
{
    const json_t *root = tree_of(ctx, trace);
    const json_t *amount = json_object_get(root, "amount");
    int unit = word_among(units, COUNT(units), text_at(root, "unit"));
    struct clock_trace read = {0};
    enum rc rc;

    read.has_rule = unit >= 0 && json_is_integer(amount);
    if (read.has_rule)
        read.within = (struct span){(enum span_unit)unit, json_integer_value(amount)};
    read.has_from = date_parse(text_at(root, "from"), &read.from);
    read.condition = text_at(json_object_get(root, "when"), "expr");
    rc = read_skips(ctx, json_object_get(root, "skipped"), &read);
    if (!rc)
        rc = read_moves(ctx, moves, &read);
    if (!rc)
        *ret = read;
    return rc;
}

/* A pause stays while others go: by how much it puts off depends on which days are closed. */
static bool is_kept(const struct clock_move *move)
{
    return move->why == CLOCK_MOVED_PAUSE && move->has_since;
}

/* The two oldest neighbours that may become one, or the two oldest. */
static size_t oldest_pair(const struct clock_move *moves, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (!is_kept(&moves[i]) && !is_kept(&moves[i + 1]))
            return i;
    return 0;
}

/* The moves, so few that there is room for one more. */
static size_t shorten(struct clock_move *kept, const struct clock_trace *trace)
{
    size_t n = trace->move_n;

    for (size_t i = 0; i < n; i++)
        kept[i] = trace->moves[i];
    for (; n >= CLOCK_MOVES_MAX; n--) {
        size_t pair = oldest_pair(kept, n);

        kept[pair] = joined(&kept[pair], &kept[pair + 1]);
        for (size_t i = pair + 1; i + 1 < n; i++)
            kept[i] = kept[i + 1];
    }
    return n;
}

struct str clock_moves_add(struct ctx *ctx, struct str moves, const struct clock_move *move)
{
    struct buf out = buf_in(ctx->arena, MAX_MOVES_BYTES);
    struct json_writer json = json_writer_on(&out);
    struct clock_trace before = {0};
    struct clock_move *kept;
    size_t n;

    if (read_moves(ctx, moves, &before))
        return STR_NONE; /* out of memory: noticed at the end, as for every text */
    kept = ARENA_ARRAY(ctx->arena, before.move_n, struct clock_move);
    if (!kept)
        return STR_NONE;
    n = shorten(kept, &before);
    json_begin_array(&json);
    for (size_t i = 0; i < n; i++)
        write_move(&json, &kept[i]);
    write_move(&json, move);
    json_end_array(&json);
    return buf_str(&out);
}

/* ---- Telling */

static enum msg_id told_as(const struct clock_move *move)
{
    switch (move->why) {
    case CLOCK_MOVED_CLOSURE:
        return move->name.n ? MSG_clock_moved_closure : MSG_clock_moved_closure_plain;
    case CLOCK_MOVED_CLOSURE_REMOVED:
        return move->name.n ? MSG_clock_moved_reopened : MSG_clock_moved_reopened_plain;
    case CLOCK_MOVED_PAUSE:
        return move->has_since ? MSG_clock_moved_pause : MSG_clock_moved_pause_before;
    case CLOCK_MOVED_TRANSFER: return MSG_clock_moved_transfer;
    case CLOCK_MOVED_MIGRATION: return MSG_clock_moved_migration;
    case CLOCK_MOVED_EARLIER: break;
    }
    return MSG_clock_moved_earlier;
}

struct str clock_move_told(struct ctx *ctx, const struct clock_move *move)
{
    const struct msg_arg args[] = {
        MSG_ARG("from", show_due(ctx, move->from, ctx->lang)),
        MSG_ARG("to", show_due(ctx, move->to, ctx->lang)),
        MSG_ARG("on", show_date(ctx->arena, city_local(ctx->city, move->at).date, ctx->lang)),
        MSG_ARG("day", show_date(ctx->arena, move->day, ctx->lang)),
        MSG_ARG("name", move->name),
        MSG_ARG("since", show_instant(ctx, move->since, ctx->lang)),
        MSG_ARG("until", show_instant(ctx, move->at, ctx->lang)),
    };

    return msg_format(ctx->arena, ctx->lang, told_as(move), args, COUNT(args));
}
