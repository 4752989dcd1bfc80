/* search.c - / ? n N * # and what they share. */
#include "editor/command/search.h"

#include "editor/command/pattern.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTED_LINE = 1 << 16 };

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    search_free(pattern->search);
    free(pattern);
}

/* Whether a place lies in the last selection. */
static bool in_selection(const struct editor *editor, size_t at)
{
    struct text *text = editor_text(editor);
    size_t anchor, cursor, tabstop = (size_t)editor->options.tabstop;
    if (!selection_last(editor, &anchor, &cursor))
        return false;
    size_t first = anchor < cursor ? anchor : cursor, last = anchor < cursor ? cursor : anchor;
    if (editor->inside->selection.shape == SHAPE_CHARACTERS)
        return at >= first && at <= last;
    if (at < place_begin(text, first) || at > place_end(text, last))
        return false;
    size_t left = place_column(text, anchor, tabstop), right = place_column(text, cursor, tabstop),
           column = place_column(text, at, tabstop);
    bool in_columns = column >= (left < right ? left : right) && column <= (left < right ? right : left);
    return editor->inside->selection.shape == SHAPE_LINES || editor->inside->selection.to_end || in_columns;
}

static int order_of(size_t left, size_t right)
{
    return left < right ? -1 : left > right;
}

static bool condition_holds(void *user, unsigned number, size_t at)
{
    const struct pattern *pattern = user;
    struct editor *editor = pattern->editor;
    struct text *text = editor_text(editor);
    const struct pattern_condition *condition = &pattern->conditions[number - 1];
    size_t offset;
    switch (condition->kind) {
    case 'V':
        return in_selection(editor, at);
    case '#':
        return at == editor->window.cursor;
    case 'l':
        return order_of(place_line(text, at) + 1, condition->number) == condition->order;
    case 'c':
        return order_of(at - place_begin(text, at) + 1, condition->number) == condition->order;
    case 'v':
        return order_of(place_column(text, at, (size_t)editor->options.tabstop) + 1, condition->number) ==
               condition->order;
    default:
        return document_mark_offset(editor_document(editor), (uint32_t)condition->number, &offset) &&
               order_of(at, offset) == condition->order;
    }
}

static struct pattern *pattern_compile(struct editor *editor, const char *text, struct error *error)
{
    struct pattern_style style = { editor->options.magic, editor->options.ignorecase,
                                   editor->options.smartcase, editor->inside->substitution.replacement };
    struct pattern_facts facts;
    struct bytes translated = { 0 };
    struct pattern *pattern = 0;
    if (pattern_translate(text, strlen(text), &style, &translated, &facts, error)) {
        struct search *search = search_new(translated.data ? translated.data : "", translated.size,
                                           facts.ignores_case ? SEARCH_IGNORE_CASE : 0, error);
        if (search) {
            search_set_interrupt(search, editor->interrupted, editor->interrupted_user);
            pattern = memory_new_zero(sizeof *pattern);
            *pattern = (struct pattern){ search, facts.crosses_lines, editor, { { 0 } } };
            memcpy(pattern->conditions, facts.conditions, sizeof facts.conditions);
            search_set_condition(search, facts.condition_count ? condition_holds : 0, pattern);
        }
    }
    bytes_free(&translated);
    return pattern;
}

struct pattern *pattern_use(struct editor *editor, const char *text)
{
    struct editor_inside *inside = editor->inside;
    if (!*text)
        text = editor->search.pattern;
    if (!text) {
        editor_error(editor, "there is no pattern yet");
        return 0;
    }
    bool stale = !inside->pattern || strcmp(inside->pattern_text, text) || strchr(text, '~') ||
                 inside->pattern_ignores_case != editor->options.ignorecase ||
                 inside->pattern_smart != editor->options.smartcase;
    if (!stale)
        return inside->pattern;
    struct error error = { "" };
    struct pattern *pattern = pattern_compile(editor, text, &error);
    if (!pattern) {
        editor_error(editor, "%s", error.text);
        return 0;
    }
    pattern_free(inside->pattern);
    inside->pattern = pattern;
    char *copy = memory_copy(text, strlen(text));
    free(inside->pattern_text);
    inside->pattern_text = copy;
    inside->pattern_ignores_case = editor->options.ignorecase;
    inside->pattern_smart = editor->options.smartcase;
    return pattern;
}

static bool report(struct editor *editor, const struct error *error)
{
    if (error->text[0])
        editor_error(editor, "%s", error->text);
    return false;
}

bool pattern_forward(struct editor *editor, struct pattern *pattern, size_t from, size_t to,
                     struct match *match)
{
    struct text *text = editor_text(editor);
    struct error error = { "" };
    size_t size = text_size(text);
    if (from > to || from > size)
        return false;
    if (search_forward(pattern->search, text, from, to, match, &error) != SEARCH_FOUND)
        return report(editor, &error);
    return match->groups[0].start < size || size == 0;
}

bool pattern_backward(struct editor *editor, struct pattern *pattern, size_t from, size_t to,
                      struct match *match)
{
    struct text *text = editor_text(editor);
    struct error error = { "" };
    if (to > text_size(text))
        to = text_size(text);
    if (from >= to)
        return false;
    return search_backward(pattern->search, text, from, to, match, &error) == SEARCH_FOUND ||
           report(editor, &error);
}

/* Where the cursor would stand on a match: never behind the last character of a line. */
static size_t landing_place(const struct text *text, const struct match *match)
{
    size_t start = match->groups[0].start;
    return text_byte(text, start) == '\n' && start > place_begin(text, start) ? place_previous(text, start)
                                                                              : start;
}

/* The place of a match: its begin, or its last character. */
static size_t match_place(const struct text *text, const struct match *match, bool end)
{
    struct span span = match->groups[0];
    if (!end || span.end == span.start)
        return span.start;
    return place_previous(text, span.end);
}

/* Where the matches of a line are counted from: its begin, as no match begins inside the one before it. */
static size_t count_from(const struct text *text, size_t at)
{
    size_t begin = place_begin(text, at);
    return at - begin < COUNTED_LINE ? begin : place_next(text, at);
}

static size_t behind_match(const struct text *text, const struct match *match)
{
    struct span span = match->groups[0];
    return span.end > span.start ? span.end : place_next(text, span.start);
}

static bool next_forward(struct editor *editor, struct pattern *pattern, size_t at, bool end,
                         struct match *match)
{
    struct text *text = editor_text(editor);
    size_t size = text_size(text), from = end ? place_begin(text, at) : count_from(text, at);
    while (pattern_forward(editor, pattern, from, size, match)) {
        if (end ? match->groups[0].end > place_next(text, at) : landing_place(text, match) > at)
            return true;
        size_t line_end = place_end(text, match->groups[0].start) + 1;
        from = behind_match(text, match);
        from = from > line_end ? line_end : from;
        if (from >= size)
            return false;
    }
    return false;
}

/* The last match that begins before `to` in the line of another match, none overlapping the one before. */
static bool last_in_line(struct editor *editor, struct pattern *pattern, size_t to, size_t below,
                         struct match *match)
{
    struct text *text = editor_text(editor);
    struct match found;
    bool any = false;
    size_t start = match->groups[0].start,
           from = start - place_begin(text, start) < COUNTED_LINE ? place_begin(text, start) : start;
    while (from < to && pattern_forward(editor, pattern, from, to - 1, &found)) {
        if (match_place(text, &found, below != (size_t)-1) >= below)
            break;
        *match = found;
        any = true;
        from = behind_match(text, &found);
    }
    return any;
}

static bool next_backward(struct editor *editor, struct pattern *pattern, size_t at, bool end,
                          struct match *match)
{
    struct text *text = editor_text(editor);
    size_t to = end ? place_end(text, at) + 1 : at;
    while (pattern_backward(editor, pattern, 0, to, match)) {
        size_t begin = place_begin(text, match->groups[0].start);
        if (last_in_line(editor, pattern, to, end ? at : (size_t)-1, match))
            return true;
        to = begin;
    }
    return false;
}

bool search_step(struct editor *editor, struct pattern *pattern, size_t *at, bool backward, bool end,
                 struct match *match)
{
    struct text *text = editor_text(editor);
    size_t size = text_size(text);
    bool found = backward ? next_backward(editor, pattern, *at, end, match)
                          : next_forward(editor, pattern, *at, end, match);
    if (!found && editor->options.wrapscan) {
        found = backward ? next_backward(editor, pattern, size, false, match)
                         : pattern_forward(editor, pattern, 0, size, match);
        if (found && !editor->message[0])
            editor_message(editor,
                           backward ? "search went on from the end" : "search went on from the begin");
    }
    if (found)
        *at = match_place(text, match, end);
    return found;
}

/* What stands behind the pattern: a line offset or a place relative to the match. */
struct search_offset {
    bool line, end;
    long count;
};

static struct search_offset offset_parse(const char **text)
{
    struct search_offset offset = { 0 };
    const char *at = *text;
    if (*at == 'e' || *at == 's' || *at == 'b') {
        offset.end = *at == 'e';
        at++;
    } else if (strchr("+-0123456789", *at) && *at) {
        offset.line = true;
    }
    if (strchr("+-0123456789", *at) && *at) {
        char *end;
        bool sign = *at == '+' || *at == '-';
        if (sign && (at[1] < '0' || at[1] > '9')) {
            offset.count = *at == '+' ? 1 : -1;
            at++;
        } else {
            offset.count = strtol(at, &end, 10);
            at = end;
        }
        if (offset.count > COUNT_LIMIT)
            offset.count = COUNT_LIMIT;
        else if (offset.count < -COUNT_LIMIT)
            offset.count = -COUNT_LIMIT;
    }
    *text = at;
    return offset;
}

static void step_characters(const struct text *text, size_t *at, long count)
{
    for (; count > 0; count--)
        if (place_step_over(text, at) < 0)
            return;
    for (; count < 0; count++)
        if (place_step_back_over(text, at) < 0)
            return;
}

static bool search_apply(struct editor *editor, struct pattern *pattern, bool backward, size_t count,
                         size_t *at, struct search_goal *goal)
{
    struct text *text = editor_text(editor);
    const char *spelled = editor->search.offset;
    struct search_offset offset = offset_parse(&spelled);
    struct match match;
    if (!offset.line && offset.count)
        step_characters(text, at, -offset.count);
    for (size_t i = 0; i < count; i++) {
        if (!search_step(editor, pattern, at, backward, offset.end, &match))
            return editor->message_is_error ? false
                                            : editor_error(editor, "not found: %s", editor->search.pattern);
        if (i > 1000 && count > 100000)
            count = i + 1 + (count - i - 1) % 1000;
    }
    goal->linewise = offset.line;
    goal->inclusive = offset.end;
    if (offset.line) {
        size_t line = place_line(text, *at), lines = place_lines(text), distance = (size_t)labs(offset.count);
        if (offset.count < 0)
            line = distance < line ? line - distance : 0;
        else
            line = line + distance < lines ? line + distance : lines - 1;
        *at = place_line_begin(text, line);
    } else {
        step_characters(text, at, offset.count);
    }
    return true;
}

void search_remember(struct editor *editor, const char *pattern, bool backward, const char *offset)
{
    if (*pattern && pattern != editor->search.pattern) {
        char *copy = memory_copy(pattern, strlen(pattern));
        free(editor->search.pattern);
        editor->search.pattern = copy;
    }
    editor->search.backward = backward;
    editor->search.highlight = true;
    if (offset) {
        size_t size = strlen(offset);
        if (size >= sizeof editor->search.offset)
            size = 0;
        memmove(editor->search.offset, offset, size);
        editor->search.offset[size] = 0;
    }
}

/* One PATTERN[/OFFSET] from *typed on; *typed then stands behind it. */
static bool search_part(struct editor *editor, const char **typed, bool backward, size_t count, size_t *at,
                        struct search_goal *goal)
{
    char delimiter = backward ? '?' : '/';
    size_t size = strlen(*typed), length = pattern_end(*typed, size, delimiter, editor->options.magic);
    struct bytes pattern = { 0 };
    for (size_t i = 0; i < length; i++) {
        if ((*typed)[i] == '\\' && i + 1 < length && (*typed)[i + 1] == delimiter && delimiter == '?')
            i++;
        bytes_append_byte(&pattern, (*typed)[i]);
    }
    bytes_append(&pattern, "", 1);
    const char *offset = *typed + length, *rest = offset;
    bool has_offset = *offset == delimiter;
    if (has_offset) {
        rest = ++offset;
        offset_parse(&rest);
    }
    char spelled[sizeof editor->search.offset] = "";
    if (has_offset && (size_t)(rest - offset) < sizeof spelled)
        memcpy(spelled, offset, (size_t)(rest - offset));
    bool new_pattern = pattern.data[0];
    search_remember(editor, pattern.data, backward, has_offset || new_pattern ? spelled : 0);
    bytes_free(&pattern);
    *typed = rest;
    struct pattern *compiled = pattern_use(editor, "");
    return compiled && search_apply(editor, compiled, backward, count, at, goal);
}

bool search_run(struct editor *editor, const char *typed, bool backward, size_t count, size_t *at,
                struct search_goal *goal)
{
    for (int parts = 0; parts < 20; parts++) {
        if (!search_part(editor, &typed, backward, count, at, goal))
            return false;
        if (typed[0] != ';' || (typed[1] != '/' && typed[1] != '?'))
            return true;
        backward = typed[1] == '?';
        typed += 2;
        count = 1;
    }
    return true;
}

static bool search_line(struct editor *editor, const struct call *call, struct motion *motion, bool backward)
{
    struct search_goal goal = { 0 };
    if (!search_run(editor, call->argument, backward, call->count, &motion->target, &goal))
        return false;
    motion->linewise = goal.linewise;
    motion->inclusive = goal.inclusive;
    return true;
}

static bool search_down(struct editor *editor, const struct call *call, struct motion *motion)
{
    return search_line(editor, call, motion, false);
}

static bool search_up(struct editor *editor, const struct call *call, struct motion *motion)
{
    return search_line(editor, call, motion, true);
}

static bool search_again(struct editor *editor, const struct call *call, struct motion *motion, bool reverse)
{
    struct pattern *pattern = pattern_use(editor, "");
    struct search_goal goal = { 0 };
    editor->search.highlight = true;
    if (!pattern || !search_apply(editor, pattern, editor->search.backward != reverse, call->count,
                                  &motion->target, &goal))
        return false;
    motion->linewise = goal.linewise;
    motion->inclusive = goal.inclusive;
    return true;
}

static bool search_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return search_again(editor, call, motion, false);
}

static bool search_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return search_again(editor, call, motion, true);
}

/* The word under the cursor or after it on its line, else a run of other characters. */
bool word_under(const struct text *text, size_t at, bool words_only, struct span *span)
{
    size_t end = place_end(text, at), start = at;
    while (start < end && !code_is_word(place_code(text, start)))
        start = place_next(text, start);
    bool word = start < end;
    if (!word) {
        if (words_only)
            return false;
        for (start = at; start < end && code_is_blank(place_code(text, start));)
            start = place_next(text, start);
        if (start >= end)
            return false;
    }
    size_t begin = place_begin(text, at);
    int class = code_class(place_code(text, start), false);
    while (start > begin) {
        size_t before = place_previous(text, start);
        if (code_class(place_code(text, before), false) != class)
            break;
        start = before;
    }
    span->start = span->end = start;
    while (span->end < end && code_class(place_code(text, span->end), false) == class)
        span->end = place_next(text, span->end);
    return true;
}

static bool search_word(struct editor *editor, const struct call *call, struct motion *motion, bool backward)
{
    struct text *text = editor_text(editor);
    struct span span;
    if (!word_under(text, motion->target, false, &span))
        return editor_error(editor, "there is no word under the cursor");
    bool whole = call->argument[0] != 'p' && code_is_word(place_code(text, span.start));
    char *word = text_copy(text, span);
    struct bytes pattern = { 0 };
    bytes_append_text(&pattern, whole ? "\\<" : "");
    for (size_t i = 0; i < span.end - span.start; i++) {
        if (strchr("\\/.*$^~[]", word[i]) && word[i])
            bytes_append_byte(&pattern, '\\');
        bytes_append_byte(&pattern, word[i]);
    }
    bytes_append_text(&pattern, whole ? "\\>" : "");
    free(word);
    search_remember(editor, pattern.data, backward, "");
    history_add(&editor->inside->patterns, pattern.data);
    bytes_free(&pattern);
    motion->target = span.start;
    struct call again = *call;
    return search_again(editor, &again, motion, false);
}

static bool search_word_down(struct editor *editor, const struct call *call, struct motion *motion)
{
    return search_word(editor, call, motion, false);
}

static bool search_word_up(struct editor *editor, const struct call *call, struct motion *motion)
{
    return search_word(editor, call, motion, true);
}

/* The match that the cursor is on, else the next one. */
static bool match_object(struct editor *editor, const struct call *call, struct region *region, bool backward)
{
    (void)call;
    struct text *text = editor_text(editor);
    struct pattern *pattern = pattern_use(editor, "");
    if (!pattern)
        return false;
    size_t at = editor->window.cursor, from = place_begin(text, at), size = text_size(text);
    struct match match;
    bool found = false;
    while (!found && pattern_forward(editor, pattern, from, at, &match)) {
        found = match.groups[0].end > at;
        from = match.groups[0].end > match.groups[0].start ? match.groups[0].end
                                                           : place_next(text, match.groups[0].start);
        if (from > at || from >= size)
            break;
    }
    if (!found && !search_step(editor, pattern, &at, backward, false, &match))
        return editor_error(editor, "not found: %s", editor->search.pattern);
    *region = (struct region){ .shape = SHAPE_CHARACTERS, .span = match.groups[0] };
    if (region->span.end == region->span.start)
        region->span.end = place_next(text, region->span.start);
    return true;
}

static bool match_next(struct editor *editor, const struct call *call, struct region *region)
{
    return match_object(editor, call, region, false);
}

static bool match_previous(struct editor *editor, const struct call *call, struct region *region)
{
    return match_object(editor, call, region, true);
}

enum { SEARCH_MOTION = MOTION_JUMP | MOTION_NUMBERED };

const struct command commands_search[] = {
    { "search-forward",
      "asks for a pattern and goes to the next match",
      COMMAND_MOTION,
      SEARCH_MOTION | TAKES_LINE,
      { .move = search_down },
      0 },
    { "search-backward",
      "asks for a pattern and goes to the match before",
      COMMAND_MOTION,
      SEARCH_MOTION | TAKES_LINE,
      { .move = search_up },
      0 },
    { "search-next",
      "the next match of the last search",
      COMMAND_MOTION,
      SEARCH_MOTION,
      { .move = search_next },
      0 },
    { "search-previous", "the match before", COMMAND_MOTION, SEARCH_MOTION, { .move = search_previous }, 0 },
    { "search-word-forward",
      "the next place of the word under the cursor; `part`: in longer words too",
      COMMAND_MOTION,
      SEARCH_MOTION,
      { .move = search_word_down },
      0 },
    { "search-word-backward",
      "the place before of the word under the cursor",
      COMMAND_MOTION,
      SEARCH_MOTION,
      { .move = search_word_up },
      0 },
    { "match-next",
      "the match under the cursor, else the next one",
      COMMAND_OBJECT,
      0,
      { .select = match_next },
      0 },
    { "match-previous",
      "the match under the cursor, else the one before",
      COMMAND_OBJECT,
      0,
      { .select = match_previous },
      0 },
    { 0 },
};
