/* What fills the demonstration: accounts with printed passwords, and thousands of cases with
 * histories. Everything goes through the engine, as if residents and staff had done it; a fixed
 * seed makes it the same each time, relative to the day it is made. Layer: app. */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include "app/home.h"

#define DEMO_CASES 5000

/* Makes the staff and writes their logins to `demo-logins.txt` in the folder (mode 600). */
enum rc demo_staff(struct ctx *ctx, const struct home *home) MUST_CHECK;

/* The pictures of the city folder's photos/, taken in once by the image program; none where either
 * is missing. Arena. */
struct demo_photos;
enum rc demo_photos_take(struct ctx *ctx, struct home *home, const char *city_folder,
                         const struct demo_photos **ret) MUST_CHECK;

/* Gives a case one of those that show its service, if there is any; and releases a case's photos
 * to the public, as ctx->actor. */
enum rc demo_photo_give(struct ctx *ctx, const struct demo_photos *photos,
                        const struct definition *definition, int64_t case_id,
                        uint32_t pick) MUST_CHECK;
enum rc demo_photos_release(struct ctx *ctx, int64_t case_id) MUST_CHECK;

/* Files `n` cases of the last months, takes them through their workflow and lets time do what it
 * does to them (warnings, steps by timer). Shows progress on standard error when `is_shown`. */
struct demo_options {
    const struct demo_photos *photos;
    int n;
    bool is_shown;
};
enum rc demo_cases(struct ctx *ctx, const struct home *home,
                   const struct demo_options *options) MUST_CHECK;

#endif
