/* gguf_write.h - a checkpoint as a GGUF file: matrices as F16, Q8_0 or Q4_0, the rest as F32.
 *
 * Families that GGUF has names for (Dream, LLaDA) are written with those names, keys and the order of rows
 * that they imply; any other keeps its own names and carries its configuration as JSON. The tokenizer.json is
 * carried whole, and its vocabulary once more in GGUF's own keys where the way it cuts text has a name there.
 */
#ifndef MODEL_FORMAT_GGUF_WRITE_H
#define MODEL_FORMAT_GGUF_WRITE_H

#include "model/format/checkpoint.h"

struct gguf_report {
    size_t matrices;      /* converted */
    uint64_t values;      /* in them */
    double mean_error;    /* root of the mean squared difference, relative to that of the values */
    double largest_error; /* largest |difference| in relation to the row's largest |value| */
};

/* `tokenizer` is a tokenizer.json or NULL; `type` is DTYPE_F16, DTYPE_Q8_0 or DTYPE_Q4_0 (matrices whose rows
 * are no whole blocks become F16); `report` may be NULL. Nothing is held in memory but a row at a time. */
bool gguf_write(const struct checkpoint *checkpoint, const json_t *tokenizer, enum dtype type,
                const char *path, struct gguf_report *report, struct lacuna_error *error);

#endif
