/* Jobs: what waits, runs, failed; asked for again, or given up. Layer: console, private. */
#ifndef CONSOLE_ADMIN_JOBS_H
#define CONSOLE_ADMIN_JOBS_H

#include "console/admin_page.h"
#include "engine/work/job_desk.h"

struct jobs_view {
    enum job_state state;
    int64_t counts[JOB__N];
    struct job_lines lines;
    struct str *numbers; /* of the case that each line is about; empty: of none */
    int64_t wrong_job;   /* whose form came back; 0: none */
    struct err err;
    struct str typed_why;
};

/* What went wrong, in words, and what the log says of it. */
struct job_trouble {
    struct str says, detail;
};
struct job_trouble admin_job_trouble(struct ctx *ctx, struct str trouble);

/* The argument of a case's job without the case's id: "1793922748332748 give-up" is "give-up";
 * of any other job all of it. */
struct str admin_job_about(const struct job_line *line);

enum msg_id admin_job_state_name(enum job_state state);

enum rc admin_jobs_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_job_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
