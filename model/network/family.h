/* family.h - a family of checkpoints: which configurations are its own, and what its network looks like.
 *
 * Adding one is one file in family/ that defines `const struct family family_NAME`; the build collects them.
 */
#ifndef MODEL_NETWORK_FAMILY_H
#define MODEL_NETWORK_FAMILY_H

#include "model/network/denoiser.h"
#include "model/network/graph.h"

struct family {
    const char *name; /* "llada" */
    /* Values of the configuration's "model_type" that belong here, ended by NULL. */
    const char *const *model_types;
    /* Whether a configuration with one of these model_types, or with none, is the family's. NULL: yes; no. */
    bool (*owns)(const json_t *config);
    /* Fills both from the checkpoint's configuration; what it does not set is zero (token ids: -1). */
    bool (*describe)(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error);
};

/* The family of a checkpoint; NULL: error names its model_type and those that are known. */
const struct family *family_find(const struct checkpoint *checkpoint, struct lacuna_error *error);

#endif
