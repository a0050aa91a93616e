/* The parts of making a city from files, shared by reading, publishing and loading.
 * Layer: engine, private. */
#ifndef ENGINE_CITY_BUILD_H
#define ENGINE_CITY_BUILD_H

#include "engine/definition/city.h"
#include "engine/definition/city_files.h"

/* An empty city with an arena of its own, and a ctx that allocates there. */
enum rc city_new(struct ctx *ctx, struct ctx *ret_home, struct city **ret) MUST_CHECK;

/* Everything that stays live: city.yaml, teams, calendar, layers, gazetteer. */
enum rc city_build_live(struct ctx *home, const struct city_files *files, struct problems *problems,
                        struct city *city) MUST_CHECK;

/* The workflows/ and services/ of a folder. */
enum rc city_build_services(struct ctx *home, const struct city_files *files,
                            struct problems *problems, struct city *city) MUST_CHECK;

/* Compiles one service file with its workflow file, as published. */
enum rc city_build_version(struct ctx *home, struct str definition, struct str workflow,
                           const struct city *city, struct problems *problems,
                           struct definition **ret) MUST_CHECK;

#endif
