#include "model/infill/score.h"

#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/bound.h"
#include "model/infill/scorer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Samples a text of one window gets, and what longer texts get at least. */
enum { SAMPLES_ALL = 64, SAMPLES_LEAST = 2, SAMPLES_MOST = 16 };
/* Samples of each line, where texts are lines. */
enum { LINE_SAMPLES = 8 };

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

/* Whether the model knows texts as lines that END closes and PAD fills up. */
static bool is_of_lines(const struct framing *framing)
{
    return framing->closed && framing->padded && framing->eos >= 0 && framing->pad >= 0;
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
                            .front = framing->attribute_slots > 0                ? framing->attribute_slots
                                     : is_of_lines(framing) && framing->bos >= 0 ? 1
                                                                                 : 0,
                            .lines = is_of_lines(framing),
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

int scorer_room(const struct scorer *scorer)
{
    int room = infill_framing(scorer->infill)->context_length - scorer->front - scorer->lines;
    return room > 1 ? room : 1;
}

struct rows scorer_rows(struct scorer *scorer, const int32_t *text, int count, const uint8_t *noised,
                        float time)
{
    const struct framing *framing = infill_framing(scorer->infill);
    int front = scorer->front, past = front + count, wanted = 0;
    int total = scorer->lines ? framing->context_length : past;
    int32_t ahead = !framing->attribute_slots ? framing->bos
                    : framing->none >= 0      ? framing->none
                                              : framing->pad;
    for (int i = 0; i < total; i++) {
        bool inside = i >= front && i < past;
        scorer->ids[i] = i < front   ? ahead
                         : inside    ? text[i - front]
                         : i == past ? framing->eos
                                     : framing->pad;
        scorer->positions[i] = i;
        scorer->kinds[i] = i < front || (inside && noised[i - front]);
        if (inside && noised[i - front])
            scorer->wanted[wanted++] = i;
    }
    return (struct rows){ .ids = scorer->ids,
                          .positions = scorer->positions,
                          .count = total,
                          .wanted = scorer->wanted,
                          .wanted_count = wanted,
                          .time = time };
}

/* What the network says of the places of `noised` in the text at time t, read as log scores or log p. */
static bool look(struct scorer *scorer, const int32_t *text, int count, const uint8_t *noised, double t,
                 struct lacuna_error *error)
{
    const struct framing *framing = infill_framing(scorer->infill);
    double sigma = schedule_sigma(&scorer->denoise.schedule, t);
    float told = framing->time == TIME_KIND_SIGMA   ? (float)sigma
                 : framing->time == TIME_KIND_LEVEL ? (float)(t * framing->time_levels)
                                                    : 0;
    struct rows rows = scorer_rows(scorer, text, count, noised, told);
    if (!denoiser_forward(scorer->session, &rows, framing->context_apart ? scorer->kinds : NULL,
                          scorer->logits, scorer->cancel, error))
        return false;
    for (int k = 0; k < rows.wanted_count; k++)
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
                            text[scorer->wanted[k] - scorer->front], sigma);
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
    for (int i = 0; i < count; i++)
        scorer->noised[i] = 1;
    if (!look(scorer, scorer->noisy, count, scorer->noised, t, error))
        return false;
    for (int i = 0; i < count && !scorer->denoise.prediction->scores; i++)
        scorer->denoise.process->score(&scorer->noise, scorer->noisy[i], sigma,
                                       scorer->logits + (int64_t)i * scorer->vocabulary);
    return true;
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

/* ---- windows and lines */

static bool score_part(struct scorer *scorer, const int32_t *text, int count, int samples,
                       struct lacuna_error *error)
{
    const struct framing *framing = infill_framing(scorer->infill);
    if (framing->vectors.width && framing->vectors.steps < 1)
        return fail(error, LACUNA_MODEL, "the process %s has no bound on the likelihood", framing->process);
    return (framing->vectors.width           ? score_vectors
            : scorer->denoise.process->moves ? score_moving_window
                                             : score_window)(scorer, text, count, samples, error);
}

/* -log of the chance that a line has so many tokens, one more line of each length having been seen. */
static double length_cost(const struct scorer *scorer, size_t count)
{
    const json_t *lengths = json_object_get(checkpoint_config(infill_checkpoint(scorer->infill)), "lengths");
    double most = scorer_room(scorer), sum = most;
    for (size_t n = 1; n <= (size_t)most; n++)
        sum += json_number_value(json_array_get(lengths, n));
    return -log((json_number_value(json_array_get(lengths, count)) + 1) / sum);
}

/* The tokens in windows, each by itself. */
static bool score_ids(struct scorer *scorer, const struct ids *ids, int samples, struct lacuna_error *error)
{
    size_t window = (size_t)scorer_room(scorer);
    for (size_t at = 0; at < ids->count; at += window) {
        size_t count = ids->count - at < window ? ids->count - at : window;
        if (scorer->lines)
            scorer->nats += length_cost(scorer, count);
        if (!score_part(scorer, ids->at + at, (int)count, samples, error))
            return false;
    }
    return true;
}

static bool score_lines(struct scorer *scorer, const char *text, size_t size, int samples, struct score *out,
                        struct lacuna_error *error)
{
    bool fine = true;
    for (size_t at = 0; at < size && fine;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        struct ids ids = { 0 };
        fine = tokenizer_encode(infill_tokenizer(scorer->infill), text + at, length, false, &ids, error) &&
               score_ids(scorer, &ids, samples, error);
        out->tokens += ids.count;
        ids_free(&ids);
        at += length + 1;
    }
    return fine;
}

static bool score_whole(struct scorer *scorer, const char *text, size_t size, int *samples, struct score *out,
                        struct lacuna_error *error)
{
    struct ids ids = { 0 };
    bool fine = tokenizer_encode(infill_tokenizer(scorer->infill), text, size, false, &ids, error);
    size_t window = (size_t)scorer_room(scorer), windows = (ids.count + window - 1) / window;
    if (*samples <= 0) {
        *samples = windows ? (int)(SAMPLES_ALL / windows) : SAMPLES_LEAST;
        *samples = *samples > SAMPLES_MOST    ? SAMPLES_MOST
                   : *samples < SAMPLES_LEAST ? SAMPLES_LEAST
                                              : *samples;
    }
    *samples += *samples % 2;
    out->tokens = ids.count;
    fine = fine && score_ids(scorer, &ids, *samples, error);
    ids_free(&ids);
    return fine;
}

bool score_text(const struct infill *infill, struct denoiser_session *session, const char *text, size_t size,
                int samples, uint64_t seed, const atomic_bool *cancel, struct score *out,
                struct lacuna_error *error)
{
    *out = (struct score){ .bytes = size };
    struct scorer scorer = scorer_new(infill, session, seed, cancel);
    bool fine, moves = scorer.denoise.process->moves && !infill_framing(infill)->vectors.width;
    if (scorer.lines) {
        samples = samples > 0 ? samples + samples % 2 : LINE_SAMPLES;
        fine = score_lines(&scorer, text, size, samples, out, error);
    } else {
        fine = score_whole(&scorer, text, size, &samples, out, error);
    }
    out->samples = samples * (moves ? MOVING_MORE : 1);
    out->bits_per_byte = size ? scorer.nats / log(2) / (double)size : 0;
    scorer_free(&scorer);
    if (fine && !isfinite(out->bits_per_byte))
        return fail(error, LACUNA_MODEL,
                    "the model computes values that are no numbers; its weights are spoilt");
    return fine;
}
