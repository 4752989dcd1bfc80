#include "model/train/line_vectors.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct line_vectors {
    const struct line_training *training;
    const struct shape *shape;
    struct denoising *denoising;
    struct batch batch;
    struct denoising_time *times;
    float *noise; /* two of them */
    float *errors;
};

struct line_vectors *line_vectors_new(const struct line_ground *ground, struct denoising_process process)
{
    const struct line_training *t = ground->training;
    int places = t->rows * t->length;
    size_t numbers = (size_t)places * (size_t)ground->parameters->shape.vector_width;
    struct line_vectors *vectors = memory_new(1, sizeof *vectors);
    *vectors = (struct line_vectors){ .training = t,
                                      .shape = &ground->parameters->shape,
                                      .denoising = denoising_new(ground->parameters, ground->products,
                                                                 process, places),
                                      .times = memory_new((size_t)t->rows, sizeof *vectors->times),
                                      .noise = memory_new(2 * numbers, sizeof *vectors->noise),
                                      .errors = memory_new((size_t)t->rows, sizeof *vectors->errors) };
    batch_lay(&vectors->batch, t->rows, t->length);
    return vectors;
}

void line_vectors_free(struct line_vectors *vectors)
{
    if (!vectors)
        return;
    denoising_free(vectors->denoising);
    batch_free(&vectors->batch);
    free(vectors->times);
    free(vectors->noise);
    free(vectors->errors);
    free(vectors);
}

struct denoising_time *line_vectors_times(struct line_vectors *vectors)
{
    return vectors->times;
}

const float *line_vectors_errors(const struct line_vectors *vectors)
{
    return vectors->errors;
}

double line_vectors_run(struct line_vectors *v, struct graph *graph, const struct pass *given,
                        const struct line_draw *draw, struct random *random)
{
    size_t numbers = (size_t)draw->rows * (size_t)draw->length * (size_t)v->shape->vector_width;
    for (size_t i = 0; i < 2 * numbers; i++)
        v->noise[i] = random_normal(random);
    struct denoising_draw drawn = { .rows = draw->rows,
                                    .length = draw->length,
                                    .ids = draw->ids,
                                    .open = draw->open,
                                    .times = v->times,
                                    .start_noise = v->noise,
                                    .noise = v->noise + numbers,
                                    .errors = v->errors };
    struct pass pass = *given;
    pass.ends = denoising_ends(v->denoising);
    if (v->training->self_conditioned && draw_chance(random, 0.5)) {
        pass.gradient = NULL;
        denoising_set(v->denoising, &drawn, pass.weights, NULL);
        graph_run(graph, &v->batch, &pass);
        denoising_set(v->denoising, &drawn, pass.weights, given->gradient);
        denoising_condition(v->denoising);
        pass.gradient = given->gradient;
    } else {
        denoising_set(v->denoising, &drawn, pass.weights, pass.gradient);
    }
    return graph_run(graph, &v->batch, &pass);
}

void line_vectors_describe(const struct line_vectors *v, json_t *config)
{
    json_t *more = json_pack("{s:i, s:i, s:b}", "vector_width", v->shape->vector_width, "time_features",
                             v->shape->time_features, "self_conditioning", v->training->self_conditioned);
    json_object_update(config, more);
    json_decref(more);
}
