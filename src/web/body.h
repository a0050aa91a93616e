/* Takes in a request's body as it arrives: forms and JSON into memory, files onto the disk.
 *
 * Limits are kept while the bytes come, so a body that is too large is refused when the limit is
 * passed and not when it has arrived. One value that is too long is no reason to refuse the body:
 * its beginning is kept and request->flaws says so (typed.h), up to the limit of what is looked at
 * at all. Layer: web. One thread at a time; the I/O thread feeds.
 */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "web/request.h"

struct body_limits {
    size_t max_body_bytes;     /* what is kept of a form without its files, or of any other body */
    int64_t max_sent_bytes;    /* what a form or JSON may have as it comes, files apart */
    size_t max_fields;         /* of a form */
    size_t max_files;          /* 0: files are refused with 415 */
    int64_t max_file_bytes;    /* one file */
    int64_t max_uploads_bytes; /* all files of one request */
    const char *temp_dir;      /* where files are put; names start with "upload-" */
    /* Asked when the first file begins; its failure is the body's. NULL: nobody is asked. */
    enum rc (*may_send_files)(void *cls, struct ctx *ctx);
    void *cls;
};

struct body;

/* Prepares for the body of `request`, whose headers and media_type are set. Limits are borrowed.
 * Memory is ctx->arena's, and the same arena must be given in later calls. RC_INVALID
 * (ERR_MALFORMED) for multipart without a boundary. */
enum rc body_new(struct ctx *ctx, struct request *request, const struct body_limits *limits,
                 struct body **ret_body) MUST_CHECK;

/* How many bytes a body of that type may have, its files apart. */
int64_t body_longest(struct str media_type, const struct body_limits *limits);

/* The next bytes. RC_LIMIT (ERR_TOO_LARGE) past a limit, RC_INVALID (ERR_MALFORMED,
 * ERR_MEDIA_TYPE), RC_UNAVAILABLE (ERR_DISK_FULL, ERR_FILE), or what may_send_files says. After a
 * failure: only body_done. */
enum rc body_feed(struct body *body, struct ctx *ctx, struct str bytes) MUST_CHECK;

/* All has come: sets the request's form, uploads or body text; flaws are noted already. */
enum rc body_finish(struct body *body, struct ctx *ctx) MUST_CHECK;

/* Closes and deletes what is left of the files. NULL is allowed. */
void body_done(struct body *body);

/* Deletes files that an earlier run of the program left behind. */
void body_sweep_temp_dir(const char *temp_dir);

#endif
