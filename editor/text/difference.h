/* difference.h - what changed between two texts that share pieces: found from the shared nodes of their trees
 * in time that grows with the number of edits between them and not with their size. */
#ifndef EDITOR_TEXT_DIFFERENCE_H
#define EDITOR_TEXT_DIFFERENCE_H

#include "editor/text/text.h"

/* The bytes of `removed` in the first text became those of `inserted` in the second. */
struct difference {
    struct span removed, inserted;
};

/* Everything between two differences is equal. They come in order; one may cover more than a careful
 * comparison of the bytes would. Returns a malloc'd array of *count. */
struct difference *text_differences(const struct text *before, const struct text *after, size_t *count);

#endif
