#include "editor/base/memory.h"
#include "editor/text/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Reads the journal in a slot; false where there is none. *busy: another process has it. */
static bool read_slot(const char *folder, const char *path, unsigned slot, struct summary *summary,
                      bool *busy, char **name)
{
    *name = journal_path(folder, path, slot, NULL);
    int descriptor = *name ? open(*name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    bool found = descriptor >= 0 && summary_read(summary, descriptor);
    *busy = found && flock(descriptor, LOCK_SH | LOCK_NB) < 0;
    if (descriptor >= 0)
        close(descriptor);
    if (!found) {
        free(*name);
        *name = NULL;
    }
    return found;
}

enum journal_state journal_look(const char *folder, const char *path, int *owner)
{
    enum journal_state state = JOURNAL_NONE;
    *owner = 0;
    for (unsigned slot = 0; slot < JOURNAL_SLOTS; slot++) {
        struct summary summary;
        bool busy;
        char *name;
        if (!read_slot(folder, path, slot, &summary, &busy, &name))
            continue;
        enum journal_state here = busy ? JOURNAL_BUSY : summary_state(&summary);
        if (here == JOURNAL_BUSY && summary.is_journal)
            *owner = (int)summary.base.owner;
        if (state == JOURNAL_NONE || here == JOURNAL_BUSY ||
            (here == JOURNAL_UNSAVED && state == JOURNAL_HOLES))
            state = here;
        summary_free(&summary);
        free(name);
    }
    return state;
}

/* The base as an editor holds it: the file's text, or with the last line feed that the file lacks. */
static struct text *replay(const struct summary *summary, struct file *file)
{
    struct text *text = summary_replay(summary, file->text);
    size_t size = text_size(file->text);
    if (text || !size || text_byte(file->text, size - 1) == '\n')
        return text;
    struct text *completed = text_replace(file->text, (struct span){ size, size }, "\n", 1);
    text = summary_replay(summary, completed);
    text_free(completed);
    return text;
}

/* Takes the text of a journal, if it is newer than the one taken before. */
static void consider(const struct summary *summary, const char *name, const char *path,
                     struct timespec *newest, struct recovery *recovery, struct error *error)
{
    struct timespec now = summary->written;
    bool newer = now.tv_sec != newest->tv_sec ? now.tv_sec > newest->tv_sec : now.tv_nsec >= newest->tv_nsec;
    struct text *text = newer || !recovery->text ? replay(summary, &recovery->file) : NULL;
    if (!text) {
        if (!recovery->text)
            fail(error, "%s was changed since its recovery journal was written: %s", path, name);
        return;
    }
    text_free(recovery->text);
    journal_holes_free(recovery->holes, recovery->hole_count);
    free(recovery->journal);
    recovery->text = text;
    recovery->journal = memory_copy(name, strlen(name));
    summary_holes(summary, &recovery->holes, &recovery->hole_count);
    *newest = now;
}

bool journal_recover(const char *folder, const char *path, struct recovery *recovery, struct error *error)
{
    struct timespec newest = { 0, 0 };
    *recovery = (struct recovery){ 0 };
    if (!file_read(path, NULL, &recovery->file, error))
        return false;
    fail(error, "there is no recovery journal for %s in %s", path, folder);
    for (unsigned slot = 0; slot < JOURNAL_SLOTS; slot++) {
        struct summary summary;
        bool busy;
        char *name;
        if (!read_slot(folder, path, slot, &summary, &busy, &name))
            continue;
        if (!busy && summary_state(&summary) == JOURNAL_UNSAVED)
            consider(&summary, name, path, &newest, recovery, error);
        summary_free(&summary);
        free(name);
    }
    if (recovery->text)
        return true;
    recovery_free(recovery);
    return false;
}

bool journal_holes(const char *folder, const char *path, const struct text *text, struct journal_hole **holes,
                   size_t *count)
{
    struct summary summary;
    bool busy, found = false;
    char *name;
    *holes = NULL;
    *count = 0;
    if (!read_slot(folder, path, 0, &summary, &busy, &name))
        return false;
    if (!busy && summary_state(&summary) == JOURNAL_HOLES && summary.base.size == text_size(text) &&
        summary.base.fingerprint == text_fingerprint(text))
        found = summary_holes(&summary, holes, count);
    summary_free(&summary);
    free(name);
    return found;
}

void journal_holes_free(struct journal_hole *holes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(holes[i].note);
    free(holes);
}

void recovery_free(struct recovery *recovery)
{
    text_free(recovery->file.text);
    text_free(recovery->text);
    journal_holes_free(recovery->holes, recovery->hole_count);
    free(recovery->journal);
    *recovery = (struct recovery){ 0 };
}
