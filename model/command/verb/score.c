#include "model/command/inner.h"
#include "model/command/clean.h"
#include "model/command/input.h"
#include "model/infill/score.h"

#include <stdio.h>

static const struct verb_option options[] = {
    { .name = "samples",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 100000,
      .help = "masked copies of each window (default: 8)" },
    { 0 },
};

static void print_score(const char *file, const struct score *score)
{
    json_t *object = json_object();
    json_object_set_new(object, "file", clean_string(file, strlen(file)));
    json_object_set_new(object, "bytes", json_integer((json_int_t)score->bytes));
    json_object_set_new(object, "bits_per_byte", json_real(score->bits_per_byte));
    json_object_set_new(object, "samples", json_integer(score->samples));
    json_object_set_new(object, "tokens", json_integer((json_int_t)score->tokens));
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
    putchar('\n');
    fflush(stdout);
    json_decref(object);
}

static bool score_file(const struct call *call, const struct inner *inner, const char *file)
{
    struct lacuna_error error;
    size_t size;
    char *text = input_read(file, &size, &error);
    if (!text)
        return call_failed(call, "%s", error.message) == VERB_DONE;
    struct score score;
    bool done = score_text(inner->infill, inner->session, text, size, (int)call_whole(call, "samples", 0),
                           call->seed, NULL, &score, &error);
    free(text);
    if (done)
        print_score(file, &score);
    else
        call_failed(call, "%s: %s", file, error.message);
    return done;
}

static enum verb_status score_run(const struct call *call)
{
    struct inner inner;
    if (!inner_open(&inner, call))
        return VERB_FAILED;
    static const char *const standard[] = { "-" };
    const char *const *files = call->operand_count ? call->operands : standard;
    size_t count = call->operand_count ? call->operand_count : 1;
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += !score_file(call, &inner, files[i]);
    inner_close(&inner);
    return failed ? VERB_FAILED : VERB_DONE;
}

const struct verb verb_score = {
    .name = "score",
    .summary = "bits per byte of texts, an upper bound from the diffusion objective",
    .usage = "[FILE…]",
    .about = "One line of JSON a file. The bound is an average over randomly masked copies; more samples "
             "narrow it.",
    .options = options,
    .operand_high = -1,
    .run = score_run,
};
