/* line_loss.h - what a network learns of rows of words: one file loss/NAME.c, one `const struct line_loss
 * line_loss_NAME`, named as the process that the model is then run by.
 *
 *     each step:  the trainer draws lines and which places are open; the loss draws times and noise, and runs
 *     the network forward and back
 *
 * Times and noise depend on the random numbers that are handed in alone, so a resumed run goes on exactly. */
#ifndef MODEL_TRAIN_LINE_LOSS_H
#define MODEL_TRAIN_LINE_LOSS_H

#include "model/train/draw.h"
#include "model/train/graph.h"
#include "model/train/line_trainer.h"
#include "model/train/word_rows.h"

/* What a loss stands on; all lives longer than it. */
struct line_ground {
    const struct line_training *training;
    const struct word_rows *text;
    const struct parameters *parameters;
    const struct products *products;
    struct teacher *teacher; /* NULL: none */
};

/* Rows of one step. ids, open: [rows, length]; a place that is not open is given and holds no noise. */
struct line_draw {
    int rows, length;
    const int32_t *ids;
    const uint8_t *open;
};

struct line_loss {
    const char *process, *help;
    const char *noise; /* the schedule where none is said */
    bool masks;        /* the vocabulary needs a mask */
    /* Completes the network's shape, whose vocabulary and layers stand. */
    void (*shape)(const struct line_training *training, struct shape *shape);
    /* NULL: error. */
    void *(*open)(const struct line_ground *ground, struct lacuna_error *error);
    void (*close)(void *loss); /* NULL is fine */
    /* The mean loss of the rows, its gradient added to pass->gradient. */
    double (*run)(void *loss, struct graph *graph, const struct pass *pass, const struct line_draw *draw,
                  struct random *random);
    /* What a model's config.json says of the process. */
    void (*describe)(const void *loss, json_t *config);
};

/* Ended by NULL, in order of name (generated from the folder loss/). */
extern const struct line_loss *const line_loss_table[];

/* What a student learns of its teacher, for models of that process (distill.h); likewise. */
extern const struct line_loss *const distill_table[];

/* Of that process; NULL: there is none. */
const struct line_loss *line_loss_find(const char *process);
const struct line_loss *distill_find(const char *process);

/* ---- for losses */

/* Times of `rows` rows, spread evenly over [0, 1) and in any order. */
void line_times(struct random *random, double *times, int rows);

#endif
