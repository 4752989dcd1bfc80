/* zip.h - the entries of a ZIP archive that are stored as they are (no compression, no encryption), as
 * PyTorch writes them. APPNOTE.TXT 6.3.x, with ZIP64. */
#ifndef MODEL_FORMAT_ZIP_H
#define MODEL_FORMAT_ZIP_H

#include "model/base/file.h"

struct zip_entry {
    const char *name; /* name_size bytes of the mapping */
    size_t name_size;
    const uint8_t *data;
    size_t size;
};

struct zip {
    struct zip_entry *entries; /* in order of name */
    size_t count;
};

/* The archive is checked: entries lie inside the file, apart from one another, with names that differ. */
bool zip_open(struct zip *zip, const char *path, const struct mapping *file, struct lacuna_error *error);
void zip_close(struct zip *zip);
/* NULL: none. */
const struct zip_entry *zip_find(const struct zip *zip, const char *name, size_t size);

#endif
