#include "console/act_merge.h"
#include "console/act_privacy.h"
#include "console/act_transfer.h"
#include "console/case_page.h"
#include "console/console.h"
#include "console/me.h"
#include "console/outbox.h"
#include "console/photos.h"
#include "console/queue.h"
#include "console/signin.h"
#include "console/work_order.h"
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
     .summary = "Take a step of a case", .flags = ROUTE_UPLOAD},
    {HTTP_GET, "/staff/cases/{number}/work-order", work_order_show, PERMISSION_READ,
     .summary = "A case on paper"},
    {HTTP_GET, "/staff/cases/{number}/transfer", transfer_show, PERMISSION_WORK,
     .summary = "The form that transfers a case to another service"},
    {HTTP_POST, "/staff/cases/{number}/transfer", transfer_take, PERMISSION_WORK,
     .summary = "Transfer a case to another service, or show what that changes"},
    {HTTP_GET, "/staff/cases/{number}/place", move_show, PERMISSION_WORK,
     .summary = "The form that changes a case's place"},
    {HTTP_POST, "/staff/cases/{number}/place", move_take, PERMISSION_WORK,
     .summary = "Change a case's place, or show what that changes"},
    {HTTP_GET, "/staff/cases/{number}/team", team_show, PERMISSION_SUPERVISE,
     .summary = "The form that gives a case to another team"},
    {HTTP_POST, "/staff/cases/{number}/team", team_take, PERMISSION_SUPERVISE,
     .summary = "Give a case to another team"},
    {HTTP_GET, "/staff/cases/{number}/merge", merge_show, PERMISSION_SUPERVISE,
     .summary = "The form that merges a case into another"},
    {HTTP_POST, "/staff/cases/{number}/merge", merge_take, PERMISSION_SUPERVISE,
     .summary = "Merge a case into another, or show what that changes"},
    {HTTP_GET, "/staff/cases/{number}/unmerge", unmerge_show, PERMISSION_SUPERVISE,
     .summary = "The form that undoes a merge"},
    {HTTP_POST, "/staff/cases/{number}/unmerge", unmerge_take, PERMISSION_SUPERVISE,
     .summary = "Undo a merge"},
    {HTTP_GET, "/staff/cases/{number}/hide", hide_show, PERMISSION_SUPERVISE,
     .summary = "The form that hides a case from the public"},
    {HTTP_POST, "/staff/cases/{number}/hide", hide_take, PERMISSION_SUPERVISE,
     .summary = "Hide a case from the public, or show it again"},
    {HTTP_GET, "/staff/cases/{number}/redact", redact_show, PERMISSION_SUPERVISE,
     .summary = "The form that redacts what a case holds"},
    {HTTP_POST, "/staff/cases/{number}/redact", redact_take, PERMISSION_SUPERVISE,
     .summary = "Redact a text or photo of a case"},
    {HTTP_POST, "/staff/cases/{number}/description", description_take, PERMISSION_WORK,
     .summary = "Release a case's text to the public, or take it back"},
    {HTTP_POST, "/staff/cases/{number}/links", link_take, PERMISSION_WORK,
     .summary = "Link a case with another, or end that"},
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
