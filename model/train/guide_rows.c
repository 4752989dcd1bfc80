#include "model/train/guide_rows.h"

#include "model/base/file.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_MOST = 4096 };

/* One label of a line: group and value, both within the line. */
struct label {
    const char *group, *value;
    size_t group_size, value_size;
};

/* The next label of [*at, end), or false. By place: blanks part them. Of a text: "group[value], …". */
static bool next_label(const struct guide *guide, const char **at, const char *end, struct label *label)
{
    while (*at < end && (**at == ' ' || **at == ','))
        ++*at;
    const char *start = *at;
    if (start == end)
        return false;
    if (guide->by_place) {
        while (*at < end && **at != ' ')
            ++*at;
        *label = (struct label){ guide->name, start, strlen(guide->name), (size_t)(*at - start) };
        return true;
    }
    const char *open = memchr(start, '[', (size_t)(end - start)),
               *close = open ? memchr(open, ']', (size_t)(end - open)) : NULL;
    if (!close || open == start || close == open + 1)
        return false;
    *label = (struct label){ start, open + 1, (size_t)(open - start), (size_t)(close - open - 1) };
    *at = close + 1;
    return true;
}

/* ---- the labels that occur */

static int text_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int group_order(const void *a, const void *b)
{
    return strcmp(((const struct label_group *)a)->name, ((const struct label_group *)b)->name);
}

static struct label_group *find_group(struct labels *labels, const struct label *label, bool by_place)
{
    char *name = memory_text(label->group, label->group_size);
    int found = labels_group(labels, name);
    if (found >= 0) {
        free(name);
        return &labels->groups[found];
    }
    labels->groups = memory_resize(labels->groups, (size_t)labels->group_count + 1, sizeof *labels->groups);
    struct label_group *group = &labels->groups[labels->group_count++];
    *group = (struct label_group){ .name = name };
    if (!by_place) {
        group->values = memory_new(1, sizeof *group->values);
        group->values[group->count++] = memory_text("", 0);
        labels->columns++;
    }
    return group;
}

static void add_label(struct labels *labels, const struct label *label, bool by_place)
{
    struct label_group *group = find_group(labels, label, by_place);
    char *value = memory_text(label->value, label->value_size);
    if (group_value(group, value) >= 0) {
        free(value);
        return;
    }
    group->values = memory_resize(group->values, (size_t)group->count + 1, sizeof *group->values);
    group->values[group->count++] = value;
    labels->columns++;
}

static void sort_labels(struct labels *labels)
{
    if (labels->group_count)
        qsort(labels->groups, (size_t)labels->group_count, sizeof *labels->groups, group_order);
    int first = 0;
    for (int g = 0; g < labels->group_count; g++) {
        struct label_group *group = &labels->groups[g];
        qsort(group->values, (size_t)group->count, sizeof *group->values, text_order);
        group->first = first;
        first += group->count;
    }
}

/* ---- lines */

struct reading {
    struct guide_rows *rows;
    const struct guide *guide;
    const struct tokenizer *tokenizer;
    const char *file;
    int number, most;
    bool counting; /* the labels are collected; else rows are made */
    size_t room;
};

static bool collect(struct reading *reading, const char *at, const char *end, struct lacuna_error *error)
{
    struct label label;
    int count = 0;
    for (; next_label(reading->guide, &at, end, &label); count++)
        add_label(&reading->rows->labels, &label, reading->guide->by_place);
    if (at != end || !count)
        return fail(error, LACUNA_BAD_REQUEST, "%s:%d: labels are written %s", reading->file, reading->number,
                    reading->guide->by_place ? "TAG TAG …, a tab, and the text"
                                             : "slot[value], slot[value] …, a tab, and the text");
    return reading->rows->labels.columns <= LABELS_MOST ||
           fail(error, LACUNA_BAD_REQUEST, "%s:%d: more than %d different labels", reading->file,
                reading->number, LABELS_MOST);
}

static void set_wanted(const struct reading *reading, struct guide_row *row, const char *at, const char *end)
{
    const struct labels *labels = &reading->rows->labels;
    struct label label;
    for (int place = 0; next_label(reading->guide, &at, end, &label); place++) {
        char *name = memory_text(label.group, label.group_size),
             *value = memory_text(label.value, label.value_size);
        int g = labels_group(labels, name), index = reading->guide->by_place ? place : g;
        if (index < row->wanted_count)
            row->wanted[index] = group_value(&labels->groups[g], value);
        free(name);
        free(value);
    }
}

static int count_labels(const struct reading *reading, const char *at, const char *end)
{
    struct label label;
    int count = 0;
    while (next_label(reading->guide, &at, end, &label))
        count++;
    return count;
}

static bool add_row(struct reading *reading, const char *line, const char *tab, const char *end,
                    struct lacuna_error *error)
{
    struct guide_rows *rows = reading->rows;
    struct ids ids = { 0 };
    if (!tokenizer_encode(reading->tokenizer, tab + 1, (size_t)(end - tab - 1), false, &ids, error)) {
        ids_free(&ids);
        return false;
    }
    bool by_place = reading->guide->by_place, fits = ids.count > 0 && ids.count <= (size_t)reading->most;
    int labels = count_labels(reading, line, tab);
    if (by_place && (size_t)labels != ids.count) {
        fail(error, LACUNA_BAD_REQUEST, "%s:%d: %d tags for %zu tokens", reading->file, reading->number,
             labels, ids.count);
        ids_free(&ids);
        return false;
    }
    if (!fits) {
        rows->dropped++;
        ids_free(&ids);
        return true;
    }
    rows->at = memory_grow(rows->at, &reading->room, rows->count + 1, sizeof *rows->at);
    struct guide_row *row = &rows->at[rows->count++];
    *row = (struct guide_row){ .ids = ids.at,
                               .count = (int)ids.count,
                               .wanted_count = by_place ? (int)ids.count : rows->labels.group_count };
    row->wanted = memory_new((size_t)row->wanted_count, sizeof *row->wanted);
    set_wanted(reading, row, line, tab);
    return true;
}

static bool read_file(struct reading *reading, const struct mapping *file, struct lacuna_error *error)
{
    const char *text = (const char *)file->at, *past = text ? text + file->size : NULL;
    bool fine = true;
    reading->number = 0;
    for (const char *line = text; fine && line < past;) {
        const char *end = memchr(line, '\n', (size_t)(past - line));
        end = end ? end : past;
        reading->number++;
        const char *tab = memchr(line, '\t', (size_t)(end - line));
        if (!tab && end > line)
            fine = fail(error, LACUNA_BAD_REQUEST, "%s:%d: a line is labels, a tab and a text", reading->file,
                        reading->number);
        else if (tab)
            fine = reading->counting ? collect(reading, line, tab, error)
                                     : add_row(reading, line, tab, end, error);
        line = end + 1;
    }
    return fine;
}

static bool read_files(struct reading *reading, const char *const *files, size_t file_count,
                       struct lacuna_error *error)
{
    bool fine = true;
    for (size_t k = 0; fine && k < file_count; k++) {
        struct mapping file;
        reading->file = files[k];
        fine = mapping_open(&file, files[k], error);
        if (!fine)
            break;
        fine = read_file(reading, &file, error);
        mapping_close(&file);
    }
    return fine;
}

bool guide_rows_read(struct guide_rows *rows, const struct guide *guide, const struct tokenizer *tokenizer,
                     const char *const *files, size_t file_count, int most, struct lacuna_error *error)
{
    *rows = (struct guide_rows){ 0 };
    struct reading reading = {
        .rows = rows, .guide = guide, .tokenizer = tokenizer, .most = most, .counting = true
    };
    bool fine = read_files(&reading, files, file_count, error);
    sort_labels(&rows->labels);
    reading.counting = false;
    fine = fine && read_files(&reading, files, file_count, error);
    if (fine && (!rows->count || rows->labels.columns < 2))
        fine =
            fail(error, LACUNA_BAD_REQUEST, "there are not two labels and a line of %d tokens at most", most);
    if (!fine)
        guide_rows_free(rows);
    return fine;
}

void guide_rows_free(struct guide_rows *rows)
{
    for (size_t k = 0; k < rows->count; k++) {
        free(rows->at[k].ids);
        free(rows->at[k].wanted);
    }
    free(rows->at);
    labels_free(&rows->labels);
    *rows = (struct guide_rows){ 0 };
}
