/* distill.h - a student that needs fewer steps than its teacher, or is smaller.
 *
 *     16 steps: teacher -> 8 steps: out/steps-8 -> 4 steps: out        each round's student teaches the next
 *
 * What is learnt is a row of its own for each process of a teacher (distill/), the rest a training on lines
 * of words (line_trainer.h): every round's folder has a log, a curve, a state to resume from and a model. A
 * round begins with its teacher's weights, where the student is as large. Without halving, the student learns
 * what the teacher says. */
#ifndef MODEL_TRAIN_DISTILL_H
#define MODEL_TRAIN_DISTILL_H

#include "model/train/line_trainer.h"

struct distillation {
    const char *teacher; /* folder of a model of lines */
    int tokens;          /* of a step */
    int from, to; /* steps of the teacher's runs and of the last student's: to · 2^rounds, or the same */
    /* Files, out, resume, seed, threads and how to learn, each round anew; a width of 0: as large as the
     * teacher. What the teacher has of process, words and length is its own. */
    struct line_training training;
};
/* As line_training_default; the student is as large as the teacher, which takes 16 steps and it 4. */
struct distillation distillation_default(void);

/* false: error; the last checkpoint stays as it was. */
bool distill(const struct distillation *distillation, struct lacuna_error *error);

#endif
