#include "console/case_page.h"
#include "console/console.h"
#include "console/me.h"
#include "console/outbox.h"
#include "console/photos.h"
#include "console/queue.h"
#include "console/signin.h"
#include "people/permission.h"
#include "web/route.h"

static enum rc start_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)request;
    staff_redirect(ctx, reply, S("/staff/queue"));
    return RC_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/staff/", start_show, PERMISSION_STAFF, .summary = "The console's start"},
    {HTTP_GET, "/staff/signin", signin_show, PERMISSION_PUBLIC, .summary = "Staff sign-in"},
    {HTTP_POST, "/staff/signin", signin_take, PERMISSION_PUBLIC, .summary = "Sign in"},
    {HTTP_POST, "/staff/signin/setup", signin_set_up, PERMISSION_PUBLIC,
     .summary = "Choose a password and set up the second factor"},
    {HTTP_POST, "/staff/signout", signout_take, PERMISSION_PUBLIC, .summary = "Sign out"},
    {HTTP_GET, "/staff/queue", queue_show, PERMISSION_READ, .summary = "The queue"},
    {HTTP_GET, "/staff/cases/{number}", staff_case_show, PERMISSION_READ, .summary = "A case"},
    {HTTP_POST, "/staff/cases/{number}/steps/{step}", staff_step_take, PERMISSION_WORK,
     .summary = "Take a step of a case"},
    {HTTP_POST, "/staff/cases/{number}/notes", staff_note_take, PERMISSION_WORK,
     .summary = "Add a note to a case"},
    {HTTP_POST, "/staff/cases/{number}/assign", staff_assign_take, PERMISSION_WORK,
     .summary = "Give a case to somebody"},
    {HTTP_POST, "/staff/cases/{number}/photos/{photo}", staff_photo_set, PERMISSION_WORK,
     .summary = "Release a photo to the public, or hide it"},
    {HTTP_GET, "/staff/files/{photo}/{variant}", staff_photo_send, PERMISSION_READ,
     .summary = "A photo of a case: full or thumb"},
    {HTTP_GET, "/staff/outbox", outbox_show, PERMISSION_READ, .summary = "Messages sent"},
    {HTTP_GET, "/staff/me", me_show, PERMISSION_STAFF, .summary = "One's own settings"},
    {HTTP_POST, "/staff/me/keys", me_keys_take, PERMISSION_STAFF, .summary = "Single keys on, off"},
    {HTTP_POST, "/staff/me/sessions", me_session_end, PERMISSION_STAFF,
     .summary = "End one of one's sessions"},
    {.pattern = NULL},
};

const struct module console_module = {
    .name = "console",
    .title = "The console of staff",
    .routes = routes,
};
