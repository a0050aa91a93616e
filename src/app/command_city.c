/* Commands about a city folder and the data folder made from it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/command.h"
#include "app/demo.h"
#include "app/home.h"
#include "base/file.h"
#include "base/json.h"
#include "engine/publish/check.h"

#define MAX_REPORT_BYTES ((size_t)1 << 20)

static enum rc check_stores(struct ctx *ctx, const struct home_options *options)
{
    enum rc rc = command_check_store(ctx, "store", options->store);

    return rc ? rc : command_check_store(ctx, "owner", options->owner);
}

enum rc command_init(struct ctx *ctx, int argc, char **argv)
{
    struct home_options options = {
        .city_folder = command_option(&argc, argv, "city"),
        .store = command_option(&argc, argv, "store"),
        .owner = command_option(&argc, argv, "owner"),
    };
    enum rc rc = check_stores(ctx, &options);

    if (rc)
        return rc;
    if (argc != 1 || !options.city_folder)
        return command_misused(ctx, "a data folder and --city are needed");
    options.folder = argv[0];
    rc = home_make(ctx, &options);
    if (!rc)
        printf("made %s\n", options.folder);
    return rc;
}

/* The demonstration city lies beside the program: in the source tree, or where it is installed. */
static const char *demonstration_folder(struct ctx *ctx)
{
    static const char *const places[] = {"../cities/port-azalea",
                                         "../share/cityhall/cities/port-azalea", NULL};

    return beside_program(ctx, places);
}

/* Of this run of the command. */
static struct demo_options demo_options;
static const char *demo_city_folder;

/* While the folder is being made, so that no demonstration is ever half there. */
static enum rc demo_fill(struct ctx *ctx, struct home *home)
{
    enum rc rc = home_load(ctx, home);

    if (!rc)
        rc = demo_staff(ctx, home);
    if (!rc)
        rc = demo_photos_take(ctx, home, demo_city_folder, &demo_options.photos);
    return rc ? rc : demo_cases(ctx, home, &demo_options);
}

enum rc command_demo(struct ctx *ctx, int argc, char **argv)
{
    struct home_options options = {
        .city_folder = command_option(&argc, argv, "city"),
        .store = command_option(&argc, argv, "store"),
        .owner = command_option(&argc, argv, "owner"),
        .is_demonstration = true,
    };
    const char *cases = command_option(&argc, argv, "cases");
    int64_t count = DEMO_CASES;
    enum rc rc = check_stores(ctx, &options);

    if (rc)
        return rc;
    if (argc != 1)
        return command_misused(ctx, "a data folder is needed");
    if (cases && (!str_to_i64(str_of(cases), &count) || count < 0 || count > 1000000))
        return command_misused(ctx, "--cases takes a number up to 1000000");
    demo_options = (struct demo_options){.n = (int)count, .is_shown = isatty(STDERR_FILENO)};
    options.folder = argv[0];
    if (!options.city_folder)
        options.city_folder = demonstration_folder(ctx);
    if (!options.city_folder)
        return command_misused(ctx, "the demonstration city is not beside the program: name its "
                                    "folder with --city");
    demo_city_folder = options.city_folder;
    options.fill = demo_fill;
    rc = home_make(ctx, &options);
    if (!rc)
        printf("made %s\n", options.folder);
    return rc;
}

/* "1 error", "2 errors". */
static struct str counted(struct ctx *ctx, size_t n, const char *what)
{
    return str_fmt(ctx->arena, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

/* What was printed above says each; this says how it ended. */
static enum rc has_errors(struct ctx *ctx, const struct problems *problems)
{
    struct str count = counted(ctx, (size_t)problems->error_count, "error");

    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_FORMAT,
                .detail =
                    str_fmt(ctx->arena,
                            "%.*s above; nothing of this city folder can be "
                            "published until %s mended",
                            STR_ARG(count), problems->error_count == 1 ? "it is" : "they are"));
}

/* ---- For programs: one object on standard output, also when there are errors */

static void put_problems(struct json_writer *json, const struct problems *problems)
{
    const struct problem *sorted[PROBLEMS_KEPT];
    size_t n = problems_sorted(problems, sorted);

    json_put_member_i64(json, S("errors"), problems->error_count);
    json_put_member_i64(json, S("notes"), problems->note_count);
    json_put_key(json, S("problems"));
    json_begin_array(json);
    for (size_t i = 0; i < n; i++) {
        json_begin_object(json);
        json_put_member(json, S("kind"), sorted[i]->kind == PROBLEM_ERROR ? S("error") : S("note"));
        json_put_member(json, S("file"), sorted[i]->file);
        json_put_member_i64(json, S("line"), sorted[i]->line);
        json_put_member_i64(json, S("column"), sorted[i]->column);
        json_put_member(json, S("sentence"), sorted[i]->sentence);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_codes(struct json_writer *json, const char *name, const struct str *codes,
                      int64_t n)
{
    json_put_key(json, str_of(name));
    json_begin_array(json);
    for (int64_t i = 0; i < n; i++)
        json_put_string(json, codes[i]);
    json_end_array(json);
}

static void put_publication(struct json_writer *json, const struct publication *done, bool is_dry)
{
    json_put_member_i64(json, S("added"), done->added);
    json_put_member_i64(json, S("changed"), done->changed);
    json_put_member_i64(json, S("unchanged"), done->unchanged);
    json_put_member_i64(json, S("withdrawn"), done->withdrawn);
    put_codes(json, "added_services", done->added_codes, done->added);
    put_codes(json, "changed_services", done->changed_codes, done->changed);
    put_codes(json, "withdrawn_services", done->withdrawn_codes, done->withdrawn);
    json_put_member_bool(json, S("dry_run"), is_dry);
}

static void put_check(struct json_writer *json, const struct city *city,
                      const struct check_coverage *coverage)
{
    json_put_member_i64(json, S("services"), (int64_t)city->service_n);
    json_put_member_i64(json, S("workflows"), (int64_t)city->workflow_n);
    json_put_member_i64(json, S("routes"), (int64_t)coverage->routes);
    json_put_member_i64(json, S("routes_taken"), (int64_t)coverage->routes_taken);
    json_put_member_i64(json, S("clock_branches"), (int64_t)coverage->branches);
    json_put_member_i64(json, S("clock_branches_taken"), (int64_t)coverage->branches_taken);
    json_put_member_i64(json, S("holidays"), (int64_t)coverage->calendars);
    json_put_member_i64(json, S("holidays_taken"), (int64_t)coverage->holidays_taken);
}

/* What was done is NULL where it did not come to that. */
struct told {
    const struct problems *problems;
    const struct city *city;
    const struct check_coverage *coverage;
    const struct publication *done;
    bool is_dry;
};

static void print_told(struct ctx *ctx, const struct told *told)
{
    struct buf out = buf_in(ctx->arena, MAX_REPORT_BYTES);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    put_problems(&json, told->problems);
    if (told->coverage)
        put_check(&json, told->city, told->coverage);
    if (told->done)
        put_publication(&json, told->done, told->is_dry);
    json_end_object(&json);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

/* ---- Checking and publishing */

struct check_wants {
    bool coverage, json;
};

static enum rc check(struct ctx *ctx, struct city *city, struct check_wants wants,
                     struct problems *problems)
{
    struct buf report = buf_in(ctx->arena, MAX_REPORT_BYTES);
    struct check_coverage coverage;
    enum rc rc = check_city(ctx, city, problems, wants.coverage ? &report : NULL, &coverage);

    if (wants.json) {
        print_told(ctx, &(struct told){
                            .problems = problems, .city = city, .coverage = rc ? NULL : &coverage});
        return !rc && problems->error_count ? has_errors(ctx, problems) : rc;
    }
    home_print_problems(ctx, problems);
    if (rc)
        return rc;
    if (wants.coverage)
        printf("%.*s", STR_ARG(buf_str(&report)));
    printf("%.*s, %.*s; examples take %zu of %.*s, %zu of %zu clock branches, and a holiday in %zu "
           "of %.*s; %.*s, %.*s\n",
           STR_ARG(counted(ctx, city->service_n, "service")),
           STR_ARG(counted(ctx, city->workflow_n, "workflow")), coverage.routes_taken,
           STR_ARG(counted(ctx, coverage.routes, "route")), coverage.branches_taken,
           coverage.branches, coverage.holidays_taken,
           STR_ARG(counted(ctx, coverage.calendars, "service")),
           STR_ARG(counted(ctx, (size_t)problems->error_count, "error")),
           STR_ARG(counted(ctx, (size_t)problems->note_count, "note")));
    return problems->error_count ? has_errors(ctx, problems) : RC_OK;
}

enum rc command_check(struct ctx *ctx, int argc, char **argv)
{
    struct check_wants wants = {
        .coverage = command_flag(&argc, argv, "coverage"),
        .json = command_flag(&argc, argv, "json"),
    };
    struct problems problems = problems_in(ctx->arena);
    struct city *city;
    enum rc rc;

    if (argc != 1)
        return command_misused(ctx, "a city folder is needed");
    rc = city_read(ctx, argv[0], &problems, &city);
    if (rc) {
        if (wants.json)
            print_told(ctx, &(struct told){.problems = &problems});
        else
            home_print_problems(ctx, &problems);
        return problems.error_count ? has_errors(ctx, &problems) : rc;
    }
    rc = check(ctx, city, wants, &problems);
    city_free(city);
    return rc;
}

static void print_codes(const char *what, const struct str *codes, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        printf("%s%s%.*s", i ? "" : what, i ? ", " : ": ", STR_ARG(codes[i]));
    if (n)
        printf("\n");
}

static void print_publication(const struct publication *done, bool is_dry)
{
    printf("services: %lld added, %lld changed, %lld unchanged, %lld withdrawn%s\n",
           (long long)done->added, (long long)done->changed, (long long)done->unchanged,
           (long long)done->withdrawn, is_dry ? " (dry run: nothing was changed)" : "");
    print_codes("added", done->added_codes, done->added);
    print_codes("changed", done->changed_codes, done->changed);
    print_codes("withdrawn", done->withdrawn_codes, done->withdrawn);
}

enum rc command_publish(struct ctx *ctx, int argc, char **argv)
{
    bool is_dry = command_flag(&argc, argv, "dry-run");
    bool is_json = command_flag(&argc, argv, "json");
    struct problems problems = problems_in(ctx->arena);
    struct publication done;
    struct home home;
    enum rc rc;

    if (argc != 2)
        return command_misused(ctx, "a data folder and a city folder are needed");
    rc = home_open(ctx, argv[0], DB_FULL, &home);
    if (rc)
        return rc;
    rc = home_publish(ctx, argv[1], is_dry, &problems, &done);
    if (is_json)
        print_told(ctx, &(struct told){
                            .problems = &problems, .done = rc ? NULL : &done, .is_dry = is_dry});
    else
        home_print_problems(ctx, &problems);
    if (!rc && !is_json)
        print_publication(&done, is_dry);
    home_close(&home);
    return rc;
}
