#include "editor/text/file.h"
#include "editor/text/file_stamp.h"
#include "editor/text/form.h"
#include "editor/text/guard.h"
#include "editor/text/text_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD_SIZE = 65536, STREAM_STEP = 65536 };

static const char *kind_of_file(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a FIFO; read it by `lacuna - <FIFO`";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/* Everything from a descriptor to its end in one malloc'd block; `expected` is how much there seems to be. */
static bool read_all(int descriptor, size_t expected, char **bytes, size_t *size, const char *name,
                     struct error *error)
{
    size_t capacity = expected + 1, used = 0;
    char *block = malloc(capacity);
    while (block) {
        ssize_t got = read(descriptor, block + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            fail(error, "cannot read %s: %m", name);
            free(block);
            return false;
        }
        used += (size_t)got;
        if (!got) {
            *bytes = block;
            *size = used;
            return true;
        }
        if (used == capacity) {
            capacity += capacity > STREAM_STEP ? capacity : STREAM_STEP;
            char *larger = realloc(block, capacity);
            if (!larger)
                free(block);
            block = larger;
        }
    }
    return fail(error, "cannot read %s: it does not fit in memory", name);
}

static bool read_whole(int descriptor, size_t expected, const char *name, const struct file_form *asked,
                       struct file *file, struct error *error)
{
    char *bytes;
    size_t size;
    if (!read_all(descriptor, expected, &bytes, &size, name, error))
        return false;
    file->text = form_decode(bytes, size, asked, &file->form);
    return true;
}

/* A text over a private mapping, which takes the descriptor over; false where the file must be read and
 * converted. */
static bool map_whole(int descriptor, size_t size, struct file *file)
{
    int kept = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (kept < 0)
        return false;
    guard_mapped_files();
    char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, kept, 0);
    if (bytes == MAP_FAILED) {
        close(kept);
        return false;
    }
    if (form_needs_decoding(bytes, HEAD_SIZE)) {
        munmap(bytes, size);
        close(kept);
        return false;
    }
    file->text = text_from_buffer(buffer_map(bytes, size, kept, &file->stamp));
    return true;
}

static bool read_open(int descriptor, const char *path, const struct file_form *asked, struct file *file,
                      struct error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) < 0)
        return fail(error, "cannot read %s: %m", path);
    if (!S_ISREG(status.st_mode))
        return fail(error, "cannot edit %s: it is %s", path, kind_of_file(status.st_mode));
    file->stamp = stamp_of(&status);
    file->read_only = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0;
    size_t size = (size_t)status.st_size;
    bool plain = !asked || asked->encoding == ENCODING_UTF8;
    if (plain && size > FILE_READ_LIMIT && map_whole(descriptor, size, file))
        return true;
    return read_whole(descriptor, size, path, asked, file, error);
}

bool file_read(const char *path, const struct file_form *asked, struct file *file, struct error *error)
{
    *file = (struct file){ 0 };
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0 && errno == ENOENT) {
        file->text = text_new("", 0);
        if (asked)
            file->form = *asked;
        return true;
    }
    if (descriptor < 0)
        return fail(error,
                    errno == ENXIO ? "cannot edit %s: it is a socket or a device" : "cannot read %s: %m",
                    path);
    bool done = read_open(descriptor, path, asked, file, error);
    close(descriptor);
    return done;
}

bool file_read_descriptor(int descriptor, const char *name, struct file *file, struct error *error)
{
    *file = (struct file){ 0 };
    return read_whole(descriptor, 0, name, NULL, file, error);
}
