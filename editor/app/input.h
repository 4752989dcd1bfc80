/* input.h - from the bytes of a terminal to keys, pastes and changes of focus. Pure: no descriptor, no clock.
 *
 * Understands xterm's, the Linux console's, rxvt's and vt100's keys, modifyOtherKeys, kitty's CSI u and
 * bracketed paste. Escape is a key of its own when nothing follows it in time: while input_waits, the caller
 * waits INPUT_PATIENCE milliseconds for more bytes and, if none came, calls input_hurry. Bytes that are no
 * key of anything are dropped. */
#ifndef EDITOR_APP_INPUT_H
#define EDITOR_APP_INPUT_H

#include "editor/base/bytes.h"
#include "editor/command/key.h"

enum { INPUT_PATIENCE = 25 };

enum input_kind { INPUT_NOTHING, INPUT_KEY, INPUT_MOUSE, INPUT_PASTE, INPUT_FOCUS, INPUT_BLUR };

struct input_event {
    enum input_kind kind;
    struct key key;
    int row, column;   /* INPUT_MOUSE: the cell of the screen, from 0 */
    const char *bytes; /* INPUT_PASTE: with line feeds for line ends; borrowed until the next call */
    size_t size;
};

/* A zero input is ready. */
struct input {
    struct bytes waiting; /* not yet understood from `at` on */
    size_t at;
    bool hurried;
    bool pasting;
    struct bytes paste;
};

void input_free(struct input *input);
void input_feed(struct input *input, const char *bytes, size_t size);
/* The next event; INPUT_NOTHING until more bytes come. */
struct input_event input_next(struct input *input);
/* Whether an unfinished sequence waits for bytes that may not come. */
bool input_waits(const struct input *input);
/* The bytes that wait are all there is: an unfinished sequence is read as the keys it begins with. */
void input_hurry(struct input *input);

#endif
