/* file_target.h - where a write goes: names, attributes, copies. Private to the text core. */
#ifndef EDITOR_TEXT_FILE_TARGET_H
#define EDITOR_TEXT_FILE_TARGET_H

#include "editor/base/error.h"

#include <stddef.h>
#include <sys/stat.h>

struct target {
    char *path;   /* owned: the file itself, symbolic links followed */
    char *folder; /* owned */
    bool exists;
    struct stat status; /* where it exists */
};

bool target_find(struct target *target, const char *path, struct error *error);
void target_free(struct target *target);
/* Whether the file must be written in place: several links, a foreign owner, a folder that takes no new file.
 */
bool target_is_fixed(const struct target *target);

/* Creates a new, hidden file in a folder; its name is malloc'd. -1 with errno. */
int temporary_create(const char *folder, mode_t mode, char **path);
/* Gives an open new file the permissions, owner, access lists and extended attributes of the target. */
bool target_copy_attributes(const struct target *target, int descriptor);
/* Writes all of the bytes; false with errno. */
bool write_all(int descriptor, const char *bytes, size_t size);
/* Copies what one open file holds from its start to another's present place; false with errno. */
bool copy_descriptor(int from, int to);
/* Makes names in a folder last; false with errno. */
bool folder_sync(const char *folder);

#endif
