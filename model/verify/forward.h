/* forward.h - a network opened for its cases, and the case that most systems have: ids in, logits out. */
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

/* inputs.x [batch, length] through the network, at positions 0…; outputs.logits [batch, length, vocabulary]
 * as the network gives them, whatever the family shifts. */
bool verify_logits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   double absolute, struct lacuna_error *error);

#endif
