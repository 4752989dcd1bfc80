/* vector_encoder.h - BERT's encoder between two projections, over vectors instead of tokens: the network of
 * Diffusion-LM (Li et al. 2022, arXiv 2205.14217) and DiffuSeq (Gong et al. 2022, arXiv 2210.08933), and of
 * analog bits here.
 *
 * The published checkpoints keep two records: the encoder's configuration, which may be only its name, and
 * the arguments of the training (training_args.json; "training_args" of the configuration). */
#ifndef MODEL_NETWORK_VECTOR_ENCODER_H
#define MODEL_NETWORK_VECTOR_ENCODER_H

#include "model/network/config.h"
#include "model/network/denoiser.h"
#include "model/network/graph.h"

struct vector_encoder_keys {
    const char *width, *time;         /* in the configuration: the vectors' width, the sines of the time */
    const char *width_arg, *time_arg; /* the same in the arguments */
};

/* The names of the tensors at both ends and of the time's. */
void vector_encoder_names(struct names *names);
/* The arguments of the training; NULL: there are none. */
const json_t *vector_encoder_arguments(const json_t *config);
/* Fills both. */
bool vector_encoder_describe(const struct checkpoint *checkpoint, const struct vector_encoder_keys *keys,
                             struct graph *graph, struct framing *framing, struct lacuna_error *error);

#endif
