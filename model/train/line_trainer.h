/* line_trainer.h - training on lines of text over whole words, by any process (line_loss.h).
 *
 *     each step:  lines of the step, and which of their places are open -> the loss, forward and back ->
 *     optimizer -> average
 *
 * The run's folder is the trainer's of trainer.h: log, curve, state to resume from, and the model of the
 * averaged weights. SIGINT and SIGTERM end the run after the step under way, with everything saved. */
#ifndef MODEL_TRAIN_LINE_TRAINER_H
#define MODEL_TRAIN_LINE_TRAINER_H

#include "model/train/optimizer.h"
#include "model/train/schedule.h"

struct line_training {
    const char *process;      /* of a loss */
    const char *const *files; /* [file_count] UTF-8 lines; "source TAB target" are pairs */
    size_t file_count;
    const char *const *controls; /* [control_count] lines "slot[value], slot[value] TAB text" */
    size_t control_count;
    const char *out;       /* the run's folder, made where it is missing */
    const char *tokenizer; /* a tokenizer.json whose words are the vocabulary; NULL: the text's own */
    bool resume;
    struct shape shape; /* width, layers, heads and inner width; the rest comes from text and loss */
    const char *noise;  /* a schedule of diffusion/: beta/, log_snr/ or schedule/; NULL: the loss's own */
    int process_steps;  /* gaussian */
    int vector_width;   /* gaussian: numbers of a word's vector */
    int time_features;  /* gaussian, analog_bits: sines and cosines of the time */
    bool predicts_noise;
    bool self_conditioned;
    int length;     /* tokens of a row */
    int rows;       /* of a step */
    int word_least; /* occurrences that make a word one of the vocabulary */
    /* Distillation: the model to learn from, whose settings these are too, and how many steps the runs of
     * both take: as many, or the student half of them. NULL: none, words are learnt. */
    const char *teacher;
    int teacher_steps, student_steps;
    bool *finished; /* becomes true where the run came to its end; NULL: nobody asks */
    struct optimizer_recipe optimizer;
    struct leg_schedule schedule;
    double dropout;
    uint64_t seed;
    enum precision precision;
    int threads, report;
    double save_minutes;
    enum dtype type;
};
/* What `lacuna-model train` takes for lines where nothing is said: everything but process, files, out and an
 * end. */
struct line_training line_training_default(void);

/* false: error; the last checkpoint stays as it was. */
bool line_train(const struct line_training *training, struct lacuna_error *error);

#endif
