#include "editor/command/editor_inside.h"

#include "editor/command/fill.h"
#include "editor/command/search.h"
#include "editor/text/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct editor *editor_new(void)
{
    struct editor *editor = memory_new_zero(sizeof *editor);
    editor->inside = memory_new_zero(sizeof *editor->inside);
    editor->inside->budget = KEY_BUDGET;
    editor->pending.operator_argument = "";
    editor->window.rows = 23;
    editor->window.columns = 80;
    options_reset(&editor->options);
    return editor;
}

static void history_free(struct line_history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->lines[i]);
    free(history->lines);
}

static void inside_free(struct editor_inside *inside)
{
    key_list_free(&inside->queue);
    key_list_free(&inside->record);
    key_list_free(&inside->repeat.inserted);
    key_list_free(&inside->insertion.keys);
    key_list_free(&inside->last_inserted);
    saved_call_free(&inside->repeat.command);
    saved_call_free(&inside->repeat.motion);
    free(inside->insertion.stack);
    confirm_free(&inside->confirm);
    free(inside->substitution.pattern);
    free(inside->substitution.replacement);
    free(inside->incremental.last);
    free(inside->last_line);
    free(inside->last_filter);
    free(inside->jumps);
    history_free(&inside->lines);
    history_free(&inside->patterns);
    pattern_free(inside->pattern);
    free(inside->pattern_text);
    free(inside);
}

void editor_free(struct editor *editor)
{
    if (!editor)
        return;
    fill_free(editor->fill);
    for (size_t i = 0; i < editor->document_count; i++)
        document_free(editor->documents[i]);
    free(editor->documents);
    keymap_free(editor->keymap);
    key_list_free(&editor->pending.shown);
    key_list_free(&editor->pending.sequence);
    key_list_free(&editor->pending.operator_keys);
    bytes_free(&editor->prompt.text);
    bytes_free(&editor->prompt.typed);
    bytes_free(&editor->listing);
    registers_free(&editor->registers);
    free(editor->search.pattern);
    inside_free(editor->inside);
    free(editor);
}

bool editor_use_keymap(struct editor *editor, const char *name, struct error *error)
{
    struct keymap *keymap = keymap_load(name, error);
    if (!keymap)
        return false;
    pending_clear(editor);
    keymap_free(editor->keymap);
    editor->keymap = keymap;
    editor->inside->base = strcmp(keymap->initial, "insert") ? MODE_NORMAL : MODE_INSERT;
    editor->inside->exclusive = editor->inside->base == MODE_INSERT;
    editor->mode = editor->inside->base;
    return true;
}

struct document *editor_document(const struct editor *editor)
{
    return editor->documents[editor->current];
}

struct text *editor_text(const struct editor *editor)
{
    return editor->documents[editor->current]->text;
}

void editor_replace(struct editor *editor, struct span span, const char *bytes, size_t size)
{
    struct document *document = editor_document(editor);
    document_begin_at(document, editor->window.cursor);
    document_replace(document, span, bytes, size);
}

void editor_close_step(struct editor *editor)
{
    document_close_step(editor_document(editor), editor->window.cursor);
}

static bool say(struct editor *editor, bool is_error, const char *format, va_list arguments)
{
    vsnprintf(editor->message, sizeof editor->message, format, arguments);
    editor->message_is_error = is_error;
    return !is_error;
}

bool editor_message(struct editor *editor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(editor, false, format, arguments);
    va_end(arguments);
    return true;
}

bool editor_error(struct editor *editor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(editor, true, format, arguments);
    va_end(arguments);
    return false;
}

size_t editor_column(const struct editor *editor, size_t offset)
{
    return place_column(editor_text(editor), offset, (size_t)editor->options.tabstop);
}

size_t editor_offset_at(const struct editor *editor, size_t line_begin, size_t column)
{
    return place_at_column(editor_text(editor), line_begin, column, (size_t)editor->options.tabstop, false,
                           0);
}

void editor_set_cursor(struct editor *editor, size_t offset)
{
    size_t size = text_size(editor_text(editor));
    editor->window.cursor = offset < size ? offset : size;
    editor->window.wanted = editor_column(editor, editor->window.cursor);
    editor->inside->wanted_follows = true;
}

void cursor_settle(struct editor *editor)
{
    struct text *text = editor_text(editor);
    size_t size = text_size(text), cursor = editor->window.cursor;
    if (size > 0 && cursor >= size)
        cursor = place_begin(text, size - 1);
    else if (cursor > size)
        cursor = size;
    if (editor->mode == MODE_NORMAL && !editor->inside->once && cursor == place_end(text, cursor))
        cursor = place_last(text, cursor);
    cursor = place_snap(text, cursor);
    if (editor->inside->wanted_follows && cursor != editor->window.cursor)
        editor->window.wanted = editor_column(editor, cursor);
    editor->inside->wanted_follows = false;
    editor->window.cursor = cursor;
    if (editor->window.anchor >= size)
        editor->window.anchor = size ? size - 1 : 0;
    if (editor->window.top > size)
        editor->window.top = size;
    editor->window.top = place_begin(text, editor->window.top);
}

/* Documents */

static size_t add_document(struct editor *editor, struct document *document)
{
    editor->documents =
        memory_resize(editor->documents, (editor->document_count + 1) * sizeof *editor->documents);
    editor->documents[editor->document_count] = document;
    return editor->document_count++;
}

void editor_show_document(struct editor *editor, size_t index)
{
    if (index >= editor->document_count)
        return;
    if (editor->window.document) {
        editor->window.document->cursor = editor->window.cursor;
        editor->window.document->top = editor->window.top;
    }
    if (index != editor->current)
        editor->alternate = editor->current;
    editor->current = index;
    struct document *document = editor->documents[index];
    editor->window.document = document;
    editor->window.top = document->top;
    editor->window.anchor = 0;
    editor->inside->last_insert_end.set = false;
    if (editor->mode == MODE_VISUAL)
        editor->mode = editor->inside->base;
    editor_set_cursor(editor, document->cursor);
    cursor_settle(editor);
}

void editor_forget_document(struct editor *editor, size_t index)
{
    if (index >= editor->document_count || index == editor->current)
        return;
    struct document *document = editor->documents[index];
    struct editor_inside *inside = editor->inside;
    fill_forget(editor, document);
    size_t kept = 0;
    for (size_t i = 0; i < inside->jump_count; i++)
        if (inside->jumps[i].document != document)
            inside->jumps[kept++] = inside->jumps[i];
    inside->jump_count = inside->jump_at = kept;
    for (size_t i = kept = 0; i < inside->ring.count; i++)
        if (inside->ring.marks[i].document != document)
            inside->ring.marks[kept++] = inside->ring.marks[i];
    inside->ring.count = kept;
    for (int i = 0; i < 26; i++)
        if (inside->marks[i].document == document)
            inside->marks[i] = (struct jump){ 0 };
    memmove(&editor->documents[index], &editor->documents[index + 1],
            (editor->document_count - index - 1) * sizeof(struct document *));
    editor->document_count--;
    editor->current -= editor->current > index;
    editor->alternate =
        editor->alternate == index ? editor->document_count : editor->alternate - (editor->alternate > index);
    document_free(document);
}

static struct document *read_document(const char *path, struct error *error)
{
    struct file file;
    if (!path)
        return document_new(0);
    if (!file_read(path, 0, &file, error))
        return 0;
    struct document *document = document_from_text(file.text, path);
    document->form = file.form;
    document->stamp = file.stamp;
    document->readonly = file.read_only;
    return document;
}

bool editor_open(struct editor *editor, const char *path, struct error *error)
{
    for (size_t i = 0; path && i < editor->document_count; i++)
        if (editor->documents[i]->path && !strcmp(editor->documents[i]->path, path)) {
            editor_show_document(editor, i);
            return true;
        }
    struct document *document = read_document(path, error);
    if (!document)
        return false;
    editor_show_document(editor, add_document(editor, document));
    return true;
}

bool editor_reload(struct editor *editor, struct error *error)
{
    struct document *old = editor_document(editor);
    if (!old->path)
        return fail(error, "the document has no file to read again");
    struct document *fresh = read_document(old->path, error);
    if (!fresh)
        return false;
    size_t line = place_line(old->text, editor->window.cursor);
    document_splice(old, (struct span){ 0, text_size(old->text) }, fresh->text,
                    (struct span){ 0, text_size(fresh->text) });
    old->lacks_final_feed = fresh->lacks_final_feed;
    old->form = fresh->form;
    old->stamp = fresh->stamp;
    old->step_open = false;
    old->clean_step = old->step;
    document_free(fresh);
    editor_set_cursor(editor, place_nonblank(old->text, place_line_begin(old->text, line)));
    return true;
}

/* For the screen */

const char *editor_mode_name(const struct editor *editor)
{
    if (editor->prompt.active)
        return "COMMAND";
    if (editor->mode == MODE_VISUAL)
        return editor->shape == SHAPE_LINES   ? "VISUAL LINE"
               : editor->shape == SHAPE_BLOCK ? "VISUAL BLOCK"
                                              : "VISUAL";
    static const char *const names[] = { "NORMAL", "INSERT", "REPLACE", "VISUAL", "COMMAND" };
    return names[editor->mode];
}

void editor_pending(const struct editor *editor, struct bytes *out)
{
    for (size_t i = 0; i < editor->pending.shown.count; i++)
        key_spell(editor->pending.shown.keys[i], out);
}

/* Commands by name */

bool editor_run_command(struct editor *editor, const char *name, const char *argument)
{
    const struct command *command = command_find(name, strlen(name));
    if (!command)
        return editor_error(editor, "no command is called %s", name);
    editor->inside->failed = false;
    pending_clear(editor);
    input_dispatch(editor, command, argument ? argument : "", (struct key){ 0 });
    cursor_settle(editor);
    return !editor->inside->failed;
}

bool editor_run_line(struct editor *editor, const char *line)
{
    bool good = line_run(editor, line);
    cursor_settle(editor);
    return good;
}

bool editor_call_region(struct editor *editor, const struct call *call, struct region *region)
{
    if (editor_selection(editor, region))
        return true;
    if (call->range == RANGE_SELECTION && editor->inside->selection.set) {
        const struct selection_memory *memory = &editor->inside->selection;
        struct window window = editor->window;
        bool to_end = editor->selecting_to_end;
        enum mode mode = editor->mode;
        editor->mode = MODE_VISUAL;
        editor->shape = memory->shape;
        editor->selecting_to_end = memory->to_end;
        selection_last(editor, &editor->window.anchor, &editor->window.cursor);
        editor_selection(editor, region);
        editor->mode = mode;
        editor->window = window;
        editor->selecting_to_end = to_end;
        return true;
    }
    *region = region_of_lines(editor, call->first, call->last);
    return call->range != RANGE_NONE;
}
