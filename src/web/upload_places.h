/* Who may send files at the same time: a request takes a place when its first file begins and keeps
 * it until it is answered.
 *
 * Files are the one kind of body that costs disk and, later, a picture program, so there are few
 * places: some in all, some of one client's address. Browsers that are signed in have a reserve
 * beside them, counted by person, which no stranger can use up: an office behind one address goes
 * on working whatever others on that address send, and one account, however often it is signed in,
 * has no more than its own. The I/O threads, which ask, cannot look a session up; the workers tell
 * which ones were found good, and whose, and that is remembered for an hour or until the person is
 * signed out. Who is remembered too long, as after a session ended by another program, only waits
 * less. Layer: web. Any thread.
 */
#ifndef WEB_UPLOAD_PLACES_H
#define WEB_UPLOAD_PLACES_H

#include "web/crowd.h"

#define UPLOAD_PLACES_TRUST_MS INT64_C(3600000)

struct upload_places;

struct upload_places_options {
    size_t places;         /* of everybody, at least 1 */
    size_t reserve;        /* of sessions that were found good, at least 1 */
    size_t max_of_address; /* of the former */
    size_t max_of_person;  /* of the latter */
};

/* A place that was taken; all zero is none. */
struct upload_place {
    struct crowd *crowd;
    size_t place;
};

/* NULL when there is no memory. Owned: upload_places_free, which takes NULL. */
struct upload_places *upload_places_new(const struct upload_places_options *options);
void upload_places_free(struct upload_places *places);

/* The session's cookie was found to be good at `now_ms` (monotonic), and to be that person's:
 * "staff 12". An empty cookie is none. */
void upload_places_trust(struct upload_places *places, struct str session, struct str person,
                         int64_t now_ms);

/* Forgets that person's sessions; those that are still good are trusted again when one is used. */
void upload_places_distrust(struct upload_places *places, struct str person);

/* Takes a place of the reserve for a session that is trusted; else, and when that has no place left
 * at all, of everybody's for `address` (limit_home_key). `session` may be empty. *ret_place is set
 * only with CROWD_ENTERED. */
enum crowd_answer upload_places_take(struct upload_places *places, struct str address,
                                     struct str session, int64_t now_ms,
                                     struct upload_place *ret_place);

/* Gives it back; none is allowed. */
void upload_places_leave(struct upload_place *place);

#endif
