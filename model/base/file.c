#include "model/base/file.h"

#include "model/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool mapping_fill(struct mapping *mapping, const char *path, int file, struct lacuna_error *error)
{
    struct stat state;
    if (fstat(file, &state))
        return fail(error, LACUNA_MODEL, "%s: %s", path, strerror(errno));
    if (!S_ISREG(state.st_mode))
        return fail(error, LACUNA_MODEL, "%s: is not a regular file", path);
    if (!state.st_size)
        return true;
    void *at = mmap(NULL, (size_t)state.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (at == MAP_FAILED)
        return fail(error, LACUNA_MODEL, "%s: cannot be mapped: %s", path, strerror(errno));
    *mapping = (struct mapping){ .at = at, .size = (size_t)state.st_size };
    return true;
}

bool mapping_open(struct mapping *mapping, const char *path, struct lacuna_error *error)
{
    *mapping = (struct mapping){ 0 };
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail(error, LACUNA_MODEL, "%s: %s", path, strerror(errno));
    bool filled = mapping_fill(mapping, path, file, error);
    close(file);
    return filled;
}

void mapping_close(struct mapping *mapping)
{
    if (mapping->at)
        munmap((void *)mapping->at, mapping->size);
    *mapping = (struct mapping){ 0 };
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat state;
    return stat(path, &state) == 0 && S_ISDIR(state.st_mode);
}

bool folder_make(const char *path, struct lacuna_error *error)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return fail(error, LACUNA_MODEL, "%s: cannot make this folder: %s", path, strerror(errno));
    return true;
}

char *path_join(const char *folder, const char *name)
{
    size_t size = strlen(folder);
    const char *slash = size && folder[size - 1] == '/' ? "" : "/";
    size_t room = size + strlen(name) + 2;
    char *whole = memory_new(room, 1);
    snprintf(whole, room, "%s%s%s", folder, slash, name);
    return whole;
}

char *path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return memory_text(".", 1);
    return memory_text(path, slash == path ? 1 : (size_t)(slash - path));
}

const char *path_last(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool text_ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), part = strlen(end);
    return part <= size && !memcmp(text + size - part, end, part);
}

bool file_begin(struct replacement *replacement, const char *path, struct lacuna_error *error)
{
    size_t room = strlen(path) + sizeof ".XXXXXX";
    char *temporary = memory_new(room, 1);
    snprintf(temporary, room, "%s.XXXXXX", path);
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file >= 0) {
        mode_t mask = umask(0);
        umask(mask);
        fchmod(file, 0666 & ~mask);
    }
    FILE *stream = file < 0 ? NULL : fdopen(file, "wb");
    if (!stream) {
        fail(error, LACUNA_MODEL, "%s: cannot be written: %s", path, strerror(errno));
        free(temporary);
        return false;
    }
    *replacement = (struct replacement){ .stream = stream,
                                         .path = memory_text(path, strlen(path)),
                                         .temporary = temporary };
    return true;
}

void file_abandon(struct replacement *replacement)
{
    if (replacement->stream)
        fclose(replacement->stream);
    if (replacement->temporary)
        unlink(replacement->temporary);
    free(replacement->path);
    free(replacement->temporary);
    *replacement = (struct replacement){ 0 };
}

static void folder_sync(const char *path)
{
    char *folder = path_folder(path);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
    free(folder);
}

bool file_replace(struct replacement *replacement, struct lacuna_error *error)
{
    FILE *stream = replacement->stream;
    bool written = !ferror(stream) && !fflush(stream) && !fsync(fileno(stream));
    replacement->stream = NULL;
    written = !fclose(stream) && written && !rename(replacement->temporary, replacement->path);
    if (!written) {
        fail(error, LACUNA_MODEL, "%s: cannot be written: %s", replacement->path, strerror(errno));
        file_abandon(replacement);
        return false;
    }
    folder_sync(replacement->path);
    free(replacement->path);
    free(replacement->temporary);
    *replacement = (struct replacement){ 0 };
    return true;
}

bool file_write(const char *path, const void *bytes, size_t size, struct lacuna_error *error)
{
    struct replacement replacement;
    if (!file_begin(&replacement, path, error))
        return false;
    if (size)
        fwrite(bytes, 1, size, replacement.stream);
    return file_replace(&replacement, error);
}
