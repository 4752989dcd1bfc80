#include "model/command/request.h"

#include "model/base/memory.h"
#include "model/command/line.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool wrong(struct lacuna_error *error, const char *field, const char *wanted)
{
    return fail(error, LACUNA_BAD_REQUEST, "%s must be %s", field, wanted);
}

/* JSON knows one kind of number: 8 and 8.0 are the same whole number. */
static bool whole_of(const json_t *value, int64_t low, int64_t high, int64_t *out)
{
    if (json_is_integer(value)) {
        *out = json_integer_value(value);
    } else {
        double number = json_is_real(value) ? json_real_value(value) : 0.5;
        if (number != floor(number) || fabs(number) > 9e15)
            return false;
        *out = (int64_t)number;
    }
    return *out >= low && *out <= high;
}

/* A text for a C string: the engine's strings end at a 0 byte. */
static bool plain_text_of(const json_t *value, const char **out)
{
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return false;
    *out = json_string_value(value);
    return true;
}

static bool read_job(struct request *request, const json_t *value, struct lacuna_error *error)
{
    static const char *const names[] = {
        [LACUNA_INFILL] = "infill", [LACUNA_REWRITE] = "rewrite", [LACUNA_CORRECT] = "correct"
    };
    for (size_t i = 0; json_is_string(value) && i < sizeof names / sizeof *names; i++)
        if (strcmp(json_string_value(value), names[i]) == 0) {
            request->body.task = (enum lacuna_task)i;
            return true;
        }
    return wrong(error, "job", "\"infill\", \"rewrite\" or \"correct\"");
}

static bool read_text(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_string(value))
        return wrong(error, "text", "a string");
    request->body.text = json_string_value(value);
    request->body.size = json_string_length(value);
    return true;
}

static bool read_span(const json_t *pair, struct lacuna_span *out, size_t index, struct lacuna_error *error)
{
    int64_t start, end;
    if (json_array_size(pair) != 2 || !whole_of(json_array_get(pair, 0), INT64_MIN, INT64_MAX, &start) ||
        !whole_of(json_array_get(pair, 1), INT64_MIN, INT64_MAX, &end))
        return fail(error, LACUNA_BAD_REQUEST,
                    "spans must be pairs of byte offsets [start, end]; span %zu is not", index);
    if (start < 0 || end < 0)
        return fail(error, LACUNA_BAD_SPAN, "span %zu [%lld, %lld] begins or ends before the text", index,
                    (long long)start, (long long)end);
    *out = (struct lacuna_span){ (size_t)start, (size_t)end };
    return true;
}

static bool read_spans(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_array(value))
        return wrong(error, "spans", "a list of pairs of byte offsets [start, end]");
    size_t count = json_array_size(value);
    request->spans = memory_new(count + 1, sizeof *request->spans);
    for (size_t i = 0; i < count; i++)
        if (!read_span(json_array_get(value, i), &request->spans[i], i, error))
            return false;
    request->body.spans = request->spans;
    request->body.span_count = count;
    return true;
}

static bool read_attribute(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return plain_text_of(value, &request->body.attribute) ||
           wrong(error, "attribute", "a string without NUL");
}

static bool read_guidance(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_number(value))
        return wrong(error, "guidance", "a number");
    request->body.guidance_set = true;
    request->body.guidance = json_number_value(value);
    return true;
}

static bool read_strength(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_number(value) || json_number_value(value) < 0 || json_number_value(value) > 1)
        return wrong(error, "strength", "a number from 0 to 1");
    request->body.strength_set = true;
    request->body.strength = json_number_value(value);
    return true;
}

static bool read_steps(struct request *request, const json_t *value, struct lacuna_error *error)
{
    int64_t steps;
    if (!whole_of(value, 1, REQUEST_STEPS_MAX, &steps))
        return fail(error, LACUNA_BAD_REQUEST, "steps must be a whole number from 1 to %d",
                    REQUEST_STEPS_MAX);
    request->body.steps = (int)steps;
    return true;
}

static bool read_seed(struct request *request, const json_t *value, struct lacuna_error *error)
{
    int64_t seed;
    if (!whole_of(value, 0, INT64_MAX, &seed))
        return wrong(error, "seed", "a whole number from 0 to 9223372036854775807");
    request->body.seed = (uint64_t)seed;
    return true;
}

static bool check_length(const struct lacuna_length *length, struct lacuna_error *error)
{
    if (length->low > length->high)
        return fail(error, LACUNA_BAD_REQUEST,
                    "length %d to %d: the first must not be larger than the second", length->low,
                    length->high);
    return true;
}

static bool read_length(struct request *request, const json_t *value, struct lacuna_error *error)
{
    struct lacuna_length *length = &request->body.length;
    const char *text;
    if (plain_text_of(value, &text))
        return request_parse_length(text, length, error);
    int64_t low, high;
    bool pair = json_is_array(value) && json_array_size(value) == 2;
    if (!whole_of(pair ? json_array_get(value, 0) : value, 0, INT_MAX, &low) ||
        !whole_of(pair ? json_array_get(value, 1) : value, 0, INT_MAX, &high))
        return wrong(error, "length",
                     "\"auto\", a number of tokens, [low, high], \"words:n\" or \"words:a:b\"");
    *length = (struct lacuna_length){ LACUNA_TOKENS, (int)low, (int)high };
    return check_length(length, error);
}

static bool read_keep(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_array(value))
        return wrong(error, "keep", "a list of strings");
    size_t count = json_array_size(value);
    request->keep = memory_new(count + 1, sizeof *request->keep);
    for (size_t i = 0; i < count; i++)
        if (!plain_text_of(json_array_get(value, i), &request->keep[i]))
            return wrong(error, "keep", "a list of strings without NUL");
    request->body.keep = request->keep;
    request->body.keep_count = count;
    return true;
}

static bool read_count(struct request *request, const json_t *value, struct lacuna_error *error)
{
    int64_t count;
    if (!whole_of(value, 1, REQUEST_COUNT_MAX, &count))
        return fail(error, LACUNA_BAD_REQUEST, "count must be a whole number from 1 to %d",
                    REQUEST_COUNT_MAX);
    request->body.count = (int)count;
    return true;
}

static bool read_temperature(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_number(value) || json_number_value(value) < 0)
        return wrong(error, "temperature", "a number, 0 or more");
    request->body.temperature = json_number_value(value);
    return true;
}

static bool read_sampler(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return plain_text_of(value, &request->body.sampler) || wrong(error, "sampler", "a string without NUL");
}

static bool read_share(double *share, const char *name, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_number(value) || json_number_value(value) < 0 || json_number_value(value) > 1)
        return wrong(error, name, "a number from 0 to 1");
    *share = json_number_value(value);
    return true;
}

static bool read_number(int *number, const char *name, const json_t *value, struct lacuna_error *error)
{
    int64_t whole;
    if (!whole_of(value, 0, REQUEST_TOKENS_MAX, &whole))
        return wrong(error, name, "a whole number from 0 to 1048576");
    *number = (int)whole;
    return true;
}

static bool read_threshold(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return read_share(&request->body.threshold, "threshold", value, error);
}

static bool read_top_p(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return read_share(&request->body.top_p, "top_p", value, error);
}

static bool read_top_k(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return read_number(&request->body.top_k, "top_k", value, error);
}

static bool read_block_length(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return read_number(&request->body.block_length, "block_length", value, error);
}

static bool read_alg_temp(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_number(value) || json_number_value(value) < 0)
        return wrong(error, "alg_temp", "a number, 0 or more");
    request->body.alg_temp = json_number_value(value);
    return true;
}

static bool read_reveals(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return read_number(&request->body.reveals, "reveals", value, error);
}

static bool read_early_exit(struct request *request, const json_t *value, struct lacuna_error *error)
{
    return read_share(&request->body.early_exit, "early_exit", value, error);
}

static bool read_newlines(struct request *request, const json_t *value, struct lacuna_error *error)
{
    if (!json_is_boolean(value))
        return wrong(error, "newlines", "true or false");
    request->body.newlines = json_is_true(value);
    return true;
}

static const struct field {
    const char *name;
    bool (*read)(struct request *request, const json_t *value, struct lacuna_error *error);
    bool required;
} fields[] = {
    { "job", read_job, false },
    { "text", read_text, true },
    { "spans", read_spans, true },
    { "attribute", read_attribute, false },
    { "guidance", read_guidance, false },
    { "strength", read_strength, false },
    { "steps", read_steps, false },
    { "seed", read_seed, false },
    { "length", read_length, false },
    { "keep", read_keep, false },
    { "count", read_count, false },
    { "temperature", read_temperature, false },
    { "sampler", read_sampler, false },
    { "newlines", read_newlines, false },
    { "threshold", read_threshold, false },
    { "top_p", read_top_p, false },
    { "top_k", read_top_k, false },
    { "block_length", read_block_length, false },
    { "reveals", read_reveals, false },
    { "alg_temp", read_alg_temp, false },
    { "early_exit", read_early_exit, false },
};

static bool read_fields(struct request *request, struct lacuna_error *error)
{
    if (!json_is_object(request->json))
        return fail(error, LACUNA_BAD_REQUEST, "a request is a JSON object");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const json_t *value = json_object_get(request->json, fields[i].name);
        if (value && !(json_is_null(value) && !fields[i].required)) {
            if (!fields[i].read(request, value, error))
                return false;
        } else if (fields[i].required) {
            return fail(error, LACUNA_BAD_REQUEST, "%s is missing", fields[i].name);
        }
    }
    return true;
}

bool request_parse(struct request *request, const char *line, size_t size, uint64_t seed,
                   struct lacuna_error *error)
{
    *request = (struct request){ .body.seed = seed };
    bool whole = line_parse(line, size, &request->json, error);
    request->id = line_id(line, size, request->json);
    return whole && read_fields(request, error);
}

void request_release(struct request *request)
{
    json_decref(request->json);
    free(request->id);
    free(request->spans);
    free(request->keep);
}
