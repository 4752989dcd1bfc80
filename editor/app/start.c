#include "editor/app/start.h"

#include "editor/app/config.h"
#include "editor/app/journals.h"
#include "editor/app/paths.h"
#include "editor/app/tutor.h"
#include "editor/base/memory.h"
#include "editor/command/fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *copy(const char *text)
{
    return memory_copy(text, strlen(text));
}

/* The configuration named on the command line, else the user's; a headless run reads only the former. */
static void read_config(const struct arguments *arguments, struct editor *editor, struct config *config,
                        struct bytes *later, struct error *problem)
{
    char *path = arguments->config     ? copy(arguments->config)
                 : arguments->headless ? NULL
                                       : path_of_config("config.yaml");
    if (path && (arguments->config || access(path, F_OK) == 0))
        config_read(config, path, editor, later, problem);
    free(path);
}

static bool use_keymap(struct editor *editor, const struct arguments *arguments, const struct config *config,
                       struct error *problem, struct error *error)
{
    if (arguments->keymap)
        return editor_use_keymap(editor, arguments->keymap, error);
    if (config->keymap && editor_use_keymap(editor, config->keymap, problem))
        return true;
    return editor_use_keymap(editor, "vi", error);
}

/* A name is one of the themes that come with the program. */
static char *find_theme(const struct config *config)
{
    struct bytes name = { 0 };
    if (!config->theme)
        return NULL;
    if (strchr(config->theme, '/'))
        return copy(config->theme);
    bytes_format(&name, "themes/%s.yaml", config->theme);
    char *path = path_of_data(name.data);
    bytes_free(&name);
    return path;
}

static bool read_standard_input(struct editor *editor, struct error *error)
{
    struct bytes input = { 0 };
    ssize_t count;
    do {
        bytes_reserve(&input, 65536);
        count = read(STDIN_FILENO, input.data + input.size, 65536);
        if (count > 0)
            input.size += (size_t)count;
    } while (count > 0 || (count < 0 && errno == EINTR));
    bool good = count == 0 || fail(error, "standard input: %s", strerror(errno));
    good = good && editor_open(editor, NULL, error);
    if (good && input.size) {
        editor_replace(editor, (struct span){ 0, text_size(editor_text(editor)) }, input.data, input.size);
        document_ensure_line(editor_document(editor));
        document_begin_history(editor_document(editor));
        editor_document(editor)->clean_step = NEVER_CLEAN;
        editor_set_cursor(editor, 0);
    }
    bytes_free(&input);
    return good;
}

static bool open_files(struct editor *editor, const struct arguments *arguments, struct error *error)
{
    if (arguments->tutor)
        return tutor_open(editor, error);
    if (arguments->recover)
        return journals_recover(editor, arguments->recover, error);
    for (size_t i = arguments->file_count; i-- > 0;) {
        const char *name = arguments->files[i];
        bool good =
            strcmp(name, "-") == 0 ? read_standard_input(editor, error) : editor_open(editor, name, error);
        if (!good)
            return false;
        if (arguments->readonly)
            editor_document(editor)->readonly = true;
    }
    return arguments->file_count > 0 || editor_open(editor, NULL, error);
}

static void go_to_place(struct editor *editor, const struct arguments *arguments)
{
    const struct text *text = editor_text(editor);
    if (arguments->pattern) {
        struct bytes line = { 0 };
        bytes_format(&line, "/%s", arguments->pattern);
        editor_run_line(editor, line.data);
        bytes_free(&line);
    }
    if (!arguments->line)
        return;
    size_t last = document_lines(editor_document(editor));
    size_t line = arguments->line < last ? arguments->line : last;
    size_t begin = text_line_start(text, line - 1);
    editor_set_cursor(editor,
                      arguments->column ? editor_offset_at(editor, begin, arguments->column - 1) : begin);
}

static void run_lines(struct editor *editor, const struct bytes *lines)
{
    char *save = NULL;
    for (char *line = lines->size ? strtok_r(lines->data, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save))
        editor_run_line(editor, line);
}

struct editor *start_editor(const struct arguments *arguments, char **theme_path, struct error *error)
{
    struct editor *editor = editor_new();
    struct config config = { 0 };
    struct bytes later = { 0 };
    struct error problem = { 0 };
    editor->headless = arguments->headless;
    editor->options.number = true;
    read_config(arguments, editor, &config, &later, &problem);
    fill_configure(editor,
                   &(struct fill_setup){ .library = arguments->engine,
                                         .model = arguments->model ? arguments->model : config.model });
    bool good =
        use_keymap(editor, arguments, &config, &problem, error) && open_files(editor, arguments, error);
    if (good) {
        run_lines(editor, &later);
        go_to_place(editor, arguments);
        if (*problem.text)
            editor_error(editor, "%s", problem.text);
    }
    *theme_path = find_theme(&config);
    config_free(&config);
    bytes_free(&later);
    if (good)
        return editor;
    editor_free(editor);
    return NULL;
}
