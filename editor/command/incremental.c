/* incremental.c - searches that show what they find while they are typed: the first match of / and ? (option
 * incsearch), and a search whose keys step from match to match, in the keymap's mode "searching". */
#include "editor/command/search.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void incremental_begin(struct editor *editor)
{
    size_t cursor = editor->window.cursor;
    struct incremental *search = &editor->inside->incremental;
    search->active = true;
    search->backward = search->failed = false;
    search->origin = cursor;
    search->match = (struct span){ cursor, cursor };
}

void incremental_end(struct editor *editor)
{
    struct incremental *search = &editor->inside->incremental;
    if (search->active)
        editor->window.cursor = search->origin;
    search->active = false;
}

static const char *typed_text(const struct editor *editor)
{
    return editor->prompt.text.size ? editor->prompt.text.data : "";
}

/* The match that the pattern typed so far would go to. What is wrong with it is said when it is whole. */
static void preview(struct editor *editor)
{
    struct incremental *search = &editor->inside->incremental;
    bool backward = editor->prompt.kind == '?';
    const char *typed = typed_text(editor);
    size_t length = pattern_end(typed, strlen(typed), backward ? '?' : '/', editor->options.magic);
    size_t at = search->origin;
    editor->window.cursor = search->origin;
    search->match = (struct span){ at, at };
    if (length == 0)
        return;
    char said[sizeof editor->message];
    bool was_error = editor->message_is_error;
    char *source = memory_copy(typed, length);
    struct match match;
    memcpy(said, editor->message, sizeof said);
    struct pattern *pattern = pattern_use(editor, source);
    if (pattern && search_step(editor, pattern, &at, backward, false, &match)) {
        search->match = match.groups[0];
        editor->window.cursor = at;
    }
    free(source);
    memcpy(editor->message, said, sizeof said);
    editor->message_is_error = was_error;
}

/* As emacs has it: capitals count only where some are typed, and no character has a meaning of its own. */
static struct pattern *typed_pattern(struct editor *editor)
{
    bool capital = false;
    for (const char *at = typed_text(editor); *at; at++)
        capital = capital || isupper((unsigned char)*at);
    char *literal = pattern_of_text(typed_text(editor));
    struct bytes source = { 0 };
    bytes_format(&source, "%s%s", capital ? "\\C" : "\\c", literal);
    search_remember(editor, source.data, editor->inside->incremental.backward, "");
    struct pattern *pattern = pattern_use(editor, source.data);
    bytes_free(&source);
    free(literal);
    return pattern;
}

static void say(struct editor *editor)
{
    const struct incremental *search = &editor->inside->incremental;
    snprintf(editor->prompt.ask, sizeof editor->prompt.ask, "%ssearch%s: ", search->failed ? "failing " : "",
             search->backward ? " back" : "");
}

/* Looks for what is typed: from the match shown on, or for the `next` one, around the end after a failure. */
static void seek(struct editor *editor, bool next)
{
    struct incremental *search = &editor->inside->incremental;
    size_t size = text_size(editor_text(editor)), cursor = editor->window.cursor,
           length = editor->prompt.text.size;
    struct match match;
    bool found = length == 0, around = next && search->failed;
    struct pattern *pattern = length ? typed_pattern(editor) : NULL;
    if (pattern && search->backward) {
        size_t to = !next ? search->match.start + 1 : cursor >= length ? cursor - length + 1 : 0;
        found = pattern_backward(editor, pattern, 0, around ? size : to, &match);
    } else if (pattern) {
        size_t from = next ? cursor : search->match.start;
        found = pattern_forward(editor, pattern, around ? 0 : from, size, &match);
    }
    search->failed = !found;
    if (pattern && found) {
        search->match = match.groups[0];
        editor->window.cursor = search->backward ? search->match.start : search->match.end;
    }
    say(editor);
}

void incremental_update(struct editor *editor)
{
    if (!editor->inside->incremental.active || !editor->prompt.active)
        return;
    if (editor->prompt.kind == 'i')
        seek(editor, false);
    else
        preview(editor);
}

/* Argument: back. */
static bool begin(struct editor *editor, const struct call *call)
{
    incremental_begin(editor);
    editor->inside->incremental.backward = *call->argument;
    prompt_open(editor, 'i', "");
    say(editor);
    return true;
}

/* Argument: back. Without a text yet: the one searched for last. */
static bool step(struct editor *editor, const struct call *call)
{
    struct incremental *search = &editor->inside->incremental;
    bool fresh = editor->prompt.text.size == 0;
    if (fresh && search->last)
        prompt_insert(editor, search->last, strlen(search->last));
    if (search->backward != (*call->argument != 0))
        search->failed = false;
    search->backward = *call->argument;
    seek(editor, true);
    return true;
}

static void leave(struct editor *editor, bool stays)
{
    struct incremental *search = &editor->inside->incremental;
    size_t target = editor->window.cursor;
    if (editor->prompt.text.size) {
        char *text = memory_copy(typed_text(editor), editor->prompt.text.size);
        free(search->last);
        search->last = text;
    }
    prompt_close(editor);
    if (!stays || target == editor->window.cursor)
        return;
    mark_ring_push(editor);
    jump_remember(editor);
    editor->inside->insertion.moved = true;
    editor_set_cursor(editor, target);
}

static bool accept(struct editor *editor, const struct call *call)
{
    (void)call;
    leave(editor, true);
    return true;
}

static bool abandon(struct editor *editor, const struct call *call)
{
    (void)call;
    leave(editor, false);
    return true;
}

/* Any other key ends the search and does what it does. */
static bool type(struct editor *editor, const struct call *call)
{
    uint32_t code = key_character(call->character);
    struct bytes bytes = { 0 };
    if (code == (uint32_t)-1) {
        leave(editor, true);
        input_push(editor, &call->character, 1);
        return true;
    }
    key_encode(call->character, &bytes);
    prompt_insert(editor, bytes.data, bytes.size);
    bytes_free(&bytes);
    seek(editor, false);
    return true;
}

static bool shorten(struct editor *editor, const struct call *call)
{
    struct incremental *search = &editor->inside->incremental;
    if (editor->prompt.text.size == 0)
        return abandon(editor, call);
    command_find("prompt-back", strlen("prompt-back"))->act(editor, call);
    search->match = (struct span){ search->origin, search->origin };
    search->failed = false;
    editor->window.cursor = search->origin;
    seek(editor, false);
    return true;
}

/* The rest of the word at the cursor joins what is searched for. */
static bool take_word(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    size_t from = editor->inside->incremental.match.end, to = from, size = text_size(text);
    while (to < size && !code_is_word(place_code(text, to)) && text_byte(text, to) != '\n')
        to = place_next(text, to);
    while (to < size && code_is_word(place_code(text, to)))
        to = place_next(text, to);
    char *bytes = text_copy(text, (struct span){ from, to });
    prompt_insert(editor, bytes, to - from);
    free(bytes);
    seek(editor, false);
    return true;
}

size_t editor_highlights(struct editor *editor, struct span within, struct span *out, size_t limit)
{
    const struct incremental *search = &editor->inside->incremental;
    if (search->active && editor->prompt.kind != 'i') {
        if (limit == 0 || search->match.end == search->match.start || search->match.start < within.start ||
            search->match.start >= within.end)
            return 0;
        out[0] = search->match;
        return 1;
    }
    if (!editor->search.pattern || !editor->search.highlight || !editor->options.hlsearch)
        return 0;
    struct pattern *pattern = pattern_use(editor, "");
    struct match match;
    size_t count = 0, from = within.start;
    while (pattern && count < limit && from < within.end &&
           pattern_forward(editor, pattern, from, within.end - 1, &match)) {
        struct span span = match.groups[0];
        if (span.end > span.start)
            out[count++] = span;
        from = span.end > span.start ? span.end : place_next(editor_text(editor), span.start);
    }
    return count;
}

const struct command commands_incremental[] = {
    { "search-incremental",
      "searches for a text while it is typed, `back`: backwards; the same key steps on",
      COMMAND_ACTION,
      0,
      { .act = begin },
      0 },
    { "search-step",
      "the next match of the search being typed; `back`: the one before",
      COMMAND_ACTION,
      HIDDEN,
      { .act = step },
      0 },
    { "search-accept", "stays at the match", COMMAND_ACTION, HIDDEN, { .act = accept }, 0 },
    { "search-abandon", "back to where the search began", COMMAND_ACTION, HIDDEN, { .act = abandon }, 0 },
    { "search-type",
      "searches for the character too; another key ends the search",
      COMMAND_ACTION,
      HIDDEN,
      { .act = type },
      0 },
    { "search-shorten", "searches for a character less", COMMAND_ACTION, HIDDEN, { .act = shorten }, 0 },
    { "search-take-word",
      "searches for the rest of the word too",
      COMMAND_ACTION,
      HIDDEN,
      { .act = take_word },
      0 },
    { 0 },
};
