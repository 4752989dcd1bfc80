#include "editor/text/journal_file.h"
#include "editor/base/memory.h"
#include "editor/text/file_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *journal_path(const char *folder, const char *path, unsigned slot, char **real)
{
    struct target target;
    struct bytes name = { 0 };
    if (!target_find(&target, path, NULL)) {
        target_free(&target);
        return NULL;
    }
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *at = target.path; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    bytes_format(&name, "%s/%.100s-%016llx", folder, strrchr(target.path, '/') + 1, (unsigned long long)hash);
    if (slot)
        bytes_format(&name, ".%u", slot);
    bytes_append_text(&name, ".journal");
    if (real)
        *real = memory_copy(target.path, strlen(target.path));
    target_free(&target);
    return bytes_take(&name);
}

static void take_saving(struct summary *summary, struct record *record)
{
    summary->saving = record_number(record, &summary->saving_state) &&
                      record_number(record, &summary->saving_size) &&
                      record_number(record, &summary->saving_fingerprint);
}

static void take_record(struct summary *summary, struct record *record)
{
    uint64_t number;
    switch (record->kind) {
    case RECORD_EDIT:
        summary->current = ++summary->states;
        break;
    case RECORD_GOTO:
        if (record_number(record, &number) && number <= summary->states)
            summary->current = number;
        break;
    case RECORD_HOLES:
        summary->holes = *record;
        break;
    case RECORD_SAVING:
        take_saving(summary, record);
        break;
    case RECORD_BASE:
        break;
    }
}

void summary_of_block(struct summary *summary, char *block, size_t size)
{
    size_t offset = 0;
    struct record record;
    *summary = (struct summary){ .block = block, .size = size };
    if (!record_next(block, size, &offset, &record) || record.kind != RECORD_BASE)
        return;
    if (record.size < sizeof summary->base)
        return;
    memcpy(&summary->base, record.payload, sizeof summary->base);
    summary->is_journal = true;
    while (record_next(block, size, &offset, &record))
        take_record(summary, &record);
}

bool summary_read(struct summary *summary, int descriptor)
{
    struct stat status;
    *summary = (struct summary){ 0 };
    if (fstat(descriptor, &status) < 0 || status.st_size < 0)
        return false;
    size_t size = (size_t)status.st_size, used = 0;
    char *block = malloc(size + 1);
    while (block && used < size) {
        ssize_t got = pread(descriptor, block + used, size - used, (off_t)used);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    if (!block)
        return false;
    summary_of_block(summary, block, used);
    summary->written = status.st_mtim;
    return true;
}

void summary_free(struct summary *summary)
{
    free(summary->block);
    *summary = (struct summary){ 0 };
}

enum journal_state summary_state(const struct summary *summary)
{
    struct record holes = summary->holes;
    uint64_t count = 0;
    if (!summary->is_journal)
        return JOURNAL_NONE;
    if (summary->current != 0)
        return JOURNAL_UNSAVED;
    return record_number(&holes, &count) && count > 0 ? JOURNAL_HOLES : JOURNAL_NONE;
}

/* The text after one edit record; NULL where the record does not fit the text. */
static struct text *apply_edit(struct text *text, struct record record)
{
    uint64_t count;
    if (!record_number(&record, &count) || count > record.size / sizeof(struct record_change))
        return NULL;
    const char *changes = record.payload, *bytes = changes + count * sizeof(struct record_change);
    size_t rest = record.size - count * sizeof(struct record_change);
    text_keep(text);
    for (uint64_t i = 0; i < count; i++) {
        struct record_change change;
        memcpy(&change, changes + i * sizeof change, sizeof change);
        size_t size = text_size(text);
        bool fits = change.start <= size && change.removed <= size - change.start && change.inserted <= rest;
        struct span span = { change.start, change.start + change.removed };
        struct text *next = fits ? text_replace(text, span, bytes, change.inserted) : NULL;
        text_free(text);
        if (!next)
            return NULL;
        text = next;
        bytes += change.inserted;
        rest -= change.inserted;
    }
    return text;
}

/* States by their numbers; those before the first known one are NULL. */
struct states {
    struct text **texts; /* owned */
    uint64_t count, current;
};

static bool replay_record(struct states *states, struct record record, uint64_t first)
{
    uint64_t number;
    if (record.kind == RECORD_EDIT) {
        struct text *now = states->texts[states->current], *next = NULL;
        if (states->count >= first && now)
            next = apply_edit(now, record);
        if (states->count >= first && !next)
            return false;
        states->count++;
        states->current = states->count;
        if (next)
            states->texts[states->count] = next;
    } else if (record.kind == RECORD_GOTO && record_number(&record, &number)) {
        if (number > states->count || (states->count >= first && !states->texts[number]))
            return false;
        states->current = number;
    }
    return true;
}

static struct text *replay_from(const struct summary *summary, struct text *base, uint64_t first)
{
    struct record record;
    size_t offset = 0;
    struct states states = { .texts = memory_new_zero((summary->states + 1) * sizeof *states.texts) };
    states.texts[first] = text_keep(base);
    while (record_next(summary->block, summary->size, &offset, &record) &&
           replay_record(&states, record, first))
        ;
    struct text *result = states.texts[states.current] ? text_keep(states.texts[states.current]) : NULL;
    for (uint64_t i = 0; i <= summary->states; i++)
        text_free(states.texts[i]);
    free(states.texts);
    return result;
}

struct text *summary_replay(const struct summary *summary, struct text *base)
{
    uint64_t size = text_size(base), fingerprint = text_fingerprint(base);
    if (summary->base.size == size && summary->base.fingerprint == fingerprint)
        return replay_from(summary, base, 0);
    bool saved =
        summary->saving && summary->saving_size == size && summary->saving_fingerprint == fingerprint;
    return saved && summary->saving_state <= summary->states
               ? replay_from(summary, base, summary->saving_state)
               : NULL;
}

bool summary_holes(const struct summary *summary, struct journal_hole **holes, size_t *count)
{
    struct record record = summary->holes;
    uint64_t number, start, end, size;
    *holes = NULL;
    *count = 0;
    if (!record_number(&record, &number) || !number || number > record.size / (3 * sizeof number))
        return false;
    *holes = memory_new_zero(number * sizeof **holes);
    while (*count < number && record_number(&record, &start) && record_number(&record, &end) &&
           record_number(&record, &size) && size <= record.size && start <= end) {
        struct journal_hole *hole = &(*holes)[(*count)++];
        hole->span = (struct span){ start, end };
        hole->note = memory_copy(record.payload, size);
        record.payload += size;
        record.size -= size;
    }
    return true;
}
