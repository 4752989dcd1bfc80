/* motion_block.c - by sentences, paragraphs, sections and brackets. */
#include "editor/command/bracket.h"
#include "editor/command/editor_inside.h"
#include "editor/command/sentence.h"

#include <string.h>

/* See sentence.h. */
bool line_parts(const struct text *text, size_t begin, int section, bool both)
{
    int byte = text_byte(text, begin);
    if (section == 0 && (byte == '\n' || byte < 0))
        return true;
    return byte == '\f' || (section && byte == section) || (both && byte == '}');
}

static bool part_walk(const struct editor *editor, struct motion *motion, size_t count, bool down,
                      int section, bool both)
{
    struct text *text = editor_text(editor);
    size_t line = place_begin(text, motion->target);
    while (count--) {
        bool skipped = false, more = true;
        for (bool first = true;; first = false) {
            if (!place_is_empty_line(text, line))
                skipped = true;
            if (!first && skipped && line_parts(text, line, section, both))
                break;
            more = down ? place_next_line(text, &line) : place_previous_line(text, &line);
            if (!more)
                break;
        }
        if (!more && count)
            return false;
    }
    if (both && text_byte(text, line) == '}')
        place_next_line(text, &line);
    motion->target = line;
    size_t next = line;
    if (section != '}' && !place_next_line(text, &next)) {
        motion->target = place_last(text, line);
        motion->inclusive = !place_is_empty_line(text, line);
        if (editor->mode == MODE_VISUAL)
            motion->inclusive = true;
    }
    return true;
}

static bool paragraph_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return part_walk(editor, motion, call->count, true, 0, false);
}

static bool paragraph_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return part_walk(editor, motion, call->count, false, 0, false);
}

static bool section_walk(struct editor *editor, const struct call *call, struct motion *motion, bool down,
                         int section)
{
    bool both = editor->inside->operation && down && section == '{';
    if (!part_walk(editor, motion, call->count, down, section, both))
        return false;
    if (!editor->inside->operation)
        motion->target =
            place_nonblank(editor_text(editor), place_begin(editor_text(editor), motion->target));
    return true;
}

static bool section_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return section_walk(editor, call, motion, true, '{');
}

static bool section_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return section_walk(editor, call, motion, false, '{');
}

static bool section_end_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return section_walk(editor, call, motion, true, '}');
}

static bool section_end_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return section_walk(editor, call, motion, false, '}');
}

static bool sentence(struct editor *editor, const struct call *call, struct motion *motion, bool forward)
{
    struct text *text = editor_text(editor);
    size_t at = motion->target;
    if (!sentence_move(text, &at, call->count, forward))
        return false;
    int byte = text_byte(text, at);
    bool behind = (byte == '\n' || byte < 0) && at > place_begin(text, at);
    if (behind && editor->mode != MODE_VISUAL) {
        motion->inclusive = editor->inside->operation != 0;
        at = place_previous(text, at);
    }
    motion->target = at;
    return true;
}

static bool sentence_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return sentence(editor, call, motion, true);
}

static bool sentence_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return sentence(editor, call, motion, false);
}

/* The pair of 'matchpairs' that a byte belongs to. */
static bool pair_of(const struct editor *editor, int byte, struct pair *pair)
{
    const char *pairs = editor->options.matchpairs;
    for (size_t i = 0; pairs[i] && pairs[i + 1] == ':' && pairs[i + 2]; i += 4) {
        *pair = (struct pair){ (unsigned char)pairs[i], (unsigned char)pairs[i + 2] };
        if (byte >= 0 && ((uint32_t)byte == pair->open || (uint32_t)byte == pair->close))
            return true;
        if (!pairs[i + 3])
            break;
    }
    return false;
}

static bool match(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    if (call->counted) {
        if (call->count > 100)
            return false;
        size_t lines = place_lines(text), line = (call->count * lines + 99) / 100;
        size_t begin = place_line_begin(text, (line ? line : 1) - 1);
        motion->target = place_nonblank(text, begin);
        motion->linewise = true;
        return true;
    }
    struct pair pair;
    size_t end = place_end(text, motion->target);
    for (size_t at = motion->target; at < end; at++)
        if (pair_of(editor, text_byte(text, at), &pair))
            return bracket_partner(text, at, pair, &motion->target);
    return false;
}

static bool bracket(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    char kind = call->argument[0];
    bool open = kind == '(' || kind == '{';
    struct pair pair = kind == '(' || kind == ')' ? (struct pair){ '(', ')' } : (struct pair){ '{', '}' };
    for (size_t i = 0; i < call->count; i++)
        if (!bracket_around(text, motion->target, pair, open, &motion->target))
            return i > 0;
    return true;
}

enum { JUMP_NUMBERED = MOTION_JUMP | MOTION_NUMBERED };

const struct command commands_motion_block[] = {
    { "paragraph-next",
      "the empty line behind the paragraph",
      COMMAND_MOTION,
      JUMP_NUMBERED,
      { .move = paragraph_next },
      0 },
    { "paragraph-previous",
      "the empty line before the paragraph",
      COMMAND_MOTION,
      JUMP_NUMBERED,
      { .move = paragraph_previous },
      0 },
    { "section-next",
      "the next line with { in the first column",
      COMMAND_MOTION,
      MOTION_JUMP,
      { .move = section_next },
      0 },
    { "section-previous",
      "the previous line with { in the first column",
      COMMAND_MOTION,
      MOTION_JUMP,
      { .move = section_previous },
      0 },
    { "section-end-next",
      "the next line with } in the first column",
      COMMAND_MOTION,
      MOTION_JUMP,
      { .move = section_end_next },
      0 },
    { "section-end-previous",
      "the previous line with } in the first column",
      COMMAND_MOTION,
      MOTION_JUMP,
      { .move = section_end_previous },
      0 },
    { "sentence-next",
      "the begin of the next sentence",
      COMMAND_MOTION,
      JUMP_NUMBERED,
      { .move = sentence_next },
      0 },
    { "sentence-previous",
      "the begin of the sentence",
      COMMAND_MOTION,
      JUMP_NUMBERED,
      { .move = sentence_previous },
      0 },
    { "match",
      "the partner of the bracket; with a count a percentage of the text",
      COMMAND_MOTION,
      JUMP_NUMBERED | MOTION_INCLUSIVE,
      { .move = match },
      0 },
    { "bracket",
      "the bracket ( { ) or } around the cursor that the argument names",
      COMMAND_MOTION,
      MOTION_JUMP,
      { .move = bracket },
      0 },
    { 0 },
};
