#include "model/command/fill.h"

#include "model/base/memory.h"
#include "model/command/answer.h"
#include "model/command/input.h"
#include "model/command/progress.h"

#include <stdlib.h>
#include <string.h>

struct lacuna_model *fill_open(const struct call *call)
{
    struct lacuna_error error;
    struct lacuna_options options = { .threads = call->threads, .float32 = call->exact };
    struct lacuna_model *model = lacuna_open(call->model, &options, &error);
    if (!model)
        call_failed(call, "%s", error.message);
    return model;
}

/* Every line of the text without the blanks at its ends; lines of nothing but blanks are left out. */
static void mark_lines(struct request *request)
{
    const char *text = request->body.text;
    size_t room = 0, count = 0;
    for (size_t at = 0; at < request->body.size;) {
        const char *feed = memchr(text + at, '\n', request->body.size - at);
        size_t end = feed ? (size_t)(feed - text) : request->body.size;
        size_t next = feed ? end + 1 : end;
        while (at < end && strchr(" \t\r", text[at]))
            at++;
        while (end > at && strchr(" \t\r", text[end - 1]))
            end--;
        if (end > at) {
            request->spans = memory_grow(request->spans, &room, count + 1, sizeof *request->spans);
            request->spans[count++] = (struct lacuna_span){ at, end };
        }
        at = next;
    }
    request->body.spans = request->spans;
    request->body.span_count = count;
}

static void show_step(void *user, const struct lacuna_step *step)
{
    if (step)
        progress_show(user, (uint64_t)step->step, (uint64_t)step->steps, NULL);
}

/* The texts as they are; several of them are parted by a line "--". */
static void print_texts(const struct lacuna_answer *answer)
{
    for (size_t i = 0; i < answer->alternative_count; i++) {
        const struct lacuna_alternative *one = &answer->alternatives[i];
        if (i > 0)
            fputs("--\n", stdout);
        fwrite(one->text, 1, one->size, stdout);
        if (answer->alternative_count > 1 && (one->size == 0 || one->text[one->size - 1] != '\n'))
            putchar('\n');
    }
}

static enum verb_status report(const struct call *call, const struct lacuna_error *error)
{
    if (call->json)
        answer_write_error(stdout, NULL, error);
    call_failed(call, "%s: %s: %s", call->operand_count ? call->operands[0] : "standard input",
                lacuna_code_name(error->code), error->message);
    return VERB_FAILED;
}

static enum verb_status run_request(const struct call *call, const struct lacuna_request *request)
{
    struct lacuna_model *model = fill_open(call);
    if (!model)
        return VERB_FAILED;
    struct lacuna_error error;
    struct progress progress = progress_start(call->verb->name);
    struct lacuna_job *job = lacuna_start(model, request, show_step, &progress, &error);
    const struct lacuna_answer *answer = job ? lacuna_wait(job, &error) : NULL;
    progress_end(&progress);
    enum verb_status status = VERB_DONE;
    if (!answer)
        status = report(call, &error);
    else if (call->json)
        answer_write(stdout, NULL, answer, request->task);
    else
        print_texts(answer);
    if (answer && answer->note && !call->json)
        fprintf(stderr, "lacuna-model %s: note: %s\n", call->verb->name, answer->note);
    lacuna_job_free(job);
    lacuna_close(model);
    return status;
}

/* Nothing to fill: the text passes through. */
static enum verb_status pass_through(const struct call *call, const struct lacuna_request *request)
{
    if (call->json)
        return call_failed(call, "%s: there is no text in it",
                           call->operand_count ? call->operands[0] : "standard input");
    fwrite(request->text, 1, request->size, stdout);
    return VERB_DONE;
}

enum verb_status fill_text(const struct call *call, enum lacuna_task task)
{
    struct request request;
    struct lacuna_error error;
    enum verb_status status = request_from_call(&request, call);
    request.body.task = task;
    if (task == LACUNA_REWRITE) {
        request.body.strength_set = call_has(call, "strength");
        request.body.strength = call_real(call, "strength", 0);
    }
    if (status == VERB_DONE && task == LACUNA_INFILL && request.body.span_count == 0)
        status = call_misused(call, "at least one --span A:B is needed");
    char *text = NULL;
    if (status == VERB_DONE) {
        text = input_read(call->operand_count ? call->operands[0] : NULL, &request.body.size, &error);
        if (!text)
            status = call_failed(call, "%s", error.message);
    }
    request.body.text = text;
    if (status == VERB_DONE && request.body.span_count == 0)
        mark_lines(&request);
    if (status == VERB_DONE && request.body.span_count == 0)
        status = pass_through(call, &request.body);
    else if (status == VERB_DONE)
        status = run_request(call, &request.body);
    request_release(&request);
    free(text);
    return status;
}
