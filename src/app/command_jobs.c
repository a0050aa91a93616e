/* Jobs for the one who runs the installation: listed, run again, given up. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/home.h"
#include "base/json.h"
#include "engine/work/job_desk.h"

#define LIST_MAX 1000
#define MAX_JSON ((size_t)8 << 20)

struct listing {
    bool has_state, is_json;
    enum job_state state;
};

static void print_line(struct ctx *ctx, const struct job_line *line)
{
    struct str state = job_state_word(line->state);
    struct str due = instant_format_utc(
        ctx->arena, (struct instant){line->due.us_utc - line->due.us_utc % US_PER_S});

    printf("%8lld  %-9.*s%s %.*s  %lld tries  %.*s %.*s  %.*s\n", (long long)line->id,
           STR_ARG(state), line->is_lost ? " (lost)" : "", STR_ARG(due), (long long)line->attempts,
           STR_ARG(line->kind), STR_ARG(line->argument), STR_ARG(line->trouble));
}

static void write_line(struct json_writer *json, const struct job_line *line)
{
    json_begin_object(json);
    json_put_member_i64(json, S("id"), line->id);
    json_put_member(json, S("state"), job_state_word(line->state));
    json_put_member_bool(json, S("lost"), line->is_lost);
    json_put_member(json, S("kind"), line->kind);
    json_put_member(json, S("argument"), line->argument);
    json_put_member_i64(json, S("due_us_utc"), line->due.us_utc);
    json_put_member_i64(json, S("attempts"), line->attempts);
    json_put_member(json, S("trouble"), line->trouble);
    json_end_object(json);
}

struct listed {
    size_t n;
    bool needs_somebody;
};

/* One state after the other, what needs somebody first. */
static enum rc list_states(struct ctx *ctx, const struct listing *listing, struct json_writer *json,
                           struct listed *ret)
{
    static const enum job_state order[] = {JOB_GIVEN_UP, JOB_TROUBLED, JOB_RUNNING, JOB_WAITING,
                                           JOB_ENDED};

    for (size_t i = 0; i < COUNT(order); i++) {
        struct job_lines lines;
        enum rc rc;

        if (listing->has_state ? order[i] != listing->state : order[i] == JOB_ENDED)
            continue;
        rc = job_list(ctx, order[i], LIST_MAX, &lines);
        if (rc)
            return rc;
        ret->n += lines.n;
        for (size_t j = 0; j < lines.n; j++) {
            ret->needs_somebody |= order[i] == JOB_GIVEN_UP || lines.items[j].is_lost;
            if (listing->is_json)
                write_line(json, &lines.items[j]);
            else
                print_line(ctx, &lines.items[j]);
        }
    }
    return RC_OK;
}

static enum rc list(struct ctx *ctx, const struct listing *listing)
{
    struct buf out = buf_in(ctx->arena, MAX_JSON);
    struct json_writer json = json_writer_on(&out);
    struct listed listed = {0};
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    json_begin_array(&json);
    rc = list_states(ctx, listing, &json, &listed);
    json_end_array(&json);
    db_reader_release(ctx);
    if (rc)
        return rc;
    if (listing->is_json)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    else if (!listed.n)
        printf("there are no such jobs\n");
    return listed.needs_somebody
               ? FAIL(ctx, ERR_UNAVAILABLE,
                      .detail = S("jobs were given up, or their worker has stopped"))
               : RC_OK;
}

static enum rc change(struct ctx *ctx, const char *what, const char *job, struct str why)
{
    int64_t id;
    enum rc rc;

    if (!str_to_i64(str_of(job), &id))
        return command_misused(ctx, "a job is named by its number in the list");
    rc = strcmp(what, "drop") == 0 ? job_drop(ctx, id, why) : job_retry(ctx, id, why);
    if (rc == RC_NOT_FOUND || rc == RC_CONFLICT)
        ctx_clear_error(ctx);
    if (rc == RC_NOT_FOUND)
        return FAIL(ctx, ERR_NOT_FOUND,
                    .detail = S("there is no such job, or it has ended; jobs list DIR lists them"));
    if (rc == RC_CONFLICT)
        return FAIL(ctx, ERR_STALE, .detail = S("a worker is at it: wait until it has ended"));
    if (!rc)
        printf("job %s %s\n", job, strcmp(what, "drop") == 0 ? "dropped" : "is due now");
    return rc;
}

enum rc command_jobs(struct ctx *ctx, int argc, char **argv)
{
    struct listing listing = {.is_json = command_flag(&argc, argv, "json")};
    const char *state = command_option(&argc, argv, "state");
    struct str why = command_reason(ctx, &argc, argv);
    const char *what = argc > 1 ? argv[0] : "list";
    struct home home;
    enum rc rc;

    listing.has_state = state != NULL;
    if (state && !job_state_of(str_of(state), &listing.state))
        return command_misused(ctx, "a state is waiting, running, troubled, given-up or ended");
    rc = home_open(ctx, argv[argc > 1 ? 1 : 0], DB_FULL, &home);
    if (rc)
        return rc;
    rc = strcmp(what, "list") == 0 ? list(ctx, &listing) : change(ctx, what, argv[2], why);
    home_close(&home);
    return rc;
}
