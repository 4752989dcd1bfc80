#include "model/diffusion/denoise.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Logits of one batch, in floats: sequences are looked at in groups so that wide vocabularies stay within
 * memory. */
static const int64_t BATCH_LOGITS = 16 << 20;
static const double TIME_LEAST = 1e-5;

struct batch {
    struct rows *rows;                /* [2 * count]: conditional branches, then unconditional ones */
    int32_t *ids, *places;            /* canvas rows behind condition rows, for each branch */
    int *wanted, *open;               /* open: places in the canvas; wanted: rows of the branch */
    float *logits;                    /* the workspace's */
    float **choice, **with, **scores; /* [open places of one sequence] */
};

struct denoise denoise_of(const struct framing *framing)
{
    return (struct denoise){ .framing = framing,
                             .process = process_find(framing->process),
                             .schedule = { .kind = schedule_find(framing->schedule),
                                           .range = { .sigma_min = framing->sigma_min,
                                                      .sigma_max = framing->sigma_max } },
                             .prediction = prediction_find(framing->prediction) };
}

struct process_noise denoise_noise(const struct denoise *denoise)
{
    return (struct process_noise){ .mask = denoise->framing->mask,
                                   .vocabulary = denoise->framing->vocabulary,
                                   .vectors = denoise->vectors };
}

void workspace_free(struct workspace *workspace)
{
    free(workspace->logits);
    free(workspace->derived);
    free(workspace->heated);
    free(workspace->room);
    free(workspace->level);
    *workspace = (struct workspace){ 0 };
}

static void batch_free(struct batch *batch)
{
    free(batch->rows);
    free(batch->ids);
    free(batch->places);
    free(batch->wanted);
    free(batch->open);
    free(batch->choice);
    free(batch->with);
    free(batch->scores);
}

static bool is_looked_at(const struct sequence *sequence, int place)
{
    return sequence->canvas.open[place] && place >= sequence->from && (!sequence->to || place < sequence->to);
}

static int count_looked_at(const struct sequence *sequence)
{
    int count = 0;
    for (int i = 0; i < sequence->canvas.size; i++)
        count += is_looked_at(sequence, i);
    return count;
}

/* How many sequences from `first` on go into one batch: at least one. */
static int batch_extent(const struct denoise *denoise, struct sequence *const *sequences, int count,
                        int first)
{
    int64_t floats = 0;
    int last = first;
    for (; last < count; last++) {
        floats += (int64_t)count_looked_at(sequences[last]) * denoise->framing->vocabulary *
                  (denoise->guidance.active ? 2 : 1);
        if (last > first && floats > BATCH_LOGITS)
            break;
    }
    return last;
}

static void reserve(float **buffer, size_t *room, size_t floats)
{
    if (*room < floats)
        *buffer = memory_grow(*buffer, room, floats, sizeof **buffer);
}

/* What is thought of a place that is not looked at: every piece is as likely. */
static float *level_row(const struct denoise *denoise)
{
    int32_t vocabulary = denoise->framing->vocabulary;
    struct workspace *work = denoise->workspace;
    reserve(&work->level, &work->level_room, (size_t)vocabulary);
    for (int32_t v = 0; v < vocabulary; v++)
        work->level[v] = -logf((float)vocabulary);
    return work->level;
}

static bool wants_scores(const struct denoise *denoise)
{
    return denoise->sampler && denoise->sampler->scores;
}

static struct batch batch_new(const struct denoise *denoise, struct sequence *const *sequences, int first,
                              int last)
{
    size_t rows = 0, open = 0, wanted = 0, branches = denoise->guidance.active ? 2 : 1;
    for (int i = first; i < last; i++) {
        rows += (size_t)(denoise->guidance.condition.count + sequences[i]->canvas.size);
        open += (size_t)canvas_open(&sequences[i]->canvas);
        wanted += (size_t)count_looked_at(sequences[i]);
    }
    struct workspace *work = denoise->workspace;
    size_t vocabulary = (size_t)denoise->framing->vocabulary, floats = branches * wanted * vocabulary;
    reserve(&work->logits, &work->logits_room, floats);
    if (denoise->prediction->scores || wants_scores(denoise)) {
        reserve(&work->derived, &work->derived_room, floats);
        reserve(&work->room, &work->room_room, vocabulary);
    }
    return (struct batch){
        .rows = memory_new(branches * (size_t)(last - first), sizeof(struct rows)),
        .ids = memory_new(branches * rows, sizeof(int32_t)),
        .places = memory_new(branches * rows, sizeof(int32_t)),
        .wanted = memory_new(branches * wanted, sizeof(int)),
        .open = memory_new(open, sizeof(int)),
        .logits = work->logits,
        .choice = memory_new(open, sizeof(float *)),
        .with = memory_new(open, sizeof(float *)),
        .scores = memory_new(open, sizeof(float *)),
    };
}

/* One branch: condition rows, then the canvas; its open places are wanted. */
static struct rows lay_branch(const struct denoise *denoise, const struct sequence *sequence, int side,
                              int32_t *ids, int32_t *positions, int *wanted)
{
    const struct canvas *canvas = &sequence->canvas;
    const int32_t *front = side ? denoise->guidance.condition.without : denoise->guidance.condition.with;
    int k = denoise->guidance.condition.count, wanted_count = 0;
    if (k) {
        memcpy(ids, front, (size_t)k * sizeof *ids);
        memcpy(positions, denoise->guidance.condition.positions, (size_t)k * sizeof *positions);
    }
    for (int i = 0; i < canvas->size; i++) {
        ids[k + i] = canvas->ids[i];
        positions[k + i] = canvas->positions[i];
        if (is_looked_at(sequence, i))
            wanted[wanted_count++] = k + i;
    }
    return (struct rows){ .ids = ids,
                          .positions = positions,
                          .count = k + canvas->size,
                          .wanted = wanted,
                          .wanted_count = wanted_count,
                          .cache = sequence->caches[side],
                          .window_first = sequence->window_first,
                          .window_end = sequence->window_end };
}

/* Noise accumulated where a sequence stands; at its very end a little is left, as in training. */
static double sigma_of(const struct denoise *denoise, const struct sequence *sequence)
{
    double t = sequence->t > TIME_LEAST ? sequence->t : TIME_LEAST;
    return schedule_sigma(&denoise->schedule, t);
}

static float time_input(const struct denoise *denoise, const struct sequence *sequence)
{
    switch (denoise->framing->time) {
    case TIME_KIND_SIGMA:
        return (float)sigma_of(denoise, sequence);
    case TIME_KIND_STEP:
        return (float)sequence->steps;
    case TIME_KIND_LEVEL:
        return (float)(sequence->t * denoise->framing->time_levels);
    case TIME_KIND_NONE:
    case TIME_KIND_PROCESS:
        break;
    }
    return 0;
}

static int batch_fill(struct batch *batch, const struct denoise *denoise, struct sequence *const *sequences,
                      int first, int last)
{
    int branches = 0, row = 0, want = 0;
    for (int side = 0; side < (denoise->guidance.active ? 2 : 1); side++) {
        for (int i = first; i < last; i++) {
            struct rows *rows = &batch->rows[branches++];
            *rows = lay_branch(denoise, sequences[i], side, batch->ids + row, batch->places + row,
                               batch->wanted + want);
            rows->time = time_input(denoise, sequences[i]);
            if (sequences[i]->state)
                denoise->process->lay(sequences[i]->state, &sequences[i]->canvas, sequences[i]->t, side,
                                      rows);
            row += rows->count;
            want += rows->wanted_count;
        }
    }
    return branches;
}

/* log p(x0) from log scores: the posterior of the whole way back, in which the mask is no answer. */
static void probabilities_of_scores(const struct denoise *denoise, const float *scores, int32_t id,
                                    double sigma, float *out)
{
    struct process_noise noise = denoise_noise(denoise);
    process_posterior(denoise->process, &noise, scores, id, sigma, out, denoise->workspace->room);
    if (noise.mask >= 0)
        out[noise.mask] = 0;
    log_weights(out, noise.vocabulary);
    log_softmax(out, noise.vocabulary);
}

/* One place: what it holds, the outputs of both branches (without: NULL where there is one), and as much room
 * for what comes of them. */
struct place_rows {
    int32_t id;
    double sigma;
    float *with, *without, *derived, *derived_without;
};

/* Of a network that gives scores: probabilities are derived. */
static void read_scores(const struct denoise *denoise, const struct place_rows *rows, struct batch *batch,
                        int k)
{
    batch->scores[k] = rows->with;
    batch->with[k] = batch->choice[k] = rows->derived;
    probabilities_of_scores(denoise, rows->with, rows->id, rows->sigma, rows->derived);
    if (!rows->without)
        return;
    int32_t vocabulary = denoise->framing->vocabulary;
    float scale = (float)denoise->guidance.scale;
    batch->choice[k] = rows->derived_without;
    probabilities_of_scores(denoise, rows->without, rows->id, rows->sigma, rows->derived_without);
    guidance_mix(&denoise->guidance, batch->choice[k], batch->with[k], batch->choice[k], vocabulary);
    log_softmax(batch->choice[k], vocabulary);
    for (int32_t v = 0; v < vocabulary; v++)
        rows->with[v] = rows->without[v] + scale * (rows->with[v] - rows->without[v]);
}

/* Of one that gives probabilities: scores are derived where they are wanted. */
static void read_probabilities(const struct denoise *denoise, const struct place_rows *rows,
                               struct batch *batch, int k)
{
    int32_t vocabulary = denoise->framing->vocabulary;
    batch->with[k] = batch->choice[k] = rows->with;
    if (rows->without) {
        batch->choice[k] = rows->without;
        guidance_mix(&denoise->guidance, rows->without, rows->with, rows->without, vocabulary);
        log_softmax(rows->without, vocabulary);
    }
    if (!wants_scores(denoise))
        return;
    struct process_noise noise = denoise_noise(denoise);
    batch->scores[k] = rows->derived;
    memcpy(rows->derived, batch->choice[k], (size_t)vocabulary * sizeof *rows->derived);
    denoise->process->score(&noise, rows->id, rows->sigma, rows->derived);
}

static void refuse(const struct denoise *denoise, float *row)
{
    for (int i = 0; i < denoise->refused_count; i++)
        row[denoise->refused[i]] = -INFINITY;
}

/* Rows of one sequence, read and guided. Its first row is number `first`; those of the other branch follow
 * `half` rows behind, 0 where there is none. */
static struct view make_view(const struct denoise *denoise, struct batch *batch, struct sequence *sequence,
                             int64_t first, int64_t half)
{
    int32_t vocabulary = denoise->framing->vocabulary;
    const struct canvas *canvas = &sequence->canvas;
    const struct prediction *prediction = denoise->prediction;
    struct process_noise noise = denoise_noise(denoise);
    struct place_rows rows = { .sigma = sigma_of(denoise, sequence) };
    float *level = sequence->to || sequence->from ? level_row(denoise) : NULL;
    int count = 0;
    for (int i = 0; i < canvas->size; i++)
        if (canvas->open[i])
            batch->open[count++] = i;
    if (sequence->state && half) {
        denoise->process->mix(sequence->state, count, denoise->guidance.scale);
        half = 0;
    }
    for (int k = 0; k < count; k++) {
        if (!is_looked_at(sequence, batch->open[k])) {
            batch->with[k] = batch->choice[k] = batch->scores[k] = level;
            continue;
        }
        int64_t at = first++ * vocabulary, other = at + half * vocabulary;
        rows.id = canvas->ids[batch->open[k]];
        rows.with = batch->logits + at;
        rows.without = half ? batch->logits + other : NULL;
        rows.derived = denoise->workspace->derived + at;
        rows.derived_without = denoise->workspace->derived + other;
        if (sequence->state)
            denoise->process->say(sequence->state, k, batch->open[k], rows.with);
        refuse(denoise, rows.with);
        prediction->read(&noise, rows.id, rows.sigma, rows.with);
        if (half) {
            refuse(denoise, rows.without);
            prediction->read(&noise, rows.id, rows.sigma, rows.without);
        }
        (prediction->scores ? read_scores : read_probabilities)(denoise, &rows, batch, k);
    }
    return (struct view){ .sequence = sequence,
                          .places = batch->open,
                          .count = count,
                          .vocabulary = vocabulary,
                          .choice = (const float *const *)batch->choice,
                          .with = (const float *const *)batch->with,
                          .scores = wants_scores(denoise) ? (const float *const *)batch->scores : NULL };
}

static bool predict(const struct denoise *denoise, const struct batch *batch, int branches,
                    struct lacuna_error *error)
{
    if (denoise->predict)
        return denoise->predict(denoise->user, batch->rows, branches, batch->logits);
    return denoiser_step(denoise->session, batch->rows, branches, batch->logits, denoise->cancel, error);
}

/* A look that only asks the network may do without a process. */
static bool has_states(const struct denoise *denoise)
{
    return denoise->process && denoise->process->open;
}

void denoise_open_states(const struct denoise *denoise, struct sequence *const *sequences, int count,
                         bool *opened)
{
    struct process_noise noise = denoise_noise(denoise);
    for (int i = 0; i < count && has_states(denoise); i++) {
        struct draws own = draws_random(&sequences[i]->random);
        opened[i] = !sequences[i]->state;
        if (opened[i])
            sequences[i]->state = denoise->process->open(&sequences[i]->canvas, &noise,
                                                         sequences[i]->draws ? sequences[i]->draws : &own);
    }
}

void denoise_close_states(const struct denoise *denoise, struct sequence *const *sequences, int count,
                          const bool *opened)
{
    for (int i = 0; i < count && has_states(denoise); i++) {
        if (!opened[i])
            continue;
        denoise->process->close(sequences[i]->state);
        sequences[i]->state = NULL;
    }
}

bool denoise_look(const struct denoise *denoise, struct sequence *const *sequences, int count,
                  void (*look)(void *user, int index, const struct view *view), void *user,
                  struct lacuna_error *error)
{
    bool fine = true, *opened = memory_new((size_t)count, sizeof *opened);
    denoise_open_states(denoise, sequences, count, opened);
    for (int first = 0, last; first < count && fine; first = last) {
        last = batch_extent(denoise, sequences, count, first);
        struct batch batch = batch_new(denoise, sequences, first, last);
        int branches = batch_fill(&batch, denoise, sequences, first, last);
        fine = denoise->workspace->fresh || predict(denoise, &batch, branches, error);
        int64_t half = 0, at = 0;
        for (int i = first; i < last; i++)
            half += count_looked_at(sequences[i]);
        for (int i = first; i < last && fine; i++) {
            int64_t wanted = count_looked_at(sequences[i]);
            struct view view =
                make_view(denoise, &batch, sequences[i], at, denoise->guidance.active ? half : 0);
            if (view.count)
                look(user, i, &view);
            at += wanted;
            if (denoise->cancel && atomic_load(denoise->cancel))
                fine = fail(error, LACUNA_CANCELLED, "cancelled");
        }
        batch_free(&batch);
    }
    denoise_close_states(denoise, sequences, count, opened);
    free(opened);
    return fine;
}
