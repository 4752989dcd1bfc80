#include "model/command/clean.h"
#include "model/command/inner.h"
#include "model/command/progress.h"
#include "model/command/request.h"
#include "model/infill/control.h"
#include "model/infill/generate.h"

#include <stdio.h>

static bool is_control(const char *word)
{
    return word[0] != '-' && strchr(word, '=');
}

static const struct verb_option options[] = {
    { .name = "length",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 100000,
      .help = "pieces of a sample (default: as in training where the model tells, else 64)" },
    { .name = "count",
      .kind = OPTION_WHOLE,
      .value = "K",
      .low = 1,
      .high = 1000000,
      .help = "samples (default: 1)" },
    { .name = "control",
      .kind = OPTION_LIST,
      .value = "KEY=VALUE …",
      .joins = is_control,
      .help = "food=Italian (any slot of the model), length=12 (words), pos=DET,NOUN,… (a tag a token)" },
    { .name = "attribute", .kind = OPTION_TEXT, .value = "TEXT", .help = "\"formal past\"" },
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
      .help = "denoising steps (default: one a piece; 200 where guides steer)" },
    { .name = "temperature", .kind = OPTION_REAL, .value = "X", .low = 0, .high = 100, .help = "default: 1" },
    { .name = "consensus",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 64,
      .help = "drawn for each sample, of which the one most like the others is written (default: 1)" },
    { 0 },
};

static void print_sample(const struct call *call, const char *text, int index, int steps)
{
    if (!call->json) {
        puts(text);
        return;
    }
    json_t *object = json_object();
    json_object_set_new(object, "index", json_integer(index));
    json_object_set_new(object, "text", clean_string(text, strlen(text)));
    json_object_set_new(object, "steps", json_integer(steps));
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static bool print_samples(const struct call *call, const struct inner *inner,
                          const struct generate_options *generate, struct lacuna_error *error)
{
    int count = (int)call_whole(call, "count", 1);
    struct progress progress = progress_start("generate");
    bool done = true;
    for (int i = 0; i < count && done; i++) {
        progress_show(&progress, (uint64_t)i, (uint64_t)count, NULL);
        int steps = 0;
        char *text = generate_text(inner->infill, inner->session, generate, i, NULL, &steps, error);
        progress_end(&progress);
        done = text != NULL;
        if (text)
            print_sample(call, text, i, steps);
        free(text);
        fflush(stdout);
        if (ferror(stdout))
            break;
    }
    return done;
}

static bool read_controls(const struct call *call, struct controls *controls, struct lacuna_error *error)
{
    const char *control;
    if (call_has(call, "attribute"))
        buffer_add_text(&controls->attribute, call_text(call, "attribute"));
    for (size_t i = 0; (control = call_item(call, "control", i)); i++)
        if (!controls_take(controls, control, error))
            return false;
    return controls_agree(controls, error);
}

static enum verb_status generate_run(const struct call *call)
{
    struct inner inner;
    if (!inner_open(&inner, call))
        return VERB_FAILED;
    struct lacuna_error error;
    struct controls controls;
    bool done = controls_open(&controls, inner.infill, &error) && read_controls(call, &controls, &error);
    struct generate_options generate = {
        .length = controls.tokens ? controls.tokens : (int)call_whole(call, "length", 0),
        .steps = (int)call_whole(call, "steps", 0),
        .temperature = call_real(call, "temperature", 0),
        .seed = call->seed,
        .attribute = controls.attribute.at,
        .guidance_set = call_has(call, "guidance"),
        .guidance = call_real(call, "guidance", 0),
        .consensus = (int)call_whole(call, "consensus", 1),
        .words = controls.words,
        .steering = controls.steering.count ? &controls.steering : NULL,
    };
    request_take_sampling(&generate.sampling, call);
    done = done && print_samples(call, &inner, &generate, &error);
    controls_free(&controls);
    inner_close(&inner);
    return done ? VERB_DONE : call_failed(call, "%s", error.message);
}

const struct verb verb_generate = {
    .name = "generate",
    .summary = "write samples from nothing, one a line",
    .usage = "",
    .options = options,
    .sampling = request_sampling,
    .more = request_samplers,
    .run = generate_run,
};
