/* complete.c - Tab in the command line: names of commands, models, attributes that the model knows, names of
 * files. What all candidates begin with is typed; where there are several, they are listed. */
#include "editor/command/fill.h"
#include "editor/command/palette.h"

#include "editor/base/memory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LISTED = 200 };

struct candidates {
    const char *word; /* what is to be completed */
    size_t size;
    struct bytes list; /* one a line */
    struct bytes common;
    size_t count;
};

static void offer(struct candidates *candidates, const char *name, size_t size)
{
    if (size < candidates->size || memcmp(name, candidates->word, candidates->size) != 0)
        return;
    if (candidates->count++ == 0)
        bytes_append(&candidates->common, name, size);
    size_t same = 0;
    while (same < size && same < candidates->common.size && name[same] == candidates->common.data[same])
        same++;
    candidates->common.size = same;
    candidates->common.data[same] = 0;
    if (candidates->count <= LISTED)
        bytes_format(&candidates->list, "%.*s\n", (int)size, name);
}

static void offer_commands(struct candidates *candidates)
{
    for (const struct command *const *group = command_groups; *group; group++)
        for (const struct command *row = *group; row->name; row++)
            if (row->kind == COMMAND_LINE && !(row->flags & HIDDEN))
                offer(candidates, row->name, strlen(row->name));
}

static void offer_lines(struct candidates *candidates, const char *lines)
{
    for (const char *at = lines; at && *at;) {
        size_t size = strcspn(at, "\n");
        offer(candidates, at, size);
        at += size + (at[size] == '\n');
    }
}

/* Names in the folder that the word names; a folder's own name ends with a slash. */
static void offer_files(struct candidates *candidates)
{
    const char *slash = memrchr(candidates->word, '/', candidates->size);
    size_t folder = slash ? (size_t)(slash - candidates->word) + 1 : 0;
    char *path = folder ? memory_copy(candidates->word, folder) : memory_copy(".", 1);
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        struct bytes name = { 0 };
        struct stat status;
        if (entry->d_name[0] == '.' && candidates->word[folder] != '.')
            continue;
        bytes_append(&name, candidates->word, folder);
        bytes_append_text(&name, entry->d_name);
        if (stat(name.data, &status) == 0 && S_ISDIR(status.st_mode))
            bytes_append_text(&name, "/");
        offer(candidates, name.data, name.size);
        bytes_free(&name);
    }
    if (directory)
        closedir(directory);
    free(path);
}

static void gather(struct editor *editor, const char *line, size_t size, struct candidates *candidates)
{
    size_t start = 0, name = 0;
    while (name < size && !((line[name] | 32) >= 'a' && (line[name] | 32) <= 'z'))
        name++;
    for (size_t i = name; i < size; i++)
        if (line[i] == ' ' || line[i] == ',')
            start = i + 1;
    candidates->word = line + (start ? start : name);
    candidates->size = size - (start ? start : name);
    if (start == 0) {
        offer_commands(candidates);
        return;
    }
    struct bytes values = { 0 };
    char *command = memory_copy(line + name, strcspn(line + name, " "));
    bool is_path = memchr(candidates->word, '/', candidates->size);
    if (!is_path && fill_complete(editor, command, &values))
        offer_lines(candidates, values.data);
    else
        offer_files(candidates);
    free(command);
    bytes_free(&values);
}

/* The chosen command's name, ready for its argument. */
static bool complete_chosen(struct editor *editor, const struct command *chosen)
{
    struct prompt *prompt = &editor->prompt;
    bytes_clear(&prompt->text);
    palette_line(editor, chosen, &prompt->text);
    bytes_append_byte(&prompt->text, ' ');
    prompt->cursor = prompt->text.size;
    prompt->chosen = 0;
    return true;
}

static bool prompt_complete(struct editor *editor, const struct call *call)
{
    struct prompt *prompt = &editor->prompt;
    struct candidates candidates = { 0 };
    const struct command *chosen = palette_chosen(editor);
    (void)call;
    if (chosen)
        return complete_chosen(editor, chosen);
    if (prompt->kind != ':' || !prompt->text.data)
        return false;
    char *line = memory_copy(prompt->text.data, prompt->cursor);
    gather(editor, line, prompt->cursor, &candidates);
    if (candidates.common.size > candidates.size || candidates.count == 1) {
        struct bytes text = { 0 };
        size_t added = candidates.common.size - candidates.size;
        bytes_append(&text, prompt->text.data, prompt->cursor);
        bytes_append(&text, candidates.common.data + candidates.size, added);
        bytes_append(&text, prompt->text.data + prompt->cursor, prompt->text.size - prompt->cursor);
        bytes_free(&prompt->text);
        prompt->text = text;
        prompt->cursor += added;
    } else if (candidates.count > 1) {
        bytes_clear(&editor->listing);
        bytes_append(&editor->listing, candidates.list.data, candidates.list.size);
    }
    free(line);
    bytes_free(&candidates.list);
    bytes_free(&candidates.common);
    return candidates.count > 0;
}

extern const struct command commands_complete[];
const struct command commands_complete[] = {
    { "prompt-complete",
      "Complete the command, model, attribute or file name",
      COMMAND_ACTION,
      0,
      { .act = prompt_complete },
      0 },
    { 0 },
};
