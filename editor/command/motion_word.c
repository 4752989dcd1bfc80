/* motion_word.c - by words. A word is a run of one class of characters; an empty line is a word too. */
#include "editor/command/word.h"

#include "editor/command/editor_inside.h"

int class_here(const struct walker *walker)
{
    return code_class(place_code(walker->text, walker->at), walker->big);
}

static bool on_empty_line(const struct walker *walker)
{
    return walker->at == place_begin(walker->text, walker->at) &&
           place_end(walker->text, walker->at) == walker->at;
}

static bool on_last_line(const struct walker *walker)
{
    size_t at = walker->at;
    return !place_next_line(walker->text, &at);
}

/* False if the text ended inside the run. */
static bool skip_forward(struct walker *walker, int class)
{
    while (class_here(walker) == class)
        if (place_step(walker->text, &walker->at) < 0)
            return false;
    return true;
}

static bool skip_back(struct walker *walker, int class)
{
    while (class_here(walker) == class)
        if (place_step_back(walker->text, &walker->at) < 0)
            return false;
    return true;
}

bool word_forward(struct walker *walker, size_t count, bool stops_at_end)
{
    while (count--) {
        int class = class_here(walker);
        bool last_line = on_last_line(walker);
        int moved = place_step(walker->text, &walker->at);
        if (moved < 0 || (moved >= 1 && last_line))
            return false;
        if (moved >= 1 && stops_at_end && count == 0)
            return true;
        while (class != 0 && class_here(walker) == class) {
            moved = place_step(walker->text, &walker->at);
            if (moved < 0 || (moved >= 1 && stops_at_end && count == 0))
                return true;
        }
        while (class_here(walker) == 0 && !on_empty_line(walker)) {
            moved = place_step(walker->text, &walker->at);
            if (moved < 0 || (moved >= 1 && last_line))
                return true;
        }
    }
    return true;
}

bool word_back(struct walker *walker, size_t count, bool stops)
{
    while (count--) {
        int class = class_here(walker);
        if (place_step_back(walker->text, &walker->at) < 0)
            return false;
        if (!stops || class == class_here(walker) || class == 0) {
            while (class_here(walker) == 0 && !on_empty_line(walker))
                if (place_step_back(walker->text, &walker->at) < 0)
                    return true;
            if (on_empty_line(walker))
                continue;
            if (!skip_back(walker, class_here(walker)))
                return true;
        }
        place_step(walker->text, &walker->at);
        stops = false;
    }
    return true;
}

bool word_end_forward(struct walker *walker, size_t count, bool stops, bool empty_lines)
{
    while (count--) {
        int class = class_here(walker);
        if (place_step(walker->text, &walker->at) < 0)
            return false;
        bool ended = false;
        if (class_here(walker) == class && class != 0) {
            if (!skip_forward(walker, class))
                return false;
        } else if (!stops || class == 0) {
            while (!ended && class_here(walker) == 0) {
                if (empty_lines && on_empty_line(walker))
                    ended = true;
                else if (place_step(walker->text, &walker->at) < 0)
                    return false;
            }
            if (!ended && !skip_forward(walker, class_here(walker)))
                return false;
        }
        if (!ended)
            place_step_back(walker->text, &walker->at);
        stops = false;
    }
    return true;
}

bool word_end_back(struct walker *walker, size_t count, bool stops_at_begin)
{
    while (count--) {
        int class = class_here(walker), moved = place_step_back(walker->text, &walker->at);
        if (moved < 0)
            return false;
        if (stops_at_begin && moved == 1)
            return true;
        while (class != 0 && class_here(walker) == class) {
            moved = place_step_back(walker->text, &walker->at);
            if (moved < 0 || (stops_at_begin && moved == 1))
                return true;
        }
        while (class_here(walker) == 0 && !on_empty_line(walker)) {
            moved = place_step_back(walker->text, &walker->at);
            if (moved < 0 || (stops_at_begin && moved == 1))
                return true;
        }
    }
    return true;
}

static bool is_big(const struct call *call)
{
    return call->argument[0] == 'b';
}

/* Not behind the last character of a line, unless it did not move. */
static size_t settle(const struct editor *editor, const struct walker *walker, size_t start)
{
    int byte = text_byte(walker->text, walker->at);
    bool behind = (byte == '\n' || byte < 0) && walker->at != place_begin(walker->text, walker->at);
    if (editor->mode == MODE_VISUAL || editor->mode == MODE_INSERT || walker->at <= start || !behind)
        return walker->at;
    return place_previous(walker->text, walker->at);
}

static bool word_end(struct editor *editor, const struct call *call, struct motion *motion, bool stops)
{
    struct walker walker = { editor_text(editor), motion->target, is_big(call) };
    bool good = word_end_forward(&walker, call->count, stops, false);
    motion->target = settle(editor, &walker, motion->target);
    motion->inclusive = true;
    motion->stopped = !good;
    return true;
}

static bool word_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct walker walker = { editor_text(editor), motion->target, is_big(call) };
    const struct command *operation = editor->inside->operation;
    if (operation && operation->flags & OPERATOR_CHANGES) {
        uint32_t code = place_code(walker.text, walker.at);
        if (code != '\n' && code != PLACE_END && !code_is_blank(code))
            return word_end(editor, call, motion, true);
    }
    bool good = word_forward(&walker, call->count, operation != 0);
    size_t start = motion->target;
    if (operation && walker.at > start && text_byte(walker.text, walker.at) == '\n' &&
        walker.at != place_begin(walker.text, walker.at)) {
        motion->target = walker.at;
        return true;
    }
    motion->target = settle(editor, &walker, start);
    motion->stopped = !good;
    return true;
}

static bool word_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct walker walker = { editor_text(editor), motion->target, is_big(call) };
    motion->stopped = !word_back(&walker, call->count, false);
    motion->target = walker.at;
    return !(motion->stopped && editor->inside->operation);
}

static bool word_end_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return word_end(editor, call, motion, false);
}

static bool word_end_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    struct walker walker = { editor_text(editor), motion->target, is_big(call) };
    motion->stopped = !word_end_back(&walker, call->count, false);
    motion->target = walker.at;
    if (editor->mode != MODE_VISUAL && text_byte(walker.text, walker.at) == '\n' && !on_empty_line(&walker))
        motion->target = place_previous(walker.text, walker.at);
    return !(motion->stopped && editor->inside->operation);
}

const struct command commands_motion_word[] = {
    { "word-next",
      "the next word; `big`: parted by blanks alone",
      COMMAND_MOTION,
      0,
      { .move = word_next },
      0 },
    { "word-previous", "the begin of the word", COMMAND_MOTION, 0, { .move = word_previous }, 0 },
    { "word-end", "the end of the word", COMMAND_MOTION, MOTION_INCLUSIVE, { .move = word_end_next }, 0 },
    { "word-end-previous",
      "the end of the word before",
      COMMAND_MOTION,
      MOTION_INCLUSIVE,
      { .move = word_end_previous },
      0 },
    { 0 },
};
