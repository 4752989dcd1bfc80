/* motion_find.c - to a character of the line. */
#include "editor/command/editor_inside.h"

static bool find_forward(const struct text *text, size_t *at, uint32_t code, size_t count, bool till,
                         bool again)
{
    size_t place = *at, before = place;
    if (till && again && place < place_end(text, place)) {
        size_t next = place_next(text, place);
        if (count == 1 && place_code(text, next) == code)
            place = next;
    }
    while (count--) {
        do {
            before = place;
            if (text_byte(text, place) == '\n')
                return false;
            place = place_next(text, place);
            int byte = text_byte(text, place);
            if (byte < 0 || byte == '\n')
                return false;
        } while (place_code(text, place) != code);
    }
    *at = till ? before : place;
    return true;
}

static bool find_back(const struct text *text, size_t *at, uint32_t code, size_t count, bool till, bool again)
{
    size_t place = *at, behind = place, begin = place_begin(text, place);
    if (till && again && place > begin && count == 1 && place_code(text, place_previous(text, place)) == code)
        place = place_previous(text, place);
    while (count--) {
        do {
            behind = place;
            if (place <= begin)
                return false;
            place = place_previous(text, place);
        } while (place_code(text, place) != code);
    }
    *at = till ? behind : place;
    return true;
}

static bool find(struct editor *editor, struct motion *motion, uint32_t code, size_t count, bool backward,
                 bool till, bool again)
{
    struct text *text = editor_text(editor);
    motion->inclusive = !backward;
    return (backward ? find_back : find_forward)(text, &motion->target, code, count, till, again);
}

static bool find_new(struct editor *editor, const struct call *call, struct motion *motion, bool backward,
                     bool till)
{
    uint32_t code = key_character(call->character);
    if (code == (uint32_t)-1 || code == '\n')
        return false;
    if (!editor->inside->replaying) {
        editor->inside->find.character = call->character;
        editor->inside->find.backward = backward;
        editor->inside->find.till = till;
    }
    return find(editor, motion, code, call->count, backward, till, false);
}

static bool find_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return find_new(editor, call, motion, false, false);
}

static bool find_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return find_new(editor, call, motion, true, false);
}

static bool till_next(struct editor *editor, const struct call *call, struct motion *motion)
{
    return find_new(editor, call, motion, false, true);
}

static bool till_previous(struct editor *editor, const struct call *call, struct motion *motion)
{
    return find_new(editor, call, motion, true, true);
}

static bool find_again_towards(struct editor *editor, const struct call *call, struct motion *motion,
                               bool reverse)
{
    const struct editor_inside *inside = editor->inside;
    if (!inside->find.character.code)
        return false;
    uint32_t code = key_character(inside->find.character);
    return find(editor, motion, code, call->count, inside->find.backward != reverse, inside->find.till, true);
}

static bool find_again(struct editor *editor, const struct call *call, struct motion *motion)
{
    return find_again_towards(editor, call, motion, false);
}

static bool find_reverse(struct editor *editor, const struct call *call, struct motion *motion)
{
    return find_again_towards(editor, call, motion, true);
}

enum { ON_CHARACTER = TAKES_CHARACTER | MOTION_INCLUSIVE };

const struct command commands_motion_find[] = {
    { "find-next",
      "to the next such character of the line",
      COMMAND_MOTION,
      ON_CHARACTER,
      { .move = find_next },
      0 },
    { "find-previous",
      "to the previous such character",
      COMMAND_MOTION,
      TAKES_CHARACTER,
      { .move = find_previous },
      0 },
    { "till-next", "before the next such character", COMMAND_MOTION, ON_CHARACTER, { .move = till_next }, 0 },
    { "till-previous",
      "behind the previous such character",
      COMMAND_MOTION,
      TAKES_CHARACTER,
      { .move = till_previous },
      0 },
    { "find-again", "the last such search again", COMMAND_MOTION, 0, { .move = find_again }, 0 },
    { "find-reverse", "the last such search the other way", COMMAND_MOTION, 0, { .move = find_reverse }, 0 },
    { 0 },
};
