/* encoder.h - the encoder that BERT, and whatever is built on its blocks, shares: norms with biases behind
 * what they follow, biases everywhere, a table of positions. */
#ifndef MODEL_NETWORK_ENCODER_H
#define MODEL_NETWORK_ENCODER_H

#include "model/network/config.h"
#include "model/network/graph.h"

/* Sizes and parts under the keys of a BertConfig, vocabulary and head excepted; names are the caller's. */
void encoder_describe(struct config *config, struct graph *graph);
/* What BertConfig and its like call their activations. */
enum activation encoder_activation(struct config *config, const char *key);

#endif
