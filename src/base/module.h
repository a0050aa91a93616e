/* The pages and jobs that one folder adds to the city: naming them here is all that it takes for
 * them to be served and run, also the jobs that begin by themselves. What there is once of a kind,
 * the server's hooks (who is asking, how an error looks), app/command_serve.c names itself.
 *
 * Each folder that adds anything has one constant of this type; src/app/modules.c lists them all.
 * The types of higher layers are only named here. Layer: base. */
#ifndef BASE_MODULE_H
#define BASE_MODULE_H

struct route;    /* web/route.h: rows ended by a NULL pattern */
struct job_kind; /* engine/work/job.h: rows ended by a NULL kind */

struct module {
    const char *name;           /* the folder's: "portal" */
    const char *title;          /* for listings: "The public pages" */
    const struct route *routes; /* NULL: none */
    const struct job_kind *const
        *jobs; /* tables of what the worker runs, ended by NULL; NULL: none */
};

#endif
