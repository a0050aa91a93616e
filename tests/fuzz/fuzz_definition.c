/* Files of a city folder under any bytes: a service, a workflow, the city, its teams, its calendar.
 * The first byte chooses which; the others are good. Whatever is wrong is a finding with a place,
 * and what was taken can be asked for its parts. */
#include <assert.h>

#include "base/crypto.h"
#include "engine/definition/city_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME "name: {en: N, es: N, vi: N}"

static const struct city_file good[] = {
    {STR("services/s.yaml"), STR("services/s.yaml"),
     STR("service: s\n" NAME "\ndepartment: works\nworkflow: w\nplace: {required: true}\n"
         "fields: [{id: lane, type: yes-no, default: false, text: {en: Q, es: Q, vi: Q}}]\n"
         "route: [{when: lane, team: west}, {team: east}]\n"
         "clocks: {respond: 1 workday, resolve: {when: lane, within: 2 h, else: 3 d}}\n")},
    {STR("workflows/w.yaml"), STR("workflows/w.yaml"),
     STR("workflow: w\nname: W\nstart: new\nstates:\n  new: {type: open, " NAME "}\n"
         "  done: {type: closed, " NAME "}\n"
         "clocks:\n  respond: {" NAME ", stops: [done]}\n  resolve: {" NAME ", stops: [done]}\n"
         "steps:\n  close: {" NAME ", from: [new], to: done, by: [staff]}\n")},
    {STR("city.yaml"), STR("city.yaml"),
     STR("city: c\n" NAME "\nzone: America/Chicago\ncalendar: k\n"
         "departments: [{id: works, " NAME "}]\ngroups: [{id: streets, " NAME "}]\n")},
    {STR("teams.yaml"), STR("teams.yaml"),
     STR("- {id: east, department: works, name: East}\n- {id: west, name: West}\n")},
    {STR("calendars/k.yaml"), STR("calendars/k.yaml"),
     STR("calendar: k\nhours: {monday: \"08:00-17:00\"}\n"
         "holidays: [{date: 2026-07-03, " NAME "}]\n")},
};

#define FILES (COUNT(good))

static void look_over(const struct problems *problems)
{
    for (const struct problem *problem = problems->first; problem; problem = problem->next)
        assert(problem->sentence.n > 0 && problem->line >= 0 && problem->column >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)}, home;
    struct city_file items[FILES];
    struct city_files all = {items, FILES};
    struct problems problems = problems_in(ctx.arena);
    struct city *city;
    enum rc rc;

    if (!ctx.arena || size < 1 || size > 20000) {
        arena_free(ctx.arena);
        return 0;
    }
    crypto_init();
    memcpy(items, good, sizeof items);
    items[data[0] % FILES].content = (struct str){(const char *)data + 1, size - 1};
    rc = city_new(&ctx, &home, &city);
    assert(rc == RC_OK);
    rc = city_build_live(&home, &all, &problems, city);
    if (rc == RC_OK)
        rc = city_build_services(&home, &all, &problems, city);
    assert(rc == RC_OK || rc == RC_INVALID || arena_has_failed(home.arena));
    if (rc == RC_INVALID && home.err.id == ERR_FORMAT)
        assert(problems.error_count > 0);
    look_over(&problems);
    ctx_done(&home);
    city_free(city);
    arena_free(ctx.arena);
    return 0;
}
