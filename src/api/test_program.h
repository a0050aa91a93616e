/* For the tests of the interface: a program with a key that asks by the API's own route table
 * (web/test_ask.h), in the demonstration city. */
#ifndef API_TEST_PROGRAM_H
#define API_TEST_PROGRAM_H

#include "base/json.h"
#include "engine/test_support.h"
#include "engine/work/job.h"
#include "web/test_ask.h"

struct program {
    struct asker asker;
    struct world *world;
    struct str key;
    json_t *root; /* the last answer's body; NULL when it is no JSON */
};

/* With a fresh key for 30 days; `scopes` as "file@city read@team:streets-east", NULL: no key. */
void program_init(struct program *program, struct world *world, const char *scopes);

/* GET of a target, printf's way. The status. */
int api_get(struct program *program, const char *target, ...) __attribute__((format(printf, 2, 3)));

/* A request with a JSON body, under an idempotency key unless `once` is NULL. */
int api_send(struct program *program, enum http_method method, const char *once, const char *body,
             const char *target, ...) __attribute__((format(printf, 5, 6)));

/* Runs the job of the runner's that is due; false when none was. */
bool program_job_runs(struct world *world, const struct job_runner *runner);

/* What stands at a path of the last answer, "errors[0].pointer"; the empty string for what is no
 * text. */
struct str told(const struct program *program, const char *path);
int64_t told_i64(const struct program *program, const char *path);
size_t told_n(const struct program *program, const char *path); /* of an array */

/* Fails unless the last answer is the problem `code` with exactly this fault ("#/place
 * NOT_A_CHOICE", "state REQUIRED"); NULL: with none. */
#define assert_problem(program, id, fault) \
    check_problem((program), (id), (fault), __FILE__, __LINE__)
void check_problem(struct program *program, enum err_id id, const char *fault, const char *file,
                   int line);

#endif
