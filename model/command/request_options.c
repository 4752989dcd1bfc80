#include "model/command/request.h"

#include "model/base/memory.h"
#include "model/diffusion/sampler.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* "12:40" and nothing else. */
static bool split_pair(const char *text, int64_t high, int64_t *first, int64_t *second)
{
    const char *colon = strchr(text, ':');
    char left[24];
    if (!colon || colon - text >= (ptrdiff_t)sizeof left)
        return false;
    memcpy(left, text, (size_t)(colon - text));
    left[colon - text] = 0;
    return parse_whole(left, 0, high, first) && parse_whole(colon + 1, 0, high, second);
}

static bool is_span(const char *word)
{
    int64_t start, end;
    return split_pair(word, INT64_MAX, &start, &end);
}

const struct verb_option request_options[] = {
    { .name = "span",
      .kind = OPTION_LIST,
      .value = "A:B …",
      .joins = is_span,
      .help = "fill bytes A to B (B not included)" },
    { .name = "attribute",
      .kind = OPTION_TEXT,
      .value = "TEXT",
      .help = "\"formal past\", \"with: moon\": what the fill should be" },
    { .name = "guidance",
      .kind = OPTION_REAL,
      .value = "X",
      .low = -100,
      .high = 100,
      .help = "weight of the attribute (default: 2)" },
    { .name = "steps",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = REQUEST_STEPS_MAX,
      .help = "denoising steps (default: 8)" },
    { .name = "length",
      .kind = OPTION_TEXT,
      .value = "L",
      .help = "auto, N or A:B tokens, words:N or words:A:B, for each hole" },
    { .name = "keep",
      .kind = OPTION_LIST,
      .value = "WORD",
      .help = "a word that must appear; may be repeated" },
    { .name = "count",
      .kind = OPTION_WHOLE,
      .value = "K",
      .low = 1,
      .high = REQUEST_COUNT_MAX,
      .help = "alternatives (default: 1)" },
    { .name = "temperature",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 100,
      .help = "0: the most probable (default)" },
    { .name = "newlines", .kind = OPTION_FLAG, .help = "fills may hold line breaks" },
    { 0 },
};

const struct verb_option request_sampling[] = {
    { .name = "sampler",
      .kind = OPTION_TEXT,
      .value = "NAME",
      .help = "which places to reveal first (default: the model's own); see below" },
    { .name = "threshold",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1,
      .help = "probability from which on a piece is sure (default: the sampler's own)" },
    { .name = "top-p",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1,
      .help = "draw among the fewest pieces whose probabilities sum to more than X" },
    { .name = "top-k",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 0,
      .high = REQUEST_TOKENS_MAX,
      .help = "draw among the N best pieces" },
    { .name = "block",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 0,
      .high = REQUEST_TOKENS_MAX,
      .help = "reveal N tokens before those behind them (default: the sampler's own)" },
    { .name = "reveals",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 0,
      .high = REQUEST_TOKENS_MAX,
      .help = "tokens a step, where the sampler takes a fixed number" },
    { .name = "alg-temp",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 100,
      .help = "temperature of which places are revealed (default: 0, by rank alone)" },
    { .name = "early-exit",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1,
      .help = "approximate: decide the rest once the share X of the places is settled (default: 0, never)" },
    { 0 },
};

void request_samplers(FILE *out)
{
    fputs("\nSamplers:\n", out);
    for (const struct sampler *const *row = sampler_table; *row; row++)
        fprintf(out, "  %-21s %s\n", (*row)->name, (*row)->help);
}

bool request_parse_length(const char *text, struct lacuna_length *out, struct lacuna_error *error)
{
    if (strcmp(text, "auto") == 0) {
        *out = (struct lacuna_length){ LACUNA_AUTO, 0, 0 };
        return true;
    }
    bool words = strncmp(text, "words:", 6) == 0;
    const char *numbers = words ? text + 6 : text;
    int64_t low, high;
    if (parse_whole(numbers, 0, INT_MAX, &low))
        high = low;
    else if (!split_pair(numbers, INT_MAX, &low, &high))
        return fail(error, LACUNA_BAD_REQUEST, "length '%.60s' is none of auto, N, A:B, words:N, words:A:B",
                    text);
    if (low > high)
        return fail(error, LACUNA_BAD_REQUEST, "length '%.60s': the first number is larger than the second",
                    text);
    *out = (struct lacuna_length){ words ? LACUNA_WORDS : LACUNA_TOKENS, (int)low, (int)high };
    return true;
}

static size_t count_items(const struct call *call, const char *name)
{
    size_t count = 0;
    while (call_item(call, name, count))
        count++;
    return count;
}

static enum verb_status take_spans(struct request *request, const struct call *call)
{
    size_t count = count_items(call, "span");
    request->spans = memory_new(count + 1, sizeof *request->spans);
    for (size_t i = 0; i < count; i++) {
        int64_t start, end;
        if (!split_pair(call_item(call, "span", i), INT64_MAX, &start, &end))
            return call_misused(call, "--span takes two byte offsets A:B, not '%s'",
                                call_item(call, "span", i));
        request->spans[i] = (struct lacuna_span){ (size_t)start, (size_t)end };
    }
    request->body.spans = request->spans;
    request->body.span_count = count;
    return VERB_DONE;
}

static void take_keep(struct request *request, const struct call *call)
{
    size_t count = count_items(call, "keep");
    request->keep = memory_new(count + 1, sizeof *request->keep);
    for (size_t i = 0; i < count; i++)
        request->keep[i] = call_item(call, "keep", i);
    request->body.keep = request->keep;
    request->body.keep_count = count;
}

void request_take_sampling(struct lacuna_request *request, const struct call *call)
{
    request->sampler = call_text(call, "sampler");
    request->threshold = call_real(call, "threshold", 0);
    request->top_p = call_real(call, "top-p", 0);
    request->top_k = (int)call_whole(call, "top-k", 0);
    request->block_length = (int)call_whole(call, "block", 0);
    request->reveals = (int)call_whole(call, "reveals", 0);
    request->alg_temp = call_real(call, "alg-temp", 0);
    request->early_exit = call_real(call, "early-exit", 0);
}

enum verb_status request_from_call(struct request *request, const struct call *call)
{
    *request = (struct request){ .body = {
                                     .attribute = call_text(call, "attribute"),
                                     .guidance_set = call_has(call, "guidance"),
                                     .guidance = call_real(call, "guidance", 0),
                                     .steps = (int)call_whole(call, "steps", 0),
                                     .seed = call->seed,
                                     .count = (int)call_whole(call, "count", 0),
                                     .temperature = call_real(call, "temperature", 0),
                                     .newlines = call_has(call, "newlines"),
                                 } };
    request_take_sampling(&request->body, call);
    struct lacuna_error error;
    const char *length = call_text(call, "length");
    if (length && !request_parse_length(length, &request->body.length, &error))
        return call_misused(call, "--length: %s", error.message);
    take_keep(request, call);
    return take_spans(request, call);
}
