#include "model/train/line_loss.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

const struct line_loss *line_loss_find(const char *process)
{
    for (const struct line_loss *const *row = line_loss_table; *row; row++)
        if (strcmp((*row)->process, process) == 0)
            return *row;
    return NULL;
}

void line_times(struct random *random, double *times, int rows)
{
    int32_t *order = memory_new((size_t)rows, sizeof *order);
    for (int r = 0; r < rows; r++)
        order[r] = r;
    draw_shuffle(random, order, rows);
    for (int r = 0; r < rows; r++)
        times[r] = (order[r] + random_uniform_double(random)) / rows;
    free(order);
}
