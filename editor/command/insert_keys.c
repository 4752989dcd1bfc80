/* insert_keys.c - what the keys of insert and replace mode do. */
#include "editor/command/editor_inside.h"
#include "editor/command/expression.h"
#include "editor/text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void insert_code(struct editor *editor, uint32_t code)
{
    char out[4];
    insert_text(editor, out, unit_encode((int32_t)code, out));
}

static void break_long_line(struct editor *editor);

static bool insert_key(struct editor *editor, const struct call *call)
{
    uint32_t code = key_character(call->character);
    if (code == (uint32_t)-1)
        return editor->inside->base == MODE_NORMAL ? false
                                                   : editor_error(editor, "this key has no meaning here");
    for (size_t i = 0; i < call->count && i < INSERT_LIMIT; i++) {
        if (editor->options.textwidth > 0 && !code_is_blank(code))
            break_long_line(editor);
        insert_code(editor, code);
    }
    return true;
}

static bool insert_newline(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    insertion_touch(editor);
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor),
           indent = place_nonblank(text, begin);
    bool blank = indent == cursor && cursor == place_end(text, cursor);
    bool keeps = editor->options.autoindent && editor->mode == MODE_INSERT && indent > begin;
    if (!keeps) {
        insert_text(editor, "\n", 1);
        return true;
    }
    if (indent > cursor)
        indent = cursor;
    char *blanks = text_copy(text, (struct span){ begin, indent });
    struct bytes bytes = { 0 };
    bytes_append_byte(&bytes, '\n');
    bytes_append(&bytes, blanks, indent - begin);
    free(blanks);
    size_t from = cursor, to = cursor;
    while (from > begin && code_is_blank(place_code(text, from - 1)))
        from--;
    if (blank && editor->inside->insertion.fresh_indent)
        from = begin;
    while (to < place_end(text, to) && code_is_blank(place_code(text, to)))
        to++;
    editor_replace(editor, (struct span){ from, to }, bytes.data, bytes.size);
    editor_set_cursor(editor, from + bytes.size);
    editor->inside->insertion.fresh_indent = true;
    bytes_free(&bytes);
    return true;
}

/* Breaks at the last blank before 'textwidth' where the character to come would stand behind it. */
static void break_long_line(struct editor *editor)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop, width = (size_t)editor->options.textwidth;
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor),
           first = place_nonblank(text, begin);
    if (place_column(text, cursor, tabstop) < width)
        return;
    size_t at = cursor;
    while (at > first &&
           !(code_is_blank(place_code(text, at)) && place_column(text, at, tabstop) <= width && at < cursor))
        at--;
    if (at <= first)
        return;
    size_t end = at + 1;
    while (end < cursor && code_is_blank(place_code(text, end)))
        end++;
    while (at > first && code_is_blank(place_code(text, at - 1)))
        at--;
    size_t indent = editor->options.autoindent ? first - begin : 0;
    char *blanks = text_copy(text, (struct span){ begin, begin + indent });
    struct bytes bytes = { 0 };
    bytes_append_byte(&bytes, '\n');
    bytes_append(&bytes, blanks, indent);
    editor_replace(editor, (struct span){ at, end }, bytes.data, bytes.size);
    editor_set_cursor(editor, cursor - (end - at) + bytes.size);
    bytes_free(&bytes);
    free(blanks);
}

static bool insert_tab(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    long soft = editor->options.softtabstop;
    size_t stop = soft > 0 ? (size_t)soft : soft < 0 ? shift_width(editor) : tabstop;
    if (!editor->options.expandtab && stop == tabstop) {
        insert_text(editor, "\t", 1);
        return true;
    }
    size_t column = place_column(text, editor->window.cursor, tabstop), target = (column / stop + 1) * stop;
    struct bytes bytes = { 0 };
    for (; column < target; column++)
        bytes_append_byte(&bytes, ' ');
    insert_text(editor, bytes.data, bytes.size);
    bytes_free(&bytes);
    return true;
}

/* Gives back what replace mode overwrote; false where it did not overwrite here. */
static bool restore_replaced(struct editor *editor)
{
    struct insertion *insertion = &editor->inside->insertion;
    if (insertion->stack_count == 0)
        return false;
    struct replaced *last = &insertion->stack[insertion->stack_count - 1];
    if (last->at + last->inserted != editor->window.cursor)
        return false;
    editor_replace(editor, (struct span){ last->at, editor->window.cursor }, last->old, last->old_size);
    editor_set_cursor(editor, last->at);
    insertion->stack_count--;
    return true;
}

static bool back_in_replace(struct editor *editor)
{
    if (restore_replaced(editor))
        return true;
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor;
    if (cursor == 0)
        return false;
    editor_set_cursor(editor, place_previous(text, cursor));
    editor->inside->insertion.start = editor->inside->insertion.stop = editor->window.cursor;
    return true;
}

static void delete_to(struct editor *editor, size_t from)
{
    size_t cursor = editor->window.cursor;
    editor_replace(editor, (struct span){ from, cursor }, "", 0);
    editor_set_cursor(editor, from);
    struct insertion *insertion = &editor->inside->insertion;
    insertion->start = insertion->start > from ? from : insertion->start;
    insertion->stop = insertion->stop > from ? from : insertion->stop;
}

/* How far Backspace goes back over blanks that a Tab put. */
static size_t soft_tab_begin(const struct editor *editor, size_t cursor)
{
    struct text *text = editor_text(editor);
    long soft = editor->options.softtabstop;
    size_t stop = soft < 0 ? shift_width(editor) : (size_t)soft, from = cursor;
    if (soft == 0)
        return place_previous(text, cursor);
    size_t column = place_column(text, cursor, (size_t)editor->options.tabstop);
    while (column > 0 && text_byte(text, from - 1) == ' ') {
        from--;
        if (--column % stop == 0)
            break;
    }
    return from < cursor ? from : place_previous(text, cursor);
}

static bool backspace(struct editor *editor, const struct call *call)
{
    insertion_touch(editor);
    if (editor->mode == MODE_REPLACE)
        return back_in_replace(editor);
    for (size_t i = 0; i < call->count; i++) {
        struct text *text = editor_text(editor);
        size_t cursor = editor->window.cursor;
        if (cursor == 0)
            return i > 0;
        delete_to(editor, cursor == place_begin(text, cursor) ? cursor - 1 : soft_tab_begin(editor, cursor));
    }
    return true;
}

/* Back to `limit` or the place where typing began, whichever comes first. */
static bool delete_back(struct editor *editor, size_t limit)
{
    size_t cursor = editor->window.cursor, start = editor->inside->insertion.stop;
    size_t from = limit < start && start < cursor ? start : limit;
    if (editor->mode != MODE_REPLACE) {
        delete_to(editor, from);
        return true;
    }
    while (editor->window.cursor > from && back_in_replace(editor))
        ;
    return true;
}

static bool delete_word_back(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    insertion_touch(editor);
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor), at = cursor;
    if (cursor == 0)
        return false;
    if (cursor == begin)
        return delete_back(editor, cursor - 1);
    while (at > begin && code_is_blank(place_code(text, place_previous(text, at))))
        at = place_previous(text, at);
    int class = at > begin ? code_class(place_code(text, place_previous(text, at)), false) : 0;
    if (editor->inside->insertion.stop < cursor && at < editor->inside->insertion.stop)
        return delete_back(editor, at);
    while (at > begin && code_class(place_code(text, place_previous(text, at)), false) == class)
        at = place_previous(text, at);
    return delete_back(editor, at);
}

static bool delete_line_back(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    insertion_touch(editor);
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor);
    if (cursor == 0)
        return false;
    return delete_back(editor, cursor == begin ? cursor - 1 : begin);
}

static bool delete_forward(struct editor *editor, const struct call *call)
{
    insertion_touch(editor);
    for (size_t i = 0; i < call->count; i++) {
        struct text *text = editor_text(editor);
        size_t cursor = editor->window.cursor, end = place_end(text, cursor);
        if (cursor == end && end + 1 >= text_size(text))
            return i > 0;
        editor_replace(editor, (struct span){ cursor, cursor == end ? end + 1 : place_next(text, cursor) },
                       "", 0);
    }
    return true;
}

static void insert_each(struct editor *editor, const char *bytes, size_t size)
{
    if (editor->mode != MODE_REPLACE) {
        insert_text(editor, bytes, size);
        return;
    }
    for (size_t at = 0; at < size;) {
        size_t step = cluster_size(bytes + at, size - at);
        insert_text(editor, bytes + at, step ? step : 1);
        at += step ? step : 1;
    }
}

/* Dot types the text of a register again, whatever the register holds by then. */
static void note_typed(struct editor *editor, const char *bytes, size_t size)
{
    struct insertion *insertion = &editor->inside->insertion;
    if (insertion->repeating)
        return;
    if (insertion->keys.count)
        insertion->keys.count--;
    for (size_t at = 0; at < size && insertion->keys.count < KEY_BUDGET;) {
        struct key key;
        at += key_decode(bytes + at, size - at, &key);
        if (key.code == 'j' && key.modifiers == KEY_CONTROL)
            key = (struct key){ KEY_ENTER, 0 };
        key_list_add(&insertion->keys, key);
    }
    insertion->skips_key = true;
}

/* What was asked for behind "=. */
static bool insert_value(struct editor *editor, void *user, const char *text)
{
    (void)user;
    struct bytes value = { 0 };
    struct error error = { "" };
    if (!text)
        return true;
    bool good = expression_evaluate(text, &value, &error) || editor_error(editor, "%s", error.text);
    if (good && value.size)
        insert_each(editor, value.data, value.size);
    for (size_t at = 0; good && at < value.size;) {
        struct key key;
        at += key_decode(value.data + at, value.size - at, &key);
        key_list_add(&editor->inside->insertion.keys, key);
    }
    bytes_free(&value);
    return good;
}

static bool has_control(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\n')
            return true;
    return false;
}

/* Ctrl-R and the key after it are not what a repetition types. */
static void forget_keys(struct insertion *insertion)
{
    insertion->keys.count -= insertion->keys.count > 0;
    insertion->skips_key = true;
}

/* A register's tabs, escapes and the like do what they would do if typed. */
static void type_keys(struct editor *editor, const char *bytes, size_t size)
{
    struct key_list keys = { 0 };
    for (size_t at = 0; at < size;) {
        struct key key;
        at += key_decode(bytes + at, size - at, &key);
        if (key.code == 'j' && key.modifiers == KEY_CONTROL)
            key = (struct key){ KEY_ENTER, 0 };
        key_list_add(&keys, key);
    }
    forget_keys(&editor->inside->insertion);
    input_push(editor, keys.keys, keys.count);
    key_list_free(&keys);
}

static bool insert_register(struct editor *editor, const struct call *call)
{
    struct yank yank;
    uint32_t name = key_character(call->character);
    if (name == '=')
        return forget_keys(&editor->inside->insertion), editor_ask(editor, "=", insert_value, 0), true;
    if (call->character.modifiers == KEY_CONTROL) {
        struct span span;
        if (call->character.code != 'w' ||
            !word_under(editor_text(editor), editor->window.cursor, false, &span))
            return false;
        yank.bytes = text_copy(editor_text(editor), span);
        yank.size = span.end - span.start;
    } else if (!register_read(editor, name, &yank)) {
        forget_keys(&editor->inside->insertion);
        return false;
    }
    if (editor->inside->base == MODE_NORMAL && yank.size < KEY_BUDGET && has_control(yank.bytes, yank.size)) {
        type_keys(editor, yank.bytes, yank.size);
    } else {
        insert_each(editor, yank.bytes, yank.size);
        note_typed(editor, yank.bytes, yank.size);
    }
    free(yank.bytes);
    return true;
}

static bool insert_last(struct editor *editor, const struct call *call)
{
    (void)call;
    struct key_list keys = { 0 };
    for (size_t i = 0; i < editor->inside->last_inserted.count; i++)
        key_list_add(&keys, editor->inside->last_inserted.keys[i]);
    if (editor->inside->depth++ < NESTING_LIMIT)
        for (size_t i = 0; i < keys.count && editor->inside->budget-- > 0; i++)
            input_handle(editor, keys.keys[i]);
    editor->inside->depth--;
    editor->inside->insertion.skips_key = true;
    key_list_free(&keys);
    return true;
}

/* The character in the same column of the line above or below. */
static bool insert_from_line(struct editor *editor, bool above)
{
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, line = cursor, tabstop = (size_t)editor->options.tabstop;
    if (!(above ? place_previous_line(text, &line) : place_next_line(text, &line)))
        return false;
    size_t at =
        place_at_column(text, place_begin(text, line), place_column(text, cursor, tabstop), tabstop, true, 0);
    if (at >= place_end(text, at))
        return false;
    size_t size = place_next(text, at) - at;
    char *bytes = text_copy(text, (struct span){ at, at + size });
    insert_text(editor, bytes, size);
    struct key key;
    if (!editor->inside->insertion.repeating && key_decode(bytes, size, &key) == size) {
        key_list_add(&editor->inside->insertion.keys, key);
        editor->inside->insertion.skips_key = true;
    }
    free(bytes);
    return true;
}

static bool insert_above(struct editor *editor, const struct call *call)
{
    (void)call;
    return insert_from_line(editor, true);
}

static bool insert_below(struct editor *editor, const struct call *call)
{
    (void)call;
    return insert_from_line(editor, false);
}

static void shift_typing(struct editor *editor, long steps)
{
    struct text *text = editor_text(editor);
    insertion_touch(editor);
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor),
           start = editor->inside->insertion.start;
    long behind = (long)cursor - (long)place_nonblank(text, begin);
    long from_start = (long)start - (long)place_nonblank(text, begin);
    indent_shift(editor, begin, steps, true);
    long indent = (long)place_nonblank(editor_text(editor), begin);
    editor_set_cursor(editor, behind + indent > (long)begin ? (size_t)(behind + indent) : begin);
    if (start >= begin)
        editor->inside->insertion.start = editor->inside->insertion.stop =
            from_start + indent > (long)begin ? (size_t)(from_start + indent) : begin;
}

static bool shift_line_right(struct editor *editor, const struct call *call)
{
    (void)call;
    shift_typing(editor, 1);
    return true;
}

/* 0^D and ^^D take all of the indent. */
static bool shift_line_left(struct editor *editor, const struct call *call)
{
    (void)call;
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor);
    uint32_t last = editor->inside->insertion.previous.code;
    if ((last == '0' || last == '^') && cursor > begin && text_byte(text, cursor - 1) == (int)last &&
        !editor->inside->insertion.moved) {
        delete_to(editor, cursor - 1);
        cursor = editor->window.cursor;
        size_t indent = place_nonblank(editor_text(editor), begin) - begin;
        indent_set(editor, begin, 0);
        editor_set_cursor(editor, cursor >= begin + indent ? cursor - indent : begin);
        return true;
    }
    shift_typing(editor, -1);
    return true;
}

static bool literal_finish(struct editor *editor)
{
    struct literal *literal = &editor->inside->insertion.literal;
    uint32_t value = literal->value;
    literal->active = false;
    if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return false;
    insert_code(editor, value == 0 ? '\n' : value);
    return true;
}

static bool literal_digit(struct literal *literal, struct key key)
{
    uint32_t code = key.code, letter = code | 32;
    unsigned digit = code >= '0' && code <= '9'       ? code - '0'
                     : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
                                                      : 99;
    if (key.modifiers || code > 127 || digit >= literal->base)
        return false;
    literal->value = literal->value * literal->base + digit;
    literal->digits++;
    return true;
}

/* The byte that a key sends, or its name. */
static void insert_spelled(struct editor *editor, struct key key)
{
    struct bytes bytes = { 0 };
    if (key.code >= KEY_ESCAPE && key.code != KEY_ESCAPE && key.code != KEY_ENTER && key.code != KEY_TAB)
        key_spell(key, &bytes);
    else
        key_encode(key, &bytes);
    insert_text(editor, bytes.data, bytes.size);
    bytes_free(&bytes);
}

bool insertion_literal(struct editor *editor, struct key key)
{
    struct literal *literal = &editor->inside->insertion.literal;
    if (literal_digit(literal, key)) {
        if (literal->digits == literal->most ||
            (literal->base == 10 && literal->value > 25 && literal->digits == 2 && literal->value > 255))
            literal_finish(editor);
        return true;
    }
    literal->active = false;
    if (literal->digits) {
        literal_finish(editor);
        input_handle(editor, key);
    } else {
        insert_spelled(editor, key);
    }
    return true;
}

static bool insert_literal(struct editor *editor, const struct call *call)
{
    struct literal *literal = &editor->inside->insertion.literal;
    struct key key = call->character;
    *literal = (struct literal){ 0 };
    if (!key.modifiers && key.code < 128) {
        char kind = (char)key.code;
        literal->base = kind == 'x' || kind == 'X' || kind == 'u' || kind == 'U' ? 16
                        : kind == 'o' || kind == 'O'                             ? 8
                                                                                 : 10;
        literal->most = kind == 'x' || kind == 'X' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 3;
        if (literal->base != 10 || (kind >= '0' && kind <= '9')) {
            literal->active = true;
            if (literal->base == 10)
                literal_digit(literal, key);
            return true;
        }
    }
    insert_spelled(editor, key);
    return true;
}

static bool insert_once(struct editor *editor, const struct call *call)
{
    (void)call;
    editor->inside->once = ONCE_BEGUN;
    editor->inside->once_mode = editor->mode;
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, begin = place_begin(text, cursor);
    editor->inside->once_at_end = cursor == place_end(text, cursor);
    editor->inside->once_line = begin;
    if (editor->inside->once_at_end && cursor > begin)
        editor_set_cursor(editor, place_previous(text, cursor));
    editor->mode = MODE_NORMAL;
    return true;
}

static bool insert_end(struct editor *editor, const struct call *call)
{
    (void)call;
    insertion_end(editor);
    return true;
}

const struct command commands_insert_keys[] = {
    { "insert-key", "types the key", COMMAND_ACTION, MODIFIES | HIDDEN, { .act = insert_key }, 0 },
    { "insert-newline", "breaks the line", COMMAND_ACTION, MODIFIES, { .act = insert_newline }, 0 },
    { "insert-tab",
      "types a tab, or blanks to the next stop",
      COMMAND_ACTION,
      MODIFIES,
      { .act = insert_tab },
      0 },
    { "delete-back",
      "deletes the character before the cursor",
      COMMAND_ACTION,
      MODIFIES,
      { .act = backspace },
      0 },
    { "delete-forward",
      "deletes the character under the cursor",
      COMMAND_ACTION,
      MODIFIES,
      { .act = delete_forward },
      0 },
    { "delete-word-back",
      "deletes the word before the cursor",
      COMMAND_ACTION,
      MODIFIES,
      { .act = delete_word_back },
      0 },
    { "delete-line-back",
      "deletes the line before the cursor",
      COMMAND_ACTION,
      MODIFIES,
      { .act = delete_line_back },
      0 },
    { "insert-register",
      "types a register",
      COMMAND_ACTION,
      MODIFIES | TAKES_CHARACTER,
      { .act = insert_register },
      0 },
    { "insert-literal",
      "types the next key as it is, or a character by its number",
      COMMAND_ACTION,
      MODIFIES | TAKES_CHARACTER,
      { .act = insert_literal },
      0 },
    { "insert-last", "types what was typed last", COMMAND_ACTION, MODIFIES, { .act = insert_last }, 0 },
    { "insert-above", "types the character above", COMMAND_ACTION, MODIFIES, { .act = insert_above }, 0 },
    { "insert-below", "types the character below", COMMAND_ACTION, MODIFIES, { .act = insert_below }, 0 },
    { "indent-line", "shifts the line right", COMMAND_ACTION, MODIFIES, { .act = shift_line_right }, 0 },
    { "outdent-line", "shifts the line left", COMMAND_ACTION, MODIFIES, { .act = shift_line_left }, 0 },
    { "insert-once", "one command, then typing goes on", COMMAND_ACTION, 0, { .act = insert_once }, 0 },
    { "insert-end", "ends the insertion", COMMAND_ACTION, 0, { .act = insert_end }, 0 },
    { 0 },
};
