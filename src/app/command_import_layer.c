/* import layer: a layer of the map from a file, with what it means for the cases at hand. */
#include <stdio.h>

#include "app/command.h"
#include "app/home.h"
#include "base/file.h"
#include "base/json.h"
#include "base/yaml.h"
#include "engine/cases/layer_effect.h"
#include "engine/publish/layer_import.h"
#include "people/actor.h"
#include "place/import_layer.h"
#include "place/layers.h"

#define MAX_OUTPUT ((size_t)1 << 20)

struct layer_call {
    const char *folder, *map_path, *file_path, *write_path;
    bool is_json, is_dry;
    struct home home;
    struct import_layer_map map;
    struct str text;
    bool is_topology;
    const struct layer *layer; /* as it will be */
    struct import_layer_cover cover;
    struct layer_effect effect;
    size_t features_before;
};

static enum rc read_layer(struct ctx *ctx, struct layer_call *call, struct problems *problems)
{
    const struct yaml_node *root;
    struct str raw;
    enum rc rc = yaml_read(ctx, call->map_path, str_of(call->map_path), problems, &root);

    if (!rc)
        rc = import_layer_map_read(ctx, root, problems, &call->map);
    if (!rc)
        rc = file_read(ctx, call->file_path, LAYER_FILE_MAX_BYTES, &raw);
    if (rc == RC_NOT_FOUND)
        rc = FAIL(ctx, ERR_FILE, .detail = str_fmt(ctx->arena, "there is no %s", call->file_path));
    if (!rc)
        rc = import_layer_rewrite(ctx, &call->map, raw, &call->text, &call->is_topology);
    if (!rc)
        rc = layer_load(ctx, ctx->arena, call->map.layer, call->text, &call->layer);
    if (!rc && !call->layer->feature_count)
        rc = FAIL(ctx, ERR_FORMAT, .detail = S("no feature of the file has an extent"));
    if (!rc)
        import_layer_look_over(call->layer, str_of(call->file_path), problems);
    return rc;
}

static void print_move(const struct layer_move *move)
{
    struct str from = move->from ? move->from->id : S("no team");
    struct str to = move->to ? move->to->id : S("no team");

    printf("  %.*s -> %.*s: %lld\n", STR_ARG(from), STR_ARG(to), (long long)move->cases);
}

static double percent(int64_t part, int64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_words(const struct layer_call *call)
{
    const struct import_layer_cover *cover = &call->cover;
    const struct layer_effect *effect = &call->effect;

    printf("layer %.*s: %zu features, version %.*s (before: %zu features)\n",
           STR_ARG(call->map.layer), call->layer->feature_count, STR_ARG(call->layer->version),
           call->features_before);
    if (cover->points)
        printf("%.1f%% of the city is in no area, %.1f%% in more than one\n",
               percent(cover->uncovered, cover->points), percent(cover->doubled, cover->points));
    printf("%lld of %lld open cases lie in another area; %lld of them would be routed to another "
           "team now (they stay with theirs)\n",
           (long long)effect->elsewhere, (long long)effect->open, (long long)effect->rerouted);
    for (size_t i = 0; i < effect->move_n; i++)
        print_move(&effect->moves[i]);
    if (call->is_dry)
        printf("dry run: nothing was changed\n");
    else if (call->write_path)
        printf("the layer is in %s for the next publication too\n", call->write_path);
    else
        printf("publishing a city folder takes its own layers: write this one there with "
               "--write CITYDIR/layers/%.*s.%s\n",
               STR_ARG(call->map.layer), call->is_topology ? "topojson" : "geojson");
}

static void put_moves(struct json_writer *json, const struct layer_effect *effect)
{
    json_put_key(json, S("moves"));
    json_begin_array(json);
    for (size_t i = 0; i < effect->move_n; i++) {
        const struct layer_move *move = &effect->moves[i];

        json_begin_object(json);
        json_put_member(json, S("from"), move->from ? move->from->id : STR_NONE);
        json_put_member(json, S("to"), move->to ? move->to->id : STR_NONE);
        json_put_member_i64(json, S("cases"), move->cases);
        json_end_object(json);
    }
    json_end_array(json);
}

static void print_json(struct ctx *ctx, const struct layer_call *call)
{
    struct buf out = buf_in(ctx->arena, MAX_OUTPUT);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("layer"), call->map.layer);
    json_put_member(&json, S("version"), call->layer->version);
    json_put_member_i64(&json, S("features"), (int64_t)call->layer->feature_count);
    json_put_member_i64(&json, S("features_before"), (int64_t)call->features_before);
    json_put_member_i64(&json, S("cover_points"), call->cover.points);
    json_put_member_i64(&json, S("cover_none"), call->cover.uncovered);
    json_put_member_i64(&json, S("cover_double"), call->cover.doubled);
    json_put_member_i64(&json, S("open_cases"), call->effect.open);
    json_put_member_i64(&json, S("elsewhere"), call->effect.elsewhere);
    json_put_member_i64(&json, S("rerouted"), call->effect.rerouted);
    put_moves(&json, &call->effect);
    json_put_member_bool(&json, S("dry_run"), call->is_dry);
    json_end_object(&json);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

static enum rc find_effect(struct ctx *ctx, struct layer_call *call, const struct city *after)
{
    const struct city *before = call->home.city;
    const struct layer *old = layers_find(before->layers, call->map.layer);
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    call->features_before = old ? old->feature_count : 0;
    call->cover = import_layer_cover(call->layer, layers_find(after->layers, S("boundary")));
    rc = layer_effect(ctx, before, after, call->map.layer, &call->effect);
    db_reader_release(ctx);
    return rc;
}

static enum rc take_layer(struct ctx *ctx, struct layer_call *call, struct problems *problems)
{
    static const struct actor importer = {.kind = ACTOR_IMPORT};
    struct city *after = NULL;
    enum rc rc = home_load(ctx, &call->home);

    if (!rc)
        rc = read_layer(ctx, call, problems);
    home_print_problems(ctx, problems);
    ctx->actor = &importer;
    if (!rc)
        rc = layer_import(ctx,
                          &(struct layer_import){.name = call->map.layer,
                                                 .is_topology = call->is_topology,
                                                 .text = call->text,
                                                 .is_dry = call->is_dry},
                          &after);
    if (rc)
        return rc;
    rc = find_effect(ctx, call, after);
    if (!rc && call->write_path && !call->is_dry)
        rc = file_write(ctx, call->write_path, call->text, 0644);
    if (!rc && call->is_json)
        print_json(ctx, call);
    else if (!rc)
        print_words(call);
    city_free(after);
    return rc;
}

enum rc command_import_layer(struct ctx *ctx, int argc, char **argv)
{
    struct layer_call call = {
        .map_path = command_option(&argc, argv, "map"),
        .write_path = command_option(&argc, argv, "write"),
        .is_json = command_flag(&argc, argv, "json"),
        .is_dry = command_flag(&argc, argv, "dry-run"),
    };
    struct problems problems = problems_in(ctx->arena);
    enum rc rc;

    if (argc != 3 || !call.map_path)
        return command_misused(ctx, "a data folder, --map and a file are needed");
    call.folder = argv[1];
    call.file_path = argv[2];
    rc = home_open(ctx, call.folder, DB_FULL, &call.home);
    if (rc)
        return rc;
    rc = take_layer(ctx, &call, &problems);
    home_close(&call.home);
    return rc;
}
