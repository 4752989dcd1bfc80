#include "editor/command/sentence.h"

#include "editor/command/place.h"

#include <string.h>

static bool is_one_of(const char *set, int byte)
{
    return byte > 0 && strchr(set, byte);
}

static bool is_feed(int byte)
{
    return byte == '\n' || byte < 0;
}

static int step(const struct text *text, size_t *at, bool forward)
{
    return forward ? place_step_over(text, at) : place_step_back_over(text, at);
}

/* Back over blanks and the closing punctuation of the sentence before. */
static void back_to_text(const struct text *text, size_t *at, bool forward)
{
    bool found_dot = false;
    for (;;) {
        int byte = text_byte(text, *at);
        if (byte != ' ' && byte != '\t' && !is_one_of(".!?)]\"'", byte))
            return;
        size_t before = *at;
        if (place_step_back_over(text, &before) < 0 || (place_is_empty_line(text, before) && forward))
            return;
        if (found_dot)
            return;
        if (is_one_of(".!?", byte))
            found_dot = true;
        if (is_one_of(")]\"'", byte) && !is_one_of(".!?)]\"'", text_byte(text, before)))
            return;
        place_step_back_over(text, at);
    }
}

/* On to the end of the sentence; false at the end of the text. */
static bool to_sentence_end(const struct text *text, size_t *at, bool forward)
{
    size_t start_line = place_begin(text, *at);
    for (;;) {
        int byte = text_byte(text, *at);
        size_t begin = place_begin(text, *at);
        if (is_feed(byte) || (*at == begin && line_parts(text, begin, 0, false))) {
            if (!forward && begin != start_line)
                place_next_line(text, at);
            return true;
        }
        if (is_one_of(".!?", byte)) {
            size_t behind = *at;
            int moved;
            do
                moved = place_step(text, &behind);
            while (moved >= 0 && is_one_of(")]\"'", text_byte(text, behind)));
            byte = text_byte(text, behind);
            if (moved < 0 || byte == ' ' || byte == '\t' || is_feed(byte)) {
                *at = behind;
                if (is_feed(byte))
                    place_step(text, at);
                return true;
            }
        }
        if (step(text, at, forward) < 0)
            return false;
    }
}

static void skip_blanks(const struct text *text, size_t *at)
{
    int byte;
    while ((byte = text_byte(text, *at)) == ' ' || byte == '\t')
        if (place_step_over(text, at) < 0)
            return;
}

bool sentence_move(const struct text *text, size_t *offset, size_t count, bool forward)
{
    size_t at = *offset;
    while (count--) {
        bool found = false;
        if (is_feed(text_byte(text, at))) {
            do
                if (step(text, &at, forward) < 0)
                    break;
            while (is_feed(text_byte(text, at)));
            found = forward;
        } else if (forward && at == place_begin(text, at) && line_parts(text, at, 0, false)) {
            if (!place_next_line(text, &at))
                return false;
            found = true;
        } else if (!forward) {
            place_step_back_over(text, &at);
        }
        if (!found) {
            back_to_text(text, &at, forward);
            if (!to_sentence_end(text, &at, forward)) {
                if (count)
                    return false;
                break;
            }
        }
        skip_blanks(text, &at);
    }
    *offset = at;
    return true;
}
