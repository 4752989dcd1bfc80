/* format.c - filling paragraphs: lines joined and broken again at 'textwidth' (79 where that is 0), what
 * begins the lines of a comment kept; lines centered and put to the left or right. */
#include "editor/command/comment.h"
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

enum { STANDARD_WIDTH = 79, WIDTH_LIMIT = 10000 };

static void append_line(const struct text *text, size_t line, struct bytes *out)
{
    size_t begin = place_line_begin(text, line), end = place_end(text, begin);
    char *bytes = text_copy(text, (struct span){ begin, end });
    bytes_append(out, bytes, end - begin);
    free(bytes);
}

static struct leader leader_of(const struct text *text, size_t line)
{
    struct bytes bytes = { 0 };
    append_line(text, line, &bytes);
    struct leader leader = leader_read(bytes.data ? bytes.data : "", bytes.size);
    bytes_free(&bytes);
    return leader;
}

/* Whether a line parts paragraphs: nothing stands on it but what begins a comment, or it ends one. */
static bool parts_paragraphs(const struct text *text, size_t line)
{
    struct leader leader = leader_of(text, line);
    size_t begin = place_line_begin(text, line), end = place_end(text, begin), at = begin + leader.size;
    while (at < end && code_is_blank(place_code(text, at)))
        at++;
    return at == end || leader.kind == LEADER_CLOSES;
}

static bool goes_on(const struct text *text, size_t line)
{
    struct bytes one = { 0 }, two = { 0 };
    append_line(text, line, &one);
    append_line(text, line + 1, &two);
    bool same = !parts_paragraphs(text, line + 1) &&
                leader_continues(one.data ? one.data : "", one.size, leader_of(text, line),
                                 two.data ? two.data : "", leader_of(text, line + 1));
    bytes_free(&one);
    bytes_free(&two);
    return same;
}

/* The lines as one, without the leaders of all but the first. */
static void join_paragraph(const struct text *text, size_t first, size_t last, struct bytes *out)
{
    append_line(text, first, out);
    for (size_t line = first + 1; line <= last; line++) {
        struct bytes next = { 0 };
        append_line(text, line, &next);
        size_t at = leader_of(text, line).size;
        while (at < next.size && (next.data[at] == ' ' || next.data[at] == '\t'))
            at++;
        char ending = out->size ? out->data[out->size - 1] : 0;
        if (at < next.size && next.data[at] != ')' && out->size && ending != '\t' && ending != ' ')
            bytes_append_byte(out, ' ');
        bytes_append(out, next.data + at, next.size - at);
        bytes_free(&next);
    }
}

struct breaking {
    const struct text *text;      /* the paragraph as one line */
    size_t begin, end;            /* what is left to break: offsets */
    size_t column;                /* the cell where it begins */
    size_t least, tabstop, width; /* no break before `least` */
};

/* The run of blanks to break at: the last that begins within the width, else the first one. */
static bool find_break(const struct breaking *breaking, struct span *blanks)
{
    const struct text *text = breaking->text;
    size_t column = breaking->column, at = breaking->begin, cells = 0;
    bool found = false;
    while (at < breaking->end) {
        size_t run = at, run_column = column;
        while (at < breaking->end && code_is_blank(place_code(text, at))) {
            column += place_width(text, at, column, breaking->tabstop);
            at = place_next(text, at);
        }
        bool usable = at > run && run > breaking->least && at < breaking->end;
        if (usable && (!found || run_column <= breaking->width)) {
            *blanks = (struct span){ run, at };
            found = true;
        }
        if (at < breaking->end) {
            cells = place_width(text, at, column, breaking->tabstop);
            column += cells;
            at = place_next(text, at);
        }
    }
    return found && column > breaking->width;
}

static void append_span(const struct text *text, struct span span, struct bytes *out)
{
    char *bytes = text_copy(text, span);
    bytes_append(out, bytes, span.end - span.start);
    free(bytes);
}

/* What the lines behind the first begin with. */
static void append_prefix(const struct editor *editor, const char *line, struct leader leader,
                          struct bytes *out)
{
    if (leader.kind)
        leader_append_next(line, leader, out);
    else if (editor->options.autoindent)
        bytes_append(out, line, leader.indent);
}

/* One paragraph anew. */
static void fill_paragraph(struct editor *editor, size_t first, size_t last, size_t width, struct bytes *out)
{
    size_t tabstop = (size_t)editor->options.tabstop;
    struct bytes joined = { 0 }, prefix = { 0 }, indented = { 0 };
    join_paragraph(editor_text(editor), first, last, &joined);
    struct leader leader = leader_read(joined.data, joined.size);
    blanks_append(editor, &indented, 0, indent_width(editor, place_line_begin(editor_text(editor), first)));
    size_t indent = indented.size;
    bytes_append(&indented, joined.data + leader.indent, joined.size - leader.indent);
    leader.size = leader.size ? leader.size - leader.indent + indent : 0;
    leader.indent = indent;
    append_prefix(editor, indented.data, leader, &prefix);
    struct text *text = text_new(indented.data, indented.size), *lead = text_new(prefix.data, prefix.size);
    struct breaking breaking = { text, 0, indented.size, 0, 0, tabstop, width };
    breaking.least = leader.size > leader.indent ? leader.size : leader.indent;
    while (breaking.end > 0 && code_is_blank(place_code(text, breaking.end - 1)))
        breaking.end--;
    struct span blanks;
    while (find_break(&breaking, &blanks)) {
        append_span(text, (struct span){ breaking.begin, blanks.start }, out);
        bytes_append_byte(out, '\n');
        bytes_append(out, prefix.data, prefix.size);
        breaking.begin = breaking.least = blanks.end;
        breaking.column = place_column(lead, prefix.size, tabstop);
    }
    append_span(text, (struct span){ breaking.begin, indented.size }, out);
    bytes_append_byte(out, '\n');
    text_free(text);
    text_free(lead);
    bytes_free(&joined);
    bytes_free(&prefix);
    bytes_free(&indented);
}

/* Argument: stay (the cursor does not move). */
static bool format_region(struct editor *editor, const struct call *call, const struct region *region)
{
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region),
           cursor = region->cursor;
    size_t width = editor->options.textwidth > 0 ? (size_t)editor->options.textwidth : STANDARD_WIDTH;
    struct text *text = editor_text(editor);
    struct bytes out = { 0 };
    for (size_t line = first; line <= last; line++) {
        size_t end = line;
        while (end < last && !parts_paragraphs(text, line) && goes_on(text, end))
            end++;
        fill_paragraph(editor, line, end, width, &out);
        line = end;
    }
    struct region lines = region_of_lines(editor, first, last);
    char *old = text_copy(text, lines.span);
    bool same = out.size == lines.span.end - lines.span.start && !memcmp(old, out.data, out.size);
    free(old);
    if (!same)
        editor_replace(editor, lines.span, out.data ? out.data : "", out.size);
    text = editor_text(editor);
    size_t behind = lines.span.start + (out.size ? out.size - 1 : 0);
    mark_changed(editor, lines.span.start, behind);
    editor_set_cursor(editor,
                      call->argument[0] == 's' ? cursor : place_nonblank(text, place_begin(text, behind)));
    bytes_free(&out);
    return true;
}

/* Cells of a line without its indent and the blanks at its end. */
static size_t line_cells(const struct editor *editor, size_t begin)
{
    struct text *text = editor_text(editor);
    size_t end = place_end(text, begin);
    while (end > begin && code_is_blank(place_code(text, end - 1)))
        end--;
    size_t column = place_column(text, end, (size_t)editor->options.tabstop),
           indent = indent_width(editor, begin);
    return column > indent ? column - indent : 0;
}

/* The deepest indent with which a line still ends within a width: its tabs shrink and grow with the indent.
 */
static long indent_to_right(const struct editor *editor, size_t begin, long width, long indent)
{
    struct text *text = editor_text(editor);
    size_t from = place_nonblank(text, begin), end = place_end(text, begin);
    size_t tabstop = (size_t)editor->options.tabstop;
    bool tabs = false, fits = false;
    for (size_t at = from; at < end && !tabs; at++)
        tabs = text_byte(text, at) == '\t';
    for (long tried = indent; tabs && tried >= 0 && tried < width; tried += fits ? 1 : -1) {
        size_t column = (size_t)tried;
        for (size_t at = from; at < end; at = place_next(text, at))
            column += place_width(text, at, column, tabstop);
        if ((long)column > width && fits)
            return tried - 1;
        fits = fits || (long)column <= width;
        indent = tried;
    }
    return indent;
}

/* Lines to the left, right or middle of a width. */
static bool align(struct editor *editor, const struct call *call)
{
    char kind = call->command->name[0];
    long width = strtol(call->argument, 0, 10);
    if (width <= 0 && kind != 'l')
        width = editor->options.textwidth > 0 ? editor->options.textwidth : 80;
    width = width < 0 ? 0 : width > WIDTH_LIMIT ? WIDTH_LIMIT : width;
    size_t here = place_line(editor_text(editor), editor->window.cursor);
    for (size_t line = call->first; line <= call->last; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        long cells = (long)line_cells(editor, begin), room = width - cells;
        if (kind == 'r' && cells > 0)
            room = indent_to_right(editor, begin, width, room > 0 ? room : 0);
        if (kind == 'l')
            indent_set(editor, begin, (size_t)width);
        else if (cells > 0)
            indent_set(editor, begin, room > 0 ? (size_t)(kind == 'c' ? room / 2 : room) : 0);
    }
    struct text *text = editor_text(editor);
    editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, here)));
    return true;
}

const struct command commands_format[] = {
    { "left", "indents lines by a number of cells", COMMAND_LINE, MODIFIES, { .act = align }, 2 },
    { "right", "puts lines to the right of a width", COMMAND_LINE, MODIFIES, { .act = align }, 2 },
    { "center", "puts lines in the middle of a width", COMMAND_LINE, MODIFIES, { .act = align }, 2 },
    { "operator-format",
      "fills paragraphs; `stay`: the cursor does not move",
      COMMAND_OPERATOR,
      REPEATABLE | MODIFIES | OPERATOR_ON_LINES,
      { .operate = format_region },
      0 },
    { 0 },
};
