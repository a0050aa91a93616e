#include "image/image_sniff.h"

/* ISO base media brands (ISO/IEC 23008-12, annex B; AVIF 1.1, section 6). `mif1` says only that
 * pictures are inside, so the compatible brands decide; a file that names no codec is HEIC, and
 * the decoder refuses what is not. */
static enum image_kind brand_kind(struct str brand)
{
    static const struct str heic[] = {STR("heic"), STR("heix"), STR("heim"), STR("heis"),
                                      STR("hevc"), STR("hevx"), STR("hevm"), STR("hevs")};

    for (size_t i = 0; i < COUNT(heic); i++)
        if (str_eq(brand, heic[i]))
            return IMAGE_HEIC;
    if (str_eq(brand, S("avif")) || str_eq(brand, S("avis")))
        return IMAGE_AVIF;
    return IMAGE_OTHER;
}

/* `head` begins with a `ftyp` box: size, "ftyp", major brand, minor version, compatible brands. */
static enum image_kind sniff_media(struct str head)
{
    const uint8_t *p = (const uint8_t *)head.p;
    size_t box = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    struct str major = str_slice(head, 8, 12);
    enum image_kind kind = brand_kind(major);
    bool is_pictures = str_eq(major, S("mif1")) || str_eq(major, S("msf1"));

    head = str_slice(head, 0, box < IMAGE_SNIFF_BYTES ? box : IMAGE_SNIFF_BYTES);
    for (size_t at = 16; kind == IMAGE_OTHER && is_pictures && at + 4 <= head.n; at += 4)
        kind = brand_kind(str_slice(head, at, at + 4));
    return kind == IMAGE_OTHER && is_pictures ? IMAGE_HEIC : kind;
}

enum image_kind image_sniff(struct str head)
{
    if (str_starts_with(head, S("\xff\xd8\xff")))
        return IMAGE_JPEG;
    if (str_starts_with(head, S("\x89PNG\r\n\x1a\n")))
        return IMAGE_PNG;
    if (str_starts_with(head, S("RIFF")) && str_eq(str_slice(head, 8, 12), S("WEBP")))
        return IMAGE_WEBP;
    if (head.n >= 16 && str_eq(str_slice(head, 4, 8), S("ftyp")))
        return sniff_media(head);
    if (str_starts_with(head, S("GIF87a")) || str_starts_with(head, S("GIF89a")))
        return IMAGE_GIF;
    if (str_starts_with(head, S("%PDF-")))
        return IMAGE_PDF;
    if (str_starts_with(head, S("PK\x03\x04")) || str_starts_with(head, S("PK\x05\x06")))
        return IMAGE_ZIP;
    return IMAGE_OTHER;
}

bool image_kind_is_taken(enum image_kind kind)
{
    return kind == IMAGE_JPEG || kind == IMAGE_PNG || kind == IMAGE_WEBP || kind == IMAGE_HEIC;
}

struct str image_kind_name(enum image_kind kind)
{
    static const struct str names[IMAGE_KIND__N] = {
        [IMAGE_OTHER] = STR("unknown"), [IMAGE_JPEG] = STR("JPEG"), [IMAGE_PNG] = STR("PNG"),
        [IMAGE_WEBP] = STR("WebP"),     [IMAGE_HEIC] = STR("HEIC"), [IMAGE_AVIF] = STR("AVIF"),
        [IMAGE_GIF] = STR("GIF"),       [IMAGE_PDF] = STR("PDF"),   [IMAGE_ZIP] = STR("ZIP"),
    };

    return kind < IMAGE_KIND__N ? names[kind] : names[IMAGE_OTHER];
}
