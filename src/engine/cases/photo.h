/* Photos of drafts and cases: taken in, shown to who may see them, released and hidden.
 *
 * What a stranger sends is decoded by the image program alone; what is kept are the two clean
 * pictures that it makes. A draft holds at most what its service allows; with the filing its photos
 * become the case's. A photo of a case is seen by staff who may read the case, by its reporter
 * until staff hide it, and by everybody once it is public and the case is. Layer: engine.
 */
#ifndef ENGINE_PHOTO_H
#define ENGINE_PHOTO_H

#include "base/crypto.h"
#include "engine/definition/city.h"

#define PHOTO_DRAFT_BYTES ((int64_t)60 << 20) /* of pictures kept for one draft */
#define PHOTO_CASE_MAX    40                  /* photos of one case, those of staff included */

struct photo {
    int64_t id;            /* of its row: draft_file or case_file */
    int64_t width, height; /* of the thumbnail, in pixels */
    struct str name;       /* as the sender named it */
    bool is_public, is_hidden;
};

struct photos {
    struct photo *items; /* in the order they came */
    size_t n;
};

/* A file that came in: still on disk, wherever the caller has it. */
struct photo_upload {
    const char *path;
    struct str name;
};

enum photo_variant { PHOTO_FULL, PHOTO_THUMB };

/* "full" or "thumb". */
bool photo_variant_of(struct str word, enum photo_variant *ret);

/* Makes both pictures of the file and adds them to the draft. Runs its own db_tx, after both are
 * safe on the disk. What image_process says (ERR_FILE_KIND, ERR_FILE_BROKEN, ERR_TOO_LARGE, ...),
 * ERR_PHOTOS_FULL, field "photos", with the service's number in arg when the draft has that many or
 * has PHOTO_DRAFT_BYTES; ERR_EXPIRED when the draft is gone, was sent or is too old; ERR_FILE when
 * the pictures cannot be written; ERR_CONFIG when this installation has no image program. Nothing
 * is kept of a file that is refused. */
enum rc photo_add(struct ctx *ctx, int64_t draft_id, const struct definition *definition,
                  const struct photo_upload *upload) MUST_CHECK;

/* Takes a photo out of a draft; one that is not there is success. Runs its own db_tx. */
enum rc photo_remove(struct ctx *ctx, int64_t draft_id, int64_t photo_id) MUST_CHECK;

enum rc photos_of_draft(struct ctx *ctx, int64_t draft_id, struct photos *ret) MUST_CHECK;

/* Those of a case for the public, for its reporter (AUDIENCE_PARTIES) or for staff; the caller has
 * decided which of them asks, and that they may see the case. */
enum rc photos_of_case(struct ctx *ctx, int64_t case_id, enum audience viewer,
                       struct photos *ret) MUST_CHECK;

/* Gives a draft's photos to the case it became, released as the service says. `event_id` is the
 * event of the filing. Inside db_tx only. */
enum rc photos_carry(struct ctx *ctx, int64_t draft_id, int64_t case_id,
                     const struct definition *definition, int64_t event_id) MUST_CHECK;

/* A photo whose two pictures are on the disk and nobody's yet: made before the transaction that
 * gives it to somebody; without one the sweep removes it. */
struct photo_made {
    struct str name;
    struct photo_size {
        int64_t bytes, width, height;
        struct crypto_hash hash;
    } full, thumb;
};

/* Makes it; errors as photo_add, but for those of the draft. Outside of any transaction; a reader
 * of ctx rests meanwhile (db_reader_rest). */
enum rc photo_make(struct ctx *ctx, const struct photo_upload *upload,
                   struct photo_made *ret) MUST_CHECK;

/* Whether a case has room for another photo of ctx->actor's, whose picture has `bytes` (0: not
 * known yet, so that it can be asked before the work). What residents have given to a case, those
 * of its report included, is at most what its service allows and PHOTO_DRAFT_BYTES: ERR_CASE_PHOTOS
 * with the service's number in arg. With staff's it is at most PHOTO_CASE_MAX: ERR_CASE_PHOTOS for
 * anybody. */
enum rc photo_check_case(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                         int64_t bytes) MUST_CHECK;

/* Gives it to a case, released as its service says; who acts is asked before. Errors as
 * photo_check_case. Event photo.added (for the parties). Inside db_tx only. */
enum rc photo_attach(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                     const struct photo_made *photo) MUST_CHECK;

/* Releases a photo to the public, or hides it from all but staff. Runs its own db_tx. ERR_NOT_FOUND
 * when the case has no such photo; ERR_DENIED for who does not work on the case; ERR_GUARD when its
 * service never releases photos. What is so already changes nothing. Events photo.released (public)
 * and photo.hidden (for staff). */
enum rc photo_release(struct ctx *ctx, int64_t case_id, int64_t photo_id) MUST_CHECK;
enum rc photo_hide(struct ctx *ctx, int64_t case_id, int64_t photo_id) MUST_CHECK;

/* Takes it back to where it was at first: seen by staff and the reporter. Event photo.withdrawn
 * (for staff); otherwise as the other two. */
enum rc photo_withdraw(struct ctx *ctx, int64_t case_id, int64_t photo_id) MUST_CHECK;

/* An open picture; owned: close(fd). */
struct photo_file {
    int fd;
    const char *media; /* "image/jpeg" */
    bool is_public;    /* anybody may see it now: caches may keep it for a while, and no longer */
};

/* The picture of a case's photo, for ctx->actor. ERR_NOT_FOUND for one that is not there as well as
 * for one that is not theirs to see. */
enum rc photo_open(struct ctx *ctx, int64_t photo_id, enum photo_variant variant,
                   struct photo_file *ret) MUST_CHECK;

/* The same by what an address says: a photo's id, and the variant's word (photo_variant_of).
 * ERR_NOT_FOUND for what is neither, too. */
enum rc photo_open_named(struct ctx *ctx, struct str photo, struct str variant,
                         struct photo_file *ret) MUST_CHECK;

/* The picture of a draft's photo. ERR_NOT_FOUND for one that it does not have. */
enum rc photo_open_draft(struct ctx *ctx, int64_t draft_id, int64_t photo_id,
                         enum photo_variant variant, struct photo_file *ret) MUST_CHECK;

/* Drops the photos of drafts that have expired, so that files_sweep finds theirs. Runs its own
 * db_tx. */
enum rc photos_expire(struct ctx *ctx) MUST_CHECK;

#endif
