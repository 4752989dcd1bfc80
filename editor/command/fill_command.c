#include "editor/command/editor_inside.h"
#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { EVERY_STATE = 15, LOW_CONFIDENCE_PERCENT = 50 };

/* ---- masking */

/* A hole over whole lines leaves the last line feed outside: a fill has no line break to put in its place. */
static struct span without_last_feed(const struct text *text, struct span span)
{
    if (span.end > span.start && text_byte(text, span.end - 1) == '\n')
        span.end--;
    return span;
}

static struct hole *mask_block(struct fill *fill, const struct region *region)
{
    struct editor *editor = fill->editor;
    const struct text *text = editor_text(editor);
    struct hole *first = NULL;
    for (size_t line = text_line_begin(text, region->span.start); line < region->span.end;
         line = text_line_end(text, line) + 1) {
        struct span span;
        if (!region_on_line(editor, region, line, &span))
            continue;
        struct hole *hole = hole_add(fill, editor_document(editor), without_last_feed(text, span));
        first = first ? first : hole;
    }
    return first;
}

/* The first hole that came of it; NULL: none. */
static struct hole *mask_region(struct editor *editor, const struct region *region)
{
    struct fill *fill = fill_of(editor);
    struct hole *first;
    if (region->shape == SHAPE_BLOCK)
        first = mask_block(fill, region);
    else
        first = hole_add(fill, editor_document(editor), without_last_feed(editor_text(editor), region->span));
    editor_end_selection(editor);
    if (first)
        editor_set_cursor(editor, first->span.start);
    return first;
}

static void call_region(struct editor *editor, const struct call *call, struct region *region)
{
    const struct text *text = editor_text(editor);
    if (editor_call_region(editor, call, region))
        return;
    size_t line = text_line_of(text, editor->window.cursor);
    *region = (struct region){ .shape = SHAPE_LINES,
                               .span = { text_line_start(text, line), text_line_start(text, line + 1) } };
}

static bool command_mask(struct editor *editor, const struct call *call)
{
    struct region region = { .span = { editor->window.cursor, editor->window.cursor } };
    if (strcmp(call->argument, "here") != 0)
        call_region(editor, call, &region);
    return mask_region(editor, &region) || editor_error(editor, "there is nothing to mask");
}

/* A motion by words ends behind the blanks that follow the last one; the hole does not, as a change does not.
 */
static struct region without_last_blanks(const struct text *text, const struct region *region)
{
    struct region trimmed = *region;
    while (trimmed.span.end > trimmed.span.start && strchr(" \t\n", text_byte(text, trimmed.span.end - 1)))
        trimmed.span.end--;
    return trimmed.span.end > trimmed.span.start ? trimmed : *region;
}

static bool operator_mask(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    struct region chosen = *region;
    if (editor->mode != MODE_VISUAL && region->shape == SHAPE_CHARACTERS)
        chosen = without_last_blanks(editor_text(editor), region);
    return mask_region(editor, &chosen) || editor_error(editor, "there is nothing to mask");
}

static bool command_unmask(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    const struct document *document = editor_document(editor);
    bool all = strcmp(call->argument, "all") == 0;
    struct hole *hole = hole_target(fill, EVERY_STATE);
    if (!hole)
        return editor_error(editor, "there is no hole");
    if (!all) {
        hole_remove(fill, hole);
        return true;
    }
    for (size_t i = fill->hole_count; i-- > 0;)
        if (fill->holes[i]->document == document)
            hole_remove(fill, fill->holes[i]);
    return true;
}

/* ---- asking */

static struct ask ask_of(const struct fill *fill, enum lacuna_task task, double strength)
{
    return (struct ask){ .task = task, .strength = strength, .seed = fill->settings.seed };
}

/* Dot repeats the last request, however it was given. */
static void remember(struct editor *editor, const struct call *call)
{
    if (!editor->inside->replaying)
        repeat_remember(editor, call, TARGET_NONE);
}

static bool begin(struct editor *editor, struct hole **holes, size_t count, const struct ask *ask)
{
    struct error error = { 0 };
    if (!job_begin(fill_of(editor), holes, count, ask, &error))
        return editor_error(editor, "%s", error.text);
    holes[0]->follow = count == 1 && !editor->headless;
    return true;
}

/* Holes that lie within one context of one another are asked for together. */
static bool fill_every(struct editor *editor)
{
    struct fill *fill = fill_of(editor);
    const struct document *document = editor_document(editor);
    struct ask ask = ask_of(fill, LACUNA_INFILL, 0);
    struct hole **group = memory_new((fill->hole_count + 1) * sizeof(struct hole *));
    size_t count = 0;
    bool any = false, good = true;
    for (size_t i = 0; good && i < fill->hole_count; i++) {
        struct hole *hole = fill->holes[i];
        if (hole->document != document || hole->state != HOLE_MASKED)
            continue;
        if (count && hole->span.start - group[count - 1]->span.end > FILL_CONTEXT) {
            good = begin(editor, group, count, &ask);
            count = 0;
        }
        group[count++] = hole;
        any = true;
    }
    if (good && count)
        good = begin(editor, group, count, &ask);
    free(group);
    return good && (any || editor_error(editor, "there is no hole to fill: select text and give :mask"));
}

/* What is selected is masked first. */
static struct hole *selected_or_next(struct editor *editor, const struct call *call)
{
    struct region region;
    if (editor->mode == MODE_VISUAL || call->range == RANGE_SELECTION)
        if (editor_call_region(editor, call, &region))
            return mask_region(editor, &region);
    return hole_target(fill_of(editor), EVERY_STATE);
}

static bool command_fill(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    remember(editor, call);
    if (strcmp(call->argument, "all") == 0)
        return fill_every(editor);
    struct hole *hole = selected_or_next(editor, call);
    if (!hole)
        return editor_error(editor, "there is no hole to fill: select text and give :mask");
    editor_set_cursor(editor, hole->span.start);
    if (hole->state == HOLE_PROPOSED) {
        fill_open_list(fill, hole);
        return true;
    }
    if (hole->state != HOLE_MASKED)
        return editor_error(editor, "this hole is being filled: Esc cancels, :stop keeps what is done");
    struct ask ask = ask_of(fill, LACUNA_INFILL, 0);
    return begin(editor, &hole, 1, &ask);
}

/* The words to give up for another try: those that are not pinned and, with `low`, improbable; words side by
 * side are one cut. */
static struct span *cut_words(const struct proposal *chosen, bool low, size_t *count)
{
    struct span *cuts = memory_new((chosen->size / 2 + 2) * sizeof *cuts), word;
    bool joins = false;
    *count = 0;
    for (size_t from = 0; proposal_word(chosen, from, &word); from = word.end) {
        bool kept = proposal_is_pinned(chosen, word) ||
                    (low && proposal_confidence(chosen, word) * 100 >= LOW_CONFIDENCE_PERCENT);
        if (!kept && joins)
            cuts[*count - 1].end = word.end;
        else if (!kept)
            cuts[(*count)++] = word;
        joins = !kept;
    }
    return cuts;
}

static bool has_pins(const struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->shade_count; i++)
        if (proposal->shades[i].pinned)
            return true;
    return false;
}

static bool ask_again(struct editor *editor, struct hole *hole, const struct ask *ask, bool low)
{
    struct fill *fill = fill_of(editor);
    const struct proposal *chosen = &hole->alternatives[hole->chosen];
    struct error error = { 0 };
    if (!low && !has_pins(chosen))
        return begin(editor, &hole, 1, ask);
    size_t count;
    struct span *cuts = cut_words(chosen, low, &count);
    if (count == 0) {
        free(cuts);
        return editor_error(editor, low ? "no word of the proposal is improbable" : "every word is pinned");
    }
    if (!job_begin_again(fill, hole, cuts, count, ask, &error))
        return editor_error(editor, "%s", error.text);
    hole->follow = !editor->headless;
    return true;
}

static bool command_reroll(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    struct hole *hole = fill->listed ? fill->listed : hole_target(fill, 1u << HOLE_PROPOSED);
    if (*call->argument && strcmp(call->argument, "low") != 0)
        return editor_error(editor, "reroll takes nothing or low");
    if (!hole || !hole->ask)
        return editor_error(editor, "nothing is proposed here: :fill asks for it");
    struct ask ask = *hole->ask;
    ask.seed += call->counted ? call->count : 1;
    ask.task = ask.task == LACUNA_CORRECT ? LACUNA_INFILL : ask.task;
    return ask_again(editor, hole, &ask, *call->argument != 0);
}

static bool is_utf8(const struct text *text, struct span span)
{
    char *bytes = text_copy(text, span);
    utf8proc_int32_t code;
    utf8proc_ssize_t used = 1;
    size_t size = span.end - span.start, at = 0;
    while (at < size && used > 0) {
        used = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at, (utf8proc_ssize_t)(size - at), &code);
        at += used > 0 ? (size_t)used : 0;
    }
    free(bytes);
    return at == size;
}

/* Rewriting and correcting read what is selected, so that has to be text. */
static bool ask_about_selection(struct editor *editor, const struct call *call, const struct ask *ask)
{
    struct region region;
    remember(editor, call);
    call_region(editor, call, &region);
    if (!is_utf8(editor_text(editor), region.span))
        return editor_error(editor, "the selection holds bytes that are no UTF-8");
    struct hole *hole = mask_region(editor, &region);
    if (!hole)
        return editor_error(editor, "there is nothing selected");
    return begin(editor, &hole, 1, ask);
}

static bool command_rewrite(struct editor *editor, const struct call *call)
{
    char *end;
    double strength = *call->argument ? strtod(call->argument, &end) : 0.3;
    if (*call->argument && (*end || !(strength >= 0 && strength <= 1)))
        return editor_error(editor, "rewrite takes a strength from 0 to 1");
    struct ask ask = ask_of(fill_of(editor), LACUNA_REWRITE, strength);
    return ask_about_selection(editor, call, &ask);
}

static bool command_correct(struct editor *editor, const struct call *call)
{
    struct ask ask = ask_of(fill_of(editor), LACUNA_CORRECT, 0);
    return ask_about_selection(editor, call, &ask);
}

/* ---- moving */

static bool motion_hole(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct fill *fill = fill_of(editor);
    bool back = strcmp(call->argument, "previous") == 0;
    const struct hole *found = NULL;
    for (size_t i = 0; i < fill->hole_count; i++) {
        const struct hole *hole = fill->holes[i];
        if (hole->document != editor->window.document)
            continue;
        if (back && hole->span.start < motion->target)
            found = hole;
        if (!back && !found && hole->span.start > motion->target)
            found = hole;
    }
    if (!found)
        return false;
    size_t size = text_size(editor_text(editor));
    motion->target = found->span.start < size ? found->span.start : size;
    return true;
}

const struct command fill_commands[] = {
    { "mask",
      "Make a hole of the selection, a range of lines or the line; mask here: an empty one",
      COMMAND_LINE,
      VISUAL_ENDS,
      { .act = command_mask },
      0 },
    { "operator-mask",
      "Make a hole of what a motion or text object covers",
      COMMAND_OPERATOR,
      0,
      { .operate = operator_mask },
      0 },
    { "unmask",
      "Make the hole text again; unmask all: every hole",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = command_unmask },
      0 },
    { "fill",
      "Ask the model to fill the hole here or the next one; fill all: every hole",
      COMMAND_LINE,
      VISUAL_ENDS,
      { .act = command_fill },
      0 },
    { "accept",
      "The proposal becomes text; accept word: its first word; accept here: up to the word cursor",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = decide_accept },
      0 },
    { "reject",
      "Drop the proposal: the hole is as it was",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = decide_reject },
      0 },
    { "alternative",
      "Choose another proposal: next, previous or a number",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = decide_alternative },
      0 },
    { "alternatives",
      "Give the list of proposals the focus",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = decide_list },
      0 },
    { "stop",
      "End the fill and keep what is decided",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = decide_stop },
      0 },
    { "fill-cancel", "Cancel the fills that are running", COMMAND_ACTION, 0, { .act = decide_cancel }, 0 },
    { "alternatives-leave",
      "Take the focus from the list of proposals",
      COMMAND_ACTION,
      0,
      { .act = decide_leave },
      0 },
    { "alternatives-word",
      "Move the word cursor of the proposal: next or previous",
      COMMAND_ACTION,
      0,
      { .act = decide_word },
      0 },
    { "reroll",
      "Ask again with a new seed, but for pinned words; reroll low: improbable words alone",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = command_reroll },
      0 },
    { "pin",
      "Keep a word of the proposal when it is asked again",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = decide_pin },
      0 },
    { "unpin", "Let a word, or all, change again", COMMAND_LINE, LINE_NO_RANGE, { .act = decide_unpin }, 0 },
    { "rewrite",
      "Put the selection in other words: strength 0 to 1",
      COMMAND_LINE,
      VISUAL_ENDS,
      { .act = command_rewrite },
      0 },
    { "correct",
      "Propose other words for improbable ones of the selection",
      COMMAND_LINE,
      VISUAL_ENDS,
      { .act = command_correct },
      0 },
    { "attribute",
      "What fills should be like: formal past, with: moon; none",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_attribute },
      0 },
    { "guidance",
      "How strongly the attribute steers: 1 plain, above 1 more",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_guidance },
      0 },
    { "steps",
      "Steps of a fill: more are slower and better",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_steps },
      0 },
    { "length",
      "Length of fills: auto, N tokens, A:B, words:N, words:A:B",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_length },
      0 },
    { "keep", "Words that a fill must contain", COMMAND_LINE, LINE_NO_RANGE, { .act = settings_keep }, 0 },
    { "seed",
      "Where the choices of a fill begin: the same seed, the same text",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_seed },
      0 },
    { "sampler",
      "How fills are drawn: a name, temperature=X threshold=X top_p=X top_k=N block=N reveals=N alg_temp=X",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_sampler },
      0 },
    { "model",
      "The model to fill with: a name, folder or file",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = settings_model },
      0 },
    { "compare",
      "Show the original beside every proposal",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = look_compare },
      0 },
    { "heatmap",
      "Show how sure the model is of each word; heatmap on, off: tints",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = look_heatmap },
      0 },
    { "trace",
      "Write the last fill step by step as an HTML page",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = look_trace },
      0 },
    { "hole",
      "Go to the next hole, or hole previous",
      COMMAND_MOTION,
      MOTION_JUMP,
      { .move = motion_hole },
      0 },
    { 0 },
};
