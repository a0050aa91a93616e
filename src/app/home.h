/* The data folder of a city: where its store is, its keys, its files. Layer: app. */
#ifndef APP_HOME_H
#define APP_HOME_H

#include "db/db.h"
#include "engine/city.h"

struct home {
    const char *folder;
    struct db *db;
    struct city *city; /* NULL until home_load */
    bool is_demonstration;
    struct str base_url; /* as set; empty: not set */
};

/* Makes the folder with an empty store and publishes the city into it. Nothing is left behind
 * when it fails: everything is made beside and renamed. ERR_CONFIG when the folder exists. */
struct home_options {
    const char *folder, *city_folder;
    const char *store; /* postgresql://..., or NULL for SQLite in the folder */
    bool is_demonstration;
    /* What fills the new city before anybody sees it; NULL: nothing. */
    enum rc (*fill)(struct ctx *ctx, struct home *home);
};
enum rc home_make(struct ctx *ctx, const struct home_options *options) MUST_CHECK;

/* Opens the folder's store, brings it to this version's schema and gives ctx its db. `durability`
 * DB_FULL but for imports that can be repeated. Owned: home_close. */
enum rc home_open(struct ctx *ctx, const char *folder, enum db_durability durability,
                  struct home *ret) MUST_CHECK;

/* Reads the published city; ctx->city is set. */
enum rc home_load(struct ctx *ctx, struct home *home) MUST_CHECK;
void home_close(struct home *home);

/* Prints what a checker found to standard error. */
void home_print_problems(struct ctx *ctx, const struct problems *problems);

#endif
