/* What of a case others may see, decided by staff: hidden or shown, released or private, redacted.
 *
 * Hiding takes the whole case out of public view and is taken back as easily. The description is
 * private until it is released. Redacting destroys: the text or picture is gone for everybody, and
 * what stays is that it was there, who destroyed it, when and why; the record's proof holds
 * (record_erase). `lock_version` and errors as in case_change.h; each act is an event. Layer:
 * engine. Each function runs its own db_tx.
 */
#ifndef ENGINE_CASE_PRIVACY_H
#define ENGINE_CASE_PRIVACY_H

#include "base/ctx.h"

/* Hides the case from all but staff and its reporter, or shows it again; by who supervises it.
 * Being so already changes nothing. The reason is needed, for staff. Events case.hidden and
 * case.shown (staff: {"reason"}). */
enum rc case_hide(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                  struct str reason) MUST_CHECK;
enum rc case_show_again(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                        struct str reason) MUST_CHECK;

/* Releases the description to the public or takes it back; by who works on the case. ERR_REQUIRED,
 * field "description", when there is none. Events description.released (public) and
 * description.withdrawn (staff), without the text. */
enum rc case_description_release(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                                 bool is_public) MUST_CHECK;

enum redact_what { REDACT_DESCRIPTION, REDACT_ANSWER, REDACT_TEXT, REDACT_PHOTO };

struct redaction {
    enum redact_what what;
    struct str field;  /* of an answer */
    int64_t id;        /* of the event of a text (case_redactable), or of a photo of the case */
    struct str reason; /* kept for ever: a rule or an order, never what was redacted */
};

/* Destroys one thing, by who supervises the case. ERR_NOT_FOUND when the case has no such thing or
 * it is gone already. A description and answers go from drafts and search as well, an answer from
 * every event that answers stand in and that names its field (case_erase.h), also one that was left
 * behind and is redacted with the event that says so; a message from the mails
 * that carried it, what was said with a rating from the rating; the files of a photo from the disk,
 * unless they belong to another upload as well. Events case.redacted (staff: {"what", "field" or
 * "photo", "reason"}), for a text payload.erased. */
enum rc case_redact(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                    const struct redaction *redaction) MUST_CHECK;

/* Whether the text of an event of that kind is redacted with REDACT_TEXT. */
bool case_redactable(struct str event_kind);

#endif
