#include "editor/command/document.h"

#include "editor/base/memory.h"
#include "editor/command/place.h"

#include <stdlib.h>
#include <string.h>

/* Lines of a larger text are counted when somebody asks. */
enum { COUNTED_AT_ONCE = 1 << 20 };

static struct document *document_of(struct text *text, const char *path)
{
    struct document *document = memory_new_zero(sizeof *document);
    document->text = text;
    document->path = path ? memory_copy(path, strlen(path)) : 0;
    document->step_capacity = 16;
    document->steps = memory_new_zero(document->step_capacity * sizeof *document->steps);
    document->steps[0].text = text_keep(text);
    document->steps[0].time = time(0);
    document->step_count = 1;
    document_set_mark(document, '[', 0);
    if (text_size(text) <= COUNTED_AT_ONCE)
        document_set_mark(document, ']', place_line_begin(text, place_lines(text) - 1));
    return document;
}

struct document *document_new(const char *path)
{
    return document_of(text_new("", 0), path);
}

struct document *document_from_text(struct text *text, const char *path)
{
    size_t size = text_size(text);
    bool lacks = size > 0 && text_byte(text, size - 1) != '\n';
    if (lacks) {
        struct text *whole = text_replace(text, (struct span){ size, size }, "\n", 1);
        text_free(text);
        text = whole;
    }
    struct document *document = document_of(text, path);
    document->lacks_final_feed = lacks;
    return document;
}

struct text *document_file_text(const struct document *document)
{
    size_t size = text_size(document->text);
    if (!document->lacks_final_feed || size == 0)
        return text_keep(document->text);
    return text_replace(document->text, (struct span){ size - 1, size }, "", 0);
}

static void free_steps(struct document *document)
{
    for (size_t i = 0; i < document->step_count; i++) {
        text_free(document->steps[i].text);
        free(document->steps[i].edits);
        free(document->steps[i].marks);
    }
}

void document_begin_history(struct document *document)
{
    free_steps(document);
    document->steps[0] = (struct step){ .text = text_keep(document->text), .time = time(0) };
    document->step_count = 1;
    document->step = 0;
    document->step_open = false;
    document->change_count = document->change_index = 0;
}

void document_free(struct document *document)
{
    if (!document)
        return;
    free_steps(document);
    free(document->steps);
    free(document->changes);
    free(document->line_undo.bytes);
    free(document->path);
    text_free(document->text);
    free(document);
}

bool document_is_modified(const struct document *document)
{
    return document->step != document->clean_step;
}

size_t document_lines(const struct document *document)
{
    return place_lines(document->text);
}

void document_tell(struct document *document, bool saving)
{
    for (struct document_listener *listener = document->listeners; listener; listener = listener->next) {
        if (saving && listener->saving)
            listener->saving(listener->user, document);
        if (!saving && listener->saved)
            listener->saved(listener->user, document);
    }
}

void document_listen(struct document *document, struct document_listener *listener)
{
    listener->next = document->listeners;
    document->listeners = listener;
}

void document_unlisten(struct document *document, struct document_listener *listener)
{
    struct document_listener **link = &document->listeners;
    while (*link && *link != listener)
        link = &(*link)->next;
    if (*link)
        *link = listener->next;
}

static void tell_listeners(struct document *document, const struct text *before, struct edit edit)
{
    document->version++;
    for (struct document_listener *listener = document->listeners, *next; listener; listener = next) {
        next = listener->next;
        if (listener->edited)
            listener->edited(listener->user, document, before, edit);
    }
}

/* Undo */

static struct mark *copy_marks(const struct document *document)
{
    for (size_t i = 0; i < MARK_COUNT; i++)
        if (document->marks[i].set)
            return (struct mark *)memory_copy((const char *)document->marks, sizeof document->marks);
    return 0;
}

static struct step *open_step(struct document *document)
{
    if (document->step_open)
        return &document->steps[document->step];
    if (document->step_count == document->step_capacity) {
        document->step_capacity *= 2;
        document->steps = memory_resize(document->steps, document->step_capacity * sizeof *document->steps);
    }
    size_t index = document->step_count++;
    struct step *step = &document->steps[index];
    *step = (struct step){ .parent = document->step,
                           .text = text_keep(document->text),
                           .cursor = document->step_cursor,
                           .marks = copy_marks(document),
                           .time = time(0) };
    document->steps[document->step].newest = index;
    document->step = index;
    document->step_open = true;
    return step;
}

static void step_add(struct step *step, struct edit edit)
{
    struct edit *last = step->edit_count ? &step->edits[step->edit_count - 1] : 0;
    if (last && edit.removed == 0 && last->at + last->inserted == edit.at && last->inserted > 0) {
        last->inserted += edit.inserted;
        last->line_feeds_added += edit.line_feeds_added;
        return;
    }
    if (step->edit_count == step->edit_capacity) {
        step->edit_capacity = step->edit_capacity ? step->edit_capacity * 2 : 4;
        step->edits = memory_resize(step->edits, step->edit_capacity * sizeof *step->edits);
    }
    step->edits[step->edit_count++] = edit;
}

void document_close_step(struct document *document, size_t cursor)
{
    document->step_open = false;
    document->step_cursor = cursor;
}

void document_begin_at(struct document *document, size_t cursor)
{
    if (!document->step_open)
        document->step_cursor = cursor;
}

/* Marks */

static int mark_index(uint32_t name)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz'[]<>^.\"";
    const char *found = name && name < 128 ? strchr(names, (int)name) : 0;
    if (name == '`')
        found = strchr(names, '\'');
    return found ? (int)(found - names) : -1;
}

struct mark *document_mark(struct document *document, uint32_t name)
{
    int index = mark_index(name);
    return index < 0 ? 0 : &document->marks[index];
}

struct mark document_mark_at(const struct document *document, size_t offset)
{
    struct mark mark = { .set = true, .line = place_line(document->text, offset) };
    mark.column = offset - place_line_begin(document->text, mark.line);
    return mark;
}

size_t document_mark_place(const struct document *document, const struct mark *mark)
{
    size_t begin = place_line_begin(document->text, mark->line), end = place_end(document->text, begin);
    size_t offset = begin + mark->column;
    return offset > end || offset < begin ? end : place_snap(document->text, offset);
}

void document_set_mark(struct document *document, uint32_t name, size_t offset)
{
    struct mark *mark = document_mark(document, name);
    if (mark)
        *mark = document_mark_at(document, offset);
}

bool document_mark_offset(struct document *document, uint32_t name, size_t *offset)
{
    const struct mark *mark = document_mark(document, name);
    if (!mark || !mark->set)
        return false;
    size_t size = text_size(document->text);
    if (mark->line && text_line_start(document->text, mark->line) >= size)
        return false;
    *offset = document_mark_place(document, mark);
    return true;
}

/* Moves a mark as vi does: lines that are gone take their marks along, a line that is changed keeps them. */
static void adjust_mark(struct mark *mark, const struct edit *edit, bool whole_lines, bool forget)
{
    if (!mark->set || mark->line < edit->line)
        return;
    size_t last = edit->line + edit->line_feeds_removed;
    if (whole_lines ? mark->line >= last : mark->line > last) {
        mark->line = mark->line - edit->line_feeds_removed + edit->line_feeds_added;
    } else if (whole_lines && edit->line_feeds_removed &&
               edit->line_feeds_added == edit->line_feeds_removed) {
        return;
    } else if (whole_lines) {
        if (forget)
            mark->set = false;
        else
            mark->line = edit->line;
    } else if (mark->line > edit->line) {
        mark->line = edit->line + (edit->line_feeds_added ? edit->line_feeds_added : 0);
    }
}

static void adjust_marks(struct document *document, const struct edit *edit, bool whole_lines)
{
    if (edit->line_feeds_removed == 0 && edit->line_feeds_added == 0)
        return;
    int last_letter = mark_index('z');
    for (int i = 0; i < MARK_COUNT; i++)
        adjust_mark(&document->marks[i], edit, whole_lines, i <= last_letter);
    for (size_t i = 0; i < document->change_count; i++)
        adjust_mark(&document->changes[i], edit, whole_lines, false);
}

static void remember_change(struct document *document, size_t offset)
{
    struct mark mark = document_mark_at(document, offset);
    document->marks[mark_index('.')] = mark;
    struct mark *last = document->change_count ? &document->changes[document->change_count - 1] : 0;
    if (!last || last->line != mark.line ||
        (mark.column > last->column + 79 || last->column > mark.column + 79)) {
        if (!document->changes)
            document->changes = memory_new((CHANGES_KEPT + 1) * sizeof *document->changes);
        document->changes[document->change_count++] = mark;
        if (document->change_count > CHANGES_KEPT)
            memmove(document->changes, document->changes + 1,
                    --document->change_count * sizeof *document->changes);
    } else {
        *last = mark;
    }
    document->change_index = document->change_count;
}

/* Keeps the line for U before the first of its changes. */
static void remember_line(struct document *document, const struct edit *edit)
{
    struct line_undo *undo = &document->line_undo;
    if (edit->line_feeds_removed || edit->line_feeds_added || (undo->set && undo->line == edit->line))
        return;
    size_t begin = place_line_begin(document->text, edit->line), end = place_end(document->text, begin);
    free(undo->bytes);
    undo->bytes = text_copy(document->text, (struct span){ begin, end });
    undo->size = end - begin;
    undo->line = edit->line;
    undo->column =
        document->step_cursor >= begin && document->step_cursor <= end ? document->step_cursor - begin : 0;
    undo->set = true;
}

/* Edits */

static size_t count_feeds(const struct text *text, struct span span)
{
    return text_line_of(text, span.end) - text_line_of(text, span.start);
}

static void document_edit(struct document *document, struct text *after, struct span span, size_t inserted)
{
    struct edit edit = { .at = span.start, .removed = span.end - span.start, .inserted = inserted };
    struct span added = { span.start, span.start + inserted };
    edit.line = text_line_of(document->text, span.start);
    edit.line_feeds_removed = count_feeds(document->text, span);
    edit.line_feeds_added = count_feeds(after, added);
    bool at_begin = span.start == place_begin(document->text, span.start);
    bool whole_lines = at_begin &&
                       (span.end == span.start || text_byte(document->text, span.end - 1) == '\n') &&
                       (inserted == 0 || text_byte(after, added.end - 1) == '\n');
    remember_line(document, &edit);
    struct step *step = open_step(document);
    step_add(step, edit);
    struct text *before = document->text;
    document->text = after;
    text_free(step->text);
    step->text = text_keep(after);
    adjust_marks(document, &edit, whole_lines);
    remember_change(document, span.start);
    tell_listeners(document, before, edit);
    text_free(before);
}

static struct span clip(const struct text *text, struct span span)
{
    size_t size = text_size(text);
    if (span.end > size)
        span.end = size;
    if (span.start > span.end)
        span.start = span.end;
    return span;
}

void document_moved(struct document *document, const struct text *before, struct edit edit)
{
    adjust_marks(document, &edit, edit.removed == 0 || edit.inserted == 0);
    tell_listeners(document, before, edit);
}

/* A text that is not empty ends with a line feed. */
static void end_with_feed(struct document *document)
{
    size_t size = text_size(document->text);
    if (size == 0 || text_byte(document->text, size - 1) == '\n')
        return;
    struct span end = { size, size };
    document_edit(document, text_replace(document->text, end, "\n", 1), end, 1);
}

void document_replace(struct document *document, struct span span, const char *bytes, size_t size)
{
    span = clip(document->text, span);
    if (span.start == span.end && size == 0)
        return;
    document_edit(document, text_replace(document->text, span, bytes, size), span, size);
    end_with_feed(document);
}

void document_splice(struct document *document, struct span span, const struct text *from, struct span source)
{
    span = clip(document->text, span);
    source = clip(from, source);
    if (span.start == span.end && source.start == source.end)
        return;
    document_edit(document, text_splice(document->text, span, from, source), span, source.end - source.start);
    end_with_feed(document);
}

void document_ensure_line(struct document *document)
{
    if (text_size(document->text) == 0)
        document_replace(document, (struct span){ 0, 0 }, "\n", 1);
}
