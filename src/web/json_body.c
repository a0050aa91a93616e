#include "web/json_body.h"

#define UNIT_BYTES 6 /* of \uXXXX */

struct json_body json_body_to(struct buf *out)
{
    return (struct json_body){.out = out, .string = typed_in(out->arena, TYPED_MAX_BYTES)};
}

/* The code unit of a whole \uXXXX; -1 for anything else. */
static int unit_of(struct str sequence)
{
    int unit = 0;

    if (sequence.n != UNIT_BYTES || sequence.p[1] != 'u')
        return -1;
    for (size_t i = 2; i < UNIT_BYTES; i++) {
        int digit = str_hex_digit(sequence.p[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_first_half(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_second_half(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* One sequence that is no half of two. */
static void end_escape(struct json_body *body, struct str sequence)
{
    int unit = unit_of(sequence);

    if (unit == 0 || (unit >= 0xd800 && unit < 0xe000)) {
        body->string.is_damaged = true;
        sequence = S(TYPED_DAMAGE);
    }
    typed_add_whole(&body->string, sequence);
}

/* How many bytes the sequence has that is being read. */
static size_t escape_goal(const struct json_body *body)
{
    size_t at = body->escape_n > UNIT_BYTES ? UNIT_BYTES : 0;

    if (body->escape_n < at + 2)
        return at + 2;
    return at + (body->escape[at + 1] == 'u' ? UNIT_BYTES : 2);
}

/* What is held of escapes when something else follows. */
static void give_up_escape(struct json_body *body)
{
    size_t first = body->escape_n < UNIT_BYTES ? body->escape_n : UNIT_BYTES;

    if (first)
        end_escape(body, (struct str){body->escape, first});
    if (body->escape_n > first)
        end_escape(body, (struct str){body->escape + first, body->escape_n - first});
    body->escape_n = 0;
}

static void settle_escape(struct json_body *body)
{
    int first = unit_of((struct str){body->escape, UNIT_BYTES});

    if (body->escape_n == UNIT_BYTES && body->escape[1] == 'u' && is_first_half(first))
        return; /* the other half may follow */
    if (body->escape_n == sizeof body->escape &&
        is_second_half(unit_of((struct str){body->escape + UNIT_BYTES, UNIT_BYTES}))) {
        typed_add_whole(&body->string, (struct str){body->escape, body->escape_n});
        body->escape_n = 0;
        return;
    }
    give_up_escape(body);
}

/* Whether a byte goes on with what is held: the other half after a first, a digit after \u. */
static bool goes_on(const struct json_body *body, char byte)
{
    size_t at = body->escape_n >= UNIT_BYTES ? UNIT_BYTES : 0;

    if (body->escape_n == UNIT_BYTES)
        return byte == '\\';
    return body->escape_n < at + 2 || str_hex_digit(byte) >= 0;
}

/* A byte within a string. True when it was taken, false when it is to be looked at as plain. */
static bool take_escape(struct json_body *body, char byte)
{
    if (!goes_on(body, byte)) {
        give_up_escape(body);
        return false;
    }
    body->escape[body->escape_n++] = byte;
    if (body->escape_n == escape_goal(body))
        settle_escape(body);
    return true;
}

static void end_string(struct json_body *body)
{
    give_up_escape(body);
    buf_add(body->out, typed_end(&body->string));
    buf_add_byte(body->out, '"');
    typed_reset(&body->string);
    body->is_string = false;
}

/* Plain bytes up to the next quote or backslash. */
static size_t run_length(struct str bytes)
{
    size_t n = 0;

    while (n < bytes.n && bytes.p[n] != '"' && bytes.p[n] != '\\')
        n++;
    return n;
}

static size_t add_in_string(struct json_body *body, struct str bytes)
{
    size_t n;

    if (body->escape_n && take_escape(body, bytes.p[0]))
        return 1;
    n = run_length(bytes);
    if (n) {
        typed_add(&body->string, str_slice(bytes, 0, n));
    } else {
        n = 1;
        if (bytes.p[0] == '"')
            end_string(body);
        else
            body->escape[body->escape_n++] = '\\';
    }
    return n;
}

static size_t add_outside(struct json_body *body, struct str bytes)
{
    ptrdiff_t at = str_find_byte(bytes, '"');
    size_t n = at < 0 ? bytes.n : (size_t)at + 1;

    buf_add(body->out, str_slice(bytes, 0, n));
    body->is_string = at >= 0;
    return n;
}

void json_body_add(struct json_body *body, struct str bytes)
{
    while (bytes.n) {
        size_t n = body->is_string ? add_in_string(body, bytes) : add_outside(body, bytes);

        bytes = str_slice(bytes, n, bytes.n);
    }
}
