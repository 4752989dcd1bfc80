/* quantise.h - a checkpoint's matrices as int8 with one scale a row, in a safetensors file that denoiser_open
 * reads.
 *
 * Every tensor "….weight" of rank 2 and a plain type becomes "….weight" I8 [rows, cols] and "….scale" F32
 * [rows]; the others are written as F32. value = scale * int8, scale = max |row| / 127. */
#ifndef MODEL_NETWORK_QUANTISE_H
#define MODEL_NETWORK_QUANTISE_H

#include "model/format/checkpoint.h"

struct quantise_report {
    size_t matrices;      /* quantised */
    uint64_t values;      /* in them */
    double mean_error;    /* root of the mean squared difference, relative to that of the values */
    double largest_error; /* largest |difference| in relation to the row's largest |value| */
};

/* Writes `path`; `report` may be NULL. config.json and tokenizer.json are the caller's to copy. */
bool quantise_write(const struct checkpoint *checkpoint, const char *path, struct quantise_report *report,
                    struct lacuna_error *error);

#endif
