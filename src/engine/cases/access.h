/* Who may read which case: the one predicate, and its form for lists.
 *
 * A permission (people/permission.h) says what kind of work an actor does; a grant says on which
 * cases. A case is within a grant when the grant's scope is the city, the department or the code of
 * its service, or its team. Staff read what is within any of their grants, however confidential;
 * residents their own cases, but none that is for staff alone; everybody what is public and not
 * hidden. Layer: engine. Pure, but for
 * what reads an address.
 */
#ifndef ENGINE_ACCESS_H
#define ENGINE_ACCESS_H

#include "engine/definition/city.h"
#include "people/actor.h"

/* What of a case decides. */
struct case_reach {
    struct reach reach;
    int64_t case_id;
    int64_t reporter;        /* party; 0: nobody known */
    bool is_service_public;  /* case_service_is_public; left false, only staff and its own read */
    int64_t confidentiality; /* case_audience */
    bool is_hidden;
    bool is_of_address; /* case_reach_ask: the reporter's address is ctx->actor's */
};

/* Finds out whether the case was filed with the address of the resident who has signed in, asking
 * of this case alone: however many others name the address changes nothing. Nothing is read for
 * anybody else, nor of a case without a reporter. What a resident signed in reads asks this before
 * case_is_own and case_may_read. ctx has a reader. */
enum rc case_reach_ask(struct ctx *ctx, struct case_reach *reach) MUST_CHECK;

/* Who may know of a case, as an enum audience: the strictest of what its row says
 * (`confidentiality`, what held when it was filed, transferred or moved to another version), what
 * its version says and what the newest version of its service says, offered or not. */
int64_t case_audience(const struct city *city, const struct definition *definition,
                      int64_t confidentiality);

/* Whether the public may know of a service's cases of that version: case_audience without a row. */
bool case_service_is_public(const struct city *city, const struct definition *definition);

/* Whether the case is public at all: of a public service, neither confidential nor hidden. What
 * shows a case to who is neither staff nor its reporter (page, photo, list, feed, Open311, API,
 * mail, webhook) asks this, or reads with a statement that asks the same of a row. */
bool case_is_public(const struct case_reach *reach);

/* NULL is a visitor nobody knows. */
bool case_may_read(const struct actor *actor, const struct case_reach *reach);

/* The same on the residents' pages, where staff are anybody. */
bool case_resident_may_read(const struct actor *actor, const struct case_reach *reach);

/* As whom a key of the interface reads the case: AUDIENCE_STAFF within its grants, AUDIENCE_PARTIES
 * when it filed the case itself, AUDIENCE_PUBLIC; -1 when the case does not exist for it. */
int case_key_audience(const struct actor *key, const struct case_reach *reach, bool is_filer);

/* Whether the actor is the case's reporter: by its private link, or signed in (with what
 * case_reach_ask found out of this very actor). */
bool case_is_own(const struct actor *actor, const struct case_reach *reach);

/* Whether a member of staff works on the case: writes notes and assigns it. Who may take a step
 * is the workflow's question (case_step). */
bool case_may_work(const struct actor *actor, const struct case_reach *reach);

/* Whether a member of staff supervises the case: gives it to another team, merges, hides and
 * redacts it. */
bool case_may_supervise(const struct actor *actor, const struct case_reach *reach);

/* The department, team and service that grants are asked about; `team_row` 0 for no team. */
struct reach case_reach_within(const struct city *city, const struct definition *definition,
                               int64_t team_row);

/* What a member of staff may read, for lists: everything, or the cases of these teams and of these
 * services (ids of their rows). A list is then read scope by scope and merged, so that it costs
 * what it shows, however rare the scope. In the arena. */
struct case_access {
    bool is_all;
    const int64_t *teams, *services;
    size_t team_n, service_n;
};
enum rc case_access_of(struct ctx *ctx, const struct actor *actor,
                       struct case_access *ret) MUST_CHECK;

/* Whether that covers every case of a team, or of a service (by row ids). */
bool case_access_has_team(const struct ctx *ctx, const struct actor *actor, int64_t team_row);

#endif
