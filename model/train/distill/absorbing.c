/* Self-distillation through time (Deschenaux and Gulcehre 2024, SDTT): the student says of every masked place
 * at once what its teacher comes to say in the steps that the student is to save.
 *
 *     t    the [mask] [mask] [mask]      teacher: p of all three, then one is drawn and put
 *     t'   the [mask]  lay   [mask]      teacher: p of the two that are left
 *     student at t: the p that each place had when it was put, or in the end
 *
 * The divergence is the reverse one, KL(student, teacher): what the teacher comes to say depends on what is
 * drawn, and the mean of that is what it said at first; the reverse one keeps what is likely whatever is
 * drawn. Where both take as many steps the student learns what the teacher says at once, by KL(teacher,
 * student). */
#include "model/train/line_scores.h"
#include "model/train/teacher.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct distill {
    const struct line_training *training;
    struct noise_schedule schedule;
    const struct teacher *teacher;
    int32_t mask;
    int vocabulary, levels;
    struct batch batch;
    /* of one row */
    int32_t *positions;
    uint8_t *kinds;
    float *weight;
    /* of all: [rows], [rows, length], [rows, length, vocabulary] */
    double *times;
    int32_t *ids, *shown;
    float *said, *soft;
};

static void close(void *user)
{
    struct distill *distill = user;
    if (!distill)
        return;
    batch_free(&distill->batch);
    free(distill->positions);
    free(distill->kinds);
    free(distill->weight);
    free(distill->times);
    free(distill->ids);
    free(distill->shown);
    free(distill->said);
    free(distill->soft);
    free(distill);
}

static bool check(const struct line_ground *ground, const struct schedule *schedule,
                  struct lacuna_error *error)
{
    if (!schedule)
        return fail(error, LACUNA_BAD_REQUEST, "the noise schedule '%s' is not known",
                    ground->training->noise);
    if (ground->text->vocabulary != ground->teacher->parameters->shape.vocabulary)
        return fail(error, LACUNA_MODEL, "the teacher has other words than its tokenizer.json");
    if (ground->parameters->shape.time_levels != ground->teacher->parameters->shape.time_levels)
        return fail(error, LACUNA_MODEL, "the teacher is told %d levels of time; it must be %d",
                    ground->teacher->parameters->shape.time_levels, ground->parameters->shape.time_levels);
    return true;
}

static void *open(const struct line_ground *ground, struct lacuna_error *error)
{
    const struct line_training *t = ground->training;
    const struct schedule *schedule = schedule_find(t->noise);
    if (!check(ground, schedule, error))
        return NULL;
    size_t length = (size_t)t->length, places = (size_t)t->rows * length,
           numbers = places * (size_t)ground->text->vocabulary;
    struct distill *distill = memory_new(1, sizeof *distill);
    *distill = (struct distill){ .training = t,
                                 .schedule = { .kind = schedule },
                                 .teacher = ground->teacher,
                                 .mask = ground->text->mask,
                                 .vocabulary = ground->text->vocabulary,
                                 .levels = ground->parameters->shape.time_levels,
                                 .positions = memory_new(length, sizeof *distill->positions),
                                 .kinds = memory_new(length, 1),
                                 .weight = memory_new(length, sizeof *distill->weight),
                                 .times = memory_new((size_t)t->rows, sizeof *distill->times),
                                 .ids = memory_new(places, sizeof *distill->ids),
                                 .shown = memory_new(places, sizeof *distill->shown),
                                 .said = memory_new(numbers, sizeof *distill->said),
                                 .soft = memory_new(numbers, sizeof *distill->soft) };
    for (int i = 0; i < t->length; i++) {
        distill->positions[i] = i;
        distill->kinds[i] = KIND_HOLE;
    }
    return distill;
}

/* Every row as `ids` have it; masks weigh `weight`. */
static void lay(struct distill *distill, const struct line_draw *draw, int32_t *ids, double later,
                float weight)
{
    batch_clear(&distill->batch);
    for (int r = 0; r < draw->rows; r++) {
        int32_t *row = ids + (size_t)r * (size_t)draw->length;
        double t = fmax(distill->times[r] - later, 0);
        int level = (int)(t * distill->levels);
        for (int i = 0; i < draw->length; i++)
            distill->weight[i] = row[i] == distill->mask ? weight : 0;
        batch_add_row(&distill->batch,
                      &(struct row){ .count = draw->length,
                                     .ids = row,
                                     .wanted = row,
                                     .positions = distill->positions,
                                     .kinds = distill->kinds,
                                     .weight = distill->weight,
                                     .level = level < distill->levels ? level : distill->levels - 1 });
    }
}

/* Lines with masks, as the process has them at each row's time; returns how many masks there are. */
static int noise(struct distill *distill, const struct line_draw *draw, struct random *random)
{
    int masks = 0;
    line_times(random, distill->times, draw->rows);
    for (int i = 0; i < draw->rows * draw->length; i++) {
        double kept = schedule_alpha_bar(&distill->schedule, distill->times[i / draw->length]);
        bool masked = draw->open[i] && random_uniform_double(random) >= kept;
        distill->ids[i] = distill->shown[i] = masked ? distill->mask : draw->ids[i];
        masks += masked;
    }
    return masks;
}

/* Logits -> probabilities of the words that a mask may hide. */
static void read_words(const struct distill *distill, float *row)
{
    float most = -INFINITY;
    double sum = 0;
    row[distill->mask] = -INFINITY;
    for (int v = 0; v < distill->vocabulary; v++)
        most = fmaxf(most, row[v]);
    for (int v = 0; v < distill->vocabulary; v++)
        sum += (double)(row[v] = expf(row[v] - most));
    for (int v = 0; v < distill->vocabulary; v++)
        row[v] /= (float)sum;
}

static int32_t draw_word(const struct distill *distill, const float *row, struct random *random)
{
    double left = random_uniform_double(random);
    int32_t last = 0;
    for (int32_t v = 0; v < distill->vocabulary; v++) {
        last = row[v] > 0 ? v : last;
        left -= (double)row[v];
        if (left < 0)
            return last;
    }
    return last;
}

/* One step of the teacher over the lines as it has them by now: what it says of each mask is kept, and some
 * are put. `number` counts from 0. */
static void advance(struct distill *distill, const struct line_draw *draw, int number, struct random *random)
{
    double step = 1.0 / distill->training->teacher_steps;
    size_t pieces = (size_t)distill->vocabulary;
    lay(distill, draw, distill->shown, number * step, 1);
    struct pass pass = { .weights = distill->teacher->weights, .logits = distill->said };
    graph_run(distill->teacher->graph, &distill->batch, &pass);
    for (int n = 0; n < distill->batch.chosen; n++) {
        int at = distill->batch.at[n];
        float *row = distill->said + (size_t)n * pieces;
        double t = fmax(distill->times[at / draw->length] - number * step, 1e-6), s = fmax(t - step, 0);
        read_words(distill, row);
        memcpy(distill->soft + (size_t)at * pieces, row, pieces * sizeof *row);
        if (draw_chance(random, schedule_reveal(&distill->schedule, t, s)))
            distill->shown[at] = draw_word(distill, row, random);
    }
}

static double run(void *user, struct graph *graph, const struct pass *given, const struct line_draw *draw,
                  struct random *random)
{
    struct distill *distill = user;
    int masks = noise(distill, draw, random);
    size_t pieces = (size_t)distill->vocabulary;
    for (int k = 0; k < distill->training->teacher_steps / distill->training->student_steps; k++)
        advance(distill, draw, k, random);
    lay(distill, draw, distill->ids, 0, 1.0f / (float)(masks ? masks : 1));
    for (int n = 0; n < distill->batch.chosen; n++)
        memcpy(distill->said + (size_t)n * pieces, distill->soft + (size_t)distill->batch.at[n] * pieces,
               pieces * sizeof *distill->said);
    struct pass pass = *given;
    pass.soft = distill->said;
    pass.seeks = distill->training->teacher_steps > distill->training->student_steps;
    return graph_run(graph, &distill->batch, &pass);
}

static void describe(const void *user, json_t *config)
{
    const struct distill *distill = user;
    json_t *more =
        json_pack("{s:s, s:s, s:s, s:i}", "process", "absorbing", "noise_schedule",
                  distill->schedule.kind->name, "prediction", "logits", "time_levels", distill->levels);
    json_object_update(config, more);
    json_decref(more);
}

const struct line_loss distill_absorbing = {
    .process = "absorbing",
    .help = "what the teacher says of each mask after its steps (Deschenaux and Gulcehre 2024)",
    .noise = "log_linear",
    .masks = true,
    .shape = line_scores_shape,
    .open = open,
    .close = close,
    .run = run,
    .describe = describe
};
