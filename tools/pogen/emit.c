#include "emit.h"

#include "check.h"

static const char *const lang_names[] = {"LANG_EN", "LANG_ES", "LANG_VI", "LANG_PSEUDO"};

void emit_header(struct buf *out, const struct catalogue *reference)
{
    BUF_ADD(out, "/* Made from ui/po by pogen. */\n"
                 "#ifndef BASE_MESSAGES_H\n#define BASE_MESSAGES_H\n\n"
                 "enum msg_id {\n    MSG_NONE = 0, /* the empty text */\n");
    for (size_t i = 0; i < reference->count; i++) {
        struct str name = message_c_name(out->arena, reference->messages[i].key);

        buf_add_fmt(out, "    MSG_%.*s,\n", STR_ARG(name));
    }
    BUF_ADD(out, "    MSG__N,\n};\n\n#endif\n");
}

static const char *accented(char c)
{
    static const char *const letters[128] = {
        ['A'] = "Á", ['C'] = "Ç", ['E'] = "É", ['I'] = "Í", ['N'] = "Ñ", ['O'] = "Ó", ['S'] = "Š",
        ['U'] = "Ú", ['Y'] = "Ý", ['Z'] = "Ž", ['a'] = "á", ['c'] = "ç", ['e'] = "é", ['i'] = "í",
        ['n'] = "ñ", ['o'] = "ó", ['s'] = "š", ['u'] = "ú", ['y'] = "ý", ['z'] = "ž",
    };

    return (unsigned char)c < 128 ? letters[(unsigned char)c] : NULL;
}

struct str emit_pseudo(struct arena *arena, struct str text)
{
    struct buf out = buf_in(arena, 4 * text.n + 16);
    bool is_placeholder = false;

    BUF_ADD(&out, "⟦");
    for (size_t i = 0; i < text.n; i++) {
        const char *letter = accented(text.p[i]);

        is_placeholder = text.p[i] == '{' || (is_placeholder && text.p[i] != '}');
        if (letter && !is_placeholder)
            buf_add(&out, str_of(letter));
        else
            buf_add_byte(&out, text.p[i]);
    }
    BUF_ADD(&out, "⟧");
    return buf_str(&out);
}

/* Escaped for HTML text and for double-quoted attributes alike. */
static struct str escaped(struct arena *arena, struct str text)
{
    struct buf out = buf_in(arena, 6 * text.n);

    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&': BUF_ADD(&out, "&amp;"); break;
        case '<': BUF_ADD(&out, "&lt;"); break;
        case '>': BUF_ADD(&out, "&gt;"); break;
        case '"': BUF_ADD(&out, "&quot;"); break;
        default: buf_add_byte(&out, text.p[i]);
        }
    }
    return buf_str(&out);
}

static void emit_pair(struct buf *out, const char *field, struct str one, struct str many)
{
    buf_add_fmt(out, "        .%s = {STR(", field);
    gen_quote(out, one, 0);
    BUF_ADD(out, ")");
    if (many.n) {
        BUF_ADD(out, ", STR(");
        gen_quote(out, many, 0);
        BUF_ADD(out, ")");
    }
    BUF_ADD(out, "},\n");
}

static void emit_message(struct buf *out, const char *lang, const struct message *message,
                         bool is_pseudo)
{
    struct arena *arena = out->arena;
    struct str name = message_c_name(arena, message->key);
    struct str one = message->forms[0], many = message->forms[1];

    if (is_pseudo)
        one = emit_pseudo(arena, one);
    if (is_pseudo && many.n)
        many = emit_pseudo(arena, many);
    buf_add_fmt(out, "    [%s][MSG_%.*s] = {\n", lang, STR_ARG(name));
    emit_pair(out, "text", one, many);
    emit_pair(out, "html", escaped(arena, one), escaped(arena, many));
    BUF_ADD(out, "    },\n");
}

void emit_tables(struct buf *out, const struct catalogue *catalogues, size_t count)
{
    BUF_ADD(out, "/* Made from ui/po by pogen. */\n#include \"base/msg.h\"\n\n"
                 "const struct str msg_keys[MSG__N] = {\n    STR(\"\"),\n");
    for (size_t i = 0; i < catalogues[0].count; i++)
        buf_add_fmt(out, "    STR(\"%.*s\"),\n", STR_ARG(catalogues[0].messages[i].key));
    BUF_ADD(out, "};\n\nconst struct msg_forms msg_forms[LANG__N][MSG__N] = {\n");
    for (size_t lang = 0; lang <= count; lang++) {
        bool is_pseudo = lang == count;
        const struct catalogue *catalogue = &catalogues[is_pseudo ? 0 : lang];

        for (size_t i = 0; i < catalogue->count; i++)
            emit_message(out, lang_names[lang], &catalogue->messages[i], is_pseudo);
    }
    BUF_ADD(out, "};\n");
}

/* True when the name stands earlier in the message's forms for many. */
static bool was_listed(struct str whole, struct str name)
{
    struct str before = {whole.p, (size_t)(name.p - whole.p) - 1}, other;

    while (placeholder_next(&before, &other))
        if (str_eq(other, name))
            return true;
    return false;
}

void emit_list(struct buf *out, const struct catalogue *reference)
{
    for (size_t i = 0; i < reference->count; i++) {
        const struct message *message = &reference->messages[i];
        struct str whole = message->forms[message->is_plural], rest = whole, name;
        char separator = ' ';

        buf_add_fmt(out, "%.*s %s", STR_ARG(message->key), message->is_plural ? "plural" : "plain");
        while (placeholder_next(&rest, &name)) {
            if (was_listed(whole, name))
                continue;
            buf_add_fmt(out, "%c%.*s", separator, STR_ARG(name));
            separator = ',';
        }
        BUF_ADD(out, "\n");
    }
}
