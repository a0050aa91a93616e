#include "base/count.h"

#define MAX_DIGITS 20

void count_write(struct buf *out, enum lang lang, int64_t number)
{
    uint64_t rest = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
    bool is_grouped = rest >= (lang == LANG_ES ? 10000U : 1000U);
    char digits[MAX_DIGITS];
    size_t n = 0;

    do
        digits[n++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        buf_add_byte(out, '-');
    while (n-- > 0) {
        buf_add_byte(out, digits[n]);
        if (is_grouped && n > 0 && n % 3 == 0)
            buf_add_byte(out, lang == LANG_VI ? '.' : ',');
    }
}
