/* tutor.h - the lesson: a copy of share/tutorial.txt in which the spans between ⟦ and ⟧ are holes. */
#ifndef EDITOR_APP_TUTOR_H
#define EDITOR_APP_TUTOR_H

#include "editor/base/error.h"

struct editor;

bool tutor_open(struct editor *editor, struct error *error);

#endif
