#include "model/diffusion/rules.h"

const struct sampler sampler_confidence = { .name = "confidence",
                                            .help = "reveal the most probable pieces first",
                                            .rank = rank_probability };
