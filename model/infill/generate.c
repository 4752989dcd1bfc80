#include "model/infill/generate.h"

#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/process.h"
#include "model/infill/fill.h"

#include <string.h>

enum { LENGTH_GUESS = 64 };

/* What draws from the model's distribution. */
static const char *sampler_name(const struct infill *infill, const struct generate_options *options)
{
    const struct process *process = process_find(infill_framing(infill)->process);
    return options->sampler ? options->sampler
           : process->moves ? process_sampler(process)->name
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

/* A request with nothing around its one hole. */
static struct lacuna_request make_request(const struct infill *infill, const struct generate_options *options,
                                          int index, const struct lacuna_span *hole)
{
    struct random random = random_new(options->seed, (uint64_t)index);
    int length = options->length > 0 ? options->length : drawn_length(infill, &random);
    struct lacuna_request request = { .text = "",
                                      .spans = hole,
                                      .span_count = 1,
                                      .attribute = options->attribute,
                                      .guidance_set = options->guidance_set,
                                      .guidance = options->guidance,
                                      .steps = options->steps > 0 ? options->steps : length,
                                      .seed = random_u64(&random),
                                      .length = { LACUNA_TOKENS, length, length },
                                      .temperature = options->temperature > 0 ? options->temperature : 1,
                                      .sampler = sampler_name(infill, options),
                                      .newlines = options->newlines,
                                      .early_exit = options->early_exit };
    if (options->words > 0)
        request.length = (struct lacuna_length){ LACUNA_WORDS, options->words, options->words };
    request.steps = request.steps < STEPS_MOST ? request.steps : STEPS_MOST;
    return request;
}

char *generate_text(const struct infill *infill, struct denoiser_session *session,
                    const struct generate_options *options, int index, const atomic_bool *cancel, int *steps,
                    struct lacuna_error *error)
{
    struct lacuna_span hole = { 0, 0 };
    struct lacuna_request request = make_request(infill, options, index, &hole);
    struct infill_watch watch = { .cancel = cancel };
    struct wish wish;
    if (!wish_new(&wish, infill, &request, error))
        return NULL;
    wish.sample = true;
    struct answer *answer = fill_run(infill, session, &wish, &watch, error);
    wish_free(&wish);
    if (!answer)
        return NULL;
    struct lacuna_answer *shown = answer_public(answer);
    char *text = memory_text(shown->alternatives[0].text, shown->alternatives[0].size);
    if (steps)
        *steps = shown->steps;
    infill_answer_free(shown);
    return text;
}
