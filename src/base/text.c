#include "base/text.h"

#include "base/utf8.h"

enum rc text_check(struct ctx *ctx, struct str text, struct str field, size_t most)
{
    if (utf8_count(text) > most)
        return FAIL(ctx, ERR_TOO_LONG, .field = field, .arg = str_fmt(ctx->arena, "%zu", most));
    return text_is_clean(text) ? RC_OK : FAIL(ctx, ERR_NOT_UTF8, .field = field);
}

enum rc text_check_line(struct ctx *ctx, struct str text, struct str field, size_t most)
{
    enum rc rc = text_check(ctx, text, field, most);

    if (!rc && (str_find_byte(text, '\n') >= 0 || str_find_byte(text, '\r') >= 0))
        rc = FAIL(ctx, ERR_ONE_LINE, .field = field);
    return rc;
}
