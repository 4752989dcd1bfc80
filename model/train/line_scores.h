/* line_scores.h - what the losses of both processes of scores (SEDD, Lou et al. 2024) share: rows of words at
 * one time each, and the score entropy of their open places, weighed by the rate of noise. */
#ifndef MODEL_TRAIN_LINE_SCORES_H
#define MODEL_TRAIN_LINE_SCORES_H

#include "model/train/line_loss.h"

/* `prediction`: what the network's output is read as, one of diffusion/prediction/. */
void *line_scores_open(const struct line_ground *ground, const char *process, const char *prediction,
                       struct lacuna_error *error);

/* The members of struct line_loss. */
void line_scores_shape(const struct line_training *training, struct shape *shape);
void line_scores_close(void *loss);
double line_scores_run(void *loss, struct graph *graph, const struct pass *pass, const struct line_draw *draw,
                       struct random *random);
void line_scores_describe(const void *loss, json_t *config);

#endif
