/* insert.c - typing: where it begins, its keys repeated for a count, how it ends. What single keys do is in
 * insert_keys.c. */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

void insertion_begin(struct editor *editor, size_t count, bool replace)
{
    struct insertion *insertion = &editor->inside->insertion;
    insertion->count = count;
    insertion->start = insertion->stop = editor->window.cursor;
    insertion->keys.count = 0;
    insertion->opens = insertion->above = insertion->moved = insertion->fresh_indent = false;
    insertion->block = (struct block_insertion){ 0 };
    insertion->stack_count = 0;
    insertion->literal.active = false;
    editor->inside->once = ONCE_NOT;
    editor->mode = replace ? MODE_REPLACE : MODE_INSERT;
}

static void copy_keys(struct key_list *to, const struct key_list *from)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        key_list_add(to, from->keys[i]);
}

/* After a cursor key typing begins anew: an undo step and a change for dot of its own. */
void insertion_touch(struct editor *editor)
{
    struct editor_inside *inside = editor->inside;
    struct insertion *insertion = &inside->insertion;
    if (!insertion->moved)
        return;
    if (!inside->plays && !inside->replaying)
        document_close_step(editor_document(editor), editor->window.cursor);
    insertion->moved = false;
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, stop = insertion->stop;
    if (insertion->keys.count == 0 || cursor - place_begin(text, cursor) <= stop - place_begin(text, stop))
        insertion->stop = cursor;
    copy_keys(&inside->last_inserted, &insertion->keys);
    insertion->count = 1;
    insertion->start = editor->window.cursor;
    insertion->keys.count = 0;
    insertion->opens = false;
    insertion->stack_count = 0;
    insertion->block.active = false;
    if (!inside->replaying && inside->base == MODE_NORMAL) {
        struct call call = { .command = command_find("insert", 6), .count = 1, .argument = "" };
        repeat_remember(editor, &call, TARGET_NONE);
    }
}

void insertion_key(struct editor *editor, struct key key)
{
    struct insertion *insertion = &editor->inside->insertion;
    bool typing = editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE, skips = insertion->skips_key;
    insertion->skips_key = false;
    if (typing && !skips && !insertion->moved && !insertion->repeating && editor->inside->base == MODE_NORMAL)
        key_list_add(&insertion->keys, key);
    insertion->previous = key;
}

static void push_replaced(struct insertion *insertion, struct replaced replaced)
{
    if (insertion->stack_count == insertion->stack_capacity) {
        insertion->stack_capacity = insertion->stack_capacity ? insertion->stack_capacity * 2 : 32;
        insertion->stack =
            memory_resize(insertion->stack, insertion->stack_capacity * sizeof *insertion->stack);
    }
    insertion->stack[insertion->stack_count++] = replaced;
}

/* Overwrites one character; a line feed is inserted. */
static void overwrite(struct editor *editor, const char *bytes, size_t size)
{
    struct text *text = editor_text(editor);
    size_t at = editor->window.cursor, end = at;
    if (bytes[0] != '\n' && at < place_end(text, at))
        end = place_next(text, at);
    struct replaced replaced = { .at = at, .inserted = size };
    if (end - at <= sizeof replaced.old)
        replaced.old_size = text_read(text, at, replaced.old, end - at);
    push_replaced(&editor->inside->insertion, replaced);
    editor_replace(editor, (struct span){ at, end }, bytes, size);
}

void insert_text(struct editor *editor, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    insertion_touch(editor);
    size_t at = editor->window.cursor;
    if (editor->mode == MODE_REPLACE)
        overwrite(editor, bytes, size);
    else
        editor_replace(editor, (struct span){ at, at }, bytes, size);
    editor_set_cursor(editor, at + size);
    editor->inside->insertion.fresh_indent = false;
}

void editor_paste(struct editor *editor, const char *bytes, size_t size)
{
    struct bytes clean = { 0 };
    for (size_t i = 0; i < size; i++) {
        bool pair = bytes[i] == '\r' && i + 1 < size && bytes[i + 1] == '\n';
        if (!pair)
            bytes_append_byte(&clean, bytes[i] == '\r' ? '\n' : bytes[i]);
    }
    if (editor->prompt.active) {
        for (size_t i = 0; i < clean.size; i++)
            if (clean.data[i] == '\n')
                clean.data[i] = ' ';
        prompt_insert(editor, clean.data ? clean.data : "", clean.size);
        incremental_update(editor);
    } else if (clean.size) {
        size_t at = editor->window.cursor;
        if (editor->mode == MODE_VISUAL)
            editor_end_selection(editor);
        if (editor->mode == MODE_NORMAL)
            document_close_step(editor_document(editor), at);
        insertion_touch(editor);
        editor_replace(editor, (struct span){ at, at }, clean.data, clean.size);
        editor_set_cursor(editor, at + clean.size);
        cursor_settle(editor);
    }
    bytes_free(&clean);
}

/* Opens a line below or above and puts the cursor on it. */
static void open_line(struct editor *editor, bool above)
{
    document_ensure_line(editor_document(editor));
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, editor->window.cursor), end = place_end(text, begin);
    size_t indent = place_nonblank(text, begin) - begin;
    char *blanks = text_copy(text, (struct span){ begin, begin + indent });
    struct bytes line = { 0 };
    bool keeps = editor->options.autoindent && indent;
    if (!above)
        bytes_append_byte(&line, '\n');
    if (keeps)
        bytes_append(&line, blanks, indent);
    if (above)
        bytes_append_byte(&line, '\n');
    size_t at = above ? begin : end;
    editor_replace(editor, (struct span){ at, at }, line.data, line.size);
    editor_set_cursor(editor, above ? at + line.size - 1 : at + line.size);
    editor->inside->insertion.fresh_indent = keeps;
    bytes_free(&line);
    free(blanks);
}

static bool is_plain_text(const struct key_list *keys, struct bytes *text)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (key_character(keys->keys[i]) == (uint32_t)-1 || keys->keys[i].code >= KEY_ESCAPE)
            return false;
        key_encode(keys->keys[i], text);
    }
    return true;
}

/* Types the keys of the stretch again, count - 1 times. */
static void repeat_keys(struct editor *editor)
{
    struct insertion *insertion = &editor->inside->insertion;
    struct key_list keys = insertion->keys;
    struct bytes plain = { 0 }, all = { 0 };
    insertion->keys = (struct key_list){ 0 };
    insertion->repeating = true;
    size_t times = insertion->count - 1;
    if (!insertion->opens && editor->mode == MODE_INSERT && keys.count && !editor->options.textwidth &&
        is_plain_text(&keys, &plain)) {
        for (size_t i = 0; i < times && all.size < INSERT_LIMIT; i++)
            bytes_append(&all, plain.data, plain.size);
        insert_text(editor, all.data ? all.data : "", all.size);
        times = 0;
    }
    for (size_t i = 0; i < times && editor->inside->budget > 0; i++) {
        editor->inside->budget--;
        if (insertion->opens)
            input_handle(editor, (struct key){ KEY_ENTER, 0 });
        for (size_t j = 0; j < keys.count && editor->inside->budget-- > 0; j++)
            input_handle(editor, keys.keys[j]);
    }
    bytes_free(&plain);
    bytes_free(&all);
    insertion->repeating = false;
    key_list_free(&insertion->keys);
    insertion->keys = keys;
}

/* What was typed on the block's first line goes to the others. */
static void finish_block(struct editor *editor)
{
    struct block_insertion block = editor->inside->insertion.block;
    struct text *text = editor_text(editor);
    size_t begin = place_line_begin(text, block.first), end = place_end(text, begin),
           tabstop = (size_t)editor->options.tabstop;
    editor->inside->insertion.block.active = false;
    if (place_begin(text, editor->window.cursor) != begin || end - begin <= block.line_size)
        return;
    size_t size = end - begin - block.line_size;
    char *typed = text_copy(text, (struct span){ begin + block.at, begin + block.at + size });
    for (size_t line = block.first + 1; line <= block.last && line < place_lines(editor_text(editor));
         line++) {
        text = editor_text(editor);
        size_t row = place_line_begin(text, line), row_end = place_end(text, row), begins;
        size_t at = block.to_end ? row_end : place_at_column(text, row, block.column, tabstop, true, &begins);
        size_t column = place_column(text, at, tabstop);
        struct bytes bytes = { 0 };
        if (!block.to_end && at == row_end && column < block.column) {
            if (!block.append)
                continue;
            for (; column < block.column; column++)
                bytes_append_byte(&bytes, ' ');
        }
        bytes_append(&bytes, typed, size);
        editor_replace(editor, (struct span){ at, at }, bytes.data, bytes.size);
        bytes_free(&bytes);
    }
    text = editor_text(editor);
    size_t first = place_line_begin(text, block.first);
    if (!block.stays)
        editor->window.cursor = place_at_column(text, first, block.left, tabstop, false, 0);
    free(typed);
}

static void drop_fresh_indent(struct editor *editor)
{
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, editor->window.cursor);
    if (editor->inside->insertion.fresh_indent && place_nonblank(text, begin) == place_end(text, begin)) {
        editor_replace(editor, (struct span){ begin, place_end(text, begin) }, "", 0);
        editor_set_cursor(editor, begin);
    }
}

void insertion_end(struct editor *editor)
{
    struct editor_inside *inside = editor->inside;
    struct insertion *insertion = &inside->insertion;
    bool was_block = insertion->block.active;
    insertion->literal.active = false;
    if (!insertion->moved) {
        if (insertion->count > 1)
            repeat_keys(editor);
        copy_keys(&inside->last_inserted, &insertion->keys);
        if (!inside->replaying)
            copy_keys(&inside->repeat.inserted, &insertion->keys);
    }
    drop_fresh_indent(editor);
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor;
    mark_changed(editor, insertion->start, cursor);
    document_set_mark(editor_document(editor), '^', cursor);
    inside->last_insert_end = document_mark_at(editor_document(editor), cursor);
    if (was_block)
        finish_block(editor);
    text = editor_text(editor);
    cursor = editor->window.cursor;
    editor->mode = MODE_NORMAL;
    if (cursor > place_begin(text, cursor) && (!was_block || insertion->block.stays))
        cursor = place_previous(text, cursor);
    editor_set_cursor(editor, cursor);
}

/* Beginning */

static bool insert_here(struct editor *editor, const struct call *call)
{
    insertion_begin(editor, call->count, false);
    return true;
}

static bool insert_behind(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor;
    if (cursor < place_end(text, cursor))
        editor->window.cursor = place_next(text, cursor);
    insertion_begin(editor, call->count, false);
    return true;
}

/* Argument: column (the first column, indent or not). */
static bool insert_line_begin(struct editor *editor, const struct call *call)
{
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor;
    editor_set_cursor(editor, *call->argument ? place_begin(text, cursor) : place_nonblank(text, cursor));
    insertion_begin(editor, call->count, false);
    return true;
}

static bool insert_line_end(struct editor *editor, const struct call *call)
{
    editor_set_cursor(editor, place_end(editor_text(editor), editor->window.cursor));
    insertion_begin(editor, call->count, false);
    return true;
}

static bool insert_last_place(struct editor *editor, const struct call *call)
{
    const struct mark *mark = &editor->inside->last_insert_end;
    if (mark->set)
        editor_set_cursor(editor, document_mark_place(editor_document(editor), mark));
    struct call here = *call;
    here.command = command_find("insert", strlen("insert"));
    if (!editor->inside->replaying)
        repeat_remember(editor, &here, TARGET_NONE);
    insertion_begin(editor, call->count, false);
    return true;
}

static bool open_below(struct editor *editor, const struct call *call)
{
    open_line(editor, false);
    bool fresh = editor->inside->insertion.fresh_indent;
    insertion_begin(editor, call->count, false);
    editor->inside->insertion.opens = true;
    editor->inside->insertion.fresh_indent = fresh;
    return true;
}

static bool open_above(struct editor *editor, const struct call *call)
{
    open_line(editor, true);
    bool fresh = editor->inside->insertion.fresh_indent;
    insertion_begin(editor, call->count, false);
    editor->inside->insertion.opens = true;
    editor->inside->insertion.fresh_indent = fresh;
    return true;
}

static bool replace_here(struct editor *editor, const struct call *call)
{
    insertion_begin(editor, call->count, true);
    return true;
}

/* :startinsert and the like; !: at the end of the line. */
static bool start_typing(struct editor *editor, const struct call *call)
{
    if (editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE)
        return true;
    if (call->forced)
        editor_set_cursor(editor, place_end(editor_text(editor), editor->window.cursor));
    insertion_begin(editor, 1, call->command->name[5] == 'r');
    return true;
}

static bool stop_typing(struct editor *editor, const struct call *call)
{
    (void)call;
    if (editor->mode == MODE_INSERT || editor->mode == MODE_REPLACE)
        insertion_end(editor);
    return true;
}

/* I and A on a selection: on a block typing goes to all of its lines. */
static bool block_insert(struct editor *editor, const struct call *call, const struct region *region,
                         bool append)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop, first = region_first_line(editor, region);
    if (region->shape != SHAPE_BLOCK) {
        bool one_line = place_begin(text, region->active) == place_begin(text, region->anchor);
        bool at_cursor =
            append ? one_line || region->active > region->anchor : region->active < region->anchor;
        size_t place = at_cursor ? region->active : place_begin(text, region->anchor);
        if (append && at_cursor && place_begin(text, place) < place && place < place_end(text, place))
            place = place_next(text, place);
        editor_set_cursor(editor, place);
        insertion_begin(editor, call->count, false);
        return true;
    }
    size_t begin = place_line_begin(text, first), end = place_end(text, begin);
    size_t column = append ? region->right + 1 : region->left;
    size_t at = append && region->to_end ? end : place_at_column(text, begin, column, tabstop, true, 0);
    size_t have = place_column(text, at, tabstop);
    if (append && !region->to_end && at == end && have < column) {
        struct bytes blanks = { 0 };
        for (; have < column; have++)
            bytes_append_byte(&blanks, ' ');
        editor_replace(editor, (struct span){ at, at }, blanks.data, blanks.size);
        at += blanks.size;
        bytes_free(&blanks);
    }
    editor_set_cursor(editor, at);
    insertion_begin(editor, call->count, false);
    text = editor_text(editor);
    editor->inside->insertion.block = (struct block_insertion){ .active = true,
                                                                .append = append,
                                                                .to_end = append && region->to_end,
                                                                .first = first,
                                                                .last = region_last_line(editor, region),
                                                                .column = column,
                                                                .left = region->left,
                                                                .line_size = place_end(text, begin) - begin,
                                                                .at = at - begin };
    return true;
}

static bool insert_block(struct editor *editor, const struct call *call, const struct region *region)
{
    return block_insert(editor, call, region, false);
}

static bool append_block(struct editor *editor, const struct call *call, const struct region *region)
{
    return block_insert(editor, call, region, true);
}

enum { CHANGES = REPEATABLE | MODIFIES };

const struct command commands_insert[] = {
    { "insert", "inserts before the cursor", COMMAND_ACTION, CHANGES, { .act = insert_here }, 0 },
    { "insert-behind", "inserts behind the cursor", COMMAND_ACTION, CHANGES, { .act = insert_behind }, 0 },
    { "insert-line-begin",
      "inserts before the line's first character; `column`: in the first column",
      COMMAND_ACTION,
      CHANGES,
      { .act = insert_line_begin },
      0 },
    { "insert-line-end",
      "inserts at the end of the line",
      COMMAND_ACTION,
      CHANGES,
      { .act = insert_line_end },
      0 },
    { "insert-last-place",
      "inserts where the last insertion ended",
      COMMAND_ACTION,
      CHANGES,
      { .act = insert_last_place },
      0 },
    { "open-below", "opens a line below", COMMAND_ACTION, CHANGES, { .act = open_below }, 0 },
    { "open-above", "opens a line above", COMMAND_ACTION, CHANGES, { .act = open_above }, 0 },
    { "replace", "overwrites", COMMAND_ACTION, CHANGES, { .act = replace_here }, 0 },
    { "startinsert",
      "begins to insert; !: at the end of the line",
      COMMAND_LINE,
      MODIFIES | LINE_NO_RANGE,
      { .act = start_typing },
      4 },
    { "startreplace",
      "begins to overwrite; !: at the end of the line",
      COMMAND_LINE,
      MODIFIES | LINE_NO_RANGE,
      { .act = start_typing },
      6 },
    { "stopinsert", "ends typing", COMMAND_LINE, LINE_NO_RANGE, { .act = stop_typing }, 5 },
    { "operator-insert",
      "inserts before the selection, on every line of a block",
      COMMAND_OPERATOR,
      CHANGES,
      { .operate = insert_block },
      0 },
    { "operator-append",
      "inserts behind the selection, on every line of a block",
      COMMAND_OPERATOR,
      CHANGES,
      { .operate = append_block },
      0 },
    { 0 },
};
