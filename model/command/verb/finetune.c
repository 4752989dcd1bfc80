#include "model/base/file.h"
#include "model/base/find_model.h"
#include "model/command/choice.h"
#include "model/command/verb.h"
#include "model/train/prepare.h"
#include "model/train/trainer.h"

#include <stdlib.h>

static bool is_file(const char *word)
{
    return word[0] != '-';
}

static const struct verb_option options[] = {
    { .name = "text",
      .value = "FILE…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "UTF-8 text to learn from (needed)" },
    { .name = "out",
      .value = "FOLDER",
      .kind = OPTION_TEXT,
      .help = "of the run and the new model (needed)" },
    { .name = "resume", .kind = OPTION_FLAG, .help = "go on with an interrupted run in the out folder" },
    { .name = "passes",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0.01,
      .high = 1e4,
      .help = "times over the text (3)" },
    { .name = "steps",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1e9,
      .help = "steps, instead of passes" },
    { .name = "minutes",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0.01,
      .high = 1e6,
      .help = "end after so many at the latest" },
    { .name = "length",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 4096,
      .help = "tokens of a row (128)" },
    { .name = "tokens",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 1e7,
      .help = "tokens of a step (2048)" },
    { .name = "rate",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 1e-8,
      .high = 1,
      .help = "learning rate (0.0003)" },
    { .name = "dropout",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 0.5,
      .help = "chance of dropout (0.1)" },
    { .name = "precision",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "of products: f32, or bf16 (twice as fast where the processor has it) (f32)" },
    { .name = "type",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "of the written weights: bf16, f16 or f32 (bf16)" },
    { 0 },
};

enum { FILES_MAX = 4096, STEPS_MIN = 10 };

static size_t list_files(const struct call *call, const char **files)
{
    size_t count = 0;
    for (const char *file; count < FILES_MAX && (file = call_item(call, "text", count));)
        files[count++] = file;
    return count;
}

/* Prepares the text with the model's own tokenizer and attributes in `folder`; *tokens: how many to learn
 * from. */
static bool prepare(const char *model, const char *const *files, size_t count, const char *folder,
                    uint64_t *tokens, struct lacuna_error *error)
{
    struct shape shape;
    struct checkpoint *checkpoint = checkpoint_open(model, error);
    if (!checkpoint)
        return false;
    char *tokenizer = path_join(model, "tokenizer.json");
    bool fine = shape_read(&shape, checkpoint, error);
    struct preparation preparation = {
        .files = files, .file_count = count, .tokenizer = tokenizer, .folder = folder
    };
    if (fine) {
        preparation.vocabulary = shape.vocabulary;
        preparation.attributes = json_object_get(checkpoint_config(checkpoint), "attributes");
        fine = prepare_text(&preparation, tokens, error);
    }
    free(tokenizer);
    checkpoint_close(checkpoint);
    return fine;
}

static void read_numbers(const struct call *call, uint64_t tokens, struct training *t)
{
    t->rows.length = (int)call_whole(call, "length", 128);
    t->places = (int)call_whole(call, "tokens", 2048);
    double steps = call_real(call, "passes", 3.0) * (double)tokens / t->places;
    t->schedule.steps = call_whole(call, "steps", steps < STEPS_MIN ? STEPS_MIN : (long)steps);
    t->schedule.minutes = call_real(call, "minutes", 0.0);
    t->schedule.rate = call_real(call, "rate", 3e-4);
    t->schedule.decay = DECAY_LINEAR;
    t->schedule.warmup = (int)(t->schedule.steps / 20 + 1);
    t->dropout = call_real(call, "dropout", 0.1);
    t->optimizer.average = 0.99f;
    t->validate = (int)(t->schedule.steps / 4 + 1);
    t->report = t->schedule.steps < 200 ? 5 : 20;
}

static bool run(const struct call *call, struct training *t, const char *const *files, size_t count,
                struct lacuna_error *error)
{
    char *model = find_model(call->model, NULL, error), *data = path_join(t->out, "data");
    uint64_t tokens = 0;
    bool fine = model && folder_make(t->out, error) && prepare(model, files, count, data, &tokens, error);
    if (fine) {
        t->init = model;
        t->data = data;
        read_numbers(call, tokens, t);
        fine = train(t, error);
    }
    free(model);
    free(data);
    return fine;
}

static enum verb_status finetune_run(const struct call *call)
{
    static const char *const types[] = { "bf16", "f16", "f32", NULL }, *const precisions[] = { "f32", "bf16",
                                                                                               NULL };
    static const enum dtype dtypes[] = { DTYPE_BF16, DTYPE_F16, DTYPE_F32 };
    const char *files[FILES_MAX];
    size_t count = list_files(call, files);
    int type = 0, precision = PRECISION_F32;
    struct training t = training_default();
    t.out = call_text(call, "out");
    t.resume = call_has(call, "resume");
    t.seed = call->seed;
    t.threads = call->threads;
    if (!t.out || !count)
        return call_misused(call, "--text FILE and --out FOLDER are needed");
    if (!call_choice(call, "type", types, &type) || !call_choice(call, "precision", precisions, &precision))
        return VERB_USAGE;
    t.type = dtypes[type];
    t.precision = (enum precision)precision;
    struct lacuna_error error = { 0 };
    if (run(call, &t, files, count, &error))
        return VERB_DONE;
    return error.code == LACUNA_BAD_REQUEST ? call_misused(call, "%s", error.message)
                                            : call_failed(call, "%s", error.message);
}

const struct verb verb_finetune = {
    .name = "finetune",
    .summary = "go on training a model on your own text",
    .usage = "--model NAME --text FILE… --out FOLDER",
    .about = "The new model lies in the out folder: lacuna-model infill --model FOLDER. Paragraphs of the "
             "text are parted by\n"
             "blank lines, or by every line end in a file without blank lines. A twentieth of it is kept for "
             "validation.",
    .options = options,
    .run = finetune_run,
};
