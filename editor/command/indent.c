/* indent.c - the blanks at the begin of lines. */
#include "editor/command/editor_inside.h"

#include <string.h>

size_t shift_width(const struct editor *editor)
{
    return (size_t)(editor->options.shiftwidth ? editor->options.shiftwidth : editor->options.tabstop);
}

size_t indent_width(const struct editor *editor, size_t line_begin)
{
    struct text *text = editor_text(editor);
    return place_column(text, place_nonblank(text, line_begin), (size_t)editor->options.tabstop);
}

/* Blanks, or tabs and blanks, from a column on. */
void blanks_append(const struct editor *editor, struct bytes *out, size_t from, size_t to)
{
    size_t tabstop = (size_t)editor->options.tabstop;
    while (!editor->options.expandtab && from / tabstop < to / tabstop) {
        bytes_append_byte(out, '\t');
        from = (from / tabstop + 1) * tabstop;
    }
    for (; from < to; from++)
        bytes_append_byte(out, ' ');
}

void indent_set(struct editor *editor, size_t line_begin, size_t width)
{
    struct text *text = editor_text(editor);
    struct bytes blanks = { 0 };
    blanks_append(editor, &blanks, 0, width);
    struct span span = { line_begin, place_nonblank(text, line_begin) };
    bool same = span.end - span.start == blanks.size;
    for (size_t i = 0; same && i < blanks.size; i++)
        same = text_byte(text, span.start + i) == blanks.data[i];
    if (!same)
        editor_replace(editor, span, blanks.data ? blanks.data : "", blanks.size);
    bytes_free(&blanks);
}

enum { INDENT_LIMIT = 100000 };

void indent_shift(struct editor *editor, size_t line_begin, long steps, bool round)
{
    long shift = (long)shift_width(editor), width = (long)indent_width(editor, line_begin);
    if (steps > INDENT_LIMIT / shift)
        steps = INDENT_LIMIT / shift;
    if (steps < -INDENT_LIMIT / shift)
        steps = -INDENT_LIMIT / shift;
    if (round && width % shift && steps < 0)
        width += shift - width % shift;
    else if (round)
        width -= width % shift;
    width += steps * shift;
    indent_set(editor, line_begin, width > 0 ? (size_t)width : 0);
}

/* Moves what stands from a block's left column on. */
static void shift_row(struct editor *editor, const struct region *region, size_t line, long steps)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    struct block_row row = block_row(editor, region, line);
    if (row.is_short)
        return;
    long distance = steps * (long)shift_width(editor);
    size_t end = row.span.start, column = row.start_column;
    int byte;
    while ((byte = text_byte(text, end)) == ' ' || byte == '\t') {
        column += place_width(text, end, column, tabstop);
        end++;
    }
    size_t from = row.start_column;
    long target = (long)column + distance;
    if (target < (long)region->left)
        target = (long)region->left;
    if (distance > 0 && end == row.span.start)
        target = (long)from + distance;
    struct bytes blanks = { 0 };
    blanks_append(editor, &blanks, from, (size_t)target);
    editor_replace(editor, (struct span){ row.span.start, end }, blanks.data ? blanks.data : "", blanks.size);
    bytes_free(&blanks);
}

static bool shift_region(struct editor *editor, const struct call *call, const struct region *region,
                         long sign)
{
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    long steps = sign * (long)(region->selected ? call->count : 1);
    for (size_t line = first; line <= last; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        if (region->shape == SHAPE_BLOCK)
            shift_row(editor, region, begin, steps);
        else if (!place_is_empty_line(editor_text(editor), begin))
            indent_shift(editor, begin, steps, editor->options.shiftround);
    }
    struct text *text = editor_text(editor);
    size_t begin = place_line_begin(text, first);
    mark_changed(editor, begin, place_last(text, place_line_begin(text, last)));
    size_t cursor = place_nonblank(text, begin);
    if (region->shape == SHAPE_BLOCK)
        cursor = place_at_column(text, begin, region->left, (size_t)editor->options.tabstop, false, 0);
    else if (!editor->options.startofline)
        cursor = place_wanted(editor, begin);
    editor_set_cursor(editor, cursor);
    return true;
}

static bool shift_right(struct editor *editor, const struct call *call, const struct region *region)
{
    return shift_region(editor, call, region, 1);
}

static bool shift_left(struct editor *editor, const struct call *call, const struct region *region)
{
    return shift_region(editor, call, region, -1);
}

enum { COMMENT_LINES = 100 };

/* Where the comment of C begins that a line begins in; false: in none. It is looked for in the lines just
 * above. */
static bool in_comment(const struct text *text, size_t begin, size_t *start)
{
    size_t from = begin;
    bool open = false;
    for (int i = 0; i < COMMENT_LINES && from > 0; i++)
        from = place_begin(text, from - 1);
    for (; from + 1 < begin; from++) {
        int byte = text_byte(text, from), next = text_byte(text, from + 1);
        if (!open && byte == '/' && next == '*') {
            *start = from;
            open = true;
        } else if (open && byte == '*' && next == '/') {
            open = false;
        } else if (!open && byte == '/' && next == '/') {
            from = place_end(text, from);
        }
    }
    return open;
}

/* How much braces and parentheses of a line open or close; leading closing ones count for the line itself. */
static void weigh_line(const struct text *text, size_t begin, long *leading, long *net)
{
    size_t start;
    *leading = *net = 0;
    bool lead = true, quoted = false, comment = in_comment(text, begin, &start);
    for (size_t at = place_nonblank(text, begin), end = place_end(text, begin); at < end; at++) {
        int byte = text_byte(text, at), next = text_byte(text, at + 1);
        if (byte == '"' && !comment)
            quoted = !quoted;
        if (quoted)
            continue;
        if (comment ? byte == '*' && next == '/' : byte == '/' && next == '*') {
            comment = !comment;
            at++;
            continue;
        }
        if (byte == '/' && next == '/' && !comment)
            return;
        if (comment)
            continue;
        if (byte == '}') {
            --*net;
            if (lead)
                ++*leading;
        } else if (byte == '{') {
            ++*net;
        }
        lead = lead && byte == '}';
    }
}

/* What follows a line that ends with a comma stands under the second word of it. */
static size_t list_indent(const struct editor *editor, size_t begin)
{
    struct text *text = editor_text(editor);
    size_t at = place_nonblank(text, begin), end = place_end(text, begin);
    while (at < end && !code_is_blank(place_code(text, at)))
        at = place_next(text, at);
    while (at < end && code_is_blank(place_code(text, at)))
        at++;
    return place_column(text, at < end ? at : place_nonblank(text, begin), (size_t)editor->options.tabstop);
}

/* The indent that the braces of the line before ask for. */
static size_t braces_indent(const struct editor *editor, size_t line)
{
    struct text *text = editor_text(editor);
    size_t before = line;
    long leading, net;
    do {
        if (before == 0)
            return 0;
        before--;
    } while (place_is_empty_line(text, place_line_begin(text, before)));
    size_t here = place_line_begin(text, line), begin = place_line_begin(text, before), start,
           tabstop = (size_t)editor->options.tabstop;
    if (in_comment(text, here, &start))
        return place_column(text, start, tabstop) +
               (text_byte(text, place_nonblank(text, here)) == '*' ? 1 : 3);
    size_t end = place_end(text, begin);
    if (end > begin && text_byte(text, end - 1) == ',')
        return list_indent(editor, begin);
    size_t base = in_comment(text, begin, &start) ? place_begin(text, start) : begin;
    long width = (long)indent_width(editor, base), shift = (long)shift_width(editor);
    weigh_line(text, begin, &leading, &net);
    width += (net + leading) * shift;
    weigh_line(text, place_line_begin(text, line), &leading, &net);
    width -= leading * shift;
    return width > 0 ? (size_t)width : 0;
}

static bool reindent_region(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    for (size_t line = first; line <= last; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        bool blank = place_nonblank(editor_text(editor), begin) == place_end(editor_text(editor), begin);
        indent_set(editor, begin, blank ? 0 : braces_indent(editor, line));
    }
    struct text *text = editor_text(editor);
    size_t begin = place_line_begin(text, first);
    mark_changed(editor, begin, place_line_begin(text, last));
    editor_set_cursor(editor, place_nonblank(text, begin));
    return true;
}

enum { SHIFTS = REPEATABLE | MODIFIES | OPERATOR_ON_LINES };

const struct command commands_indent[] = {
    { "operator-shift-right", "shifts lines right", COMMAND_OPERATOR, SHIFTS, { .operate = shift_right }, 0 },
    { "operator-shift-left", "shifts lines left", COMMAND_OPERATOR, SHIFTS, { .operate = shift_left }, 0 },
    { "operator-indent",
      "indents lines by their braces",
      COMMAND_OPERATOR,
      SHIFTS,
      { .operate = reindent_region },
      0 },
    { 0 },
};
