/* What the pages of administration share: their frame, and findings. Layer: console, private.
 *
 * Who has PERMISSION_AUDIT reads them; only PERMISSION_ADMINISTER is offered, and may send, their
 * forms. */
#ifndef CONSOLE_ADMIN_PAGE_H
#define CONSOLE_ADMIN_PAGE_H

#include "console/installation.h"
#include "console/staff_page.h"

struct admin_page {
    struct staff_page staff;
    const char *here;    /* the entry of the side navigation: "/staff/admin/people" */
    bool may_administer; /* forms are offered */
    bool is_saved;       /* after a form: says so */
};

struct admin_page admin_page_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                                enum msg_id title, const char *here);

/* Something that was looked at, how it stands, and what to do about it. */
enum finding_state { FINDING_GOOD, FINDING_LOOK, FINDING_BAD };

struct finding {
    enum finding_state state;
    enum msg_id what, advice; /* advice 0: nothing is to be done */
    struct str value;         /* as it was found */
    bool is_name;             /* the value is a name of the machine's: a file, an address */
};

#define FINDINGS_MAX 48

struct findings {
    struct ctx *ctx;
    struct finding of[FINDINGS_MAX];
    size_t n;
    size_t counts[3]; /* by state */
};

/* `advice` counts unless the state is good. */
struct finding admin_finding(enum finding_state state, enum msg_id what, enum msg_id advice,
                             struct str value);
void admin_finding_add(struct findings *findings, struct finding finding);

/* A page of findings: its title, what it is for, its address, and what finds them. */
struct admin_findings_page {
    enum msg_id title, says;
    const char *here;
    enum rc (*find)(struct ctx *ctx, const struct installation *installation, struct findings *ret);
};
enum rc admin_findings_show(struct ctx *ctx, struct request *request, struct reply *reply,
                            const struct admin_findings_page *about);

/* "1,234 / 56", as the reader's language groups them; at most four. */
struct str admin_numbers(struct ctx *ctx, const int64_t *numbers, size_t n);

/* "1.2 GB", "340 MB", "12 kB". */
struct str admin_bytes(struct arena *arena, int64_t bytes);

/* "3 d", "5 h", "12 min". */
struct str admin_ago(struct ctx *ctx, struct instant since);

enum msg_id admin_role_name(enum role role);

/* "Crew: Streets West"; the scope in words alone is "The whole city", "Streets West". */
struct str admin_grant_text(struct ctx *ctx, const struct grant *grant);
struct str admin_scope_text(struct ctx *ctx, const struct grant *grant);

#endif
