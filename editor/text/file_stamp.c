#include "editor/text/file_stamp.h"
#include "editor/text/form.h"
#include "editor/text/text_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DETACH_STEP = 4 << 20 };

struct file_stamp stamp_of(const struct stat *status)
{
    return (struct file_stamp){
        .exists = true,
        .device = (uint64_t)status->st_dev,
        .inode = (uint64_t)status->st_ino,
        .size = (uint64_t)status->st_size,
        .seconds = (uint64_t)status->st_mtim.tv_sec,
        .nanoseconds = (uint64_t)status->st_mtim.tv_nsec,
    };
}

enum file_state stamp_compare(const struct file_stamp *stamp, const struct stat *status)
{
    if (!status)
        return stamp->exists ? FILE_GONE : FILE_SAME;
    if (!stamp->exists)
        return FILE_APPEARED;
    struct file_stamp now = stamp_of(status);
    if (now.size != stamp->size)
        return FILE_CHANGED;
    bool same = now.device == stamp->device && now.inode == stamp->inode && now.seconds == stamp->seconds &&
                now.nanoseconds == stamp->nanoseconds;
    return same ? FILE_SAME : FILE_TOUCHED;
}

enum file_state file_compare(const char *path, const struct file_stamp *stamp, struct file_stamp *now)
{
    struct stat status;
    bool found = stat(path, &status) == 0;
    if (now)
        *now = found ? stamp_of(&status) : (struct file_stamp){ 0 };
    return stamp_compare(stamp, found ? &status : NULL);
}

/* Calls `visit` for each mapped buffer, once for a run of pieces; stops at false. */
static bool visit_mapped(const struct node *node, struct buffer **last,
                         bool (*visit)(struct buffer *, void *), void *user)
{
    if (!node)
        return true;
    if (node->height)
        return visit_mapped(node->left, last, visit, user) && visit_mapped(node->right, last, visit, user);
    if (!node->buffer->mapped || node->buffer == *last)
        return true;
    *last = node->buffer;
    return visit(node->buffer, user);
}

static bool is_unchanged(const struct buffer *buffer)
{
    struct stat status;
    return fstat(buffer->descriptor, &status) == 0 && stamp_compare(&buffer->stamp, &status) == FILE_SAME;
}

static bool is_untouched(struct buffer *buffer, void *user)
{
    (void)user;
    return atomic_load(&buffer->detached) || is_unchanged(buffer);
}

bool text_is_untouched(const struct text *text)
{
    struct buffer *last = NULL;
    return visit_mapped(text->root, &last, is_untouched, NULL);
}

static bool is_other_file(struct buffer *buffer, void *user)
{
    const struct stat *status = user;
    return atomic_load(&buffer->detached) || buffer->stamp.inode != (uint64_t)status->st_ino ||
           buffer->stamp.device != (uint64_t)status->st_dev;
}

bool text_maps_file(const struct text *text, const struct stat *status)
{
    struct buffer *last = NULL;
    struct stat copy = *status;
    return !visit_mapped(text->root, &last, is_other_file, &copy);
}

/* Puts a copy of some pages in their place, in one step for those who read them meanwhile. (Writing to the
 * pages of a private mapping would not do: cutting the file short takes such copies away too.) */
static bool detach_pages(char *pages, size_t size)
{
    char *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED)
        return false;
    memcpy(copy, pages, size);
    if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, pages) == pages)
        return true;
    munmap(copy, size);
    return false;
}

static bool detach_buffer(struct buffer *buffer, void *user)
{
    bool *sound = user, done = true;
    if (atomic_load(&buffer->detached))
        return true;
    for (size_t at = 0; at < buffer->size && done; at += DETACH_STEP) {
        size_t rest = buffer->size - at;
        done = detach_pages(buffer->bytes + at, rest < DETACH_STEP ? rest : DETACH_STEP);
    }
    done = done && is_unchanged(buffer);
    if (done)
        atomic_store(&buffer->detached, true);
    *sound = *sound && done;
    return true;
}

bool file_detach(const struct text *text)
{
    struct buffer *last = NULL;
    bool sound = true;
    visit_mapped(text->root, &last, detach_buffer, &sound);
    return sound;
}

struct comparison {
    int descriptor;
    bool differs;
};

static bool compare_bytes(void *user, const char *bytes, size_t size, struct error *error)
{
    (void)error;
    struct comparison *comparison = user;
    char block[16384];
    while (size) {
        ssize_t got = read(comparison->descriptor, block, size < sizeof block ? size : sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        comparison->differs = got <= 0 || memcmp(block, bytes, (size_t)got) != 0;
        if (comparison->differs)
            return false;
        bytes += got;
        size -= (size_t)got;
    }
    return true;
}

bool file_holds(const char *path, const struct text *text, struct span span, const struct file_form *form)
{
    char byte;
    struct stat status;
    struct comparison comparison = { .descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) };
    if (comparison.descriptor < 0)
        return false;
    bool same = fstat(comparison.descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                text_is_untouched(text) &&
                form_encode(text, span, form, true, compare_bytes, &comparison, NULL) &&
                !comparison.differs && read(comparison.descriptor, &byte, 1) == 0;
    close(comparison.descriptor);
    return same;
}
