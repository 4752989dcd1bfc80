#include "model/diffusion/process.h"

#include <string.h>

const struct process *process_find(const char *name)
{
    for (const struct process *const *row = process_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}
