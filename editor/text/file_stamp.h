/* file_stamp.h - comparing files; private to the text core. */
#ifndef EDITOR_TEXT_FILE_STAMP_H
#define EDITOR_TEXT_FILE_STAMP_H

#include "editor/text/file.h"

#include <sys/stat.h>

struct file_stamp stamp_of(const struct stat *status);
/* How a file (or none: NULL) differs from a stamp. */
enum file_state stamp_compare(const struct file_stamp *stamp, const struct stat *status);
/* Whether no mapped file that the text reads from was changed since it was mapped. */
bool text_is_untouched(const struct text *text);
/* Whether the text reads from the file itself by a mapping. */
bool text_maps_file(const struct text *text, const struct stat *status);

#endif
