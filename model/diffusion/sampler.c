#include "model/diffusion/sampler.h"

#include <string.h>

const struct sampler *sampler_find(const char *name)
{
    for (const struct sampler *const *row = sampler_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}
