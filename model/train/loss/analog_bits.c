/* Bits of the words' numbers in Gaussian noise, in continuous time (Analog Bits, Chen et al. 2022). */
#include "model/train/line_vectors.h"

#include "model/base/memory.h"
#include "model/diffusion/log_snr.h"
#include "model/network/codes.h"

#include <math.h>
#include <stdlib.h>

/* Bits are ±1. */
static const float SCALE = 1;

struct loss {
    const struct log_snr *log_snr;
    float *codes; /* [vocabulary, bits] */
    double *shares;
    struct line_vectors *vectors;
};

static void shape(const struct line_training *training, struct shape *shape)
{
    shape->codes = true;
    shape->vector_width = bits_needed(shape->vocabulary);
    shape->time_features = training->time_features;
    shape->vector_in = shape->vector_width * (training->self_conditioned ? 2 : 1);
}

static void close(void *user)
{
    struct loss *loss = user;
    if (!loss)
        return;
    line_vectors_free(loss->vectors);
    free(loss->codes);
    free(loss->shares);
    free(loss);
}

static void *open(const struct line_ground *ground, struct lacuna_error *error)
{
    const struct line_training *t = ground->training;
    const struct shape *s = &ground->parameters->shape;
    const struct log_snr *log_snr = log_snr_find(t->noise);
    if (!log_snr) {
        fail(error, LACUNA_BAD_REQUEST, "the noise schedule '%s' is not known", t->noise);
        return NULL;
    }
    struct loss *loss = memory_new(1, sizeof *loss);
    size_t bits = (size_t)s->vector_width;
    *loss = (struct loss){ .log_snr = log_snr,
                           .codes = memory_new((size_t)s->vocabulary * bits, sizeof *loss->codes),
                           .shares = memory_new((size_t)t->rows, sizeof *loss->shares) };
    for (int32_t id = 0; id < s->vocabulary; id++)
        bits_write(id, s->vector_width, SCALE, loss->codes + (size_t)id * bits);
    loss->vectors = line_vectors_new(ground, (struct denoising_process){ .codes = loss->codes });
    return loss;
}

/* The first row stands at t = 1 itself, where every run begins and log_snr is far from all other times. */
static double run(void *user, struct graph *graph, const struct pass *pass, const struct line_draw *draw,
                  struct random *random)
{
    struct loss *loss = user;
    struct denoising_time *times = line_vectors_times(loss->vectors);
    line_times(random, loss->shares, draw->rows);
    for (int r = 0; r < draw->rows; r++) {
        float log_snr = loss->log_snr->at(r ? (float)loss->shares[r] : 1);
        times[r] = (struct denoising_time){ .clean = log_snr_alpha(log_snr),
                                            .noisy = log_snr_sigma(log_snr),
                                            .told = log_snr };
    }
    return line_vectors_run(loss->vectors, graph, pass, draw, random);
}

static void describe(const void *user, json_t *config)
{
    const struct loss *loss = user;
    json_t *more = json_pack("{s:s, s:s, s:f}", "process", "analog_bits", "noise_schedule",
                             loss->log_snr->name, "bit_scale", (double)SCALE);
    json_object_update(config, more);
    json_decref(more);
    line_vectors_describe(loss->vectors, config);
}

const struct line_loss line_loss_analog_bits = { .process = "analog_bits",
                                                 .help = "bits of the words' numbers in Gaussian noise",
                                                 .noise = "cosine",
                                                 .shape = shape,
                                                 .open = open,
                                                 .close = close,
                                                 .run = run,
                                                 .describe = describe };
