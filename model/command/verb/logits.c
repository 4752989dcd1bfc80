#include "model/base/memory.h"
#include "model/command/inner.h"
#include "model/command/input.h"
#include "model/command/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct verb_option options[] = {
    { .name = "ids",
      .kind = OPTION_TEXT,
      .value = "IDS",
      .help = "token ids, parted by commas or blanks, in place of a text" },
    { .name = "time",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1e6,
      .help = "sigma or t, for models that have a time input" },
    { .name = "out",
      .kind = OPTION_TEXT,
      .value = "FILE",
      .help = "write to FILE (default: standard output)" },
    { 0 },
};

/* The ids of the call: --ids, or the text of the operand with its special tokens. */
static bool take_ids(const struct call *call, const struct inner *inner, struct ids *ids,
                     struct lacuna_error *error)
{
    if (call_has(call, "ids"))
        return tokens_parse(call_text(call, "ids"), ids, error) || fail_in(error, "--ids");
    if (infill_is_bare(inner->infill))
        return fail(error, LACUNA_MODEL, "the model has no tokenizer: give token ids with --ids");
    size_t size;
    char *text = input_read(call->operand_count ? call->operands[0] : NULL, &size, error);
    bool done = text && tokenizer_encode(infill_tokenizer(inner->infill), text, size, true, ids, error);
    free(text);
    return done;
}

static bool check_ids(const struct ids *ids, const struct framing *framing, struct lacuna_error *error)
{
    if (ids->count == 0)
        return fail(error, LACUNA_BAD_REQUEST, "there are no tokens");
    if (ids->count > (size_t)framing->context_length)
        return fail(error, LACUNA_TOO_LONG, "%zu tokens are more than the context of %d", ids->count,
                    (int)framing->context_length);
    for (size_t i = 0; i < ids->count; i++)
        if (ids->at[i] < 0 || ids->at[i] >= framing->vocabulary)
            return fail(error, LACUNA_BAD_REQUEST, "token %d is not below the vocabulary of %d",
                        (int)ids->at[i], (int)framing->vocabulary);
    return true;
}

static bool compute(const struct call *call, const struct inner *inner, const struct ids *ids, float *logits,
                    struct lacuna_error *error)
{
    int count = (int)ids->count;
    int32_t *positions = memory_new(ids->count, sizeof *positions);
    int *wanted = memory_new(ids->count, sizeof *wanted);
    for (int i = 0; i < count; i++) {
        positions[i] = i;
        wanted[i] = i;
    }
    struct rows rows = {
        .ids = ids->at,
        .positions = positions,
        .count = count,
        .wanted = wanted,
        .wanted_count = count,
        .time = (float)call_real(call, "time", 0),
    };
    bool done = denoiser_forward_raw(inner->session, &rows, NULL, logits, NULL, error);
    free(positions);
    free(wanted);
    return done;
}

static bool write_logits(const struct call *call, const float *logits, size_t length, int32_t vocabulary,
                         struct lacuna_error *error)
{
    struct tensor tensor = {
        .name = "logits",
        .type = DTYPE_F32,
        .rank = 2,
        .shape = { (int64_t)length, vocabulary, 1, 1 },
        .data = logits,
        .size = length * (size_t)vocabulary * sizeof *logits,
    };
    const char *out = call_text(call, "out");
    if (out && strcmp(out, "-") != 0)
        return safetensors_write(out, &tensor, 1, NULL, error);
    return safetensors_print(stdout, "standard output", &tensor, 1, NULL, error);
}

static enum verb_status logits_run(const struct call *call)
{
    if (!call_has(call, "out") && isatty(STDOUT_FILENO))
        return call_misused(call, "the logits are binary: give --out FILE or a pipe");
    if (call_has(call, "ids") && call->operand_count)
        return call_misused(call, "either --ids or a FILE, not both");
    struct inner inner;
    if (!inner_open_bare(&inner, call, true))
        return VERB_FAILED;
    struct lacuna_error error;
    const struct framing *framing = infill_framing(inner.infill);
    struct ids ids = { 0 };
    bool done = take_ids(call, &inner, &ids, &error) && check_ids(&ids, framing, &error);
    float *logits = done ? memory_new(ids.count * (size_t)framing->vocabulary, sizeof *logits) : NULL;
    done = done && compute(call, &inner, &ids, logits, &error) &&
           write_logits(call, logits, ids.count, framing->vocabulary, &error);
    free(logits);
    ids_free(&ids);
    inner_close(&inner);
    return done ? VERB_DONE : call_failed(call, "%s", error.message);
}

const struct verb verb_logits = {
    .name = "logits",
    .summary = "the network's logits for a text or for token ids, as safetensors",
    .usage = "[FILE]",
    .about = "One float32 tensor \"logits\" [length, vocabulary]; row i predicts position i, or position i + "
             "1 where\n"
             "`info` calls the model shifted. They are computed in float32, as with --exact. Special tokens "
             "written in the text (\"<mask>\") count as such.",
    .options = options,
    .operand_high = 1,
    .run = logits_run,
};
