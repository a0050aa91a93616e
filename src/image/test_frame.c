#include "image/image_frame.h"

#include "image/test_support.h"

static void test_sniff(void **state)
{
    static const struct {
        struct str head;
        enum image_kind kind;
    } files[] = {
        {STR(""), IMAGE_OTHER},
        {STR("\xff\xd8"), IMAGE_OTHER},
        {STR("\xff\xd8\xff\xe1"), IMAGE_JPEG},
        {STR("\x89PNG\r\n\x1a\n"), IMAGE_PNG},
        {STR("\x89PNG\r\n\x1a"), IMAGE_OTHER},
        {STR("\x89PNG\n\x1a\n\n"), IMAGE_OTHER}, /* damaged by a text transfer */
        {STR("RIFF\1\2\3\4WEBPVP8X"), IMAGE_WEBP},
        {STR("RIFF\1\2\3\4WAVEfmt "), IMAGE_OTHER},
        {STR("RIFF\1\2\3\4WEB"), IMAGE_OTHER},
        {STR("\0\0\0\x18"
             "ftypheic\0\0\0\0mif1heic"),
         IMAGE_HEIC},
        {STR("\0\0\0\x18"
             "ftypmif1\0\0\0\0mif1heic"),
         IMAGE_HEIC},
        {STR("\0\0\0\x18"
             "ftypmif1\0\0\0\0miafMiHB"),
         IMAGE_HEIC},
        {STR("\0\0\0\x1c"
             "ftypmif1\0\0\0\0mif1avifmiaf"),
         IMAGE_AVIF},
        {STR("\0\0\0\x18"
             "ftypavif\0\0\0\0mif1heic"),
         IMAGE_AVIF},
        {STR("\0\0\0\x14"
             "ftypmif1\0\0\0\0mif1avif"),
         IMAGE_HEIC}, /* avif lies behind the box */
        {STR("\0\0\0\x18"
             "ftypisom\0\0\0\0isomavc1"),
         IMAGE_OTHER},
        {STR("\xff\xff\xff\xff"
             "ftypmsf1\0\0\0\0hevc"),
         IMAGE_HEIC},
        {STR("\0\0\0\0ftyphei"), IMAGE_OTHER},
        {STR("GIF89a"), IMAGE_GIF},
        {STR("GIF90a"), IMAGE_OTHER},
        {STR("%PDF-1.4"), IMAGE_PDF},
        {STR("PK\3\4"), IMAGE_ZIP},
        {STR("PK\5\6"), IMAGE_ZIP},
        {STR("<!DOCTYPE html>"), IMAGE_OTHER},
        {STR("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), IMAGE_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++)
        if (image_sniff(files[i].head) != files[i].kind)
            fail_msg("file %zu is taken for %.*s", i,
                     STR_ARG(image_kind_name(image_sniff(files[i].head))));
}

static void test_kinds(void **state)
{
    (void)state;
    assert_true(image_kind_is_taken(IMAGE_JPEG) && image_kind_is_taken(IMAGE_HEIC));
    assert_false(image_kind_is_taken(IMAGE_OTHER) || image_kind_is_taken(IMAGE_GIF));
    for (int kind = 0; kind < IMAGE_KIND__N; kind++)
        assert_true(image_kind_name((enum image_kind)kind).n > 0);
    assert_true(str_eq(image_kind_name(IMAGE_KIND__N), S("unknown")));
}

static const struct image_frame done = {
    .status = IMAGE_DONE,
    .kind = IMAGE_WEBP,
    .width = 4032,
    .height = 3024,
    .full = {2048, 1536, 300000},
    .thumb = {320, 240, 9000},
};

static const struct image_frame refused = {.status = IMAGE_TOO_LARGE,
                                           .kind = IMAGE_OTHER,
                                           .width = 50000,
                                           .height = 50000,
                                           .detail_bytes = IMAGE_MAX_DETAIL_BYTES};

static bool passes(const struct image_frame *frame)
{
    uint8_t bytes[IMAGE_FRAME_BYTES];
    struct image_frame back = {.width = 12345};
    bool is_sound;

    image_frame_pack(frame, bytes);
    is_sound = image_frame_unpack(bytes, &back);
    if (is_sound)
        assert_memory_equal(&back, frame, sizeof back);
    else
        assert_int_equal(back.width, 12345);
    return is_sound;
}

static void test_round_trip(void **state)
{
    (void)state;
    assert_true(passes(&done));
    assert_true(passes(&refused));
}

/* Each word alone made one that an honest program would not write. */
static void test_forged_frames(void **state)
{
    struct image_frame frame;

    (void)state;
#define FORGED(base, member, value)         \
    do {                                    \
        frame = (base);                     \
        frame.member = (value);             \
        if (passes(&frame))                 \
            fail_msg(#member " = " #value); \
    } while (0)
    FORGED(done, status, IMAGE_STATUS__N);
    FORGED(done, status, IMAGE_BROKEN);
    FORGED(done, kind, IMAGE_GIF);
    FORGED(done, kind, IMAGE_KIND__N);
    FORGED(done, width, 0);
    FORGED(done, width, 65536);
    FORGED(done, height, 40000);
    FORGED(done, full.width, 2049);
    FORGED(done, full.height, 0);
    FORGED(done, full.bytes, 3);
    FORGED(done, full.bytes, IMAGE_MAX_FULL_BYTES + 1);
    FORGED(done, full.bytes, UINT32_MAX);
    FORGED(done, thumb.width, 321);
    FORGED(done, thumb.bytes, IMAGE_MAX_THUMB_BYTES + 1);
    FORGED(done, detail_bytes, 1);
    FORGED(refused, status, IMAGE_DONE);
    FORGED(refused, detail_bytes, IMAGE_MAX_DETAIL_BYTES + 1);
    FORGED(refused, full.bytes, 4);
    FORGED(refused, thumb.height, 1);
#undef FORGED
}

static void test_magic_word(void **state)
{
    uint8_t bytes[IMAGE_FRAME_BYTES];
    struct image_frame frame;

    (void)state;
    image_frame_pack(&done, bytes);
    assert_memory_equal(bytes, "CHI1\0\0\0\0\3\0\0\0\xc0\x0f\0\0", 16);
    bytes[3] = '2';
    assert_false(image_frame_unpack(bytes, &frame));
}

static void test_jpeg_ends(void **state)
{
    (void)state;
    assert_true(image_frame_is_jpeg(S("\xff\xd8\xff...\xff\xd9")));
    assert_false(image_frame_is_jpeg(S("\xff\xd8\xff...\xff\xd9\n")));
    assert_false(image_frame_is_jpeg(S("<\xff\xd8\xff...\xff\xd9")));
    assert_false(image_frame_is_jpeg(STR_NONE));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_sniff),         TEST(test_kinds),      TEST(test_round_trip),
        TEST(test_forged_frames), TEST(test_magic_word), TEST(test_jpeg_ends),
    };

    return cmocka_run_group_tests_name("image/frame", tests, NULL, NULL);
}
