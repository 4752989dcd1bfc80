/* line.h - the command line of vi: ranges and arguments, for the files of its commands. */
#ifndef EDITOR_COMMAND_LINE_H
#define EDITOR_COMMAND_LINE_H

#include "editor/command/editor_inside.h"

/* Lines that a walk has still to visit; they follow the edits made meanwhile. */
struct line_walk {
    struct document_listener listener;
    size_t *offsets; /* owned: begins of lines, ascending; (size_t)-1: the line is gone */
    size_t count, next;
    size_t shift; /* added to the offsets from `next` on, modulo 2^64 */
};
void walk_begin(struct line_walk *walk, struct document *document);
void walk_add(struct line_walk *walk, size_t offset);
bool walk_next(struct line_walk *walk, size_t *offset);
void walk_end(struct line_walk *walk, struct document *document);

/* An address at *text: its line from 1, 0 being above the first. False: there is none (*found false) or it is
 * wrong, with a message. */
bool address_read(struct editor *editor, const char **text, size_t cursor_line, size_t *line, bool *found);
/* A count behind a command's name: the range is then `count` lines from its last on. False: no number, with a
 * message. */
bool line_count_read(struct editor *editor, const char *text, struct call *call);
/* [register] [count] of :delete and :yank. */
bool line_register_read(struct editor *editor, struct call *call);
/* line_substitute.c: what replaces a match. */
void replacement_expand(struct editor *editor, const char *replacement, const struct match *match,
                        struct bytes *out);
/* The begin of a line of a call. */
struct span line_span(const struct editor *editor, size_t first, size_t last);
const char *skip_blanks(const char *text);

#endif
