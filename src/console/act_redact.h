/* Redacting what a case holds: what its page knows beside the case. Layer: console, private. */
#ifndef CONSOLE_ACT_REDACT_H
#define CONSOLE_ACT_REDACT_H

#include "console/case_act.h"

/* Something that can be redacted. */
struct redactable {
    struct str value; /* of its radio button: "description", "answer lane", "text 17", "photo 3" */
    struct str name, text;
    int64_t photo; /* to be shown; 0: none */
    int64_t width, height;
};

struct redact_form {
    struct redactable *of;
    size_t n;
    struct str chosen;
    bool is_sure;
};

#endif
