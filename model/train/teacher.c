#include "model/train/teacher.h"

#include "model/base/memory.h"

#include <stdlib.h>

static bool read(struct teacher *teacher, const char *folder, struct lacuna_error *error)
{
    struct shape shape = { 0 };
    teacher->checkpoint = checkpoint_open(folder, error);
    if (!teacher->checkpoint || !shape_read(&shape, teacher->checkpoint, error))
        return false;
    teacher->parameters = parameters_new(&shape);
    teacher->weights = parameters_run(teacher->parameters);
    return parameters_load(teacher->parameters, teacher->weights, teacher->checkpoint, error);
}

struct teacher *teacher_open(const char *folder, struct engine *engine, const struct products *products,
                             struct graph_limits limits, struct lacuna_error *error)
{
    struct teacher *teacher = memory_new(1, sizeof *teacher);
    limits.dropout = false;
    if (read(teacher, folder, error))
        teacher->graph = graph_new(teacher->parameters, engine, products, limits, error);
    if (teacher->graph)
        return teacher;
    teacher_close(teacher);
    return NULL;
}

void teacher_close(struct teacher *teacher)
{
    if (!teacher)
        return;
    graph_free(teacher->graph);
    free(teacher->weights);
    parameters_free(teacher->parameters);
    checkpoint_close(teacher->checkpoint);
    free(teacher);
}
