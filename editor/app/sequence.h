/* sequence.h - one key sequence of a terminal. */
#ifndef EDITOR_APP_SEQUENCE_H
#define EDITOR_APP_SEQUENCE_H

#include "editor/command/key.h"

enum sequence_kind {
    SEQUENCE_NONE,
    SEQUENCE_KEY,
    SEQUENCE_MOUSE,
    SEQUENCE_FOCUS,
    SEQUENCE_BLUR,
    SEQUENCE_PASTE
};

struct sequence {
    enum sequence_kind kind; /* SEQUENCE_NONE: bytes that mean nothing here */
    struct key key;
    int row, column; /* of SEQUENCE_MOUSE, from 0 */
};

/* Reads what `bytes` (at least one) begins with and returns how many of them it took; 0: more bytes are
 * needed to tell. `final`: no more will come, so something is always taken. */
size_t sequence_read(const char *bytes, size_t size, bool final, struct sequence *out);

#endif
