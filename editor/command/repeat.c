/* repeat.c - dot and macros. */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

void saved_call_set(struct saved_call *saved, const struct call *call)
{
    char *argument = memory_copy(call->argument, strlen(call->argument));
    free(saved->argument);
    saved->argument = argument;
    saved->call = *call;
    saved->call.argument = argument;
}

void saved_call_free(struct saved_call *saved)
{
    free(saved->argument);
    *saved = (struct saved_call){ 0 };
}

void repeat_remember(struct editor *editor, const struct call *call, enum target target)
{
    struct repeat *repeat = &editor->inside->repeat;
    saved_call_set(&repeat->command, call);
    repeat->target = target;
    repeat->forced = 0;
    repeat->inserted.count = 0;
    repeat->motion.call.command = 0;
}

static bool run_change(struct editor *editor, const struct repeat *repeat, const struct call *call)
{
    if (call->command->kind == COMMAND_ACTION || call->command->kind == COMMAND_LINE)
        return call->command->act(editor, call);
    if (repeat->target == TARGET_LINES)
        return operate_lines(editor, call);
    if (repeat->target == TARGET_SELECTION)
        return operate_extent(editor, call, &repeat->extent);
    struct call motion = repeat->motion.call;
    if (call->counted) {
        motion.count = call->count;
        motion.counted = true;
    }
    return operate_motion(editor, call, &motion, repeat->forced);
}

static void type_again(struct editor *editor)
{
    struct key_list keys = { 0 };
    const struct key_list *inserted = &editor->inside->repeat.inserted;
    for (size_t i = 0; i < inserted->count; i++)
        key_list_add(&keys, inserted->keys[i]);
    for (size_t i = 0; i < keys.count && editor->inside->budget-- > 0; i++)
        input_handle(editor, keys.keys[i]);
    key_list_free(&keys);
    if (editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE)
        insertion_end(editor);
}

static bool repeat_change(struct editor *editor, const struct call *call)
{
    struct editor_inside *inside = editor->inside;
    struct repeat *repeat = &inside->repeat;
    if (!repeat->command.call.command)
        return false;
    if (inside->depth >= NESTING_LIMIT)
        return editor_error(editor, "commands are nested too deep");
    struct call *stored = &repeat->command.call;
    if (call->counted) {
        stored->count = call->count;
        stored->counted = true;
        if (repeat->motion.call.command) {
            repeat->motion.call.count = call->count;
            repeat->motion.call.counted = true;
        }
    }
    if (call->reg)
        stored->reg = call->reg;
    else if (stored->reg >= '1' && stored->reg < '9')
        stored->reg++;
    bool was_replaying = inside->replaying;
    inside->replaying = true;
    inside->depth++;
    struct call now = *stored;
    bool good = run_change(editor, repeat, &now);
    if (editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE)
        type_again(editor);
    inside->depth--;
    inside->replaying = was_replaying;
    return good;
}

/* Macros */

static bool record(struct editor *editor, const struct call *call)
{
    struct editor_inside *inside = editor->inside;
    uint32_t name = key_character(call->character);
    if (!editor->recording) {
        bool letter = (name | 32) >= 'a' && (name | 32) <= 'z' && name < 128;
        if (!letter && !(name >= '0' && name <= '9') && name != '"')
            return editor_error(editor, "a macro is recorded into a register a to z");
        editor->recording = name;
        inside->record.count = 0;
        return true;
    }
    struct bytes bytes = { 0 };
    size_t own = inside->call_keys ? inside->call_keys : 1;
    for (size_t i = 0; i + own < inside->record.count; i++)
        key_encode(inside->record.keys[i], &bytes);
    register_set(&editor->registers, editor->recording, bytes.data ? bytes.data : "", bytes.size,
                 SHAPE_CHARACTERS, 0);
    editor->recording = 0;
    bytes_free(&bytes);
    return true;
}

static void decode_keys(const struct yank *yank, struct key_list *keys)
{
    for (size_t at = 0; at < yank->size;) {
        struct key key;
        at += key_decode(yank->bytes + at, yank->size - at, &key);
        key_list_add(keys, key);
    }
    if (yank->shape == SHAPE_LINES && yank->size && yank->bytes[yank->size - 1] != '\n')
        key_list_add(keys, (struct key){ KEY_ENTER, 0 });
}

bool macro_run(struct editor *editor, uint32_t name, size_t count)
{
    struct editor_inside *inside = editor->inside;
    if (name == ':') {
        for (size_t i = 0; i < count && inside->last_line; i++) {
            char *line = memory_copy(inside->last_line, strlen(inside->last_line));
            bool good = line_run(editor, line);
            free(line);
            if (!good)
                return false;
        }
        inside->last_macro = ':';
        return inside->last_line != 0;
    }
    if (name == '@')
        name = inside->last_macro;
    if (name == ':')
        return macro_run(editor, ':', count);
    const struct yank *yank = register_get(&editor->registers, name);
    if (!name || !yank || !yank->size)
        return editor_error(editor, "there is no such macro");
    struct key_list once = { 0 };
    decode_keys(yank, &once);
    size_t waiting = inside->queue.count - inside->queue_at;
    inside->last_macro = name >= 'A' && name <= 'Z' ? name + 32 : name;
    struct key_list all = { 0 };
    while (count-- > 0 && all.count + waiting < KEY_BUDGET)
        for (size_t i = 0; i < once.count; i++)
            key_list_add(&all, once.keys[i]);
    if (waiting + all.count > 2 * KEY_BUDGET) {
        key_list_free(&once);
        key_list_free(&all);
        return editor_error(editor, "stopped: the macro does not end");
    }
    input_push(editor, all.keys, all.count);
    key_list_free(&once);
    key_list_free(&all);
    return true;
}

static bool play(struct editor *editor, const struct call *call)
{
    uint32_t name = key_character(call->character);
    return macro_run(editor, name, call->count);
}

/* Argument: the register, for keymaps that ask for none. */
static bool record_into(struct editor *editor, const struct call *call)
{
    struct call named = *call;
    named.character = (struct key){ (unsigned char)call->argument[0], 0 };
    return record(editor, &named);
}

static bool play_from(struct editor *editor, const struct call *call)
{
    if (editor->recording && !record_into(editor, call))
        return false;
    return macro_run(editor, (unsigned char)call->argument[0], call->count);
}

const struct command commands_repeat[] = {
    { "record-into",
      "records keys into the register of its argument, until called again",
      COMMAND_ACTION,
      0,
      { .act = record_into },
      0 },
    { "play-from",
      "plays the keys of the register of its argument",
      COMMAND_ACTION,
      0,
      { .act = play_from },
      0 },
    { "repeat", "repeats the last change", COMMAND_ACTION, MODIFIES, { .act = repeat_change }, 0 },
    { "record",
      "records keys into a register, until called again",
      COMMAND_ACTION,
      TAKES_CHARACTER | STOPS_RECORDING,
      { .act = record },
      0 },
    { "play", "plays the keys of a register", COMMAND_ACTION, TAKES_CHARACTER, { .act = play }, 0 },
    { 0 },
};
