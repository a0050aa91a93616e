/* Any text as a filter of case lists: it is read, or refused with a sentence; what was read is
 * written in one way, and reading that gives the same again. */
#include <assert.h>
#include <stdint.h>

#include "engine/cases/case_filter.h"
#include "fuzz_zone.h"

#define ARENA_BYTES ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A city with a team, a service and a workflow, made once. */
static struct city *the_city(void)
{
    static struct team team = {.id = STR("streets-west"), .row = 3};
    static struct state states[] = {{.id = STR("new")}, {.id = STR("done"), .type = STATE_CLOSED}};
    static struct outcome outcome = {.id = STR("fixed")};
    static struct workflow workflow = {
        .states = states, .state_n = 2, .outcomes = &outcome, .outcome_n = 1};
    static const struct field_option options[] = {{.id = STR("large")}, {.id = STR("small")}};
    static const struct field fields[] = {
        {.id = STR("lamp"), .type = FIELD_ASSET, .is_indexed = true},
        {.id = STR("size"),
         .type = FIELD_CHOICE,
         .is_indexed = true,
         .options = options,
         .option_n = 2},
        {.id = STR("depth_2"), .type = FIELD_NUMBER, .is_indexed = true},
        {.id = STR("seen"), .type = FIELD_DATE, .is_indexed = true},
        {.id = STR("lane"), .type = FIELD_YES_NO, .is_indexed = true},
        {.id = STR("note"), .type = FIELD_TEXT},
    };
    static struct definition definition = {.code = STR("pothole"),
                                           .service_id = 4,
                                           .workflow = &workflow,
                                           .fields = fields,
                                           .field_n = 6};
    static struct definition *versions[] = {&definition};
    static struct city city = {.teams = &team,
                               .team_n = 1,
                               .services = versions,
                               .service_n = 1,
                               .versions = versions,
                               .version_n = 1};

    fuzz_zone(&city);
    return &city;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new(ARENA_BYTES), .now = {1790000000000000}};
    struct case_filter filter, again;
    struct str written;
    enum rc rc;

    ctx.city = the_city();
    rc = case_filter_parse(&ctx, (struct str){(const char *)data, size}, &filter);
    if (rc == RC_OK) {
        written = case_filter_text(ctx.arena, &filter);
        rc = case_filter_parse(&ctx, written, &again);
        assert(rc == RC_OK || arena_has_failed(ctx.arena) || written.n > CASE_FILTER_BYTES_MAX);
        if (rc == RC_OK)
            assert(str_eq(written, case_filter_text(ctx.arena, &again)));
    } else {
        assert(rc == RC_INVALID || arena_has_failed(ctx.arena));
        assert(ctx.err.id != ERR_FILTER || ctx.err.arg.n > 0);
    }
    arena_free(ctx.arena);
    return 0;
}
