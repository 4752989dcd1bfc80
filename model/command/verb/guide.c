#include "model/command/inner.h"
#include "model/command/progress.h"
#include "model/format/checkpoint.h"
#include "model/train/guide_trainer.h"

#include "model/base/file.h"

#include <stdio.h>

enum { FILES_MAX = 4096 };

static const struct verb_option options[] = {
    { .name = "text", .kind = OPTION_LIST, .value = "FILE", .help = "lines of labels, a tab, and a text" },
    { .name = "steps", .kind = OPTION_WHOLE, .value = "N", .low = 1, .high = 1e7, .help = "(6000)" },
    { .name = "rows",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 65536,
      .help = "lines a step (64)" },
    { .name = "inner",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 1024,
      .help = "width of the classifier (96)" },
    { .name = "rate",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 1e-6,
      .high = 1,
      .help = "learning rate (0.002)" },
    { 0 },
};

struct telling {
    struct progress progress;
    int64_t steps;
};

static void tell(void *user, int64_t step, double loss, double held_out)
{
    struct telling *telling = user;
    char note[64];
    snprintf(note, sizeof note, "loss %.3f", loss);
    progress_show(&telling->progress, (uint64_t)step, (uint64_t)telling->steps, note);
    if (held_out < 0)
        return;
    progress_end(&telling->progress);
    printf("step %lld loss %.4f held out %.4f\n", (long long)step, loss, held_out);
    fflush(stdout);
}

static bool run(const struct call *call, const struct guide *guide, const struct inner *inner,
                struct lacuna_error *error)
{
    const char *files[FILES_MAX];
    struct telling telling = { .progress = progress_start(guide->name) };
    struct guide_training t = guide_training_default();
    for (const char *file; t.file_count < FILES_MAX && (file = call_item(call, "text", t.file_count));)
        files[t.file_count++] = file;
    t.guide = guide;
    t.files = files;
    t.out = checkpoint_path(infill_checkpoint(inner->infill));
    t.tokenizer = infill_tokenizer(inner->infill);
    t.framing = infill_framing(inner->infill);
    t.rounding = denoiser_rounding(infill_denoiser(inner->infill));
    t.inner = (int)call_whole(call, "inner", t.inner);
    t.rows = (int)call_whole(call, "rows", t.rows);
    t.steps = telling.steps = call_whole(call, "steps", t.steps);
    t.rate = call_real(call, "rate", t.rate);
    t.seed = call->seed;
    t.tell = tell;
    t.user = &telling;
    if (!file_is_folder(t.out))
        return fail(error, LACUNA_MODEL, "%s: a guide is saved in its model's folder, and this is a file",
                    t.out);
    bool fine = guide_train(&t, error);
    progress_end(&telling.progress);
    return fine;
}

static enum verb_status guide_run(const struct call *call)
{
    struct inner inner;
    struct lacuna_error error = { 0 };
    const struct guide *guide = guide_find(call->operands[0]);
    if (!guide)
        return call_misused(call, "'%s' is no guide", call->operands[0]);
    if (!call_has(call, "text"))
        return call_misused(call, "--text FILE is needed");
    if (!inner_open(&inner, call))
        return VERB_FAILED;
    bool done = run(call, guide, &inner, &error);
    inner_close(&inner);
    return done ? VERB_DONE : call_failed(call, "%s", error.message);
}

static void print_guides(FILE *out)
{
    fprintf(out, "\nguides:\n");
    for (const struct guide *const *row = guide_table; *row; row++)
        fprintf(out, "  %-10s %s\n", (*row)->name, (*row)->help);
}

const struct verb verb_guide = {
    .name = "guide",
    .summary = "train a classifier that steers a Gaussian model",
    .usage = "GUIDE --model DIR --text FILE…",
    .about =
        "The guide is saved in the model's folder; generate --control steers by it. Labels are slot[value], "
        "slot[value] …\n"
        "for content and one tag a token for pos.",
    .options = options,
    .more = print_guides,
    .operand_low = 1,
    .operand_high = 1,
    .run = guide_run,
};
