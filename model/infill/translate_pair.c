/* Targets of a model of pairs.
 *
 * P(null at i) of a wholly masked canvas is the chance that the target is at most i pieces long. The
 * likeliest lengths are denoised together; each finished target is read once more, every PASSES-th piece
 * masked in turn. Taken is the likeliest one: by the mean of its pieces, as longer ones would lose otherwise,
 * MEAN_PIECES times, and by its length. */
#include "model/infill/translate_parts.h"

#include "model/base/memory.h"
#include "model/network/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTHS = 5, PASSES = 3, MEAN_PIECES = 8 };

struct run {
    const struct translation *translation;
    struct front front;
    struct ids refused;
    struct denoise denoise;
    struct workspace workspace;
    double *chance; /* [canvas + 1] of each length of the target */
    int canvas;
    struct sequence *sequences; /* [count] */
    double *priors;             /* [count] logarithms of the chance of the length */
    double *scores;             /* [count] sums of logarithms of the pieces */
    int count;
};

/* What no target holds: special tokens and pieces with control characters. */
static void refuse(struct run *run)
{
    const struct tokenizer *tokenizer = infill_tokenizer(run->translation->infill);
    for (int32_t id = 0; id < run->translation->framing->vocabulary; id++) {
        size_t size = 0;
        const char *piece = id < tokenizer_size(tokenizer) ? tokenizer_piece(tokenizer, id, &size) : NULL;
        bool plain = piece && size && !tokenizer_is_special(tokenizer, id);
        for (size_t i = 0; plain && i < size; i++)
            plain = (unsigned char)piece[i] >= ' ' && piece[i] != 127;
        if (!plain)
            ids_push(&run->refused, id);
    }
}

static bool set_context(const struct run *run, struct lacuna_error *error)
{
    const struct ids *source = &run->translation->source;
    int32_t *positions = memory_new(source->count, sizeof *positions);
    for (size_t i = 0; i < source->count; i++)
        positions[i] = PAIR_SLOTS + (int32_t)i;
    struct rows rows = { .ids = source->at, .positions = positions, .count = (int)source->count };
    bool fine = denoiser_context(run->translation->session, &rows, error);
    free(positions);
    return fine;
}

static void set_condition(struct run *run)
{
    run->denoise.workspace = &run->workspace;
    run->denoise.guidance.condition = (struct condition){ .with = run->front.with,
                                                          .without = run->front.without,
                                                          .positions = run->front.positions,
                                                          .count = run->front.count };
}

static struct sequence masked_sequence(const struct run *run, int length, uint64_t stream)
{
    const struct translate_options *options = run->translation->options;
    struct sequence sequence = { .canvas = canvas_new(length, run->translation->framing->target_position),
                                 .t = 1,
                                 .heat = options->temperature,
                                 .random = random_new(options->seed, stream) };
    struct process_noise noise = denoise_noise(&run->denoise);
    struct draws draws = draws_random(&sequence.random);
    run->denoise.process->begin(&sequence.canvas, &noise, &draws);
    return sequence;
}

/* ---- lengths */

static void read_lengths(void *user, int index, const struct view *view)
{
    (void)index;
    struct run *run = user;
    double before = 0;
    for (int length = 1; length <= run->canvas; length++) {
        double most = length < view->count ? exp(view->with[length][run->translation->framing->null]) : 1;
        most = most > before ? most : before;
        run->chance[length] = most - before;
        before = most;
    }
}

static bool look_at_lengths(struct run *run, struct lacuna_error *error)
{
    int begin = run->translation->framing->target_position;
    run->canvas = pair_canvas((int)run->translation->source.count, begin);
    run->chance = memory_new((size_t)run->canvas + 1, sizeof *run->chance);
    struct sequence sequence = masked_sequence(run, run->canvas, run->translation->stream), *one = &sequence;
    bool fine = denoise_look(&run->denoise, &one, 1, read_lengths, run, error);
    canvas_free(&sequence.canvas);
    return fine;
}

/* The likeliest length that is not taken; takes it. */
static int take_length(struct run *run, double *prior)
{
    int best = 1;
    for (int length = 2; length <= run->canvas; length++)
        if (run->chance[length] > run->chance[best])
            best = length;
    *prior = log(run->chance[best] + 1e-4);
    run->chance[best] = -1;
    return best;
}

/* ---- targets */

static bool run_lengths(struct run *run, struct lacuna_error *error)
{
    int wanted = run->translation->options->count > 0 ? run->translation->options->count : LENGTHS;
    int count = wanted < run->canvas ? wanted : run->canvas;
    run->sequences = memory_new((size_t)count, sizeof *run->sequences);
    run->priors = memory_new((size_t)count, sizeof *run->priors);
    struct sequence **sequences = memory_new((size_t)count, sizeof *sequences);
    for (int k = 0; k < count; k++) {
        run->sequences[k] =
            masked_sequence(run, take_length(run, &run->priors[k]), run->translation->stream + (uint64_t)k);
        sequences[k] = &run->sequences[k];
    }
    run->count = count;
    run->denoise.refused = run->refused.at;
    run->denoise.refused_count = (int)run->refused.count;
    bool fine = denoise_run(&run->denoise, sequences, count, error);
    free(sequences);
    return fine;
}

static void add_likelihood(void *user, int index, const struct view *view)
{
    struct run *run = user;
    const int32_t *truth = run->sequences[index / PASSES].canvas.ids;
    for (int k = 0; k < view->count; k++)
        run->scores[index / PASSES] += view->with[k][truth[view->places[k]]];
}

static bool score_targets(struct run *run, struct lacuna_error *error)
{
    int count = run->count * PASSES;
    struct sequence *masked = memory_new((size_t)count, sizeof *masked);
    struct sequence **sequences = memory_new((size_t)count, sizeof *sequences);
    struct process_noise noise = denoise_noise(&run->denoise);
    run->scores = memory_new((size_t)run->count, sizeof *run->scores);
    for (int i = 0; i < count; i++) {
        masked[i].canvas = canvas_copy(&run->sequences[i / PASSES].canvas);
        for (int place = i % PASSES; place < masked[i].canvas.size; place += PASSES)
            masked[i].canvas.open[place] = 1;
        struct draws draws = draws_random(&masked[i].random);
        run->denoise.process->begin(&masked[i].canvas, &noise, &draws);
        sequences[i] = &masked[i];
    }
    bool fine = denoise_look(&run->denoise, sequences, count, add_likelihood, run, error);
    for (int i = 0; i < count; i++)
        canvas_free(&masked[i].canvas);
    free(masked);
    free(sequences);
    return fine;
}

static char *choose(const struct run *run, struct lacuna_error *error)
{
    int best = 0;
    double most = -INFINITY;
    for (int k = 0; k < run->count; k++) {
        double mean = run->count > 1 ? run->scores[k] / run->sequences[k].canvas.size : 0;
        double score = MEAN_PIECES * mean + run->priors[k];
        if (score > most) {
            most = score;
            best = k;
        }
    }
    const struct canvas *canvas = &run->sequences[best].canvas;
    struct ids target = { 0 };
    ids_append(&target, canvas->ids, (size_t)canvas->size);
    char *text = translate_text(run->translation, &target, error);
    ids_free(&target);
    return text;
}

char *translate_pair(struct translation *translation, struct lacuna_error *error)
{
    struct run run = { .translation = translation };
    struct ids attributes = { 0 };
    refuse(&run);
    bool fine =
        translate_attributes(translation->infill, translation->options->attribute, &attributes, error) &&
        front_new(&run.front, translation->infill, &attributes, NULL, error) &&
        translate_denoise(translation, &run.denoise, error);
    if (fine) {
        set_condition(&run);
        fine = set_context(&run, error) && look_at_lengths(&run, error) && run_lengths(&run, error) &&
               (run.count < 2 || score_targets(&run, error));
    }
    char *text = fine ? choose(&run, error) : NULL;
    if (run.count)
        translate_count(translation, &run.sequences[0]);
    for (int k = 0; k < run.count; k++)
        canvas_free(&run.sequences[k].canvas);
    free(run.sequences);
    free(run.scores);
    free(run.priors);
    free(run.chance);
    ids_free(&run.refused);
    ids_free(&attributes);
    front_free(&run.front);
    workspace_free(&run.workspace);
    return text;
}
