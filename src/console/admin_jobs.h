/* Jobs: what waits, runs, failed; asked for again, or given up. Layer: console, private. */
#ifndef CONSOLE_ADMIN_JOBS_H
#define CONSOLE_ADMIN_JOBS_H

#include "console/admin_page.h"
#include "engine/work/job_desk.h"

struct jobs_view {
    enum job_state state;
    int64_t counts[JOB__N];
    struct job_lines lines;
    int64_t wrong_job; /* whose form came back; 0: none */
    struct err err;
    struct str typed_why;
};

/* What went wrong, in words, and what the log says of it. */
struct job_trouble {
    struct str says, detail;
};
struct job_trouble job_trouble_of(struct ctx *ctx, struct str trouble);

enum msg_id job_state_name(enum job_state state);

enum rc admin_jobs_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_job_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
