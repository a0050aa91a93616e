#include "engine/cases/keep_job.h"
#include "engine/cases/names_job.h"
#include "engine/cases/sweep.h"
#include "engine/cases/timer.h"
#include "engine/cases/words_job.h"
#include "engine/engine.h"

static const struct job_kind *const jobs[] = {timer_jobs, sweep_jobs, words_jobs,
                                              names_jobs, keep_jobs,  NULL};

const struct module engine_module = {
    .name = "engine",
    .title = "The case engine",
    .jobs = jobs,
};
