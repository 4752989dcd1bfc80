#include "model/diffusion/sampler.h"

static double rank(const struct guess *guess)
{
    return guess->margin;
}

const struct sampler sampler_margin = {
    .name = "margin",
    .help = "reveal first where the best piece leads its rival most (Kim et al. 2025)",
    .rank = rank
};
