/* What a handler sees of a request.
 *
 * By the time a handler runs, everything here has been checked: headers by the strict rules of
 * head.h, the path decoded (url.h), parameters UTF-8 without NUL, bodies within their limits. Text
 * that came damaged or without end was mended so that a form can show it again (typed.h); nothing
 * can be written then (ctx->unusable).
 * All slices are borrowed from the request and end with it. Layer: web. One thread at a time.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "web/http.h"
#include "web/route.h"

struct crypto_sha256_state;

/* A file that came with a form, already on disk in the server's folder for temporary files; it is
 * deleted when the request ends, unless the handler has moved it away. */
struct upload {
    struct upload *next;     /* in the order they came */
    struct str field;        /* the form field's name */
    struct str filename;     /* cleaned, see multipart_clean_filename */
    struct str content_type; /* as the client claims: sniff the bytes */
    const char *path;
    int64_t size_bytes; /* as sent */
    int64_t most_bytes; /* that a file may have; of a larger one nothing is kept */
};

/* A form's value that cannot be used as it was sent; what is in `form` is what a page shows again.
 */
struct input_flaw {
    struct input_flaw *next; /* in the order they came */
    struct str name;
    enum err_id error; /* ERR_TOO_LONG: only its beginning is there; ERR_NOT_UTF8: U+FFFF stands for
                          what is no text */
    size_t characters; /* as sent */
};

struct exchange;

struct request {
    enum http_method method;   /* HTTP_HEAD stays so; the reply's body is dropped later */
    const struct route *route; /* NULL while rendering an error of a path that has none */
    struct str target;         /* as it came, for the log */
    struct url_path path;      /* decoded, without the language's prefix */
    struct params params;      /* of the pattern: "/cases/{number}" */
    struct params query;       /* decoded */
    struct params form;        /* of an urlencoded or multipart body, without files */
    struct params headers;
    struct params cookies;
    struct upload *uploads;
    struct input_flaw *flaws;  /* of that form; NULL: none */
    struct str media_type;     /* of the body: "application/json", without parameters */
    struct str body;           /* of any other kind than a form: JSON text, XML */
    struct str remote;         /* the client's address as text, from a listed proxy's header if it
                                  came through one */
    bool has_language;         /* the path named one: /es/... */
    struct exchange *exchange; /* the server's own */
    struct str trusted_person; /* begin() found the session's cookie good: whose it is, "staff 12";
                                  the files of their sessions have places of their own */
    struct str signed_out_person; /* a handler ended a session of theirs: each has to be found good
                                     again before its files have such places */
    void *session; /* the hooks' own: what begin() found out for authorize() and handlers */
};

/* Whether the path begins with that segment; of a path that could not be decoded, as it was sent.
 */
bool request_is_under(const struct request *request, struct str segment);

/* The pattern's parameter; empty when the pattern has none of that name. */
struct str request_param(const struct request *request, struct str name);

/* First value of query, then form; p == NULL when there is none. */
struct str request_value(const struct request *request, struct str name);

/* All values of that name in the form, in its order; NULL when the arena is at its end. */
struct str *request_values(struct arena *arena, const struct request *request, struct str name,
                           size_t *ret_n);

/* How many characters the form's value of that name had as it was sent, outer blanks apart, and
 * whether all of them are in `form`. */
size_t request_typed_length(const struct request *request, struct str name, bool *ret_is_whole);

/* The first header or cookie of that name; p == NULL when there is none. */
struct str request_header(const struct request *request, struct str name);
struct str request_cookie(const struct request *request, struct str name);

/* The first file of that field, or NULL. */
const struct upload *request_upload(const struct request *request, struct str field);

/* RC_LIMIT (ERR_TOO_LARGE, the form field's name, the limit) for a file that is larger than files
 * may be; to be asked before its bytes are used. */
enum rc upload_check(struct ctx *ctx, const struct upload *upload) MUST_CHECK;

/* Adds the bytes of the file to the state. Errors of file_read, and ERR_MEMORY. */
enum rc upload_hash(struct ctx *ctx, const struct upload *upload,
                    struct crypto_sha256_state *state) MUST_CHECK;

/* The header Idempotency-Key of a program's call, of either interface for programs: one line of
 * text. Empty when there is none. With the field "Idempotency-Key" ERR_TOO_LONG, ERR_NOT_UTF8,
 * ERR_ONE_LINE. Borrowed. */
#define IDEMPOTENCY_KEY_MAX 200              /* characters */
#define IDEMPOTENCY_KEPT_US (2 * US_PER_DAY) /* another request with the same key is refused */
enum rc idempotency_key_read(struct ctx *ctx, const struct request *request,
                             struct str *ret) MUST_CHECK;

/* Adds all fields of the form but those named `except`, with lengths, so that those of no two forms
 * run into the same. */
void request_hash_fields(struct ctx *ctx, const struct request *request, struct str except,
                         struct crypto_sha256_state *state);

/* Adds all files with their fields and lengths, so that those of no two forms run into the same.
 * After request_hash_fields a word has to stand between, or a field's text is a file's.
 * Errors of upload_hash. */
enum rc request_hash_uploads(struct ctx *ctx, const struct request *request,
                             struct crypto_sha256_state *state) MUST_CHECK;

/* Whether an answer should be JSON rather than a page: the route is an API's, or Accept prefers
 * application/json or problem+json to text/html. */
bool request_wants_json(const struct request *request);

/* The path of this request in another language, with its query, for the language switch. */
struct str request_path_in_lang(struct arena *arena, const struct request *request, enum lang lang);

/* Parses a Cookie header (RFC 6265, section 4.2.1); pairs that break the grammar are skipped. In
 * the arena. */
struct params cookies_parse(struct arena *arena, struct str header);

/* Whether `remote` is on the list: addresses or networks ("127.0.0.1", "10.0.0.0/8", "fd00::/8")
 * separated by commas. */
bool address_is_listed(struct str remote, struct str list);

/* The client's address: `peer`, unless it is a listed proxy; then the last address of
 * X-Forwarded-For that is not a listed proxy itself; several lines are one list, the last line its
 * end (RFC 9110, section 5.3), since a proxy may add a line of its own below a visitor's. Something
 * that is no address ends the walk. */
struct str address_of_client(struct str peer, const struct params *headers, struct str proxies);

#endif
