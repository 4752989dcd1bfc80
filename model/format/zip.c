#include "model/format/zip.h"

#include "model/base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30,
    COMMENT_MAX = 65535
};

static uint64_t number_at(const uint8_t *at, int bytes)
{
    uint64_t number = 0;
    for (int k = bytes - 1; k >= 0; k--)
        number = number << 8 | at[k];
    return number;
}

static bool is_signed(const uint8_t *at, const char *signature)
{
    return !memcmp(at, signature, 4);
}

struct directory {
    uint64_t offset, size, count;
};

/* The end record, behind which only its comment may stand. */
static const uint8_t *end_find(const struct mapping *file)
{
    for (size_t comment = 0; comment <= COMMENT_MAX && comment + END_SIZE <= file->size; comment++) {
        const uint8_t *at = file->at + file->size - END_SIZE - comment;
        if (is_signed(at, "PK\5\6") && number_at(at + 20, 2) == comment)
            return at;
    }
    return NULL;
}

static bool directory_find(struct directory *directory, const char *path, const struct mapping *file,
                           struct lacuna_error *error)
{
    const uint8_t *end = end_find(file);
    if (!end)
        return fail(error, LACUNA_MODEL, "%s: is a ZIP archive without its end; it may be cut off", path);
    *directory = (struct directory){ number_at(end + 16, 4), number_at(end + 12, 4), number_at(end + 10, 2) };
    size_t before = (size_t)(end - file->at);
    if (before >= LOCATOR_SIZE && is_signed(end - LOCATOR_SIZE, "PK\6\7")) {
        uint64_t place = number_at(end - LOCATOR_SIZE + 8, 8);
        if (place > before - LOCATOR_SIZE || before - LOCATOR_SIZE - place < END64_SIZE ||
            !is_signed(file->at + place, "PK\6\6"))
            return fail(error, LACUNA_MODEL, "%s: its ZIP64 end record is not where it is said to be", path);
        const uint8_t *wide = file->at + place;
        *directory =
            (struct directory){ number_at(wide + 48, 8), number_at(wide + 40, 8), number_at(wide + 32, 8) };
        before = (size_t)place;
    }
    if (directory->offset > before || directory->size > before - directory->offset ||
        directory->count > directory->size / ENTRY_SIZE)
        return fail(error, LACUNA_MODEL, "%s: its ZIP directory does not fit the file", path);
    return true;
}

/* Sizes and offsets of 32 bits that read 0xffffffff stand in the ZIP64 field (id 1), in this order. */
static bool wide_read(const uint8_t *extra, size_t extra_size, uint64_t *values[3])
{
    for (size_t at = 0; at + 4 <= extra_size;) {
        uint64_t id = number_at(extra + at, 2), size = number_at(extra + at + 2, 2);
        at += 4;
        if (size > extra_size - at)
            return false;
        for (int k = 0; id == 1 && k < 3; k++) {
            if (*values[k] != UINT32_MAX)
                continue;
            if (size < 8)
                return false;
            *values[k] = number_at(extra + at, 8);
            at += 8;
            size -= 8;
        }
        at += size;
    }
    return true;
}

static bool entry_place(struct zip_entry *entry, const struct mapping *file, uint64_t local, uint64_t size)
{
    if (local > file->size || file->size - local < LOCAL_SIZE || !is_signed(file->at + local, "PK\3\4"))
        return false;
    uint64_t begin =
        local + LOCAL_SIZE + number_at(file->at + local + 26, 2) + number_at(file->at + local + 28, 2);
    if (begin > file->size || size > file->size - begin)
        return false;
    entry->data = file->at + begin;
    entry->size = size;
    return true;
}

/* One record of the directory at *at, which moves on; `left` bytes of directory are left. */
static bool entry_read(struct zip_entry *entry, const struct mapping *file, const uint8_t **at, size_t *left,
                       const char *path, struct lacuna_error *error)
{
    const uint8_t *record = *at;
    if (*left < ENTRY_SIZE || !is_signed(record, "PK\1\2"))
        return fail(error, LACUNA_MODEL, "%s: byte %zu is no entry of its ZIP directory", path,
                    (size_t)(record - file->at));
    size_t name = number_at(record + 28, 2), extra = number_at(record + 30, 2),
           comment = number_at(record + 32, 2);
    if (name + extra + comment > *left - ENTRY_SIZE)
        return fail(error, LACUNA_MODEL, "%s: an entry at byte %zu passes the end of its ZIP directory", path,
                    (size_t)(record - file->at));
    entry->name = (const char *)record + ENTRY_SIZE;
    entry->name_size = name;
    uint64_t size = number_at(record + 24, 4), packed = number_at(record + 20, 4),
             local = number_at(record + 42, 4);
    uint64_t *values[] = { &size, &packed, &local };
    bool fine = wide_read(record + ENTRY_SIZE + name, extra, values);
    if (number_at(record + 10, 2) || number_at(record + 8, 2) & 1 || size != packed)
        return fail(error, LACUNA_MODEL, "%s: entry %.*s is compressed or encrypted, which is not supported",
                    path, (int)(name < 100 ? name : 100), entry->name);
    if (!fine || !entry_place(entry, file, local, size))
        return fail(error, LACUNA_MODEL, "%s: entry %.*s does not lie inside the file", path,
                    (int)(name < 100 ? name : 100), entry->name);
    *at = record + ENTRY_SIZE + name + extra + comment;
    *left -= ENTRY_SIZE + name + extra + comment;
    return true;
}

static int name_order(const void *left, const void *right)
{
    const struct zip_entry *a = left, *b = right;
    size_t common = a->name_size < b->name_size ? a->name_size : b->name_size;
    int order = memcmp(a->name, b->name, common);
    return order ? order : (a->name_size > b->name_size) - (a->name_size < b->name_size);
}

static int place_order(const void *left, const void *right)
{
    const struct zip_entry *a = left, *b = right;
    return a->data != b->data ? (a->data < b->data ? -1 : 1) : (a->size > b->size) - (a->size < b->size);
}

static bool entries_check(struct zip *zip, const char *path, struct lacuna_error *error)
{
    if (zip->count)
        qsort(zip->entries, zip->count, sizeof *zip->entries, place_order);
    for (size_t k = 1; k < zip->count; k++)
        if (zip->entries[k - 1].data + zip->entries[k - 1].size > zip->entries[k].data)
            return fail(error, LACUNA_MODEL, "%s: two entries of the archive overlap", path);
    if (zip->count)
        qsort(zip->entries, zip->count, sizeof *zip->entries, name_order);
    for (size_t k = 1; k < zip->count; k++)
        if (!name_order(&zip->entries[k - 1], &zip->entries[k]))
            return fail(error, LACUNA_MODEL, "%s: two entries of the archive have the same name", path);
    return true;
}

bool zip_open(struct zip *zip, const char *path, const struct mapping *file, struct lacuna_error *error)
{
    struct directory directory = { 0 };
    *zip = (struct zip){ 0 };
    if (!directory_find(&directory, path, file, error))
        return false;
    zip->entries = memory_new(directory.count, sizeof *zip->entries);
    const uint8_t *at = file->at + directory.offset;
    size_t left = directory.size;
    bool fine = true;
    for (; fine && zip->count < directory.count; zip->count++)
        fine = entry_read(&zip->entries[zip->count], file, &at, &left, path, error);
    if (fine && entries_check(zip, path, error))
        return true;
    zip_close(zip);
    return false;
}

void zip_close(struct zip *zip)
{
    free(zip->entries);
    *zip = (struct zip){ 0 };
}

const struct zip_entry *zip_find(const struct zip *zip, const char *name, size_t size)
{
    struct zip_entry wanted = { .name = name, .name_size = size };
    return zip->count ? bsearch(&wanted, zip->entries, zip->count, sizeof wanted, name_order) : NULL;
}
