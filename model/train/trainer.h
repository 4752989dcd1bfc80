/* trainer.h - the training loop: rows in, checkpoints, a log and a model folder out.
 *
 *     each step:  rows of the step -> parts -> forward and back -> sum of gradients -> optimizer -> average
 *
 * The run's folder holds log.jsonl, curve.svg, state.safetensors (from which the run is resumed exactly) and
 * the model made of the averaged weights (model.safetensors, config.json, tokenizer.json). SIGINT and SIGTERM
 * end the run after the step under way, with everything saved. */
#ifndef MODEL_TRAIN_TRAINER_H
#define MODEL_TRAIN_TRAINER_H

#include "model/train/optimizer.h"
#include "model/train/rows.h"
#include "model/train/schedule.h"

struct training {
    const char *data;   /* prepared folder */
    const char *out;    /* the run's folder, made where it is missing */
    const char *init;   /* model folder whose weights it begins with; NULL: drawn from the seed */
    bool resume;        /* go on from out's state where there is one */
    bool leg;           /* after resuming: schedule and average start again, the optimizer's state stays */
    struct shape shape; /* where there is no init; the vocabulary comes from the data */
    struct optimizer_recipe optimizer;
    struct row_recipe rows;
    /* Scores of text noised by a process are learnt (SEDD) instead of pieces in holes; NULL: pieces. */
    const struct process *process;
    const struct schedule *noise;
    double causal;    /* share of the leg in which rows are causal */
    int places, part; /* places of a step, and at most of one pass (memory) */
    double flat;      /* see row_maker_fill */
    double dropout;
    struct leg_schedule schedule;
    uint64_t seed;
    enum precision precision;      /* of products */
    int threads;                   /* 0: the engine's choice */
    int validate, validation_rows; /* steps between validations, 0: none; rows of one */
    int report;                    /* steps between reports */
    double save_minutes;
    enum dtype type;    /* of the exported weights */
    const char *record; /* file for the rows of every step (record.h), or NULL */
};
/* What `lacuna-model train` takes where nothing is said: everything but data, out and an end. */
struct training training_default(void);

/* false: error; the last checkpoint stays as it was. */
bool train(const struct training *training, struct lacuna_error *error);

#endif
