/* line_basic.c - small commands of the command line: options, registers, marks, macros. */
#include "editor/command/expression.h"
#include "editor/command/line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool set(struct editor *editor, const struct call *call)
{
    const char *at = skip_blanks(call->argument);
    struct error error = { "" };
    struct bytes shown = { 0 };
    bool good = true;
    if (!*at)
        at = "all";
    while (*at && good) {
        size_t size = 0;
        struct bytes word = { 0 };
        for (; at[size] && at[size] != ' ' && at[size] != '\t'; size++) {
            if (at[size] == '\\' && at[size + 1])
                size++;
            bytes_append_byte(&word, at[size]);
        }
        good = option_set(&editor->options, word.data, word.size, &shown, &error);
        bytes_free(&word);
        at = skip_blanks(at + size);
    }
    if (shown.size)
        bytes_append(&editor->listing, shown.data, shown.size);
    bytes_free(&shown);
    return good || editor_error(editor, "%s", error.text);
}

static bool no_highlight(struct editor *editor, const struct call *call)
{
    (void)call;
    editor->search.highlight = false;
    return true;
}

static void list_register(struct editor *editor, uint32_t name)
{
    struct yank yank;
    if (!register_read(editor, name, &yank))
        return;
    static const char kinds[] = { 'c', 'l', 'b' };
    bytes_format(&editor->listing, "  %c  \"%c   ", kinds[yank.shape], (char)name);
    for (size_t i = 0; i < yank.size && i < 70; i++) {
        if ((unsigned char)yank.bytes[i] < ' ')
            bytes_format(&editor->listing, "^%c", yank.bytes[i] ^ 64);
        else
            bytes_append_byte(&editor->listing, yank.bytes[i]);
    }
    bytes_append_byte(&editor->listing, '\n');
    free(yank.bytes);
}

static bool list_registers(struct editor *editor, const struct call *call)
{
    static const char names[] = "\"0123456789abcdefghijklmnopqrstuvwxyz-.:/%#*+";
    for (const char *name = names; *name; name++)
        if (!*call->argument || strchr(call->argument, *name))
            list_register(editor, (unsigned char)*name);
    return true;
}

static bool list_marks(struct editor *editor, const struct call *call)
{
    (void)call;
    struct document *document = editor_document(editor);
    for (const char *name = "'abcdefghijklmnopqrstuvwxyz[]<>^."; *name; name++) {
        const struct mark *mark = document_mark(document, (unsigned char)*name);
        if (mark->set)
            bytes_format(&editor->listing, " %c %6zu %4zu\n", *name, mark->line + 1, mark->column);
    }
    return true;
}

static bool set_mark(struct editor *editor, const struct call *call)
{
    uint32_t name = (unsigned char)call->argument[0];
    struct document *document = editor_document(editor);
    size_t begin = place_line_begin(document->text, call->last);
    if (!isalpha((int)name) || call->argument[1])
        return editor_error(editor, "a mark is called a to z or A to Z");
    if (isupper((int)name))
        editor->inside->marks[name - 'A'] = (struct jump){ document, document_mark_at(document, begin) };
    else
        document_set_mark(document, name, begin);
    return true;
}

static bool show_line(struct editor *editor, const struct call *call)
{
    size_t line = call->addresses ? call->last + 1 : document_lines(editor_document(editor));
    return editor_message(editor, "%zu", line);
}

static bool print_lines(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    struct call own = *call;
    if (!line_count_read(editor, call->argument, &own))
        return false;
    bool numbers = call->command->name[0] == 'n' || call->command->name[0] == '#';
    for (size_t line = own.first; line <= own.last && editor->listing.size < 1 << 20; line++) {
        size_t begin = place_line_begin(text, line);
        char *bytes = text_copy(text, (struct span){ begin, place_end(text, begin) });
        if (numbers)
            bytes_format(&editor->listing, "%3zu ", line + 1);
        bytes_append_text(&editor->listing, bytes);
        bytes_append_byte(&editor->listing, '\n');
        free(bytes);
    }
    editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, own.last)));
    return true;
}

/* :goto BYTE */
static bool go_byte(struct editor *editor, const struct call *call)
{
    size_t byte = call->addresses ? call->last + 1 : (size_t)strtoul(call->argument, 0, 10);
    struct text *text = editor_text(editor);
    size_t at = byte ? byte - 1 : 0;
    jump_remember(editor);
    editor_set_cursor(editor, place_snap(text, at < text_size(text) ? at : text_size(text)));
    return true;
}

/* Runs a register as lines of the command line. */
static bool run_register(struct editor *editor, const struct call *call)
{
    uint32_t name = call->argument[0] ? (unsigned char)call->argument[0] : '@';
    if (call->addresses) {
        struct text *text = editor_text(editor);
        editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, call->last)));
    }
    if (name == ':')
        return macro_run(editor, ':', 1);
    struct yank yank;
    name = name == '@' ? editor->inside->last_macro : name;
    if (!name || !register_read(editor, name, &yank))
        return editor_error(editor, "the register is empty");
    editor->inside->last_macro = name;
    bool good = true;
    for (char *line = yank.bytes; good && line && *line;) {
        char *feed = strchr(line, '\n');
        if (feed)
            *feed = 0;
        good = line_run(editor, line);
        line = feed ? feed + 1 : 0;
    }
    free(yank.bytes);
    return good;
}

/* :execute EXPRESSION */
static bool execute(struct editor *editor, const struct call *call)
{
    struct bytes line = { 0 };
    struct error error = { "" };
    bool good = expression_evaluate(call->argument, &line, &error) || editor_error(editor, "%s", error.text);
    good = good && line_run(editor, line.data ? line.data : "");
    bytes_free(&line);
    return good;
}

/* :let @x = EXPRESSION */
static bool let(struct editor *editor, const struct call *call)
{
    struct bytes value = { 0 };
    struct error error = { "" };
    const char *text = call->argument;
    if (text[0] != '@' || !text[1] || *skip_blanks(text + 2) != '=')
        return editor_error(editor, ":let sets a register: :let @a = \"text\"");
    bool good = expression_evaluate(skip_blanks(text + 2) + 1, &value, &error) ||
                editor_error(editor, "%s", error.text);
    if (good) {
        bool lines = value.size && value.data[value.size - 1] == '\n';
        register_set(&editor->registers, (unsigned char)text[1], value.data ? value.data : "", value.size,
                     lines ? SHAPE_LINES : SHAPE_CHARACTERS, 0);
    }
    bytes_free(&value);
    return good;
}

static bool jump_list(struct editor *editor, const struct call *call)
{
    (void)call;
    for (size_t i = 0; i < editor->inside->jump_count; i++)
        bytes_format(&editor->listing, "%3zu %6zu %4zu\n", editor->inside->jump_count - i,
                     editor->inside->jumps[i].mark.line + 1, editor->inside->jumps[i].mark.column);
    return true;
}

static bool use_keymap(struct editor *editor, const struct call *call)
{
    struct error error = { "" };
    if (!*call->argument)
        return editor_message(editor, "%s", editor->keymap->name ? editor->keymap->name : "");
    return editor_use_keymap(editor, call->argument, &error) || editor_error(editor, "%s", error.text);
}

/* What each key does. */
static bool list_keys(struct editor *editor, const struct call *call)
{
    for (size_t i = 0; i < editor->keymap->mode_count; i++) {
        const struct keymap_mode *mode = &editor->keymap->modes[i];
        if (*call->argument && strcmp(call->argument, mode->name))
            continue;
        bytes_format(&editor->listing, "%s\n", mode->name);
        for (size_t j = 0; j < mode->count; j++) {
            const struct binding *binding = &mode->bindings[j];
            struct bytes keys = { 0 };
            for (size_t k = 0; k < binding->key_count; k++)
                key_spell(binding->keys[k], &keys);
            if (binding->command)
                bytes_format(&editor->listing, "  %-12s %s %s\n", keys.data, binding->command->name,
                             binding->argument);
            bytes_free(&keys);
        }
    }
    return true;
}

/* Commands of the argument's beginning and their help. */
static bool list_commands(struct editor *editor, const struct call *call)
{
    for (const struct command *const *group = command_groups; *group; group++)
        for (const struct command *row = *group; row->name; row++)
            if (!(row->flags & HIDDEN) && !strncmp(row->name, call->argument, strlen(call->argument)))
                bytes_format(&editor->listing, "  %-24s %s\n", row->name, row->help);
    return true;
}

const struct command commands_line_basic[] = {
    { "set",
      "sets options: NAME, noNAME, NAME=VALUE, NAME?",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = set },
      2 },
    { "execute",
      "runs the line that an expression gives",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = execute },
      3 },
    { "let", "sets a register: let @a = \"text\"", COMMAND_LINE, LINE_NO_RANGE, { .act = let }, 3 },
    { "nohlsearch",
      "marks no matches until the next search",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = no_highlight },
      3 },
    { "registers", "lists registers", COMMAND_LINE, LINE_NO_RANGE, { .act = list_registers }, 3 },
    { "display", "lists registers", COMMAND_LINE, LINE_NO_RANGE, { .act = list_registers }, 2 },
    { "marks", "lists marks", COMMAND_LINE, LINE_NO_RANGE, { .act = list_marks }, 5 },
    { "jumps", "lists jumps", COMMAND_LINE, LINE_NO_RANGE, { .act = jump_list }, 2 },
    { "k", "sets a mark", COMMAND_LINE, 0, { .act = set_mark }, 1 },
    { "mark", "sets a mark", COMMAND_LINE, 0, { .act = set_mark }, 2 },
    { "goto", "goes to a byte, counted from 1", COMMAND_LINE, 0, { .act = go_byte }, 2 },
    { "=", "says the number of the last line, or of the range's", COMMAND_LINE, 0, { .act = show_line }, 1 },
    { "print", "shows lines", COMMAND_LINE, 0, { .act = print_lines }, 1 },
    { "number", "shows lines with their numbers", COMMAND_LINE, 0, { .act = print_lines }, 2 },
    { "#", "shows lines with their numbers", COMMAND_LINE, 0, { .act = print_lines }, 1 },
    { "@", "runs a register as commands", COMMAND_LINE, 0, { .act = run_register }, 1 },
    { "*", "runs a register as commands", COMMAND_LINE, 0, { .act = run_register }, 1 },
    { "keymap",
      "changes the keymap: vi, emacs, cua or a file",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = use_keymap },
      4 },
    { "map",
      "lists what each key does; MODE: in that mode",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = list_keys },
      3 },
    { "help",
      "lists commands; NAME: those that begin so",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = list_commands },
      1 },
    { 0 },
};
