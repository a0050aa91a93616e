#include "engine/definition/city_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "db/db.h"
#include "engine/definition/queries.h"

#define MAX_TEXT_BYTES  (1 << 20)
#define MAX_LAYER_BYTES (64 << 20)
#define MAX_FILES       2000

static const struct {
    const char *folder;
    struct str suffix;
    size_t max_bytes;
} parts[] = {
    {"calendars", STR(".yaml"), MAX_TEXT_BYTES},  {"tables", STR(".yaml"), MAX_TEXT_BYTES},
    {"workflows", STR(".yaml"), MAX_TEXT_BYTES},  {"services", STR(".yaml"), MAX_TEXT_BYTES},
    {"layers", STR(".geojson"), MAX_LAYER_BYTES}, {"layers", STR(".topojson"), MAX_LAYER_BYTES},
};

/* A folder of somebody else's may be checked: what is read lies in it, as a file, wherever links
 * lead. */
static enum rc check_place(struct ctx *ctx, const char *folder, const char *path)
{
    char *top = realpath(folder, NULL), *real = realpath(path, NULL);
    size_t n = top ? strlen(top) : 0;
    bool is_within = top && real && strncmp(top, real, n) == 0 && real[n] == '/';
    bool is_missing = !real && errno == ENOENT;
    struct stat about;

    free(top);
    free(real);
    if (is_missing) /* reading says so */
        return RC_OK;
    if (!is_within)
        return FAIL(ctx, ERR_FORMAT,
                    .detail = str_fmt(ctx->arena, "%s leads out of the city's folder", path));
    if (stat(path, &about) < 0 || !S_ISREG(about.st_mode))
        return FAIL(ctx, ERR_FORMAT, .detail = str_fmt(ctx->arena, "%s is no plain file", path));
    return RC_OK;
}

static enum rc add_file(struct ctx *ctx, const char *folder, struct str path, size_t max_bytes,
                        struct city_files *files)
{
    struct str shown = str_fmt(ctx->arena, "%s/%.*s", folder, STR_ARG(path));
    struct str content;
    enum rc rc;

    if (files->n == MAX_FILES)
        return FAIL(ctx, ERR_TOO_MANY, .detail = S("a city folder of too many files"));
    rc = check_place(ctx, folder, str_z(ctx->arena, shown));
    if (!rc)
        rc = file_read(ctx, str_z(ctx->arena, shown), max_bytes, &content);
    if (!rc)
        files->items[files->n++] = (struct city_file){path, shown, content};
    return rc;
}

static enum rc add_part(struct ctx *ctx, const char *folder, size_t part, struct city_files *files)
{
    const char *place = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, parts[part].folder));
    struct str *names;
    size_t n;
    enum rc rc;

    if (!file_exists(place))
        return RC_OK;
    rc = file_list(ctx, place, parts[part].suffix, &names, &n);
    for (size_t i = 0; !rc && i < n; i++) {
        struct str path = str_fmt(ctx->arena, "%s/%.*s", parts[part].folder, STR_ARG(names[i]));

        rc = add_file(ctx, folder, path, parts[part].max_bytes, files);
    }
    return rc;
}

enum rc city_files_of_folder(struct ctx *ctx, const char *folder, struct city_files *ret)
{
    struct city_files files = {ARENA_ARRAY(ctx->arena, MAX_FILES, struct city_file), 0};
    enum rc rc;

    if (!files.items)
        return FAIL(ctx, ERR_MEMORY);
    rc = add_file(ctx, folder, S("city.yaml"), MAX_TEXT_BYTES, &files);
    if (!rc)
        rc = add_file(ctx, folder, S("teams.yaml"), MAX_TEXT_BYTES, &files);
    for (size_t part = 0; !rc && part < COUNT(parts); part++)
        rc = add_part(ctx, folder, part, &files);
    if (!rc)
        *ret = files;
    return rc;
}

enum rc city_files_of_store(struct ctx *ctx, struct city_files *ret)
{
    struct stored_files_rows stored;
    struct city_files files = {0};
    enum rc rc = stored_files(ctx, &stored);

    if (rc)
        return rc;
    files.items = ARENA_ARRAY(ctx->arena, stored.n, struct city_file);
    if (!files.items)
        return FAIL(ctx, ERR_MEMORY);
    for (; files.n < stored.n; files.n++)
        files.items[files.n] = (struct city_file){
            stored.rows[files.n].path, stored.rows[files.n].path, stored.rows[files.n].content};
    *ret = files;
    return RC_OK;
}

enum rc city_files_of_days(struct ctx *ctx, struct city_files *ret)
{
    struct stored_calendars_rows stored;
    struct city_files files = {0};
    enum rc rc = stored_calendars(ctx, &stored);

    if (rc)
        return rc;
    files.items = ARENA_ARRAY(ctx->arena, stored.n, struct city_file);
    if (!files.items)
        return FAIL(ctx, ERR_MEMORY);
    for (; files.n < stored.n; files.n++)
        files.items[files.n] = (struct city_file){
            stored.rows[files.n].path, stored.rows[files.n].path, stored.rows[files.n].content};
    *ret = files;
    return RC_OK;
}

const struct city_file *city_files_find(const struct city_files *files, struct str path)
{
    for (size_t i = 0; i < files->n; i++)
        if (str_eq(files->items[i].path, path))
            return &files->items[i];
    return NULL;
}
