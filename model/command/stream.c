#include "model/command/fill.h"

#include "model/command/answer.h"
#include "model/command/input.h"
#include "model/command/progress.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Parses and runs one line and writes its answer; false where the answer is an error. */
static bool answer_line(struct lacuna_model *model, const struct lines *lines, uint64_t seed)
{
    struct request request;
    struct lacuna_error error = { 0 };
    bool parsed = request_parse(&request, lines->line, lines->size, seed, &error);
    if (lines->too_long)
        parsed = fail(&error, LACUNA_BAD_JSON, "the line is longer than %d MiB", INPUT_SIZE_MAX >> 20);
    struct lacuna_job *job = parsed ? lacuna_start(model, &request.body, NULL, NULL, &error) : NULL;
    const struct lacuna_answer *answer = job ? lacuna_wait(job, &error) : NULL;
    if (answer)
        answer_write(stdout, request.id, answer, request.body.task);
    else
        answer_write_error(stdout, request.id, &error);
    bool good = answer != NULL;
    lacuna_job_free(job);
    request_release(&request);
    return good;
}

enum verb_status fill_stream(const struct call *call, const char *path)
{
    struct lacuna_error error = { 0 };
    struct lines lines;
    if (!lines_open(&lines, path, &error))
        return call_failed(call, "%s", error.message);
    struct lacuna_model *model = fill_open(call);
    struct progress progress = progress_start("answered");
    progress.shown = progress.shown && !isatty(STDOUT_FILENO);
    uint64_t answered = 0, failed = 0;
    bool written = true;
    while (model && written && lines_next(&lines, &error)) {
        failed += !answer_line(model, &lines, call->seed);
        written = fflush(stdout) == 0;
        progress_show(&progress, ++answered, 0, NULL);
    }
    progress_end(&progress);
    bool whole = model && written && error.code == LACUNA_OK;
    if (model && error.code != LACUNA_OK)
        call_failed(call, "%s", error.message);
    lines_close(&lines);
    lacuna_close(model);
    return whole && failed == 0 ? VERB_DONE : VERB_FAILED;
}
