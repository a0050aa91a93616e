/* Commands that work on one data folder. Layer: app. One thread. */
#ifndef APP_HOME_COMMAND_H
#define APP_HOME_COMMAND_H

#include "app/home.h"

/* What most commands are: `cityhall NAME WHAT DIR ...`. Opens the folder, reads its city, does
 * `run` and closes it. ERR_USAGE without WHAT and DIR. */
struct command_words {
    const char *what;   /* "add" */
    const char *folder; /* the data folder */
    int argc;           /* what follows it */
    char **argv;
    const void *options; /* what was read from the words before; NULL: nothing */
};
typedef enum rc command_run_fn(struct ctx *ctx, const struct home *home,
                               struct command_words *words);
enum rc home_command(struct ctx *ctx, int argc, char **argv, const void *options,
                     command_run_fn *run) MUST_CHECK;

/* The same without a city, which there may not be yet, or which cannot be read. */
enum rc home_store_command(struct ctx *ctx, int argc, char **argv, const void *options,
                           command_run_fn *run) MUST_CHECK;

#endif
