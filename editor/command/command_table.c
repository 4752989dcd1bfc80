/* command_table.c - every array of rows; a new theme is one file and two lines here. */
#include "editor/command/command.h"

#include <string.h>

#define GROUPS(row)                                                                                          \
    row(commands_action) row(commands_change) row(commands_format) row(commands_indent) row(commands_insert) \
        row(commands_insert_keys) row(commands_jump) row(commands_line_basic) row(commands_line_buffer)      \
            row(commands_line_edit) row(commands_line_filter) row(commands_line_global)                      \
                row(commands_line_sort) row(commands_line_substitute) row(commands_modeless)                 \
                    row(commands_motion) row(commands_motion_block) row(commands_motion_find)                \
                        row(commands_motion_word) row(commands_number) row(commands_object_block)            \
                            row(commands_object_prose) row(commands_object_quote) row(commands_object_word)  \
                                row(commands_operator) row(commands_prompt) row(commands_put)                \
                                    row(commands_repeat) row(commands_search) row(commands_undo)             \
                                        row(commands_visual) row(fill_commands) row(commands_complete)       \
                                            row(commands_confirm) row(commands_transpose)                    \
                                                row(commands_incremental)

#define DECLARE(name) extern const struct command name[];
#define LIST(name) name,

GROUPS(DECLARE)

const struct command *const command_groups[] = { GROUPS(LIST) 0 };

const struct command *command_find(const char *name, size_t size)
{
    const struct command *line = 0;
    for (const struct command *const *group = command_groups; *group; group++)
        for (const struct command *row = *group; row->name; row++) {
            if (row->name[0] != name[0] || strncmp(row->name, name, size) || row->name[size])
                continue;
            if (row->kind != COMMAND_LINE)
                return row;
            line = row;
        }
    return line;
}

static bool abbreviates(const struct command *row, const char *name, size_t size)
{
    size_t length = strlen(row->name), least = row->shortest ? row->shortest : length;
    return size >= least && size <= length && !memcmp(row->name, name, size);
}

const struct command *command_find_line(const char *name, size_t size)
{
    const struct command *found = 0;
    for (const struct command *const *group = command_groups; *group; group++)
        for (const struct command *row = *group; row->name; row++) {
            bool exact = strlen(row->name) == size && !memcmp(row->name, name, size);
            if (row->kind == COMMAND_LINE && exact)
                return row;
            if (row->kind == COMMAND_LINE && abbreviates(row, name, size))
                found = row;
            else if (!found && row->kind != COMMAND_LINE && exact && !(row->flags & HIDDEN))
                found = row;
        }
    return found;
}
