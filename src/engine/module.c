#include "engine/cases/daily_sweep.h"
#include "engine/cases/keep_job.h"
#include "engine/cases/names_job.h"
#include "engine/cases/timer.h"
#include "engine/cases/words_job.h"
#include "engine/engine.h"

static const struct job_kind *const jobs[] = {timer_jobs, daily_sweep_jobs, words_jobs,
                                              names_jobs, keep_jobs,        NULL};

const struct module engine_module = {
    .name = "engine",
    .title = "The case engine",
    .jobs = jobs,
};
