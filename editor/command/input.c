/* input.c - from keys to commands: sequences of the keymap, counts, registers, operators that wait for a
 * motion. */
#include "editor/command/editor_inside.h"
#include "editor/command/fill.h"

#include <stdlib.h>
#include <string.h>

static const char *mode_of_keys(const struct editor *editor)
{
    if (editor->prompt.active)
        return editor->prompt.kind == 'i' ? "searching" : "prompt";
    if (editor->pending.operation)
        return "operator";
    static const char *const names[] = { "normal", "insert", "replace", "visual", "prompt" };
    return names[editor->mode];
}

bool pending_is_empty(const struct editor *editor)
{
    const struct pending *pending = &editor->pending;
    return !pending->operation && !pending->awaiting && pending->sequence.count == 0 && pending->count == 0 &&
           pending->operator_count == 0 && pending->reg == 0;
}

void pending_clear(struct editor *editor)
{
    struct pending *pending = &editor->pending;
    pending->sequence.count = 0;
    pending->shown.count = 0;
    pending->operator_keys.count = 0;
    pending->count = pending->operator_count = 0;
    pending->argument = ARGUMENT_NONE;
    pending->reg = 0;
    pending->operation = 0;
    pending->operator_argument = "";
    pending->forced = 0;
    pending->awaiting = 0;
}

/* A key that can do nothing while typing stops no macro. */
void input_fail(struct editor *editor)
{
    editor->inside->failed = true;
    if ((editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE) &&
        editor->inside->base == MODE_NORMAL && !editor->prompt.active)
        return;
    editor->inside->queue.count = editor->inside->queue_at = 0;
}

void input_push(struct editor *editor, const struct key *keys, size_t count)
{
    struct key_list *queue = &editor->inside->queue;
    size_t rest = queue->count - editor->inside->queue_at;
    struct key_list joined = { 0 };
    joined.capacity = count + rest + 16;
    joined.keys = memory_new(joined.capacity * sizeof *joined.keys);
    if (count)
        memcpy(joined.keys, keys, count * sizeof *keys);
    if (rest)
        memcpy(joined.keys + count, queue->keys + editor->inside->queue_at, rest * sizeof *keys);
    joined.count = count + rest;
    key_list_free(queue);
    *queue = joined;
    editor->inside->queue_at = 0;
}

static size_t clamp_count(size_t count)
{
    return count > COUNT_LIMIT ? COUNT_LIMIT : count;
}

static struct call pending_call(const struct editor *editor, const struct command *command,
                                const char *argument, struct key character)
{
    const struct pending *pending = &editor->pending;
    size_t outer = pending->operator_count, inner = pending->count;
    struct call call = {
        .command = command, .reg = pending->reg, .character = character, .argument = argument
    };
    call.counted = outer || inner;
    call.count = clamp_count((outer ? outer : 1) * (inner ? inner : 1));
    size_t line = place_line(editor_text(editor), editor->window.cursor);
    call.first = call.last = line;
    return call;
}

static void run_plain_motion(struct editor *editor, const struct call *call)
{
    struct motion motion;
    if (!run_motion(editor, call, &motion)) {
        input_fail(editor);
        return;
    }
    if (call->command->flags & MOTION_JUMP && motion.target != editor->window.cursor)
        jump_remember(editor);
    editor->window.cursor = motion.target;
    if (motion.wanted != NO_COLUMN)
        editor->window.wanted = motion.wanted;
    else if (!motion.keeps_column)
        editor_set_cursor(editor, motion.target);
    if (editor->mode == MODE_VISUAL)
        editor->selecting_to_end = editor->window.wanted == END_COLUMN;
    if (!motion.stopped && (editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE))
        editor->inside->insertion.moved = true;
    if (motion.stopped)
        input_fail(editor);
}

static void run_object(struct editor *editor, const struct call *call)
{
    struct region region = { 0 };
    bool began = editor->mode != MODE_VISUAL;
    if (began)
        selection_begin(editor, SHAPE_CHARACTERS);
    if (!call->command->select(editor, call, &region)) {
        if (began)
            editor->mode = editor->inside->base;
        input_fail(editor);
        return;
    }
    struct text *text = editor_text(editor);
    if (region.shape == SHAPE_LINES)
        editor->shape = SHAPE_LINES;
    else if (region.shape == SHAPE_CHARACTERS && (region.reshapes || editor->shape == SHAPE_LINES))
        editor->shape = SHAPE_CHARACTERS;
    bool backwards = editor->window.cursor < editor->window.anchor;
    size_t last =
        region.span.end > region.span.start ? place_previous(text, region.span.end) : region.span.start;
    if (region.shape == SHAPE_LINES)
        last = place_begin(text, last);
    if (region.placed) {
        editor->window.anchor = region.anchor;
        editor->window.cursor = region.cursor;
    } else {
        editor->window.anchor = backwards ? last : region.span.start;
        editor->window.cursor = backwards ? region.span.start : last;
    }
    editor->window.wanted = editor_column(editor, editor->window.cursor);
    editor->selecting_to_end = false;
}

static void run_operator(struct editor *editor, const struct call *call)
{
    if (!operate_selection(editor, call))
        input_fail(editor);
}

static void run_action(struct editor *editor, const struct call *call)
{
    bool was_visual = editor->mode == MODE_VISUAL;
    bool replaying = editor->inside->replaying;
    if (call->command->flags & MODIFIES && editor_document(editor)->readonly && !editor->options.readonly) {
        editor_error(editor, "the document is read-only");
        input_fail(editor);
        return;
    }
    if (call->command->flags & REPEATABLE && !replaying && !was_visual)
        repeat_remember(editor, call, TARGET_NONE);
    if (!call->command->act(editor, call))
        input_fail(editor);
    if (was_visual && editor->mode == MODE_VISUAL && call->command->flags & VISUAL_ENDS)
        editor_end_selection(editor);
}

/* An operator was read: a selection is its region, else it waits for a motion. */
static void begin_operator(struct editor *editor, const struct command *command, const char *argument)
{
    struct pending *pending = &editor->pending;
    pending->operation = command;
    pending->operator_argument = argument;
    pending->operator_count = pending->count;
    pending->count = 0;
    pending->operator_keys.count = 0;
    for (size_t i = 0; i < pending->sequence.count; i++)
        key_list_add(&pending->operator_keys, pending->sequence.keys[i]);
    pending->sequence.count = 0;
    pending->awaiting = 0;
}

static void finish_operator(struct editor *editor, const struct call *motion)
{
    struct call call = *motion;
    call.command = editor->pending.operation;
    call.argument = editor->pending.operator_argument;
    int forced = editor->pending.forced;
    pending_clear(editor);
    if (!operate_motion(editor, &call, motion, forced))
        input_fail(editor);
}

void input_dispatch(struct editor *editor, const struct command *command, const char *argument,
                    struct key character)
{
    struct call call = pending_call(editor, command, argument, character);
    if (command->kind == COMMAND_OPERATOR && editor->mode != MODE_VISUAL && !editor->pending.operation) {
        begin_operator(editor, command, argument);
        return;
    }
    if (editor->pending.operation && (command->kind == COMMAND_MOTION || command->kind == COMMAND_OBJECT)) {
        finish_operator(editor, &call);
        return;
    }
    if (command->flags & KEEPS_PENDING) {
        editor->pending.sequence.count = 0;
        editor->pending.awaiting = 0;
        if (!command->act(editor, &call)) {
            pending_clear(editor);
            input_fail(editor);
        }
        return;
    }
    editor->inside->call_keys = editor->pending.sequence.count;
    bool misplaced = editor->pending.operation != 0;
    pending_clear(editor);
    if (misplaced) {
        input_fail(editor);
        return;
    }
    if (editor->inside->base == MODE_INSERT && command != editor->inside->last_command)
        editor_close_step(editor);
    editor->inside->last_command = command;
    switch (command->kind) {
    case COMMAND_MOTION:
        run_plain_motion(editor, &call);
        break;
    case COMMAND_OBJECT:
        run_object(editor, &call);
        break;
    case COMMAND_OPERATOR:
        run_operator(editor, &call);
        break;
    default:
        run_action(editor, &call);
    }
}

/* A command in the prompt leaves what waits behind the prompt alone. */
static void dispatch_prompt(struct editor *editor, const struct command *command, const char *argument,
                            struct key character)
{
    struct call call = { .command = command, .count = 1, .character = character, .argument = argument };
    editor->pending.sequence.count = 0;
    if (command->kind == COMMAND_ACTION && !command->act(editor, &call))
        input_fail(editor);
    if (editor->prompt.kind != 'i')
        incremental_update(editor);
}

/* An operator typed twice, or its last key again, works on lines. */
static enum key_match match_lines(const struct editor *editor)
{
    const struct key_list *typed = &editor->pending.sequence, *keys = &editor->pending.operator_keys;
    if (!editor->pending.operation || editor->prompt.active || keys->count == 0)
        return MATCH_NONE;
    if (typed->count == 1 && keys->count > 1 && key_equal(typed->keys[0], keys->keys[keys->count - 1]))
        return MATCH_WHOLE;
    if (typed->count > keys->count)
        return MATCH_NONE;
    for (size_t i = 0; i < typed->count; i++)
        if (!key_equal(typed->keys[i], keys->keys[i]))
            return MATCH_NONE;
    return typed->count == keys->count ? MATCH_WHOLE : MATCH_PREFIX;
}

static void finish_lines(struct editor *editor)
{
    struct call call =
        pending_call(editor, editor->pending.operation, editor->pending.operator_argument, (struct key){ 0 });
    pending_clear(editor);
    if (!operate_lines(editor, &call))
        input_fail(editor);
}

static void dispatch_binding(struct editor *editor, const struct binding *binding, struct key character)
{
    if (editor->prompt.active)
        dispatch_prompt(editor, binding->command, binding->argument, character);
    else
        input_dispatch(editor, binding->command, binding->argument, character);
}

static bool wants_character(const struct editor *editor, const struct binding *binding)
{
    unsigned flags = binding->command->flags;
    return flags & TAKES_CHARACTER && !(flags & STOPS_RECORDING && editor->recording);
}

static bool read_digit(struct editor *editor, struct key key, bool counts)
{
    struct pending *pending = &editor->pending;
    if (counts && pending->sequence.count == 0 && pending->count && key.code == KEY_DELETE &&
        !key.modifiers) {
        pending->count /= 10;
        return true;
    }
    if (pending->argument == ARGUMENT_FRESH && !pending->sequence.count && !key.modifiers &&
        key.code >= '0' && key.code <= '9') {
        pending->count = 0;
        pending->argument = ARGUMENT_TYPED;
    }
    counts = counts || pending->argument;
    if (!counts || pending->sequence.count || key.modifiers || key.code < '0' || key.code > '9' ||
        (key.code == '0' && pending->count == 0))
        return false;
    pending->count = clamp_count(pending->count * 10 + key.code - '0');
    return true;
}

static enum key_match match_keys(struct editor *editor, const struct keymap_mode *mode,
                                 const struct binding **binding)
{
    const struct key_list *typed = &editor->pending.sequence;
    if (editor->overlay) {
        enum key_match match =
            keymap_match(editor->keymap, editor->overlay, typed->keys, typed->count, binding);
        if (match != MATCH_NONE)
            return match;
    }
    enum key_match match = keymap_match(editor->keymap, mode->name, typed->keys, typed->count, binding);
    if (match == MATCH_NONE && mode->standard.command && typed->count == 1) {
        *binding = &mode->standard;
        return MATCH_WHOLE;
    }
    return match;
}

static void handle_sequence(struct editor *editor, struct key key)
{
    struct pending *pending = &editor->pending;
    const struct keymap_mode *mode = keymap_mode(editor->keymap, mode_of_keys(editor));
    if (!mode) {
        pending_clear(editor);
        return;
    }
    key_list_add(&pending->shown, key);
    if (read_digit(editor, key, mode->counts))
        return;
    key_list_add(&pending->sequence, key);
    const struct binding *binding = 0;
    enum key_match lines = match_lines(editor), match = match_keys(editor, mode, &binding);
    if (lines == MATCH_WHOLE) {
        finish_lines(editor);
    } else if (match == MATCH_PREFIX || lines == MATCH_PREFIX) {
        return;
    } else if (match == MATCH_NONE) {
        pending_clear(editor);
        input_fail(editor);
    } else if (wants_character(editor, binding)) {
        pending->awaiting = binding;
    } else if (binding->command->flags & TAKES_LINE) {
        pending->sequence.count = 0;
        editor->inside->prompt_binding = binding;
        prompt_open(editor, binding->argument[0], "");
        if (editor->options.incsearch && !editor->headless && !editor->inside->plays)
            incremental_begin(editor);
    } else if (binding == &mode->standard) {
        pending->sequence.count = 0;
        dispatch_binding(editor, binding, key);
    } else {
        dispatch_binding(editor, binding, (struct key){ 0 });
    }
}

static void handle_awaiting(struct editor *editor, struct key key)
{
    const struct binding *binding = editor->pending.awaiting;
    key_list_add(&editor->pending.shown, key);
    editor->pending.awaiting = 0;
    if (key.code == KEY_ESCAPE && !key.modifiers && !editor->prompt.active && editor->mode != MODE_INSERT) {
        pending_clear(editor);
        return;
    }
    dispatch_binding(editor, binding, key);
}

/* After ^O in insertion and one whole command, typing goes on. */
static void resume_insertion(struct editor *editor)
{
    struct editor_inside *inside = editor->inside;
    if (inside->once == ONCE_BEGUN) {
        inside->once = ONCE_WAITS;
        return;
    }
    if (!inside->once || editor->mode != MODE_NORMAL || editor->prompt.active || !pending_is_empty(editor))
        return;
    inside->once = ONCE_NOT;
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, end = place_end(text, cursor);
    bool goes_behind = editor->window.wanted > editor_column(editor, cursor) ||
                       (inside->once_at_end && place_begin(text, cursor) == inside->once_line);
    if (goes_behind && cursor < end && place_next(text, cursor) == end)
        editor_set_cursor(editor, end);
    editor->mode = inside->once_mode;
    inside->insertion.moved = true;
}

void input_handle(struct editor *editor, struct key key)
{
    fill_before_key(editor, key);
    if (editor->inside->confirm.active && !editor->prompt.active && confirm_key(editor, key))
        return;
    bool typing = (editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE) && !editor->prompt.active;
    bool in_prompt = editor->prompt.active;
    editor->inside->failed = false;
    if (!typing && !in_prompt && pending_is_empty(editor) && !editor->inside->replaying &&
        !editor->inside->once && editor->inside->depth == 0 && !editor->inside->plays)
        document_close_step(editor_document(editor), editor->window.cursor);
    if (typing && editor->inside->insertion.literal.active)
        insertion_literal(editor, key);
    else if (editor->pending.awaiting)
        handle_awaiting(editor, key);
    else
        handle_sequence(editor, key);
    if (in_prompt && editor->prompt.active && !editor->pending.awaiting && editor->inside->failed)
        editor->pending.sequence.count = 0;
    if (typing)
        insertion_key(editor, key);
    resume_insertion(editor);
    cursor_settle(editor);
    if (editor->inside->jumped && pending_is_empty(editor) && !editor->prompt.active &&
        (editor->mode == MODE_NORMAL || editor->mode == MODE_VISUAL))
        jump_settle(editor);
}

void input_run_queue(struct editor *editor)
{
    struct editor_inside *inside = editor->inside;
    bool played = inside->plays;
    inside->plays = true;
    while (inside->queue_at < inside->queue.count) {
        if (--inside->budget < 0 || (editor->interrupted && editor->interrupted(editor->interrupted_user))) {
            inside->queue.count = inside->queue_at = 0;
            editor_error(editor, "stopped: the macro does not end");
            break;
        }
        struct key key = inside->queue.keys[inside->queue_at++];
        fill_wait(editor);
        input_handle(editor, key);
        if (editor->quit)
            inside->queue.count = inside->queue_at = 0;
    }
    inside->queue.count = inside->queue_at = 0;
    inside->plays = played;
}

void editor_finish(struct editor *editor)
{
    for (int i = 0; i < 8; i++) {
        if (editor->mode == editor->inside->base && pending_is_empty(editor) && !editor->prompt.active)
            return;
        if (editor->quit)
            return;
        input_handle(editor, (struct key){ KEY_ESCAPE, 0 });
    }
}

bool input_run_nested(struct editor *editor, const struct key *keys, size_t count)
{
    struct editor_inside *inside = editor->inside;
    if (inside->depth >= NESTING_LIMIT)
        return editor_error(editor, "commands are nested too deep");
    struct key_list outer = inside->queue;
    size_t outer_at = inside->queue_at;
    struct pending pending = editor->pending;
    editor->pending = (struct pending){ .operator_argument = "" };
    inside->queue = (struct key_list){ 0 };
    inside->queue_at = 0;
    inside->depth++;
    input_push(editor, keys, count);
    input_run_queue(editor);
    editor_finish(editor);
    inside->depth--;
    bool good = !inside->failed;
    key_list_free(&inside->queue);
    inside->queue = outer;
    inside->queue_at = outer_at;
    key_list_free(&editor->pending.sequence);
    key_list_free(&editor->pending.shown);
    key_list_free(&editor->pending.operator_keys);
    editor->pending = pending;
    return good;
}

void editor_key(struct editor *editor, struct key key)
{
    struct editor_inside *inside = editor->inside;
    key = key_normal(key);
    if (!editor->prompt.active) {
        editor->message[0] = 0;
        editor->message_is_error = false;
        bytes_clear(&editor->listing);
    }
    if (editor->recording)
        key_list_add(&inside->record, key);
    inside->budget = KEY_BUDGET;
    input_handle(editor, key);
    input_run_queue(editor);
}
