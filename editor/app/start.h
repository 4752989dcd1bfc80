/* start.h - from arguments and configuration to an editor with a document in it. */
#ifndef EDITOR_APP_START_H
#define EDITOR_APP_START_H

#include "editor/app/arguments.h"
#include "editor/view/theme.h"

struct editor;

/* The editor with its keymap, options, model and files; what is wrong with the user's configuration becomes
 * its message. NULL: error names the file and the reason. *theme_path is the theme's file, malloc'd; NULL:
 * the built-in one. */
struct editor *start_editor(const struct arguments *arguments, char **theme_path, struct error *error);

#endif
