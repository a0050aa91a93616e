#include "console/admin_city.h"
#include "console/admin_health.h"
#include "console/admin_jobs.h"
#include "console/admin_people.h"
#include "console/admin_settings.h"
#include "console/admin_start.h"
#include "console/bulk.h"
#include "console/case_act.h"
#include "console/case_links.h"
#include "console/case_page.h"
#include "console/console.h"
#include "console/dashboard.h"
#include "console/entry.h"
#include "console/me.h"
#include "console/photos.h"
#include "console/queue.h"
#include "console/signin.h"
#include "console/staff_outbox.h"
#include "console/view.h"
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
    {HTTP_GET, "/staff/queue.csv", queue_csv, PERMISSION_READ, .summary = "A list of cases as CSV"},
    {HTTP_GET, "/staff/queue.json", queue_json, PERMISSION_READ,
     .summary = "A list of cases as JSON"},
    {HTTP_GET, "/staff/queue/help", filter_help_show, PERMISSION_READ,
     .summary = "What filters can say"},
    {HTTP_GET, "/staff/dashboard", dashboard_show, PERMISSION_SUPERVISE,
     .summary = "What is under way, late and old, and how long closing takes"},
    {HTTP_GET, "/staff/views", views_show, PERMISSION_READ, .summary = "One's own views"},
    {HTTP_POST, "/staff/views", view_save, PERMISSION_READ, .summary = "Keep a list as a view"},
    {HTTP_GET, "/staff/views/{view}", view_show, PERMISSION_READ, .summary = "One's own view"},
    {HTTP_POST, "/staff/views/{view}/drop", view_drop, PERMISSION_READ, .summary = "Delete a view"},
    {HTTP_POST, "/staff/bulk", bulk_choose, PERMISSION_WORK, .summary = "Choose cases for one act"},
    {HTTP_GET, "/staff/bulk/{bulk}", bulk_show, PERMISSION_WORK,
     .summary = "An act on many cases: its preview, or how far it is"},
    {HTTP_POST, "/staff/bulk/{bulk}", bulk_confirm_take, PERMISSION_WORK,
     .summary = "Confirm an act on many cases"},
    {HTTP_GET, "/staff/cases/{number}", staff_case_show, PERMISSION_READ, .summary = "A case"},
    {HTTP_POST, "/staff/cases/{number}/steps/{step}", staff_step_take, PERMISSION_WORK,
     .summary = "Take a step of a case", .flags = ROUTE_UPLOAD},
    {HTTP_GET, "/staff/cases/{number}/work-order", work_order_show, PERMISSION_READ,
     .summary = "A case on paper"},
#define ACT(name, permission, when, form_summary, does)                                     \
    {HTTP_GET, "/staff/cases/{number}/" #name, case_act_show, PERMISSION_##permission,      \
     .summary = form_summary},                                                              \
        {HTTP_POST, "/staff/cases/{number}/" #name, case_act_take, PERMISSION_##permission, \
         .summary = does},
#include "console/acts.def"
#undef ACT
    {HTTP_POST, "/staff/cases/{number}/description", description_take, PERMISSION_WORK,
     .summary = "Release a case's text to the public, or take it back"},
    {HTTP_POST, "/staff/cases/{number}/followers", follower_take, PERMISSION_WORK,
     .summary = "Send somebody the mail with which they follow a case"},
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
    {HTTP_GET, "/staff/new", entry_start, PERMISSION_WORK,
     .summary = "Entry for a caller or visitor: which service"},
    {HTTP_GET, "/staff/new/{service}", entry_show, PERMISSION_WORK,
     .summary = "Entry of a request of a service"},
    {HTTP_POST, "/staff/new/{service}", entry_take, PERMISSION_WORK,
     .summary = "File what a caller or visitor reports"},
    {HTTP_GET, "/staff/new/done/{number}", entry_done, PERMISSION_WORK,
     .summary = "The number to read aloud"},
    {HTTP_GET, "/staff/outbox", staff_outbox_show, PERMISSION_READ, .summary = "Messages sent"},
    {HTTP_GET, "/staff/admin", admin_start_show, PERMISSION_AUDIT, .summary = "Administration"},
    {HTTP_GET, "/staff/admin/people", admin_people_show, PERMISSION_AUDIT, .summary = "Staff"},
    {HTTP_GET, "/staff/admin/new-person", admin_person_new_show, PERMISSION_ADMINISTER,
     .summary = "The form for a new member of staff"},
    {HTTP_POST, "/staff/admin/people", admin_person_add, PERMISSION_ADMINISTER,
     .summary = "Add a member of staff"},
    {HTTP_GET, "/staff/admin/people/{login}", admin_person_show, PERMISSION_AUDIT,
     .summary = "A member of staff"},
    {HTTP_POST, "/staff/admin/people/{login}/details", admin_person_change, PERMISSION_ADMINISTER,
     .summary = "Change somebody's name, mail or language"},
    {HTTP_POST, "/staff/admin/people/{login}/disabled", admin_person_disable, PERMISSION_ADMINISTER,
     .summary = "Shut somebody out, or let them in again"},
    {HTTP_POST, "/staff/admin/people/{login}/password", admin_person_reset, PERMISSION_ADMINISTER,
     .summary = "Give somebody a new first password"},
    {HTTP_POST, "/staff/admin/people/{login}/code", admin_person_reset_code, PERMISSION_ADMINISTER,
     .summary = "Take somebody's second factor away"},
    {HTTP_POST, "/staff/admin/people/{login}/sessions", admin_person_end_session,
     PERMISSION_ADMINISTER, .summary = "End one of somebody's sessions"},
    {HTTP_GET, "/staff/admin/people/{login}/grant", admin_grant_show, PERMISSION_ADMINISTER,
     .summary = "What a grant would give"},
    {HTTP_POST, "/staff/admin/people/{login}/grants", admin_grant_give, PERMISSION_ADMINISTER,
     .summary = "Grant a role"},
    {HTTP_POST, "/staff/admin/people/{login}/grants/{grant}/revoke", admin_grant_take,
     PERMISSION_ADMINISTER, .summary = "Take a grant back"},
    {HTTP_GET, "/staff/admin/teams", admin_teams_show, PERMISSION_AUDIT, .summary = "Teams"},
    {HTTP_GET, "/staff/admin/services", admin_services_show, PERMISSION_AUDIT,
     .summary = "Services and their versions"},
    {HTTP_GET, "/staff/admin/services/{service}", admin_service_show, PERMISSION_AUDIT,
     .summary = "A service: versions, checks, workflow"},
    {HTTP_GET, "/staff/admin/jobs", admin_jobs_show, PERMISSION_AUDIT, .summary = "Jobs"},
    {HTTP_POST, "/staff/admin/jobs/{job}", admin_job_take, PERMISSION_ADMINISTER,
     .summary = "Run a job again, or give it up"},
    {HTTP_GET, "/staff/admin/settings", admin_settings_show, PERMISSION_AUDIT,
     .summary = "What mail is sent through, and the witnesses"},
    {HTTP_POST, "/staff/admin/settings", admin_settings_take, PERMISSION_ADMINISTER,
     .summary = "Change what mail is sent through, or the witnesses"},
    {HTTP_POST, "/staff/admin/settings/test", admin_settings_try, PERMISSION_ADMINISTER,
     .summary = "Send a test message to oneself"},
    {HTTP_GET, "/staff/admin/health", admin_health_show, PERMISSION_AUDIT, .summary = "Health"},
    {HTTP_GET, "/staff/admin/security", admin_security_show, PERMISSION_AUDIT,
     .summary = "The installation's own security settings"},
    {HTTP_GET, "/staff/me", me_show, PERMISSION_STAFF, .summary = "One's own settings"},
    {HTTP_POST, "/staff/me/keys", me_keys_take, PERMISSION_STAFF, .summary = "Single keys on, off"},
    {HTTP_POST, "/staff/me/password", me_password_take, PERMISSION_STAFF,
     .summary = "Change one's own password"},
    {HTTP_POST, "/staff/me/codes", me_codes_take, PERMISSION_STAFF,
     .summary = "New recovery codes of one's own"},
    {HTTP_POST, "/staff/me/sessions", me_session_end, PERMISSION_STAFF,
     .summary = "End one of one's sessions"},
    {.pattern = NULL},
};

static const struct job_kind *const jobs[] = {bulk_jobs, NULL};

const struct module console_module = {
    .name = "console",
    .title = "The console of staff",
    .routes = routes,
    .jobs = jobs,
};
