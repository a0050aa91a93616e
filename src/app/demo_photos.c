#include <fcntl.h>
#include <unistd.h>

#include "app/command.h"
#include "app/demo.h"
#include "base/file.h"
#include "db/db.h"
#include "engine/cases/photo.h"
#include "image/image_client.h"
#include "people/actor.h"

#define MAX_PHOTOS 40

struct demo_photos {
    struct str names[MAX_PHOTOS]; /* "pothole-1.jpg" */
    struct photo_made made[MAX_PHOTOS];
    size_t n;
};

static enum rc take_in(struct ctx *ctx, const char *folder, struct str name,
                       struct demo_photos *photos)
{
    struct photo_upload upload = {
        .path = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%.*s", folder, STR_ARG(name))),
        .name = name,
    };

    photos->names[photos->n] = name;
    return photo_make(ctx, &upload, &photos->made[photos->n++]);
}

enum rc demo_photos_take(struct ctx *ctx, struct home *home, const char *city_folder,
                         const struct demo_photos **ret)
{
    const char *folder = str_z(ctx->arena, str_fmt(ctx->arena, "%s/photos", city_folder));
    const char *files = str_z(ctx->arena, str_fmt(ctx->arena, "%s/files", home->folder));
    const char *program = beside_program(ctx, image_program_places);
    struct demo_photos *photos = ARENA_NEW(ctx->arena, struct demo_photos);
    struct image_client pictures;
    struct str *names;
    size_t n;
    enum rc rc;

    if (!photos)
        return FAIL(ctx, ERR_MEMORY);
    *ret = photos;
    if (!program || !file_exists(folder))
        return RC_OK;
    rc = file_make_dir(ctx, files, 0700);
    if (!rc)
        rc = file_list(ctx, folder, S(".jpg"), &names, &n);
    if (rc)
        return rc;
    image_client_init(&pictures, program);
    home->city->files_folder = files;
    home->city->pictures = &pictures;
    for (size_t i = 0; !rc && i < n && photos->n < MAX_PHOTOS; i++)
        rc = take_in(ctx, folder, names[i], photos);
    home->city->pictures = NULL;
    image_client_done(&pictures);
    return rc;
}

struct giving {
    int64_t case_id;
    const struct definition *definition;
    const struct photo_made *photo;
};

static enum rc give_tx(struct ctx *ctx, void *arg)
{
    const struct giving *giving = arg;

    return photo_attach(ctx, giving->case_id, giving->definition, giving->photo);
}

/* "pothole-1.jpg" shows what the service "pothole" is about. */
static bool is_of(struct str name, struct str code)
{
    return str_starts_with(name, code) && name.n > code.n && name.p[code.n] == '-' &&
           str_find_byte(str_slice(name, code.n + 1, name.n), '-') < 0;
}

enum rc demo_photo_give(struct ctx *ctx, const struct demo_photos *photos,
                        const struct definition *definition, int64_t case_id, uint32_t pick)
{
    static const struct actor reporter = {.kind = ACTOR_RESIDENT};
    struct giving giving = {.case_id = case_id, .definition = definition};
    uint32_t n = 0;
    enum rc rc;

    for (size_t i = 0; i < photos->n; i++)
        if (definition->photos.max && is_of(photos->names[i], definition->code) && pick % ++n == 0)
            giving.photo = &photos->made[i];
    if (!giving.photo)
        return RC_OK;
    ctx->actor = &reporter;
    rc = db_tx(ctx, give_tx, &giving);
    ctx->actor = NULL;
    return rc;
}

enum rc demo_photos_release(struct ctx *ctx, int64_t case_id)
{
    struct photos photos;
    enum rc rc = db_reader_acquire(ctx);

    if (!rc)
        rc = photos_of_case(ctx, case_id, AUDIENCE_STAFF, &photos);
    db_reader_release(ctx);
    for (size_t i = 0; !rc && i < photos.n; i++)
        rc = photo_release(ctx, case_id, photos.items[i].id);
    return rc;
}
