#include "model/command/verb.h"
#include "model/verify/verify.h"

#include <stdio.h>

static enum verb_status verify_run(const struct call *call)
{
    struct lacuna_error error = { 0 };
    struct engine *engine = engine_new(call->threads, &error);
    struct verify_report report = { .out = stdout };
    bool fine = engine;
    for (size_t k = 0; fine && k < call->operand_count; k++)
        fine = verify_folder(call->operands[k], engine, &report, &error);
    engine_free(engine);
    if (!fine)
        return call_failed(call, "%s", error.message);
    printf("%zu passed, %zu failed, %zu skipped\n", report.passed, report.failed, report.skipped);
    return report.failed ? VERB_FAILED : VERB_DONE;
}

const struct verb verb_verify = {
    .name = "verify",
    .summary = "compare with what the original implementations computed",
    .usage = "DIR…",
    .about = "Searches each DIR for reference cases, runs them, prints every case that failed or was skipped "
             "with the reason,\n"
             "and then how many there were.",
    .operand_low = 1,
    .operand_high = -1,
    .run = verify_run,
};
