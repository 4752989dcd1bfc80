/* line_vectors.h - what the losses of both processes of vectors share: rows as vectors at one time each, and
 * two looks where the network reads its own prediction. */
#ifndef MODEL_TRAIN_LINE_VECTORS_H
#define MODEL_TRAIN_LINE_VECTORS_H

#include "model/train/denoising.h"
#include "model/train/line_loss.h"

struct line_vectors;

struct line_vectors *line_vectors_new(const struct line_ground *ground, struct denoising_process process);
void line_vectors_free(struct line_vectors *vectors);
/* Times of the rows, [rows] of the training; the loss sets them before each run. */
struct denoising_time *line_vectors_times(struct line_vectors *vectors);
/* The mean squared errors of the rows of the last run, [rows]. */
const float *line_vectors_errors(const struct line_vectors *vectors);
/* As line_loss.run. */
double line_vectors_run(struct line_vectors *vectors, struct graph *graph, const struct pass *pass,
                        const struct line_draw *draw, struct random *random);
/* Widths of vectors and self-conditioning, as a model's config.json has them. */
void line_vectors_describe(const struct line_vectors *vectors, json_t *config);

#endif
