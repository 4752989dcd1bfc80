#include "model/train/distill.h"
#include "model/base/memory.h"
#include "model/command/choice.h"
#include "model/command/verb.h"

#include <stdlib.h>

enum { TOKENS = 4096 };

static bool is_file(const char *word)
{
    return word[0] != '-';
}

static const struct verb_option options[] = {
    { .name = "teacher",
      .value = "FOLDER",
      .kind = OPTION_TEXT,
      .help = "model of lines to learn from (needed)" },
    { .name = "text",
      .value = "FILE…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "lines, or pairs where they have a tab, as the teacher's (this or --controls is needed)" },
    { .name = "controls",
      .value = "FILE…",
      .kind = OPTION_LIST,
      .joins = is_file,
      .help = "lines with values in front, as the teacher's" },
    { .name = "out", .value = "FOLDER", .kind = OPTION_TEXT, .help = "of the run and the student (needed)" },
    { .name = "resume",
      .kind = OPTION_FLAG,
      .help = "go on from the state in the out folder where there is one" },
    { .name = "from",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 100000,
      .help = "steps of the teacher's runs (16)" },
    { .name = "to",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 100000,
      .help = "steps of the student's: halved in rounds until there; as --from: what the teacher says is "
              "learnt (4)" },
    { .name = "preset",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "size of the student: tiny, cpu or gpu (as the teacher)" },
    { .name = "steps",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 1,
      .high = 1e9,
      .help = "end a round after so many steps" },
    { .name = "minutes",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0.01,
      .high = 1e6,
      .help = "end a round after so many minutes" },
    { .name = "tokens",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 32,
      .high = 1e7,
      .help = "tokens of a step (4096)" },
    { .name = "rate",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 1e-8,
      .high = 1,
      .help = "learning rate (0.0005)" },
    { .name = "warmup",
      .value = "N",
      .kind = OPTION_WHOLE,
      .low = 0,
      .high = 1e6,
      .help = "steps until it is reached (100)" },
    { .name = "average",
      .value = "X",
      .kind = OPTION_REAL,
      .low = 0,
      .high = 0.999999,
      .help = "decay of the averaged weights (0.999)" },
    { .name = "precision",
      .value = "NAME",
      .kind = OPTION_TEXT,
      .help = "of products: f32, or bf16 (twice as fast where the processor has it) (f32)" },
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
    { 0 },
};

static enum verb_status read_names(const struct call *call, struct line_training *t)
{
    static const char *const types[] = { "bf16", "f16", "f32", NULL }, *const precisions[] = { "f32", "bf16",
                                                                                               NULL };
    static const enum dtype dtypes[] = { DTYPE_BF16, DTYPE_F16, DTYPE_F32 };
    int type = 0, precision = PRECISION_F32;
    if (!call_choice(call, "type", types, &type) || !call_choice(call, "precision", precisions, &precision))
        return VERB_USAGE;
    t->type = dtypes[type];
    t->precision = (enum precision)precision;
    const struct shape *shape = call_has(call, "preset") ? shape_preset(call_text(call, "preset")) : NULL;
    if (call_has(call, "preset") && !shape)
        return call_misused(call, "--preset is tiny, cpu or gpu");
    if (shape)
        t->shape = *shape;
    return VERB_DONE;
}

static void read_numbers(const struct call *call, struct distillation *d)
{
    struct line_training *t = &d->training;
    d->from = (int)call_whole(call, "from", d->from);
    d->to = (int)call_whole(call, "to", d->to);
    d->tokens = (int)call_whole(call, "tokens", d->tokens);
    t->out = call_text(call, "out");
    t->resume = call_has(call, "resume");
    t->seed = call->seed;
    t->threads = call->threads;
    t->schedule.steps = call_whole(call, "steps", 0);
    t->schedule.minutes = call_real(call, "minutes", 0);
    t->schedule.rate = call_real(call, "rate", t->schedule.rate);
    t->schedule.warmup = (int)call_whole(call, "warmup", t->schedule.warmup);
    t->optimizer.average = (float)call_real(call, "average", (double)t->optimizer.average);
    t->report = (int)call_whole(call, "report", t->report);
    t->save_minutes = call_real(call, "save", t->save_minutes);
}

static enum verb_status distill_run(const struct call *call)
{
    struct distillation d = distillation_default();
    d.teacher = call_text(call, "teacher");
    if (!d.teacher || !call_has(call, "out") || !(call_has(call, "text") || call_has(call, "controls")))
        return call_misused(call,
                            "--teacher FOLDER, --out FOLDER and --text FILE or --controls FILE are needed");
    enum verb_status status = read_names(call, &d.training);
    if (status != VERB_DONE)
        return status;
    read_numbers(call, &d);
    struct lacuna_error error = { 0 };
    const char **files = call_items(call, "text", &d.training.file_count),
               **controls = call_items(call, "controls", &d.training.control_count);
    d.training.files = files;
    d.training.controls = controls;
    bool fine = distill(&d, &error);
    free(files);
    free(controls);
    if (fine)
        return VERB_DONE;
    return error.code == LACUNA_BAD_REQUEST ? call_misused(call, "%s", error.message)
                                            : call_failed(call, "%s", error.message);
}

const struct verb verb_distill = {
    .name = "distill",
    .summary = "train a student that takes fewer steps than its teacher, or is smaller",
    .usage = "--teacher FOLDER --text FILE… --out FOLDER",
    .about =
        "A model of vectors (gaussian) is halved step by step: one step of the student leads where two of\n"
        "its teacher's do. A model of masks (absorbing) learns what its teacher says after the steps that\n"
        "are to be saved. The student of a round teaches the next one; rounds before the last have folders\n"
        "steps-N in the out folder. The student is run with --steps as it was taught.",
    .options = options,
    .run = distill_run,
};
