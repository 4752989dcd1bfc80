#include "model/base/file.h"
#include "model/base/find_model.h"
#include "model/base/memory.h"
#include "model/command/choice.h"
#include "model/command/verb.h"
#include "model/train/carry.h"
#include "model/train/prepare.h"
#include "model/train/prepare_pairs.h"
#include "model/train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_file(const char *word)
{
    return word[0] != '-';
}

static const struct verb_option options[] = {
    { .name = "text",
      .value = "FILE…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "UTF-8 text to learn from (this or --pairs is needed)" },
    { .name = "pairs",
      .value = "FILE:NAME…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "lines \"source TAB target\" to learn to turn one into the other, for seq2seq; NAME is the "
              "attribute that asks for such targets" },
    { .name = "vocabulary",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 320,
      .high = 65536,
      .help = "pieces to learn from --pairs, at most (6144)" },
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
      .help = "tokens of a row (128; of a pair 256)" },
    { .name = "tokens",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 1e7,
      .help = "tokens of a step (2048; of pairs 4096)" },
    { .name = "rate",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 1e-8,
      .high = 1,
      .help = "learning rate (0.0003; of pairs 0.0015)" },
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

/* "FILE:NAME" -> path and attribute, both in `copies`, which is the caller's to free; false: there is no
 * colon. */
static bool read_pairs(const struct call *call, struct pair_file *files, char **copies, size_t *count)
{
    *count = 0;
    for (const char *item; *count < FILES_MAX && (item = call_item(call, "pairs", *count));) {
        char *copy = copies[*count] = memory_text(item, strlen(item)), *colon = strrchr(copy, ':');
        if (!colon || colon == copy || !colon[1])
            return (*count)++, false;
        *colon = 0;
        files[(*count)++] = (struct pair_file){ copy, colon + 1 };
    }
    return true;
}

/* Prepares the pairs in `data` and the model for their vocabulary in `init`. */
static bool prepare_for_pairs(const struct call *call, const char *model, const char *data, const char *init,
                              uint64_t *tokens, struct lacuna_error *error)
{
    struct pair_file *files = memory_new(FILES_MAX, sizeof *files);
    char **copies = memory_new(FILES_MAX, sizeof *copies);
    struct pair_preparation preparation = { .files = files,
                                            .vocabulary = (int)call_whole(call, "vocabulary", 6144),
                                            .begin = (int)call_whole(call, "length", 256) / 2,
                                            .folder = data };
    struct pair_counts counts = { 0 };
    bool fine = read_pairs(call, files, copies, &preparation.file_count) ||
                fail(error, LACUNA_BAD_REQUEST, "--pairs takes FILE:NAME, the name of an attribute");
    fine = fine && prepare_pairs(&preparation, &counts, error) && carry_model(model, data, init, error);
    *tokens = counts.tokens;
    if (fine && counts.left_out)
        fprintf(stderr, "%llu pairs are left out: longer than --length\n",
                (unsigned long long)counts.left_out);
    for (size_t i = 0; i < preparation.file_count; i++)
        free(copies[i]);
    free(copies);
    free(files);
    return fine;
}

static void read_numbers(const struct call *call, uint64_t tokens, struct training *t)
{
    bool pairs = call_has(call, "pairs");
    t->rows.length = (int)call_whole(call, "length", pairs ? 256 : 128);
    t->places = (int)call_whole(call, "tokens", pairs ? 4096 : 2048);
    double steps = call_real(call, "passes", 3.0) * (double)tokens / t->places;
    t->schedule.steps = call_whole(call, "steps", steps < STEPS_MIN ? STEPS_MIN : (long)steps);
    t->schedule.minutes = call_real(call, "minutes", 0.0);
    t->schedule.rate = call_real(call, "rate", pairs ? 1.5e-3 : 3e-4);
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
    char *model = find_model(call->model, NULL, error), *data = path_join(t->out, "data"),
         *init = path_join(t->out, "init");
    bool pairs = call_has(call, "pairs");
    uint64_t tokens = 0;
    bool fine = model && folder_make(t->out, error) &&
                (pairs ? prepare_for_pairs(call, model, data, init, &tokens, error)
                       : prepare(model, files, count, data, &tokens, error));
    if (fine) {
        t->init = pairs ? init : model;
        t->data = data;
        read_numbers(call, tokens, t);
        fine = train(t, error);
    }
    free(model);
    free(data);
    free(init);
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
    if (!t.out || !count == !call_has(call, "pairs"))
        return call_misused(call, "either --text FILE or --pairs FILE:NAME and --out FOLDER are needed");
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
    .usage = "--model NAME --text FILE… | --pairs FILE:NAME… --out FOLDER",
    .about = "The new model lies in the out folder: lacuna-model infill --model FOLDER. Paragraphs of the "
             "text are parted by\n"
             "blank lines, or by every line end in a file without blank lines. A twentieth of it is kept for "
             "validation.",
    .options = options,
    .run = finetune_run,
};
