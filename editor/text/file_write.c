#include "editor/text/file.h"
#include "editor/base/memory.h"
#include "editor/text/file_stamp.h"
#include "editor/text/file_target.h"
#include "editor/text/form.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATHER_SIZE = 1 << 16, RESERVED_LEAST = 1 << 20 };

/* Everything about one write. */
struct job {
    const char *path; /* as the user calls it */
    const struct text *text;
    struct span span;
    const struct file_form *form;
    const struct file_write *how;
    struct target target;
    struct file_stamp *stamp;
};

/* Small pieces are gathered, large ones written as they lie. */
struct gather {
    int descriptor;
    const char *path;
    size_t used;
    char bytes[GATHER_SIZE];
};

static bool put(struct gather *gather, const char *bytes, size_t size, struct error *error)
{
    if (write_all(gather->descriptor, bytes, size))
        return true;
    if (errno == EFAULT)
        return fail(error,
                    "cannot write %s: another program cut short the file that the text was opened from",
                    gather->path);
    return fail(error, "cannot write %s: %m", gather->path);
}

static bool gather_emit(void *user, const char *bytes, size_t size, struct error *error)
{
    struct gather *gather = user;
    if (size > GATHER_SIZE - gather->used) {
        if (!put(gather, gather->bytes, gather->used, error))
            return false;
        gather->used = 0;
    }
    if (size >= GATHER_SIZE)
        return put(gather, bytes, size, error);
    memcpy(gather->bytes + gather->used, bytes, size);
    gather->used += size;
    return true;
}

/* The span in its form to a descriptor, not synced. */
static bool write_form(const struct job *job, int descriptor, bool mark, struct error *error)
{
    struct error reason = { 0 };
    struct gather *gather = memory_new(sizeof *gather);
    gather->descriptor = descriptor;
    gather->path = job->path;
    gather->used = 0;
    bool encoded = form_encode(job->text, job->span, job->form, mark, gather_emit, gather, &reason);
    bool done = encoded && put(gather, gather->bytes, gather->used, &reason);
    free(gather);
    if (!done && strncmp(reason.text, "cannot write", 12) != 0)
        return fail(error, "cannot write %s: %.300s", job->path, reason.text);
    return done || fail(error, "%s", reason.text);
}

static bool count_bytes(void *user, const char *bytes, size_t size, struct error *error)
{
    (void)bytes;
    (void)error;
    *(size_t *)user += size;
    return true;
}

static bool sync_file(const struct job *job, int descriptor, struct error *error)
{
    if (fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS)
        return true;
    return fail(error, "cannot write %s to the disk: %m", job->path);
}

static void take_stamp(const struct job *job, int descriptor)
{
    struct stat status;
    if (job->stamp && fstat(descriptor, &status) == 0)
        *job->stamp = stamp_of(&status);
}

/* Nobody else's change is overwritten. */
static bool is_as_expected(const struct job *job, struct error *error)
{
    struct stat status;
    const struct file_stamp *expected = job->how->expected;
    if (!expected)
        return true;
    bool found = stat(job->target.path, &status) == 0;
    switch (stamp_compare(expected, found ? &status : NULL)) {
    case FILE_SAME:
    case FILE_GONE:
        return true;
    case FILE_APPEARED:
        return fail(error, "%s exists by now: another program made it; nothing was written", job->path);
    default:
        return fail(error, "%s was changed by another program since it was read; nothing was written",
                    job->path);
    }
}

/* Gives the new file its name. A file that was not there must not be there now, if anything was expected. */
static bool rename_over(const struct job *job, const char *temporary)
{
    if (!job->target.exists && job->how->expected) {
        if (renameat2(AT_FDCWD, temporary, AT_FDCWD, job->target.path, RENAME_NOREPLACE) == 0)
            return true;
        if (errno != EINVAL && errno != ENOSYS)
            return false;
    }
    return rename(temporary, job->target.path) == 0;
}

/* Errors of a folder that takes no new file, or of a name that takes no other file: a mount point. */
static bool is_hindered(int reason)
{
    return reason == EACCES || reason == EPERM || reason == EBUSY || reason == EXDEV;
}

enum outcome { WRITTEN, FAILED, IMPOSSIBLE /* in this way */ };

/* Reserves the space of a large file: one that does not fit fails before it is written, and others are
 * written faster. */
static bool reserve(const struct job *job, int descriptor, struct error *error)
{
    size_t size = 0;
    if (job->span.end - job->span.start < RESERVED_LEAST)
        return true;
    if (!form_encode(job->text, job->span, job->form, true, count_bytes, &size, error))
        return false;
    if (size && fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) < 0 && errno == ENOSPC)
        return fail(error, "cannot write %s: %m", job->path);
    return true;
}

static enum outcome finish_replacement(struct job *job, int descriptor, const char *temporary,
                                       struct error *error)
{
    if (job->target.exists && !target_copy_attributes(&job->target, descriptor))
        return IMPOSSIBLE;
    if (!reserve(job, descriptor, error) || !write_form(job, descriptor, true, error) ||
        !sync_file(job, descriptor, error) || !is_as_expected(job, error))
        return FAILED;
    take_stamp(job, descriptor);
    if (!rename_over(job, temporary)) {
        fail(error, "cannot write %s: %m", job->path);
        return job->target.exists && is_hindered(errno) ? IMPOSSIBLE : FAILED;
    }
    if (!folder_sync(job->target.folder)) {
        fail(error, "wrote %s, but its folder could not be synced: %m", job->path);
        return FAILED;
    }
    return WRITTEN;
}

/* A new file beside the old one, renamed over it. */
static enum outcome write_replacement(struct job *job, struct error *error)
{
    char *temporary;
    int descriptor = temporary_create(job->target.folder, job->target.exists ? 0600 : 0666, &temporary);
    if (descriptor < 0) {
        fail(error, "cannot write %s: %m", job->path);
        return job->target.exists && is_hindered(errno) ? IMPOSSIBLE : FAILED;
    }
    enum outcome outcome = finish_replacement(job, descriptor, temporary, error);
    if (outcome != WRITTEN)
        unlink(temporary);
    close(descriptor);
    free(temporary);
    return outcome;
}

/* Puts the old bytes back after a failed write in place. */
static bool restore(int descriptor, int copy, off_t size)
{
    return lseek(descriptor, 0, SEEK_SET) == 0 && copy_descriptor(copy, descriptor) &&
           ftruncate(descriptor, size) == 0 && fsync(descriptor) == 0;
}

/* Reserves the space and overwrites; nothing was changed yet if this fails before *begun is set. */
static bool overwrite(struct job *job, int descriptor, bool *begun, struct error *error)
{
    size_t size = 0;
    if (!is_as_expected(job, error))
        return false;
    if (!form_encode(job->text, job->span, job->form, true, count_bytes, &size, error))
        return false;
    if (size && fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) < 0 && errno != EOPNOTSUPP &&
        errno != ENOSYS)
        return fail(error, "cannot write %s: %m; the old file is whole", job->path);
    *begun = true;
    if (!write_form(job, descriptor, true, error))
        return false;
    if (ftruncate(descriptor, (off_t)size) < 0)
        return fail(error, "cannot write %s: %m", job->path);
    return sync_file(job, descriptor, error);
}

/* A synced copy of the old file, beside it or in the folder for rescue; -1 where there is no place for one.
 */
static int safety_copy(const struct job *job, int descriptor, char **path, struct error *error)
{
    const char *folder = job->target.folder;
    int copy = temporary_create(folder, 0600, path);
    if (copy < 0 && job->how->rescue) {
        folder = job->how->rescue;
        copy = temporary_create(folder, 0600, path);
    }
    if (copy < 0) {
        fail(error, "cannot write %s: no place for a safety copy: %m", job->path);
        return -1;
    }
    if (copy_descriptor(descriptor, copy) && fsync(copy) == 0 && folder_sync(folder))
        return copy;
    fail(error, "cannot write %s: the safety copy failed: %m", job->path);
    unlink(*path);
    close(copy);
    free(*path);
    return -1;
}

static bool write_open_in_place(struct job *job, int descriptor, struct error *error)
{
    char *path;
    bool begun = false;
    if (text_maps_file(job->text, &job->target.status) && !file_detach(job->text))
        return fail(error, "cannot write %s: it was changed by another program while it was mapped",
                    job->path);
    int copy = safety_copy(job, descriptor, &path, error);
    if (copy < 0)
        return false;
    bool done = overwrite(job, descriptor, &begun, error);
    if (done)
        take_stamp(job, descriptor);
    if (done || !begun || restore(descriptor, copy, job->target.status.st_size))
        unlink(path);
    else
        fail(error, "cannot write %s, and its old bytes could not be put back: they are in %s", job->path,
             path);
    close(copy);
    free(path);
    return done;
}

static bool write_in_place(struct job *job, struct error *error)
{
    int descriptor = open(job->target.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
        return fail(error, "cannot write %s: %m", job->path);
    bool done = write_open_in_place(job, descriptor, error);
    close(descriptor);
    return done;
}

static bool append(struct job *job, struct error *error)
{
    struct stat status;
    int descriptor = open(job->target.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0 || fstat(descriptor, &status) < 0) {
        fail(error, "cannot write %s: %m", job->path);
        if (descriptor >= 0)
            close(descriptor);
        return false;
    }
    bool done = write_form(job, descriptor, status.st_size == 0, error) && sync_file(job, descriptor, error);
    if (!done && ftruncate(descriptor, status.st_size) < 0)
        fail(error, "cannot write %s: a part of the text stands behind its old end", job->path);
    if (done)
        take_stamp(job, descriptor);
    close(descriptor);
    return done;
}

static bool write_target(struct job *job, struct error *error)
{
    if (!is_as_expected(job, error))
        return false;
    bool writable = !job->target.exists || faccessat(AT_FDCWD, job->target.path, W_OK, AT_EACCESS) == 0;
    if (!writable && !job->how->force)
        return fail(error, "cannot write %s: it is read-only", job->path);
    if (!job->how->force && !text_is_untouched(job->text))
        return fail(error,
                    "cannot write %s: the file that this text is read from was changed by another program; "
                    "force the write, to another name, to keep what is left",
                    job->path);
    if (job->how->append)
        return append(job, error);
    if (target_is_fixed(&job->target))
        return write_in_place(job, error);
    enum outcome outcome = write_replacement(job, error);
    return outcome == IMPOSSIBLE ? write_in_place(job, error) : outcome == WRITTEN;
}

bool file_write(const char *path, const struct text *text, struct span span, const struct file_form *form,
                const struct file_write *how, struct file_stamp *stamp, struct error *error)
{
    struct job job = { .path = path, .text = text, .span = span, .form = form, .how = how, .stamp = stamp };
    bool done = target_find(&job.target, path, error) && write_target(&job, error);
    target_free(&job.target);
    return done;
}
