/* The files that make a city, from its folder or from the database. Layer: engine. */
#ifndef ENGINE_CITY_FILES_H
#define ENGINE_CITY_FILES_H

#include "base/ctx.h"
#include "base/problem.h"

struct city_file {
    struct str path;  /* within the folder: "services/pothole.yaml" */
    struct str shown; /* as problems name it */
    struct str content;
};

struct city_files {
    struct city_file *items;
    size_t n;
};

/* Reads city.yaml, teams.yaml and all of calendars/, tables/, workflows/, services/ and layers/. A
 * missing city.yaml is ERR_NOT_FOUND. */
enum rc city_files_of_folder(struct ctx *ctx, const char *folder,
                             struct city_files *ret) MUST_CHECK;

/* The live ones (all but workflows/ and services/) as published. */
enum rc city_files_of_store(struct ctx *ctx, struct city_files *ret) MUST_CHECK;

/* Of those city.yaml and calendars/ alone. */
enum rc city_files_of_days(struct ctx *ctx, struct city_files *ret) MUST_CHECK;

/* The file of that path, or NULL. */
const struct city_file *city_files_find(const struct city_files *files, struct str path);

#endif
