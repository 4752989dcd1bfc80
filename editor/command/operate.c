/* operate.c - what an operator works on: motions, objects, lines and selections become regions, by the rules
 * of vi. */
#include "editor/command/editor_inside.h"

#include <string.h>

bool run_motion(struct editor *editor, const struct call *call, struct motion *motion)
{
    unsigned flags = call->command->flags;
    *motion = (struct motion){ .target = editor->window.cursor,
                               .start = editor->window.cursor,
                               .linewise = flags & MOTION_LINEWISE,
                               .inclusive = flags & MOTION_INCLUSIVE,
                               .keeps_column = flags & MOTION_KEEPS_COLUMN,
                               .numbered = flags & MOTION_NUMBERED,
                               .wanted = NO_COLUMN };
    return call->command->move(editor, call, motion);
}

struct region region_of_lines(const struct editor *editor, size_t first, size_t last)
{
    struct text *text = editor_text(editor);
    struct region region = { .shape = SHAPE_LINES };
    region.span.start = place_line_begin(text, first);
    size_t end = place_end(text, place_line_begin(text, last));
    region.span.end = end < text_size(text) ? end + 1 : end;
    region.cursor = region.span.start;
    return region;
}

void mark_changed(struct editor *editor, size_t start, size_t last)
{
    struct document *document = editor_document(editor);
    document_set_mark(document, '[', start);
    document_set_mark(document, ']', last);
}

static bool in_indent(const struct text *text, size_t offset)
{
    return offset <= place_nonblank(text, offset);
}

/* Characters from start to end, `end` being the place that the motion reached. */
static void take_characters(struct region *region, const struct text *text, size_t start, size_t end,
                            bool inclusive, bool adjust)
{
    region->span = (struct span){ start, end };
    bool crosses = place_begin(text, start) != place_begin(text, end);
    if (!inclusive && adjust && crosses && end == place_begin(text, end)) {
        if (in_indent(text, start)) {
            region->shape = SHAPE_LINES;
            region->span.start = place_begin(text, start);
            return;
        }
        region->span.end = end - 1;
        return;
    }
    region->exclusive = !inclusive;
    if (inclusive && text_byte(text, end) != '\n')
        region->span.end = place_next(text, end);
}

/* A deletion over lines that leaves nothing but blanks takes the lines. */
static void widen_deletion(struct region *region, const struct text *text)
{
    size_t last = region->span.end;
    if (region->shape != SHAPE_CHARACTERS || place_begin(text, region->span.start) == place_begin(text, last))
        return;
    int byte;
    while ((byte = text_byte(text, last)) == ' ' || byte == '\t')
        last++;
    if ((byte == '\n' || byte < 0) && in_indent(text, region->span.start)) {
        region->shape = SHAPE_LINES;
        region->span.start = place_begin(text, region->span.start);
        region->span.end = byte < 0 ? last : last + 1;
    }
}

static void take_block(const struct editor *editor, struct region *region, size_t anchor, size_t cursor,
                       bool inclusive)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    size_t one = place_column(text, anchor, tabstop), two = place_column(text, cursor, tabstop);
    size_t one_end = one + place_width(text, anchor, one, tabstop) - 1;
    size_t two_end = two + place_width(text, cursor, two, tabstop) - 1;
    if (!inclusive) {
        size_t *right = one > two ? &one_end : &two_end;
        *right = (one > two ? one : two) - ((one > two ? one : two) > 0);
    }
    region->shape = SHAPE_BLOCK;
    region->left = one < two ? one : two;
    region->right = one_end > two_end ? one_end : two_end;
    size_t first = anchor < cursor ? anchor : cursor, last = anchor < cursor ? cursor : anchor;
    region->span = (struct span){ place_begin(text, first), place_end(text, last) };
    region->cursor = place_at_column(text, region->span.start, region->left, tabstop, false, 0);
}

/* v, V and ^V between operator and motion change what the motion covers. */
static void force_region(const struct editor *editor, struct region *region, const struct motion *motion,
                         int forced, size_t start, size_t end)
{
    struct text *text = editor_text(editor);
    if (forced == 'V') {
        region->span = (struct span){ start, end };
        region->shape = SHAPE_LINES;
        region->span.start = place_begin(text, start);
        size_t line_end = place_end(text, end);
        region->span.end = line_end < text_size(text) ? line_end + 1 : line_end;
    } else if (forced == 'b') {
        take_block(editor, region, motion->start, motion->target, true);
    } else {
        bool inclusive = motion->linewise ? false : !motion->inclusive;
        region->shape = SHAPE_CHARACTERS;
        region->span = (struct span){ start, end };
        if (inclusive && text_byte(text, end) != '\n')
            region->span.end = place_next(text, end);
    }
}

static bool motion_region(struct editor *editor, const struct call *motion_call, int forced, bool deletes,
                          struct region *region)
{
    struct motion motion;
    if (!run_motion(editor, motion_call, &motion))
        return false;
    if (motion_call->command->flags & MOTION_JUMP)
        jump_remember(editor);
    struct text *text = editor_text(editor);
    size_t start = motion.start < motion.target ? motion.start : motion.target;
    size_t end = motion.start < motion.target ? motion.target : motion.start;
    *region = (struct region){ .shape = SHAPE_CHARACTERS, .cursor = start, .numbered = motion.numbered };
    if (forced) {
        force_region(editor, region, &motion, forced, start, end);
    } else if (motion.linewise) {
        region->shape = SHAPE_LINES;
        region->span.start = place_begin(text, start);
        size_t line_end = place_end(text, end);
        region->span.end = line_end < text_size(text) ? line_end + 1 : line_end;
    } else {
        take_characters(region, text, start, end, motion.inclusive, !motion.whole);
        if (deletes)
            widen_deletion(region, text);
    }
    return true;
}

/* v, V and ^V between an operator and an object. */
static void force_object(const struct editor *editor, struct region *region, int forced)
{
    struct text *text = editor_text(editor);
    size_t start = region->span.start,
           last = region->span.end > start ? place_previous(text, region->span.end) : start;
    if (region->shape == SHAPE_LINES)
        last = place_begin(text, last);
    if (forced == 'V') {
        *region = region_of_lines(editor, place_line(text, start), place_line(text, last));
    } else if (forced == 'b') {
        take_block(editor, region, start, last, true);
    } else {
        bool lines = region->shape == SHAPE_LINES;
        region->shape = SHAPE_CHARACTERS;
        if (!lines && !region->adjusts)
            region->span.end = last;
        else if (region->adjusts && text_byte(text, region->span.end) != '\n')
            region->span.end = place_next(text, region->span.end);
        region->adjusts = false;
    }
}

static bool region_operate(struct editor *editor, const struct call *operation, const struct region *region)
{
    if (operation->command->flags & MODIFIES && editor_document(editor)->readonly)
        return editor_error(editor, "the document is read-only");
    if (operation->command->flags & REPEATABLE) {
        editor->window.cursor = region->cursor;
        document_begin_at(editor_document(editor), region->cursor);
    }
    bool good = operation->command->operate(editor, operation, region);
    if (editor->mode != MODE_INSERT && editor->mode != MODE_REPLACE)
        cursor_settle(editor);
    return good;
}

static void remember_operation(struct editor *editor, const struct call *operation, enum target target,
                               const struct call *motion, int forced)
{
    if (!(operation->command->flags & REPEATABLE) || editor->inside->replaying)
        return;
    repeat_remember(editor, operation, target);
    editor->inside->repeat.forced = forced;
    if (motion)
        saved_call_set(&editor->inside->repeat.motion, motion);
}

bool operate_motion(struct editor *editor, const struct call *operation, const struct call *motion,
                    int forced)
{
    struct region region = { 0 };
    bool deletes = operation->command->flags & OPERATOR_DELETES;
    editor->inside->operation = operation->command;
    bool found = motion->command->kind == COMMAND_OBJECT
                     ? motion->command->select(editor, motion, &region)
                     : motion_region(editor, motion, forced, deletes, &region);
    editor->inside->operation = 0;
    if (!found)
        return false;
    if (motion->command->kind == COMMAND_OBJECT) {
        struct text *text = editor_text(editor);
        region.cursor = region.span.start;
        if (forced)
            force_object(editor, &region, forced);
        else if (region.shape == SHAPE_CHARACTERS && region.adjusts)
            take_characters(&region, text, region.span.start, region.span.end, false, true);
        region.exclusive = false;
        if (deletes && !forced)
            widen_deletion(&region, text);
    }
    remember_operation(editor, operation, TARGET_MOTION, motion, forced);
    return region_operate(editor, operation, &region);
}

bool operate_lines(struct editor *editor, const struct call *operation)
{
    struct text *text = editor_text(editor);
    size_t line = place_line(text, editor->window.cursor), lines = place_lines(text);
    size_t last = line + operation->count - 1;
    if (last >= lines) {
        if (operation->count > 1 && line + 1 == lines && !(operation->command->flags & OPERATOR_CLIPS))
            return false;
        last = lines - 1;
    }
    struct region region = region_of_lines(editor, line, last);
    size_t cursor = editor->window.cursor;
    if (operation->command->flags & OPERATOR_MOVES) {
        size_t nonblank = place_nonblank(text, place_line_begin(text, last));
        cursor = nonblank < cursor ? nonblank : cursor;
    }
    region.cursor = cursor;
    remember_operation(editor, operation, TARGET_LINES, 0, 0);
    return region_operate(editor, operation, &region);
}

/* The end of a character selection takes in the line feed under the cursor, but not that of the last line. */
static size_t selection_end(const struct editor *editor, size_t last)
{
    struct text *text = editor_text(editor);
    if (editor->inside->exclusive)
        return last;
    if (text_byte(text, last) == '\n')
        return last + 1 < text_size(text) ? last + 1 : last;
    return place_next(text, last);
}

bool editor_selection(const struct editor *editor, struct region *region)
{
    if (editor->mode != MODE_VISUAL)
        return false;
    struct text *text = editor_text(editor);
    size_t anchor = editor->window.anchor, cursor = editor->window.cursor;
    size_t first = anchor < cursor ? anchor : cursor, last = anchor < cursor ? cursor : anchor;
    *region = (struct region){ .shape = editor->shape };
    if (editor->shape == SHAPE_BLOCK) {
        take_block(editor, region, anchor, cursor, !editor->inside->exclusive);
        region->to_end = editor->selecting_to_end;
    } else if (editor->shape == SHAPE_LINES) {
        *region = region_of_lines(editor, place_line(text, first), place_line(text, last));
        region->selected = true;
        region->cursor = anchor < cursor ? region->span.start : cursor;
    } else {
        region->span = (struct span){ first, selection_end(editor, last) };
        region->cursor = first;
    }
    region->selected = true;
    region->anchor = anchor;
    region->active = cursor;
    return true;
}

struct extent selection_extent(const struct editor *editor, const struct region *region)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    struct extent extent = { .set = true, .shape = region->shape, .to_end = region->to_end };
    size_t anchor = editor->window.anchor, cursor = editor->window.cursor;
    size_t first = anchor < cursor ? anchor : cursor, last = anchor < cursor ? cursor : anchor;
    extent.lines = place_line(text, last) - place_line(text, first);
    if (region->shape == SHAPE_BLOCK) {
        extent.columns = region->right - region->left + 1;
    } else if (region->shape == SHAPE_CHARACTERS) {
        size_t end_column = place_column(text, last, tabstop);
        extent.columns = extent.lines ? end_column + 1 : end_column - place_column(text, first, tabstop) + 1;
    }
    if (region->shape != SHAPE_BLOCK)
        extent.to_end = editor->window.wanted == END_COLUMN;
    return extent;
}

bool operate_selection(struct editor *editor, const struct call *operation)
{
    struct region region;
    if (!editor_selection(editor, &region))
        return false;
    struct extent extent = selection_extent(editor, &region);
    editor->inside->last_extent = extent;
    remember_operation(editor, operation, TARGET_SELECTION, 0, 0);
    if (operation->command->flags & REPEATABLE && !editor->inside->replaying)
        editor->inside->repeat.extent = extent;
    selection_remember(editor);
    editor->mode = editor->inside->base;
    editor->window.cursor = region.cursor;
    bool lines_only = operation->command->flags & OPERATOR_ON_LINES;
    if (lines_only && region.shape == SHAPE_CHARACTERS && region.span.end > region.span.start &&
        region.span.end == place_begin(editor_text(editor), region.span.end))
        region.span.end--;
    bool good = region_operate(editor, operation, &region);
    return good;
}

bool operate_extent(struct editor *editor, const struct call *operation, const struct extent *extent)
{
    editor->shape = extent->shape;
    editor->window.anchor = editor->window.cursor;
    selection_restore_extent(editor, extent, 1);
    editor->mode = MODE_VISUAL;
    return operate_selection(editor, operation);
}
