/* motion.c - by characters, lines and columns. */
#include "editor/command/editor_inside.h"

#include <string.h>

static bool is_operating(const struct editor *editor)
{
    return editor->inside->operation != 0;
}

static bool may_wrap(const struct editor *editor, const char *key)
{
    return *key && strstr(editor->options.whichwrap, key);
}

static bool left(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    bool wraps = may_wrap(editor, call->argument);
    for (size_t i = 0; i < call->count; i++) {
        size_t at = motion->target;
        if (at != place_begin(text, at)) {
            motion->target = place_previous(text, at);
        } else if (wraps && at > 0) {
            motion->target =
                is_operating(editor) || place_is_empty_line(text, at - 1) ? at - 1 : place_last(text, at - 1);
            motion->whole = true;
        } else {
            motion->stopped = i == 0 && !is_operating(editor);
            break;
        }
    }
    return true;
}

static bool right(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    bool wraps = may_wrap(editor, call->argument);
    bool past = is_operating(editor) || editor->mode == MODE_VISUAL || editor->mode == MODE_INSERT;
    for (size_t i = 0; i < call->count; i++) {
        size_t at = motion->target, end = place_end(text, at);
        size_t limit = past || end == place_begin(text, at) ? end : place_previous(text, end);
        if (at < limit) {
            motion->target = place_next(text, at);
        } else if (wraps && place_next_line(text, &at)) {
            motion->target = at;
        } else {
            motion->stopped = i == 0 && !is_operating(editor);
            break;
        }
    }
    return true;
}

/* Moves by lines, at least one; false at the first or last. */
static bool move_lines(const struct editor *editor, size_t *offset, size_t count, bool down)
{
    struct text *text = editor_text(editor);
    size_t line = place_line(text, *offset), lines = place_lines(text);
    if (count && (down ? line + 1 >= lines : line == 0))
        return false;
    size_t target =
        down ? (count < lines - line ? line + count : lines - 1) : (count < line ? line - count : 0);
    *offset = place_line_begin(text, target);
    return true;
}

static bool is_past_allowed(const struct editor *editor)
{
    return editor->mode != MODE_NORMAL;
}

size_t place_wanted(const struct editor *editor, size_t begin)
{
    struct text *text = editor_text(editor);
    bool past = is_past_allowed(editor);
    if (editor->window.wanted == END_COLUMN)
        return past ? place_end(text, begin) : place_last(text, begin);
    return place_at_column(text, begin, editor->window.wanted, (size_t)editor->options.tabstop, past, 0);
}

static bool vertical(struct editor *editor, const struct call *call, struct motion *motion, bool down)
{
    if (!move_lines(editor, &motion->target, call->count, down))
        return false;
    motion->target = place_wanted(editor, motion->target);
    return true;
}

static bool down(struct editor *editor, const struct call *call, struct motion *motion)
{
    return vertical(editor, call, motion, true);
}

static bool up(struct editor *editor, const struct call *call, struct motion *motion)
{
    return vertical(editor, call, motion, false);
}

/* Short of lines an operator does nothing, the cursor goes as far as it can. */
static bool screen_vertical(struct editor *editor, const struct call *call, struct motion *motion, bool down)
{
    struct text *text = editor_text(editor);
    size_t line = place_line(text, motion->target), room = down ? place_lines(text) - 1 - line : line;
    motion->inclusive = editor->window.wanted == END_COLUMN;
    motion->stopped = call->count > room;
    return !(motion->stopped && is_operating(editor)) && vertical(editor, call, motion, down);
}

static bool screen_down(struct editor *editor, const struct call *call, struct motion *motion)
{
    return screen_vertical(editor, call, motion, true);
}

static bool screen_up(struct editor *editor, const struct call *call, struct motion *motion)
{
    return screen_vertical(editor, call, motion, false);
}

static bool line_begin(struct editor *editor, const struct call *call, struct motion *motion)
{
    (void)call;
    motion->target = place_begin(editor_text(editor), motion->target);
    return true;
}

static size_t nonblank(const struct editor *editor, size_t offset)
{
    struct text *text = editor_text(editor);
    size_t at = place_nonblank(text, offset);
    if (at != place_end(text, at) || at == place_begin(text, at) || is_operating(editor))
        return at;
    return place_last(text, at);
}

static bool line_first(struct editor *editor, const struct call *call, struct motion *motion)
{
    (void)call;
    motion->target = nonblank(editor, motion->target);
    return true;
}

static bool line_end(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    size_t below = place_lines(text) - 1 - place_line(text, motion->target);
    size_t lines = call->count - 1;
    if (*call->argument && lines > below) {
        if (is_operating(editor))
            return false;
        motion->stopped = true; /* on the screen's lines as far as there are */
        lines = below;
    }
    editor->window.wanted = is_operating(editor) ? editor->window.wanted : END_COLUMN;
    if (lines > 0 && !move_lines(editor, &motion->target, lines, true))
        return false;
    motion->target =
        is_past_allowed(editor) ? place_end(text, motion->target) : place_last(text, motion->target);
    motion->wanted = END_COLUMN;
    return true;
}

static bool line_last_nonblank(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    if (call->count > 1 && !move_lines(editor, &motion->target, call->count - 1, true))
        return false;
    size_t begin = place_begin(text, motion->target), at = place_last(text, motion->target);
    while (at > begin && code_is_blank(place_code(text, at)))
        at = place_previous(text, at);
    motion->target = at;
    return true;
}

static bool line_middle(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, motion->target), tabstop = (size_t)editor->options.tabstop;
    size_t percent = call->counted && call->count <= 100 ? call->count : 50;
    size_t width = place_column(text, place_end(text, begin), tabstop);
    size_t column = *call->argument ? width * percent / 100 : editor->window.columns / 2;
    motion->target = place_at_column(text, begin, column, tabstop, false, 0);
    return true;
}

static bool column(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, motion->target);
    bool past = is_past_allowed(editor);
    motion->target = place_at_column(text, begin, call->count - 1, (size_t)editor->options.tabstop, past, 0);
    motion->wanted = call->count - 1;
    return true;
}

static bool down_first(struct editor *editor, const struct call *call, struct motion *motion)
{
    if (!move_lines(editor, &motion->target, call->count, true))
        return false;
    motion->target = nonblank(editor, motion->target);
    return true;
}

static bool up_first(struct editor *editor, const struct call *call, struct motion *motion)
{
    if (!move_lines(editor, &motion->target, call->count, false))
        return false;
    motion->target = nonblank(editor, motion->target);
    return true;
}

static bool here_first(struct editor *editor, const struct call *call, struct motion *motion)
{
    if (call->count > 1 && !move_lines(editor, &motion->target, call->count - 1, true))
        return false;
    struct text *text = editor_text(editor);
    const struct command *operation = editor->inside->operation;
    bool yanks = operation && !strcmp(operation->name, "operator-yank"); /* which does not move */
    motion->target = yanks ? place_end(text, motion->target) : nonblank(editor, motion->target);
    return true;
}

static void go_line(struct editor *editor, struct motion *motion, size_t line)
{
    struct text *text = editor_text(editor);
    size_t lines = place_lines(text);
    size_t begin = place_line_begin(text, line < lines ? line : lines - 1);
    motion->target = editor->options.startofline ? nonblank(editor, begin) : place_wanted(editor, begin);
    motion->keeps_column = !editor->options.startofline;
}

static bool text_line(struct editor *editor, const struct call *call, struct motion *motion)
{
    go_line(editor, motion, call->counted ? call->count - 1 : (size_t)-1);
    return true;
}

static bool text_first_line(struct editor *editor, const struct call *call, struct motion *motion)
{
    go_line(editor, motion, call->counted ? call->count - 1 : 0);
    return true;
}

static bool text_end(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    go_line(editor, motion, call->counted ? call->count - 1 : (size_t)-1);
    motion->target =
        is_past_allowed(editor) ? place_end(text, motion->target) : place_last(text, motion->target);
    motion->wanted = END_COLUMN;
    return true;
}

static bool text_begin(struct editor *editor, const struct call *call, struct motion *motion)
{
    go_line(editor, motion, call->counted ? call->count - 1 : 0);
    motion->target = place_begin(editor_text(editor), motion->target);
    motion->keeps_column = false;
    return true;
}

static bool byte_place(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    size_t size = text_size(text), at = call->count - 1;
    if (at >= size) {
        motion->target = size ? place_last(text, size - 1) : 0;
        return true;
    }
    motion->target = place_snap(text, at);
    if (text_byte(text, at) == '\n' && !is_operating(editor))
        motion->target = place_last(text, at);
    return true;
}

static size_t window_first(const struct editor *editor)
{
    return place_line(editor_text(editor), editor->window.top);
}

static size_t window_last(const struct editor *editor)
{
    size_t rows = editor->window.rows ? editor->window.rows : 1;
    size_t last = window_first(editor) + rows - 1, lines = place_lines(editor_text(editor));
    return last < lines ? last : lines - 1;
}

static bool window_top(struct editor *editor, const struct call *call, struct motion *motion)
{
    size_t line = window_first(editor) + call->count - 1, last = window_last(editor);
    go_line(editor, motion, line < last ? line : last);
    return true;
}

static bool window_middle(struct editor *editor, const struct call *call, struct motion *motion)
{
    (void)call;
    go_line(editor, motion, (window_first(editor) + window_last(editor)) / 2);
    return true;
}

static bool window_bottom(struct editor *editor, const struct call *call, struct motion *motion)
{
    size_t last = window_last(editor), first = window_first(editor);
    go_line(editor, motion, last - first >= call->count - 1 ? last - (call->count - 1) : first);
    return true;
}

enum { LINES_JUMP = MOTION_LINEWISE | MOTION_JUMP };

const struct command commands_motion[] = {
    { "left", "one character left", COMMAND_MOTION, 0, { .move = left }, 0 },
    { "right", "one character right", COMMAND_MOTION, 0, { .move = right }, 0 },
    { "up", "one line up", COMMAND_MOTION, MOTION_LINEWISE | MOTION_KEEPS_COLUMN, { .move = up }, 0 },
    { "down", "one line down", COMMAND_MOTION, MOTION_LINEWISE | MOTION_KEEPS_COLUMN, { .move = down }, 0 },
    { "screen-up", "one screen line up", COMMAND_MOTION, MOTION_KEEPS_COLUMN, { .move = screen_up }, 0 },
    { "screen-down",
      "one screen line down",
      COMMAND_MOTION,
      MOTION_KEEPS_COLUMN,
      { .move = screen_down },
      0 },
    { "line-begin", "the first column", COMMAND_MOTION, 0, { .move = line_begin }, 0 },
    { "line-first",
      "the first character of the line that is no blank",
      COMMAND_MOTION,
      0,
      { .move = line_first },
      0 },
    { "line-end", "the end of the line", COMMAND_MOTION, MOTION_INCLUSIVE, { .move = line_end }, 0 },
    { "line-last-nonblank",
      "the last character of the line that is no blank",
      COMMAND_MOTION,
      MOTION_INCLUSIVE,
      { .move = line_last_nonblank },
      0 },
    { "line-middle",
      "the middle of the screen line, or a percentage of the text line",
      COMMAND_MOTION,
      0,
      { .move = line_middle },
      0 },
    { "column", "a column by its number", COMMAND_MOTION, 0, { .move = column }, 0 },
    { "down-first",
      "the first character of the line below",
      COMMAND_MOTION,
      MOTION_LINEWISE,
      { .move = down_first },
      0 },
    { "up-first",
      "the first character of the line above",
      COMMAND_MOTION,
      MOTION_LINEWISE,
      { .move = up_first },
      0 },
    { "here-first",
      "the first character of this line",
      COMMAND_MOTION,
      MOTION_LINEWISE,
      { .move = here_first },
      0 },
    { "text-line",
      "a line by its number, else the last",
      COMMAND_MOTION,
      LINES_JUMP,
      { .move = text_line },
      0 },
    { "text-first-line",
      "a line by its number, else the first",
      COMMAND_MOTION,
      LINES_JUMP,
      { .move = text_first_line },
      0 },
    { "text-begin", "the begin of the text", COMMAND_MOTION, MOTION_JUMP, { .move = text_begin }, 0 },
    { "text-end",
      "the end of the text",
      COMMAND_MOTION,
      MOTION_JUMP | MOTION_INCLUSIVE,
      { .move = text_end },
      0 },
    { "byte", "a byte by its number", COMMAND_MOTION, MOTION_JUMP, { .move = byte_place }, 0 },
    { "window-top", "the first line of the window", COMMAND_MOTION, LINES_JUMP, { .move = window_top }, 0 },
    { "window-middle",
      "the middle line of the window",
      COMMAND_MOTION,
      LINES_JUMP,
      { .move = window_middle },
      0 },
    { "window-bottom",
      "the last line of the window",
      COMMAND_MOTION,
      LINES_JUMP,
      { .move = window_bottom },
      0 },
    { 0 },
};
