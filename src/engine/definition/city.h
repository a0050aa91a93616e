/* A running city: what the city folder says, compiled, and what was published of it.
 *
 * The folder's files are the source; `publish` copies them into the database, and a server reads
 * them from there alone. Services and workflows become immutable versions; calendars, teams,
 * groups and layers stay live and are replaced whole: `struct city` never changes, a new one takes
 * its place. Layer: engine. Immutable: any thread.
 */
#ifndef ENGINE_CITY_H
#define ENGINE_CITY_H

#include "base/calendar.h"
#include "base/zone.h"
#include "engine/definition/definition.h"
#include "people/actor.h"

struct crypto_keypair;
struct gazetteer;
struct image_client;
struct layers;

struct named {
    struct str id;
    struct text name;
    struct str icon; /* of a group: its picture in ui's icons.svg; "list" when none is named */
};

struct team {
    struct str id;
    struct text name;
    struct str department;
    struct str email; /* where the team is told of overdue work; empty: nowhere */
    int64_t row;      /* id of its row; 0 before it is published */
};

struct city {
    struct arena *arena;   /* owns all of this */
    bool is_demonstration; /* said on every page, for ever */
    struct str id;
    struct text name;
    struct text full_name; /* "Town of Marlow"; empty: by the catalogue, see city_full_name */
    struct str zone_id;
    struct zone *zone;
    struct str phone, email, address;
    struct str mail_from;
    struct str state, state_code; /* "Alabama", "AL": may follow an address; or empty */
    bool is_in_feet;              /* distances are told in feet and miles: show_distance */
    struct str calendar_id;
    struct calendar calendar;
    const struct named *departments, *groups;
    size_t department_n, group_n;
    const struct canned_reply *replies; /* beside those of each service */
    size_t reply_n;
    const struct team *teams;
    size_t team_n;
    const struct workflow *const *workflows; /* of the folder; versions carry their own */
    size_t workflow_n;
    struct definition **services; /* the newest version of each service offered, by code */
    size_t service_n;
    struct definition **versions; /* every published version, by code, the newest last */
    size_t version_n;
    const struct definition **versions_by_id; /* city_build_index */
    const struct definition **ever; /* the newest version of each service ever published, by code */
    size_t ever_n;
    struct layers *layers;
    struct gazetteer *gazetteer; /* NULL in a city without street layers */
    struct str stamp;            /* of what was read: see city_stamp */
    /* Of the installation, set before the city is served; borrowed. */
    const char *files_folder;                 /* engine/cases/files.h; NULL: none */
    struct image_client *pictures;            /* NULL: no photos are taken in */
    const struct crypto_keypair *record_keys; /* sign receipts; NULL: none are given */
};

/* Reads a city folder: city.yaml, teams.yaml, calendars/, tables/, workflows/, services/ and
 * layers/. Everything that is wrong goes to `problems`. RC_INVALID with ERR_FORMAT
 * when there were errors. Owned: city_free. */
enum rc city_read(struct ctx *ctx, const char *folder, struct problems *problems,
                  struct city **ret) MUST_CHECK;

/* Says, inside db_tx, that what makes this city has changed (services, live files, closures), so
 * that programs that serve it read it anew. */
enum rc city_touch(struct ctx *ctx) MUST_CHECK;

/* What differs after every city_touch; empty before the first. With ctx->conn. Arena. */
enum rc city_stamp(struct ctx *ctx, struct str *ret) MUST_CHECK;

/* Runs fn with a city whose days without work are the store's: what writes a deadline or sets a
 * timer runs so, inside db_tx. A program works on with the city that it has read until it hears of
 * a newer one, while who closes a day, opens it again or publishes a calendar moves only the
 * deadlines that are there by then. Where city_stamp is no longer ctx->city's, fn has a copy of
 * ctx->city with the calendar and closures as they are; a calendar that cannot be read leaves its
 * own, with those closures. One look-up where nothing has changed. Nothing of that copy may outlive
 * fn, and ctx->city is then what it was. */
enum rc city_days_within(struct ctx *ctx, enum rc (*fn)(struct ctx *ctx, void *arg),
                         void *arg) MUST_CHECK;

/* When it was last published; 0 before the first time. */
enum rc city_published_at(struct ctx *ctx, struct instant *ret) MUST_CHECK;

/* Reads the published city from the database. Owned: city_free. */
enum rc city_load(struct ctx *ctx, struct city **ret) MUST_CHECK;
void city_free(struct city *city);

/* The newest version of a service that is offered; of one that is offered or was once, for what
 * was sent to it is still there; and the same by the id of the service's row. NULL: none. */
const struct definition *city_service(const struct city *city, struct str code);
const struct definition *city_service_ever(const struct city *city, struct str code);
const struct definition *city_service_by_row(const struct city *city, int64_t service_id);

/* A published version by its id, or by its service and its number there. NULL: none. */
const struct definition *city_version(const struct city *city, int64_t version_id);
const struct definition *city_version_of(const struct city *city, struct str code, int64_t version);
const struct team *city_team(const struct city *city, struct str id);
const struct team *city_team_by_row(const struct city *city, int64_t row);

/* What titles and headings call it: "City of Port Azalea" in each language, unless city.yaml says
 * something else. In the arena. */
struct str city_full_name(struct arena *arena, const struct city *city, enum lang lang);
struct text city_group_name(const struct city *city, struct str id);
struct text city_department_name(const struct city *city, struct str id);

/* Whether the scope of a grant names something that the city has. */
bool city_has_scope(const struct city *city, enum scope_kind kind, struct str scope);

/* The city's date and wall-clock time at an instant. */
struct local_time city_local(const struct city *city, struct instant at);

#endif
