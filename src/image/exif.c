#include "image/exif.h"

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT      3
#define ENTRY_BYTES     12

struct tiff {
    struct str bytes;
    bool is_big_endian;
};

/* Reads 2 or 4 bytes at `at`; UINT32_MAX, which no valid field here holds, beyond the end. */
static uint32_t tiff_get(const struct tiff *tiff, size_t at, size_t width)
{
    const uint8_t *p = (const uint8_t *)tiff->bytes.p + at;
    uint32_t value = 0;

    if (at > tiff->bytes.n || width > tiff->bytes.n - at)
        return UINT32_MAX;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | p[tiff->is_big_endian ? i : width - 1 - i];
    return value;
}

static bool entry_orientation(const struct tiff *tiff, size_t entry, int *ret)
{
    uint32_t value;

    if (tiff_get(tiff, entry, 2) != TAG_ORIENTATION)
        return false;
    value = tiff_get(tiff, entry + 8, 2);
    if (tiff_get(tiff, entry + 2, 2) != TYPE_SHORT || tiff_get(tiff, entry + 4, 4) != 1 ||
        value < 1 || value > 8)
        return false;
    *ret = (int)value;
    return true;
}

int exif_orientation(struct str exif)
{
    struct tiff tiff = {.bytes = exif};
    int orientation = 1;
    size_t directory;
    uint32_t count;

    if (str_starts_with(exif, S("Exif\0\0")))
        tiff.bytes = str_slice(exif, 6, exif.n);
    tiff.is_big_endian = str_starts_with(tiff.bytes, S("MM"));
    if (!tiff.is_big_endian && !str_starts_with(tiff.bytes, S("II")))
        return 1;
    if (tiff_get(&tiff, 2, 2) != 42)
        return 1;
    directory = tiff_get(&tiff, 4, 4);
    count = tiff_get(&tiff, directory, 2);
    if (count == UINT32_MAX)
        return 1;
    for (uint32_t i = 0; i < count; i++)
        if (entry_orientation(&tiff, directory + 2 + (size_t)i * ENTRY_BYTES, &orientation))
            break;
    return orientation;
}
