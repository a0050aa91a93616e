#include "people/permission.h"
#include "portal/city_map.h"
#include "portal/follow.h"
#include "portal/home.h"
#include "portal/list.h"
#include "portal/own.h"
#include "portal/photos.h"
#include "portal/places.h"
#include "portal/portal.h"
#include "portal/report.h"
#include "portal/similar.h"
#include "portal/watch.h"

static const struct route routes[] = {
    {HTTP_GET, "/", home_show, PERMISSION_PUBLIC, .summary = "Home page"},
    {HTTP_GET, "/find", service_find, PERMISSION_PUBLIC, .summary = "Find a service by words"},
    {HTTP_GET, "/groups/{group}", group_show, PERMISSION_PUBLIC, .summary = "Services of a group"},
    {HTTP_GET, "/services/{service}", service_show, PERMISSION_PUBLIC, .summary = "A service"},
    {HTTP_GET, "/places.json", places_suggest, PERMISSION_PUBLIC, .summary = "Places like a text"},
    {HTTP_GET, "/report/{service}", report_start, PERMISSION_PUBLIC,
     .summary = "Begin or go on with a report"},
    {HTTP_GET, "/report/{service}/done", report_done, PERMISSION_PUBLIC,
     .summary = "What was sent"},
    {HTTP_GET, "/report/{service}/similar", similar_show, PERMISSION_PUBLIC,
     .summary = "Open cases that a report may be one of"},
    {HTTP_POST, "/report/{service}/similar", similar_answer, PERMISSION_PUBLIC,
     .summary = "Follow one of them, or go on"},
    {HTTP_GET, "/report/{service}/{step}", report_show, PERMISSION_PUBLIC,
     .summary = "One step of a report"},
    {HTTP_POST, "/report/{service}/{step}", report_answer, PERMISSION_PUBLIC,
     .summary = "Answer a step of a report"},
    {HTTP_POST, "/report/{service}/photos", report_photos_take, PERMISSION_PUBLIC,
     .summary = "Add photos to a report, or take them out", .flags = ROUTE_UPLOAD},
    {HTTP_GET, "/report/{service}/photos/{photo}", report_photo_send, PERMISSION_PUBLIC,
     .summary = "A photo of one's own report before it is sent"},
    {HTTP_GET, "/files/{photo}/{variant}", case_photo_send, PERMISSION_PUBLIC,
     .summary = "A photo of a case: full or thumb"},
    {HTTP_GET, "/follow", follow_number, PERMISSION_PUBLIC, .summary = "Find a case by its number"},
    {HTTP_GET, "/follow/{token}", follow_link, PERMISSION_PUBLIC,
     .summary = "The private link of a case"},
    {HTTP_POST, "/follow/{token}", follow_open, PERMISSION_PUBLIC,
     .summary = "Exchange a private link for a cookie"},
    {HTTP_GET, "/cases", list_show, PERMISSION_PUBLIC, .summary = "Cases, newest first"},
    {HTTP_GET, "/cases.json", list_json, PERMISSION_PUBLIC, .summary = "The same as JSON"},
    {HTTP_GET, "/cases.csv", list_csv, PERMISSION_PUBLIC, .summary = "The same as CSV"},
    {HTTP_GET, "/cases.atom", list_atom, PERMISSION_PUBLIC, .summary = "The same as a feed"},
    {HTTP_GET, "/cases.geojson", list_geojson, PERMISSION_PUBLIC,
     .summary = "The same as points for a map"},
    {HTTP_GET, "/map.svg", city_map_show, PERMISSION_PUBLIC, .summary = "A map of the city"},
    {HTTP_GET, "/cases/{number}", case_show, PERMISSION_PUBLIC, .summary = "A case"},
    {HTTP_POST, "/cases/{number}/steps/{step}", case_step_take, PERMISSION_PUBLIC,
     .summary = "A step that the reporter may take"},
    {HTTP_POST, "/cases/{number}/comments", own_comment, PERMISSION_PUBLIC,
     .summary = "The reporter adds a word"},
    {HTTP_POST, "/cases/{number}/photos", own_photos, PERMISSION_PUBLIC,
     .summary = "The reporter adds photos", .flags = ROUTE_UPLOAD},
    {HTTP_POST, "/cases/{number}/rating", own_rate, PERMISSION_PUBLIC,
     .summary = "The reporter says how it went"},
    {HTTP_GET, "/cases/{number}/receipt", own_receipt, PERMISSION_PUBLIC,
     .summary = "The reporter's receipt, explained"},
    {HTTP_GET, "/cases/{number}/receipt.json", own_receipt_json, PERMISSION_PUBLIC,
     .summary = "The receipt as JSON"},
    {HTTP_GET, "/cases/{number}/receipt.txt", own_receipt_text, PERMISSION_PUBLIC,
     .summary = "The receipt as it is signed"},
    {HTTP_GET, "/cases/{number}/follow", watch_show, PERMISSION_PUBLIC,
     .summary = "Follow a case by mail"},
    {HTTP_POST, "/cases/{number}/follow", watch_ask, PERMISSION_PUBLIC,
     .summary = "Ask for the mail that confirms it"},
    {HTTP_GET, "/cases/{number}/follow/sent", watch_sent, PERMISSION_PUBLIC,
     .summary = "That the mail is on its way"},
    {HTTP_GET, "/follows/{token}", watch_link, PERMISSION_PUBLIC,
     .summary = "The link of that mail"},
    {HTTP_POST, "/follows/{token}", watch_confirm, PERMISSION_PUBLIC,
     .summary = "Confirm that one follows a case"},
    {HTTP_GET, "/unfollow/{token}", watch_end_link, PERMISSION_PUBLIC,
     .summary = "The link that ends mail about a case"},
    {HTTP_POST, "/unfollow/{token}", watch_end, PERMISSION_PUBLIC,
     .summary = "End it; mail programs do it by themselves (RFC 8058)", .flags = ROUTE_SECRET_PATH},
    {.pattern = NULL},
};

const struct module portal_module = {
    .name = "portal",
    .title = "The public pages",
    .routes = routes,
};
