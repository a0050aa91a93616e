/* A person's own settings: the browsers that are signed in, single keys. Layer: console, private.
 */
#ifndef CONSOLE_ME_H
#define CONSOLE_ME_H

#include "console/staff_page.h"

struct me_view {
    struct session_line *sessions;
    size_t session_n;
    bool is_saved;
};

enum rc me_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc me_keys_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc me_session_end(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
