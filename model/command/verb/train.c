#include "model/base/file.h"
#include "model/command/choice.h"
#include "model/command/train_lines.h"
#include "model/command/verb.h"
#include "model/train/prepare.h"
#include "model/train/trainer.h"

#include <stdlib.h>

static bool is_file(const char *word)
{
    return word[0] != '-';
}

static const struct verb_option options[] = {
    { .name = "data",
      .value = "FOLDER",
      .kind = OPTION_TEXT,
      .help = "prepared text (this or --text is needed)" },
    { .name = "text",
      .value = "FILE…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "UTF-8 text, which is prepared in the folder data of the out folder" },
    { .name = "vocabulary",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 320,
      .high = 65536,
      .help = "pieces to learn from --text, at most (4096)" },
    { .name = "process",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "absorbing; uniform: scores of text of which words turned into others; gaussian, analog_bits: "
              "lines over whole words as vectors (absorbing)" },
    { .name = "words",
      .kind = OPTION_FLAG,
      .help = "lines of --text over whole words, not pieces: \"source TAB target\" are pairs, of which the "
              "target is written; always so where words are vectors" },
    { .name = "controls",
      .value = "FILE…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "lines over whole words with values in front, \"slot[value], slot[value] TAB text\", which "
              "then steer" },
    { .name = "tokenizer",
      .value = "FILE",
      .kind = OPTION_TEXT,
      .help = "words: the tokenizer.json whose words are the vocabulary (the text's own)" },
    { .name = "scores",
      .kind = OPTION_FLAG,
      .help = "absorbing: learn the scores of masked text (SEDD) instead of the pieces of holes" },
    { .name = "noise",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "scores: log_linear or geometric (log_linear); gaussian: sqrt, cosine, linear, … (sqrt); "
              "analog_bits: cosine or linear (cosine)" },
    { .name = "process-steps",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 2,
      .high = 100000,
      .help = "gaussian: steps of the process (2000)" },
    { .name = "vector-width",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1024,
      .help = "gaussian: numbers of a word's vector (16)" },
    { .name = "least",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1000000,
      .help = "words: how often one must occur to be in the vocabulary (2)" },
    { .name = "self-condition",
      .kind = OPTION_FLAG,
      .help = "vectors: the network reads its last prediction as well" },
    { .name = "predict-noise", .kind = OPTION_FLAG, .help = "gaussian: the network predicts the noise" },
    { .name = "out", .value = "FOLDER", .kind = OPTION_TEXT, .help = "of the run and its model (needed)" },
    { .name = "init", .value = "FOLDER", .kind = OPTION_TEXT, .help = "begin with this model's weights" },
    { .name = "resume",
      .kind = OPTION_FLAG,
      .help = "go on from the state in the out folder where there is one" },
    { .name = "leg",
      .kind = OPTION_FLAG,
      .help = "with --resume: schedule and average start again from here" },
    { .name = "preset",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "network: tiny, small (3M weights), cpu (10M) or gpu (cpu)" },
    { .name = "steps",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1e9,
      .help = "end after so many steps" },
    { .name = "places",
      .value = "N",
      .kind = OPTION_REAL,
      .low = 1,
      .high = 1e13,
      .help = "end after so many tokens" },
    { .name = "minutes",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0.01,
      .high = 1e6,
      .help = "end after so many minutes" },
    { .name = "length",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 4096,
      .help = "tokens of a row (256)" },
    { .name = "tokens",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 1e7,
      .help = "tokens of a step (8192)" },
    { .name = "part",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 1e6,
      .help = "tokens passed at a time, which decides the memory (2048)" },
    { .name = "causal",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 1,
      .help = "share of the run in which rows predict each next token (0)" },
    { .name = "uniform",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 1,
      .help = "share of rows masked anywhere instead of in holes (0.25)" },
    { .name = "flat",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 1,
      .help = "0: every row weighs the same; 1: every masked token (1)" },
    { .name = "optimizer", .value = "NAME", .kind = OPTION_TEXT, .help = "muon or adamw (muon)" },
    { .name = "rate",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 1e-8,
      .high = 1,
      .help = "learning rate (0.002)" },
    { .name = "warmup",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 0,
      .high = 1e6,
      .help = "steps until it is reached (100)" },
    { .name = "decay",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "how it falls: cosine, linear or none (cosine)" },
    { .name = "decay-share",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 1,
      .help = "last share of the run in which it falls (1)" },
    { .name = "weight-decay",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 10,
      .help = "of matrices (0.1)" },
    { .name = "clip",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 1e6,
      .help = "longest gradient, 0: any (1)" },
    { .name = "precision",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "of products: f32, or bf16 (twice as fast where the processor has it) (f32)" },
    { .name = "dropout",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 0.5,
      .help = "chance of dropout (0)" },
    { .name = "average",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 0.999999,
      .help = "decay of the averaged weights (0.999)" },
    { .name = "validate",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 0,
      .high = 1e9,
      .help = "steps between validations, 0: none (500)" },
    { .name = "validation-rows",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1e6,
      .help = "rows of one (128)" },
    { .name = "report",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1e6,
      .help = "steps between reports (20)" },
    { .name = "save",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0.01,
      .high = 1e6,
      .help = "minutes between checkpoints (10)" },
    { .name = "type",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "of the written weights: bf16, f16 or f32 (bf16)" },
    { .name = "record",
      .value = "FILE",
      .kind = OPTION_TEXT,
      .help = "write the rows of every step as lines of JSON" },
    { 0 },
};

static enum verb_status read_names(const struct call *call, struct training *t)
{
    static const char *const optimizers[] = { "adamw", "muon", NULL },
                             *const decays[] = { "cosine", "linear", "none", NULL },
                             *const types[] = { "bf16", "f16", "f32", NULL },
                             *const precisions[] = { "f32", "bf16", NULL };
    static const enum dtype dtypes[] = { DTYPE_BF16, DTYPE_F16, DTYPE_F32 };
    int optimizer = 1, decay = DECAY_COSINE, type = 0, precision = PRECISION_F32;
    if (!call_choice(call, "optimizer", optimizers, &optimizer) ||
        !call_choice(call, "decay", decays, &decay) || !call_choice(call, "type", types, &type) ||
        !call_choice(call, "precision", precisions, &precision))
        return VERB_USAGE;
    t->precision = (enum precision)precision;
    t->optimizer.muon = optimizer == 1;
    t->schedule.decay = (enum decay)decay;
    t->type = dtypes[type];
    if (call_has(call, "preset")) {
        const struct shape *shape = shape_preset(call_text(call, "preset"));
        if (!shape)
            return call_misused(call, "--preset is tiny, small, cpu or gpu");
        t->shape = *shape;
    }
    return VERB_DONE;
}

static void read_numbers(const struct call *call, struct training *t)
{
    t->schedule.steps = call_whole(call, "steps", 0);
    t->schedule.places = (int64_t)call_real(call, "places", 0);
    t->schedule.minutes = call_real(call, "minutes", 0);
    t->schedule.rate = call_real(call, "rate", t->schedule.rate);
    t->schedule.warmup = (int)call_whole(call, "warmup", t->schedule.warmup);
    t->schedule.decay_share = call_real(call, "decay-share", t->schedule.decay_share);
    t->rows.length = (int)call_whole(call, "length", t->rows.length);
    t->rows.uniform = call_real(call, "uniform", t->rows.uniform);
    t->places = (int)call_whole(call, "tokens", t->places);
    t->part = (int)call_whole(call, "part", t->part);
    t->causal = call_real(call, "causal", t->causal);
    t->flat = call_real(call, "flat", t->flat);
    t->dropout = call_real(call, "dropout", t->dropout);
    t->optimizer.decay = (float)call_real(call, "weight-decay", (double)t->optimizer.decay);
    t->optimizer.clip = (float)call_real(call, "clip", (double)t->optimizer.clip);
    t->optimizer.average = (float)call_real(call, "average", (double)t->optimizer.average);
    t->validate = (int)call_whole(call, "validate", t->validate);
    t->validation_rows = (int)call_whole(call, "validation-rows", t->validation_rows);
    t->report = (int)call_whole(call, "report", t->report);
    t->save_minutes = call_real(call, "save", t->save_minutes);
}

enum { FILES_MAX = 4096 };

/* Prepares the files of --text in `folder`, unless an earlier run has and this one resumes it. */
static bool prepare(const struct call *call, const char *out, const char *folder, struct lacuna_error *error)
{
    const char *files[FILES_MAX];
    size_t count = 0;
    for (const char *file; count < FILES_MAX && (file = call_item(call, "text", count));)
        files[count++] = file;
    char *meta = path_join(folder, "meta.json");
    bool ready = call_has(call, "resume") && file_exists(meta);
    free(meta);
    struct preparation preparation = { .files = files,
                                       .file_count = count,
                                       .folder = folder,
                                       .vocabulary = (int)call_whole(call, "vocabulary", 4096) };
    return ready || (folder_make(out, error) && prepare_text(&preparation, NULL, error));
}

/* --scores, or a process of which nothing else can be learnt. */
static enum verb_status read_scores(const struct call *call, const char *process, struct training *t)
{
    static const char *const noises[] = { "log_linear", "geometric", NULL };
    int noise = 0;
    t->process = process_find(process);
    if (!call_has(call, "scores") && !t->process->moves) {
        t->process = NULL;
        return VERB_DONE;
    }
    if (!call_choice(call, "noise", noises, &noise))
        return VERB_USAGE;
    t->noise = schedule_find(noises[noise]);
    return VERB_DONE;
}

static enum verb_status train_run(const struct call *call)
{
    static const char *const processes[] = { "absorbing", "uniform", "gaussian", "analog_bits", NULL };
    int process = 0;
    struct training t = training_default();
    t.data = call_text(call, "data");
    t.out = call_text(call, "out");
    t.init = call_text(call, "init");
    t.record = call_text(call, "record");
    t.resume = call_has(call, "resume");
    t.leg = call_has(call, "leg");
    t.seed = call->seed;
    t.threads = call->threads;
    bool text = call_has(call, "text") || call_has(call, "controls");
    if (!t.out || !t.data == !text)
        return call_misused(call, "--out FOLDER and either --data FOLDER or --text FILE are needed");
    enum verb_status status = read_names(call, &t);
    if (status != VERB_DONE)
        return status;
    read_numbers(call, &t);
    if (!call_choice(call, "process", processes, &process))
        return VERB_USAGE;
    if (train_wants_lines(call, processes[process]))
        return t.data ? call_misused(call, "words are trained on from --text FILE or --controls FILE")
                      : train_lines(call, processes[process], &t);
    if (read_scores(call, processes[process], &t) != VERB_DONE)
        return VERB_USAGE;
    struct lacuna_error error = { 0 };
    char *prepared = path_join(t.out, "data");
    bool fine = t.data || prepare(call, t.out, prepared, &error);
    t.data = t.data ? t.data : prepared;
    fine = fine && train(&t, &error);
    free(prepared);
    if (fine)
        return VERB_DONE;
    return error.code == LACUNA_BAD_REQUEST ? call_misused(call, "%s", error.message)
                                            : call_failed(call, "%s", error.message);
}

const struct verb verb_train = {
    .name = "train",
    .summary = "train a model on prepared text",
    .usage = "--data FOLDER | --text FILE… | --controls FILE… --out FOLDER",
    .about = "The out folder holds the model of the averaged weights, the state to resume from, log.jsonl "
             "and curve.svg.\n"
             "An interrupt saves and ends. Validation gives bits per byte on masked text, the loss in holes "
             "of words,\n"
             "phrases, one and several sentences, and how many one-word holes are guessed at once.",
    .options = options,
    .run = train_run,
};
