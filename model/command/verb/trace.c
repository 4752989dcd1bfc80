#include "model/base/file.h"
#include "model/command/clean.h"
#include "model/command/fill.h"
#include "model/command/input.h"
#include "model/command/trace.h"

static const struct verb_option options[] = {
    { .name = "html", .kind = OPTION_TEXT, .value = "OUT", .help = "the page to write (-: standard output)" },
    { 0 },
};

static void add_fact(json_t *facts, const char *name, const char *value)
{
    json_t *fact = json_array();
    json_array_append_new(fact, json_string(name));
    json_array_append_new(fact, clean_string(value, strlen(value)));
    json_array_append_new(facts, fact);
}

static json_t *facts_of(const struct lacuna_model *model, const struct lacuna_request *request,
                        const struct lacuna_answer *answer)
{
    json_t *facts = json_array();
    char text[64];
    add_fact(facts, "model", lacuna_describe(model)->name);
    if (request->attribute)
        add_fact(facts, "attribute", request->attribute);
    snprintf(text, sizeof text, "%d", answer->steps);
    add_fact(facts, "steps", text);
    snprintf(text, sizeof text, "%llu", (unsigned long long)request->seed);
    add_fact(facts, "seed", text);
    snprintf(text, sizeof text, "%.0f ms", answer->ms);
    add_fact(facts, "time", text);
    return facts;
}

static bool write_page(const char *path, const struct trace *trace, const struct lacuna_request *request,
                       const struct lacuna_answer *answer, const json_t *facts, struct lacuna_error *error)
{
    if (strcmp(path, "-") == 0)
        return trace_write(stdout, trace, request, answer, facts);
    struct replacement file;
    if (!file_begin(&file, path, error))
        return false;
    if (!trace_write(file.stream, trace, request, answer, facts)) {
        file_abandon(&file);
        return fail(error, LACUNA_BAD_REQUEST, "%s: the page cannot be composed", path);
    }
    return file_replace(&file, error);
}

static bool trace_request(struct lacuna_model *model, const struct lacuna_request *request, const char *path,
                          struct lacuna_error *error)
{
    struct trace trace = trace_new();
    struct lacuna_job *job = lacuna_start(model, request, trace_observe, &trace, error);
    const struct lacuna_answer *answer = job ? lacuna_wait(job, error) : NULL;
    bool done = answer != NULL;
    if (answer) {
        json_t *facts = facts_of(model, request, answer);
        done = write_page(path, &trace, request, answer, facts, error);
        json_decref(facts);
    }
    lacuna_job_free(job);
    trace_release(&trace);
    return done;
}

static enum verb_status trace_run(const struct call *call)
{
    struct request request;
    struct lacuna_error error;
    enum verb_status status = request_from_call(&request, call);
    if (status == VERB_DONE && !call_has(call, "html"))
        status = call_misused(call, "--html OUT is needed");
    if (status == VERB_DONE && request.body.span_count == 0)
        status = call_misused(call, "at least one --span A:B is needed");
    char *text = NULL;
    if (status == VERB_DONE) {
        text = input_read(call->operand_count ? call->operands[0] : NULL, &request.body.size, &error);
        status = text ? VERB_DONE : call_failed(call, "%s", error.message);
    }
    request.body.text = text;
    struct lacuna_model *model = status == VERB_DONE ? fill_open(call) : NULL;
    if (status == VERB_DONE)
        status = model ? VERB_DONE : VERB_FAILED;
    if (status == VERB_DONE && !trace_request(model, &request.body, call_text(call, "html"), &error))
        status = call_failed(call, "%s", error.message);
    lacuna_close(model);
    request_release(&request);
    free(text);
    return status;
}

const struct verb verb_trace = {
    .name = "trace",
    .summary = "a page that plays the denoising of one request step by step",
    .usage = "[FILE] --span A:B … --html OUT",
    .options = options,
    .shared = request_options,
    .sampling = request_sampling,
    .more = request_samplers,
    .operand_high = 1,
    .run = trace_run,
};
