/* forward.h - a network opened for its cases, and the case that every system has: ids in, logits out. */
#ifndef MODEL_VERIFY_FORWARD_H
#define MODEL_VERIFY_FORWARD_H

#include "model/network/denoiser.h"
#include "model/verify/verify.h"

struct verify_network {
    struct checkpoint *checkpoint;
    struct denoiser *denoiser;
    struct denoiser_session *session;
};

bool verify_network_open(struct verify_network *network, const char *path, struct engine *engine,
                         struct lacuna_error *error);
void verify_network_close(struct verify_network *network);

/* inputs.x [batch, length] through the network, at positions 0…, with inputs.attention_mask [batch, length]
 * (rows of 0 are seen by none and not compared) and inputs.sigma or inputs.t [batch] where they are given,
 * against outputs.logits or outputs.log_score [batch, length, vocabulary] as the network gives them, whatever
 * the family shifts, and outputs.hiddenN [1, length, width], the residual stream before layer N. Logits may
 * be given for every 8th position alone (params.logits_positions). */
bool verify_logits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   double absolute, struct lacuna_error *error);

/* The same with each position's logits from where the family has them: those of row i - 1 where it is
 * shifted. */
bool verify_logits_shifted(const struct verify_network *network, const struct verify_file *file,
                           const json_t *one, double absolute, struct lacuna_error *error);

/* A kind of cases; `run` is false with an error where a case fails. */
struct verify_kind {
    const char *name;
    bool (*run)(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                struct lacuna_error *error);
};

/* Runs the cases of a file on the model beside it; kinds: ended by a name of NULL; others are skipped. */
void verify_run_kinds(struct verify_file *file, const struct verify_kind *kinds);
/* The same without a model; `network` is NULL. */
void verify_run_kinds_alone(struct verify_file *file, const struct verify_kind *kinds);

#endif
