/* teacher.h - a trained model that another one learns from: its weights in a graph of their own, which run
 * forward alone. */
#ifndef MODEL_TRAIN_TEACHER_H
#define MODEL_TRAIN_TEACHER_H

#include "model/train/graph.h"

struct teacher {
    struct checkpoint *checkpoint;
    struct parameters *parameters;
    float *weights;
    struct graph *graph;
};

/* A model folder as lacuna-model train leaves it; `limits` are those of the student. NULL: error says why. */
struct teacher *teacher_open(const char *folder, struct engine *engine, const struct products *products,
                             struct graph_limits limits, struct lacuna_error *error);
void teacher_close(struct teacher *teacher); /* NULL is fine */

#endif
