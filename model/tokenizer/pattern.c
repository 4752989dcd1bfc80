#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/tokenizer/pattern.h"

#include "model/base/memory.h"
#include "model/base/utf8.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum { REGEX_MAX = 1 << 16, STEPS_MAX = 1000000, HEAP_MAX_KB = 1 << 16 };

struct pattern {
    pcre2_code *code; /* NULL: a literal */
    pcre2_match_context *limits;
    char *literal;
    size_t size;
};

struct pattern *pattern_from_regex(const char *regex, size_t size, struct lacuna_error *error)
{
    if (size > REGEX_MAX) {
        fail(error, LACUNA_MODEL, "a regular expression of %zu bytes is too long", size);
        return NULL;
    }
    int problem;
    PCRE2_SIZE place;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex, size, PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C,
                                     &problem, &place, NULL);
    if (!code) {
        PCRE2_UCHAR reason[128];
        pcre2_get_error_message(problem, reason, sizeof reason);
        fail(error, LACUNA_MODEL, "the regular expression \"%.100s\" is wrong at byte %zu: %s", regex,
             (size_t)place, reason);
        return NULL;
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    struct pattern *pattern = memory_new(1, sizeof *pattern);
    pattern->code = code;
    pattern->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(pattern->limits, STEPS_MAX);
    pcre2_set_heap_limit(pattern->limits, HEAP_MAX_KB);
    return pattern;
}

struct pattern *pattern_open(const json_t *value, struct lacuna_error *error)
{
    const json_t *regex = json_object_get(value, "Regex");
    if (json_is_string(regex))
        return pattern_from_regex(json_string_value(regex), json_string_length(regex), error);
    const json_t *literal = json_is_string(value) ? value : json_object_get(value, "String");
    if (!json_is_string(literal)) {
        fail(error, LACUNA_MODEL, "needs a pattern, {\"String\": …} or {\"Regex\": …}");
        return NULL;
    }
    struct pattern *pattern = memory_new(1, sizeof *pattern);
    pattern->size = json_string_length(literal);
    pattern->literal = memory_text(json_string_value(literal), pattern->size);
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    pcre2_match_context_free(pattern->limits);
    free(pattern->literal);
    free(pattern);
}

struct cut {
    struct match *at;
    size_t count, room, done;
};

static void cut_add(struct cut *cut, size_t end, bool hit)
{
    if (end == cut->done)
        return;
    cut->at = memory_grow(cut->at, &cut->room, cut->count + 1, sizeof *cut->at);
    cut->at[cut->count++] = (struct match){ .start = cut->done, .end = end, .hit = hit };
    cut->done = end;
}

static void cut_literal(struct cut *cut, const struct pattern *pattern, const char *text, size_t size)
{
    while (pattern->size && cut->done < size) {
        const char *found = memmem(text + cut->done, size - cut->done, pattern->literal, pattern->size);
        if (!found)
            return;
        cut_add(cut, (size_t)(found - text), false);
        cut_add(cut, (size_t)(found - text) + pattern->size, true);
    }
}

/* A match that the just-in-time code has no stack for is tried again by the interpreter. */
static int match_next(const struct pattern *pattern, pcre2_match_data *data, const char *text, size_t size,
                      size_t from)
{
    int result =
        pcre2_match(pattern->code, (PCRE2_SPTR)text, size, from, PCRE2_NO_UTF_CHECK, data, pattern->limits);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT)
        result = pcre2_match(pattern->code, (PCRE2_SPTR)text, size, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                             data, pattern->limits);
    return result;
}

static bool cut_regex(struct cut *cut, const struct pattern *pattern, const char *text, size_t size,
                      struct lacuna_error *error)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    size_t from = 0;
    int result = 0;
    while (from <= size && (result = match_next(pattern, data, text, size, from)) >= 0) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
        size_t start = ends[0] < from ? from : ends[0], end = ends[1];
        if (end > start) {
            cut_add(cut, start, false);
            cut_add(cut, end, true);
            from = end;
            continue;
        }
        uint32_t code;
        size_t length = start < size ? utf8_decode(text + start, size - start, &code) : 1;
        from = start + (length ? length : 1);
    }
    pcre2_match_data_free(data);
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return true;
    return fail(error, LACUNA_MODEL,
                "a regular expression of the tokenizer takes too long on this text (byte %zu)", from);
}

struct match *pattern_cut(const struct pattern *pattern, const char *text, size_t size, size_t *count,
                          struct lacuna_error *error)
{
    struct cut cut = { 0 };
    if (!pattern->code) {
        cut_literal(&cut, pattern, text, size);
    } else if (!cut_regex(&cut, pattern, text, size, error)) {
        free(cut.at);
        return NULL;
    }
    cut_add(&cut, size, false);
    *count = cut.count;
    return cut.at ? cut.at : memory_new(1, sizeof *cut.at);
}

struct match *letters_cut(bool (*is)(uint32_t code), const char *text, size_t size, size_t *count)
{
    struct cut cut = { 0 };
    uint32_t code;
    for (size_t at = 0, length; at < size && (length = utf8_decode(text + at, size - at, &code));
         at += length)
        if (is(code)) {
            cut_add(&cut, at, false);
            cut_add(&cut, at + length, true);
        }
    cut_add(&cut, size, false);
    *count = cut.count;
    return cut.at ? cut.at : memory_new(1, sizeof *cut.at);
}

bool behavior_read(enum behavior *behavior, const json_t *options, enum behavior otherwise,
                   struct lacuna_error *error)
{
    static const char *const names[] = { "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext",
                                         "Contiguous" };
    const json_t *value = json_object_get(options, "behavior");
    *behavior = otherwise;
    if (!value)
        return true;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (json_is_string(value) && !strcmp(names[k], json_string_value(value))) {
            *behavior = (enum behavior)k;
            return true;
        }
    return fail(error, LACUNA_MODEL, "behavior %.40s is not supported",
                json_is_string(value) ? json_string_value(value) : "?");
}

/* Of a joined pair the second keeps the place of both. */
static void matches_join_alike(struct match *matches, size_t count)
{
    for (size_t k = 1; k < count; k++)
        if (matches[k - 1].hit == matches[k].hit) {
            matches[k].start = matches[k - 1].start;
            matches[k - 1].end = matches[k - 1].start;
        }
}

/* A match goes to the piece before it, if that is no match itself. */
static void matches_join_previous(struct match *matches, size_t count)
{
    for (size_t k = 1; k < count; k++)
        if (matches[k].hit && !matches[k - 1].hit) {
            matches[k - 1].end = matches[k].end;
            matches[k].start = matches[k].end;
        }
}

static void matches_join_next(struct match *matches, size_t count)
{
    for (size_t k = count; k-- > 1;)
        if (matches[k - 1].hit && !matches[k].hit) {
            matches[k].start = matches[k - 1].start;
            matches[k - 1].end = matches[k - 1].start;
        }
}

void matches_to_pieces(struct match *matches, size_t count, enum behavior behavior, const char *text,
                       bool begins, struct pieces *out)
{
    if (behavior == CONTIGUOUS)
        matches_join_alike(matches, count);
    else if (behavior == MERGED_WITH_PREVIOUS)
        matches_join_previous(matches, count);
    else if (behavior == MERGED_WITH_NEXT)
        matches_join_next(matches, count);
    for (size_t k = 0; k < count; k++) {
        const struct match *match = &matches[k];
        if (match->end > match->start && !(match->hit && behavior == REMOVED))
            pieces_add(out, text + match->start, match->end - match->start, begins && !match->start);
    }
}
