/* modeless.c - what keymaps without modes need: selections by shifted keys, typing over them, killing lines.
 */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

/* "MOTION ARGUMENT" as a call of that motion. */
static bool named_motion(const struct call *call, struct call *motion)
{
    size_t size = strcspn(call->argument, " ");
    *motion = *call;
    motion->command = command_find(call->argument, size);
    motion->argument = call->argument + size + strspn(call->argument + size, " ");
    return motion->command && motion->command->kind == COMMAND_MOTION;
}

static bool move_by(struct editor *editor, const struct call *call)
{
    struct call named;
    struct motion motion;
    if (!named_motion(call, &named) || !run_motion(editor, &named, &motion))
        return false;
    bool keeps = motion.keeps_column;
    size_t wanted = editor->window.wanted;
    editor_set_cursor(editor, motion.target);
    if (motion.wanted != NO_COLUMN)
        editor->window.wanted = motion.wanted;
    else if (keeps)
        editor->window.wanted = wanted;
    editor->inside->wanted_follows = false;
    editor->inside->insertion.moved = true;
    return true;
}

/* Argument: a motion. Selects from where the cursor is, or goes on selecting. */
static bool select_motion(struct editor *editor, const struct call *call)
{
    if (editor->mode != MODE_VISUAL)
        selection_begin(editor, SHAPE_CHARACTERS);
    return move_by(editor, call);
}

/* Argument: a motion. The selection ends first. */
static bool leave_selection(struct editor *editor, const struct call *call)
{
    editor_end_selection(editor);
    return !*call->argument || move_by(editor, call);
}

static bool pointed(struct editor *editor, const struct call *call, struct motion *motion)
{
    (void)call;
    struct text *text = editor_text(editor);
    size_t size = text_size(text);
    motion->target = place_snap(text, editor->pointed < size ? editor->pointed : size ? size - 1 : 0);
    return true;
}

/* Behind the end of this word, or of the next. */
static bool word_behind(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct text *text = editor_text(editor);
    size_t at = motion->target, size = text_size(text);
    for (size_t i = 0; i < call->count && at < size; i++) {
        while (at < size && !code_is_word(place_code(text, at)))
            at = place_next(text, at);
        while (at < size && code_is_word(place_code(text, at)))
            at = place_next(text, at);
    }
    motion->whole = true;
    motion->stopped = at == motion->target;
    motion->target = at < size ? at : size > 0 ? size - 1 : 0;
    return true;
}

static void drop_selection(struct editor *editor)
{
    struct region region;
    if (!editor_selection(editor, &region))
        return;
    editor->mode = editor->inside->base;
    editor_close_step(editor);
    editor_set_cursor(editor, region.cursor);
    region_delete(editor, &region);
}

/* Argument: keep (typing leaves the selected text alone). */
static bool type_over(struct editor *editor, const struct call *call)
{
    if (key_character(call->character) == (uint32_t)-1)
        return false;
    if (*call->argument)
        editor_end_selection(editor);
    else
        drop_selection(editor);
    struct bytes bytes = { 0 };
    if (call->character.code == KEY_ENTER)
        bytes_append_byte(&bytes, '\n');
    else
        key_encode(call->character, &bytes);
    insert_text(editor, bytes.data, bytes.size);
    bytes_free(&bytes);
    return true;
}

static bool delete_selection(struct editor *editor, const struct call *call)
{
    (void)call;
    drop_selection(editor);
    return true;
}

/* To the end of the line, or the line feed where the cursor is there; into a register. */
static bool kill_line(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, end = place_end(text, cursor);
    if (end == cursor && end + 1 >= text_size(text))
        return false;
    struct region region = { .shape = SHAPE_CHARACTERS, .cursor = cursor };
    region.span = (struct span){ cursor, end == cursor ? end + 1 : end };
    struct yank yank;
    region_yank(editor, &region, &yank);
    const struct yank *before = register_get(&editor->registers, '1');
    bool goes_on = editor->inside->killed_version == editor_document(editor)->version &&
                   editor->inside->killed_at == cursor;
    if (before && goes_on) {
        struct bytes joined = { 0 };
        bytes_append(&joined, before->bytes, before->size);
        bytes_append(&joined, yank.bytes, yank.size);
        register_set(&editor->registers, '1', joined.data, joined.size, SHAPE_CHARACTERS, 0);
        bytes_free(&joined);
    } else {
        register_delete(&editor->registers, call->reg, &yank, true);
    }
    editor->registers.unnamed = call->reg ? editor->registers.unnamed : '1';
    free(yank.bytes);
    region_delete(editor, &region);
    editor->inside->killed_version = editor_document(editor)->version;
    editor->inside->killed_at = cursor;
    return true;
}

/* In place of what was just put, what was killed before it. */
static bool yank_older(struct editor *editor, const struct call *call)
{
    (void)call;
    struct editor_inside *inside = editor->inside;
    struct document *document = editor_document(editor);
    if (!inside->yanked.version || inside->yanked.version != document->version)
        return editor_error(editor, "nothing was put just now");
    struct yank yank;
    unsigned turn = inside->yanked.turn;
    for (unsigned i = 0; i < 9; i++) {
        turn = turn % 9 + 1;
        if (!register_read(editor, '0' + turn, &yank))
            continue;
        struct span span = inside->yanked.span;
        editor_replace(editor, span, yank.bytes, yank.size);
        editor_set_cursor(editor, span.start + yank.size);
        inside->yanked.span.end = span.start + yank.size;
        inside->yanked.version = document->version;
        inside->yanked.turn = turn;
        free(yank.bytes);
        return true;
    }
    return editor_error(editor, "nothing was killed before");
}

void mark_ring_push(struct editor *editor)
{
    struct mark_ring *ring = &editor->inside->ring;
    size_t most = sizeof ring->marks / sizeof *ring->marks;
    struct document *document = editor_document(editor);
    if (ring->count == most)
        memmove(ring->marks, ring->marks + 1, --ring->count * sizeof *ring->marks);
    ring->marks[ring->count++] = (struct jump){ document, document_mark_at(document, editor->window.cursor) };
}

/* To the newest mark of this document, which becomes the oldest. */
static bool mark_ring_pop(struct editor *editor)
{
    struct mark_ring *ring = &editor->inside->ring;
    for (size_t turns = ring->count; turns > 0; turns--) {
        struct jump newest = ring->marks[ring->count - 1];
        memmove(ring->marks + 1, ring->marks, (ring->count - 1) * sizeof *ring->marks);
        ring->marks[0] = newest;
        if (newest.document == editor_document(editor)) {
            editor_set_cursor(editor, document_mark_place(newest.document, &newest.mark));
            return true;
        }
    }
    return editor_error(editor, "no mark was set yet");
}

/* Sets a mark and selects from it; with a number goes back to the one set before. Argument: a motion, which
 * is made instead of selecting. */
static bool mark_push(struct editor *editor, const struct call *call)
{
    editor->inside->insertion.moved = true;
    if (call->counted && !*call->argument)
        return mark_ring_pop(editor);
    mark_ring_push(editor);
    if (*call->argument)
        return move_by(editor, call);
    selection_begin(editor, SHAPE_CHARACTERS);
    return true;
}

/* A numeric argument: 4, four times as much each time, or the digits that follow. */
static bool argument(struct editor *editor, const struct call *call)
{
    (void)call;
    struct pending *pending = &editor->pending;
    pending->count = pending->argument && pending->count ? pending->count * 4 : 4;
    pending->argument = ARGUMENT_FRESH;
    return true;
}

const struct command commands_modeless[] = {
    { "yank-older",
      "puts what was killed before in place of what was just put",
      COMMAND_ACTION,
      MODIFIES,
      { .act = yank_older },
      0 },
    { "argument",
      "a number for the next command: 4, or the digits that follow",
      COMMAND_ACTION,
      KEEPS_PENDING,
      { .act = argument },
      0 },
    { "mark-push",
      "sets a mark and selects from it; with a number: back to it; before a motion: sets one, then moves",
      COMMAND_ACTION,
      0,
      { .act = mark_push },
      0 },
    { "select-motion", "selects by a motion", COMMAND_ACTION, 0, { .act = select_motion }, 0 },
    { "pointed", "where the mouse points", COMMAND_MOTION, 0, { .move = pointed }, 0 },
    { "word-behind", "behind the end of the word", COMMAND_MOTION, 0, { .move = word_behind }, 0 },
    { "leave-selection", "ends the selection, then moves", COMMAND_ACTION, 0, { .act = leave_selection }, 0 },
    { "type-over",
      "types in place of the selection; `keep`: behind it",
      COMMAND_ACTION,
      MODIFIES | HIDDEN,
      { .act = type_over },
      0 },
    { "delete-selection", "deletes the selection", COMMAND_ACTION, MODIFIES, { .act = delete_selection }, 0 },
    { "kill-line", "deletes to the end of the line", COMMAND_ACTION, MODIFIES, { .act = kill_line }, 0 },
    { 0 },
};
