#include "model/infill/wish.h"

#include "model/base/memory.h"
#include "model/diffusion/process.h"
#include "model/infill/attribute.h"
#include "model/infill/open.h"
#include "model/infill/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_boundary(const char *text, size_t size, size_t at)
{
    return at == size || ((unsigned char)text[at] & 0xC0) != 0x80;
}

static bool take_text(struct wish *wish, const struct lacuna_request *request, struct lacuna_error *error)
{
    if (!request->text && request->size)
        return fail(error, LACUNA_BAD_REQUEST, "the request has no text");
    for (size_t at = 0; at < request->size;) {
        int32_t point;
        size_t used = utf8_read(request->text + at, request->size - at, &point);
        if (!used)
            return fail(error, LACUNA_BAD_REQUEST, "the text is not UTF-8: byte %zu", at);
        at += used;
    }
    wish->text = memory_text(request->text ? request->text : "", request->size);
    wish->size = request->size;
    return true;
}

static bool take_spans(struct wish *wish, const struct lacuna_request *request, struct lacuna_error *error)
{
    if (!request->span_count || !request->spans)
        return fail(error, LACUNA_BAD_SPAN, "the request has no span to fill");
    size_t at = 0;
    for (size_t i = 0; i < request->span_count; i++) {
        struct lacuna_span span = request->spans[i];
        if (span.start > span.end)
            return fail(error, LACUNA_BAD_SPAN, "span %zu:%zu ends before it starts", span.start, span.end);
        if (span.end > wish->size)
            return fail(error, LACUNA_BAD_SPAN, "span %zu:%zu reaches beyond the text's %zu bytes",
                        span.start, span.end, wish->size);
        if (i && span.start < at)
            return fail(error, LACUNA_BAD_SPAN,
                        "span %zu:%zu begins before the one in front of it ends at %zu; spans must "
                        "ascend and be disjoint",
                        span.start, span.end, at);
        if (!is_boundary(wish->text, wish->size, span.start) ||
            !is_boundary(wish->text, wish->size, span.end))
            return fail(error, LACUNA_BAD_SPAN, "span %zu:%zu cuts a character in two", span.start, span.end);
        at = span.end;
    }
    wish->spans = memory_new(request->span_count, sizeof *wish->spans);
    if (request->span_count)
        memcpy(wish->spans, request->spans, request->span_count * sizeof *wish->spans);
    wish->span_count = request->span_count;
    return true;
}

static bool take_real(double *out, const char *name, double value, double low, double high,
                      struct lacuna_error *error)
{
    if (!isfinite(value) || value < low || value > high)
        return fail(error, LACUNA_BAD_REQUEST, "%s must be a number from %g to %g", name, low, high);
    *out = value;
    return true;
}

static bool take_whole(int *out, const char *name, int value, int otherwise, int high,
                       struct lacuna_error *error)
{
    if (value < 0 || value > high)
        return fail(error, LACUNA_BAD_REQUEST, "%s must be a whole number from 1 to %d", name, high);
    *out = value ? value : otherwise;
    return true;
}

static bool take_numbers(struct wish *wish, const struct lacuna_request *request, struct lacuna_error *error)
{
    double guidance = request->guidance_set ? request->guidance : request->attribute ? 2.0 : 1.0;
    wish->seed = request->seed;
    wish->newlines = request->newlines;
    return take_real(&wish->guidance, "guidance", guidance, -100, 100, error) &&
           take_real(&wish->strength, "strength", request->strength_set ? request->strength : 0.3, 0, 1,
                     error) &&
           take_real(&wish->temperature, "temperature", request->temperature, 0, 100, error) &&
           take_whole(&wish->steps, "steps", request->steps, 8, STEPS_MOST, error) &&
           take_whole(&wish->count, "count", request->count, 1, COUNT_MOST, error);
}

static bool take_length(struct wish *wish, const struct lacuna_request *request, struct lacuna_error *error)
{
    wish->length = request->length;
    if (wish->length.unit == LACUNA_AUTO)
        return true;
    if (wish->length.unit != LACUNA_TOKENS && wish->length.unit != LACUNA_WORDS)
        return fail(error, LACUNA_BAD_REQUEST, "length must be auto, tokens or words");
    if (wish->length.low < 0 || wish->length.high < wish->length.low)
        return fail(error, LACUNA_BAD_REQUEST, "length %d:%d is no range", wish->length.low,
                    wish->length.high);
    if (wish->length.high == 0)
        return fail(error, LACUNA_LENGTH, "a fill is at least one piece or word long");
    if (wish->length.low == 0)
        wish->length.low = 1;
    return true;
}

static bool add_keep(struct wish *wish, const char *word, struct lacuna_error *error)
{
    size_t size = word ? strlen(word) : 0;
    if (!size || !text_is_utf8(word, size))
        return fail(error, LACUNA_BAD_REQUEST, "a kept word must be a text in UTF-8, not an empty one");
    if (!text_is_plain(word, size, false))
        return fail(error, LACUNA_KEEP, "a kept word may not hold control characters or line breaks");
    if (point_is_blank(utf8_first(word, size)) || point_is_blank(utf8_last(word, size)))
        return fail(error, LACUNA_KEEP, "the kept word '%s' begins or ends with a blank", word);
    for (size_t i = 0; i < wish->keep_count; i++)
        if (strcmp(wish->keep[i], word) == 0)
            return true;
    if (wish->keep_count == KEEP_MOST)
        return fail(error, LACUNA_KEEP, "at most %d words can be kept", KEEP_MOST);
    wish->keep = memory_resize(wish->keep, wish->keep_count + 1, sizeof *wish->keep);
    wish->keep[wish->keep_count++] = memory_text(word, size);
    return true;
}

static bool take_keep(struct wish *wish, const struct lacuna_request *request, char *const *more,
                      size_t more_count, const struct tokenizer *tokenizer, struct lacuna_error *error)
{
    for (size_t i = 0; i < more_count; i++)
        if (!add_keep(wish, more[i], error))
            return false;
    for (size_t i = 0; i < request->keep_count; i++)
        if (!add_keep(wish, request->keep[i], error))
            return false;
    for (size_t i = 0; i < wish->keep_count; i++)
        for (int32_t id = 0; id < tokenizer_size(tokenizer); id++) {
            const char *spelling =
                tokenizer_is_special(tokenizer, id) ? tokenizer_spelling(tokenizer, id) : NULL;
            if (spelling && *spelling && strstr(wish->keep[i], spelling))
                return fail(error, LACUNA_KEEP, "the kept word '%s' holds the special token %s",
                            wish->keep[i], spelling);
        }
    return true;
}

/* A model with slots reads tokens; another reads the names as text, closed by a line feed. */
static void take_attributes(struct wish *wish, const struct infill *infill,
                            const struct wanted_attributes *wanted)
{
    const struct attributes *attributes = infill_attributes(infill);
    size_t size = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        const struct attribute *attribute = &attributes->at[wanted->indexes[i]];
        if (attribute->token >= 0) {
            ids_push(&wish->attributes, attribute->token);
            continue;
        }
        size_t more = strlen(attribute->value);
        wish->preface = memory_resize(wish->preface, size + more + 3, 1);
        if (size)
            wish->preface[size - 1] = ' ';
        memcpy(wish->preface + size, attribute->value, more);
        size += more + 1;
        memcpy(wish->preface + size - 1, "\n", 2);
    }
}

static bool take_sampler(struct wish *wish, const struct infill *infill, const struct lacuna_request *request,
                         struct lacuna_error *error)
{
    const struct process *process = process_find(infill_framing(infill)->process);
    wish->sampler = request->sampler ? sampler_find(request->sampler) : process_sampler(process);
    wish->sampler_named = request->sampler != NULL;
    if (wish->sampler)
        return process_suits(process, wish->sampler, error);
    char known[512] = "";
    for (const struct sampler *const *row = sampler_table; *row; row++)
        if (strlen(known) + strlen((*row)->name) + 3 < sizeof known)
            strcat(strcat(known, row == sampler_table ? "" : ", "), (*row)->name);
    return fail(error, LACUNA_BAD_REQUEST, "unknown sampler '%s'; there are %s", request->sampler, known);
}

/* 0 stands for the sampler's own. */
static bool take_settings(struct wish *wish, const struct lacuna_request *request, struct lacuna_error *error)
{
    struct sampler_settings *settings = &wish->settings;
    return take_real(&settings->threshold, "threshold", request->threshold, 0, 1, error) &&
           take_real(&settings->nucleus.top_p, "top_p", request->top_p, 0, 1, error) &&
           take_whole(&settings->nucleus.top_k, "top_k", request->top_k, 0, TOKENS_MOST, error) &&
           take_whole(&settings->block_length, "block_length", request->block_length, 0, TOKENS_MOST,
                      error) &&
           take_real(&settings->alg_temp, "alg_temp", request->alg_temp, 0, 100, error) &&
           take_whole(&settings->reveals, "reveals", request->reveals, 0, TOKENS_MOST, error) &&
           take_real(&settings->early_exit, "early_exit", request->early_exit, 0, 1, error);
}

bool wish_new(struct wish *wish, const struct infill *infill, const struct lacuna_request *request,
              struct lacuna_error *error)
{
    *wish = (struct wish){ .task = request->task };
    struct wanted_attributes wanted = { 0 };
    if (request->attribute && !text_is_utf8(request->attribute, strlen(request->attribute)))
        return fail(error, LACUNA_BAD_REQUEST, "the attribute is not UTF-8");
    bool fine = (request->task == LACUNA_INFILL || request->task == LACUNA_REWRITE ||
                 request->task == LACUNA_CORRECT) ||
                fail(error, LACUNA_BAD_REQUEST, "unknown job");
    fine = fine && take_text(wish, request, error) && take_spans(wish, request, error) &&
           take_numbers(wish, request, error) && take_sampler(wish, infill, request, error) &&
           take_settings(wish, request, error) && take_length(wish, request, error) &&
           attributes_parse(infill_attributes(infill), request->attribute, &wanted, error) &&
           take_keep(wish, request, wanted.words, wanted.word_count, infill_tokenizer(infill), error);
    if (!fine)
        wish_free(wish);
    else if (wish->guidance != 0)
        take_attributes(wish, infill, &wanted);
    wanted_attributes_free(&wanted);
    return fine;
}

void wish_free(struct wish *wish)
{
    for (size_t i = 0; i < wish->keep_count; i++)
        free(wish->keep[i]);
    free(wish->keep);
    free(wish->text);
    free(wish->spans);
    free(wish->preface);
    ids_free(&wish->attributes);
    *wish = (struct wish){ 0 };
}
