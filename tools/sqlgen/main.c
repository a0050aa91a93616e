#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sqlgen.h"

static const char usage[] =
    "sqlgen schema  --source DIR --folders A,B,... --out FILE.c --depfile FILE [--symbol NAME]\n"
    "sqlgen queries --source DIR --folders A,B,... --folder B --depfile FILE\n"
    "               FILE.sql FILE.c FILE.h ROWS.h\n";

struct options {
    struct str source, folders, folder, out, depfile, symbol;
    struct str files[4];
    size_t file_count;
};

void problem(struct sqlgen *gen, struct str file, int line, const char *format, ...)
{
    va_list args;

    gen->problems++;
    fprintf(stderr, "%.*s:%d: ", STR_ARG(file), line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static bool read_options(int argc, char **argv, struct options *ret)
{
    struct {
        const char *name;
        struct str *value;
    } known[] = {
        {"--source", &ret->source}, {"--folders", &ret->folders}, {"--folder", &ret->folder},
        {"--out", &ret->out},       {"--depfile", &ret->depfile}, {"--symbol", &ret->symbol},
    };

    for (int i = 2; i < argc; i++) {
        size_t k = 0;

        while (k < COUNT(known) && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k < COUNT(known) && i + 1 < argc)
            *known[k].value = str_of(argv[++i]);
        else if (argv[i][0] != '-' && ret->file_count < 4)
            ret->files[ret->file_count++] = str_of(argv[i]);
        else
            return false;
    }
    return !str_is_empty(ret->source) && !str_is_empty(ret->folders);
}

bool file_read(struct sqlgen *gen, struct str path, struct str *ret)
{
    struct buf out = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    FILE *file = fopen(path.p, "rbe");
    char *room;
    size_t n = 1;

    if (!file) {
        problem(gen, path, 0, "%s", strerror(errno));
        return false;
    }
    while (n && (room = buf_reserve(&out, 65536))) {
        n = fread(room, 1, 65536, file);
        buf_commit(&out, n);
    }
    fclose(file);
    *ret = buf_str(&out);
    return true;
}

static void write_file(struct sqlgen *gen, struct str path, struct buf *content)
{
    FILE *file;

    if (gen->problems || str_is_empty(path))
        return;
    if (buf_has_failed(content)) {
        problem(gen, path, 0, "out of memory");
        return;
    }
    file = fopen(path.p, "wbe");
    if (!file || fwrite(content->p, 1, content->n, file) != content->n)
        problem(gen, path, 0, "%s", strerror(errno));
    if (file && fclose(file) != 0)
        problem(gen, path, 0, "%s", strerror(errno));
}

/* Make's grammar: what was made, and everything that was read for it. */
static void write_depfile(struct sqlgen *gen, const struct options *options, struct str made,
                          const struct migrations *migrations)
{
    struct buf out = buf_in(gen->arena, SQLGEN_TEXT_MAX);

    buf_add_fmt(&out, "%.*s:", STR_ARG(made));
    for (size_t i = 0; i < migrations->files.n; i++)
        buf_add_fmt(&out, " %.*s", STR_ARG(migrations->files.items[i]));
    buf_add_byte(&out, '\n');
    write_file(gen, options->depfile, &out);
}

static void run_schema(struct sqlgen *gen, const struct options *options)
{
    struct migrations migrations;
    struct buf out = buf_in(gen->arena, SQLGEN_TEXT_MAX);

    migrations_read(gen, options->source, options->folders, STR_NONE, &migrations);
    if (!gen->problems)
        sqlite3_close(migrations_apply(gen, &migrations, TARGET_SQLITE));
    migrations_emit(gen, &migrations, options->symbol, &out);
    write_file(gen, options->out, &out);
    write_depfile(gen, options, options->out, &migrations);
}

static struct str base_name(struct str path)
{
    ptrdiff_t slash;

    while ((slash = str_find_byte(path, '/')) >= 0)
        path = str_slice(path, (size_t)slash + 1, path.n);
    return path;
}

/* "svc/requests" and ".../queries.sql": the include "svc/requests/queries.h" and the list
 * "svc_requests_queries". */
static struct emit_names names_of(struct sqlgen *gen, const struct options *options)
{
    struct str stem = base_name(options->files[0]), folder = options->folder;
    struct buf list = buf_in(gen->arena, 1024);

    if (str_ends_with(stem, S(".sql")))
        stem.n -= 4;
    for (size_t i = 0; i < folder.n; i++)
        buf_add_byte(&list, folder.p[i] == '/' ? '_' : folder.p[i]);
    buf_add_fmt(&list, "_%.*s", STR_ARG(stem));
    return (struct emit_names){
        .include = str_fmt(gen->arena, "%.*s/%.*s.h", STR_ARG(folder), STR_ARG(stem)),
        .rows = str_fmt(gen->arena, "%.*s/%.*s", STR_ARG(folder),
                        STR_ARG(base_name(options->files[3]))),
        .list = buf_str(&list),
        .source = str_fmt(gen->arena, "%.*s/%.*s.sql", STR_ARG(folder), STR_ARG(stem)),
    };
}

static void run_queries(struct sqlgen *gen, const struct options *options)
{
    struct emit_names names = names_of(gen, options);
    struct buf header = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    struct buf rows = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    struct buf source = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    struct migrations migrations;
    struct statements statements = {0};
    struct str text;

    migrations_read(gen, options->source, options->folders, options->folder, &migrations);
    if (!file_read(gen, options->files[0], &text))
        return;
    statements_parse(gen, options->files[0], text, &statements);
    if (gen->problems)
        return;
    statements_check(gen, &statements, &migrations);
    statements_emit_header(&statements, &names, &header);
    statements_emit_rows(&statements, &names, &rows);
    statements_emit_source(&statements, &names, &source);
    write_file(gen, options->files[1], &source);
    write_file(gen, options->files[2], &header);
    write_file(gen, options->files[3], &rows);
    write_depfile(gen, options, options->files[1], &migrations);
}

int main(int argc, char **argv)
{
    struct options options = {.symbol = S("db_schema")};
    struct sqlgen gen = {.arena = arena_new((size_t)1 << 30)};
    struct str verb = str_of(argc > 1 ? argv[1] : "");

    if (!gen.arena || argc < 2 || !read_options(argc, argv, &options)) {
        fputs(usage, stderr);
        gen.problems = 1;
    } else if (str_eq(verb, S("schema")) && !str_is_empty(options.out)) {
        run_schema(&gen, &options);
    } else if (str_eq(verb, S("queries")) && options.file_count == 4) {
        run_queries(&gen, &options);
    } else {
        fputs(usage, stderr);
        gen.problems = 1;
    }
    if (gen.arena && arena_has_failed(gen.arena) && !gen.problems) {
        fputs("sqlgen: out of memory\n", stderr);
        gen.problems = 1;
    }
    arena_free(gen.arena);
    return gen.problems ? 1 : 0;
}
