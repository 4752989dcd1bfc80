/* Progressive distillation (Salimans and Ho 2022): one step of the student's DDIM is to lead where two steps
 * of the teacher's do. Where both take as many steps the student learns what the teacher predicts.
 *
 *     x_t of a line, at one of the student's steps      teacher: x_t -> x' -> x''
 *     x~ leads from x_t to x'' in one step              loss: mean (x~ - f(x_t, t))²
 *
 * Both round x_0 to the nearest word in every step, as they do where text is written, and a self-conditioned
 * network reads what it said one step before. The words' vectors stay the teacher's. */
#include "model/train/denoising.h"
#include "model/train/line_loss.h"
#include "model/train/teacher.h"

#include "model/base/memory.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/gaussian.h"
#include "model/network/rounding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One of the two networks, and the steps that its runs take. */
struct walker {
    struct gaussian gaussian;
    struct denoising *denoising;
    struct graph *graph;
    const float *weights;
    struct denoising_time *times; /* [rows] */
    int *steps;                   /* [rows] of `gaussian`, where each row stands */
    float *x, *condition;         /* [rows, length, width] */
};

struct distill {
    const struct line_training *training;
    const struct parameters *parameters;
    struct walker teacher, student;
    struct rounding rounding; /* the teacher's words */
    struct batch batch;
    float *noise, *start, *target; /* [rows, length, width] */
};

static void shape(const struct line_training *training, struct shape *shape)
{
    shape->vector_width = training->vector_width;
    shape->time_features = training->time_features;
    shape->vector_in = shape->vector_width * (training->self_conditioned ? 2 : 1);
}

static void walker_close(struct walker *walker)
{
    gaussian_free(&walker->gaussian);
    denoising_free(walker->denoising);
    free(walker->times);
    free(walker->steps);
    free(walker->x);
    free(walker->condition);
}

static void close(void *user)
{
    struct distill *distill = user;
    if (!distill)
        return;
    walker_close(&distill->teacher);
    walker_close(&distill->student);
    rounding_free(&distill->rounding);
    batch_free(&distill->batch);
    free(distill->noise);
    free(distill->start);
    free(distill->target);
    free(distill);
}

static size_t numbers_of(const struct distill *distill)
{
    const struct line_training *t = distill->training;
    return (size_t)t->rows * (size_t)t->length * (size_t)t->vector_width;
}

static bool walker_open(struct walker *walker, const struct distill *distill,
                        const struct parameters *parameters, const struct products *products, int steps,
                        struct lacuna_error *error)
{
    const struct line_training *t = distill->training;
    const struct beta_schedule *schedule = beta_find(t->noise);
    if (!schedule)
        return fail(error, LACUNA_BAD_REQUEST, "the noise schedule '%s' is not known", t->noise);
    double *betas = memory_new((size_t)t->process_steps, sizeof *betas);
    int *kept = memory_new((size_t)steps, sizeof *kept);
    bool fine = beta_fill(schedule, betas, t->process_steps, error);
    gaussian_spread(t->process_steps, steps, kept);
    if (fine)
        walker->gaussian = gaussian_new(betas, t->process_steps, kept, steps);
    walker->denoising =
        denoising_new(parameters, products, (struct denoising_process){ 0 }, t->rows * t->length);
    walker->times = memory_new((size_t)t->rows, sizeof *walker->times);
    walker->steps = memory_new((size_t)t->rows, sizeof *walker->steps);
    walker->x = memory_new(numbers_of(distill), sizeof *walker->x);
    walker->condition = memory_new(numbers_of(distill), sizeof *walker->condition);
    free(betas);
    free(kept);
    return fine;
}

static bool check(const struct line_ground *ground, struct lacuna_error *error)
{
    const struct shape *student = &ground->parameters->shape, *teacher = &ground->teacher->parameters->shape;
    if (ground->training->teacher_steps > ground->training->process_steps)
        return fail(error, LACUNA_BAD_REQUEST, "the teacher's process has %d steps, not %d",
                    ground->training->process_steps, ground->training->teacher_steps);
    if (student->vocabulary != teacher->vocabulary || student->vector_width != teacher->vector_width)
        return fail(error, LACUNA_MODEL, "the teacher has other words than its tokenizer.json");
    return true;
}

static void *open(const struct line_ground *ground, struct lacuna_error *error)
{
    const struct line_training *t = ground->training;
    const struct parameters *taught = ground->teacher->parameters;
    struct distill *distill = memory_new(1, sizeof *distill);
    *distill = (struct distill){ .training = t, .parameters = ground->parameters };
    if (!check(ground, error) ||
        !walker_open(&distill->teacher, distill, taught, ground->products, t->teacher_steps, error) ||
        !walker_open(&distill->student, distill, ground->parameters, ground->products, t->student_steps,
                     error)) {
        close(distill);
        return NULL;
    }
    const float *weights = ground->teacher->weights;
    distill->teacher.graph = ground->teacher->graph;
    distill->teacher.weights = weights;
    distill->rounding = rounding_new(weights + taught->embedding, NULL, taught->shape.vocabulary,
                                     taught->shape.vector_width, false);
    distill->noise = memory_new(numbers_of(distill), sizeof *distill->noise);
    distill->start = memory_new(numbers_of(distill), sizeof *distill->start);
    distill->target = memory_new(numbers_of(distill), sizeof *distill->target);
    batch_lay(&distill->batch, t->rows, t->length);
    return distill;
}

/* ---- one look, and what comes of it; `draw` says which places are open */

static const float *word_row(const struct distill *distill, int32_t id)
{
    return rounding_row(&distill->rounding, id);
}

/* x of every row at its step; given places hold their words. */
static void lay(const struct distill *distill, struct walker *walker, const struct line_draw *draw)
{
    size_t width = (size_t)distill->training->vector_width;
    for (int i = 0; i < draw->rows * draw->length; i++) {
        const float *row = word_row(distill, draw->ids[i]);
        float *x = walker->x + (size_t)i * width;
        if (draw->open[i])
            gaussian_noise(&walker->gaussian, walker->steps[i / draw->length], row,
                           distill->noise + (size_t)i * width, x, width);
        else
            memcpy(x, row, width * sizeof *x);
    }
}

/* What is read beside x before anything was said. */
static void forget(const struct distill *distill, struct walker *walker, const struct line_draw *draw, int r)
{
    size_t width = (size_t)distill->training->vector_width;
    for (int i = r * draw->length; i < (r + 1) * draw->length; i++) {
        float *condition = walker->condition + (size_t)i * width;
        memset(condition, 0, width * sizeof *condition);
        if (!draw->open[i])
            memcpy(condition, word_row(distill, draw->ids[i]), width * sizeof *condition);
    }
}

static struct denoising_draw draw_of(struct walker *walker, const struct line_draw *draw, const float *target)
{
    for (int r = 0; r < draw->rows; r++)
        walker->times[r] =
            (struct denoising_time){ .told = gaussian_time(&walker->gaussian, walker->steps[r], true) };
    return (struct denoising_draw){ .rows = draw->rows,
                                    .length = draw->length,
                                    .ids = draw->ids,
                                    .open = draw->open,
                                    .times = walker->times,
                                    .noisy = walker->x,
                                    .condition = walker->condition,
                                    .target = target };
}

/* x_0 as the network sees it, into `start`: where the walker is told so, rounded to words. */
static void look(struct distill *distill, struct walker *walker, const struct line_draw *draw, bool rounds,
                 float *start)
{
    size_t width = (size_t)distill->training->vector_width, bytes = width * sizeof *start;
    struct denoising_draw drawn = draw_of(walker, draw, walker->x);
    struct pass pass = { .weights = walker->weights, .ends = denoising_ends(walker->denoising) };
    denoising_set(walker->denoising, &drawn, walker->weights, NULL);
    graph_run(walker->graph, &distill->batch, &pass);
    for (int i = 0; i < draw->rows * draw->length; i++) {
        float *out = start + (size_t)i * width;
        memcpy(out, denoising_predicted(walker->denoising) + (size_t)i * width, bytes);
        if (distill->training->predicts_noise)
            gaussian_start(&walker->gaussian, walker->steps[i / draw->length], walker->x + (size_t)i * width,
                           out, out, width);
        if (!draw->open[i])
            memcpy(out, word_row(distill, draw->ids[i]), bytes);
        else if (rounds)
            memcpy(out, word_row(distill, rounding_nearest(&distill->rounding, out)), bytes);
    }
}

/* What the network said one step before it came to where its rows are to stand, `ahead` of that at most its
 * first step. */
static void condition(struct distill *distill, struct walker *walker, const struct line_draw *draw)
{
    int first = walker->gaussian.count - 1;
    for (int r = 0; r < draw->rows; r++)
        forget(distill, walker, draw, r);
    if (!distill->training->self_conditioned)
        return;
    int *steps = memory_new((size_t)draw->rows, sizeof *steps);
    memcpy(steps, walker->steps, (size_t)draw->rows * sizeof *steps);
    for (int r = 0; r < draw->rows; r++)
        walker->steps[r] = steps[r] < first ? steps[r] + 1 : first;
    lay(distill, walker, draw);
    look(distill, walker, draw, true, distill->start);
    memcpy(walker->condition, distill->start, numbers_of(distill) * sizeof *distill->start);
    memcpy(walker->steps, steps, (size_t)draw->rows * sizeof *steps);
    for (int r = 0; r < draw->rows; r++)
        if (steps[r] == first)
            forget(distill, walker, draw, r);
    free(steps);
}

/* The teacher's step of DDIM from where its rows stand. */
static void advance(struct distill *distill, const struct line_draw *draw)
{
    struct walker *teacher = &distill->teacher;
    size_t width = (size_t)distill->training->vector_width;
    look(distill, teacher, draw, true, distill->start);
    memcpy(teacher->condition, distill->start, numbers_of(distill) * sizeof *distill->start);
    for (int i = 0; i < draw->rows * draw->length; i++) {
        float *x = teacher->x + (size_t)i * width;
        if (draw->open[i])
            gaussian_ddim(&teacher->gaussian, teacher->steps[i / draw->length], 0,
                          distill->start + (size_t)i * width, x, NULL, x, width);
    }
    for (int r = 0; r < draw->rows; r++)
        teacher->steps[r]--;
}

/* ---- a step of learning */

/* Two steps of the teacher from x_t, and the x_0 that leads there in one. */
static void halve(struct distill *distill, const struct line_draw *draw)
{
    const struct walker *student = &distill->student;
    size_t width = (size_t)distill->training->vector_width;
    advance(distill, draw);
    advance(distill, draw);
    for (int i = 0; i < draw->rows * draw->length; i++) {
        size_t at = (size_t)i * width;
        gaussian_ddim_start(&student->gaussian, student->steps[i / draw->length], student->x + at,
                            distill->teacher.x + at, distill->target + at, width);
    }
}

/* x_0 in terms of what the network predicts. */
static void set_target(struct distill *distill, const struct line_draw *draw)
{
    const struct walker *student = &distill->student;
    size_t width = (size_t)distill->training->vector_width;
    for (int i = 0; distill->training->predicts_noise && i < draw->rows * draw->length; i++) {
        double bar = student->gaussian.alpha_bar[student->steps[i / draw->length]];
        for (size_t k = (size_t)i * width; k < (size_t)(i + 1) * width; k++)
            distill->target[k] =
                (float)(((double)student->x[k] - sqrt(bar) * (double)distill->target[k]) / sqrt(1 - bar));
    }
}

static double run(void *user, struct graph *graph, const struct pass *given, const struct line_draw *draw,
                  struct random *random)
{
    struct distill *distill = user;
    struct walker *student = &distill->student, *teacher = &distill->teacher;
    bool halves = teacher->gaussian.count != student->gaussian.count;
    student->graph = graph;
    student->weights = given->weights;
    for (int r = 0; r < draw->rows; r++) {
        student->steps[r] = (int)draw_range(random, 0, student->gaussian.count);
        teacher->steps[r] = halves ? 2 * student->steps[r] + 1 : student->steps[r];
    }
    for (size_t i = 0; i < numbers_of(distill); i++)
        distill->noise[i] = random_normal(random);
    condition(distill, teacher, draw);
    lay(distill, teacher, draw);
    condition(distill, student, draw);
    lay(distill, student, draw);
    if (halves)
        halve(distill, draw);
    else
        look(distill, teacher, draw, false, distill->target);
    set_target(distill, draw);
    struct denoising_draw drawn = draw_of(student, draw, distill->target);
    struct pass pass = *given;
    pass.ends = denoising_ends(student->denoising);
    denoising_set(student->denoising, &drawn, given->weights, given->gradient);
    return graph_run(graph, &distill->batch, &pass);
}

static void describe(const void *user, json_t *config)
{
    const struct line_training *t = ((const struct distill *)user)->training;
    json_t *more = json_pack("{s:s, s:s, s:i, s:b, s:i, s:i, s:b}", "process", "gaussian", "noise_schedule",
                             t->noise, "diffusion_steps", t->process_steps, "predict_xstart",
                             !t->predicts_noise, "vector_width", t->vector_width, "time_features",
                             t->time_features, "self_conditioning", t->self_conditioned);
    json_object_update(config, more);
    json_decref(more);
}

const struct line_loss distill_gaussian = {
    .process = "gaussian",
    .help = "one step of the student's leads where two of the teacher's do (Salimans and Ho 2022)",
    .noise = "sqrt",
    .shape = shape,
    .open = open,
    .close = close,
    .run = run,
    .describe = describe
};
