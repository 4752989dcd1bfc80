#include "model/train/vector_trainer.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/gaussian.h"
#include "model/tensor/engine.h"
#include "model/train/denoising.h"
#include "model/train/draw.h"
#include "model/train/export.h"
#include "model/train/report.h"
#include "model/train/state.h"
#include "model/train/word_rows.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct vector_run {
    const struct vector_training *training;
    struct word_rows text;
    struct gaussian gaussian;
    struct engine *engine;
    struct products *products;
    struct parameters *parameters;
    float *weights, *gradient;
    struct optimizer *optimizer;
    struct graph *graph;
    struct denoising *denoising;
    struct report *report;
    struct batch batch;
    /* of one step */
    int32_t *ids;
    uint8_t *open;
    int *times;
    float *noise; /* two of them */
    struct progress_state progress;
    double began, saved, reported;
    int64_t reported_seen;
    double loss_sum;
    int loss_count;
};

struct vector_training vector_training_default(void)
{
    struct vector_training t = { .noise = "sqrt",
                                 .process_steps = 2000,
                                 .length = 64,
                                 .rows = 64,
                                 .word_least = 2,
                                 .report = 20,
                                 .save_minutes = 10,
                                 .type = DTYPE_BF16 };
    t.shape = (struct shape){
        .width = 128, .layers = 4, .heads = 4, .inner = 344, .vector_width = 16, .time_features = 64
    };
    t.optimizer = optimizer_recipe_default();
    t.schedule =
        (struct leg_schedule){ .rate = 2e-3, .warmup = 100, .decay = DECAY_COSINE, .decay_share = 1 };
    return t;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double spent(const struct vector_run *run)
{
    return run->progress.spent + now() - run->began;
}

static double done_of(const struct vector_run *run)
{
    return schedule_done(&run->training->schedule, run->progress.steps, run->progress.seen, spent(run));
}

/* ---- beginning */

static bool read_process(struct vector_run *run, struct lacuna_error *error)
{
    const struct vector_training *t = run->training;
    const struct beta_schedule *schedule = beta_find(t->noise);
    if (!schedule)
        return fail(error, LACUNA_BAD_REQUEST, "the noise schedule '%s' is not known", t->noise);
    double *betas = memory_new((size_t)t->process_steps, sizeof *betas);
    bool fine = beta_fill(schedule, betas, t->process_steps, error);
    if (fine)
        run->gaussian = gaussian_new(betas, t->process_steps, NULL, 0);
    free(betas);
    return fine;
}

/* A resumed run keeps its vocabulary. */
static bool read_text(struct vector_run *run, struct lacuna_error *error)
{
    const struct vector_training *t = run->training;
    char *path = path_join(t->out, "tokenizer.json");
    json_t *before = t->resume && file_exists(path) ? json_from_file(path, error) : NULL;
    bool fine = word_rows_read(&run->text, t->files, t->file_count, t->length, t->word_least, before, error);
    json_decref(before);
    free(path);
    return fine;
}

static bool begin_weights(struct vector_run *run, struct lacuna_error *error)
{
    const struct vector_training *t = run->training;
    struct shape shape = t->shape;
    shape.vocabulary = run->text.vocabulary;
    shape.vector_in = shape.vector_width * (t->self_conditioned ? 2 : 1);
    if (!shape_check(&shape, error))
        return false;
    run->parameters = parameters_new(&shape);
    run->weights = parameters_run(run->parameters);
    run->gradient = parameters_run(run->parameters);
    parameters_initialise(run->parameters, run->weights, t->seed);
    run->optimizer = optimizer_new(run->parameters, run->engine, run->products, t->optimizer, run->weights);
    run->progress.seed = t->seed;
    char *path = state_path(t->out);
    bool fine = !t->resume || !file_exists(path) ||
                state_load(path, &run->progress, run->optimizer, run->weights, error);
    free(path);
    return fine;
}

/* All rows of a step see themselves alone and wholly. */
static void lay_batch(struct vector_run *run)
{
    const struct vector_training *t = run->training;
    size_t length = (size_t)t->length;
    int32_t *none = memory_new(length, sizeof *none), *positions = memory_new(length, sizeof *positions);
    uint8_t *kinds = memory_new(length, 1);
    float *weight = memory_new(length, sizeof *weight);
    for (int i = 0; i < t->length; i++) {
        positions[i] = i;
        kinds[i] = KIND_HOLE;
    }
    for (int r = 0; r < t->rows; r++)
        batch_add_row(&run->batch, &(struct row){ t->length, none, none, positions, kinds, weight, 0, 0 });
    free(none);
    free(positions);
    free(kinds);
    free(weight);
}

static bool begin(struct vector_run *run, struct lacuna_error *error)
{
    const struct vector_training *t = run->training;
    if (!(t->schedule.steps > 0 || t->schedule.places > 0 || t->schedule.minutes > 0))
        return fail(error, LACUNA_BAD_REQUEST, "when should the training end? Give steps, minutes or tokens");
    if (!folder_make(t->out, error) || !read_process(run, error) || !read_text(run, error))
        return false;
    run->engine = engine_new(t->threads, error);
    run->products = run->engine ? products_new(run->engine, t->precision, error) : NULL;
    if (!run->products || !begin_weights(run, error))
        return false;
    size_t places = (size_t)t->rows * (size_t)t->length, numbers = places * (size_t)t->shape.vector_width;
    struct graph_limits limits = { (int)places, t->length, t->length, t->dropout > 0 };
    struct denoising_process process = { run->gaussian.alpha_bar, t->process_steps, t->predicts_noise };
    run->graph = graph_new(run->parameters, run->engine, run->products, limits, error);
    run->denoising = denoising_new(run->parameters, run->products, process, (int)places);
    run->report = run->graph ? report_open(t->out, run->progress.steps > 0, error) : NULL;
    run->ids = memory_new(places, sizeof *run->ids);
    run->open = memory_new(places, 1);
    run->times = memory_new((size_t)t->rows, sizeof *run->times);
    run->noise = memory_new(2 * numbers, sizeof *run->noise);
    lay_batch(run);
    return run->report;
}

static void end(struct vector_run *run)
{
    report_close(run->report);
    batch_free(&run->batch);
    denoising_free(run->denoising);
    graph_free(run->graph);
    optimizer_free(run->optimizer);
    free(run->weights);
    free(run->gradient);
    free(run->ids);
    free(run->open);
    free(run->times);
    free(run->noise);
    parameters_free(run->parameters);
    products_free(run->products);
    if (run->engine)
        engine_free(run->engine);
    gaussian_free(&run->gaussian);
    word_rows_free(&run->text);
}

/* ---- steps */

/* Half of the lines are written whole between START and END; in the others one hole is, anywhere. What is not
 * written is given, as it is when the model fills holes or writes at a known length. */
static void open_places(const struct vector_run *run, struct random *random, size_t at)
{
    const int32_t *ids = run->ids + at;
    int64_t end = 1;
    while (end + 1 < run->training->length && ids[end] != run->text.end)
        end++;
    int64_t first = 1, past = end;
    if (draw_chance(random, 0.5)) {
        first = draw_range(random, 1, end);
        past = draw_range(random, first + 1, end + 1);
    }
    memset(run->open + at, 0, (size_t)run->training->length);
    memset(run->open + at + first, 1, (size_t)(past - first));
}

/* Lines, times and noise depend on seed and step alone. */
static struct denoising_draw draw(struct vector_run *run, struct random *random)
{
    const struct vector_training *t = run->training;
    size_t length = (size_t)t->length, numbers = (size_t)t->rows * length * (size_t)t->shape.vector_width;
    for (int r = 0; r < t->rows; r++) {
        size_t line = (size_t)draw_range(random, 0, (int64_t)run->text.count) * length,
               at = (size_t)r * length;
        memcpy(run->ids + at, run->text.ids + line, length * sizeof *run->ids);
        if (run->text.open)
            memcpy(run->open + at, run->text.open + line, length);
        else
            open_places(run, random, at);
        run->times[r] = (int)draw_range(random, 0, t->process_steps);
    }
    for (size_t i = 0; i < 2 * numbers; i++)
        run->noise[i] = random_normal(random);
    return (struct denoising_draw){ .rows = t->rows,
                                    .length = t->length,
                                    .ids = run->ids,
                                    .open = run->open,
                                    .t = run->times,
                                    .start_noise = run->noise,
                                    .noise = run->noise + numbers };
}

static double pass_over(struct vector_run *run, struct random *random)
{
    const struct vector_training *t = run->training;
    struct denoising_draw drawn = draw(run, random);
    struct pass pass = { .weights = run->weights,
                         .dropout = (float)t->dropout,
                         .seed = run->progress.seed ^ (uint64_t)run->progress.steps << 20,
                         .ends = denoising_ends(run->denoising) };
    memset(run->gradient, 0, run->parameters->size * sizeof *run->gradient);
    denoising_set(run->denoising, &drawn, run->weights, NULL);
    if (t->self_conditioned && draw_chance(random, 0.5)) {
        graph_run(run->graph, &run->batch, &pass);
        denoising_set(run->denoising, &drawn, run->weights, run->gradient);
        denoising_condition(run->denoising);
    } else {
        denoising_set(run->denoising, &drawn, run->weights, run->gradient);
    }
    pass.gradient = run->gradient;
    return graph_run(run->graph, &run->batch, &pass);
}

static void tell(struct vector_run *run, double rate)
{
    const struct progress_state *p = &run->progress;
    double clock = now(), share = done_of(run), used = spent(run);
    struct report_step step = {
        .step = p->steps,
        .seen = p->seen,
        .loss = run->loss_sum / run->loss_count,
        .rate = rate,
        .minutes = used / 60,
        .places_per_second = (double)(p->seen - run->reported_seen) / (clock - run->reported),
        .done = share < 1 ? share : 1,
        .seconds_left = share < 1 ? used / share * (1 - share) : 0,
    };
    if (p->steps % run->training->report != 0) {
        report_show(run->report, &step);
        return;
    }
    report_progress(run->report, &step);
    run->reported = clock;
    run->reported_seen = p->seen;
    run->loss_sum = run->loss_count = 0;
}

static bool step(struct vector_run *run, double done, struct lacuna_error *error)
{
    struct progress_state *p = &run->progress;
    struct random random = draw_stream(p->seed, DRAW_ROW, (uint64_t)p->steps);
    double rate = schedule_rate(&run->training->schedule, p->steps, done), loss = pass_over(run, &random);
    if (!isfinite(loss))
        return fail(error, LACUNA_MODEL,
                    "the loss is no longer a number after step %lld: lower the learning rate and resume",
                    (long long)p->steps);
    optimizer_step(run->optimizer, run->weights, run->gradient, rate);
    p->steps++;
    p->seen += run->batch.count;
    run->loss_sum += loss;
    run->loss_count++;
    tell(run, rate);
    return true;
}

/* ---- saving */

/* How many texts, or targets of pairs, have n tokens, for each n. */
static json_t *lengths_of(const struct vector_run *run)
{
    size_t length = (size_t)run->training->length;
    int64_t *counts = memory_new(length, sizeof *counts);
    for (size_t k = 0; k < run->text.count; k++) {
        const int32_t *ids = run->text.ids + k * length;
        size_t first = 1, end;
        while (run->text.open && first < length && !run->text.open[k * length + first])
            first++;
        for (end = first; end < length && ids[end] != run->text.end; end++)
            ;
        counts[end - first < length ? end - first : 0]++;
    }
    json_t *list = json_array();
    for (size_t n = 0; n < length; n++)
        json_array_append_new(list, json_integer((json_int_t)counts[n]));
    free(counts);
    return list;
}

static json_t *configuration(const struct vector_run *run)
{
    const struct vector_training *t = run->training;
    const struct shape *s = &run->parameters->shape;
    json_t *config =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:i, s:s}", "model_type", "lacuna", "hidden_size",
                  s->width, "num_hidden_layers", s->layers, "num_attention_heads", s->heads,
                  "intermediate_size", s->inner, "vocab_size", s->vocabulary, "rms_norm_eps", 1e-5,
                  "rope_theta", 10000.0, "max_position_embeddings", t->length, "attention", "full");
    json_t *more = json_pack(
        "{s:s, s:i, s:i, s:s, s:i, s:b, s:b, s:i, s:i, s:i}", "process", "gaussian", "vector_width",
        s->vector_width, "time_features", s->time_features, "noise_schedule", t->noise, "diffusion_steps",
        t->process_steps, "predict_xstart", !t->predicts_noise, "self_conditioning", t->self_conditioned,
        "bos_token_id", run->text.start, "eos_token_id", run->text.end, "pad_token_id", run->text.pad);
    json_object_update(config, more);
    json_decref(more);
    json_object_set_new(config, "lengths", lengths_of(run));
    json_object_set_new(config, "training",
                        json_pack("{s:I, s:I}", "step", (json_int_t)run->progress.steps, "seen",
                                  (json_int_t)run->progress.seen));
    return config;
}

static bool write_json(const char *folder, const char *name, const json_t *value, struct lacuna_error *error)
{
    char *path = path_join(folder, name), *text = json_dumps(value, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    bool fine =
        text ? file_write(path, text, strlen(text), error) : fail(error, LACUNA_MODEL, "out of memory");
    free(path);
    free(text);
    return fine;
}

static bool save(struct vector_run *run, struct lacuna_error *error)
{
    const struct vector_training *t = run->training;
    struct progress_state progress = run->progress;
    progress.spent = spent(run);
    char *state = state_path(t->out), *weights = path_join(t->out, "model.safetensors");
    json_t *config = configuration(run);
    bool fine = write_json(t->out, "tokenizer.json", run->text.tokenizer, error) &&
                write_json(t->out, "config.json", config, error) &&
                export_weights(run->parameters, run->optimizer->average, t->type, weights, error) &&
                state_save(state, &progress, run->optimizer, run->weights, error) &&
                report_curve(t->out, error);
    json_decref(config);
    free(state);
    free(weights);
    run->saved = now();
    return fine;
}

static bool loop(struct vector_run *run, const sigset_t *stops, struct lacuna_error *error)
{
    run->began = run->saved = run->reported = now();
    run->reported_seen = run->progress.seen;
    for (double done; (done = done_of(run)) < 1;) {
        if (sigtimedwait(stops, NULL, &(struct timespec){ 0 }) > 0)
            break;
        if (!step(run, done, error))
            return false;
        if (now() - run->saved > 60 * run->training->save_minutes && !save(run, error))
            return false;
    }
    return save(run, error);
}

bool vector_train(const struct vector_training *training, struct lacuna_error *error)
{
    struct vector_run run = { .training = training };
    sigset_t stops, before;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, &before);
    bool fine = begin(&run, error);
    if (fine) {
        report_say(run.report,
                   json_pack("{s:I, s:i, s:I, s:I}", "parameters", (json_int_t)run.parameters->size,
                             "vocabulary", (int)run.text.vocabulary, "lines", (json_int_t)run.text.count,
                             "longer lines", (json_int_t)run.text.dropped));
        fine = loop(&run, &stops, error);
    }
    end(&run);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fine;
}
