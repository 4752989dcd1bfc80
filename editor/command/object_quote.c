/* object_quote.c - a quoted string on one line. */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

/* A line as bytes, and what of it is selected. Columns are bytes; -1 is none. */
struct quoted {
    const char *line;
    long size;
    char quote;
    long cursor, anchor;
    bool visual, empty, forward; /* forward: the selection's cursor is behind its anchor */
    bool inside, has_quote;      /* the selection lies just inside quotes; contains one */
    long start, end;
};

static char byte_at(const struct quoted *q, long column)
{
    return column >= 0 && column < q->size ? q->line[column] : 0;
}

static long next_quote(const struct quoted *q, long column, bool escapes)
{
    for (; column < q->size; column++) {
        if (escapes && q->line[column] == '\\')
            column++;
        else if (q->line[column] == q->quote)
            return column;
    }
    return -1;
}

static long previous_quote(const struct quoted *q, long column, bool escapes)
{
    while (column > 0) {
        column--;
        long slashes = 0;
        while (escapes && column - slashes > 0 && q->line[column - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2)
            column -= slashes;
        else if (byte_at(q, column) == q->quote)
            break;
    }
    return column;
}

static void look_at_selection(struct quoted *q)
{
    long low = q->forward ? q->anchor : q->cursor, high = q->forward ? q->cursor : q->anchor;
    q->inside =
        low > 0 && byte_at(q, low - 1) == q->quote && byte_at(q, high) && byte_at(q, high + 1) == q->quote;
    for (long i = low; i <= high && i < q->size; i++)
        if (q->line[i] == q->quote)
            q->has_quote = true;
}

/* Already on a quote of a selection: the next string in its direction. */
static bool find_beside(struct quoted *q)
{
    if (q->forward) {
        q->start = next_quote(q, q->cursor + 1, false);
        if (q->start < 0)
            return false;
        q->end = next_quote(q, q->start + 1, true);
        if (q->end < 0) {
            q->end = q->start;
            q->start = q->cursor;
        }
        return true;
    }
    q->end = previous_quote(q, q->cursor, false);
    if (byte_at(q, q->end) != q->quote)
        return false;
    q->start = previous_quote(q, q->end, true);
    if (byte_at(q, q->start) != q->quote) {
        q->start = q->end;
        q->end = q->cursor;
    }
    return true;
}

/* On a quote: which one it is shows only from the begin of the line. */
static bool find_from_begin(struct quoted *q)
{
    long first = q->cursor;
    if (!q->empty)
        first = q->forward ? next_quote(q, q->cursor, false) : previous_quote(q, q->cursor, false);
    for (long column = 0;; column = q->end + 1) {
        q->start = next_quote(q, column, false);
        if (q->start < 0 || q->start > first)
            return false;
        q->end = next_quote(q, q->start + 1, true);
        if (q->end < 0)
            return false;
        if (q->start <= first && first <= q->end)
            return true;
    }
}

static bool find_around(struct quoted *q)
{
    q->start = previous_quote(q, q->cursor, true);
    if (byte_at(q, q->start) != q->quote) {
        q->start = next_quote(q, q->start, false);
        if (q->start < 0)
            return false;
    }
    q->end = next_quote(q, q->start + 1, true);
    return q->end >= 0;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool find_string(struct quoted *q, bool with_quotes)
{
    bool on_quote = byte_at(q, q->cursor) == q->quote;
    bool found = !q->empty && on_quote   ? find_beside(q)
                 : on_quote || !q->empty ? find_from_begin(q)
                                         : find_around(q);
    if (!found || !with_quotes)
        return found;
    if (is_blank(byte_at(q, q->end + 1)))
        while (is_blank(byte_at(q, q->end + 1)))
            q->end++;
    else
        while (q->start > 0 && is_blank(q->line[q->start - 1]))
            q->start--;
    return true;
}

/* Ends of the selection, in columns. */
static void place_selection(const struct quoted *q, long start, long last, long *anchor, long *cursor)
{
    *anchor = q->anchor;
    char here = byte_at(q, q->anchor);
    if (q->empty || q->forward) {
        if (q->empty ||
            (!q->has_quote && (q->inside || (here != q->quote && byte_at(q, q->anchor - 1) != q->quote))))
            *anchor = start;
        else if (q->inside)
            *anchor = start;
        *cursor = last;
        return;
    }
    if (q->inside || (!q->has_quote && here != q->quote && (!here || byte_at(q, q->anchor + 1) != q->quote)))
        *anchor = last;
    *cursor = start;
}

static bool quote_object(struct editor *editor, const struct call *call, struct region *region,
                         bool with_quotes)
{
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, editor->window.cursor), end = place_end(text, begin);
    bool visual = editor->mode == MODE_VISUAL;
    if (visual && place_begin(text, editor->window.anchor) != begin)
        return false;
    char *line = text_copy(text, (struct span){ begin, end });
    struct quoted q = {
        .line = line, .size = (long)(end - begin), .quote = call->argument[0], .visual = visual
    };
    q.cursor = (long)(editor->window.cursor - begin);
    q.anchor = visual ? (long)(editor->window.anchor - begin) : q.cursor;
    q.empty = q.anchor == q.cursor;
    q.forward = q.anchor < q.cursor;
    if (!q.empty)
        look_at_selection(&q);
    bool found = find_string(&q, with_quotes);
    if (found) {
        long start = q.start + (!with_quotes && call->count < 2 && (q.empty || !q.inside));
        long behind = q.end + (with_quotes || call->count > 1 || (!q.empty && q.inside));
        long anchor, cursor;
        place_selection(&q, start, behind - 1, &anchor, &cursor);
        *region = (struct region){ .shape = SHAPE_CHARACTERS, .placed = visual };
        region->span =
            (struct span){ begin + (size_t)start, begin + (size_t)(behind > start ? behind : start) };
        region->anchor = place_snap(text, begin + (size_t)anchor);
        region->cursor = place_snap(text, begin + (size_t)cursor);
    }
    free(line);
    return found;
}

static bool inner_quote(struct editor *editor, const struct call *call, struct region *region)
{
    return quote_object(editor, call, region, false);
}

static bool a_quote(struct editor *editor, const struct call *call, struct region *region)
{
    return quote_object(editor, call, region, true);
}

const struct command commands_object_quote[] = {
    { "inner-quote",
      "what lies between the quotes that the argument names",
      COMMAND_OBJECT,
      0,
      { .select = inner_quote },
      0 },
    { "a-quote", "a quoted string with its quotes", COMMAND_OBJECT, 0, { .select = a_quote }, 0 },
    { 0 },
};
