/* Hiding a case, redacting what it holds, releasing its description, and who follows it.
 * Layer: console, private. */
#ifndef CONSOLE_ACT_PRIVACY_H
#define CONSOLE_ACT_PRIVACY_H

#include "console/case_act.h"
#include "engine/cases/case_privacy.h"

/* Hide when the case is shown, show again when it is hidden. */
enum rc hide_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc hide_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* Something that can be redacted. */
struct redactable {
    struct str value; /* of its radio button: "description", "answer lane", "text 17", "photo 3" */
    struct str name, text;
    int64_t photo; /* to be shown; 0: none */
    int64_t width, height;
};

struct redact_act {
    struct case_act act;
    struct redactable *of;
    size_t n;
    struct str chosen;
    bool is_sure;
};

enum rc redact_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc redact_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* POSTs from the case's own page: show=public or private; email and lang of who wants to follow. */
enum rc description_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc follower_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
