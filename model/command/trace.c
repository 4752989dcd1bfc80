#include "model/command/trace.h"

#include "model/command/clean.h"

/* trace_page.html as bytes, ended by a 0 byte; made by the build. */
extern const unsigned char trace_page[];

static const char place[] = "@TRACE@";

static void add_run(json_t *runs, const char *text, size_t start, size_t end, json_t *probability)
{
    if (start >= end) {
        json_decref(probability);
        return;
    }
    json_t *run = json_array();
    json_array_append_new(run, clean_string(text + start, end - start));
    json_array_append_new(run, probability);
    json_array_append_new(runs, run);
}

/* Bytes [from, to) of a text cut at its confidence ranges. */
static json_t *runs_of(const char *text, size_t from, size_t to, const struct lacuna_confidence *ranges,
                       size_t count)
{
    json_t *runs = json_array();
    size_t at = from;
    for (size_t i = 0; i < count; i++) {
        size_t start = ranges[i].start < at ? at : ranges[i].start,
               end = ranges[i].end < to ? ranges[i].end : to;
        if (start >= end)
            continue;
        add_run(runs, text, at, start, json_null());
        add_run(runs, text, start, end, json_real((double)ranges[i].probability));
        at = end;
    }
    add_run(runs, text, at, to, json_null());
    return runs;
}

struct trace trace_new(void)
{
    return (struct trace){ .steps = json_array() };
}

void trace_release(struct trace *trace)
{
    json_decref(trace->steps);
}

void trace_observe(void *user, const struct lacuna_step *step)
{
    struct trace *trace = user;
    if (!step)
        return;
    json_t *holes = json_array(), *object = json_object();
    for (size_t i = 0; i < step->hole_count; i++) {
        const struct lacuna_hole *hole = &step->holes[i];
        json_array_append_new(holes,
                              runs_of(hole->text, 0, hole->size, hole->confidence, hole->confidence_count));
    }
    json_object_set_new(object, "holes", holes);
    json_array_append_new(trace->steps, object);
}

static json_t *gaps_of(const struct lacuna_request *request)
{
    json_t *gaps = json_array();
    size_t at = 0;
    for (size_t i = 0; i < request->span_count; i++) {
        json_array_append_new(gaps, clean_string(request->text + at, request->spans[i].start - at));
        at = request->spans[i].end;
    }
    json_array_append_new(gaps, clean_string(request->text + at, request->size - at));
    return gaps;
}

static json_t *holes_of(const struct lacuna_request *request, const struct lacuna_answer *answer,
                        const struct lacuna_alternative *one)
{
    json_t *holes = json_array();
    size_t at = 0, before = 0;
    for (size_t i = 0; i < answer->span_count; i++) {
        at += request->spans[i].start - before;
        size_t end = at + one->fills[i].size;
        json_array_append_new(holes, runs_of(one->text, at, end, one->confidence, one->confidence_count));
        at = end;
        before = request->spans[i].end;
    }
    return holes;
}

/* All masked at the beginning: a dot for each piece of the answer. */
static json_t *first_step(const struct lacuna_answer *answer)
{
    json_t *holes = json_array(), *object = json_object();
    for (size_t i = 0; i < answer->span_count; i++) {
        json_t *runs = json_array();
        for (int k = 0; k < answer->alternatives[0].fills[i].tokens; k++)
            add_run(runs, "\u00b7", 0, 2, json_real(0));
        json_array_append_new(holes, runs);
    }
    json_object_set_new(object, "holes", holes);
    return object;
}

static json_t *data_of(const struct trace *trace, const struct lacuna_request *request,
                       const struct lacuna_answer *answer, const json_t *facts)
{
    json_t *data = json_object(), *alternatives = json_array(), *steps = json_array();
    json_array_append_new(steps, first_step(answer));
    json_array_extend(steps, trace->steps);
    for (size_t i = 0; i < answer->alternative_count; i++) {
        json_t *row = json_object();
        json_object_set_new(row, "holes", holes_of(request, answer, &answer->alternatives[i]));
        json_object_set_new(row, "logprob", json_real(answer->alternatives[i].logprob));
        json_array_append_new(alternatives, row);
    }
    json_object_set(data, "facts", (json_t *)facts);
    json_object_set_new(data, "gaps", gaps_of(request));
    json_object_set_new(data, "steps", steps);
    json_object_set_new(data, "alternatives", alternatives);
    return data;
}

/* JSON inside a script element must not hold "</script" or "<!--": every '<' of it is in a string and may be
 * escaped. */
static void write_escaped(FILE *out, const char *json)
{
    for (; *json; json++)
        if (*json == '<')
            fputs("\\u003c", out);
        else
            putc(*json, out);
}

bool trace_write(FILE *out, const struct trace *trace, const struct lacuna_request *request,
                 const struct lacuna_answer *answer, const json_t *facts)
{
    json_t *data = data_of(trace, request, answer, facts);
    char *json = json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(4));
    json_decref(data);
    const char *page = (const char *)trace_page;
    const char *middle = strstr(page, place);
    if (json && middle) {
        fwrite(page, 1, (size_t)(middle - page), out);
        write_escaped(out, json);
        fputs(middle + strlen(place), out);
    }
    free(json);
    return json && middle;
}
