/* All that the program changes, as scenarios in groups that share a town. */
#ifndef FAULT_PATHS_H
#define FAULT_PATHS_H

#include "scenario.h"

/* Each ended by a scenario without a name. */
extern const struct scenario paths_resident[];
extern const struct scenario paths_staff[];
extern const struct scenario paths_people[];
extern const struct scenario paths_city[];
extern const struct scenario paths_work[];

/* Makes a town whose photos are taken in, with the services "broken-bench" and "hole" (a question,
 * photos), two accounts and the keys of an installation. */
void paths_open(struct test_town *town);
void paths_close(struct test_town *town);

/* Their ids, and who acts: a supervisor of the city, by the first account; a resident with the
 * private link of a case. In static memory, for one at a time. */
extern int64_t paths_staff_id, paths_other_id;
const struct actor *paths_boss(void);
const struct actor *paths_reporter(int64_t case_id);

/* The pattern with `n` where its "%lld" stands, in the town's arena. */
struct str paths_text(struct test_town *town, const char *pattern, int64_t n);

/* Files a case of "hole"; by default an address of its own reports it. */
int64_t paths_file(struct test_town *town, int64_t n);
void paths_step(struct test_town *town, int64_t case_id, const char *step);

/* The path of a photo, and one of a case as its reporter adds it: its row. */
const char *paths_photo(struct test_town *town);
int64_t paths_add_photo(struct test_town *town, int64_t case_id);

/* The answer of `sql` with `id` for %lld. */
int64_t paths_count(struct test_town *town, const char *sql, int64_t id);

#endif
