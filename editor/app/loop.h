/* loop.h - the editor at a terminal: waits for keys, signals and the engine, and paints what came of them.
 *
 *     terminal --bytes--> input --keys--> editor_key --.
 *     engine ----------> fill_update ------------------+--> view_draw --> terminal_paint
 *     signals ----------------------------------------'
 *
 * Signals arrive through a descriptor, so no handler touches the editor; a crash alone has a handler, which
 * gives the terminal back. */
#ifndef EDITOR_APP_LOOP_H
#define EDITOR_APP_LOOP_H

#include "editor/app/input.h"
#include "editor/view/view.h"

struct journals;

struct loop {
    struct editor *editor; /* borrowed, as is the terminal */
    struct terminal *terminal;
    int keys; /* descriptor that keys are read from */
    int signals;
    struct view view;
    struct grid grid;
    struct input input;
    struct journals *journals; /* owned */
    bool lost;                 /* the terminal is gone, or the program was told to end */
};

/* Blocks the signals that the loop reads; before any thread is begun, so that none takes them. False: the
 * system refuses. */
bool loop_prepare(struct loop *loop, struct error *error);
/* Until the editor quits. */
void loop_run(struct loop *loop);
void loop_free(struct loop *loop);

#endif
