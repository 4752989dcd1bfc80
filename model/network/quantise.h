/* quantise.h - a checkpoint's matrices in another type, in a safetensors file that denoiser_open reads.
 *
 * Every tensor "….weight" of rank 2 becomes F32, F16, BF16, or I8 [rows, cols] with "….scale" F32 [rows]:
 * value = scale * int8, scale = max |row| / 127. The others are written as F32. Weights that are blocks or
 * int8 already are read as the values that they stand for; rows of q and k that GGUF lays in rotary pairs go
 * back to halves, as the families' own files have them. Nothing is held in memory but a row at a time. */
#ifndef MODEL_NETWORK_QUANTISE_H
#define MODEL_NETWORK_QUANTISE_H

#include "model/format/checkpoint.h"

struct quantise_report {
    size_t matrices;      /* converted */
    uint64_t values;      /* in them */
    double mean_error;    /* root of the mean squared difference, relative to that of the values */
    double largest_error; /* largest |difference| in relation to the row's largest |value| */
};

/* Writes `path`; `report` may be NULL. config.json and tokenizer.json are the caller's to copy. */
bool quantise_write(const struct checkpoint *checkpoint, enum dtype type, const char *path,
                    struct quantise_report *report, struct lacuna_error *error);

#endif
