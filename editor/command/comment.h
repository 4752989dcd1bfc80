/* comment.h - what begins a line of a comment or a list, as vi's 'comments' has it: the opening, middle and
 * closing lines of a C comment, // # % > and a dash that only a first line has. */
#ifndef EDITOR_COMMAND_COMMENT_H
#define EDITOR_COMMAND_COMMENT_H

#include "editor/base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum leader_kind { LEADER_NONE, LEADER_PLAIN, LEADER_OPENS, LEADER_MIDDLE, LEADER_CLOSES, LEADER_FIRST };

struct leader {
    enum leader_kind kind;
    size_t indent, size; /* bytes before the sign; all of them with the blanks behind it */
};

struct leader leader_read(const char *line, size_t size);
/* Whether a line with the second leader goes on with a paragraph of lines with the first. */
bool leader_continues(const char *first, size_t first_size, struct leader one, const char *second,
                      struct leader two);
/* Appends what begins the lines that a broken line goes on with. */
void leader_append_next(const char *line, struct leader leader, struct bytes *out);

#endif
