/* dtype.h - what a type of tensor values is: name, block, bytes, and how to read and write it. One row a
 * type. */
#ifndef MODEL_FORMAT_DTYPE_H
#define MODEL_FORMAT_DTYPE_H

#include "model/format/checkpoint.h"

struct dtype_row {
    const char *name;
    int block;                                                   /* values in a block */
    int bytes;                                                   /* of a block */
    void (*decode)(const void *data, int64_t count, float *out); /* whole blocks */
    void (*encode)(const float *values, int64_t count,
                   void *data); /* whole blocks; NULL: cannot be written */
};

const struct dtype_row *dtype_row(enum dtype type);
/* By name; false where there is none. */
bool dtype_find(const char *name, enum dtype *type);

#endif
