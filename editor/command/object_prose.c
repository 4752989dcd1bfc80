/* object_prose.c - a sentence, a paragraph. */
#include "editor/command/editor_inside.h"
#include "editor/command/sentence.h"

static bool is_blank_at(const struct text *text, size_t at)
{
    int byte = text_byte(text, at);
    return byte == ' ' || byte == '\t';
}

static void find_first_blank(const struct text *text, size_t *at)
{
    while (place_step_back_over(text, at) >= 0)
        if (!is_blank_at(text, *at)) {
            place_step_over(text, at);
            return;
        }
}

/* Sentences and the blanks between them by turns. */
static void sentences_forward(const struct text *text, size_t *at, size_t count, bool at_start)
{
    while (count--) {
        sentence_move(text, at, 1, true);
        if (at_start)
            find_first_blank(text, at);
        if (count == 0 || at_start)
            place_step_back_over(text, at);
        at_start = !at_start;
    }
}

static void extend_back(const struct text *text, size_t *cursor, size_t start, size_t count, bool with_blanks)
{
    size_t place = start;
    bool at_start = true;
    place_step_back_over(text, &place);
    while (place < *cursor && at_start) {
        if (!is_blank_at(text, place))
            at_start = false;
        else
            place_step_over(text, &place);
    }
    if (!at_start) {
        sentence_move(text, cursor, 1, false);
        if (*cursor == start)
            at_start = true;
        else
            sentence_move(text, cursor, 1, true);
    }
    for (count *= with_blanks ? 2 : 1; count > 0; count--) {
        if (at_start)
            find_first_blank(text, cursor);
        if (!at_start || (!with_blanks && !is_blank_at(text, *cursor)))
            sentence_move(text, cursor, 1, false);
        at_start = !at_start;
    }
}

static void extend_forward(const struct text *text, size_t *cursor, size_t start, size_t count,
                           bool with_blanks)
{
    size_t place = start;
    bool at_start = true;
    place_step_over(text, &place);
    if (place != *cursor) {
        at_start = false;
        while (place < *cursor && !at_start) {
            if (!is_blank_at(text, place))
                at_start = true;
            else
                place_step_over(text, &place);
        }
        if (at_start)
            sentence_move(text, cursor, 1, false);
        else
            *cursor = start;
    }
    sentences_forward(text, cursor, count * (with_blanks ? 2 : 1), at_start);
}

struct sentence_object {
    size_t start, cursor;
    bool extended;
};

static void sentence_extend(const struct text *text, struct sentence_object *object, size_t from,
                            size_t anchor, size_t count, bool with_blanks)
{
    object->extended = true;
    if (from < anchor)
        extend_back(text, &object->cursor, from, count, with_blanks);
    else
        extend_forward(text, &object->cursor, from, count, with_blanks);
}

static void sentence_select(const struct text *text, struct sentence_object *object, size_t from,
                            size_t count, bool with_blanks)
{
    size_t place = from;
    while (is_blank_at(text, place))
        if (place_step_over(text, &place) < 0)
            break;
    bool on_blanks = place == object->cursor;
    object->start = from;
    if (on_blanks) {
        find_first_blank(text, &object->start);
    } else {
        sentence_move(text, &object->cursor, 1, false);
        object->start = object->cursor;
    }
    size_t parts = with_blanks ? count * 2 : count - on_blanks;
    if (parts > 0)
        sentences_forward(text, &object->cursor, parts, true);
    else
        place_step_back_over(text, &object->cursor);
    if (!with_blanks)
        return;
    if (on_blanks) {
        find_first_blank(text, &object->cursor);
        if (is_blank_at(text, object->cursor))
            place_step_back_over(text, &object->cursor);
    } else if (!is_blank_at(text, object->cursor)) {
        find_first_blank(text, &object->start);
    }
}

static bool sentence_object(struct editor *editor, const struct call *call, struct region *region,
                            bool with_blanks)
{
    struct text *text = editor_text(editor);
    size_t from = editor->window.cursor, anchor = editor->window.anchor;
    bool visual = editor->mode == MODE_VISUAL;
    size_t count = call->count < 10000 ? call->count : 10000;
    struct sentence_object object = { .cursor = from };
    sentence_move(text, &object.cursor, 1, true);
    if (visual && from != anchor) {
        sentence_extend(text, &object, from, anchor, count, with_blanks);
    } else {
        sentence_select(text, &object, from, count, with_blanks);
        if (visual && object.start == object.cursor)
            sentence_extend(text, &object, from, anchor, count, with_blanks);
    }
    *region = (struct region){ .shape = SHAPE_CHARACTERS, .adjusts = true, .placed = visual };
    region->reshapes = !object.extended;
    region->anchor = object.extended ? anchor : object.start;
    region->cursor = object.cursor;
    size_t end = object.cursor;
    if (place_step_over(text, &end) < 0)
        end = place_end(text, end);
    region->span = (struct span){ object.start, end > object.start ? end : object.start };
    return true;
}

static bool inner_sentence(struct editor *editor, const struct call *call, struct region *region)
{
    return sentence_object(editor, call, region, false);
}

static bool a_sentence(struct editor *editor, const struct call *call, struct region *region)
{
    return sentence_object(editor, call, region, true);
}

static bool is_white_line(const struct text *text, size_t line)
{
    size_t begin = place_line_begin(text, line);
    int byte = text_byte(text, place_nonblank(text, begin));
    return byte == '\n' || byte < 0;
}

static bool parts_at(const struct text *text, size_t line)
{
    return line_parts(text, place_line_begin(text, line), 0, false);
}

/* On over one run of white or other lines from the one beside `line`, in a selection. */
static size_t paragraph_run(const struct text *text, size_t line, bool up, size_t edge, bool white)
{
    while (line != edge) {
        size_t next = up ? line - 1 : line + 1;
        if (white != is_white_line(text, next) || (!white && parts_at(text, up ? line : next)))
            break;
        line = next;
    }
    return line;
}

static bool paragraph_extend(const struct text *text, size_t *line, bool up, size_t count, bool with_blanks)
{
    size_t edge = up ? 0 : place_lines(text) - 1;
    while (count--) {
        if (*line == edge)
            return false;
        int before = -1;
        for (int part = 0; part < (with_blanks ? 2 : 1) && *line != edge; part++) {
            size_t next = up ? *line - 1 : *line + 1;
            bool white = is_white_line(text, next);
            if (before == (int)white)
                break;
            *line = paragraph_run(text, next, up, edge, white);
            before = white;
        }
    }
    return true;
}

struct lines {
    size_t first, last;
};

static bool paragraph_select(const struct text *text, struct lines *lines, size_t count, bool with_blanks)
{
    size_t last_line = place_lines(text) - 1, first = lines->first;
    bool white = is_white_line(text, first);
    while (first > 0 && (white ? is_white_line(text, first - 1)
                               : !is_white_line(text, first - 1) && !parts_at(text, first)))
        first--;
    size_t end = first; /* the line behind the last */
    while (end <= last_line && is_white_line(text, end))
        end++;
    size_t parts = count - (!with_blanks && white);
    while (parts--) {
        if (end > last_line)
            return false;
        bool next_white = !with_blanks && is_white_line(text, end);
        if (!next_white)
            for (end++; end <= last_line && !is_white_line(text, end) && !parts_at(text, end);)
                end++;
        if (parts == 0 && white && with_blanks)
            break;
        while ((with_blanks || next_white) && end <= last_line && is_white_line(text, end))
            end++;
    }
    if (!white && with_blanks && !is_white_line(text, end - 1))
        while (first > 0 && is_white_line(text, first - 1))
            first--;
    *lines = (struct lines){ first, end - 1 };
    return true;
}

static bool paragraph_object(struct editor *editor, const struct call *call, struct region *region,
                             bool with_blanks)
{
    struct text *text = editor_text(editor);
    size_t cursor = place_line(text, editor->window.cursor), anchor = place_line(text, editor->window.anchor);
    bool visual = editor->mode == MODE_VISUAL;
    if (visual && cursor != anchor) {
        if (!paragraph_extend(text, &cursor, cursor < anchor, call->count, with_blanks))
            return false;
        *region = (struct region){ .shape = editor->shape, .placed = true, .anchor = editor->window.anchor };
        region->cursor = place_line_begin(text, cursor);
        return true;
    }
    struct lines lines = { cursor, cursor };
    if (!paragraph_select(text, &lines, call->count, with_blanks))
        return false;
    if (visual && editor->shape == SHAPE_LINES && lines.first == cursor && lines.last == cursor) {
        if (!paragraph_extend(text, &cursor, false, call->count, with_blanks))
            return false;
        lines.last = cursor;
    }
    *region = region_of_lines(editor, lines.first, lines.last);
    region->placed = visual;
    region->anchor = place_line_begin(text, lines.first);
    region->cursor = place_line_begin(text, lines.last);
    return true;
}

static bool inner_paragraph(struct editor *editor, const struct call *call, struct region *region)
{
    return paragraph_object(editor, call, region, false);
}

static bool a_paragraph(struct editor *editor, const struct call *call, struct region *region)
{
    return paragraph_object(editor, call, region, true);
}

const struct command commands_object_prose[] = {
    { "inner-sentence", "the sentence under the cursor", COMMAND_OBJECT, 0, { .select = inner_sentence }, 0 },
    { "a-sentence",
      "the sentence under the cursor with the blanks beside it",
      COMMAND_OBJECT,
      0,
      { .select = a_sentence },
      0 },
    { "inner-paragraph",
      "the paragraph under the cursor",
      COMMAND_OBJECT,
      0,
      { .select = inner_paragraph },
      0 },
    { "a-paragraph",
      "the paragraph under the cursor with the empty lines beside it",
      COMMAND_OBJECT,
      0,
      { .select = a_paragraph },
      0 },
    { 0 },
};
