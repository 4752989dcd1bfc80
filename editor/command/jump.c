/* jump.c - marks, the list of jumps, the list of changes. */
#include "editor/command/editor_inside.h"

#include <string.h>

void jump_remember(struct editor *editor)
{
    struct editor_inside *inside = editor->inside;
    struct document *document = editor_document(editor);
    size_t cursor = editor->window.cursor;
    if (!inside->jumped)
        inside->jump_before = *document_mark(document, '\'');
    inside->jumped = true;
    document_set_mark(document, '\'', cursor);
    struct mark mark = document_mark_at(document, cursor);
    if (!inside->jumps)
        inside->jumps = memory_new(JUMPS_KEPT * sizeof *inside->jumps);
    size_t kept = 0;
    for (size_t i = 0; i < inside->jump_count; i++)
        if (inside->jumps[i].document != document || inside->jumps[i].mark.line != mark.line)
            inside->jumps[kept++] = inside->jumps[i];
    if (kept == JUMPS_KEPT)
        memmove(inside->jumps, inside->jumps + 1, --kept * sizeof *inside->jumps);
    inside->jumps[kept++] = (struct jump){ document, mark };
    inside->jump_count = inside->jump_at = kept;
}

void jump_settle(struct editor *editor)
{
    struct editor_inside *inside = editor->inside;
    struct document *document = editor_document(editor);
    size_t from;
    if (inside->jumped && document_mark_offset(document, '\'', &from) && from == editor->window.cursor)
        *document_mark(document, '\'') = inside->jump_before;
    inside->jumped = false;
}

static void go_jump(struct editor *editor, const struct jump *jump)
{
    for (size_t i = 0; i < editor->document_count; i++)
        if (editor->documents[i] == jump->document && i != editor->current)
            editor_show_document(editor, i);
    editor_set_cursor(editor, document_mark_place(editor_document(editor), &jump->mark));
}

static bool jump_older(struct editor *editor, const struct call *call)
{
    struct editor_inside *inside = editor->inside;
    if (inside->jump_at == inside->jump_count) {
        size_t before = inside->jump_count;
        jump_remember(editor);
        if (inside->jump_count == 0 || before == 0)
            return false;
        inside->jump_at = inside->jump_count - 1;
    }
    if (inside->jump_at < call->count)
        return false;
    inside->jump_at -= call->count;
    go_jump(editor, &inside->jumps[inside->jump_at]);
    return true;
}

static bool jump_newer(struct editor *editor, const struct call *call)
{
    struct editor_inside *inside = editor->inside;
    if (inside->jump_at + call->count >= inside->jump_count)
        return false;
    inside->jump_at += call->count;
    go_jump(editor, &inside->jumps[inside->jump_at]);
    return true;
}

static bool set_mark(struct editor *editor, const struct call *call)
{
    uint32_t name = key_character(call->character);
    struct document *document = editor_document(editor);
    if (name >= 'A' && name <= 'Z') {
        editor->inside->marks[name - 'A'] =
            (struct jump){ document, document_mark_at(document, editor->window.cursor) };
        return true;
    }
    if (name == '\'' || name == '`') {
        jump_remember(editor);
        editor->inside->jumped = false;
        return true;
    }
    if (!document_mark(document, name) || name == '^' || name == '.')
        return editor_error(editor, "a mark is called a to z or A to Z");
    if (name == '<' || name == '>') {
        size_t anchor, cursor;
        if (!selection_last(editor, &anchor, &cursor)) {
            document_set_mark(document, '<', editor->window.cursor);
            document_set_mark(document, '>', editor->window.cursor);
            editor->inside->selection = (struct selection_memory){ .set = true };
        }
    }
    document_set_mark(document, name, editor->window.cursor);
    return true;
}

/* '< and '> are the earlier and the later end of the last selection, whole lines counted whole. */
bool selection_edge(const struct editor *editor, bool first, size_t *offset)
{
    struct text *text = editor_text(editor);
    size_t anchor, cursor;
    if (!selection_last(editor, &anchor, &cursor))
        return false;
    *offset = (anchor < cursor) == first ? anchor : cursor;
    if (editor->inside->selection.shape == SHAPE_LINES)
        *offset = first ? place_begin(text, *offset) : place_last(text, *offset);
    return true;
}

/* A mark by its name, in another document perhaps. */
static bool find_mark(struct editor *editor, uint32_t name, size_t *offset)
{
    if (name >= 'A' && name <= 'Z') {
        const struct jump *jump = &editor->inside->marks[name - 'A'];
        if (!jump->mark.set)
            return false;
        for (size_t i = 0; i < editor->document_count; i++)
            if (editor->documents[i] == jump->document && i != editor->current) {
                if (editor->inside->operation)
                    return false;
                editor_show_document(editor, i);
            }
        *offset = document_mark_place(editor_document(editor), &jump->mark);
        return true;
    }
    struct document *document = editor_document(editor);
    if (name == '<' || name == '>')
        return selection_edge(editor, name == '<', offset);
    if (name == '\'' || name == '`') {
        if (!document_mark_offset(document, '\'', offset))
            *offset = 0;
        return true;
    }
    if (name == '"' && !document_mark(document, '"')->set) {
        *offset = 0;
        return true;
    }
    return document_mark_offset(document, name, offset);
}

/* From the end of a line to its last character. */
static size_t place_on_character(const struct text *text, size_t offset)
{
    bool behind = offset == place_end(text, offset) && offset > place_begin(text, offset);
    return behind ? place_previous(text, offset) : offset;
}

/* The lower case mark nearest to a place; false where there is none on that side. */
static bool nearest_mark(struct editor *editor, size_t at, bool forward, size_t *found)
{
    struct document *document = editor_document(editor);
    bool any = false;
    for (uint32_t name = 'a'; name <= 'z'; name++) {
        size_t offset;
        if (!document_mark_offset(document, name, &offset) || (forward ? offset <= at : offset >= at))
            continue;
        if (!any || (forward ? offset < *found : offset > *found))
            *found = offset;
        any = true;
    }
    return any;
}

static bool walk_marks(struct editor *editor, const struct call *call, struct motion *motion, bool lines)
{
    struct text *text = editor_text(editor);
    bool forward = call->argument[0] == 'n';
    for (size_t i = 0; i < call->count; i++) {
        size_t from = motion->target;
        if (lines)
            from = forward ? place_end(text, from) : place_begin(text, from);
        if (!nearest_mark(editor, from, forward, &motion->target))
            break;
    }
    motion->target = lines ? place_nonblank(text, motion->target) : place_on_character(text, motion->target);
    return true;
}

/* Arguments: next, previous. */
static bool mark_near(struct editor *editor, const struct call *call, struct motion *motion)
{
    return walk_marks(editor, call, motion, false);
}

static bool mark_near_line(struct editor *editor, const struct call *call, struct motion *motion)
{
    return walk_marks(editor, call, motion, true);
}

static bool unset(struct editor *editor, uint32_t name)
{
    return name < 128 && name > 32 ? editor_error(editor, "mark %c is not set", (char)name)
                                   : editor_error(editor, "this mark is not set");
}

static bool go_mark(struct editor *editor, const struct call *call, struct motion *motion)
{
    uint32_t name = key_character(call->character);
    if (!find_mark(editor, name, &motion->target))
        return unset(editor, name);
    if (editor->mode != MODE_VISUAL)
        motion->target = place_on_character(editor_text(editor), motion->target);
    return true;
}

static bool go_mark_line(struct editor *editor, const struct call *call, struct motion *motion)
{
    uint32_t name = key_character(call->character);
    if (!find_mark(editor, name, &motion->target))
        return unset(editor, name);
    motion->target = place_nonblank(editor_text(editor), motion->target);
    return true;
}

static bool change_walk(struct editor *editor, long count)
{
    struct document *document = editor_document(editor);
    if (document->change_count == 0)
        return editor_error(editor, "nothing was changed yet");
    long target = (long)document->change_index + count;
    bool clipped = target < 0 || target >= (long)document->change_count;
    if (clipped &&
        (count < 0 ? document->change_index == 0 : document->change_index + 1 == document->change_count))
        return editor_error(editor, count < 0 ? "at the oldest change" : "at the newest change");
    target = target < 0                               ? 0
             : target >= (long)document->change_count ? (long)document->change_count - 1
                                                      : target;
    document->change_index = (size_t)target;
    jump_remember(editor);
    editor_set_cursor(editor, document_mark_place(document, &document->changes[target]));
    return true;
}

static bool change_older(struct editor *editor, const struct call *call)
{
    return change_walk(editor, -(long)call->count);
}

static bool change_newer(struct editor *editor, const struct call *call)
{
    return change_walk(editor, (long)call->count);
}

const struct command commands_jump[] = {
    { "mark-set", "sets a mark", COMMAND_ACTION, TAKES_CHARACTER, { .act = set_mark }, 0 },
    { "mark-go",
      "the place of a mark",
      COMMAND_MOTION,
      TAKES_CHARACTER | MOTION_JUMP | MOTION_NUMBERED,
      { .move = go_mark },
      0 },
    { "mark-go-line",
      "the line of a mark",
      COMMAND_MOTION,
      TAKES_CHARACTER | MOTION_JUMP | MOTION_LINEWISE,
      { .move = go_mark_line },
      0 },
    { "mark-near",
      "the next or previous mark a to z",
      COMMAND_MOTION,
      MOTION_JUMP | MOTION_NUMBERED,
      { .move = mark_near },
      0 },
    { "mark-near-line",
      "the line of the next or previous mark a to z",
      COMMAND_MOTION,
      MOTION_JUMP | MOTION_LINEWISE,
      { .move = mark_near_line },
      0 },
    { "jump-older", "back to where the last jump began", COMMAND_ACTION, 0, { .act = jump_older }, 0 },
    { "jump-newer", "to where the next jump led", COMMAND_ACTION, 0, { .act = jump_newer }, 0 },
    { "change-older", "the place of the change before", COMMAND_ACTION, 0, { .act = change_older }, 0 },
    { "change-newer", "the place of the change after", COMMAND_ACTION, 0, { .act = change_newer }, 0 },
    { 0 },
};
