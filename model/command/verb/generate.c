#include "model/command/clean.h"
#include "model/command/inner.h"
#include "model/command/progress.h"
#include "model/command/request.h"
#include "model/infill/generate.h"

#include "model/base/buffer.h"

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
      .help = "tense=past (any slot of the model), length=12 (words)" },
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
      .help = "denoising steps (default: one a piece)" },
    { .name = "temperature", .kind = OPTION_REAL, .value = "X", .low = 0, .high = 100, .help = "default: 1" },
    { .name = "sampler",
      .kind = OPTION_TEXT,
      .value = "NAME",
      .help = "which places to reveal first (default: ancestral); see below" },
    { .name = "early-exit",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1,
      .help = "approximate: decide the rest once the share X of the places is settled (default: 0, never)" },
    { 0 },
};

static bool has_attribute(const struct lacuna_description *model, const char *slot, size_t size,
                          const char *value)
{
    for (size_t i = 0; i < model->attribute_count; i++) {
        const struct lacuna_attribute *one = &model->attributes[i];
        if (strlen(one->slot) == size && memcmp(one->slot, slot, size) == 0 && strcmp(one->value, value) == 0)
            return true;
    }
    return false;
}

/* A control becomes a value of the attribute prompt, or a number of words. */
static bool take_control(const char *control, const struct lacuna_description *model,
                         struct buffer *attribute, struct generate_options *generate,
                         struct lacuna_error *error)
{
    const char *equals = strchr(control, '=');
    if (!equals || equals == control)
        return fail(error, LACUNA_BAD_REQUEST, "control '%s' is not KEY=VALUE", control);
    size_t size = (size_t)(equals - control);
    int64_t words;
    if (size == 6 && memcmp(control, "length", 6) == 0 && parse_whole(equals + 1, 1, 100000, &words)) {
        generate->words = (int)words;
        return true;
    }
    if (!has_attribute(model, control, size, equals + 1))
        return fail(error, LACUNA_ATTRIBUTE, "the model '%s' knows no control %s", model->name, control);
    buffer_print(attribute, "%s%s", attribute->size ? ", " : "", equals + 1);
    return true;
}

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

static enum verb_status generate_run(const struct call *call)
{
    struct inner inner;
    if (!inner_open(&inner, call))
        return VERB_FAILED;
    struct lacuna_error error;
    struct buffer attribute = { 0 };
    struct generate_options generate = {
        .length = (int)call_whole(call, "length", 0),
        .steps = (int)call_whole(call, "steps", 0),
        .temperature = call_real(call, "temperature", 0),
        .seed = call->seed,
        .guidance_set = call_has(call, "guidance"),
        .guidance = call_real(call, "guidance", 0),
        .sampler = call_text(call, "sampler"),
        .early_exit = call_real(call, "early-exit", 0),
    };
    if (call_has(call, "attribute"))
        buffer_add_text(&attribute, call_text(call, "attribute"));
    bool done = true;
    const char *control;
    for (size_t i = 0; done && (control = call_item(call, "control", i)); i++)
        done = take_control(control, infill_describe(inner.infill), &attribute, &generate, &error);
    generate.attribute = attribute.size ? attribute.at : NULL;
    done = done && print_samples(call, &inner, &generate, &error);
    buffer_free(&attribute);
    inner_close(&inner);
    return done ? VERB_DONE : call_failed(call, "%s", error.message);
}

const struct verb verb_generate = {
    .name = "generate",
    .summary = "write samples from nothing, one a line",
    .usage = "",
    .options = options,
    .more = request_samplers,
    .run = generate_run,
};
