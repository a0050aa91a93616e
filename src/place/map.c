#include "place/map.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "place/map_path.h"

#define POINT_WIDTH_M 200.0
#define FAR_M_PER_PX  5.0 /* above, a block is smaller than a name: small streets go thin */
#define NAMES_MAX     48
#define FONT          22 /* half pixels */
#define LETTER_WIDTH  11.5

struct map_view map_view_around(struct point center, double width_m, int width_px, int height_px)
{
    assert(width_px > 0 && height_px > 0 && width_px <= MAP_SIDE_MAX_PX &&
           height_px <= MAP_SIDE_MAX_PX && width_m > 0);
    return (struct map_view){center, width_m / width_px, width_px, height_px};
}

struct map_view map_view_of(struct box box, int width_px, int height_px)
{
    struct point center = {box.min.lat_e7 / 2 + box.max.lat_e7 / 2,
                           box.min.lon_e7 / 2 + box.max.lon_e7 / 2};
    struct plane plane = plane_at(center);
    struct metres low = plane_metres(&plane, box.min), high = plane_metres(&plane, box.max);
    double width_m = (high.x - low.x) * 1.1;
    double for_height_m = (high.y - low.y) * 1.1 * width_px / height_px;

    if (for_height_m > width_m)
        width_m = for_height_m;
    return map_view_around(center, width_m < POINT_WIDTH_M ? POINT_WIDTH_M : width_m, width_px,
                           height_px);
}

struct map_pixel map_pixel_of(const struct map_view *view, struct point at)
{
    struct plane plane = plane_at(view->center);
    struct metres off = plane_metres(&plane, at);

    return (struct map_pixel){view->width_px / 2.0 + off.x / view->m_per_px,
                              view->height_px / 2.0 - off.y / view->m_per_px};
}

struct point map_point_at(const struct map_view *view, struct map_pixel pixel)
{
    struct plane plane = plane_at(view->center);

    return plane_point(&plane, (struct metres){(pixel.x - view->width_px / 2.0) * view->m_per_px,
                                               (view->height_px / 2.0 - pixel.y) * view->m_per_px});
}

struct box map_box(const struct map_view *view)
{
    struct box box = BOX_NONE;

    box_add(&box, map_point_at(view, (struct map_pixel){0, 0}));
    box_add(&box, map_point_at(view, (struct map_pixel){view->width_px, view->height_px}));
    return box;
}

struct drawing {
    const struct layers *layers;
    const struct map_picture *picture;
    struct box box; /* a little more than what is seen */
    struct buf *out;
    struct arena *scratch;
};

/* XML text: what has a meaning there is written as a reference; control bytes, which XML 1.0 does
 * not allow, become spaces. */
static void text_add(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&': BUF_ADD(out, "&amp;"); break;
        case '<': BUF_ADD(out, "&lt;"); break;
        case '>': BUF_ADD(out, "&gt;"); break;
        case '"': BUF_ADD(out, "&quot;"); break;
        case '\'': BUF_ADD(out, "&#39;"); break;
        default:
            buf_add_byte(out,
                         (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F ? ' ' : text.p[i]);
        }
    }
}

static struct map_path path_begin(struct drawing *drawing, const char *class)
{
    buf_add_fmt(drawing->out, "<path class=\"%s\" d=\"", class);
    return (struct map_path){&drawing->picture->view, drawing->out, drawing->scratch, 0, 0, false};
}

static void parts_draw(struct map_path *path, const struct layer *layer,
                       const struct layer_feature *feature)
{
    for (uint32_t i = 0; i < feature->part_count; i++) {
        if (layer->kind == LAYER_AREAS)
            map_path_ring(path, feature->parts[i]);
        else
            map_path_line(path, feature->parts[i]);
    }
}

static void areas_draw(struct drawing *drawing, struct str name, const char *class)
{
    const struct layer *layer = layers_find(drawing->layers, name);
    struct map_path path;

    if (!layer || layer->kind != LAYER_AREAS)
        return;
    path = path_begin(drawing, class);
    for (size_t i = 0; i < layer->feature_count; i++) {
        if (box_overlaps(layer->features[i].box, drawing->box))
            parts_draw(&path, layer, &layer->features[i]);
    }
    BUF_ADD(drawing->out, "\" fill-rule=\"evenodd\"/>\n");
}

/* The stroke of a street in half pixels: its width on the ground, but never too thin to see. */
static double stroke_of(const struct drawing *drawing, double width_m, double least)
{
    double stroke = 2 * width_m / drawing->picture->view.m_per_px;

    return stroke < least ? least : stroke;
}

/* 1 main, 2 middle, 0 all others. */
static int class_of(const struct layer_feature *feature)
{
    int64_t class;

    if (!str_to_i64(layer_property(feature, S("class")), &class) || class < 1 || class > 2)
        return 0;
    return (int)class;
}

static void streets_draw(struct drawing *drawing, const struct layer *layer, int class)
{
    static const struct {
        const char *class;
        double width_m, least;
    } looks[] = {{"map-street", 9, 1.2}, {"map-main", 15, 5}, {"map-middle", 12, 3.4}};
    struct map_path path = path_begin(drawing, looks[class].class);

    for (size_t i = 0; i < layer->feature_count; i++) {
        const struct layer_feature *feature = &layer->features[i];

        if (class_of(feature) == class && box_overlaps(feature->box, drawing->box))
            parts_draw(&path, layer, feature);
    }
    buf_add_fmt(drawing->out, "\" fill=\"none\" stroke-width=\"%.1f\"/>\n",
                stroke_of(drawing, looks[class].width_m, looks[class].least));
}

static void rail_draw(struct drawing *drawing)
{
    const struct layer *layer = layers_find(drawing->layers, S("rail"));
    struct map_path path;

    if (!layer || layer->kind != LAYER_LINES)
        return;
    path = path_begin(drawing, "map-rail");
    for (size_t i = 0; i < layer->feature_count; i++) {
        if (box_overlaps(layer->features[i].box, drawing->box))
            parts_draw(&path, layer, &layer->features[i]);
    }
    buf_add_fmt(drawing->out, "\" fill=\"none\" stroke-width=\"%.1f\"/>\n",
                stroke_of(drawing, 2, 1.6));
}

/* Everything but the city: the picture's frame with the city as a hole. */
static void outside_draw(struct drawing *drawing)
{
    const struct layer *layer = layers_find(drawing->layers, S("boundary"));
    const struct map_view *view = &drawing->picture->view;
    struct map_path path;

    if (!layer || layer->kind != LAYER_AREAS)
        return;
    path = path_begin(drawing, "map-outside");
    for (size_t i = 0; i < layer->feature_count; i++)
        parts_draw(&path, layer, &layer->features[i]);
    buf_add_fmt(drawing->out, "M-24-24H%dV%dH-24z\" fill-rule=\"evenodd\" stroke-width=\"3\"/>\n",
                view->width_px * 2 + 24, view->height_px * 2 + 24);
}

/* A place for a name along a street or in a park. */
struct name {
    struct str text;
    const char *class;
    int rank; /* lower is written first */
    double x, y, angle;
    double length; /* of the stretch it lies along */
    double total;  /* of all stretches of that name in the picture */
};

struct names {
    struct name of[NAMES_MAX];
    size_t n;
};

/* Half the room a name takes, across and down. */
static struct map_pixel half_room(const struct name *name)
{
    double length = LETTER_WIDTH * (double)name->text.n / 2 + 4;
    double turn = name->angle * M_PI / 180;

    return (struct map_pixel){length * fabs(cos(turn)) + FONT * fabs(sin(turn)) / 2,
                              length * fabs(sin(turn)) + FONT * fabs(cos(turn)) / 2};
}

static bool is_in_frame(const struct map_view *view, const struct name *name)
{
    struct map_pixel half = half_room(name);

    return name->x >= half.x && name->y >= half.y && name->x <= view->width_px * 2 - half.x &&
           name->y <= view->height_px * 2 - half.y;
}

/* Of the stretches of one street the longest that has room for the name is taken. */
static void name_offer(const struct map_view *view, struct names *names, struct name name)
{
    bool fits = is_in_frame(view, &name);

    name.total = name.length;
    for (size_t i = 0; i < names->n; i++) {
        if (!str_eq(names->of[i].text, name.text))
            continue;
        name.total += names->of[i].total;
        if (fits && names->of[i].length < name.length)
            names->of[i] = name;
        else
            names->of[i].total = name.total;
        return;
    }
    if (fits && names->n < NAMES_MAX)
        names->of[names->n++] = name;
}

/* The chord between two corners near the stretch's middle gives the direction. */
static void street_name_offer(const struct drawing *drawing, struct names *names,
                              const struct layer_feature *feature)
{
    const struct map_view *view = &drawing->picture->view;
    struct line line = feature->parts[0];
    double length_m = line_length_m(line);
    struct map_pixel middle = map_pixel_of(view, line_point(line, length_m / 2, 0));
    struct map_pixel from = map_pixel_of(view, line_point(line, length_m * 0.25, 0));
    struct map_pixel to = map_pixel_of(view, line_point(line, length_m * 0.75, 0));
    double angle = atan2(to.y - from.y, to.x - from.x) * 180 / M_PI;
    int class = class_of(feature);

    if (angle > 90)
        angle -= 180;
    if (angle < -90)
        angle += 180;
    name_offer(view, names,
               (struct name){
                   .text = feature->label,
                   .class = "map-name",
                   .rank = class == 0 ? 3 : class,
                   .x = middle.x * 2,
                   .y = middle.y * 2,
                   .angle = angle,
                   .length = 2 * length_m / view->m_per_px,
               });
}

static void park_names_offer(const struct drawing *drawing, struct names *names)
{
    const struct map_view *view = &drawing->picture->view;
    const struct layer *parks = layers_find(drawing->layers, S("park"));

    for (size_t i = 0; parks && parks->kind == LAYER_AREAS && i < parks->feature_count; i++) {
        const struct layer_feature *feature = &parks->features[i];
        struct map_pixel low = map_pixel_of(view, feature->box.min);
        struct map_pixel high = map_pixel_of(view, feature->box.max);
        struct map_pixel at;

        if (!box_overlaps(feature->box, drawing->box) ||
            (high.x - low.x) * 2 < LETTER_WIDTH * (double)feature->label.n)
            continue;
        at = map_pixel_of(view, layer_label_point(feature));
        name_offer(view, names,
                   (struct name){
                       .text = feature->label,
                       .class = "map-name map-name-park",
                       .rank = 2,
                       .x = at.x * 2,
                       .y = at.y * 2,
                       .length = (high.x - low.x) * 2,
                   });
    }
}

static int by_rank(const void *a, const void *b)
{
    const struct name *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank - y->rank;
    return (x->total < y->total) - (x->total > y->total);
}

/* Names are written apart from those that are there already. */
static bool has_room(const struct name *written, size_t count, const struct name *name)
{
    struct map_pixel half = half_room(name);

    for (size_t i = 0; i < count; i++) {
        struct map_pixel other = half_room(&written[i]);

        if (fabs(written[i].x - name->x) < other.x + half.x &&
            fabs(written[i].y - name->y) < other.y + half.y)
            return false;
    }
    return true;
}

static void name_write(struct buf *out, const struct name *name)
{
    buf_add_fmt(out,
                "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\" font-size=\"%d\" text-anchor=\"middle\" "
                "dy=\".35em\"",
                name->class, name->x, name->y, FONT);
    if (fabs(name->angle) >= 0.5)
        buf_add_fmt(out, " transform=\"rotate(%.0f %.0f %.0f)\"", name->angle, name->x, name->y);
    BUF_ADD(out, ">");
    text_add(out, name->text);
    BUF_ADD(out, "</text>\n");
}

static void names_draw(struct drawing *drawing, const struct layer *streets)
{
    const struct map_view *view = &drawing->picture->view;
    struct box box = map_box(view);
    bool is_far = view->m_per_px > FAR_M_PER_PX;
    size_t most = (size_t)(view->width_px * view->height_px / 24000) + 2;
    struct names names = {.n = 0};
    struct name written[NAMES_MAX];
    size_t count = 0;

    for (int class = 1; streets && class <= 3; class ++) {
        for (size_t i = 0; i < streets->feature_count; i++) {
            const struct layer_feature *feature = &streets->features[i];

            if (class_of(feature) == class % 3 && box_overlaps(feature->box, box) &&
                (class < 3 || !is_far))
                street_name_offer(drawing, &names, feature);
        }
    }
    park_names_offer(drawing, &names);
    qsort(names.of, names.n, sizeof *names.of, by_rank);
    for (size_t i = 0; i < names.n && count < most; i++) {
        if (!has_room(written, count, &names.of[i]))
            continue;
        written[count++] = names.of[i];
        name_write(drawing->out, &names.of[i]);
    }
}

static void kind_add(struct buf *out, struct str kind)
{
    for (size_t i = 0; i < kind.n; i++) {
        char byte = kind.p[i];

        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= '0' && byte <= '9') || byte == '-')
            buf_add_byte(out, byte);
    }
}

/* A drop whose tip is at the place. */
static void marker_draw(struct drawing *drawing, const struct map_marker *marker)
{
    const struct map_view *view = &drawing->picture->view;
    struct map_pixel at = map_pixel_of(view, marker->at);
    struct buf *out = drawing->out;

    if (!(at.x >= 0 && at.y >= 0 && at.x <= view->width_px && at.y <= view->height_px))
        return;
    BUF_ADD(out, "<g class=\"map-pin map-pin-");
    kind_add(out, marker->kind);
    buf_add_fmt(
        out,
        "\" transform=\"translate(%.0f %.0f)\"><path d=\"M0 0C-4-14-19-22-19-37a19 19 0 1 1 "
        "38 0C19-22 4-14 0 0z\"/>",
        at.x * 2, at.y * 2);
    if (!str_is_empty(marker->text)) {
        BUF_ADD(out, "<text y=\"-30\" font-size=\"22\" text-anchor=\"middle\">");
        text_add(out, marker->text);
        BUF_ADD(out, "</text>");
    } else {
        BUF_ADD(out, "<circle cy=\"-37\" r=\"7\"/>");
    }
    BUF_ADD(out, "</g>\n");
}

static void head_write(struct drawing *drawing)
{
    const struct map_view *view = &drawing->picture->view;
    struct buf *out = drawing->out;

    buf_add_fmt(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"map\" role=\"img\" width=\"%d\" "
                "height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>",
                view->width_px, view->height_px, view->width_px * 2, view->height_px * 2);
    text_add(out, drawing->picture->title);
    BUF_ADD(out, "</title>\n");
}

void map_draw(const struct layers *layers, const struct map_picture *picture, struct buf *out)
{
    struct drawing drawing = {layers, picture, map_box(&picture->view), out,
                              arena_child(out->arena)};
    const struct layer *streets = layers_find(layers, S("street"));

    if (!drawing.scratch) {
        out->has_failed = true;
        return;
    }
    if (streets && streets->kind != LAYER_LINES)
        streets = NULL;
    head_write(&drawing);
    areas_draw(&drawing, S("park"), "map-park");
    areas_draw(&drawing, S("water"), "map-water");
    rail_draw(&drawing);
    for (int i = 0; streets && i < 3; i++) {
        static const int order[] = {0, 2, 1};

        streets_draw(&drawing, streets, order[i]);
    }
    outside_draw(&drawing);
    names_draw(&drawing, streets);
    for (size_t i = 0; i < picture->marker_count; i++)
        marker_draw(&drawing, &picture->markers[i]);
    BUF_ADD(out, "</svg>\n");
    arena_free(drawing.scratch);
}
