#include "model/diffusion/prediction.h"

#include <string.h>

const struct prediction *prediction_find(const char *name)
{
    for (const struct prediction *const *row = prediction_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}
