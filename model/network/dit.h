/* dit.h - the diffusion transformer that MDLM and SEDD share: names and parts, after a prefix of the names.
 */
#ifndef MODEL_NETWORK_DIT_H
#define MODEL_NETWORK_DIT_H

#include "model/network/config.h"
#include "model/network/graph.h"

/* All but vocabulary and output: width, cond_dim, layers and heads under the given keys of `config`. */
void dit_describe(struct config *config, const char *width_key, const struct names *names,
                  struct graph *graph);

#endif
