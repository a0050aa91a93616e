/* The parts of making a city from files, shared by reading, publishing and loading.
 * Layer: engine, private. */
#ifndef ENGINE_CITY_BUILD_H
#define ENGINE_CITY_BUILD_H

#include "engine/definition/city.h"
#include "engine/definition/city_files.h"

/* An empty city with an arena of its own, and a ctx that allocates there. */
enum rc city_new(struct ctx *ctx, struct ctx *ret_home, struct city **ret) MUST_CHECK;

/* Everything that stays live: city.yaml, teams, calendar, layers, gazetteer. What is wrong with a
 * file does not keep the others from being read. */
enum rc city_build_live(struct ctx *home, const struct city_files *files, struct problems *problems,
                        struct city *city) MUST_CHECK;

/* The calendar alone, into a city that has its zone. */
enum rc city_build_calendar(struct ctx *home, const struct city_files *files,
                            struct problems *problems, struct city *city) MUST_CHECK;

/* The workflows/ and services/ of a folder. With errors among the problems already, names of what
 * the rest of the folder says are not asked for: it may be there that they are missing. */
enum rc city_build_services(struct ctx *home, const struct city_files *files,
                            struct problems *problems, struct city *city) MUST_CHECK;

/* Both: what is wrong with any file of a folder. RC_INVALID with ERR_FORMAT when something is. */
enum rc city_build(struct ctx *home, const struct city_files *files, struct problems *problems,
                   struct city *city) MUST_CHECK;

/* Compiles a workflow file as published, and a service file as published with its workflow. */
enum rc city_build_workflow(struct ctx *home, struct str text, struct problems *problems,
                            const struct workflow **ret) MUST_CHECK;
struct version_text {
    struct str definition;
    const struct workflow *workflow;
    bool is_newest; /* keeps its examples, and with them the file's tree */
};
enum rc city_build_version(struct ctx *home, const struct version_text *text,
                           const struct city *city, struct problems *problems,
                           struct definition **ret) MUST_CHECK;

/* Notes, in home's arena, what is looked up of versions and services for each case. After these
 * were read, or put otherwise by a test. */
enum rc city_build_index(struct ctx *home, struct city *city) MUST_CHECK;

#endif
