#include <dirent.h>
#include <stdlib.h>

#include "lex.h"
#include "sqlgen.h"

/* "0001_what.sql" */
static bool parse_name(struct str file, int *ret_number)
{
    int64_t number;

    if (file.n < 10 || !str_ends_with(file, S(".sql")) || file.p[4] != '_' ||
        !str_to_i64(str_slice(file, 0, 4), &number) || !str_is_name(str_slice(file, 5, file.n - 4)))
        return false;
    *ret_number = (int)number;
    return true;
}

static void add_migration(struct sqlgen *gen, struct migrations *all, struct migration migration)
{
    struct migration *grown =
        arena_grow(gen->arena, all->items, all->n * sizeof *grown, (all->n + 1) * sizeof *grown);

    if (!grown)
        return;
    all->items = grown;
    if (!file_read(gen, migration.path, &migration.source))
        return;
    migration.checksum = str_hash(migration.source);
    for (enum target target = 0; target < TARGET__N; target++)
        migration.sql[target] = migration_expand(gen, &migration, target, all);
    all->items[all->n++] = migration;
    names_add(gen, &all->files, migration.path);
}

static void read_folder(struct sqlgen *gen, struct str root, struct str folder,
                        struct migrations *all)
{
    struct str path = str_fmt(gen->arena, "%.*s/%.*s/migrations", STR_ARG(root), STR_ARG(folder));
    struct dirent **entries;
    int count = scandir(path.p, &entries, NULL, alphasort), expected = 1, number;

    if (count < 0)
        return;
    names_add(gen, &all->files, path);
    for (int i = 0; i < count; i++) {
        struct str file = str_copy(gen->arena, str_of(entries[i]->d_name));
        struct str full = str_fmt(gen->arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(file));

        free(entries[i]);
        if (file.p[0] == '.')
            continue;
        if (!parse_name(file, &number) || number != expected) {
            problem(gen, full, 0, "a migration is named NNNN_what.sql, counted from 0001");
            continue;
        }
        expected++;
        add_migration(gen, all,
                      (struct migration){.folder = folder,
                                         .name = str_slice(file, 0, file.n - 4),
                                         .path = full,
                                         .number = number});
    }
    free(entries);
}

/* A folder below one of the list, `engine/cases`, sees what that one sees. */
static bool is_within(struct str folder, struct str outer)
{
    return str_starts_with(folder, outer) && (folder.n == outer.n || folder.p[outer.n] == '/');
}

void migrations_read(struct sqlgen *gen, struct str root, struct str folders, struct str last,
                     struct migrations *ret)
{
    struct str folder;
    bool has_ended = false;

    *ret = (struct migrations){0};
    while (!has_ended && str_next(&folders, ',', &folder)) {
        read_folder(gen, root, folder, ret);
        has_ended = !str_is_empty(last) && is_within(last, folder);
    }
    if (!str_is_empty(last) && !has_ended)
        problem(gen, last, 0, "this folder is not in the list of folders");
}

sqlite3 *migrations_apply(struct sqlgen *gen, const struct migrations *migrations,
                          enum target target)
{
    sqlite3 *db = NULL;
    char *message = NULL;

    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        return NULL;
    for (size_t i = 0; i < migrations->n; i++) {
        const struct migration *migration = &migrations->items[i];

        if (sqlite3_exec(db, str_z(gen->arena, migration->sql[target]), NULL, NULL, &message) ==
            SQLITE_OK)
            continue;
        problem(gen, migration->path, 1, "%s", message ? message : "cannot be applied");
        sqlite3_free(message);
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

static void emit_list(struct buf *out, const char *name, const struct names *names)
{
    buf_add_fmt(out, "static const char *const %s[] = {\n", name);
    for (size_t i = 0; i < names->n; i++)
        buf_add_fmt(out, "    \"%.*s\",\n", STR_ARG(names->items[i]));
    BUF_ADD(out, "    NULL,\n};\n\n");
}

void migrations_emit(struct sqlgen *gen, const struct migrations *migrations, struct str symbol,
                     struct buf *out)
{
    BUF_ADD(out, "/* Made by sqlgen from the migrations. */\n#include \"db/schema.h\"\n\n");
    buf_add_fmt(out, "extern const struct db_schema %.*s;\n\n", STR_ARG(symbol));
    BUF_ADD(out, "static const struct db_migration migrations[] = {\n");
    for (size_t i = 0; i < migrations->n; i++) {
        const struct migration *migration = &migrations->items[i];

        buf_add_fmt(out, "    {\"%.*s\", %d, \"%.*s\", \"%016llx\",\n     {",
                    STR_ARG(migration->folder), migration->number, STR_ARG(migration->name),
                    (unsigned long long)migration->checksum);
        emit_c_string(out, migration->sql[TARGET_SQLITE]);
        BUF_ADD(out, ",\n      ");
        emit_c_string(out, migration->sql[TARGET_POSTGRES]);
        BUF_ADD(out, "}},\n");
    }
    BUF_ADD(out, "    {0},\n};\n\n");
    emit_list(out, "protected_tables", &migrations->protected_tables);
    emit_list(out, "insert_only", &migrations->insert_only);
    tables_emit(gen, migrations, out);
    buf_add_fmt(out,
                "const struct db_schema %.*s = {\n    .migrations = migrations,\n"
                "    .migration_count = %zu,\n    .protected_tables = protected_tables,\n"
                "    .insert_only = insert_only,\n    .tables = tables,\n"
                "    .table_count = sizeof tables / sizeof *tables - 1,\n};\n",
                STR_ARG(symbol), migrations->n);
}
