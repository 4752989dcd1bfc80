#include "model/infill/translate_parts.h"

#include "model/base/memory.h"
#include "model/infill/consensus.h"

#include <stdlib.h>
#include <string.h>

struct run {
    const struct translation *translation;
    struct ids given; /* the source with bos and eos */
    struct denoise denoise;
    struct vectors vectors;
    struct workspace workspace;
    struct sequence *sequences; /* [count] */
    int count;
};

/* Attributes or bos, the source, its end, and what leads up to where targets begin. */
static bool give_source(struct run *run, struct lacuna_error *error)
{
    const struct translation *translation = run->translation;
    const struct framing *framing = translation->framing;
    const struct ids *source = &translation->source;
    if (framing->attribute_slots) {
        if (!translate_attributes(translation->infill, translation->options->attribute, &run->given, error))
            return false;
        while (run->given.count < (size_t)framing->attribute_slots)
            ids_push(&run->given, framing->none);
    } else if (framing->bos >= 0) {
        ids_push(&run->given, framing->bos);
    }
    ids_append(&run->given, source->at, source->count);
    if (framing->eos >= 0)
        ids_push(&run->given, framing->eos);
    while (framing->pad >= 0 && run->given.count < (size_t)framing->target_position)
        ids_push(&run->given, framing->pad);
    return true;
}

static bool set_vectors(struct run *run, struct lacuna_error *error)
{
    const struct rounding *rounding = denoiser_rounding(infill_denoiser(run->translation->infill));
    struct denoise *denoise = &run->denoise;
    if (!rounding)
        return true;
    if (!vectors_prepare(&run->vectors, run->translation->framing, rounding, denoise->steps, error))
        return false;
    run->vectors.ddim = denoise->sampler->straight;
    run->vectors.rounds = true;
    denoise->vectors = &run->vectors;
    denoise->steps = run->vectors.steps;
    return true;
}

/* A canvas over the whole context; the target's places are open. */
static void lay_sequence(const struct run *run, struct sequence *sequence, uint64_t stream)
{
    const struct translate_options *options = run->translation->options;
    int length = run->translation->framing->context_length, given = (int)run->given.count;
    struct process_noise noise = denoise_noise(&run->denoise);
    *sequence = (struct sequence){ .canvas = canvas_new(length, 0),
                                   .t = 1,
                                   .heat = run->denoise.vectors ? 0 : options->temperature,
                                   .random = random_new(options->seed, stream) };
    memset(sequence->canvas.open, 0, (size_t)given);
    memcpy(sequence->canvas.ids, run->given.at, (size_t)given * sizeof *sequence->canvas.ids);
    struct draws draws = draws_random(&sequence->random);
    run->denoise.process->begin(&sequence->canvas, &noise, &draws);
}

static bool run_sequences(struct run *run, struct lacuna_error *error)
{
    const struct translate_options *options = run->translation->options;
    int count = options->count > 0 ? options->count : 1;
    run->sequences = memory_new((size_t)count, sizeof *run->sequences);
    struct sequence **sequences = memory_new((size_t)count, sizeof *sequences);
    for (int k = 0; k < count; k++) {
        sequences[k] = &run->sequences[k];
        lay_sequence(run, sequences[k], run->translation->stream + (uint64_t)k);
    }
    run->count = count;
    bool fine = denoise_run(&run->denoise, sequences, count, error);
    free(sequences);
    return fine;
}

/* The target up to its end. */
static struct ids target_of(const struct run *run, const struct sequence *sequence)
{
    const struct framing *framing = run->translation->framing;
    struct ids target = { 0 };
    for (int i = (int)run->given.count; i < sequence->canvas.size; i++) {
        int32_t id = sequence->canvas.ids[i];
        if (id == framing->eos || id == framing->pad)
            break;
        if (id != framing->bos && id != framing->mask)
            ids_push(&target, id);
    }
    return target;
}

static char *choose(const struct run *run, struct lacuna_error *error)
{
    size_t count = (size_t)run->count;
    struct ids *targets = memory_new(count, sizeof *targets);
    for (size_t k = 0; k < count; k++)
        targets[k] = target_of(run, &run->sequences[k]);
    char *text = translate_words(run->translation, &targets[consensus_best(targets, count)], error);
    for (size_t k = 0; k < count; k++)
        ids_free(&targets[k]);
    free(targets);
    return text;
}

char *translate_canvas(struct translation *translation, struct lacuna_error *error)
{
    struct run run = { .translation = translation };
    struct rows nothing = { 0 };
    bool fine = give_source(&run, error) && denoiser_context(translation->session, &nothing, error) &&
                translate_denoise(translation, &run.denoise, error);
    run.denoise.workspace = &run.workspace;
    fine = fine && set_vectors(&run, error) && run_sequences(&run, error);
    char *text = fine ? choose(&run, error) : NULL;
    if (run.count)
        translate_count(translation, &run.sequences[0]);
    for (int k = 0; k < run.count; k++)
        canvas_free(&run.sequences[k].canvas);
    free(run.sequences);
    ids_free(&run.given);
    vectors_free(&run.vectors);
    workspace_free(&run.workspace);
    return text;
}
