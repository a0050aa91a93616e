/* The data folder of a city: where its store is, its keys, its files. Layer: app. */
#ifndef APP_HOME_H
#define APP_HOME_H

#include "base/crypto.h"
#include "db/db.h"
#include "engine/definition/city.h"
#include "engine/publish/publish.h"

struct record_sequencer;

struct home {
    const char *folder;
    struct db *db;
    struct city *city; /* NULL until home_load */
    bool is_demonstration;
    struct str base_url; /* as set; empty: not set */
    struct record_sequencer *sequencer;
    struct crypto_keypair keys; /* of the record; wiped by home_close */
};

/* Makes the folder with a key and an empty store, publishes the city into it and signs the
 * record's first head. Nothing is left behind
 * when it fails: everything is made beside and renamed. ERR_CONFIG when the folder exists. */
struct home_options {
    const char *folder, *city_folder;
    const char *store; /* postgresql://..., or NULL for SQLite in the folder */
    const char *owner; /* of a PostgreSQL store: the role that makes its tables; NULL: the same */
    bool is_demonstration;
    /* What fills the new city before anybody sees it; NULL: nothing. */
    enum rc (*fill)(struct ctx *ctx, struct home *home);
};
enum rc home_make(struct ctx *ctx, const struct home_options *options) MUST_CHECK;

/* Opens the folder's store, brings it to this version's schema and gives ctx its db; events get
 * their place in the record with every group of transactions. `durability` DB_FULL but for imports
 * that can be repeated. The record's key is made when the folder has none and nothing was signed
 * yet; ERR_CONFIG when it was lost later. Owned: home_close. */
enum rc home_open(struct ctx *ctx, const char *folder, enum db_durability durability,
                  struct home *ret) MUST_CHECK;

/* The same, changing the tables as the role at `owner` (NULL: as the store's own). */
enum rc home_open_as_owner(struct ctx *ctx, const char *folder, const char *owner,
                           struct home *ret) MUST_CHECK;

/* Opens the store only to look at it: nothing is written or migrated, no key is needed, and the
 * disk may be read-only. ERR_CONFIG when the store is of another version. Owned: home_close. */
enum rc home_open_to_read(struct ctx *ctx, const char *folder, struct home *ret) MUST_CHECK;

/* The operating system's name of who runs the program; "command" when it has none. In the arena. */
struct str home_operator(struct ctx *ctx);

/* city_publish (engine/publish/publish.h) by that person. */
enum rc home_publish(struct ctx *ctx, const char *folder, bool is_dry, struct problems *problems,
                     struct publication *ret) MUST_CHECK;

/* Reads the published city; ctx->city is set. */
enum rc home_load(struct ctx *ctx, struct home *home) MUST_CHECK;
void home_close(struct home *home);

/* Prints what a checker found to standard error. */
void home_print_problems(struct ctx *ctx, const struct problems *problems);

#endif
