#include "image/colour.h"

#include <math.h>

#define HEADER_BYTES     128
#define TAG_BYTES        12
#define MAX_TAGS         200
#define XYZ_BYTES        20
#define MAX_CURVE_POINTS 65536
/* Fine enough that neighbours differ by a fifth of an 8-bit step where sRGB is steepest. */
#define LINEAR_STEPS 16384

/* Linear sRGB from XYZ relative to D50, the inverse of sRGB's adapted colorants (Bruce Lindbloom,
 * "RGB/XYZ Matrices", sRGB with D50). */
static const float srgb_from_xyz[3][3] = {
    {3.1338561F, -1.6168667F, -0.4906146F},
    {-0.9787684F, 1.9161415F, 0.0334540F},
    {0.0719453F, -0.2289914F, 1.4052427F},
};

static uint32_t get_u32(struct str s, size_t at)
{
    const uint8_t *p = (const uint8_t *)s.p + at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static float get_s15_fixed16(struct str s, size_t at)
{
    return (float)(int32_t)get_u32(s, at) / 65536.0F;
}

/* The data of the tag, empty when it is absent or points outside the profile. */
static struct str find_tag(struct str icc, struct str signature)
{
    uint32_t count = get_u32(icc, HEADER_BYTES);

    for (uint32_t i = 0; i < count && i < MAX_TAGS; i++) {
        size_t at = HEADER_BYTES + 4 + (size_t)i * TAG_BYTES;
        size_t offset, n;

        if (at + TAG_BYTES > icc.n)
            break;
        offset = get_u32(icc, at + 4);
        n = get_u32(icc, at + 8);
        if (str_eq(str_slice(icc, at, at + 4), signature) && offset <= icc.n && n <= icc.n - offset)
            return str_slice(icc, offset, offset + n);
    }
    return STR_NONE;
}

static float clamp01(float value)
{
    return value > 0 ? (value < 1 ? value : 1) : 0;
}

/* curveType (ICC.1:2010, 10.5): no points is the identity, one a gamma, more a table. */
static bool parse_curve_table(struct str tag, float curve[256])
{
    uint32_t points = get_u32(tag, 8);
    const uint8_t *p = (const uint8_t *)tag.p + 12;

    if (points > MAX_CURVE_POINTS || tag.n < 12 + 2 * (size_t)points)
        return false;
    for (int i = 0; i < 256; i++) {
        float x = (float)i / 255;
        float at = x * (float)(points ? points - 1 : 0);
        size_t low = (size_t)at, high = low + 1 < points ? low + 1 : low;
        float part = at - (float)low;

        if (points == 0)
            curve[i] = x;
        else if (points == 1)
            curve[i] = powf(x, (float)(p[0] << 8 | p[1]) / 256);
        else
            curve[i] = ((float)(p[2 * low] << 8 | p[2 * low + 1]) * (1 - part) +
                        (float)(p[2 * high] << 8 | p[2 * high + 1]) * part) /
                       65535;
    }
    return true;
}

/* parametricCurveType (ICC.1:2010, 10.16): Y = (aX + b)^g + e above d, else cX + f. */
static bool parse_curve_formula(struct str tag, float curve[256])
{
    static const size_t counts[] = {1, 3, 4, 5, 7};
    size_t type = get_u32(tag, 8) >> 16;
    float v[7] = {1, 1, 0, 0, 0, 0, 0}; /* g a b c d e f */

    if (type >= COUNT(counts) || tag.n < 12 + 4 * counts[type])
        return false;
    for (size_t i = 0; i < counts[type]; i++)
        v[i] = get_s15_fixed16(tag, 12 + 4 * i);
    if (type == 1 || type == 2) {
        /* Types 1 and 2 have no linear part: below -b/a the value is constant. */
        if (v[1] == 0)
            return false;
        v[5] = v[6] = type == 2 ? v[3] : 0;
        v[3] = 0;
        v[4] = -v[2] / v[1];
    }
    for (int i = 0; i < 256; i++) {
        float x = (float)i / 255;
        float y = x >= v[4] ? powf(fmaxf(v[1] * x + v[2], 0), v[0]) + v[5] : v[3] * x + v[6];

        if (!isfinite(y))
            return false;
        curve[i] = clamp01(y);
    }
    return true;
}

static bool parse_curve(struct str tag, float curve[256])
{
    if (tag.n < 12)
        return false;
    if (str_starts_with(tag, S("curv")))
        return parse_curve_table(tag, curve);
    return str_starts_with(tag, S("para")) && parse_curve_formula(tag, curve);
}

bool colour_profile_parse(struct str icc, struct colour_profile *ret)
{
    static const struct str colorants[] = {STR("rXYZ"), STR("gXYZ"), STR("bXYZ")};
    static const struct str curves[] = {STR("rTRC"), STR("gTRC"), STR("bTRC")};
    struct colour_profile profile = {0};

    if (icc.n < HEADER_BYTES + 4 || !str_eq(str_slice(icc, 36, 40), S("acsp")) ||
        !str_eq(str_slice(icc, 16, 20), S("RGB ")) || !str_eq(str_slice(icc, 20, 24), S("XYZ ")))
        return false;
    for (size_t c = 0; c < 3; c++) {
        struct str xyz = find_tag(icc, colorants[c]);

        if (xyz.n < XYZ_BYTES || !str_starts_with(xyz, S("XYZ ")) ||
            !parse_curve(find_tag(icc, curves[c]), profile.curve[c]))
            return false;
        for (size_t row = 0; row < 3; row++)
            for (size_t k = 0; k < 3; k++)
                profile.matrix[row][c] += srgb_from_xyz[row][k] * get_s15_fixed16(xyz, 8 + 4 * k);
    }
    *ret = profile;
    return true;
}

static float srgb_linear(float sample)
{
    return sample <= 0.04045F ? sample / 12.92F : powf((sample + 0.055F) / 1.055F, 2.4F);
}

static float srgb_sample(float linear)
{
    return linear <= 0.0031308F ? linear * 12.92F : 1.055F * powf(linear, 1 / 2.4F) - 0.055F;
}

bool colour_profile_is_srgb(const struct colour_profile *profile)
{
    for (int row = 0; row < 3; row++) {
        for (int c = 0; c < 3; c++)
            if (fabsf(profile->matrix[row][c] - (row == c ? 1.0F : 0.0F)) > 0.01F)
                return false;
        for (int i = 0; i < 256; i++)
            if (fabsf(profile->curve[row][i] - srgb_linear((float)i / 255)) > 0.005F)
                return false;
    }
    return true;
}

enum rc colour_to_srgb(struct ctx *ctx, const struct colour_profile *profile,
                       struct picture *picture)
{
    const size_t count = (size_t)picture->width * picture->height;
    uint8_t *samples = arena_alloc(ctx->arena, LINEAR_STEPS + 1);
    uint8_t *p = picture->pixels;

    if (!samples)
        return FAIL(ctx, ERR_MEMORY);
    for (int i = 0; i <= LINEAR_STEPS; i++)
        samples[i] = (uint8_t)(srgb_sample((float)i / LINEAR_STEPS) * 255 + 0.5F);
    for (size_t i = 0; i < count; i++, p += 3) {
        float r = profile->curve[0][p[0]], g = profile->curve[1][p[1]];
        float b = profile->curve[2][p[2]];

        for (int c = 0; c < 3; c++) {
            const float *m = profile->matrix[c];

            p[c] = samples[(int)(clamp01(m[0] * r + m[1] * g + m[2] * b) * LINEAR_STEPS + 0.5F)];
        }
    }
    return RC_OK;
}
