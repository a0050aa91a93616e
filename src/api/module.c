#include "api/api.h"
#include "api/cases.h"
#include "api/once.h"
#include "api/openapi.h"
#include "api/places.h"
#include "api/public_record.h"
#include "api/services.h"
#include "api/status.h"
#include "api/view.h"
#include "api/witness.h"
#include "people/permission.h"
#include "web/route.h"

#define KEYED  (ROUTE_API | ROUTE_API_KEY)
#define OPENLY (ROUTE_API | ROUTE_NO_SESSION)
#define ANSWERS(...)   \
    (const int[])      \
    {                  \
        __VA_ARGS__, 0 \
    }

/* Rows of one pattern stand together. What a route answers besides: see openapi_statuses. */
const struct route api_routes[] = {
    {HTTP_GET, "/api/", api_page_show, PERMISSION_PUBLIC,
     .summary = "The interface for programs, for people"},
    {HTTP_GET, "/api/v1/openapi.json", openapi_send, PERMISSION_PUBLIC, .flags = OPENLY,
     .summary = "This description", .response = "application/json", .statuses = ANSWERS(200)},
    {HTTP_GET, "/api/v1/services", services_send, PERMISSION_API, .flags = KEYED,
     .summary = "The services that are offered", .response = "Services", .statuses = ANSWERS(200)},
    {HTTP_GET, "/api/v1/services/{service}", service_send, PERMISSION_API, .flags = KEYED,
     .summary = "A service and what it asks", .response = "Service", .statuses = ANSWERS(200, 404)},
    {HTTP_GET, "/api/v1/cases", cases_send, PERMISSION_API, cases_input, .flags = KEYED,
     .summary = "Cases, newest first: as everybody sees them, or those within the key's scopes",
     .response = "Cases", .statuses = ANSWERS(200, 403)},
    {HTTP_POST, "/api/v1/cases", api_filing_take, PERMISSION_API, .flags = KEYED,
     .summary = "File a case", .body = "CaseNew", .response = "Filed",
     .statuses = ANSWERS(201, 403)},
    {HTTP_GET, "/api/v1/cases/{number}", api_view_send, PERMISSION_API, .flags = KEYED,
     .summary = "A case", .response = "Case", .statuses = ANSWERS(200, 304, 404)},
    {HTTP_GET, "/api/v1/cases/{number}/events", api_events_send, PERMISSION_API, events_input,
     .flags = KEYED, .summary = "What happened to a case, with proofs", .response = "Events",
     .statuses = ANSWERS(200, 404)},
    {HTTP_GET, "/api/v1/cases/{number}/receipt", api_receipt_send, PERMISSION_API, .flags = KEYED,
     .summary = "The signed receipt of a case", .response = "text/plain",
     .statuses = ANSWERS(200, 403, 404)},
    {HTTP_POST, "/api/v1/cases/{number}/photos", api_case_photo_take, PERMISSION_WORK,
     .flags = KEYED | ROUTE_UPLOAD, .summary = "Add a photo to a case", .response = "Case",
     .statuses = ANSWERS(201, 403, 404)},
    {HTTP_GET, "/api/v1/cases/{number}/photos/{photo}/{variant}", api_photo_send, PERMISSION_API,
     .flags = KEYED, .summary = "A photo of a case: full or thumb", .response = "image/jpeg",
     .statuses = ANSWERS(200, 404)},
    {HTTP_POST, "/api/v1/cases/{number}/steps/{step}", api_step_take, PERMISSION_WORK,
     .flags = KEYED, .summary = "Take a step of a case", .body = "StepNew", .response = "Case",
     .statuses = ANSWERS(200, 403, 404, 409, 412)},
    {HTTP_POST, "/api/v1/cases/{number}/notes", api_note_take, PERMISSION_WORK, .flags = KEYED,
     .summary = "Add a note to a case", .body = "NoteNew", .response = "Case",
     .statuses = ANSWERS(201, 403, 404)},
    {HTTP_PUT, "/api/v1/cases/{number}/assignee", api_assignee_set, PERMISSION_WORK, .flags = KEYED,
     .summary = "Give a case to somebody", .body = "Assignee", .response = "Case",
     .statuses = ANSWERS(200, 403, 404, 412)},
    {HTTP_POST, "/api/v1/drafts", api_draft_take, PERMISSION_API, .flags = KEYED,
     .summary = "Begin a draft, to send photos to before a case is filed", .body = "DraftNew",
     .response = "Draft", .statuses = ANSWERS(201, 403)},
    {HTTP_POST, "/api/v1/drafts/{draft}/photos", api_draft_photo_take, PERMISSION_API,
     .flags = KEYED | ROUTE_UPLOAD, .summary = "Add a photo to a draft", .response = "Draft",
     .statuses = ANSWERS(201, 404)},
    {HTTP_GET, "/api/v1/places", places_send, PERMISSION_API, places_input, .flags = KEYED,
     .summary = "Places that a text may mean", .response = "Places", .statuses = ANSWERS(200)},
    {HTTP_GET, "/api/v1/layers", layers_send, PERMISSION_API, layers_input, .flags = KEYED,
     .summary = "The map's layers of areas, and where a point lies in them", .response = "Layers",
     .statuses = ANSWERS(200)},
    {HTTP_GET, "/api/v1/layers/{layer}", layer_send, PERMISSION_API, .flags = KEYED,
     .summary = "The areas of a layer", .response = "Layer", .statuses = ANSWERS(200, 404)},
    {HTTP_GET, "/record/head", public_record_head, PERMISSION_PUBLIC, .flags = OPENLY,
     .summary = "The newest signed head of the record", .response = "text/plain",
     .statuses = ANSWERS(200)},
    {HTTP_GET, "/record/key", public_record_key, PERMISSION_PUBLIC, .flags = OPENLY,
     .summary = "The public key of the record's signatures", .response = "text/plain",
     .statuses = ANSWERS(200)},
    {HTTP_GET, "/record/consistency", public_record_consistency, PERMISSION_PUBLIC,
     consistency_input, .flags = OPENLY,
     .summary = "That the record of one size is the beginning of that of another",
     .response = "Consistency", .statuses = ANSWERS(200)},
    {HTTP_GET, "/record/inclusion", public_record_inclusion, PERMISSION_PUBLIC, inclusion_input,
     .flags = OPENLY, .summary = "That an event stands in the record", .response = "Inclusion",
     .statuses = ANSWERS(200, 404)},
    {HTTP_GET, "/healthz", health_send, PERMISSION_PUBLIC, .flags = OPENLY | ROUTE_AT_EDGE,
     .summary = "Whether the city is served: ok or unavailable"},
    {HTTP_GET, "/metrics", metrics_send, PERMISSION_PUBLIC, .flags = OPENLY,
     .summary = "Numbers of the program, for this machine and keys that read the whole city"},
    {.pattern = NULL},
};

static const struct job_kind *const api_jobs[] = {witness_jobs, api_once_jobs, NULL};

const struct module api_module = {
    .name = "api",
    .title = "The interface for programs",
    .routes = api_routes,
    .jobs = api_jobs,
};
