/* paths.h - where things are: the user's files by the XDG rules, the program's own beside the binary, so that
 * an unpacked or built tree works from any place. Every result is malloc'd; NULL: there is no such file. */
#ifndef EDITOR_APP_PATHS_H
#define EDITOR_APP_PATHS_H

/* $XDG_CONFIG_HOME/lacuna/NAME, or under ~/.config; NULL where neither variable is set. The file need not
 * exist. */
char *path_of_config(const char *name);
/* $XDG_STATE_HOME/lacuna, or under ~/.local/state; NULL where neither variable is set. */
char *path_of_state(void);
/* A file that comes with the program, "tutorial.txt" or "themes/dark.yaml": in ../share/lacuna, or in share/
 * of the source tree that the binary was built in. */
char *path_of_data(const char *name);

#endif
