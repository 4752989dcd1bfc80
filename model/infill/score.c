#include "model/infill/score.h"

#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/bound.h"
#include "model/diffusion/denoise.h"
#include "model/infill/open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Samples a text of one window gets, and what longer texts get at least. */
enum { SAMPLES_ALL = 64, SAMPLES_LEAST = 2, SAMPLES_MOST = 16 };

struct scorer {
    const struct infill *infill;
    struct denoiser_session *session;
    const atomic_bool *cancel;
    struct random random;
    struct denoise denoise; /* process, schedule and prediction */
    struct process_noise noise;
    int slots, vocabulary;
    int32_t *ids, *positions; /* [context] slots, then text */
    uint8_t *kinds;           /* 0 context, 1 hole or attribute */
    int *wanted, *order;      /* [context] */
    int32_t *noisy;           /* [context] the text with noise */
    double *begun;            /* [context] first number of each place */
    uint8_t *noised;          /* [context] where it is */
    float *logits;            /* [context, vocabulary] */
    float *room;              /* [2 vocabulary] */
    double nats;
};

static void scorer_free(struct scorer *scorer)
{
    free(scorer->ids);
    free(scorer->positions);
    free(scorer->kinds);
    free(scorer->wanted);
    free(scorer->order);
    free(scorer->noisy);
    free(scorer->noised);
    free(scorer->begun);
    free(scorer->logits);
    free(scorer->room);
}

static struct scorer scorer_new(const struct infill *infill, struct denoiser_session *session, uint64_t seed,
                                const atomic_bool *cancel)
{
    const struct framing *framing = infill_framing(infill);
    size_t length = (size_t)framing->context_length;
    struct denoise denoise = denoise_of(framing);
    return (struct scorer){ .infill = infill,
                            .session = session,
                            .cancel = cancel,
                            .random = random_new(seed, 0x5C0),
                            .denoise = denoise,
                            .noise = denoise_noise(&denoise),
                            .slots = framing->attribute_slots,
                            .vocabulary = framing->vocabulary,
                            .ids = memory_new(length, sizeof(int32_t)),
                            .positions = memory_new(length, sizeof(int32_t)),
                            .kinds = memory_new(length, 1),
                            .wanted = memory_new(length, sizeof(int)),
                            .order = memory_new(length, sizeof(int)),
                            .noisy = memory_new(length, sizeof(int32_t)),
                            .noised = memory_new(length, 1),
                            .begun = memory_new(length, sizeof(double)),
                            .room = memory_new(2 * (size_t)framing->vocabulary, sizeof(float)),
                            .logits = memory_new(length * (size_t)framing->vocabulary, sizeof(float)) };
}

static void shuffle(struct scorer *scorer, int count)
{
    for (int i = 0; i < count; i++)
        scorer->order[i] = i;
    for (int i = count - 1; i > 0; i--) {
        int other = (int)random_below(&scorer->random, (uint32_t)i + 1), kept = scorer->order[i];
        scorer->order[i] = scorer->order[other];
        scorer->order[other] = kept;
    }
}

/* Slots and text, of which the places of `noised` (NULL: none) are wanted; the time is told where the network
 * needs it. */
static bool look(struct scorer *scorer, const int32_t *text, int count, const uint8_t *noised, double t,
                 struct lacuna_error *error)
{
    const struct framing *framing = infill_framing(scorer->infill);
    double sigma = schedule_sigma(&scorer->denoise.schedule, t);
    float told = framing->time == TIME_KIND_SIGMA   ? (float)sigma
                 : framing->time == TIME_KIND_LEVEL ? (float)(t * framing->time_levels)
                                                    : 0;
    int slots = scorer->slots, wanted = 0;
    for (int i = 0; i < slots + count; i++) {
        scorer->ids[i] = i >= slots ? text[i - slots] : framing->none >= 0 ? framing->none : framing->pad;
        scorer->positions[i] = i;
        scorer->kinds[i] = i < slots || noised[i - slots];
        if (i >= slots && noised[i - slots])
            scorer->wanted[wanted++] = i;
    }
    struct rows rows = { .ids = scorer->ids,
                         .positions = scorer->positions,
                         .count = slots + count,
                         .wanted = scorer->wanted,
                         .wanted_count = wanted,
                         .time = told };
    if (!denoiser_forward(scorer->session, &rows, framing->context_apart ? scorer->kinds : NULL,
                          scorer->logits, scorer->cancel, error))
        return false;
    for (int k = 0; k < wanted; k++)
        scorer->denoise.prediction->read(&scorer->noise, scorer->ids[scorer->wanted[k]], sigma,
                                         scorer->logits + (int64_t)k * scorer->vocabulary);
    return true;
}

/* (count / m) * sum of what the places order[first … first + m - 1] cost, all masked at once. */
static bool add_sample(struct scorer *scorer, const int32_t *text, int count, int first, int m, double *nats,
                       struct lacuna_error *error)
{
    const struct noise_schedule *schedule = &scorer->denoise.schedule;
    double t = schedule_time(schedule, 1 - (double)m / count), sigma = schedule_sigma(schedule, t), sum = 0;
    memcpy(scorer->noisy, text, (size_t)count * sizeof *text);
    memset(scorer->noised, 0, (size_t)count);
    for (int k = first; k < first + m; k++) {
        scorer->noisy[scorer->order[k]] = scorer->noise.mask;
        scorer->noised[scorer->order[k]] = 1;
    }
    if (!look(scorer, scorer->noisy, count, scorer->noised, t, error))
        return false;
    for (int k = 0; k < m; k++)
        sum += bound_masked(scorer->denoise.prediction, &scorer->noise,
                            scorer->logits + (int64_t)k * scorer->vocabulary,
                            text[scorer->wanted[k] - scorer->slots], sigma);
    *nats += sum * count / m;
    return true;
}

/* Samples come in pairs from one shuffle: m places from its beginning, count + 1 - m from its end. */
static bool score_window(struct scorer *scorer, const int32_t *text, int count, int samples,
                         struct lacuna_error *error)
{
    double nats = 0;
    int pairs = samples / 2;
    for (int k = 0; k < pairs; k++) {
        int m = 1 + (int)(count * ((k + random_uniform_double(&scorer->random)) / pairs));
        m = m < count ? m : count;
        shuffle(scorer, count);
        if (!add_sample(scorer, text, count, 0, m, &nats, error) ||
            !add_sample(scorer, text, count, m - 1, count + 1 - m, &nats, error))
            return false;
    }
    scorer->nats += nats / (2 * pairs);
    return true;
}

/* ---- tokens that move */

/* How often a text of tokens that move is looked at for one look at masks: few of the noised texts cost much.
 */
enum { MOVING_MORE = 4 };

/* The text at t, and one look at all of it. Over the samples each place has its numbers evenly from [0,
 * 1): steps by the golden ratio from where it began. */
static bool look_at_noise(struct scorer *scorer, const int32_t *text, int count, int sample, double t,
                          struct lacuna_error *error)
{
    double sigma = schedule_sigma(&scorer->denoise.schedule, t);
    static const double GOLDEN = 0.61803398874989485;
    for (int i = 0; i < count; i++) {
        bool moved = fmod(scorer->begun[i] + sample * GOLDEN, 1) < -expm1(-sigma);
        scorer->noisy[i] =
            moved ? (int32_t)random_below(&scorer->random, (uint32_t)scorer->vocabulary) : text[i];
    }
    memset(scorer->noised, 1, (size_t)count);
    return look(scorer, scorer->noisy, count, scorer->noised, t, error);
}

static bool score_moving_window(struct scorer *scorer, const int32_t *text, int count, int samples,
                                struct lacuna_error *error)
{
    const struct noise_schedule *schedule = &scorer->denoise.schedule;
    const struct process *process = scorer->denoise.process;
    double nats = 0, first = schedule_sigma(schedule, 0), last = schedule_sigma(schedule, 1);
    samples *= MOVING_MORE;
    for (int i = 0; i < count; i++)
        scorer->begun[i] = random_uniform_double(&scorer->random);
    for (int k = 0; k < samples; k++) {
        double t = (k + random_uniform_double(&scorer->random)) / samples, sum = 0;
        double sigma = schedule_sigma(schedule, t);
        if (!look_at_noise(scorer, text, count, k, t, error))
            return false;
        for (int i = 0; i < count; i++)
            sum +=
                bound_score_entropy(process, &scorer->noise, scorer->logits + (int64_t)i * scorer->vocabulary,
                                    scorer->noisy[i], text[i], sigma, scorer->room);
        nats += sum * schedule_noise_rate(schedule, t) / samples;
    }
    for (int i = 0; i < count; i++)
        nats += bound_prior(process, &scorer->noise, text[i], last, scorer->room);
    if (first > 0 && !look_at_noise(scorer, text, count, samples, 0, error))
        return false;
    for (int i = 0; i < count && first > 0; i++)
        nats += bound_left(process, &scorer->noise, scorer->logits + (int64_t)i * scorer->vocabulary,
                           scorer->noisy[i], text[i], first, scorer->room);
    scorer->nats += nats;
    return true;
}

bool score_text(const struct infill *infill, struct denoiser_session *session, const char *text, size_t size,
                int samples, uint64_t seed, const atomic_bool *cancel, struct score *out,
                struct lacuna_error *error)
{
    struct ids ids = { 0 };
    *out = (struct score){ .bytes = size };
    if (!tokenizer_encode(infill_tokenizer(infill), text, size, false, &ids, error)) {
        ids_free(&ids);
        return false;
    }
    size_t window = (size_t)(infill_framing(infill)->context_length - infill_slots(infill));
    size_t windows = (ids.count + window - 1) / window;
    if (samples <= 0) {
        samples = windows ? (int)(SAMPLES_ALL / windows) : SAMPLES_LEAST;
        samples = samples > SAMPLES_MOST ? SAMPLES_MOST : samples < SAMPLES_LEAST ? SAMPLES_LEAST : samples;
    }
    samples += samples % 2;
    struct scorer scorer = scorer_new(infill, session, seed, cancel);
    bool fine = true, moves = scorer.denoise.process->moves;
    for (size_t at = 0; at < ids.count && fine; at += window) {
        size_t count = ids.count - at < window ? ids.count - at : window;
        fine = (moves ? score_moving_window : score_window)(&scorer, ids.at + at, (int)count, samples, error);
    }
    out->samples = samples * (moves ? MOVING_MORE : 1);
    out->bits_per_byte = size ? scorer.nats / log(2) / (double)size : 0;
    scorer_free(&scorer);
    ids_free(&ids);
    if (fine && !isfinite(out->bits_per_byte))
        return fail(error, LACUNA_MODEL,
                    "the model computes values that are no numbers; its weights are spoilt");
    return fine;
}
