#include "web/typed.h"

#include "base/utf8.h"

struct typed typed_in(struct arena *arena, size_t max_bytes)
{
    return (struct typed){.text = buf_in(arena, max_bytes)};
}

static void keep_one(struct typed *typed, struct str character)
{
    typed->characters++;
    typed->is_cut |= typed->text.n + character.n > typed->text.max_bytes;
    if (!typed->is_cut)
        buf_add(&typed->text, character);
}

/* A character, or a byte that is none. */
static void keep(struct typed *typed, struct str character)
{
    bool is_clean = text_is_clean(character);

    typed->is_damaged |= !is_clean;
    keep_one(typed, is_clean ? character : S(TYPED_DAMAGE));
}

static size_t plain_length(struct str s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] >= ' ' && s.p[n] < 0x7f)
        n++;
    return n;
}

/* Most text is ASCII, and of a long value only the length matters. */
static void keep_plain(struct typed *typed, struct str s)
{
    size_t room = typed->is_cut ? 0 : typed->text.max_bytes - typed->text.n;

    typed->characters += s.n;
    typed->is_cut |= s.n > room;
    if (room)
        buf_add(&typed->text, str_slice(s, 0, s.n < room ? s.n : room));
}

/* How long the character is that begins with this byte; 1 for one that begins none. */
static size_t length_by_first(char first)
{
    unsigned char byte = (unsigned char)first;

    return byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 ? 2 : 1;
}

/* Whether bytes that are still to come can make a character of what is held. */
static bool is_beginning(const struct typed *typed)
{
    if (typed->held_n >= length_by_first(typed->held[0]))
        return false;
    for (size_t i = 1; i < typed->held_n; i++)
        if (((unsigned char)typed->held[i] & 0xc0) != 0x80)
            return false;
    return true;
}

/* Takes characters off what is held until it is a beginning again, or nothing. */
static void settle(struct typed *typed)
{
    while (typed->held_n && !is_beginning(typed)) {
        struct str rest = {typed->held, typed->held_n};
        uint32_t code;

        utf8_next(&rest, &code);
        keep(typed, (struct str){typed->held, typed->held_n - rest.n});
        memmove(typed->held, rest.p, rest.n);
        typed->held_n = rest.n;
    }
}

void typed_add(struct typed *typed, struct str bytes)
{
    typed->bytes += bytes.n;
    while (bytes.n) {
        size_t n = typed->held_n ? 0 : plain_length(bytes);

        if (n) {
            keep_plain(typed, str_slice(bytes, 0, n));
        } else {
            typed->held[typed->held_n++] = bytes.p[0];
            settle(typed);
            n = 1;
        }
        bytes = str_slice(bytes, n, bytes.n);
    }
}

/* Nothing more comes for the character that was begun. */
static void give_up_held(struct typed *typed)
{
    for (size_t i = 0; i < typed->held_n; i++)
        keep(typed, (struct str){typed->held + i, 1});
    typed->held_n = 0;
}

void typed_add_whole(struct typed *typed, struct str sequence)
{
    give_up_held(typed);
    typed->bytes += sequence.n;
    keep_one(typed, sequence);
}

struct str typed_end(struct typed *typed)
{
    struct str text;

    give_up_held(typed);
    text = buf_str(&typed->text);
    return text.p ? text : S("");
}

void typed_reset(struct typed *typed)
{
    typed->text.n = typed->held_n = typed->characters = typed->bytes = 0;
    typed->is_cut = typed->is_damaged = false;
}

struct str typed_text(struct arena *arena, struct str s)
{
    struct typed typed;

    if (text_is_clean(s) && s.n <= TYPED_MAX_BYTES)
        return s;
    typed = typed_in(arena, TYPED_MAX_BYTES);
    typed_add(&typed, s);
    return typed_end(&typed);
}
