#include "model/infill/generate.h"

#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/process.h"
#include "model/infill/consensus.h"
#include "model/infill/fill.h"
#include "model/infill/unicode.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* MARGIN: places that a context has beside a sample. */
enum { LENGTH_GUESS = 64, STEERED_STEPS = 200, LENGTH_ROUNDS = 6, SIGN_EVERY = 9, MARGIN = 8 };

/* What draws from the model's distribution. */
static const char *sampler_name(const struct infill *infill, const struct generate_options *options)
{
    const struct process *process = process_find(infill_framing(infill)->process);
    return options->sampling.sampler ? options->sampling.sampler
           : options->steering       ? "ancestral"
           : process->moves          ? process_sampler(process)->name
                                     : "ancestral";
}

/* A length as the model's training texts had them, where its configuration counts those: lengths[n] texts of
 * n pieces. */
static int drawn_length(const struct infill *infill, struct random *random)
{
    const json_t *lengths = json_object_get(checkpoint_config(infill_checkpoint(infill)), "lengths");
    double sum = 0;
    size_t n;
    const json_t *count;
    json_array_foreach(lengths, n, count) sum += json_number_value(count);
    double left = random_uniform_double(random) * sum;
    json_array_foreach(lengths, n, count)
    {
        left -= json_number_value(count);
        if (left < 0 && n > 0)
            return (int)n;
    }
    int half = (infill_framing(infill)->context_length + 1) / 2;
    return half < LENGTH_GUESS ? half : LENGTH_GUESS;
}

static bool moves_vectors(const struct infill *infill)
{
    return denoiser_rounding(infill_denoiser(infill));
}

/* Whole lines over whole words: the number of words follows from that of pieces but for a few signs. */
static bool writes_lines(const struct infill *infill)
{
    return json_is_true(json_object_get(checkpoint_config(infill_checkpoint(infill)), "lines"));
}

static int default_steps(const struct generate_options *options, int length)
{
    return options->steps > 0 ? options->steps : options->steering ? STEERED_STEPS : length;
}

/* A request with `before` in front of its one hole and nothing behind it, for so many pieces, or words where
 * `words` is above 0. */
static struct lacuna_request make_request(const struct infill *infill, const struct generate_options *options,
                                          const char *before, const struct lacuna_span *hole, int length,
                                          int words)
{
    struct lacuna_request request = options->sampling;
    request.text = before;
    request.size = strlen(before);
    request.spans = hole;
    request.span_count = 1;
    request.attribute = options->attribute;
    request.guidance_set = options->guidance_set;
    request.guidance = options->guidance;
    request.steps = default_steps(options, length);
    request.length = (struct lacuna_length){ LACUNA_TOKENS, length, length };
    request.temperature = options->temperature > 0 ? options->temperature : 1;
    request.sampler = sampler_name(infill, options);
    request.newlines = options->newlines;
    if (words > 0)
        request.length = (struct lacuna_length){ LACUNA_WORDS, words, words };
    request.steps = request.steps < STEPS_MOST ? request.steps : STEPS_MOST;
    return request;
}

struct drawing {
    const struct infill *infill;
    struct denoiser_session *session;
    const struct generate_options *options;
    const atomic_bool *cancel;
    struct random random;
    int steps; /* taken */
};

/* `before` and what is drawn behind it. `share`: of the steps; NULL: error. */
static char *draw_behind(struct drawing *drawing, const char *before, double share, int length, int words,
                         struct lacuna_error *error)
{
    struct lacuna_span hole = { strlen(before), strlen(before) };
    struct lacuna_request request =
        make_request(drawing->infill, drawing->options, before, &hole, length, words);
    struct infill_watch watch = { .cancel = drawing->cancel };
    struct wish wish;
    request.seed = random_u64(&drawing->random);
    if (drawing->options->steps > 0)
        request.steps = request.steps * share > 1 ? (int)(request.steps * share) : 1;
    if (!wish_new(&wish, drawing->infill, &request, error))
        return NULL;
    wish.sample = true;
    wish.steering = drawing->options->steering;
    struct answer *answer = fill_run(drawing->infill, drawing->session, &wish, &watch, error);
    wish_free(&wish);
    if (!answer)
        return NULL;
    struct lacuna_answer *shown = answer_public(answer);
    char *text = memory_text(shown->alternatives[0].text, shown->alternatives[0].size);
    drawing->steps += shown->steps;
    infill_answer_free(shown);
    return text;
}

/* Semi-autoregressive (MDLM, Sahoo et al. 2024, section 4.3): what does not fit into a context is written
 * stride by stride, each behind the text before it. */
static char *draw_strides(struct drawing *drawing, int length, struct lacuna_error *error)
{
    int stride = infill_framing(drawing->infill)->context_length / 2;
    char *text = memory_text("", 0);
    for (int left = length; text && left > 0; left -= stride) {
        int part = left < stride ? left : stride;
        char *longer = draw_behind(drawing, text, (double)part / length, part, 0, error);
        free(text);
        text = longer;
    }
    return text;
}

static char *draw_text(struct drawing *drawing, int length, int words, struct lacuna_error *error)
{
    const struct framing *framing = infill_framing(drawing->infill);
    bool long_text = length + framing->attribute_slots + MARGIN > framing->context_length;
    if (words <= 0 && long_text && !writes_lines(drawing->infill))
        return draw_strides(drawing, length, error);
    return draw_behind(drawing, "", 1, length, words, error);
}

/* How many of the pieces are words is known behind: texts of other numbers of pieces are drawn until one has
 * so many words, or the nearest one of a few, which is *off words away. */
static char *draw_words(struct drawing *drawing, int words, int *off, struct lacuna_error *error)
{
    char *best = NULL;
    const struct framing *framing = infill_framing(drawing->infill);
    int most = framing->context_length - framing->attribute_slots - 2;
    *off = INT_MAX;
    int pieces = words + (words + SIGN_EVERY / 2) / SIGN_EVERY;
    for (int round = 0; round<LENGTH_ROUNDS && * off> 0; round++) {
        pieces = pieces < 1 ? 1 : pieces < most ? pieces : most;
        char *text = draw_text(drawing, pieces, 0, error);
        if (!text) {
            free(best);
            return NULL;
        }
        int more = words - text_words(text, strlen(text));
        pieces += more;
        if (abs(more) < *off) {
            *off = abs(more);
            free(best);
            best = text;
            text = NULL;
        }
        free(text);
    }
    return best;
}

static char *draw_one(struct drawing *drawing, struct lacuna_error *error)
{
    const struct generate_options *options = drawing->options;
    bool vectors = moves_vectors(drawing->infill);
    if (options->words > 0 && options->length <= 0 && (vectors || writes_lines(drawing->infill))) {
        int off;
        char *text = draw_words(drawing, options->words, &off, error);
        if (!text || off == 0 || vectors)
            return text;
        free(text);
    }
    int length = options->length > 0 ? options->length : drawn_length(drawing->infill, &drawing->random);
    return draw_text(drawing, length, options->length > 0 ? 0 : options->words, error);
}

/* The text most like the others, taken out of texts [count]. */
static char *take_typical(const struct infill *infill, char **texts, int count, struct lacuna_error *error)
{
    struct ids *ids = memory_new((size_t)count, sizeof *ids);
    bool fine = true;
    for (int k = 0; k < count && fine; k++)
        fine = tokenizer_encode(infill_tokenizer(infill), texts[k], strlen(texts[k]), false, &ids[k], error);
    char *text = NULL;
    if (fine) {
        char **best = &texts[consensus_best(ids, (size_t)count)];
        text = *best;
        *best = NULL;
    }
    for (int k = 0; k < count; k++)
        ids_free(&ids[k]);
    free(ids);
    return text;
}

char *generate_text(const struct infill *infill, struct denoiser_session *session,
                    const struct generate_options *options, int index, const atomic_bool *cancel, int *steps,
                    struct lacuna_error *error)
{
    struct drawing drawing = { .infill = infill,
                               .session = session,
                               .options = options,
                               .cancel = cancel,
                               .random = random_new(options->seed, (uint64_t)index) };
    int count = options->consensus > 1 ? options->consensus : 1, drawn = 0;
    char **texts = memory_new((size_t)count, sizeof *texts), *text = NULL;
    while (drawn < count && (texts[drawn] = draw_one(&drawing, error)))
        drawn++;
    if (drawn == count)
        text = take_typical(infill, texts, count, error);
    for (int k = 0; k < drawn; k++)
        free(texts[k]);
    free(texts);
    if (steps)
        *steps = drawing.steps;
    return text;
}
