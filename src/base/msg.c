#include "base/msg.h"

#include <assert.h>

#define MESSAGE_BYTES (1U << 20)
#define NUMBER_BYTES  40 /* two signs, 19 digits, six commas, a point, and to spare */

static bool is_plural(enum msg_id id)
{
    return msg_forms[LANG_EN][id].text[1].n > 0;
}

size_t msg_form_of(enum msg_id id, const struct msg_arg *args, size_t count)
{
    assert(id < MSG__N);
    if (!is_plural(id))
        return 0;
    for (size_t i = 0; i < count; i++)
        if (args[i].kind == MSG_ARG_NUMBER && str_eq(args[i].name, S("count")))
            return args[i].number == 1 ? 0 : 1;
    return 1;
}

struct str msg_text(enum lang lang, enum msg_id id)
{
    assert(lang < LANG__N);
    return msg_forms[lang][id].text[msg_form_of(id, NULL, 0)];
}

static const struct msg_arg *arg_named(const struct msg_arg *args, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(args[i].name, name))
            return &args[i];
    return NULL;
}

bool msg_next_piece(struct str *rest, const struct msg_arg *args, size_t count,
                    struct str *ret_text, const struct msg_arg **ret_arg)
{
    struct str whole = *rest;

    if (whole.n == 0)
        return false;
    for (size_t at = 0; at < whole.n;) {
        ptrdiff_t open = str_find_byte(str_slice(whole, at, whole.n), '{');
        ptrdiff_t close = open < 0 ? -1 : str_find_byte(str_slice(whole, at, whole.n), '}');
        const struct msg_arg *arg;

        if (close < open || open < 0)
            break;
        arg = arg_named(args, count, str_slice(whole, at + (size_t)open + 1, at + (size_t)close));
        if (arg) {
            *ret_text = str_slice(whole, 0, at + (size_t)open);
            *rest = str_slice(whole, at + (size_t)close + 1, whole.n);
            *ret_arg = arg;
            return true;
        }
        at += (size_t)close + 1;
    }
    *ret_text = whole;
    *rest = STR_NONE;
    *ret_arg = NULL;
    return true;
}

void msg_number(struct buf *out, int64_t value)
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[20]; /* the last first */
    int n = 0;

    do {
        digits[n++] = (char)('0' + (int)(left % 10));
        left /= 10;
    } while (left > 0);
    if (value < 0)
        BUF_ADD(out, "-");
    for (int i = n; i-- > 0;) {
        buf_add(out, (struct str){&digits[i], 1});
        if (i > 0 && i % 3 == 0)
            BUF_ADD(out, ",");
    }
}

struct str msg_number_text(struct arena *arena, int64_t value)
{
    struct buf out = buf_in(arena, NUMBER_BYTES);

    msg_number(&out, value);
    return buf_str(&out);
}

void msg_money(struct buf *out, struct money amount)
{
    struct str plain = money_format(out->arena, amount);
    bool is_negative = str_starts_with(plain, S("-"));

    if (is_negative)
        BUF_ADD(out, "-");
    BUF_ADD(out, "$");
    buf_add(out, str_slice(plain, is_negative, plain.n));
}

struct str msg_money_text(struct arena *arena, struct money amount)
{
    struct buf out = buf_in(arena, NUMBER_BYTES);

    msg_money(&out, amount);
    return buf_str(&out);
}

void msg_write(struct buf *out, enum lang lang, enum msg_id id, const struct msg_arg *args,
               size_t count)
{
    struct str rest, text;
    const struct msg_arg *arg;

    assert(lang < LANG__N);
    rest = msg_forms[lang][id].text[msg_form_of(id, args, count)];
    while (msg_next_piece(&rest, args, count, &text, &arg)) {
        buf_add(out, text);
        if (!arg)
            continue;
        assert(arg->kind != MSG_ARG_HTML);
        if (arg->kind == MSG_ARG_NUMBER)
            msg_number(out, arg->number);
        else if (arg->kind == MSG_ARG_MONEY)
            msg_money(out, (struct money){arg->number});
        else
            buf_add(out, arg->text);
    }
}

struct str msg_format(struct arena *arena, enum lang lang, enum msg_id id,
                      const struct msg_arg *args, size_t count)
{
    struct buf out = buf_in(arena, MESSAGE_BYTES);

    msg_write(&out, lang, id, args, count);
    return buf_str(&out);
}

struct str msg_plural(struct arena *arena, enum lang lang, enum msg_id id, int64_t count)
{
    return msg_format(arena, lang, id,
                      &(struct msg_arg){S("count"), .kind = MSG_ARG_NUMBER, .number = count}, 1);
}

bool msg_by_key(struct str key, enum msg_id *ret)
{
    size_t low = MSG_NONE + 1, high = MSG__N;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(msg_keys[middle], key);

        if (order == 0) {
            *ret = (enum msg_id)middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

struct str msg_key(enum msg_id id)
{
    assert(id < MSG__N);
    return msg_keys[id];
}
