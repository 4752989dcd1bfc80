#include "model/train/line_loss.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct line_loss *find(const struct line_loss *const *table, const char *process)
{
    for (const struct line_loss *const *row = table; *row; row++)
        if (strcmp((*row)->process, process) == 0)
            return *row;
    return NULL;
}

const struct line_loss *line_loss_find(const char *process)
{
    return find(line_loss_table, process);
}

const struct line_loss *distill_find(const char *process)
{
    return find(distill_table, process);
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
