/* Service definitions: one file says what a city service asks, who does it and by when.
 *
 * A definition is read from services/<code>.yaml, checked, and published as an immutable version;
 * the web form, the counter, the API, open data and the notices all read this one structure.
 * docs/service-file.md is the language's reference. Layer: engine. Immutable once loaded.
 */
#ifndef ENGINE_DEFINITION_H
#define ENGINE_DEFINITION_H

#include "base/decimal.h"
#include "engine/definition/field_type.h"
#include "engine/definition/rule.h"
#include "engine/definition/span.h"
#include "engine/definition/workflow.h"

enum audience { AUDIENCE_PUBLIC, AUDIENCE_PARTIES, AUDIENCE_STAFF };
enum personal { PERSONAL_NONE, PERSONAL_CONTACT, PERSONAL_SENSITIVE };
enum openness { OPEN_NEVER, OPEN_PUBLIC };

struct field_option {
    struct str id;
    struct text text;
};

struct field {
    struct str id; /* a name in expressions: letters, digits, underscores */
    enum field_type type;
    const struct field_later *later; /* FIELD_LATER: which */
    struct text text;                /* the question */
    struct text prompt;              /* the short form for a text message or a table head */
    struct text help;
    bool is_required;
    bool is_derived; /* computed from the others, never asked; read but not run by this version */
    bool has_default;
    struct cel_value default_answer; /* CEL_ABSENT when there is none */
    struct rule when;                /* asked only when it holds */
    enum audience audience;          /* who sees the answer, and who is asked */
    enum personal personal;
    enum openness open;
    bool is_indexed;
    struct span keep; /* erased so long after closing: whole days, or months; amount 0: never */
    int32_t max_length;
    int32_t lines;
    struct decimal min, max; /* FIELD_NUMBER, FIELD_MONEY */
    bool has_min, has_max;
    int32_t decimals;
    struct text unit;
    struct str pattern;       /* FIELD_TEXT: a PCRE2 pattern for the whole answer */
    struct text pattern_says; /* what is told when it does not match */
    const struct field_option *options;
    size_t option_n;
    struct str layer; /* FIELD_ASSET: which layer */
    int32_t within_m; /* FIELD_ASSET: how far away it may be */
    int line, column;
};

enum place_need { PLACE_REQUIRED, PLACE_OPTIONAL, PLACE_NONE };
enum place_blur { BLUR_NONE, BLUR_BLOCK };

struct place_rule {
    enum place_need need;
    struct str within; /* "city" or a layer's id; empty: anywhere */
    enum place_blur blur;
};

enum photo_release { PHOTO_NEVER, PHOTO_AFTER_REVIEW, PHOTO_AT_ONCE };

struct photo_rule {
    int max; /* 0: none */
    enum photo_release release;
};

enum contact_need { CONTACT_OPTIONAL, CONTACT_REQUIRED, CONTACT_NONE };

struct applicant_rule {
    bool may_be_anonymous;
    enum contact_need name, email, phone;
};

struct route_rule {
    struct rule when; /* program NULL on the last */
    struct str team;
    int line;
};

/* Of the branches the first whose condition holds says how long. */
struct clock_branch {
    struct rule when;
    struct span within;
    int line;
};

struct clock_rule {
    int kind; /* index of the workflow's clock_kind */
    const struct clock_branch *branches;
    size_t branch_n;
    bool has_warning;
    struct span warn;       /* so long before the deadline */
    struct str escalate_to; /* a team told when it is missed; empty: nobody */
};

struct duplicate_rule {
    bool is_on;
    int32_t within_m;
    struct span back;
};

struct open311_rule {
    struct str group;
    const struct str *keywords;
    size_t keyword_n;
};

struct words {
    const struct str *list[LANG__N];
    size_t n[LANG__N];
};

struct canned_reply {
    struct str id;
    struct text name, text;
};

/* A worked example: what is filed when, and what must come of it. */
struct example {
    int line, column;
    struct str place;             /* as a resident would type it; empty: none */
    struct str filed;             /* "2026-07-02 16:30", the city's time */
    const struct yaml_node *node; /* the answers are its other keys */
    const struct yaml_node *expect;
};

struct definition {
    struct str code;
    struct str file;    /* as problems name it */
    int64_t service_id; /* 0 before it is published */
    int64_t version_id;
    int64_t version;        /* counts from 1 */
    unsigned char hash[32]; /* over the file and its workflow's */
    struct text name, summary, guidance;
    struct str department, group;
    enum audience audience;
    const struct workflow *workflow;
    struct place_rule place;
    struct photo_rule photos;
    struct applicant_rule applicant;
    const struct field *fields;
    size_t field_n;
    const struct route_rule *routes;
    size_t route_n;
    const struct clock_rule *clocks;
    size_t clock_n;
    struct duplicate_rule duplicates;
    struct open311_rule open311;
    struct words words;
    const struct canned_reply *replies;
    size_t reply_n;
    const struct example *examples; /* none of a stored version that is not the newest */
    size_t example_n;
    const struct str *not_run; /* sections, or "fields", that this version only reads */
    size_t not_run_n;
};

/* What a definition may refer to, from the rest of the city folder. */
struct definition_world {
    bool is_published; /* a stored version: what it names may have gone from the city since */
    bool is_tree_lent; /* the tree goes once it is read: nothing points into it, so no examples */
    const struct workflow *const *workflows;
    size_t workflow_n;
    const struct str *teams, *departments, *groups, *layers;
    size_t team_n, department_n, group_n, layer_n;
};

/* Reads a service file. What is wrong, and the sections that this version does not run, go to
 * `problems`; RC_INVALID with ERR_FORMAT when there were errors. The result lives in ctx's arena
 * and keeps the tree's texts, and its examples the tree itself. */
enum rc definition_load(struct ctx *ctx, const struct yaml_node *root,
                        const struct definition_world *world, struct problems *problems,
                        struct definition **ret) MUST_CHECK;

const struct field *definition_field(const struct definition *definition, struct str id);

/* Whether everybody may know what was answered: released as open data, for the public, and not
 * personal. */
bool field_is_public(const struct field *field);

#endif
