#include "model/command/clean.h"
#include "model/command/inner.h"
#include "model/command/input.h"
#include "model/command/request.h"
#include "model/infill/translate.h"

#include <stdio.h>

static const struct verb_option options[] = {
    { .name = "attribute",
      .kind = OPTION_TEXT,
      .value = "NAME",
      .help = "what to turn lines into, where the model has several (info lists its attributes)" },
    { .name = "steps",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = REQUEST_STEPS_MAX,
      .help = "denoising steps (default: 20)" },
    { .name = "count",
      .kind = OPTION_WHOLE,
      .value = "K",
      .low = 1,
      .high = 64,
      .help = "samples a line, of which the one most like the others is taken (default: 1); of a model of "
              "pairs: lengths, of which the likeliest text is taken (default: 5)" },
    { .name = "temperature", .kind = OPTION_REAL, .value = "X", .low = 0, .high = 100, .help = "default: 0" },
    { .name = "sampler",
      .kind = OPTION_TEXT,
      .value = "NAME",
      .help = "default: as the model's process has it" },
    { .name = "early-exit",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1,
      .help = "approximate: decide the rest once the share X of the places is settled (default: 0, never)" },
    { 0 },
};

static void print_target(const struct call *call, const char *text, int steps)
{
    if (!call->json) {
        puts(text);
    } else {
        json_t *object = json_object();
        json_object_set_new(object, "text", clean_string(text, strlen(text)));
        json_object_set_new(object, "steps", json_integer(steps));
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
    }
    fflush(stdout);
}

static bool turn_lines(const struct call *call, const struct inner *inner, struct lacuna_error *error)
{
    struct translate_options translate = { .attribute = call_text(call, "attribute"),
                                           .steps = (int)call_whole(call, "steps", 0),
                                           .count = (int)call_whole(call, "count", 0),
                                           .temperature = call_real(call, "temperature", 0),
                                           .sampler = call_text(call, "sampler"),
                                           .early_exit = call_real(call, "early-exit", 0),
                                           .seed = call->seed };
    struct lines lines;
    if (!translate_check(inner->infill, &translate, error) ||
        !lines_open(&lines, call->operand_count ? call->operands[0] : NULL, error))
        return false;
    bool done = true;
    error->code = LACUNA_OK;
    for (uint64_t index = 0; done && !ferror(stdout) && lines_next(&lines, error); index++) {
        int steps = 0;
        char *text = translate_line(inner->infill, inner->session, &translate, lines.line, lines.size, index,
                                    NULL, &steps, error);
        done = text;
        if (text)
            print_target(call, text, steps);
        free(text);
    }
    lines_close(&lines);
    return done && error->code == LACUNA_OK;
}

static enum verb_status seq2seq_run(const struct call *call)
{
    struct inner inner;
    struct lacuna_error error = { 0 };
    if (!inner_open(&inner, call))
        return VERB_FAILED;
    bool done = turn_lines(call, &inner, &error);
    inner_close(&inner);
    return done ? VERB_DONE : call_failed(call, "%s", error.message);
}

const struct verb verb_seq2seq = {
    .name = "seq2seq",
    .summary = "turn each line into another, as the model was trained to",
    .usage = "[FILE]",
    .about = "Exactly one line out for each line in, in order. FILE or standard input.",
    .options = options,
    .operand_high = 1,
    .run = seq2seq_run,
};
