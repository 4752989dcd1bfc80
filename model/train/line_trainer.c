#include "model/train/line_loss.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tensor/engine.h"
#include "model/train/export.h"
#include "model/train/report.h"
#include "model/train/state.h"
#include "model/train/teacher.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct line_run {
    struct line_training training;
    struct word_rows text;
    const struct line_loss *row;
    void *loss;
    struct teacher *teacher;
    struct engine *engine;
    struct products *products;
    struct parameters *parameters;
    float *weights, *gradient;
    struct optimizer *optimizer;
    struct graph *graph;
    struct report *report;
    /* of one step */
    int32_t *ids;
    uint8_t *open;
    struct progress_state progress;
    double began, saved, reported;
    int64_t reported_seen;
    double loss_sum;
    int loss_count;
};

struct line_training line_training_default(void)
{
    struct line_training t = { .process_steps = 2000,
                               .vector_width = 16,
                               .time_features = 64,
                               .length = 64,
                               .rows = 64,
                               .word_least = 2,
                               .report = 20,
                               .save_minutes = 10,
                               .type = DTYPE_BF16 };
    t.shape = (struct shape){ .width = 128, .layers = 4, .heads = 4, .inner = 344 };
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

static double spent(const struct line_run *run)
{
    return run->progress.spent + now() - run->began;
}

static double done_of(const struct line_run *run)
{
    return schedule_done(&run->training.schedule, run->progress.steps, run->progress.seen, spent(run));
}

/* ---- beginning */

/* A resumed run keeps its vocabulary. */
static bool read_text(struct line_run *run, struct lacuna_error *error)
{
    const struct line_training *t = &run->training;
    char *path = path_join(t->out, "tokenizer.json");
    const char *from = t->resume && file_exists(path) ? path : t->tokenizer;
    json_t *tokenizer = from ? json_from_file(from, error) : NULL;
    struct word_source source = { .files = t->files,
                                  .file_count = t->file_count,
                                  .controls = t->controls,
                                  .control_count = t->control_count,
                                  .length = t->length,
                                  .least = t->word_least,
                                  .tokenizer = tokenizer,
                                  .masks = run->row->masks };
    bool fine = (tokenizer || !from) && word_rows_read(&run->text, &source, error);
    json_decref(tokenizer);
    free(path);
    return fine;
}

static bool begin_weights(struct line_run *run, struct lacuna_error *error)
{
    const struct line_training *t = &run->training;
    struct shape shape = t->shape;
    shape.vocabulary = run->text.vocabulary;
    run->row->shape(t, &shape);
    if (!shape_check(&shape, error))
        return false;
    run->parameters = parameters_new(&shape);
    run->weights = parameters_run(run->parameters);
    run->gradient = parameters_run(run->parameters);
    parameters_initialise(run->parameters, run->weights, t->seed);
    if (run->teacher)
        parameters_adopt(run->parameters, run->weights, run->teacher->checkpoint);
    run->optimizer = optimizer_new(run->parameters, run->engine, run->products, t->optimizer, run->weights);
    run->progress.seed = t->seed;
    char *path = state_path(t->out);
    bool fine = !t->resume || !file_exists(path) ||
                state_load(path, &run->progress, run->optimizer, run->weights, error);
    free(path);
    return fine;
}

static bool begin_loss(struct line_run *run, struct lacuna_error *error)
{
    struct line_ground ground = { &run->training, &run->text, run->parameters, run->products, run->teacher };
    run->loss = run->row->open(&ground, error);
    return run->loss;
}

static bool check(struct line_run *run, struct lacuna_error *error)
{
    struct line_training *t = &run->training;
    run->row = (t->teacher ? distill_find : line_loss_find)(t->process);
    if (!run->row)
        return fail(error, LACUNA_BAD_REQUEST, "the process '%s' is not known", t->process);
    if (!(t->schedule.steps > 0 || t->schedule.places > 0 || t->schedule.minutes > 0))
        return fail(error, LACUNA_BAD_REQUEST, "when should the training end? Give steps, minutes or tokens");
    t->noise = t->noise ? t->noise : run->row->noise;
    return true;
}

static bool begin_teacher(struct line_run *run, struct graph_limits limits, struct lacuna_error *error)
{
    const char *folder = run->training.teacher;
    run->teacher = folder ? teacher_open(folder, run->engine, run->products, limits, error) : NULL;
    return run->teacher || !folder;
}

static bool begin(struct line_run *run, struct lacuna_error *error)
{
    const struct line_training *t = &run->training;
    if (!check(run, error) || !folder_make(t->out, error) || !read_text(run, error))
        return false;
    run->engine = engine_new(t->threads, error);
    run->products = run->engine ? products_new(run->engine, t->precision, error) : NULL;
    size_t places = (size_t)t->rows * (size_t)t->length;
    struct graph_limits limits = { (int)places, t->length, t->length, t->dropout > 0 };
    if (!run->products || !begin_teacher(run, limits, error) || !begin_weights(run, error) ||
        !begin_loss(run, error))
        return false;
    run->graph = graph_new(run->parameters, run->engine, run->products, limits, error);
    run->report = run->graph ? report_open(t->out, run->progress.steps > 0, error) : NULL;
    run->ids = memory_new(places, sizeof *run->ids);
    run->open = memory_new(places, 1);
    return run->report;
}

static void end(struct line_run *run)
{
    report_close(run->report);
    if (run->row)
        run->row->close(run->loss);
    graph_free(run->graph);
    teacher_close(run->teacher);
    optimizer_free(run->optimizer);
    free(run->weights);
    free(run->gradient);
    free(run->ids);
    free(run->open);
    parameters_free(run->parameters);
    products_free(run->products);
    if (run->engine)
        engine_free(run->engine);
    word_rows_free(&run->text);
}

/* ---- steps */

/* Half of the lines are written whole up to END; in the others one hole is, anywhere. What is not written is
 * given, as it is when the model fills holes or writes at a known length. */
static void open_places(const struct line_run *run, struct random *random, const int32_t *ids, uint8_t *open)
{
    int64_t front = run->text.front, end = front;
    while (end + 1 < run->training.length && ids[end] != run->text.end)
        end++;
    int64_t first = front, past = end;
    if (draw_chance(random, 0.5)) {
        first = draw_range(random, front, end);
        past = draw_range(random, first + 1, end + 1);
    }
    memset(open, 0, (size_t)run->training.length);
    memset(open + first, 1, (size_t)(past - first));
}

/* How often a row shows none of its line's values, and how often all; else so many of them at random. A pair
 * shows all. */
static const double VALUES_NONE = 0.2, VALUES_ALL = 0.3;

/* Values in any order, what is left of the slots being <none>. */
static void put_values(const struct line_run *run, struct random *random, size_t line, int32_t *ids)
{
    int slots = run->text.slots, count = 0;
    const int32_t *values = run->text.values + line * (size_t)slots;
    while (count < slots && values[count] != run->text.none)
        count++;
    memcpy(ids, values, (size_t)slots * sizeof *ids);
    draw_shuffle(random, ids, count);
    double u = random_uniform_double(random);
    int shown = run->text.open                 ? count
                : u < VALUES_NONE              ? 0
                : u < VALUES_NONE + VALUES_ALL ? count
                                               : (int)draw_range(random, 1, count + 1);
    for (int i = shown; i < count; i++)
        ids[i] = run->text.none;
}

/* Lines and what is open depend on seed and step alone. */
static struct line_draw draw(struct line_run *run, struct random *random)
{
    const struct line_training *t = &run->training;
    size_t length = (size_t)t->length;
    for (int r = 0; r < t->rows; r++) {
        size_t line = (size_t)draw_range(random, 0, (int64_t)run->text.count), at = (size_t)r * length;
        memcpy(run->ids + at, run->text.ids + line * length, length * sizeof *run->ids);
        if (run->text.slots)
            put_values(run, random, line, run->ids + at);
        if (run->text.open)
            memcpy(run->open + at, run->text.open + line * length, length);
        else
            open_places(run, random, run->ids + at, run->open + at);
    }
    return (struct line_draw){ t->rows, t->length, run->ids, run->open };
}

static double pass_over(struct line_run *run, struct random *random)
{
    struct line_draw drawn = draw(run, random);
    struct pass pass = { .weights = run->weights,
                         .gradient = run->gradient,
                         .dropout = (float)run->training.dropout,
                         .seed = run->progress.seed ^ (uint64_t)run->progress.steps << 20 };
    memset(run->gradient, 0, run->parameters->size * sizeof *run->gradient);
    return run->row->run(run->loss, run->graph, &pass, &drawn, random);
}

static void tell(struct line_run *run, double rate)
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
    if (p->steps % run->training.report != 0) {
        report_show(run->report, &step);
        return;
    }
    report_progress(run->report, &step);
    run->reported = clock;
    run->reported_seen = p->seen;
    run->loss_sum = run->loss_count = 0;
}

static bool step(struct line_run *run, double done, struct lacuna_error *error)
{
    struct progress_state *p = &run->progress;
    struct random random = draw_stream(p->seed, DRAW_ROW, (uint64_t)p->steps);
    double rate = schedule_rate(&run->training.schedule, p->steps, done), loss = pass_over(run, &random);
    if (!isfinite(loss))
        return fail(error, LACUNA_MODEL,
                    "the loss is no longer a number after step %lld: lower the learning rate and resume",
                    (long long)p->steps);
    optimizer_step(run->optimizer, run->weights, run->gradient, rate);
    p->steps++;
    p->seen += (int64_t)run->training.rows * run->training.length;
    run->loss_sum += loss;
    run->loss_count++;
    tell(run, rate);
    return true;
}

/* ---- saving */

/* How many texts, or targets of pairs, have n tokens, for each n. */
static json_t *lengths_of(const struct line_run *run)
{
    size_t length = (size_t)run->training.length;
    int64_t *counts = memory_new(length, sizeof *counts);
    for (size_t k = 0; k < run->text.count; k++) {
        const int32_t *ids = run->text.ids + k * length;
        size_t first = (size_t)run->text.front, end;
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

static void set_token(json_t *config, const char *key, int32_t id)
{
    if (id >= 0)
        json_object_set_new(config, key, json_integer(id));
}

static json_t *configuration(const struct line_run *run)
{
    const struct shape *s = &run->parameters->shape;
    const struct word_rows *text = &run->text;
    json_t *config = json_pack(
        "{s:s, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:i, s:s, s:b}", "model_type", "lacuna", "hidden_size",
        s->width, "num_hidden_layers", s->layers, "num_attention_heads", s->heads, "intermediate_size",
        s->inner, "vocab_size", s->vocabulary, "rms_norm_eps", 1e-5, "rope_theta", 10000.0,
        "max_position_embeddings", run->training.length, "attention", "full", "lines", 1);
    run->row->describe(run->loss, config);
    set_token(config, "bos_token_id", text->start);
    set_token(config, "eos_token_id", text->end);
    set_token(config, "pad_token_id", text->pad);
    set_token(config, "mask_token_id", text->mask);
    set_token(config, "none_token_id", text->none);
    if (text->slots)
        json_object_set_new(config, "attribute_slots", json_integer(text->slots));
    if (text->slots)
        json_object_set(config, "attributes", text->attributes);
    if (text->open)
        json_object_set_new(config, "target_position", json_integer(text->target));
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

static bool save(struct line_run *run, struct lacuna_error *error)
{
    const struct line_training *t = &run->training;
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

static bool loop(struct line_run *run, const sigset_t *stops, struct lacuna_error *error)
{
    run->began = run->saved = run->reported = now();
    run->reported_seen = run->progress.seen;
    for (double done; (done = done_of(run)) < 1;) {
        if (sigtimedwait(stops, NULL, &(struct timespec){ 0 }) > 0)
            break;
        if (!step(run, done, error))
            return false;
        if (now() - run->saved > 60 * run->training.save_minutes && !save(run, error))
            return false;
    }
    if (run->training.finished)
        *run->training.finished = done_of(run) >= 1;
    return save(run, error);
}

bool line_train(const struct line_training *training, struct lacuna_error *error)
{
    struct line_run run = { .training = *training };
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
