/* file.h - files as bytes: mapped for reading, replaced at once for writing. */
#ifndef MODEL_BASE_FILE_H
#define MODEL_BASE_FILE_H

#include "model/base/error.h"

#include <stdint.h>
#include <stdio.h>

/* A whole regular file, read-only; `at` is NULL where the file is empty. */
struct mapping {
    const uint8_t *at;
    size_t size;
};

bool mapping_open(struct mapping *mapping, const char *path, struct lacuna_error *error);
void mapping_close(struct mapping *mapping);

bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* Fine where the folder is there already; its parent must be. */
bool folder_make(const char *path, struct lacuna_error *error);
/* "folder/name", the caller's. */
char *path_join(const char *folder, const char *name);
/* The folder that holds `path` ("." where it names none), the caller's. */
char *path_folder(const char *path);
/* The part after the last slash; borrowed from `path`. */
const char *path_last(const char *path);
bool text_ends_with(const char *text, const char *end);

/* Replaces `path` in one step: write to file_replacement's stream, then file_replace (flush, fsync, rename,
 * fsync of the folder) or file_abandon. Until then readers see the old file. Both close the stream and free
 * *replacement. */
struct replacement {
    FILE *stream;
    char *path, *temporary;
};
bool file_begin(struct replacement *replacement, const char *path, struct lacuna_error *error);
bool file_replace(struct replacement *replacement, struct lacuna_error *error);
void file_abandon(struct replacement *replacement);
/* The same for bytes that are ready. */
bool file_write(const char *path, const void *bytes, size_t size, struct lacuna_error *error);

#endif
