/* palette.h - the command line that shows what may be typed: every command that the words typed so far
 * describe, with its keys and its help. */
#ifndef EDITOR_COMMAND_PALETTE_H
#define EDITOR_COMMAND_PALETTE_H

#include "editor/command/editor.h"

/* What the words typed so far describe, the nearest names first: at most `most` rows into `out` (may be
 * NULL); how many there are in all. Words are looked for in names and help, whatever their case; a command
 * with an argument behind it describes nothing any more. */
size_t palette_find(const struct editor *editor, const struct command **out, size_t most);
/* The first keys of the keymap that call the command, spelled; nothing where there are none. */
void palette_keys(const struct editor *editor, const struct command *command, struct bytes *out);
/* Moves the choice, around the ends. */
void palette_move(struct editor *editor, int by);
/* The chosen command; NULL: what was typed stands as it is. */
const struct command *palette_chosen(const struct editor *editor);
/* What runs the command from the command line, on the selection where there is one. */
void palette_line(const struct editor *editor, const struct command *command, struct bytes *out);

#endif
