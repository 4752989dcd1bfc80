/* vector_trainer.h - training of Gaussian processes on lines of text (Diffusion-LM), or on pairs of lines
 * (DiffuSeq).
 *
 *     each step:  lines, times and noise of the step -> forward and back (denoising.h) -> optimizer ->
 * average
 *
 * The run's folder is the trainer's of trainer.h: log, curve, state to resume from, and the model of the
 * averaged weights. SIGINT and SIGTERM end the run after the step under way, with everything saved. */
#ifndef MODEL_TRAIN_VECTOR_TRAINER_H
#define MODEL_TRAIN_VECTOR_TRAINER_H

#include "model/train/optimizer.h"
#include "model/train/schedule.h"

struct vector_training {
    const char *const *files; /* [file_count] UTF-8 lines; "source TAB target" are pairs */
    size_t file_count;
    const char *out; /* the run's folder, made where it is missing */
    bool resume;
    struct shape shape; /* the vocabulary comes from the text */
    const char *noise;  /* a schedule of diffusion/beta/ */
    int process_steps;
    bool predicts_noise;
    bool self_conditioned;
    int length;     /* tokens of a row */
    int rows;       /* of a step */
    int word_least; /* occurrences that make a word one of the vocabulary */
    struct optimizer_recipe optimizer;
    struct leg_schedule schedule;
    double dropout;
    uint64_t seed;
    enum precision precision;
    int threads, report;
    double save_minutes;
    enum dtype type;
};
/* What `lacuna-model train --process gaussian` takes where nothing is said: everything but files, out and an
 * end. */
struct vector_training vector_training_default(void);

/* false: error; the last checkpoint stays as it was. */
bool vector_train(const struct vector_training *training, struct lacuna_error *error);

#endif
