/* Whole requests, run on the tiny model: whatever is asked, an answer keeps its promises or an error says
 * why. */
#include "model/base/memory.h"
#include "model/command/request.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long requests are legitimately slow; what is looked for here does not need them. */
static void make_small(struct lacuna_request *request)
{
    request->steps = request->steps > 4 ? 4 : request->steps;
    request->count = request->count > 3 ? 3 : request->count;
    request->size = request->size > 2000 ? 2000 : request->size;
    request->span_count = request->span_count > 8 ? 8 : request->span_count;
}

static void need(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

static void check(const struct lacuna_request *request, const struct lacuna_alternative *one)
{
    size_t at = 0, out = 0;
    for (size_t i = 0; i < request->span_count; i++) {
        size_t gap = request->spans[i].start - at;
        need(out + gap + one->fills[i].size <= one->size, "fills and text are of one size");
        need(memcmp(one->text + out, request->text + at, gap) == 0, "the text outside of spans stays");
        need(memcmp(one->text + out + gap, one->fills[i].text, one->fills[i].size) == 0,
             "the fills are in the text");
        out += gap + one->fills[i].size;
        at = request->spans[i].end;
    }
    need(one->size - out == request->size - at, "fills and text are of one size");
    need(memcmp(one->text + out, request->text + at, request->size - at) == 0,
         "the text after the last span stays");
    for (size_t i = 0; i < one->confidence_count; i++)
        need(one->confidence[i].start <= one->confidence[i].end && one->confidence[i].end <= one->size,
             "confidence lies inside the text");
}

static void run(struct lacuna_model *model, const struct lacuna_request *request)
{
    struct lacuna_error error = { 0 };
    struct lacuna_job *job = lacuna_start(model, request, NULL, NULL, &error);
    const struct lacuna_answer *answer = job ? lacuna_wait(job, &error) : NULL;
    need(answer || (error.code != LACUNA_OK && error.message[0]), "an error has a code and a message");
    for (size_t i = 0; answer && i < answer->alternative_count; i++)
        check(request, &answer->alternatives[i]);
    lacuna_job_free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lacuna_model *model;
    struct lacuna_error error = { 0 };
    model = model ? model : lacuna_open(LACUNA_TINY_MODEL, &(struct lacuna_options){ .threads = 1 }, &error);
    need(model, "the tiny model opens");
    char *line = memory_text((const char *)data, size);
    struct request request;
    if (request_parse(&request, line, size, 0, &error)) {
        make_small(&request.body);
        run(model, &request.body);
    }
    request_release(&request);
    free(line);
    return 0;
}
