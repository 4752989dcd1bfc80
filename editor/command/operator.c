/* operator.c - operators that change characters or lines in their place: case, join, replace, rot13. */
#include "editor/command/editor_inside.h"
#include "editor/text/utf8.h"

#include <string.h>

static int32_t toggle(int32_t code)
{
    return unit_is_lower(code) ? unit_to_upper(code) : unit_to_lower(code);
}

static int32_t rotate(int32_t code)
{
    int32_t letter = code | 32;
    if (letter < 'a' || letter > 'z' || code < 0)
        return code;
    return letter < 'n' ? code + 13 : code - 13;
}

/* Every unit of a span; the span's new end. One edit. */
size_t span_map(struct editor *editor, struct span span, int32_t (*change)(int32_t code))
{
    struct text *text = editor_text(editor);
    struct bytes bytes = { 0 };
    bool changed = false;
    for (size_t at = span.start; at < span.end;) {
        struct unit unit = text_unit(text, at);
        char out[4];
        if (unit.size == 0)
            break;
        int32_t code = unit.code < 0 ? unit.code : change(unit.code);
        changed = changed || code != unit.code;
        if (unit.code < 0)
            bytes_append_byte(&bytes, (char)-unit.code);
        else
            bytes_append(&bytes, out, unit_encode(code, out));
        at += unit.size;
    }
    size_t end = changed ? span.start + bytes.size : span.end;
    if (changed)
        editor_replace(editor, span, bytes.data, bytes.size);
    bytes_free(&bytes);
    return end;
}

/* vi takes an empty region at the begin of a line for its first character in the first line, for all of it in
 * others. */
static size_t end_of_nothing(const struct text *text, size_t at)
{
    if (at == 0 && text_byte(text, 0) != '\n' && text_size(text) > 0)
        return place_next(text, 0);
    return at == place_begin(text, at) ? place_end(text, at) : at;
}

static bool map_region(struct editor *editor, const struct region *region, int32_t (*change)(int32_t code))
{
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    if (region->shape == SHAPE_BLOCK) {
        for (size_t line = first; line <= last; line++) {
            struct block_row row = block_row(editor, region, place_line_begin(editor_text(editor), line));
            span_map(editor, row.span, change);
        }
    } else {
        struct span span = region->span;
        if (span.start == span.end && editor->inside->base == MODE_NORMAL)
            span.end = end_of_nothing(editor_text(editor), span.start);
        size_t end = span_map(editor, span, change);
        mark_changed(editor, span.start, end > span.start ? end - 1 : end);
    }
    editor_set_cursor(editor, region->cursor);
    return true;
}

static bool upper_region(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    return map_region(editor, region, unit_to_upper);
}

static bool lower_region(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    return map_region(editor, region, unit_to_lower);
}

static bool toggle_region(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    return map_region(editor, region, toggle);
}

static bool rotate_region(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    return map_region(editor, region, rotate);
}

static bool toggle_characters(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    size_t start = editor->window.cursor, end = start, line_end = place_end(text, start);
    if (editor->options.tildeop && editor->inside->base == MODE_NORMAL) {
        editor->pending.operation = command_find("operator-toggle", 15);
        editor->pending.operator_count = call->counted ? call->count : 0;
        key_list_add(&editor->pending.operator_keys, (struct key){ '~', 0 });
        return true;
    }
    if (start == line_end)
        return false;
    for (size_t i = 0; i < call->count && end < line_end; i++)
        end = place_next(text, end);
    end = span_map(editor, (struct span){ start, end }, toggle);
    mark_changed(editor, start, end > start ? place_previous(editor_text(editor), end) : end);
    editor_set_cursor(editor, end);
    return true;
}

/* Joining */

static bool is_white(int byte)
{
    return byte == ' ' || byte == '\t';
}

/* Joins the line behind the one that begins at `begin`; returns where they meet. *last is the last character
 * of the line joined before, 0 if that was empty, and becomes that of this one. */
static size_t join_next(struct editor *editor, size_t begin, bool with_blanks, int *last)
{
    struct text *text = editor_text(editor);
    size_t end = place_end(text, begin), next = end + 1;
    if (!with_blanks) {
        editor_replace(editor, (struct span){ end, next }, "", 0);
        return end;
    }
    while (is_white(text_byte(text, next)))
        next++;
    int first = text_byte(text, next);
    size_t next_end = place_end(text, next);
    bool blank = first != '\n' && first >= 0 && first != ')' && end > begin && *last != ' ' && *last != '\t';
    *last = next_end > next ? text_byte(text, next_end - 1) : 0;
    editor_replace(editor, (struct span){ end, next }, " ", blank);
    return end;
}

bool lines_join(struct editor *editor, size_t first, size_t last, bool with_blanks)
{
    struct text *text = editor_text(editor);
    size_t begin = place_line_begin(text, first), meet = begin, end = place_end(text, begin);
    int before = end > begin ? text_byte(text, end - 1) : 0;
    for (size_t line = first; line < last; line++)
        meet = join_next(editor, begin, with_blanks, &before);
    mark_changed(editor, begin, meet);
    editor_set_cursor(editor, meet);
    return true;
}

/* Argument: bare (no blanks between). */
static bool join_lines(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    size_t first = place_line(text, editor->window.cursor), lines = place_lines(text);
    size_t count = call->count < 2 ? 2 : call->count;
    if (count > lines - first) {
        if (count <= 2)
            return false;
        count = lines - first;
    }
    return lines_join(editor, first, first + count - 1, call->argument[0] != 'b');
}

static bool join_region(struct editor *editor, const struct call *call, const struct region *region)
{
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    if (last == first && last + 1 < place_lines(editor_text(editor)))
        last++;
    if (last == first)
        return false;
    return lines_join(editor, first, last, call->argument[0] != 'b');
}

/* Replacing by one character */

static bool replace_characters(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    uint32_t code = key_character(call->character);
    if (call->character.modifiers == KEY_CONTROL && call->character.code >= 'a' &&
        call->character.code <= 'z')
        code = call->character.code & 31;
    if (code == (uint32_t)-1)
        return false;
    size_t start = editor->window.cursor, end = start, line_end = place_end(text, start);
    for (size_t i = 0; i < call->count; i++) {
        if (end >= line_end)
            return false;
        end = place_next(text, end);
    }
    struct bytes bytes = { 0 };
    char out[4];
    unsigned size = unit_encode((int32_t)code, out);
    bool breaks = code == '\n' && call->character.code == KEY_ENTER;
    for (size_t i = 0; i < (breaks ? 1 : call->count); i++)
        bytes_append(&bytes, out, size);
    editor_replace(editor, (struct span){ start, end }, bytes.data, bytes.size);
    size_t last = start + bytes.size - size;
    mark_changed(editor, start, last);
    editor_set_cursor(editor, breaks ? start + 1 : last);
    bytes_free(&bytes);
    return true;
}

/* Every character of a span but line feeds. */
static void replace_span(struct editor *editor, struct span span, const char *out, unsigned size)
{
    struct text *text = editor_text(editor);
    struct bytes bytes = { 0 };
    for (size_t at = span.start; at < span.end; at = place_next(text, at)) {
        if (text_byte(text, at) == '\n')
            bytes_append_byte(&bytes, '\n');
        else
            bytes_append(&bytes, out, size);
    }
    if (bytes.size)
        editor_replace(editor, span, bytes.data, bytes.size);
    bytes_free(&bytes);
}

/* Cut tabs become blanks around the characters that replace the cells inside. */
static void replace_row(struct editor *editor, const struct region *region, size_t line, const char *out,
                        unsigned size)
{
    struct block_row row = block_row(editor, region, line);
    if (row.is_short)
        return;
    if (!row.before && !row.after) {
        replace_span(editor, row.span, out, size);
        return;
    }
    struct bytes bytes = { 0 };
    for (size_t i = 0; i < row.before; i++)
        bytes_append_byte(&bytes, ' ');
    for (size_t i = row.start_column + row.before; i < row.end_column - row.after; i++)
        bytes_append(&bytes, out, size);
    for (size_t i = 0; i < row.after; i++)
        bytes_append_byte(&bytes, ' ');
    editor_replace(editor, row.span, bytes.data, bytes.size);
    bytes_free(&bytes);
}

static bool replace_region(struct editor *editor, const struct call *call, const struct region *region)
{
    uint32_t code = key_character(call->character);
    if (code == (uint32_t)-1)
        return false;
    char out[4];
    unsigned size = unit_encode((int32_t)code, out);
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    if (region->shape != SHAPE_BLOCK)
        replace_span(editor, region->span, out, size);
    for (size_t line = last + 1; region->shape == SHAPE_BLOCK && line-- > first;)
        replace_row(editor, region, place_line_begin(editor_text(editor), line), out, size);
    editor_set_cursor(editor, region->shape == SHAPE_LINES ? region->span.start : region->cursor);
    return true;
}

enum { CHANGES = REPEATABLE | MODIFIES, ON_LINES = CHANGES | OPERATOR_ON_LINES };

const struct command commands_operator[] = {
    { "operator-upper",
      "makes capital letters",
      COMMAND_OPERATOR,
      CHANGES | OPERATOR_MOVES,
      { .operate = upper_region },
      0 },
    { "operator-lower",
      "makes small letters",
      COMMAND_OPERATOR,
      CHANGES | OPERATOR_MOVES,
      { .operate = lower_region },
      0 },
    { "operator-toggle",
      "makes capital letters small and small ones capital",
      COMMAND_OPERATOR,
      CHANGES | OPERATOR_MOVES,
      { .operate = toggle_region },
      0 },
    { "operator-rot13",
      "moves letters by half the alphabet",
      COMMAND_OPERATOR,
      CHANGES | OPERATOR_MOVES,
      { .operate = rotate_region },
      0 },
    { "operator-join",
      "joins lines; `bare`: without blanks",
      COMMAND_OPERATOR,
      ON_LINES,
      { .operate = join_region },
      0 },
    { "operator-replace",
      "replaces every character",
      COMMAND_OPERATOR,
      CHANGES | TAKES_CHARACTER,
      { .operate = replace_region },
      0 },
    { "toggle-case",
      "toggles the case of the character under the cursor",
      COMMAND_ACTION,
      CHANGES,
      { .act = toggle_characters },
      0 },
    { "join",
      "joins this line and the next; `bare`: without blanks",
      COMMAND_ACTION,
      CHANGES,
      { .act = join_lines },
      0 },
    { "replace-character",
      "replaces the character under the cursor",
      COMMAND_ACTION,
      CHANGES | TAKES_CHARACTER,
      { .act = replace_characters },
      0 },
    { 0 },
};
