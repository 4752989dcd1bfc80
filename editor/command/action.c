/* action.c - what needs no room of its own: prefixes, shorthands, the window. */
#include "editor/command/editor_inside.h"
#include "editor/command/expression.h"

#include <string.h>

/* What was asked for behind "= is the register of the next command. */
static bool keep_value(struct editor *editor, void *user, const char *text)
{
    (void)user;
    struct bytes value = { 0 };
    struct error error = { "" };
    if (!text) {
        pending_clear(editor);
        return true;
    }
    bool good = expression_evaluate(text, &value, &error) || editor_error(editor, "%s", error.text);
    if (good)
        register_set(&editor->registers, '=', value.data ? value.data : "", value.size, SHAPE_CHARACTERS, 0);
    editor->pending.reg = good ? '=' : 0;
    bytes_free(&value);
    return good;
}

static bool choose_register(struct editor *editor, const struct call *call)
{
    uint32_t name = key_character(call->character);
    if (!register_name_is_valid(name))
        return false;
    if (name == '=') {
        editor_ask(editor, "=", keep_value, 0);
        return true;
    }
    editor->pending.reg = name;
    return true;
}

/* Argument: characters, lines or block. */
static bool force_shape(struct editor *editor, const struct call *call)
{
    if (!editor->pending.operation)
        return false;
    editor->pending.forced = call->argument[0] == 'l' ? 'V' : call->argument[0] == 'b' ? 'b' : 'v';
    return true;
}

static bool cancel(struct editor *editor, const struct call *call)
{
    (void)call;
    pending_clear(editor);
    if (editor->mode == MODE_VISUAL)
        editor_end_selection(editor);
    return true;
}

static bool refuse(struct editor *editor, const struct call *call)
{
    (void)editor;
    (void)call;
    return false;
}

/* Argument: an operator and the motion or object that it works on, or `lines`. */
static bool operate(struct editor *editor, const struct call *call)
{
    const char *space = strchr(call->argument, ' ');
    const struct command *operation =
        space ? command_find(call->argument, (size_t)(space - call->argument)) : 0;
    if (!operation || operation->kind != COMMAND_OPERATOR)
        return editor_error(editor, "operate takes an operator and a motion");
    struct call left = *call, right = *call;
    left.command = operation;
    left.argument = "";
    const char *motion = space + 1, *rest = strchr(motion, ' ');
    size_t size = rest ? (size_t)(rest - motion) : strlen(motion);
    if (size == 5 && !memcmp(motion, "lines", 5))
        return operate_lines(editor, &left);
    right.command = command_find(motion, size);
    right.argument = rest ? rest + 1 : "";
    if (!right.command || (right.command->kind != COMMAND_MOTION && right.command->kind != COMMAND_OBJECT))
        return editor_error(editor, "operate takes an operator and a motion");
    return operate_motion(editor, &left, &right, 0);
}

/* The window */

static size_t half_window(struct editor *editor, const struct call *call)
{
    if (call->counted)
        editor->options.scroll = (long)(call->count < 1000 ? call->count : 1000);
    size_t half = editor->window.rows / 2;
    return editor->options.scroll > 0 ? (size_t)editor->options.scroll : half ? half : 1;
}

/* Moves the window and the cursor by lines; false where there is no line to go to. */
static bool scroll_with_cursor(struct editor *editor, size_t count, bool down, bool move_window)
{
    struct text *text = editor_text(editor);
    size_t lines = place_lines(text), line = place_line(text, editor->window.cursor);
    size_t top = place_line(text, editor->window.top);
    if (down ? line + 1 >= lines : line == 0)
        return false;
    size_t target =
        down ? (count < lines - line ? line + count : lines - 1) : (count < line ? line - count : 0);
    if (move_window) {
        size_t most = lines > editor->window.rows ? lines - editor->window.rows : 0;
        top = down ? (top + count < most ? top + count
                      : most > top       ? most
                                         : top)
                   : (count < top ? top - count : 0);
        editor->window.top = place_line_begin(text, top);
    }
    size_t begin = place_line_begin(text, target);
    if (editor->options.startofline)
        editor_set_cursor(editor, place_nonblank(text, begin));
    else
        editor->window.cursor = place_wanted(editor, begin);
    return true;
}

static bool half_down(struct editor *editor, const struct call *call)
{
    return scroll_with_cursor(editor, half_window(editor, call), true, true);
}

static bool half_up(struct editor *editor, const struct call *call)
{
    return scroll_with_cursor(editor, half_window(editor, call), false, true);
}

static size_t page_size(const struct editor *editor, size_t count)
{
    size_t rows = editor->window.rows > 2 ? editor->window.rows - 2 : 1;
    return rows * (count < 1000000 ? count : 1000000);
}

static bool page_down(struct editor *editor, const struct call *call)
{
    return scroll_with_cursor(editor, page_size(editor, call->count), true, true);
}

static bool page_up(struct editor *editor, const struct call *call)
{
    return scroll_with_cursor(editor, page_size(editor, call->count), false, true);
}

/* The cursor stays in the window. */
static void pull_cursor(struct editor *editor, size_t top)
{
    struct text *text = editor_text(editor);
    size_t lines = place_lines(text), line = place_line(text, editor->window.cursor);
    size_t last = top + (editor->window.rows ? editor->window.rows : 1) - 1;
    last = last < lines ? last : lines - 1;
    editor->window.top = place_line_begin(text, top);
    if (line < top || line > last)
        editor->window.cursor = place_wanted(editor, place_line_begin(text, line < top ? top : last));
}

/* Argument: lines at a time. */
static size_t scroll_count(const struct call *call)
{
    size_t step = *call->argument >= '1' && *call->argument <= '9' ? (size_t)(*call->argument - '0') : 1;
    return call->count * step;
}

static bool scroll_down(struct editor *editor, const struct call *call)
{
    size_t count = scroll_count(call);
    size_t top = place_line(editor_text(editor), editor->window.top),
           lines = place_lines(editor_text(editor));
    pull_cursor(editor, count < lines - top ? top + count : lines - 1);
    return true;
}

static bool scroll_up(struct editor *editor, const struct call *call)
{
    size_t top = place_line(editor_text(editor), editor->window.top), count = scroll_count(call);
    pull_cursor(editor, count < top ? top - count : 0);
    return true;
}

/* Arguments: top, middle or bottom; first: the cursor goes to the first character of its line. */
static bool scroll_cursor(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    size_t line = place_line(text, editor->window.cursor), lines = place_lines(text),
           rows = editor->window.rows;
    if (call->counted)
        line = call->count < lines ? call->count - 1 : lines - 1;
    size_t begin = place_line_begin(text, line);
    size_t above = call->argument[0] == 't' || rows == 0 ? 0
                   : call->argument[0] == 'm'            ? (rows - 1) / 2
                                                         : rows - 1;
    editor->window.top = place_line_begin(text, line > above ? line - above : 0);
    if (strstr(call->argument, "first"))
        editor_set_cursor(editor, place_nonblank(text, begin));
    else if (call->counted)
        editor->window.cursor = place_wanted(editor, begin);
    return true;
}

static bool suspend_program(struct editor *editor, const struct call *call)
{
    (void)call;
    if (!editor->suspend)
        return false;
    editor->suspend(editor->suspend_user);
    return true;
}

static bool show_place(struct editor *editor, const struct call *call)
{
    (void)call;
    const struct document *document = editor_document(editor);
    size_t lines = place_lines(document->text), line = place_line(document->text, editor->window.cursor) + 1;
    return editor_message(editor, "\"%s\"%s line %zu of %zu (%zu%%) column %zu",
                          document->path ? document->path : "no name",
                          document_is_modified(document) ? " modified" : "", line, lines, line * 100 / lines,
                          editor_column(editor, editor->window.cursor) + 1);
}

static bool show_character(struct editor *editor, const struct call *call)
{
    (void)call;
    uint32_t code = place_code(editor_text(editor), editor->window.cursor);
    if (code == '\n' || code == PLACE_END)
        return false;
    if (code >= PLACE_INVALID)
        return editor_message(editor, "byte 0x%02x, no UTF-8", code - PLACE_INVALID);
    return editor_message(editor, "U+%04X, %u", code, code);
}

const struct command commands_action[] = {
    { "register",
      "the register for the next command",
      COMMAND_ACTION,
      KEEPS_PENDING | TAKES_CHARACTER,
      { .act = choose_register },
      0 },
    { "force-shape",
      "the operator works on characters, lines or a block",
      COMMAND_ACTION,
      KEEPS_PENDING | HIDDEN,
      { .act = force_shape },
      0 },
    { "cancel", "forgets what is typed of a command", COMMAND_ACTION, 0, { .act = cancel }, 0 },
    { "refuse", "does nothing", COMMAND_ACTION, HIDDEN, { .act = refuse }, 0 },
    { "operate", "an operator on a motion, both by name", COMMAND_ACTION, MODIFIES, { .act = operate }, 0 },
    { "half-page-down", "half a window down", COMMAND_ACTION, 0, { .act = half_down }, 0 },
    { "half-page-up", "half a window up", COMMAND_ACTION, 0, { .act = half_up }, 0 },
    { "page-down", "a window down", COMMAND_ACTION, 0, { .act = page_down }, 0 },
    { "page-up", "a window up", COMMAND_ACTION, 0, { .act = page_up }, 0 },
    { "scroll-down", "the window one line down", COMMAND_ACTION, 0, { .act = scroll_down }, 0 },
    { "scroll-up", "the window one line up", COMMAND_ACTION, 0, { .act = scroll_up }, 0 },
    { "scroll-cursor",
      "the cursor's line to the top, middle or bottom",
      COMMAND_ACTION,
      0,
      { .act = scroll_cursor },
      0 },
    { "suspend", "suspends the program", COMMAND_ACTION, 0, { .act = suspend_program }, 0 },
    { "show-place", "says which file and line this is", COMMAND_ACTION, 0, { .act = show_place }, 0 },
    { "show-character", "says which character this is", COMMAND_ACTION, 0, { .act = show_character }, 0 },
    { 0 },
};
