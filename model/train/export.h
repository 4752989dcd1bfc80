/* export.h - a model folder out of a run of weights: model.safetensors, config.json, tokenizer.json. */
#ifndef MODEL_TRAIN_EXPORT_H
#define MODEL_TRAIN_EXPORT_H

#include "model/train/parameters.h"

#include <jansson.h>

struct export
{
    const struct parameters *parameters;
    const float *weights;
    enum dtype type;                                   /* DTYPE_BF16, DTYPE_F16 or DTYPE_F32 */
    const char *process, *noise_schedule, *prediction; /* of a model of scores; NULL: one of pieces */
    int positions;                                     /* of the longest rows trained on */
    const json_t *meta;                                /* of the prepared folder: its attributes */
    const json_t *training;                            /* how the weights came about; borrowed */
    const char *tokenizer;                             /* the file to copy */
    const char *folder;                                /* made where it is missing */
};
/* model.safetensors alone. */
bool export_weights(const struct parameters *parameters, const float *weights, enum dtype type,
                    const char *path, struct lacuna_error *error);
bool export_model(const struct export *export, struct lacuna_error *error);

#endif
