/* main.c - lacuna, the program: arguments, an editor, and then a terminal or a file of keys. */
#include "editor/app/arguments.h"
#include "editor/app/loop.h"
#include "editor/app/start.h"
#include "editor/command/fill.h"
#include "editor/command/headless.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DONE, USAGE, FAILURE };

static int report(const struct error *error, int code)
{
    fprintf(stderr, "lacuna: %s\n", error->text);
    return code;
}

/* Where keys come from when standard input is a file or a pipe: the terminal all the same. */
static int terminal_descriptor(int standard)
{
    if (isatty(standard))
        return standard;
    int descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC);
    return descriptor < 0 ? standard : descriptor;
}

static void load_theme(struct loop *loop, const char *path)
{
    struct error error = { 0 };
    int colours = terminal_colours(loop->terminal);
    theme_default(&loop->view.theme, colours);
    if (path && !theme_read(&loop->view.theme, path, colours, &error))
        editor_error(loop->editor, "%s", error.text);
}

static int run_terminal(const struct arguments *arguments)
{
    struct error error = { 0 };
    struct loop loop = { 0 };
    char *theme = NULL;
    int code = FAILURE;
    if (!loop_prepare(&loop, &error))
        return report(&error, FAILURE);
    loop.editor = start_editor(arguments, &theme, &error);
    if (!loop.editor)
        return report(&error, FAILURE);
    loop.keys = terminal_descriptor(STDIN_FILENO);
    loop.terminal = terminal_open(terminal_descriptor(STDOUT_FILENO), &error);
    if (loop.terminal && terminal_enter(loop.terminal, &error)) {
        load_theme(&loop, theme);
        loop_run(&loop);
        code = loop.lost ? FAILURE : loop.editor->exit_code;
    }
    terminal_close(loop.terminal);
    if (*error.text)
        report(&error, FAILURE);
    bool loading = fill_is_loading(loop.editor);
    free(theme);
    editor_free(loop.editor);
    loop_free(&loop);
    if (loading)
        _exit(code);
    return code;
}

static int run_headless(const struct arguments *arguments)
{
    struct error error = { 0 };
    char *theme = NULL;
    struct editor *editor = start_editor(arguments, &theme, &error);
    free(theme);
    if (!editor)
        return report(&error, FAILURE);
    int code = headless_run(editor, arguments->keys, &error);
    if (code == FAILURE && *error.text)
        report(&error, FAILURE);
    editor_free(editor);
    return code;
}

int main(int count, char **values)
{
    struct arguments arguments;
    struct error error = { 0 };
    int code = DONE;
    if (!arguments_read(&arguments, count, values, &error))
        code = report(&error, USAGE);
    else if (arguments.help)
        fputs(arguments_help(), stdout);
    else if (arguments.version)
        puts("lacuna " LACUNA_VERSION);
    else if (arguments.headless)
        code = run_headless(&arguments);
    else
        code = run_terminal(&arguments);
    arguments_free(&arguments);
    return fflush(stdout) != 0 ? FAILURE : code;
}
