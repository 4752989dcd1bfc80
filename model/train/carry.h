/* carry.h - a model for another vocabulary: the layers stay, a piece that both have keeps its vector, any
 * other begins as the mean of the pieces that the old tokenizer cuts it into. */
#ifndef MODEL_TRAIN_CARRY_H
#define MODEL_TRAIN_CARRY_H

#include "model/base/error.h"

/* Writes `folder` (weights, configuration and tokenizer) out of the model folder `model` and the tokenizer of
 * the prepared folder `data`, whose first six tokens are those of corpus.h. */
bool carry_model(const char *model, const char *data, const char *folder, struct lacuna_error *error);

#endif
