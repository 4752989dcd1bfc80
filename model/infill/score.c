#include "model/infill/score.h"

#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/logits.h"
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
    int slots, vocabulary;
    int32_t *ids, *positions; /* [context] slots, then text */
    uint8_t *kinds;           /* 0 context, 1 hole or attribute */
    int *wanted, *order;      /* [context] */
    float *logits;            /* [context, vocabulary] */
    double nats;
};

static void scorer_free(struct scorer *scorer)
{
    free(scorer->ids);
    free(scorer->positions);
    free(scorer->kinds);
    free(scorer->wanted);
    free(scorer->order);
    free(scorer->logits);
}

static struct scorer scorer_new(const struct infill *infill, struct denoiser_session *session, uint64_t seed,
                                const atomic_bool *cancel)
{
    const struct framing *framing = infill_framing(infill);
    size_t length = (size_t)framing->context_length;
    return (struct scorer){ .infill = infill,
                            .session = session,
                            .cancel = cancel,
                            .random = random_new(seed, 0x5C0),
                            .slots = framing->attribute_slots,
                            .vocabulary = framing->vocabulary,
                            .ids = memory_new(length, sizeof(int32_t)),
                            .positions = memory_new(length, sizeof(int32_t)),
                            .kinds = memory_new(length, 1),
                            .wanted = memory_new(length, sizeof(int)),
                            .order = memory_new(length, sizeof(int)),
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

/* (count / m) * sum of -log p over the places order[first … first + m - 1], all masked at once. */
static bool add_sample(struct scorer *scorer, const int32_t *text, int count, int first, int m, double *nats,
                       struct lacuna_error *error)
{
    const struct framing *framing = infill_framing(scorer->infill);
    int slots = scorer->slots, wanted = 0;
    for (int i = 0; i < slots + count; i++) {
        scorer->ids[i] = i >= slots ? text[i - slots] : framing->none >= 0 ? framing->none : framing->pad;
        scorer->positions[i] = i;
        scorer->kinds[i] = i < slots;
    }
    for (int k = first; k < first + m; k++) {
        scorer->ids[slots + scorer->order[k]] = framing->mask;
        scorer->kinds[slots + scorer->order[k]] = 1;
    }
    for (int i = slots; i < slots + count; i++)
        if (scorer->kinds[i])
            scorer->wanted[wanted++] = i;
    struct rows rows = { .ids = scorer->ids,
                         .positions = scorer->positions,
                         .count = slots + count,
                         .wanted = scorer->wanted,
                         .wanted_count = wanted };
    if (!denoiser_forward(scorer->session, &rows, framing->context_apart ? scorer->kinds : NULL,
                          scorer->logits, scorer->cancel, error))
        return false;
    double sum = 0;
    for (int k = 0; k < wanted; k++) {
        const float *row = scorer->logits + (int64_t)k * scorer->vocabulary;
        sum += log_sum_exp(row, scorer->vocabulary) - row[text[scorer->wanted[k] - slots]];
    }
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
    bool fine = true;
    for (size_t at = 0; at < ids.count && fine; at += window) {
        size_t count = ids.count - at < window ? ids.count - at : window;
        fine = score_window(&scorer, ids.at + at, (int)count, samples, error);
    }
    out->samples = samples;
    out->bits_per_byte = size ? scorer.nats / log(2) / (double)size : 0;
    scorer_free(&scorer);
    ids_free(&ids);
    return fine;
}
