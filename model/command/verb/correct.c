#include "model/command/fill.h"

static enum verb_status correct_run(const struct call *call)
{
    return fill_text(call, LACUNA_CORRECT);
}

const struct verb verb_correct = {
    .name = "correct",
    .summary = "find improbable words and put others in their place",
    .usage = "[FILE]",
    .about = "Without --span every line of FILE (or of standard input) is looked at. With --json the answer "
             "lists each edit.",
    .shared = request_options,
    .sampling = request_sampling,
    .more = request_samplers,
    .operand_high = 1,
    .run = correct_run,
};
