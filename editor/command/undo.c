/* undo.c - undo, redo, and the tree of states by number and time. */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

static bool cross(struct editor *editor, size_t count, bool (*step)(struct document *, size_t *),
                  const char *at_end)
{
    size_t cursor = editor->window.cursor;
    for (size_t i = 0; i < count; i++)
        if (!step(editor_document(editor), &cursor)) {
            if (i == 0)
                return editor_error(editor, "%s", at_end);
            break;
        }
    editor_set_cursor(editor, cursor);
    return true;
}

static bool undo(struct editor *editor, const struct call *call)
{
    return cross(editor, call->count, document_undo, "at the oldest state");
}

static bool redo(struct editor *editor, const struct call *call)
{
    return cross(editor, call->count, document_redo, "at the newest state");
}

bool undo_go(struct editor *editor, size_t step)
{
    size_t cursor = editor->window.cursor;
    if (!document_go(editor_document(editor), step, &cursor))
        return false;
    editor_set_cursor(editor, cursor);
    return true;
}

static bool undo_earlier(struct editor *editor, const struct call *call)
{
    size_t step = editor_document(editor)->step;
    if (step == 0)
        return editor_error(editor, "at the oldest state");
    return undo_go(editor, call->count < step ? step - call->count : 0);
}

static bool undo_later(struct editor *editor, const struct call *call)
{
    const struct document *document = editor_document(editor);
    if (document->step + 1 >= document->step_count)
        return editor_error(editor, "at the newest state");
    size_t most = document->step_count - 1 - document->step;
    return undo_go(editor, document->step + (call->count < most ? call->count : most));
}

static bool undo_line(struct editor *editor, const struct call *call)
{
    (void)call;
    struct document *document = editor_document(editor);
    struct line_undo *undo = &document->line_undo;
    if (!undo->set || undo->line >= place_lines(document->text))
        return editor_error(editor, "there is no line to bring back");
    size_t begin = place_line_begin(document->text, undo->line), end = place_end(document->text, begin);
    struct line_undo now = { .set = true, .line = undo->line, .column = undo->column, .size = end - begin };
    now.bytes = text_copy(document->text, (struct span){ begin, end });
    if (place_line(document->text, editor->window.cursor) == undo->line)
        now.column = editor->window.cursor - begin;
    editor_replace(editor, (struct span){ begin, end }, undo->bytes, undo->size);
    size_t column = undo->column < undo->size ? undo->column : undo->size;
    free(undo->bytes);
    *undo = now;
    editor_set_cursor(editor, place_snap(document->text, begin + column));
    return true;
}

/* :undo [N] */
static bool line_undo(struct editor *editor, const struct call *call)
{
    char *end;
    if (!*call->argument)
        return undo(editor, call);
    unsigned long step = strtoul(call->argument, &end, 10);
    if (*end)
        return editor_error(editor, ":undo takes the number of a state");
    if (step == editor_document(editor)->step)
        return true;
    return undo_go(editor, step) || editor_error(editor, "there is no state %lu", step);
}

/* The last state that is not younger than `when`. */
static size_t step_at(const struct document *document, time_t when)
{
    size_t step = 0;
    for (size_t i = 0; i < document->step_count; i++)
        if (document->steps[i].time <= when)
            step = i;
    return step;
}

/* "5", "10s", "2m", "1h", "1d" */
static bool travel(struct editor *editor, const struct call *call, int direction)
{
    const struct document *document = editor_document(editor);
    char *unit;
    unsigned long count = *call->argument ? strtoul(call->argument, &unit, 10) : 1;
    if (!*call->argument || !*unit) {
        struct call steps = { .count = count ? count : 1 };
        return direction < 0 ? undo_earlier(editor, &steps) : undo_later(editor, &steps);
    }
    const char *found = strchr("smhd", *unit);
    static const long seconds[] = { 1, 60, 3600, 86400 };
    if (!found || unit[1] || count > 100000)
        return editor_error(editor, "a time is a number and s, m, h or d");
    time_t now = direction < 0 ? time(0) : document->steps[document->step].time;
    size_t step = step_at(document, now + direction * (long)count * seconds[found - "smhd"]);
    return step == document->step || undo_go(editor, step);
}

static bool line_earlier(struct editor *editor, const struct call *call)
{
    return travel(editor, call, -1);
}

static bool line_later(struct editor *editor, const struct call *call)
{
    return travel(editor, call, 1);
}

static bool line_redo(struct editor *editor, const struct call *call)
{
    return redo(editor, call);
}

const struct command commands_undo[] = {
    { "undo", "takes the last change back", COMMAND_ACTION, MODIFIES, { .act = undo }, 0 },
    { "redo", "makes a change again that was taken back", COMMAND_ACTION, MODIFIES, { .act = redo }, 0 },
    { "undo-earlier", "the state before in time", COMMAND_ACTION, MODIFIES, { .act = undo_earlier }, 0 },
    { "undo-later", "the state after in time", COMMAND_ACTION, MODIFIES, { .act = undo_later }, 0 },
    { "undo-line",
      "brings a line back as it was before its latest changes",
      COMMAND_ACTION,
      MODIFIES,
      { .act = undo_line },
      0 },
    { "undo",
      "takes the last change back; N: goes to that state",
      COMMAND_LINE,
      MODIFIES | LINE_NO_RANGE,
      { .act = line_undo },
      1 },
    { "redo", "makes a change again", COMMAND_LINE, MODIFIES | LINE_NO_RANGE, { .act = line_redo }, 3 },
    { "earlier",
      "an earlier state: :earlier N, 10s, 5m, 1h, 1d",
      COMMAND_LINE,
      MODIFIES | LINE_NO_RANGE,
      { .act = line_earlier },
      2 },
    { "later", "a later state", COMMAND_LINE, MODIFIES | LINE_NO_RANGE, { .act = line_later }, 3 },
    { 0 },
};
