/* A person's own settings: password, recovery codes, the browsers that are signed in, single keys.
 * Layer: console, private. */
#ifndef CONSOLE_ME_H
#define CONSOLE_ME_H

#include "console/staff_page.h"
#include "people/own_access.h"

struct me_view {
    struct session_line *sessions;
    size_t session_n;
    bool is_saved, is_changed; /* a setting; the password */
    struct own_codes codes;
    struct err err; /* of the form of the password, or of the codes */
};

enum rc me_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc me_keys_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc me_password_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc me_codes_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc me_session_end(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
