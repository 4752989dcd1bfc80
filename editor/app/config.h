/* config.h - the user's configuration, config.yaml:
 *
 *     keymap: vi                    vi, emacs, cua or a path
 *     theme: dark                   of share/themes, or a path
 *     model: default                name, folder or file
 *     options: { number: true, tabstop: 4 }
 *     fill: { attribute: formal, guidance: 2.0, steps: 8, length: auto, keep: [moon], seed: 0 } */
#ifndef EDITOR_APP_CONFIG_H
#define EDITOR_APP_CONFIG_H

#include "editor/command/editor.h"

/* All owned; NULL where the file says nothing. */
struct config {
    char *keymap, *theme, *model;
};

/* Reads a file; options are set in the editor at once, and lines to run for `fill` are gathered in *later,
 * one a line, since they need a keymap and a document. False: error says "PATH:LINE:COLUMN: reason"; all that
 * was read before it holds. */
bool config_read(struct config *config, const char *path, struct editor *editor, struct bytes *later,
                 struct error *error);
void config_free(struct config *config);

#endif
