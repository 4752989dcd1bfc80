#define PCRE2_CODE_UNIT_WIDTH 8
#include "editor/text/search.h"
#include "editor/base/memory.h"
#include "editor/text/literal.h"
#include "editor/text/search_inside.h"
#include "editor/text/utf8.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Steps at one place before a pattern is given up, memory it may use (KiB), and the slowest search that goes
 * on. */
enum {
    STEP_LIMIT = 2000000,
    HEAP_LIMIT = 65536,
    STACK_SIZE = 8 << 20,
    PATIENCE_MS = 3000,
    SLOWEST_BYTES_A_MS = 64
};
/* A code of our own beside those of PCRE2, and how often to ask. */
enum { INTERRUPTED = 1, ASK_MS = 20 };
/* Bytes searched at once: little at first, for a pattern may be slow, and more as it proves fast. What the
 * window holds behind them shows a match that begins at the last of them. */
enum { SLICE_FIRST = 256, SLICE_LEAST = 16, SLICE_MOST = 32768, SLICE_LITERAL = 1 << 20, SLICE_MARGIN = 64 };

struct search {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    bool (*interrupted)(void *user);
    void *user; /* borrowed */
    bool (*holds)(void *user, unsigned number, size_t offset);
    void *holds_user; /* borrowed */
    double asked_ms;  /* when the user was asked last whether to go on */
    size_t slice;
    double spent_ms; /* on bytes without a match since the search began */
    size_t passed;
    bool anchored;
    struct bytes needle; /* owned: what a search without patterns looks for; empty: use the pattern */
    struct window window;
};

static uint32_t compile_options(unsigned options)
{
    uint32_t flags = PCRE2_USE_OFFSET_LIMIT;
    if (options & SEARCH_LITERAL)
        flags |= PCRE2_LITERAL;
    else
        flags |= PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_UCP;
    if (options & SEARCH_IGNORE_CASE)
        flags |= PCRE2_CASELESS;
    if (options & SEARCH_DOT_ALL && !(options & SEARCH_LITERAL))
        flags |= PCRE2_DOTALL;
    if (!(options & SEARCH_LITERAL) || options & SEARCH_IGNORE_CASE)
        flags |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    return flags;
}

static pcre2_code *compile(const char *pattern, size_t size, unsigned options, struct error *error)
{
    int code;
    size_t place;
    PCRE2_UCHAR message[128];
    uint32_t flags = compile_options(options);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) {
        fail(error, "no memory for the pattern");
        return NULL;
    }
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, size, flags, &code, &place, context);
    if (!compiled && code < 0 && options & SEARCH_LITERAL) {
        flags &= ~(uint32_t)(PCRE2_UTF | PCRE2_MATCH_INVALID_UTF);
        compiled = pcre2_compile((PCRE2_SPTR)pattern, size, flags, &code, &place, context);
    }
    pcre2_compile_context_free(context);
    if (!compiled) {
        pcre2_get_error_message(code, message, sizeof message);
        fail(error, "pattern: %s at byte %zu", (const char *)message, place + 1);
    }
    return compiled;
}

/* Plain text is searched for without the matcher. */
static void take_needle(struct search *search, const char *pattern, size_t size, unsigned options)
{
    if (options & SEARCH_LITERAL)
        bytes_append(&search->needle, pattern, size);
    else if (!literal_of_pattern(pattern, size, &search->needle))
        bytes_clear(&search->needle);
}

struct search *search_new(const char *pattern, size_t size, unsigned options, struct error *error)
{
    pcre2_code *code = compile(pattern, size, options, error);
    if (!code)
        return NULL;
    struct search *search = memory_new_zero(sizeof *search);
    uint32_t lookbehind = 0;
    pcre2_pattern_info(code, PCRE2_INFO_MAXLOOKBEHIND, &lookbehind);
    search->code = code;
    search->data = pcre2_match_data_create(SEARCH_GROUPS, NULL);
    search->context = pcre2_match_context_create(NULL);
    search->stack = pcre2_jit_stack_create(32768, STACK_SIZE, NULL);
    search->slice = SLICE_FIRST;
    search->anchored = options & SEARCH_ANCHORED;
    if (!(options & (SEARCH_IGNORE_CASE | SEARCH_ANCHORED)))
        take_needle(search, pattern, size, options);
    if (!search->needle.size)
        pcre2_jit_compile(code, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD);
    search->window.before = ((size_t)lookbehind + 1) * 4;
    if (!search->data || !search->context || !search->stack) {
        search_free(search);
        fail(error, "no memory for the pattern");
        return NULL;
    }
    pcre2_set_match_limit(search->context, STEP_LIMIT);
    pcre2_set_heap_limit(search->context, HEAP_LIMIT);
    pcre2_jit_stack_assign(search->context, NULL, search->stack);
    return search;
}

void search_free(struct search *search)
{
    if (!search)
        return;
    pcre2_code_free(search->code);
    pcre2_match_data_free(search->data);
    pcre2_match_context_free(search->context);
    pcre2_jit_stack_free(search->stack);
    bytes_free(&search->needle);
    window_free(&search->window);
    free(search);
}

void search_set_interrupt(struct search *search, bool (*interrupted)(void *user), void *user)
{
    search->interrupted = interrupted;
    search->user = user;
}

static int ask_condition(pcre2_callout_block *block, void *user)
{
    const struct search *search = user;
    size_t offset = search->window.start + block->current_position;
    return search->holds(search->holds_user, block->callout_number, offset) ? 0 : 1;
}

void search_set_condition(struct search *search, bool (*holds)(void *user, unsigned number, size_t offset),
                          void *user)
{
    search->holds = holds;
    search->holds_user = user;
    pcre2_set_callout(search->context, holds ? ask_condition : NULL, search);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* Larger slices while they go by quickly, smaller ones where they do not; false where the pattern is
 * hopeless. */
static bool adapt(struct search *search, double ms, size_t bytes)
{
    search->spent_ms += ms;
    search->passed += bytes;
    size_t most = search->needle.size ? SLICE_LITERAL : SLICE_MOST;
    if (ms < 0.5 && search->slice < most)
        search->slice *= 2;
    else if (ms > 4 && search->slice > SLICE_LEAST)
        search->slice /= 2;
    return search->spent_ms < PATIENCE_MS || search->spent_ms * SLOWEST_BYTES_A_MS < (double)search->passed;
}

static bool is_interrupted(struct search *search, double ms)
{
    if (!search->interrupted || ms - search->asked_ms < ASK_MS)
        return false;
    search->asked_ms = ms;
    return search->interrupted(search->user);
}

static enum search_result stop(int code, size_t line, struct error *error)
{
    PCRE2_UCHAR message[128];
    if (code == INTERRUPTED) {
        fail(error, "the search was interrupted");
    } else if (code == 0 || code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_HEAPLIMIT ||
               code == PCRE2_ERROR_JIT_STACKLIMIT || code == PCRE2_ERROR_DEPTHLIMIT) {
        fail(error, "the pattern needs too much work at line %zu: make it simpler", line + 1);
    } else {
        pcre2_get_error_message(code, message, sizeof message);
        fail(error, "the search failed: %s", (const char *)message);
    }
    return SEARCH_STOPPED;
}

static void take_match(const struct search *search, int groups, struct match *match)
{
    const size_t *pairs = pcre2_get_ovector_pointer(search->data);
    match->count = groups > 0 && groups <= SEARCH_GROUPS ? (size_t)groups : SEARCH_GROUPS;
    for (size_t i = 0; i < match->count; i++) {
        bool set = pairs[2 * i] != PCRE2_UNSET;
        match->groups[i].start = set ? search->window.start + pairs[2 * i] : (size_t)-1;
        match->groups[i].end = set ? search->window.start + pairs[2 * i + 1] : (size_t)-1;
    }
    if (match->groups[0].start > match->groups[0].end)
        match->groups[0].start = match->groups[0].end;
}

/* match_window for plain text. */
static int match_needle(struct search *search, size_t from, size_t limit)
{
    const struct window *window = &search->window;
    size_t size = search->needle.size, *pairs = pcre2_get_ovector_pointer(search->data);
    size_t end = window->end - limit > size ? limit + size : window->end;
    const char *start = window->bytes + (from - window->start);
    const char *found = literal_find(start, end - from, search->needle.data, size);
    pairs[0] = found ? (size_t)(found - window->bytes) : end - window->start;
    pairs[1] = pairs[0] + size;
    if (found)
        return 1;
    if (limit + size <= window->end || window->is_last)
        return PCRE2_ERROR_NOMATCH;
    size_t last = end - from > size - 1 ? end - (size - 1) : from;
    pairs[0] = last - window->start;
    return PCRE2_ERROR_PARTIAL;
}

/* One call on the window: matches that begin in [from, limit]. A match that touches the end of a window which
 * is not the end of the text counts as partial. */
static int match_window(struct search *search, size_t from, size_t limit)
{
    const struct window *window = &search->window;
    uint32_t options = window->is_last ? 0 : PCRE2_PARTIAL_HARD | PCRE2_NOTEOL;
    if (search->needle.size)
        return match_needle(search, from, limit);
    if (search->anchored)
        options |= PCRE2_ANCHORED;
    pcre2_set_offset_limit(search->context, limit - window->start);
    int found = pcre2_match(search->code, (PCRE2_SPTR)window->bytes, window->end - window->start,
                            from - window->start, options, search->data, search->context);
    const size_t *pairs = pcre2_get_ovector_pointer(search->data);
    bool touches = found >= 0 && !window->is_last && pairs[1] == window->end - window->start;
    return touches ? PCRE2_ERROR_PARTIAL : found;
}

/* The last place at or before `to` whose match the window can show, in this slice. */
static size_t slice_end(const struct search *search, const struct text *text, size_t from, size_t to)
{
    size_t end = to - from < search->slice ? to : from + search->slice;
    if (!search->window.is_last && end + SLICE_MARGIN > search->window.end)
        end = search->window.end - SLICE_MARGIN;
    return end < to ? text_unit_start(text, end) : to;
}

enum search_result search_next(struct search *search, const struct text *text, size_t from, size_t to,
                               struct match *match, struct error *error)
{
    size_t wanted = 2 * SLICE_MARGIN;
    for (;;) {
        window_place(&search->window, text, from, wanted, search->slice + SLICE_MARGIN);
        size_t limit = slice_end(search, text, from, to), next = limit;
        double begun = now_ms();
        if (is_interrupted(search, begun))
            return stop(INTERRUPTED, 0, error);
        int found = match_window(search, from, limit);
        if (found >= 0) {
            take_match(search, found, match);
            return SEARCH_FOUND;
        }
        if (found == PCRE2_ERROR_PARTIAL)
            next = search->window.start + pcre2_get_ovector_pointer(search->data)[0];
        else if (found != PCRE2_ERROR_NOMATCH)
            return stop(found, text_line_of(text, from), error);
        else if (search->anchored || limit == to)
            return SEARCH_NONE;
        wanted = 2 * SLICE_MARGIN + (found == PCRE2_ERROR_PARTIAL ? 2 * (search->window.end - next) : 0);
        if (!adapt(search, now_ms() - begun, next - from))
            return stop(0, text_line_of(text, from), error);
        from = next;
    }
}

void search_begin(struct search *search)
{
    search->spent_ms = 0;
    search->passed = 0;
    search->asked_ms = now_ms();
    window_forget(&search->window);
}

enum search_result search_forward(struct search *search, const struct text *text, size_t from, size_t to,
                                  struct match *match, struct error *error)
{
    if (to > text_size(text))
        to = text_size(text);
    search_begin(search);
    return from > to ? SEARCH_NONE : search_next(search, text, from, to, match, error);
}

/* The last match that begins in [from, to]. */
static enum search_result search_last(struct search *search, const struct text *text, size_t from, size_t to,
                                      struct match *match, struct error *error)
{
    enum search_result result = SEARCH_NONE, next;
    struct match found;
    while (from <= to && (next = search_next(search, text, from, to, &found, error)) != SEARCH_NONE) {
        if (next == SEARCH_STOPPED)
            return next;
        result = SEARCH_FOUND;
        *match = found;
        struct unit unit = text_unit(text, found.groups[0].start);
        from = found.groups[0].start + (unit.size ? unit.size : 1);
    }
    return result;
}

enum search_result search_backward(struct search *search, const struct text *text, size_t from, size_t to,
                                   struct match *match, struct error *error)
{
    size_t block = 4096;
    if (to > text_size(text) + 1)
        to = text_size(text) + 1;
    search_begin(search);
    while (to > from) {
        size_t start = to - from > block ? text_unit_start(text, to - block) : from;
        if (start < from)
            start = from;
        enum search_result result = search_last(search, text, start, to - 1, match, error);
        if (result != SEARCH_NONE)
            return result;
        to = start;
        block = block < SLICE_MOST ? block * 2 : block;
    }
    return SEARCH_NONE;
}
