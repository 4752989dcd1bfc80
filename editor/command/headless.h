/* headless.h - a run without a screen: keys from a file, applied to a file. */
#ifndef EDITOR_COMMAND_HEADLESS_H
#define EDITOR_COMMAND_HEADLESS_H

#include "editor/command/editor.h"

/* Applies KEYFILE to the open document and writes its file in place, unless it was left by :q! or :cq. Every
 * key waits for the fills that the one before began. The exit code: 0, what the editor was left with, or 2
 * with *error, the file then being untouched. */
int headless_run(struct editor *editor, const char *key_path, struct error *error);

#endif
