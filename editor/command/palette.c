#include "editor/command/palette.h"

#include "editor/command/editor_inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROWS_MOST = 512 };

/* How near a row is to what was typed: the whole name, its beginning, within it, the help only. */
enum nearness { NEAR_WHOLE, NEAR_BEGIN, NEAR_NAME, NEAR_HELP, NEAR_COUNT };

static bool is_offered(const struct command *row)
{
    bool named = row->kind == COMMAND_ACTION || row->kind == COMMAND_LINE || row->kind == COMMAND_MOTION;
    return named && !(row->flags & (HIDDEN | TAKES_CHARACTER | KEEPS_PENDING)) &&
           command_find_line(row->name, strlen(row->name)) == row;
}

/* -1: some word is neither in the name nor in the help. */
static int nearness(const struct command *row, const char *typed)
{
    size_t size = strlen(typed);
    if (!strcasecmp(row->name, typed))
        return NEAR_WHOLE;
    int near = !strncasecmp(row->name, typed, size) ? NEAR_BEGIN : NEAR_NAME;
    for (const char *at = typed; *at;) {
        char word[64];
        size_t length = strcspn(at, " ");
        if (length >= sizeof word)
            return -1;
        memcpy(word, at, length);
        word[length] = 0;
        if (length && !strcasestr(row->name, word)) {
            if (!strcasestr(row->help, word))
                return -1;
            near = NEAR_HELP;
        }
        at += length + (at[length] == ' ');
    }
    return near;
}

/* A command's name and something behind it: the palette has nothing more to say. */
static bool is_whole_line(const char *typed)
{
    size_t name = strcspn(typed, " ");
    return typed[name] == ' ' && typed[name + 1] && command_find_line(typed, name);
}

/* Words before signs. */
static int by_name(const void *a, const void *b)
{
    const char *left = (*(const struct command *const *)a)->name;
    const char *right = (*(const struct command *const *)b)->name;
    int order = !isalpha((unsigned char)*left) - !isalpha((unsigned char)*right);
    return order ? order : strcmp(left, right);
}

size_t palette_find(const struct editor *editor, const struct command **out, size_t most)
{
    const struct prompt *prompt = &editor->prompt;
    const char *typed = prompt->text.data ? prompt->text.data : "";
    const struct command *found[NEAR_COUNT][ROWS_MOST];
    size_t counts[NEAR_COUNT] = { 0 }, count = 0;
    if (!prompt->active || !prompt->palette || is_whole_line(typed))
        return 0;
    for (const struct command *const *group = command_groups; *group; group++)
        for (const struct command *row = *group; row->name; row++) {
            int near = is_offered(row) ? nearness(row, typed) : -1;
            if (near >= 0 && counts[near] < ROWS_MOST)
                found[near][counts[near]++] = row;
        }
    for (int near = 0; near < NEAR_COUNT; near++) {
        qsort(found[near], counts[near], sizeof *found[near], by_name);
        for (size_t i = 0; i < counts[near]; i++, count++)
            if (out && count < most)
                out[count] = found[near][i];
    }
    return count;
}

void palette_keys(const struct editor *editor, const struct command *command, struct bytes *out)
{
    keymap_keys_of(editor->keymap, editor->keymap->initial, command->name, out);
}

void palette_move(struct editor *editor, int by)
{
    size_t count = palette_find(editor, NULL, 0);
    if (count)
        editor->prompt.chosen = (editor->prompt.chosen + count + (size_t)by) % count;
}

void palette_line(const struct editor *editor, const struct command *command, struct bytes *out)
{
    bool ranged = command->kind == COMMAND_LINE && !(command->flags & LINE_NO_RANGE);
    bytes_format(out, "%s%s", ranged && editor->mode == MODE_VISUAL ? "'<,'>" : "", command->name);
}

const struct command *palette_chosen(const struct editor *editor)
{
    const struct command *rows[ROWS_MOST];
    size_t count = palette_find(editor, rows, ROWS_MOST), chosen = editor->prompt.chosen;
    return count ? rows[chosen < count ? chosen : count - 1] : NULL;
}
