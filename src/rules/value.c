#include "rules/cel_internal.h"

#include <math.h>

#define SMALL_MAP 8 /* entries; searched in turn */

static const struct cel_type simple[CEL__N] = {
    [CEL_ABSENT] = {.kind = CEL_ABSENT, .name = STR("absent")},
    [CEL_NULL] = {.kind = CEL_NULL, .name = STR("null_type")},
    [CEL_BOOL] = {.kind = CEL_BOOL, .name = STR("bool")},
    [CEL_INT] = {.kind = CEL_INT, .name = STR("int")},
    [CEL_UINT] = {.kind = CEL_UINT, .name = STR("uint")},
    [CEL_DOUBLE] = {.kind = CEL_DOUBLE, .name = STR("double")},
    [CEL_STRING] = {.kind = CEL_STRING, .name = STR("string")},
    [CEL_BYTES] = {.kind = CEL_BYTES, .name = STR("bytes")},
    [CEL_TYPE] = {.kind = CEL_TYPE, .name = STR("type")},
    [CEL_TIMESTAMP] = {.kind = CEL_TIMESTAMP, .name = STR("google.protobuf.Timestamp")},
    [CEL_DURATION] = {.kind = CEL_DURATION, .name = STR("google.protobuf.Duration")},
    [CEL_DECIMAL] = {.kind = CEL_DECIMAL, .name = STR("decimal")},
    [CEL_MONEY] = {.kind = CEL_MONEY, .name = STR("money")},
    [CEL_DATE] = {.kind = CEL_DATE, .name = STR("date")},
    [CEL_OBJECT] = {.kind = CEL_OBJECT, .name = STR("object")},
    [CEL_DYN] = {.kind = CEL_DYN, .name = STR("dyn")},
};
static const struct cel_type *const two_dyn[] = {&simple[CEL_DYN], &simple[CEL_DYN]};
static const struct cel_type any_list = {
    .kind = CEL_LIST, .name = STR("list"), .n_args = 1, .args = two_dyn};
static const struct cel_type any_map = {
    .kind = CEL_MAP, .name = STR("map"), .n_args = 2, .args = two_dyn};

const struct cel_type *cel_type_of_kind(enum cel_kind kind)
{
    if (kind == CEL_LIST)
        return &any_list;
    if (kind == CEL_MAP)
        return &any_map;
    return &simple[kind];
}

static const struct cel_type *compound(struct arena *arena, enum cel_kind kind, struct str name,
                                       const struct cel_type *a, const struct cel_type *b)
{
    struct cel_type *type = ARENA_NEW(arena, struct cel_type);
    const struct cel_type **args = ARENA_ARRAY(arena, 2, const struct cel_type *);

    if (!type || !args)
        return NULL;
    args[0] = a;
    args[1] = b;
    *type = (struct cel_type){.kind = kind, .name = name, .args = args};
    type->n_args = b ? 2 : a ? 1 : 0;
    return type;
}

const struct cel_type *cel_type_list(struct arena *arena, const struct cel_type *element)
{
    return compound(arena, CEL_LIST, S("list"), element, NULL);
}

const struct cel_type *cel_type_map(struct arena *arena, const struct cel_type *key,
                                    const struct cel_type *value)
{
    return compound(arena, CEL_MAP, S("map"), key, value);
}

const struct cel_type *cel_type_object(struct arena *arena, struct str name)
{
    return compound(arena, CEL_OBJECT, str_copy(arena, name), NULL, NULL);
}

bool cel_type_eq(const struct cel_type *a, const struct cel_type *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->n_args != b->n_args || a->param != b->param)
        return false;
    if ((a->kind == CEL_OBJECT || a->kind == CEL_PARAM) && !str_eq(a->name, b->name))
        return false;
    for (size_t i = 0; i < a->n_args; i++) {
        if (!cel_type_eq(a->args[i], b->args[i]))
            return false;
    }
    return true;
}

static void type_write(struct buf *out, const struct cel_type *type)
{
    if (type->kind == CEL_TIMESTAMP)
        BUF_ADD(out, "timestamp");
    else if (type->kind == CEL_DURATION)
        BUF_ADD(out, "duration");
    else if (type->kind == CEL_NULL)
        BUF_ADD(out, "null");
    else
        buf_add(out, type->name);
    for (size_t i = 0; i < type->n_args; i++) {
        buf_add(out, i ? S(", ") : S("<"));
        type_write(out, type->args[i]);
    }
    if (type->n_args)
        buf_add_byte(out, '>');
}

struct str cel_type_text(struct arena *arena, const struct cel_type *type)
{
    struct buf out = buf_in(arena, 4096);

    type_write(&out, type);
    return buf_str(&out);
}

struct cel_value cel_null(void)
{
    return (struct cel_value){.kind = CEL_NULL};
}

struct cel_value cel_bool(bool is_true)
{
    return (struct cel_value){.kind = CEL_BOOL, .boolean = is_true};
}

struct cel_value cel_int(int64_t number)
{
    return (struct cel_value){.kind = CEL_INT, .integer = number};
}

struct cel_value cel_uint(uint64_t number)
{
    return (struct cel_value){.kind = CEL_UINT, .natural = number};
}

struct cel_value cel_double(double number)
{
    return (struct cel_value){.kind = CEL_DOUBLE, .real = number};
}

struct cel_value cel_string(struct str text)
{
    return (struct cel_value){.kind = CEL_STRING, .text = text};
}

struct cel_value cel_bytes(struct str bytes)
{
    return (struct cel_value){.kind = CEL_BYTES, .text = bytes};
}

struct cel_value cel_timestamp(struct instant at)
{
    int64_t seconds = at.us_utc / US_PER_S, us = at.us_utc % US_PER_S;

    if (us < 0) {
        us += US_PER_S;
        seconds--;
    }
    return (struct cel_value){
        .kind = CEL_TIMESTAMP, .seconds = seconds, .nanos = (int32_t)(us * 1000)};
}

struct cel_value cel_duration(int64_t nanoseconds)
{
    return (struct cel_value){.kind = CEL_DURATION, .duration_ns = nanoseconds};
}

struct cel_value cel_date(struct date date)
{
    return (struct cel_value){.kind = CEL_DATE, .date = date};
}

struct cel_value cel_money(struct money money)
{
    return (struct cel_value){.kind = CEL_MONEY, .money = money};
}

struct cel_value cel_object(const struct cel_type *type, const void *thing)
{
    return (struct cel_value){.kind = CEL_OBJECT, .object = {type, thing}};
}

struct cel_value cel_type_value(const struct cel_type *type)
{
    return (struct cel_value){.kind = CEL_TYPE, .type = type};
}

struct cel_value cel_decimal(struct arena *arena, struct decimal decimal)
{
    struct decimal *copy = ARENA_NEW(arena, struct decimal);

    if (!copy)
        return cel_null();
    *copy = decimal;
    return (struct cel_value){.kind = CEL_DECIMAL, .decimal = copy};
}

struct cel_value cel_list_of(struct arena *arena, const struct cel_value *items, size_t n)
{
    struct cel_list *list = ARENA_NEW(arena, struct cel_list);
    struct cel_value *copy = ARENA_ARRAY(arena, n, struct cel_value);

    if (!list || !copy)
        return cel_null();
    if (n)
        memcpy(copy, items, n * sizeof *copy);
    *list = (struct cel_list){n, copy};
    return (struct cel_value){.kind = CEL_LIST, .list = list};
}

const struct cel_type *cel_type_of(struct cel_value value)
{
    if (value.kind == CEL_OBJECT)
        return value.object.type;
    return cel_type_of_kind(value.kind);
}

/* Keys that are equal have equal hashes: a double is a key only where it is a whole number. */
static bool key_hash(struct cel_value key, uint64_t *ret)
{
    switch (key.kind) {
    case CEL_BOOL: *ret = key.boolean ? 0x9e3779b97f4a7c15 : 0x7f4a7c159e3779b9; return true;
    case CEL_INT: *ret = (uint64_t)key.integer * UINT64_C(0xff51afd7ed558ccd); return true;
    case CEL_UINT: *ret = key.natural * UINT64_C(0xff51afd7ed558ccd); return true;
    case CEL_STRING: *ret = str_hash(key.text); return true;
    case CEL_DOUBLE:
        if (key.real != floor(key.real) || key.real < -0x1p63 || key.real >= 0x1p64)
            return false;
        *ret = (key.real < 0 ? (uint64_t)(int64_t)key.real : (uint64_t)key.real) *
               UINT64_C(0xff51afd7ed558ccd);
        return true;
    default: return false;
    }
}

static size_t first_slot(uint64_t hash, size_t n_slots)
{
    return (size_t)(hash ^ hash >> 32) & (n_slots - 1);
}

static const struct cel_entry *find_in_turn(const struct cel_map *map, struct cel_value key)
{
    for (size_t i = 0; i < map->n; i++) {
        if (cel_equal(map->entries[i].key, key))
            return &map->entries[i];
    }
    return NULL;
}

static const struct cel_entry *find(const struct cel_map *map, struct cel_value key)
{
    uint64_t hash;

    if (!map->slots)
        return find_in_turn(map, key);
    if (!key_hash(key, &hash))
        return NULL;
    for (size_t slot = first_slot(hash, map->n_slots); map->slots[slot];
         slot = (slot + 1) & (map->n_slots - 1)) {
        const struct cel_entry *entry = &map->entries[map->slots[slot] - 1];

        if (cel_equal(entry->key, key))
            return entry;
    }
    return NULL;
}

const struct cel_value *cel_map_find(const struct cel_map *map, struct cel_value key)
{
    const struct cel_entry *entry = find(map, key);

    return entry ? &entry->value : NULL;
}

static bool is_key(struct cel_value value)
{
    return value.kind == CEL_BOOL || value.kind == CEL_INT || value.kind == CEL_UINT ||
           value.kind == CEL_STRING;
}

static bool keys_differ(const struct cel_map *map)
{
    for (size_t i = 0; i < map->n; i++) {
        for (size_t j = i + 1; j < map->n; j++) {
            if (cel_equal(map->entries[i].key, map->entries[j].key))
                return false;
        }
    }
    return true;
}

/* Fills the slots; false when two keys are equal. */
static bool fill_slots(struct cel_map *map, uint32_t *slots)
{
    for (size_t i = 0; i < map->n; i++) {
        uint64_t hash = 0;
        size_t slot;

        if (find(map, map->entries[i].key))
            return false;
        key_hash(map->entries[i].key, &hash);
        slot = first_slot(hash, map->n_slots);
        while (slots[slot])
            slot = (slot + 1) & (map->n_slots - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    return true;
}

bool cel_map_of(struct arena *arena, const struct cel_entry *entries, size_t n,
                struct cel_value *ret)
{
    struct cel_map *map = ARENA_NEW(arena, struct cel_map);
    struct cel_entry *copy = ARENA_ARRAY(arena, n, struct cel_entry);
    uint32_t *slots = NULL;

    *ret = cel_null();
    for (size_t i = 0; i < n; i++) {
        if (!is_key(entries[i].key))
            return false;
    }
    if (!map || !copy)
        return true;
    if (n)
        memcpy(copy, entries, n * sizeof *copy);
    *map = (struct cel_map){.n = n, .entries = copy};
    if (n > SMALL_MAP) {
        for (map->n_slots = 16; map->n_slots < 2 * n; map->n_slots *= 2)
            continue;
        slots = ARENA_ARRAY(arena, map->n_slots, uint32_t);
        if (!slots)
            return true;
        map->slots = slots;
    }
    if (slots ? !fill_slots(map, slots) : !keys_differ(map))
        return false;
    *ret = (struct cel_value){.kind = CEL_MAP, .map = map};
    return true;
}

bool kind_is_number(enum cel_kind kind)
{
    return kind == CEL_INT || kind == CEL_UINT || kind == CEL_DOUBLE;
}

static int sign_of(bool is_greater, bool is_less)
{
    return is_greater - is_less;
}

/* An int beside a double is rounded to a double, as the standard's tests have it. */
static double as_double(struct cel_value number)
{
    if (number.kind == CEL_DOUBLE)
        return number.real;
    return number.kind == CEL_INT ? (double)number.integer : (double)number.natural;
}

/* Compares whatever their number types; false for a NaN. */
static bool number_order(struct cel_value a, struct cel_value b, int *ret)
{
    if (a.kind == CEL_DOUBLE || b.kind == CEL_DOUBLE) {
        double x = as_double(a), y = as_double(b);

        *ret = sign_of(x > y, x < y);
        return !isnan(x) && !isnan(y);
    }
    if (a.kind == CEL_INT && b.kind == CEL_INT)
        *ret = sign_of(a.integer > b.integer, a.integer < b.integer);
    else if (a.kind == CEL_INT && a.integer < 0)
        *ret = -1;
    else if (b.kind == CEL_INT && b.integer < 0)
        *ret = 1;
    else /* both are at least 0, where int and uint have the same bits */
        *ret = sign_of(a.natural > b.natural, a.natural < b.natural);
    return true;
}

/* Lists and maps may share parts, so that a small tree of them is huge when walked: comparing
 * has a budget of elements, and a spent one ends it. */
static bool equal(struct cel_value a, struct cel_value b, uint64_t *budget);

static bool spend(uint64_t *budget)
{
    if (*budget == 0)
        return false;
    --*budget;
    return true;
}

static bool lists_equal(const struct cel_list *a, const struct cel_list *b, uint64_t *budget)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!spend(budget) || !equal(a->items[i], b->items[i], budget))
            return false;
    }
    return true;
}

static bool maps_equal(const struct cel_map *a, const struct cel_map *b, uint64_t *budget)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct cel_value *other = cel_map_find(b, a->entries[i].key);

        if (!other || !spend(budget) || !equal(a->entries[i].value, *other, budget))
            return false;
    }
    return true;
}

static bool types_equal(const struct cel_type *a, const struct cel_type *b)
{
    return a->kind == b->kind && str_eq(a->name, b->name);
}

static bool equal(struct cel_value a, struct cel_value b, uint64_t *budget)
{
    int order = 1;

    if (kind_is_number(a.kind) && kind_is_number(b.kind))
        return number_order(a, b, &order) && order == 0;
    if (kind_is_exact(a.kind) || kind_is_exact(b.kind))
        return city_order(a, b, &order) && order == 0;
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case CEL_NULL: return true;
    case CEL_BOOL: return a.boolean == b.boolean;
    case CEL_STRING:
    case CEL_BYTES: return str_eq(a.text, b.text);
    case CEL_LIST: return lists_equal(a.list, b.list, budget);
    case CEL_MAP: return maps_equal(a.map, b.map, budget);
    case CEL_TYPE: return types_equal(a.type, b.type);
    case CEL_TIMESTAMP: return a.seconds == b.seconds && a.nanos == b.nanos;
    case CEL_DURATION: return a.duration_ns == b.duration_ns;
    case CEL_DATE: return date_cmp(a.date, b.date) == 0;
    case CEL_OBJECT: return a.object.thing == b.object.thing;
    default: return false;
    }
}

bool cel_equal(struct cel_value a, struct cel_value b)
{
    uint64_t budget = UINT64_MAX;

    return equal(a, b, &budget);
}

enum rc equal_within_cost(struct cel_call *call, struct cel_value a, struct cel_value b, bool *ret)
{
    uint64_t budget = call->run->cost_left + 1, left = budget;
    bool is_equal = equal(a, b, &left);

    if (left == 0)
        return cel_charge(call, UINT64_MAX);
    *ret = is_equal;
    if ((a.kind == CEL_STRING || a.kind == CEL_BYTES) && a.kind == b.kind && a.text.n == b.text.n)
        return cel_charge(call, a.text.n / 64);
    return cel_charge(call, budget - left);
}

bool cel_order(struct cel_value a, struct cel_value b, int *ret)
{
    if (kind_is_number(a.kind) && kind_is_number(b.kind))
        return number_order(a, b, ret);
    if (kind_is_exact(a.kind) || kind_is_exact(b.kind))
        return city_order(a, b, ret);
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case CEL_BOOL: *ret = a.boolean - b.boolean; return true;
    case CEL_STRING:
    case CEL_BYTES: *ret = str_cmp(a.text, b.text); return true;
    case CEL_TIMESTAMP:
        *ret = a.seconds != b.seconds ? sign_of(a.seconds > b.seconds, a.seconds < b.seconds)
                                      : sign_of(a.nanos > b.nanos, a.nanos < b.nanos);
        return true;
    case CEL_DURATION:
        *ret = sign_of(a.duration_ns > b.duration_ns, a.duration_ns < b.duration_ns);
        return true;
    case CEL_DATE: *ret = date_cmp(a.date, b.date); return true;
    default: return false;
    }
}
