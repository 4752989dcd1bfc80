/* object_word.c - a word with or without the blanks beside it. */
#include "editor/command/editor_inside.h"
#include "editor/command/word.h"

/* Back to the begin of the run that the walker is in, on its line. */
static void back_in_line(struct walker *walker)
{
    int class = class_here(walker);
    size_t begin = place_begin(walker->text, walker->at);
    while (walker->at > begin) {
        struct walker before = *walker;
        before.at = place_previous(walker->text, walker->at);
        if (class_here(&before) != class)
            return;
        walker->at = before.at;
    }
}

struct word_object {
    struct walker walker; /* at the last character, or behind it where not inclusive */
    size_t start;
    bool with_blanks, took_blanks, inclusive;
};

static bool select_first(struct word_object *object)
{
    struct walker *walker = &object->walker;
    back_in_line(walker);
    object->start = walker->at;
    if ((class_here(walker) == 0) == object->with_blanks)
        return word_end_forward(walker, 1, true, true);
    word_forward(walker, 1, true);
    if (walker->at == place_begin(walker->text, walker->at))
        place_step_back_over(walker->text, &walker->at);
    else
        walker->at = place_previous(walker->text, walker->at);
    object->took_blanks = object->with_blanks;
    return true;
}

static bool extend_back(struct word_object *object)
{
    struct walker *walker = &object->walker;
    if (place_step_back_over(walker->text, &walker->at) < 0)
        return false;
    if (object->with_blanks != (class_here(walker) != 0))
        return word_back(walker, 1, true);
    if (!word_end_back(walker, 1, true))
        return false;
    place_step_over(walker->text, &walker->at);
    return true;
}

static bool extend_forward(struct word_object *object, bool more)
{
    struct walker *walker = &object->walker;
    if (place_step_over(walker->text, &walker->at) < 0)
        return false;
    if (object->with_blanks == (class_here(walker) == 0))
        return word_end_forward(walker, 1, true, true);
    if (!word_forward(walker, 1, true) && more)
        return false;
    if (walker->at == place_begin(walker->text, walker->at))
        object->inclusive = false;
    else
        walker->at = place_previous(walker->text, walker->at);
    return true;
}

/* Without blanks behind it a word takes those before it, but not the indent. */
static void take_blanks_before(struct word_object *object)
{
    struct walker back = object->walker;
    size_t begin = place_begin(back.text, object->start);
    if (object->start == begin)
        return;
    back.at = place_previous(back.text, object->start);
    back_in_line(&back);
    if (class_here(&back) == 0 && back.at > begin)
        object->start = back.at;
}

static bool word_object(struct editor *editor, const struct call *call, struct region *region,
                        bool with_blanks)
{
    struct text *text = editor_text(editor);
    size_t cursor = editor->window.cursor, anchor = editor->window.anchor;
    bool visual = editor->mode == MODE_VISUAL;
    struct word_object object = { .walker = { text, cursor, call->argument[0] == 'b' },
                                  .start = anchor,
                                  .with_blanks = with_blanks,
                                  .inclusive = true };
    size_t count = call->count;
    if (!visual || cursor == anchor) {
        if (!select_first(&object))
            return false;
        count--;
    }
    bool backwards = visual && object.walker.at < object.start;
    for (; count > 0; count--) {
        object.inclusive = true;
        if (backwards ? !extend_back(&object) : !extend_forward(&object, count > 1)) {
            if (!visual) {
                editor_set_cursor(editor, object.walker.at);
                return false;
            }
            break;
        }
    }
    bool at_begin = object.walker.at == place_begin(text, object.walker.at);
    if (object.took_blanks && (class_here(&object.walker) != 0 || (at_begin && !object.inclusive)))
        take_blanks_before(&object);
    size_t end = object.walker.at;
    *region =
        (struct region){ .shape = SHAPE_CHARACTERS, .placed = visual, .anchor = object.start, .cursor = end };
    region->span = (struct span){ object.start, end };
    if (object.inclusive && text_byte(text, end) != '\n')
        region->span.end = place_next(text, end);
    region->adjusts = !object.inclusive;
    return true;
}

static bool inner_word(struct editor *editor, const struct call *call, struct region *region)
{
    return word_object(editor, call, region, false);
}

static bool a_word(struct editor *editor, const struct call *call, struct region *region)
{
    return word_object(editor, call, region, true);
}

const struct command commands_object_word[] = {
    { "inner-word", "the word under the cursor", COMMAND_OBJECT, 0, { .select = inner_word }, 0 },
    { "a-word",
      "the word under the cursor with the blanks beside it",
      COMMAND_OBJECT,
      0,
      { .select = a_word },
      0 },
    { 0 },
};
