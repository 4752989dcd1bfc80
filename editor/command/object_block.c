/* object_block.c - what lies between brackets or tags. */
#include "editor/command/bracket.h"
#include "editor/command/editor_inside.h"

#include <string.h>
#include <strings.h>

/* Where a block object starts to look, and what was selected before. */
struct ground {
    size_t at, old_start, old_end;
    bool visual;
};

static bool in_indent_before(const struct text *text, size_t at)
{
    return at + 1 <= place_nonblank(text, at) && text_byte(text, at) != '\n';
}

static struct ground ground_of(const struct editor *editor)
{
    size_t cursor = editor->window.cursor, anchor = editor->window.anchor;
    struct ground ground = { .at = cursor, .old_start = cursor, .old_end = cursor };
    ground.visual = editor->mode == MODE_VISUAL;
    if (ground.visual && anchor < cursor)
        ground.at = ground.old_start = anchor;
    else if (ground.visual)
        ground.old_end = anchor;
    return ground;
}

static bool is_fresh(const struct editor *editor)
{
    return editor->mode != MODE_VISUAL || editor->window.anchor == editor->window.cursor;
}

struct block {
    size_t start, end; /* places of the brackets, then of the first and last character */
    bool end_at_begin; /* the closing bracket stands at the begin of its line */
};

static bool find_block(const struct text *text, size_t at, struct pair pair, size_t count,
                       struct block *block)
{
    block->start = at;
    bool around = bracket_around(text, at, pair, true, &block->start);
    for (size_t i = around; i < count; i++)
        if (!(around ? bracket_around(text, block->start, pair, true, &block->start)
                     : bracket_ahead(text, block->start, pair, &block->start)))
            return false;
    return bracket_around(text, block->start, pair, false, &block->end);
}

/* From the brackets to what they enclose. */
static void shrink_block(const struct text *text, struct block *block, bool braces)
{
    place_step_over(text, &block->start);
    block->end_at_begin = block->end == place_begin(text, block->end);
    place_step_back_over(text, &block->end);
    while (braces && in_indent_before(text, block->end)) {
        block->end_at_begin = true;
        if (place_step_back_over(text, &block->end) != 0)
            break;
    }
}

static void block_region(const struct text *text, const struct block *block, bool visual,
                         struct region *region)
{
    size_t cursor = block->end;
    *region = (struct region){
        .shape = SHAPE_CHARACTERS, .reshapes = true, .placed = visual, .anchor = block->start
    };
    if (visual) {
        if (block->end_at_begin && text_byte(text, cursor) != '\n')
            cursor = place_next(text, cursor);
        region->cursor = cursor;
        return;
    }
    size_t end = block->start;
    if (block->end_at_begin) {
        end = block->end;
        place_step_over(text, &end);
        region->adjusts = true;
    } else if (block->start <= block->end) {
        end = text_byte(text, block->end) == '\n' ? block->end : place_next(text, block->end);
    }
    region->span = (struct span){ block->start, end > block->start ? end : block->start };
}

static bool bracket_object(struct editor *editor, const struct call *call, struct region *region,
                           bool with_brackets)
{
    static const struct pair pairs[] = { { '(', ')' }, { '{', '}' }, { '[', ']' }, { '<', '>' } };
    struct text *text = editor_text(editor);
    struct pair pair = pairs[0];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if ((uint32_t)call->argument[0] == pairs[i].open)
            pair = pairs[i];
    struct ground ground = ground_of(editor);
    if (is_fresh(editor)) {
        jump_remember(editor);
        while (pair.open == '{' && in_indent_before(text, ground.at))
            if (place_step(text, &ground.at) != 0)
                break;
        if ((uint32_t)text_byte(text, ground.at) == pair.open)
            ground.at++;
    }
    struct block block = { 0 };
    if (!find_block(text, ground.at, pair, call->count, &block))
        return false;
    if (!with_brackets) {
        shrink_block(text, &block, pair.open == '{');
        while (ground.visual && block.start >= ground.old_start && block.end <= ground.old_end &&
               block.start != block.end) {
            size_t outer = ground.old_start;
            place_step_back_over(text, &outer);
            if (!find_block(text, outer, pair, 1, &block) || block.start >= ground.old_start)
                return false;
            shrink_block(text, &block, pair.open == '{');
            if (block.start >= ground.old_start)
                break;
        }
    }
    block_region(text, &block, ground.visual, region);
    return true;
}

static bool inner_bracket(struct editor *editor, const struct call *call, struct region *region)
{
    return bracket_object(editor, call, region, false);
}

static bool a_bracket(struct editor *editor, const struct call *call, struct region *region)
{
    return bracket_object(editor, call, region, true);
}

/* Tags */

enum { TAG_LIMIT = 4096, TAG_SCAN_LIMIT = 1 << 22 };

struct tag {
    size_t start, end; /* from '<' to behind '>' */
    char name[64];
    bool closes;
};

static bool is_tag_blank(int byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte < 0;
}

/* The tag that begins at an offset. Not <a/>, not <!...>. */
static bool tag_read(const struct text *text, size_t at, struct tag *tag)
{
    if (text_byte(text, at) != '<')
        return false;
    tag->start = at++;
    tag->closes = text_byte(text, at) == '/';
    at += tag->closes;
    size_t length = 0;
    int byte;
    while (!is_tag_blank(byte = text_byte(text, at)) && byte != '>' && byte != '/' && byte != '!' &&
           byte != '<') {
        if (length + 1 < sizeof tag->name)
            tag->name[length++] = (char)byte;
        at++;
    }
    tag->name[length] = 0;
    if (length == 0)
        return false;
    size_t limit = at + TAG_LIMIT;
    while (at < limit && (byte = text_byte(text, at)) >= 0 && byte != '>')
        at++;
    if (byte != '>' || at >= limit || (!tag->closes && text_byte(text, at - 1) == '/'))
        return false;
    tag->end = at + 1;
    return true;
}

/* The tag that an offset lies in. */
static bool tag_under(const struct text *text, size_t at, struct tag *tag)
{
    size_t start = at;
    while (text_byte(text, start) != '<') {
        if (start == 0 || at - start > TAG_LIMIT || (start < at && text_byte(text, start) == '>'))
            return false;
        start--;
    }
    return tag_read(text, start, tag) && at < tag->end;
}

/* The nearest open tag before an offset that no closing tag before the offset closes. */
static bool tag_open_before(const struct text *text, size_t at, struct tag *tag)
{
    size_t depth = 0, limit = at > TAG_SCAN_LIMIT ? at - TAG_SCAN_LIMIT : 0;
    while (at > limit) {
        at = text_find_byte_before(text, at, '<');
        if (at == (size_t)-1)
            return false;
        if (!tag_read(text, at, tag))
            continue;
        if (tag->closes)
            depth++;
        else if (depth-- == 0)
            return true;
    }
    return false;
}

static bool tag_close_behind(const struct text *text, const struct tag *open, struct tag *close)
{
    size_t depth = 0, at = open->end, size = text_size(text);
    size_t limit = size - at > TAG_SCAN_LIMIT ? at + TAG_SCAN_LIMIT : size;
    while ((at = text_find_byte(text, at, '<')) < limit) {
        if (tag_read(text, at, close) && !strcasecmp(close->name, open->name)) {
            if (!close->closes)
                depth++;
            else if (depth-- == 0)
                return true;
        }
        at++;
    }
    return false;
}

struct tag_pair {
    struct tag open, close;
};

/* The nth pair around `at` whose closing tag lies behind old_end. */
static bool tag_pair_around(const struct text *text, size_t at, size_t old_end, size_t count,
                            struct tag_pair *pair)
{
    for (;;) {
        for (size_t i = 0; i < count; i++) {
            if (!tag_open_before(text, at, &pair->open))
                return false;
            at = pair->open.start;
        }
        if (tag_close_behind(text, &pair->open, &pair->close) && pair->close.start >= old_end)
            return true;
        count = 1;
    }
}

static bool tag_ground(struct editor *editor, struct ground *ground)
{
    struct text *text = editor_text(editor);
    struct tag tag;
    *ground = ground_of(editor);
    if (!ground->visual && ground->old_end > 0)
        place_step_back_over(text, &ground->old_end);
    if (!is_fresh(editor))
        return true;
    jump_remember(editor);
    while (in_indent_before(text, ground->at))
        if (place_step(text, &ground->at) != 0)
            break;
    if (!tag_under(text, ground->at, &tag))
        return true;
    if (tag.closes) {
        ground->at = tag.start > 0 ? tag.start - 1 : 0;
        ground->old_end = ground->at;
    } else {
        ground->at = tag.end - 1;
    }
    return true;
}

static void tag_region(const struct text *text, const struct tag_pair *pair, bool with_tags, bool visual,
                       struct region *region)
{
    struct span span = with_tags ? (struct span){ pair->open.start, pair->close.end }
                                 : (struct span){ pair->open.end, pair->close.start };
    *region =
        (struct region){ .shape = SHAPE_CHARACTERS, .span = span, .placed = visual, .anchor = span.start };
    region->reshapes = true;
    region->cursor = span.end > span.start ? place_previous(text, span.end) : span.start;
}

static bool tag_object(struct editor *editor, const struct call *call, struct region *region, bool with_tags)
{
    struct text *text = editor_text(editor);
    struct ground ground;
    struct tag_pair pair;
    tag_ground(editor, &ground);
    if (!tag_pair_around(text, ground.at, ground.old_end, call->count, &pair))
        return false;
    tag_region(text, &pair, with_tags, ground.visual, region);
    if (!with_tags && ground.visual && region->anchor == ground.old_start && region->cursor == ground.old_end)
        tag_region(text, &pair, true, true, region);
    return true;
}

static bool inner_tag(struct editor *editor, const struct call *call, struct region *region)
{
    return tag_object(editor, call, region, false);
}

static bool a_tag(struct editor *editor, const struct call *call, struct region *region)
{
    return tag_object(editor, call, region, true);
}

const struct command commands_object_block[] = {
    { "inner-bracket",
      "what lies between the brackets that the argument names",
      COMMAND_OBJECT,
      0,
      { .select = inner_bracket },
      0 },
    { "a-bracket", "brackets and what lies between them", COMMAND_OBJECT, 0, { .select = a_bracket }, 0 },
    { "inner-tag", "what lies between a pair of tags", COMMAND_OBJECT, 0, { .select = inner_tag }, 0 },
    { "a-tag", "a pair of tags and what lies between them", COMMAND_OBJECT, 0, { .select = a_tag }, 0 },
    { 0 },
};
