#include "model/command/train_lines.h"

#include "model/base/memory.h"
#include "model/train/line_trainer.h"

#include <stdlib.h>
#include <string.h>

enum { TOKENS = 4096 };

bool train_wants_lines(const struct call *call, const char *process)
{
    return strcmp(process, "gaussian") == 0 || strcmp(process, "analog_bits") == 0 ||
           call_has(call, "words") || call_has(call, "controls");
}

/* The values of a list option; *count of them, free() it. */
static const char **items(const struct call *call, const char *name, size_t *count)
{
    *count = 0;
    while (call_item(call, name, *count))
        ++*count;
    const char **list = memory_new(*count, sizeof *list);
    for (size_t i = 0; i < *count; i++)
        list[i] = call_item(call, name, i);
    return list;
}

static void read_options(const struct call *call, const struct training *names, struct line_training *t)
{
    t->out = call_text(call, "out");
    t->tokenizer = call_text(call, "tokenizer");
    t->noise = call_text(call, "noise");
    t->resume = call_has(call, "resume");
    t->seed = call->seed;
    t->threads = call->threads;
    t->optimizer.muon = names->optimizer.muon;
    t->schedule = names->schedule;
    t->type = names->type;
    t->precision = names->precision;
    t->word_least = (int)call_whole(call, "least", t->word_least);
    t->process_steps = (int)call_whole(call, "process-steps", t->process_steps);
    t->predicts_noise = call_has(call, "predict-noise");
    t->self_conditioned = call_has(call, "self-condition");
    t->length = (int)call_whole(call, "length", t->length);
    t->rows = (int)(call_whole(call, "tokens", TOKENS) / t->length);
    t->rows = t->rows > 0 ? t->rows : 1;
    t->vector_width = (int)call_whole(call, "vector-width", t->vector_width);
    t->dropout = call_real(call, "dropout", t->dropout);
    t->optimizer.decay = (float)call_real(call, "weight-decay", (double)t->optimizer.decay);
    t->optimizer.average = (float)call_real(call, "average", (double)t->optimizer.average);
    t->report = (int)call_whole(call, "report", t->report);
    t->save_minutes = call_real(call, "save", t->save_minutes);
    if (call_has(call, "preset"))
        t->shape = names->shape;
}

enum verb_status train_lines(const struct call *call, const char *process, const struct training *names)
{
    struct line_training t = line_training_default();
    struct lacuna_error error = { 0 };
    const char **files = items(call, "text", &t.file_count),
               **controls = items(call, "controls", &t.control_count);
    t.process = process;
    t.files = files;
    t.controls = controls;
    read_options(call, names, &t);
    bool fine = line_train(&t, &error);
    free(files);
    free(controls);
    if (fine)
        return VERB_DONE;
    return error.code == LACUNA_BAD_REQUEST ? call_misused(call, "%s", error.message)
                                            : call_failed(call, "%s", error.message);
}
