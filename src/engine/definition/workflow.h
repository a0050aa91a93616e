/* Workflows: the states of a case, the steps between them, and what is told to whom.
 *
 * A workflow file (workflows/<name>.yaml) is shared by many services. Everything that changes a
 * case's state goes through one of its steps; its states carry one of three types, so that lists,
 * clocks and open data need not know their names. docs/service-file.md describes the language.
 * Layer: engine. Immutable once loaded: any thread.
 */
#ifndef ENGINE_WORKFLOW_H
#define ENGINE_WORKFLOW_H

#include "base/lang.h"
#include "base/problem.h"
#include "base/yaml.h"
#include "engine/definition/effect.h"
#include "engine/definition/rule.h"
#include "engine/definition/span.h"

enum state_type { STATE_OPEN, STATE_WAITING, STATE_CLOSED };

struct state {
    struct str id;
    enum state_type type;
    struct text name; /* "In progress" */
    struct text says; /* one sentence for the public: what happens now */
};

/* Who may take a step. Staff roles are checked against grants on the case's team. */
enum step_by {
    STEP_BY_STAFF = 1 << 0,
    STEP_BY_SUPERVISOR = 1 << 1,
    STEP_BY_RESIDENT = 1 << 2, /* the reporter, by link or account */
    STEP_BY_TIMER = 1 << 3,
};

/* What the step's form asks for. */
enum step_ask {
    STEP_ASK_NOTE = 1 << 0,      /* a private note may be given */
    STEP_ASK_MESSAGE = 1 << 1,   /* a text to the resident (or from them) may be given */
    STEP_ASK_OUTCOME = 1 << 2,   /* one of the workflow's outcomes must be chosen */
    STEP_ASK_PHOTO = 1 << 3,     /* a photo may be added */
    STEP_ASK_DATE = 1 << 4,      /* a date must be given */
    STEP_NEEDS_MESSAGE = 1 << 5, /* the text must be given */
    STEP_NEEDS_PHOTO = 1 << 6,
    STEP_NEEDS_NOTE = 1 << 7,
};

struct step {
    struct str id;
    struct text name;             /* the button: "Start work" */
    uint64_t from;                /* bit i: from state i of the workflow */
    int to;                       /* index of a state */
    unsigned by;                  /* enum step_by */
    unsigned asks;                /* enum step_ask */
    struct rule when;             /* the guard: it holds, or the step is refused ... */
    struct text else_says;        /* ... with this sentence */
    const struct effect *effects; /* in the order in which they run */
    size_t effect_n;
    struct str outcome; /* one of the workflow's, when the step always has this one; or empty */
    bool has_timer;
    struct span after;                /* by timer: so long after entering the state */
    const struct notice_rule *notice; /* told when it is done; NULL: nothing */
};

struct outcome {
    struct str id;
    struct text name;
};

/* Clocks every service of the workflow may run; the service says how long. */
struct clock_kind {
    struct str id; /* "respond", "resolve" */
    struct text name;
    uint64_t stops_in;  /* bit i: entering state i fulfils it */
    uint64_t pauses_in; /* bit i: it stands still in state i */
};

enum notice_to {
    NOTICE_TO_REPORTER = 1 << 0,
    NOTICE_TO_FOLLOWERS = 1 << 1,
    NOTICE_TO_TEAM = 1 << 2
};

struct notice_rule {
    struct str id;
    unsigned to; /* enum notice_to */
    struct text subject;
    struct text body; /* with {placeholders} of notice.h */
};

struct workflow {
    struct str id;
    struct text name;
    const struct state *states;
    size_t state_n; /* at most 64 */
    int start;
    const struct step *steps;
    size_t step_n;
    const struct outcome *outcomes;
    size_t outcome_n;
    const struct clock_kind *clocks;
    size_t clock_n;
    const struct notice_rule *notices;
    size_t notice_n;
    const struct notice_rule *filed_notice;       /* told when a case is opened; NULL: nothing */
    const struct notice_rule *transferred_notice; /* told when it comes from another service ... */
    bool is_transfer_silent;                   /* ... NULL: the program's own words, or nothing */
    const struct notice_rule *answered_notice; /* told when a resident's step ends the waiting */
    bool is_answer_silent;                     /* the same */
    bool may_reopen;
    struct span reopen_within; /* the public may reopen so long after closing */
    const struct str *not_run; /* sections, "when" or "do", that this version only reads */
    size_t not_run_n;
};

/* Reads a workflow; what is wrong goes to `problems`. RC_INVALID with ERR_FORMAT when there were
 * errors. The result lives in ctx's arena and keeps pointers into the tree. */
enum rc workflow_load(struct ctx *ctx, const struct yaml_node *root, struct problems *problems,
                      const struct workflow **ret) MUST_CHECK;

/* What stands in braces in the text of a notice; struct notice_facts (message/notice.h) says what
 * each is filled with. */
enum workflow_placeholder {
    PLACEHOLDER_NUMBER,
    PLACEHOLDER_SERVICE,
    PLACEHOLDER_PLACE,
    PLACEHOLDER_AT_PLACE,
    PLACEHOLDER_TEAM,
    PLACEHOLDER_DUE,
    PLACEHOLDER_LINK,
    PLACEHOLDER_OUTCOME,
    PLACEHOLDER_MESSAGE,
    PLACEHOLDER_DATE,
    PLACEHOLDER__N
};
extern const struct str workflow_placeholders[PLACEHOLDER__N];

/* A problem for each {word} in the texts of the node that stands for nothing. */
void workflow_check_placeholders(struct problems *problems, const struct yaml_node *node);

/* Indexes by id, or -1. */
int workflow_state(const struct workflow *workflow, struct str id);
int workflow_outcome(const struct workflow *workflow, struct str id);
const struct step *workflow_step(const struct workflow *workflow, struct str id);
int workflow_clock(const struct workflow *workflow, struct str id);
const struct notice_rule *workflow_notice(const struct workflow *workflow, struct str id);

#endif
