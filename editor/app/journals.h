/* journals.h - the recovery journals of the documents that are open, in $XDG_STATE_HOME/lacuna. A document
 * gets its journal with its first edit or hole, so that looking at a file writes nothing. */
#ifndef EDITOR_APP_JOURNALS_H
#define EDITOR_APP_JOURNALS_H

#include "editor/base/error.h"

#include <stdbool.h>

struct editor;
struct journals;

struct journals *journals_new(struct editor *editor);
/* After keys: notes what has changed. A document seen for the first time gets the holes that were kept for
 * it, or a message about what a cut-off session or another editor has left. */
void journals_update(struct journals *journals);
/* Ends them all. `keep`: the program is told to end and what was typed must be found again. NULL is fine. */
void journals_close(struct journals *journals, bool keep);

/* Opens a file with what a cut-off session had typed into it. */
bool journals_recover(struct editor *editor, const char *path, struct error *error);

#endif
