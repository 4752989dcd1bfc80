#include "model/train/guide_trainer.h"

#include "model/base/memory.h"
#include "model/diffusion/vectors.h"
#include "model/train/draw.h"
#include "model/train/guide_rows.h"
#include "model/train/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HELD_OUT = 20, MEASURE = 500, WARMUP = 100 };
/* Of lines that are labelled as a whole: how often any word of the vocabulary is put between two of theirs.
 */
static const double STRAY_CHANCE = 0.08;

struct guide_run {
    const struct guide_training *training;
    struct guide_rows rows;
    struct vectors vectors; /* the process */
    struct classifier *classifier;
    struct classifier_room *room;
    float *weights, *gradient, *first, *second; /* runs */
    float *x;                                   /* [2 context][width] */
};

struct guide_training guide_training_default(void)
{
    return (struct guide_training){ .inner = 96, .rows = 64, .steps = 6000, .rate = 2e-3 };
}

static int most_tokens(const struct guide_training *t)
{
    return t->framing->context_length - 2;
}

static void begin_weights(struct guide_run *run)
{
    struct random random = draw_stream(run->training->seed, DRAW_WEIGHTS, 0);
    float *at = run->weights;
    for (int k = 0; k < CLASSIFIER_LAYERS; k++) {
        const struct classifier_layer *layer = &run->classifier->layers[k];
        float spread = (float)sqrt(1.0 / layer->inputs);
        for (size_t i = 0; i < (size_t)layer->inputs * (size_t)layer->outputs; i++)
            *at++ = spread * random_normal(&random);
    }
}

static bool begin(struct guide_run *run, struct lacuna_error *error)
{
    const struct guide_training *t = run->training;
    if (t->framing->vectors.steps < 1 || !t->rounding)
        return fail(error, LACUNA_BAD_REQUEST, "guides steer a Gaussian process; this model's is %s",
                    t->framing->process);
    if (!vectors_prepare(&run->vectors, t->framing, t->rounding, 0, error) ||
        !guide_rows_read(&run->rows, t->guide, t->tokenizer, t->files, t->file_count, most_tokens(t), error))
        return false;
    run->classifier = classifier_new(t->guide, run->rows.labels, t->rounding->width, t->inner);
    run->rows.labels = (struct labels){ 0 };
    run->room = classifier_room_new(run->classifier, 2 * most_tokens(t));
    size_t size = run->classifier->size;
    run->weights = memory_new(size, sizeof(float));
    run->gradient = memory_new(size, sizeof(float));
    run->first = memory_new(size, sizeof(float));
    run->second = memory_new(size, sizeof(float));
    run->x = memory_new(2 * (size_t)most_tokens(t) * (size_t)t->rounding->width, sizeof(float));
    begin_weights(run);
    return true;
}

static void end(struct guide_run *run)
{
    classifier_free(run->classifier);
    classifier_room_free(run->room);
    free(run->weights);
    free(run->gradient);
    free(run->first);
    free(run->second);
    free(run->x);
    guide_rows_free(&run->rows);
    vectors_free(&run->vectors);
}

/* A noised token behind those that lie in x. */
static void put_token(struct guide_run *run, int32_t id, double alpha_bar, struct random *random, int *places)
{
    const struct rounding *rounding = run->training->rounding;
    const float *vector = rounding_row(rounding, id);
    float clean = (float)sqrt(alpha_bar), noisy = (float)sqrt(1 - alpha_bar);
    float *x = run->x + (size_t)(*places)++ * (size_t)rounding->width;
    for (int c = 0; c < rounding->width; c++)
        x[c] = clean * vector[c] + noisy * random_normal(random);
}

/* The loss of one line at step t of the process, its noise drawn. Stray words teach which vectors near those
 * of a telling word are not that word. */
static double line_loss(struct guide_run *run, const struct guide_row *row, int t, struct random *random,
                        float *gradient)
{
    const struct rounding *rounding = run->training->rounding;
    double alpha_bar = run->vectors.gaussian.alpha_bar[t];
    bool strays = gradient && !run->training->guide->by_place;
    int places = 0;
    for (int i = 0; i < row->count; i++) {
        put_token(run, row->ids[i], alpha_bar, random, &places);
        if (strays && draw_chance(random, STRAY_CHANCE))
            put_token(run, (int32_t)random_below(random, (uint32_t)rounding->vocabulary), alpha_bar, random,
                      &places);
    }
    return classifier_loss(run->classifier, run->room, run->x, places, alpha_bar, row->wanted, NULL,
                           gradient) /
           row->wanted_count;
}

/* Of the held-out lines, each at another time; the times are spread evenly. */
static double measure(struct guide_run *run)
{
    double sum = 0;
    int count = 0, whole = run->vectors.gaussian.whole;
    struct random random = draw_stream(run->training->seed, DRAW_SHARES, 0);
    for (size_t k = HELD_OUT - 1; k < run->rows.count; k += HELD_OUT, count++)
        sum += line_loss(run, &run->rows.at[k], (int)((int64_t)count * 619 % whole), &random, NULL);
    return count ? sum / count : -1;
}

static const struct guide_row *draw_line(const struct guide_run *run, struct random *random)
{
    size_t count = run->rows.count, k;
    do
        k = (size_t)draw_range(random, 0, (int64_t)count);
    while (count >= HELD_OUT && k % HELD_OUT == HELD_OUT - 1);
    return &run->rows.at[k];
}

static void learn(struct guide_run *run, int64_t number)
{
    const struct guide_training *t = run->training;
    double warm = number < WARMUP ? (double)(number + 1) / WARMUP : 1, n = (double)number + 1;
    double fall = 0.5 + 0.5 * cos(3.14159265358979 * (double)number / (double)t->steps);
    struct adam_step step = { .rate = (float)(t->rate * warm * fall),
                              .beta1 = 0.9f,
                              .beta2 = 0.99f,
                              .correction1 = (float)(1 / (1 - pow(0.9, n))),
                              .correction2 = (float)(1 / (1 - pow(0.99, n))),
                              .decay = 0.01f };
    vector_scale(run->gradient, 1.0f / (float)t->rows, run->classifier->size);
    vector_adam(run->weights, run->gradient, run->first, run->second, run->classifier->size, &step);
}

static double take_step(struct guide_run *run, int64_t number)
{
    const struct guide_training *t = run->training;
    struct random random = draw_stream(t->seed, DRAW_ROW, (uint64_t)number);
    double loss = 0;
    classifier_set(run->classifier, run->weights);
    memset(run->gradient, 0, run->classifier->size * sizeof *run->gradient);
    for (int k = 0; k < t->rows; k++) {
        const struct guide_row *row = draw_line(run, &random);
        double share = random_uniform_double(&random);
        int time = (int)(share * share * run->vectors.gaussian.whole);
        loss += line_loss(run, row, time, &random, run->gradient) / t->rows;
    }
    learn(run, number);
    return loss;
}

bool guide_train(const struct guide_training *training, struct lacuna_error *error)
{
    struct guide_run run = { .training = training };
    bool fine = begin(&run, error);
    for (int64_t step = 0; fine && step < training->steps; step++) {
        double loss = take_step(&run, step);
        bool due = (step + 1) % MEASURE == 0 || step + 1 == training->steps;
        if (!isfinite(loss))
            fine = fail(error, LACUNA_MODEL, "the loss is no longer a number: lower the learning rate");
        else if (training->tell)
            training->tell(training->user, step + 1, loss, due ? measure(&run) : -1);
    }
    fine = fine && classifier_save(run.classifier, run.weights, training->rounding, training->out, error);
    end(&run);
    return fine;
}
