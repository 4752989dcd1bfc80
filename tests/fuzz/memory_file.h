/* memory_file.h - bytes as a file that parsers can open by its path, without a disk. */
#ifndef TESTS_FUZZ_MEMORY_FILE_H
#define TESTS_FUZZ_MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory_file {
    int file;
    char path[40];
};

static inline struct memory_file memory_file_new(const uint8_t *data, size_t size)
{
    struct memory_file made = { .file = memfd_create("fuzz", MFD_CLOEXEC) };
    if (made.file < 0 || write(made.file, data, size) != (ssize_t)size)
        abort();
    snprintf(made.path, sizeof made.path, "/proc/self/fd/%d", made.file);
    return made;
}

static inline void memory_file_free(struct memory_file *made)
{
    close(made->file);
}

#endif
