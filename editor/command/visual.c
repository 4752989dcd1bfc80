/* visual.c - selections: beginning, changing their shape, ending, selecting again. */
#include "editor/command/editor_inside.h"

#include <string.h>

void selection_begin(struct editor *editor, enum shape shape)
{
    editor->mode = MODE_VISUAL;
    editor->shape = shape;
    editor->window.anchor = editor->window.cursor;
    editor->selecting_to_end = editor->window.wanted == END_COLUMN;
}

void selection_remember(struct editor *editor)
{
    struct document *document = editor_document(editor);
    editor->inside->selection =
        (struct selection_memory){ .set = true, .shape = editor->shape, .to_end = editor->selecting_to_end };
    document_set_mark(document, '<', editor->window.anchor);
    document_set_mark(document, '>', editor->window.cursor);
}

bool selection_last(const struct editor *editor, size_t *anchor, size_t *cursor)
{
    struct document *document = editor_document(editor);
    return document_mark_offset(document, '<', anchor) && document_mark_offset(document, '>', cursor);
}

void editor_end_selection(struct editor *editor)
{
    if (editor->mode != MODE_VISUAL)
        return;
    selection_remember(editor);
    editor->mode = editor->inside->base;
    cursor_settle(editor);
}

/* From the cursor on as large as another selection, `count` times. */
void selection_restore_extent(struct editor *editor, const struct extent *extent, size_t count)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop, cursor = editor->window.cursor;
    size_t line = place_line(text, cursor), lines = place_lines(text);
    bool on_one = extent->shape == SHAPE_CHARACTERS && extent->lines == 0;
    size_t distance = on_one ? 0 : (extent->lines + 1) * count - 1;
    size_t last = line + distance < lines ? line + distance : lines - 1, begin = place_line_begin(text, last);
    size_t start = place_column(text, cursor, tabstop), column = start;
    editor->selecting_to_end = extent->to_end;
    if (extent->to_end) {
        editor->window.cursor = place_end(text, begin);
        editor->window.wanted = END_COLUMN;
        if (extent->shape == SHAPE_BLOCK)
            editor->window.cursor = place_last(text, begin);
        return;
    }
    if (extent->shape == SHAPE_BLOCK)
        column = start + extent->columns * count - 1;
    else if (extent->shape == SHAPE_CHARACTERS && extent->lines == 0)
        column = start + extent->columns * count - 1;
    else if (extent->shape == SHAPE_CHARACTERS)
        column = extent->columns - 1;
    editor->window.cursor = place_at_column(text, begin, column, tabstop, extent->shape != SHAPE_LINES, 0);
    editor->window.wanted = column;
}

static enum shape shape_of(const char *argument)
{
    return argument[0] == 'l' ? SHAPE_LINES : argument[0] == 'b' ? SHAPE_BLOCK : SHAPE_CHARACTERS;
}

static void extend_by_count(struct editor *editor, size_t count)
{
    const struct extent *last = &editor->inside->last_extent;
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, lines = place_lines(text), line = place_line(text, cursor);
    if (last->set) {
        editor->shape = last->shape;
        selection_restore_extent(editor, last, count);
        return;
    }
    if (editor->shape == SHAPE_LINES) {
        line = count - 1 < lines - line ? line + count - 1 : lines - 1;
        editor->window.cursor = place_wanted(editor, place_line_begin(text, line));
        return;
    }
    for (size_t end = place_end(text, cursor); count > 1 && cursor < end; count--)
        cursor = place_next(text, cursor);
    editor->window.cursor = cursor;
    editor->window.wanted = editor_column(editor, cursor);
}

/* Argument: characters, lines, block. In a selection: changes its shape, or ends it where it has that shape.
 */
static bool select_shape(struct editor *editor, const struct call *call)
{
    enum shape shape = shape_of(call->argument);
    if (editor->mode == MODE_VISUAL) {
        if (editor->shape == shape)
            editor_end_selection(editor);
        else
            editor->shape = shape;
        return true;
    }
    selection_begin(editor, shape);
    if (call->counted)
        extend_by_count(editor, call->count);
    return true;
}

static bool select_again(struct editor *editor, const struct call *call)
{
    (void)call;
    struct selection_memory memory = editor->inside->selection;
    size_t anchor, cursor;
    if (!memory.set || !selection_last(editor, &anchor, &cursor))
        return false;
    if (editor->mode == MODE_VISUAL)
        selection_remember(editor);
    editor->mode = MODE_VISUAL;
    editor->shape = memory.shape;
    editor->selecting_to_end = memory.to_end;
    editor->window.anchor = anchor;
    editor->window.cursor = cursor;
    editor->window.wanted = memory.to_end ? END_COLUMN : editor_column(editor, editor->window.cursor);
    return true;
}

static bool select_other_end(struct editor *editor, const struct call *call)
{
    (void)call;
    size_t anchor = editor->window.anchor;
    editor->window.anchor = editor->window.cursor;
    editor->window.cursor = anchor;
    editor->window.wanted = editor_column(editor, anchor);
    editor->selecting_to_end = false;
    return true;
}

/* In a block the other corner of the same line. */
static bool select_other_corner(struct editor *editor, const struct call *call)
{
    if (editor->shape != SHAPE_BLOCK)
        return select_other_end(editor, call);
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop, anchor = editor->window.anchor,
           cursor = editor->window.cursor;
    size_t anchor_column = place_column(text, anchor, tabstop),
           cursor_column = place_column(text, cursor, tabstop);
    editor->window.anchor =
        place_at_column(text, place_begin(text, anchor), cursor_column, tabstop, false, 0);
    editor->window.cursor =
        place_at_column(text, place_begin(text, cursor), anchor_column, tabstop, false, 0);
    editor->window.wanted = anchor_column;
    editor->selecting_to_end = false;
    return true;
}

static bool select_end(struct editor *editor, const struct call *call)
{
    (void)call;
    editor_end_selection(editor);
    return true;
}

static bool select_all(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    editor->window.cursor = 0;
    selection_begin(editor, SHAPE_CHARACTERS);
    size_t size = text_size(text);
    editor->window.cursor = editor->inside->exclusive || size == 0 ? size : size - 1;
    return true;
}

/* Arguments: how the selection changes (lines: whole lines but for a block; end: the same, a block to its
 * line ends; whole: lines in any case), the operator. */
static bool select_operate(struct editor *editor, const struct call *call)
{
    const char *space = strchr(call->argument, ' ');
    const struct command *command = space ? command_find(space + 1, strcspn(space + 1, " ")) : 0;
    if (!command || command->kind != COMMAND_OPERATOR || editor->mode != MODE_VISUAL)
        return false;
    if (editor->shape == SHAPE_BLOCK && call->argument[0] == 'e') {
        editor->selecting_to_end = true;
        editor->window.wanted = END_COLUMN;
    } else if (editor->shape != SHAPE_BLOCK || call->argument[0] == 'w') {
        editor->shape = SHAPE_LINES;
    }
    struct call operation = *call;
    const char *rest = strchr(space + 1, ' ');
    operation.command = command;
    operation.argument = rest ? rest + 1 : "";
    return operate_selection(editor, &operation);
}

const struct command commands_visual[] = {
    { "select",
      "begins a selection of characters, lines or block, or gives it that shape",
      COMMAND_ACTION,
      0,
      { .act = select_shape },
      0 },
    { "select-again", "the last selection", COMMAND_ACTION, 0, { .act = select_again }, 0 },
    { "select-other-end",
      "the cursor to the other end of the selection",
      COMMAND_ACTION,
      0,
      { .act = select_other_end },
      0 },
    { "select-other-corner",
      "the cursor to the other corner of the block",
      COMMAND_ACTION,
      0,
      { .act = select_other_corner },
      0 },
    { "select-all", "selects the whole text", COMMAND_ACTION, 0, { .act = select_all }, 0 },
    { "select-end", "ends the selection", COMMAND_ACTION, 0, { .act = select_end }, 0 },
    { "select-operate",
      "runs an operator on the lines of the selection",
      COMMAND_ACTION,
      MODIFIES,
      { .act = select_operate },
      0 },
    { 0 },
};
