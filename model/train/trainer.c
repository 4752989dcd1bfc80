#include "model/train/trainer.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tensor/engine.h"
#include "model/train/export.h"
#include "model/train/graph.h"
#include "model/train/holes.h"
#include "model/train/pair_row.h"
#include "model/train/record.h"
#include "model/train/report.h"
#include "model/train/state.h"
#include "model/train/validation.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One run: everything that lives as long as it does. */
struct run {
    const struct training *training;
    struct engine *engine;
    struct products *products;
    struct corpus *corpus, *valid;
    struct parameters *parameters;
    float *weights, *gradient;
    struct optimizer *optimizer;
    struct graph *graph;
    struct row_maker *causal_rows, *hole_rows;
    struct row_noise noise; /* where scores are learnt */
    struct scores scores;
    struct validation *validation;
    struct report *report;
    FILE *record;
    struct batch batch, part;
    int positions; /* of the rows that the weights have seen, earlier ones included */
    struct progress_state progress;
    double began;                     /* clock */
    double saved, reported;           /* clock of the last time */
    int64_t reported_seen, validated; /* validated: the step of the last time */
    double loss_sum;
    int loss_count;
};

struct training training_default(void)
{
    struct training t = { .rows = row_recipe_default(256),
                          .places = 8192,
                          .part = 2048,
                          .threads = 0,
                          .validate = 500,
                          .validation_rows = 128,
                          .report = 20,
                          .save_minutes = 10.0,
                          .type = DTYPE_BF16 };
    t.shape = *shape_preset("cpu");
    t.optimizer = optimizer_recipe_default();
    t.schedule =
        (struct leg_schedule){ .rate = 2e-3, .warmup = 100, .decay = DECAY_COSINE, .decay_share = 1.0 };
    t.flat = 1.0;
    return t;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double spent(const struct run *run)
{
    return run->progress.spent + now() - run->began;
}

static bool check(const struct training *t, struct lacuna_error *error)
{
    if (!(t->schedule.steps > 0 || t->schedule.places > 0 || t->schedule.minutes > 0.0))
        return fail(error, LACUNA_BAD_REQUEST, "when should the training end? Give steps, minutes or tokens");
    if (t->rows.length < ROW_PLACES_MIN || t->rows.length > ROW_PLACES_MAX)
        return fail(error, LACUNA_BAD_REQUEST, "rows of %d positions: %d to %d are possible", t->rows.length,
                    ROW_PLACES_MIN, ROW_PLACES_MAX);
    if (t->places < t->rows.length)
        return fail(error, LACUNA_BAD_REQUEST, "%d positions a step do not hold one row of %d", t->places,
                    t->rows.length);
    return true;
}

/* Levels of time that a network of scores is told. */
enum { TIME_LEVELS = 128 };

/* Absorbing scores are learnt with the noise taken out, as they grow without end towards t = 0. */
static void begin_scores(struct run *run)
{
    const struct training *t = run->training;
    struct process_noise noise = { .mask = t->process->moves ? -1 : TOKEN_MASK,
                                   .vocabulary = run->corpus->vocabulary };
    run->noise = (struct row_noise){
        .process = t->process, .schedule = { .kind = t->noise }, .noise = noise, .levels = TIME_LEVELS
    };
    run->scores =
        (struct scores){ .process = t->process,
                         .prediction = prediction_find(t->process->moves ? "score" : "scaled_score"),
                         .noise = noise };
}

/* The longest row. */
static int row_length(const struct run *run)
{
    int pairs = run->corpus->pair_begin;
    return pairs ? PAIR_ROWS * pairs : run->training->rows.length;
}

/* The most places of one pass. */
static int part_of(const struct run *run)
{
    int length = row_length(run);
    return run->training->part > length ? run->training->part : length;
}

/* The network's shape and first weights. */
static bool begin_weights(struct run *run, struct lacuna_error *error)
{
    const struct training *t = run->training;
    struct shape shape = t->shape;
    shape.vocabulary = run->corpus->vocabulary;
    shape.time_levels = t->process ? TIME_LEVELS : 0;
    struct checkpoint *checkpoint = t->init ? checkpoint_open(t->init, error) : NULL;
    if (t->init && (!checkpoint || !shape_read(&shape, checkpoint, error))) {
        checkpoint_close(checkpoint);
        return false;
    }
    bool fine = shape_check(&shape, error);
    if (fine && shape.vocabulary != run->corpus->vocabulary)
        fine = fail(error, LACUNA_MODEL,
                    "%s has %d pieces, %s has %d: text must be prepared with the model's tokenizer", t->init,
                    shape.vocabulary, t->data, run->corpus->vocabulary);
    if (fine) {
        run->parameters = parameters_new(&shape);
        run->weights = parameters_run(run->parameters);
        run->gradient = parameters_run(run->parameters);
        run->positions = run->corpus->pair_begin ? 2 * run->corpus->pair_begin : t->rows.length;
        int64_t before =
            checkpoint ? json_whole(checkpoint_config(checkpoint), "max_position_embeddings", 0) : 0;
        if (before > run->positions && before <= ROW_PLACES_MAX && !run->corpus->pair_begin)
            run->positions = (int)before;
        if (checkpoint)
            fine = parameters_load(run->parameters, run->weights, checkpoint, error);
        else
            parameters_initialise(run->parameters, run->weights, t->seed);
    }
    checkpoint_close(checkpoint);
    return fine;
}

static bool begin_state(struct run *run, struct lacuna_error *error)
{
    const struct training *t = run->training;
    run->optimizer = optimizer_new(run->parameters, run->engine, run->products, t->optimizer, run->weights);
    run->progress.seed = t->seed;
    char *path = state_path(t->out);
    bool fine = true;
    if (t->resume && file_exists(path))
        fine = state_load(path, &run->progress, run->optimizer, run->weights, error);
    free(path);
    if (t->leg) {
        run->progress.leg_steps = run->progress.steps;
        run->progress.leg_seen = run->progress.seen;
        run->progress.leg_spent = run->progress.spent;
        optimizer_restart_average(run->optimizer, run->weights);
    }
    run->optimizer->averaged_from = (uint64_t)run->progress.leg_steps;
    return fine;
}

static const struct scores *score_of(const struct run *run)
{
    return run->training->process ? &run->scores : NULL;
}

static bool begin(struct run *run, struct lacuna_error *error)
{
    const struct training *t = run->training;
    if (!check(t, error) || !folder_make(t->out, error))
        return false;
    run->engine = engine_new(t->threads, error);
    run->corpus = run->engine ? corpus_open(t->data, "train", error) : NULL;
    if (!run->corpus)
        return false;
    if (t->process)
        begin_scores(run);
    if (t->validate && !(run->valid = corpus_open(t->data, "valid", error)))
        return false;
    if (run->corpus->pair_begin && (t->process || t->causal > 0))
        return fail(error, LACUNA_BAD_REQUEST, "%s holds pairs of lines: they are learnt as holes alone",
                    t->data);
    run->products = products_new(run->engine, t->precision, error);
    if (!run->products || !begin_weights(run, error) || !begin_state(run, error))
        return false;
    struct graph_limits limits = { .places = part_of(run),
                                   .row_places = row_length(run),
                                   .positions = row_length(run) + HOLES_MAX * HOLE_PLACES_MAX,
                                   .dropout = t->dropout > 0.0 };
    run->graph = graph_new(run->parameters, run->engine, run->products, limits, error);
    if (t->record && !(run->record = fopen(t->record, "w")))
        return fail(error, LACUNA_MODEL, "%s: %s", t->record, strerror(errno));
    run->report = run->graph ? report_open(t->out, run->progress.steps > 0, error) : NULL;
    if (!run->report)
        return false;
    struct row_recipe causal = t->rows;
    causal.causal = true;
    run->causal_rows = row_maker_new(run->corpus, causal);
    struct row_recipe rows = t->rows;
    rows.noise = t->process ? &run->noise : NULL;
    run->hole_rows = row_maker_new(run->corpus, rows);
    if (run->valid)
        run->validation =
            validation_new(run->valid, t->validation_rows, t->rows.length, rows.noise, score_of(run));
    return true;
}

static void end(struct run *run)
{
    validation_free(run->validation);
    report_close(run->report);
    if (run->record)
        fclose(run->record);
    row_maker_free(run->causal_rows);
    row_maker_free(run->hole_rows);
    batch_free(&run->batch);
    batch_free(&run->part);
    graph_free(run->graph);
    optimizer_free(run->optimizer);
    free(run->weights);
    free(run->gradient);
    parameters_free(run->parameters);
    products_free(run->products);
    corpus_close(run->valid);
    corpus_close(run->corpus);
    if (run->engine)
        engine_free(run->engine);
}

/* The gradient and the loss of one step's rows, in parts. */
static double pass_over(struct run *run, double dropout)
{
    const struct batch *batch = &run->batch;
    int most = part_of(run);
    double loss = 0.0;
    memset(run->gradient, 0, run->parameters->size * sizeof *run->gradient);
    for (int first = 0, past; first < batch->row_count; first = past) {
        for (past = first + 1;
             past < batch->row_count && batch->start[past + 1] - batch->start[first] <= most; past++)
            ;
        batch_copy(&run->part, batch, first, past - first);
        struct pass pass = { .weights = run->weights,
                             .scores = score_of(run),
                             .gradient = run->gradient,
                             .dropout = (float)dropout,
                             .seed = run->progress.seed ^ (uint64_t)run->progress.steps << 20 ^
                                     (uint64_t)first << 1 };
        loss += graph_run(run->graph, &run->part, &pass);
    }
    return loss;
}

static double done_of(const struct run *run)
{
    const struct progress_state *p = &run->progress;
    return schedule_done(&run->training->schedule, p->steps - p->leg_steps, p->seen - p->leg_seen,
                         spent(run) - p->leg_spent);
}

static void tell(struct run *run, double rate)
{
    const struct progress_state *p = &run->progress;
    double clock = now(), share = done_of(run), used = spent(run) - p->leg_spent;
    struct report_step step = {
        .step = p->steps,
        .seen = p->seen,
        .loss = run->loss_sum / run->loss_count,
        .rate = rate,
        .minutes = spent(run) / 60.0,
        .places_per_second = (double)(p->seen - run->reported_seen) / (clock - run->reported),
        .done = share < 1.0 ? share : 1.0,
        .seconds_left = share < 1.0 ? used / share * (1.0 - share) : 0.0,
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

static bool step(struct run *run, double done, struct lacuna_error *error)
{
    const struct training *t = run->training;
    struct progress_state *p = &run->progress;
    double rate = schedule_rate(&t->schedule, p->steps - p->leg_steps, done);
    batch_clear(&run->batch);
    struct row_maker *maker = done < t->causal ? run->causal_rows : run->hole_rows;
    row_maker_fill(maker, p->seed, (uint64_t)p->steps, row_maker_rows(maker, t->places),
                   t->process ? 0 : t->flat, &run->batch);
    if (run->record)
        record_batch(run->record, &run->batch, rate);
    double loss = pass_over(run, t->dropout);
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

static void validate(struct run *run)
{
    if (!run->validation || run->validated == run->progress.steps)
        return;
    run->validated = run->progress.steps;
    double clock = now();
    struct verdict verdict =
        validation_run(run->validation, run->graph, run->optimizer->average, part_of(run));
    report_say(run->report, json_pack("{s:I, s:I, s:o}", "step", (json_int_t)run->progress.steps, "seen",
                                      (json_int_t)run->progress.seen, "valid", verdict_json(&verdict)));
    run->reported += now() - clock;
}

/* What config.json tells about how the weights came about; the options are those of the last leg. */
static json_t *notes(const struct run *run)
{
    const struct training *t = run->training;
    json_t *options = json_pack(
        "{s:s, s:f, s:i, s:i, s:f, s:f, s:f, s:s}", "optimizer", t->optimizer.muon ? "muon" : "adamw", "rate",
        t->schedule.rate, "length", t->rows.length, "tokens", t->places, "causal", t->causal, "flat", t->flat,
        "dropout", t->dropout, "precision", t->precision == PRECISION_BF16 ? "bf16" : "f32");
    return json_pack("{s:I, s:I, s:o}", "step", (json_int_t)run->progress.steps, "seen",
                     (json_int_t)run->progress.seen, "options", options);
}

static bool save(struct run *run, struct lacuna_error *error)
{
    const struct training *t = run->training;
    struct progress_state progress = run->progress;
    progress.spent = spent(run);
    char *path = state_path(t->out), *tokenizer = path_join(t->data, "tokenizer.json");
    json_t *noted = notes(run);
    struct export export = { .parameters = run->parameters,
                             .weights = run->optimizer->average,
                             .type = t->type,
                             .positions = run->positions,
                             .process = t->process ? t->process->name : NULL,
                             .noise_schedule = t->process ? t->noise->name : NULL,
                             .prediction = t->process ? run->scores.prediction->name : NULL,
                             .meta = run->corpus->meta,
                             .training = noted,
                             .tokenizer = tokenizer,
                             .folder = t->out };
    double clock = now();
    bool fine = state_save(path, &progress, run->optimizer, run->weights, error) &&
                export_model(&export, error) && report_curve(t->out, error);
    json_decref(noted);
    free(path);
    free(tokenizer);
    run->saved = now();
    run->reported += run->saved - clock;
    return fine;
}

static bool loop(struct run *run, const sigset_t *stops, struct lacuna_error *error)
{
    const struct training *t = run->training;
    run->began = run->saved = run->reported = now();
    run->reported_seen = run->progress.seen;
    for (double done; (done = done_of(run)) < 1.0;) {
        if (sigtimedwait(stops, NULL, &(struct timespec){ 0 }) > 0)
            break;
        if (!step(run, done, error))
            return false;
        if (t->validate && run->progress.steps % t->validate == 0)
            validate(run);
        if (now() - run->saved > 60.0 * t->save_minutes && !save(run, error))
            return false;
    }
    validate(run);
    return save(run, error);
}

bool train(const struct training *training, struct lacuna_error *error)
{
    struct run run = { .training = training };
    sigset_t stops, before;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, &before);
    bool fine = begin(&run, error);
    if (fine) {
        report_say(run.report,
                   json_pack("{s:I, s:s, s:I, s:I}", "parameters", (json_int_t)run.parameters->size, "engine",
                             engine_describe(run.engine), "step", (json_int_t)run.progress.steps, "seen",
                             (json_int_t)run.progress.seen));
        fine = loop(&run, &stops, error);
    }
    end(&run);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fine;
}
