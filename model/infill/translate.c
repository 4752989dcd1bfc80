#include "model/infill/translate.h"

#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/infill/consensus.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 20 };

struct translation {
    const struct infill *infill;
    const struct framing *framing;
    const struct translate_options *options;
    struct ids source; /* with bos and eos */
    struct denoise denoise;
    struct vectors vectors;
    struct workspace workspace;
    struct sequence *sequences; /* [count] */
    int count;
};

static bool read_source(struct translation *translation, const char *line, size_t size,
                        struct lacuna_error *error)
{
    const struct framing *framing = translation->framing;
    struct ids *source = &translation->source;
    if (framing->bos >= 0)
        ids_push(source, framing->bos);
    if (!tokenizer_encode(infill_tokenizer(translation->infill), line, size, false, source, error))
        return false;
    size_t most = (size_t)framing->context_length / 2;
    if (source->count > most)
        source->count = most;
    if (framing->eos >= 0)
        ids_push(source, framing->eos);
    return true;
}

static bool set_vectors(struct translation *translation, struct lacuna_error *error)
{
    const struct rounding *rounding = denoiser_rounding(infill_denoiser(translation->infill));
    struct denoise *denoise = &translation->denoise;
    if (!rounding)
        return true;
    if (!vectors_prepare(&translation->vectors, translation->framing, rounding, denoise->steps, error))
        return false;
    translation->vectors.ddim = denoise->sampler->straight;
    translation->vectors.rounds = true;
    denoise->vectors = &translation->vectors;
    denoise->steps = translation->vectors.steps;
    return true;
}

static bool set_denoise(struct translation *translation, struct denoiser_session *session,
                        const atomic_bool *cancel, struct lacuna_error *error)
{
    const struct translate_options *options = translation->options;
    struct denoise *denoise = &translation->denoise;
    *denoise = denoise_of(translation->framing);
    denoise->session = session;
    denoise->sampler = options->sampler ? sampler_find(options->sampler) : process_sampler(denoise->process);
    denoise->steps = options->steps > 0 ? options->steps : STEPS;
    denoise->settings.early_exit = options->early_exit;
    denoise->workspace = &translation->workspace;
    denoise->cancel = cancel;
    if (!denoise->sampler)
        return fail(error, LACUNA_BAD_REQUEST, "unknown sampler '%s'", options->sampler);
    return process_suits(denoise->process, denoise->sampler, error) && set_vectors(translation, error);
}

/* A canvas over the whole context; the target's places are open. */
static void lay_sequence(const struct translation *translation, struct sequence *sequence, uint64_t stream)
{
    const struct translate_options *options = translation->options;
    int length = translation->framing->context_length, given = (int)translation->source.count;
    struct process_noise noise = denoise_noise(&translation->denoise);
    *sequence = (struct sequence){ .canvas = canvas_new(length, 0),
                                   .t = 1,
                                   .heat = translation->denoise.vectors ? 0 : options->temperature,
                                   .random = random_new(options->seed, stream) };
    memset(sequence->canvas.open, 0, (size_t)given);
    memcpy(sequence->canvas.ids, translation->source.at, (size_t)given * sizeof *sequence->canvas.ids);
    struct draws draws = draws_random(&sequence->random);
    translation->denoise.process->begin(&sequence->canvas, &noise, &draws);
}

static bool run_sequences(struct translation *translation, uint64_t index, struct lacuna_error *error)
{
    int count = translation->options->count > 0 ? translation->options->count : 1;
    translation->sequences = memory_new((size_t)count, sizeof *translation->sequences);
    struct sequence **sequences = memory_new((size_t)count, sizeof *sequences);
    for (int k = 0; k < count; k++) {
        sequences[k] = &translation->sequences[k];
        lay_sequence(translation, sequences[k], index * (uint64_t)count + (uint64_t)k);
    }
    translation->count = count;
    bool fine = denoise_run(&translation->denoise, sequences, count, error);
    free(sequences);
    return fine;
}

/* The target up to its end. */
static struct ids target_of(const struct translation *translation, const struct sequence *sequence)
{
    const struct framing *framing = translation->framing;
    struct ids target = { 0 };
    for (int i = (int)translation->source.count; i < sequence->canvas.size; i++) {
        int32_t id = sequence->canvas.ids[i];
        if (id == framing->eos || id == framing->pad)
            break;
        if (id != framing->bos && id != framing->mask)
            ids_push(&target, id);
    }
    return target;
}

static char *decode(const struct translation *translation, const struct ids *ids, struct lacuna_error *error)
{
    size_t size;
    char *text =
        tokenizer_decode(infill_tokenizer(translation->infill), ids->at, ids->count, false, &size, error);
    for (size_t i = 0; text && i < size; i++)
        if ((unsigned char)text[i] < ' ')
            text[i] = ' ';
    return text;
}

static char *choose(const struct translation *translation, struct lacuna_error *error)
{
    size_t count = (size_t)translation->count;
    struct ids *targets = memory_new(count, sizeof *targets);
    for (size_t k = 0; k < count; k++)
        targets[k] = target_of(translation, &translation->sequences[k]);
    char *text = decode(translation, &targets[consensus_best(targets, count)], error);
    for (size_t k = 0; k < count; k++)
        ids_free(&targets[k]);
    free(targets);
    return text;
}

char *translate_line(const struct infill *infill, struct denoiser_session *session,
                     const struct translate_options *options, const char *line, size_t size, uint64_t index,
                     const atomic_bool *cancel, int *steps, struct lacuna_error *error)
{
    struct translation translation = { .infill = infill,
                                       .framing = infill_framing(infill),
                                       .options = options };
    struct rows nothing = { 0 };
    bool fine = denoiser_context(session, &nothing, error) && read_source(&translation, line, size, error) &&
                set_denoise(&translation, session, cancel, error) &&
                run_sequences(&translation, index, error);
    char *text = fine ? choose(&translation, error) : NULL;
    if (text && steps)
        *steps = translation.sequences[0].steps;
    for (int k = 0; k < translation.count; k++)
        canvas_free(&translation.sequences[k].canvas);
    free(translation.sequences);
    ids_free(&translation.source);
    vectors_free(&translation.vectors);
    workspace_free(&translation.workspace);
    return text;
}
