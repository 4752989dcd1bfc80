#include "model/train/line_scores.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Levels of time that a network is told. */
enum { LEVELS = 128 };
/* Times nearer to 0 are left to the schedule's end. */
static const double TIME_LEAST = 1e-3;

struct line_scores {
    struct scores scores;
    struct noise_schedule schedule;
    struct batch batch;
    int32_t *ids, *positions;
    uint8_t *kinds;
    float *weight;
    double *times;
};

void line_scores_shape(const struct line_training *training, struct shape *shape)
{
    (void)training;
    shape->vector_width = shape->vector_in = shape->time_features = 0;
    shape->time_levels = LEVELS;
}

void *line_scores_open(const struct line_ground *ground, const char *process, const char *prediction,
                       struct lacuna_error *error)
{
    const struct line_training *t = ground->training;
    const struct schedule *schedule = schedule_find(t->noise);
    if (!schedule) {
        fail(error, LACUNA_BAD_REQUEST, "the noise schedule '%s' is not known", t->noise);
        return NULL;
    }
    size_t length = (size_t)t->length;
    struct line_scores *loss = memory_new(1, sizeof *loss);
    *loss = (struct line_scores){ .scores = { .process = process_find(process),
                                              .prediction = prediction_find(prediction),
                                              .noise = { .mask = ground->text->mask,
                                                         .vocabulary = ground->text->vocabulary } },
                                  .schedule = { .kind = schedule },
                                  .ids = memory_new(length, sizeof *loss->ids),
                                  .positions = memory_new(length, sizeof *loss->positions),
                                  .kinds = memory_new(length, 1),
                                  .weight = memory_new(length, sizeof *loss->weight),
                                  .times = memory_new((size_t)t->rows, sizeof *loss->times) };
    for (int i = 0; i < t->length; i++) {
        loss->positions[i] = i;
        loss->kinds[i] = KIND_HOLE;
    }
    return loss;
}

void line_scores_close(void *user)
{
    struct line_scores *loss = user;
    if (!loss)
        return;
    batch_free(&loss->batch);
    free(loss->ids);
    free(loss->positions);
    free(loss->kinds);
    free(loss->weight);
    free(loss->times);
    free(loss);
}

static int32_t noised(const struct line_scores *loss, struct random *random, int32_t id, double sigma)
{
    const struct process_noise *noise = &loss->scores.noise;
    if (random_uniform_double(random) < exp(-sigma))
        return id;
    return loss->scores.process->moves ? (int32_t)random_below(random, (uint32_t)noise->vocabulary)
                                       : noise->mask;
}

/* Row r at its time. A masked place, or any open one where tokens move, weighs the rate of noise over the
 * open places of all rows. */
static void add_row(struct line_scores *loss, const struct line_draw *draw, int r, double share,
                    struct random *random)
{
    double t = TIME_LEAST + (1 - TIME_LEAST) * loss->times[r], sigma = schedule_sigma(&loss->schedule, t);
    float weight = (float)(schedule_noise_rate(&loss->schedule, t) * share);
    const int32_t *ids = draw->ids + (size_t)r * (size_t)draw->length;
    const uint8_t *open = draw->open + (size_t)r * (size_t)draw->length;
    bool moves = loss->scores.process->moves;
    for (int i = 0; i < draw->length; i++) {
        loss->ids[i] = open[i] ? noised(loss, random, ids[i], sigma) : ids[i];
        loss->weight[i] = open[i] && (moves || loss->ids[i] == loss->scores.noise.mask) ? weight : 0;
    }
    int level = (int)(t * LEVELS);
    batch_add_row(&loss->batch, &(struct row){ .count = draw->length,
                                               .ids = loss->ids,
                                               .wanted = (int32_t *)ids,
                                               .positions = loss->positions,
                                               .kinds = loss->kinds,
                                               .weight = loss->weight,
                                               .level = level < LEVELS ? level : LEVELS - 1,
                                               .sigma = sigma });
}

double line_scores_run(void *user, struct graph *graph, const struct pass *given,
                       const struct line_draw *draw, struct random *random)
{
    struct line_scores *loss = user;
    struct pass pass = *given;
    size_t open = 0;
    for (size_t i = 0; i < (size_t)draw->rows * (size_t)draw->length; i++)
        open += draw->open[i];
    line_times(random, loss->times, draw->rows);
    batch_clear(&loss->batch);
    for (int r = 0; r < draw->rows; r++)
        add_row(loss, draw, r, 1.0 / (double)(open ? open : 1), random);
    pass.scores = &loss->scores;
    return graph_run(graph, &loss->batch, &pass);
}

void line_scores_describe(const void *user, json_t *config)
{
    const struct line_scores *loss = user;
    json_t *more = json_pack("{s:s, s:s, s:s, s:i}", "process", loss->scores.process->name, "noise_schedule",
                             loss->schedule.kind->name, "prediction", loss->scores.prediction->name,
                             "time_levels", LEVELS);
    json_object_update(config, more);
    json_decref(more);
}
