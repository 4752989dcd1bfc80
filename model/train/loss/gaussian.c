/* Vectors of words, learnt as well (Diffusion-LM, Li et al. 2022; DiffuSeq, Gong et al. 2022). */
#include "model/train/line_vectors.h"

#include "model/base/memory.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/gaussian.h"

#include <math.h>
#include <stdlib.h>

struct loss {
    const struct line_training *training;
    struct gaussian gaussian;
    struct line_vectors *vectors;
};

static void shape(const struct line_training *training, struct shape *shape)
{
    shape->vector_width = training->vector_width;
    shape->time_features = training->time_features;
    shape->vector_in = shape->vector_width * (training->self_conditioned ? 2 : 1);
}

static void close(void *user)
{
    struct loss *loss = user;
    if (!loss)
        return;
    gaussian_free(&loss->gaussian);
    line_vectors_free(loss->vectors);
    free(loss);
}

static bool read_process(struct loss *loss, struct lacuna_error *error)
{
    const struct line_training *t = loss->training;
    const struct beta_schedule *schedule = beta_find(t->noise);
    if (!schedule)
        return fail(error, LACUNA_BAD_REQUEST, "the noise schedule '%s' is not known", t->noise);
    double *betas = memory_new((size_t)t->process_steps, sizeof *betas);
    bool fine = beta_fill(schedule, betas, t->process_steps, error);
    if (fine)
        loss->gaussian = gaussian_new(betas, t->process_steps, NULL, 0);
    free(betas);
    return fine;
}

static void *open(const struct line_ground *ground, struct lacuna_error *error)
{
    struct loss *loss = memory_new(1, sizeof *loss);
    *loss = (struct loss){ .training = ground->training };
    if (!read_process(loss, error)) {
        close(loss);
        return NULL;
    }
    struct denoising_process process = { .spread = (float)sqrt(1 - loss->gaussian.alpha_bar[0]),
                                         .remains = (float)loss->gaussian.alpha_bar[loss->gaussian.count - 1],
                                         .predicts_noise = ground->training->predicts_noise };
    loss->vectors = line_vectors_new(ground, process);
    return loss;
}

static double run(void *user, struct graph *graph, const struct pass *pass, const struct line_draw *draw,
                  struct random *random)
{
    struct loss *loss = user;
    struct denoising_time *times = line_vectors_times(loss->vectors);
    for (int r = 0; r < draw->rows; r++) {
        int t = (int)draw_range(random, 0, loss->gaussian.count);
        double alpha_bar = loss->gaussian.alpha_bar[t];
        times[r] = (struct denoising_time){ .clean = (float)sqrt(alpha_bar),
                                            .noisy = (float)sqrt(1 - alpha_bar),
                                            .told = gaussian_time(&loss->gaussian, t, true),
                                            .last = t == 0 };
    }
    return line_vectors_run(loss->vectors, graph, pass, draw, random);
}

static void describe(const void *user, json_t *config)
{
    const struct loss *loss = user;
    const struct line_training *t = loss->training;
    json_t *more = json_pack("{s:s, s:s, s:i, s:b}", "process", "gaussian", "noise_schedule", t->noise,
                             "diffusion_steps", t->process_steps, "predict_xstart", !t->predicts_noise);
    json_object_update(config, more);
    json_decref(more);
    line_vectors_describe(loss->vectors, config);
}

const struct line_loss line_loss_gaussian = { .process = "gaussian",
                                              .help = "vectors of words, learnt, in Gaussian noise",
                                              .noise = "sqrt",
                                              .shape = shape,
                                              .open = open,
                                              .close = close,
                                              .run = run,
                                              .describe = describe };
