/* Open311 GeoReport v2 under /open311/v2/, in XML and JSON: the handlers, and what they share.
 *
 * The standard is wiki.open311.org/GeoReport_v2. Beyond it, as its servers and clients in use do:
 * page and page_size with a Link to the next page, updated_after and updated_before, bbox,
 * extensions=true, photos as multipart, and service request updates read and posted. The format is
 * the path's ending. Every call may come from every web page (CORS). Reading is open to everybody
 * and shows what the public projection shows (engine/cases/public_case.h); whatever changes
 * something needs an API key. Layer: svc.
 */
#ifndef SVC_REQUESTS_OPEN311_H
#define SVC_REQUESTS_OPEN311_H

#include "engine/cases/public_case.h"
#include "people/api_key.h"
#include "svc/requests/document.h"
#include "web/reply.h"

#define OPEN311_BASE "/open311/v2"

enum rc open311_discovery(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_services(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_service(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_requests(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_request(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_token(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_request_add(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_updates(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc open311_update_add(struct ctx *ctx, struct request *request, struct reply *reply);

/* ---- What they share */

/* The format that the path ends in; XML when it ends in neither. */
enum document_format open311_format(const struct request *request);

/* The pattern's parameter without its ending ".xml" or ".json". ERR_NOT_FOUND, with `field`, for
 * another ending or none. */
enum rc open311_name(struct ctx *ctx, const struct request *request, const char *param,
                     struct str *ret) MUST_CHECK;

/* Begins every call: the language (?lang=, else the path's, else Accept-Language) and the
 * jurisdiction, which is the city's id or left out. ERR_NOT_FOUND, field "jurisdiction_id". */
enum rc open311_begin(struct ctx *ctx, const struct request *request,
                      struct reply *reply) MUST_CHECK;

/* The reply's document, with its content type. */
struct document open311_document(const struct request *request, struct reply *reply);

/* A service that is offered and public. ERR_REQUIRED or ERR_NOT_FOUND, field "service_code". */
enum rc open311_find_service(struct ctx *ctx, struct str code,
                             const struct definition **ret) MUST_CHECK;

/* An instant as clients write it: RFC 3339, a '+' that came as a space included; without an offset
 * in the city's time; a date alone is its beginning. ERR_NOT_A_DATE with the field. */
enum rc open311_instant(struct ctx *ctx, struct str text, const char *field,
                        struct instant *ret) MUST_CHECK;

/* An instant with the city's offset, "2026-07-02T16:30:00-05:00". */
struct str open311_time(struct ctx *ctx, struct instant at);

/* A parameter that may be declared more than once, comma delimited: "1,2,3" of a=1,2&a=3. */
struct str open311_list(struct ctx *ctx, const struct request *request, const char *name);

/* "https://city.example". */
struct str open311_base_url(const struct request *request);

/* A time that is asked for by two parameters; has_from, has_until say which were given. */
struct open311_span {
    bool has_from, has_until;
    struct instant from, until;
};
enum rc open311_span(struct ctx *ctx, const struct request *request, const char *from,
                     const char *until, struct open311_span *ret) MUST_CHECK;

/* A number from 1, `most` for more; *value untouched without one. ERR_NOT_A_NUMBER with the field.
 */
enum rc open311_number(struct ctx *ctx, const struct request *request, const char *name,
                       int64_t most, int64_t *value) MUST_CHECK;

/* Says where the same question goes on, as RFC 8288 has it: the call is "/requests". */
void open311_link_next(struct ctx *ctx, const struct request *request, struct reply *reply,
                       const char *call, int64_t page);

/* The key of a call that changes something: api_key as a parameter, or the header
 * "Authorization: Bearer ...". ctx->actor becomes its program. ERR_DENIED with field "api_key";
 * ERR_TOO_MANY, with Retry-After on the reply, when it calls more often than it may. */
enum rc open311_key(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct api_key *ret) MUST_CHECK;

/* ---- Attributes: attribute[CODE]=x, attribute[CODE][]=x */

/* The CODE of such a parameter's name; false for any other name. Borrowed. */
bool open311_attribute_code(struct str name, struct str *ret);

/* Reads the attributes of a form as answers. ERR_NOT_A_CHOICE with field "attribute[x]" for a code
 * that the service does not have, or one that is sent twice without being a multivaluelist; what
 * answer_read finds, with such a field. */
enum rc open311_answers(struct ctx *ctx, const struct definition *definition,
                        const struct params *form, struct answers *ret) MUST_CHECK;

/* What Open311 calls a field of a filing: "attribute[lane]" when it is one of the service's, else
 * its parameter ("first_name" of the engine's "name"). */
struct str open311_field(struct ctx *ctx, const struct definition *definition, struct str field);

#endif
