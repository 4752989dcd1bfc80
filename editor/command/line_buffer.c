/* line_buffer.c - documents and their files: :edit, :write, :quit and their kin. */
#include "editor/command/disk.h"
#include "editor/command/line.h"
#include "editor/command/fill.h"
#include "editor/command/filter.h"
#include "editor/text/file.h"

#include <stdlib.h>
#include <string.h>

/* % and # in the name of a file are this one and the one before. */
static char *path_expand(struct editor *editor, const char *text)
{
    const char *this = editor_document(editor)->path;
    const struct document *other =
        editor->alternate < editor->document_count ? editor->documents[editor->alternate] : 0;
    struct bytes out = { 0 };
    for (; *text; text++) {
        if (*text == '\\' && text[1])
            bytes_append_byte(&out, *++text);
        else if (*text == '%' && this)
            bytes_append_text(&out, this);
        else if (*text == '#' && other && other->path)
            bytes_append_text(&out, other->path);
        else if (*text == '~' && text[1] == '/' && out.size == 0 && getenv("HOME"))
            bytes_append_text(&out, getenv("HOME"));
        else
            bytes_append_byte(&out, *text);
    }
    return bytes_take(&out);
}

static bool write_to_program(struct editor *editor, const struct call *call, const char *command)
{
    struct bytes out = { 0 };
    struct error error = { "" };
    struct span span = line_span(editor, call->first, call->last);
    char *input = text_copy(editor_text(editor), span);
    bool good = filter_run(editor->options.shell, command, input, span.end - span.start, &out, &error);
    if (good && out.size)
        bytes_append(&editor->listing, out.data, out.size);
    free(input);
    bytes_free(&out);
    return good || editor_error(editor, "%s", error.text);
}

static bool write_whole(struct editor *editor, struct document *document, const char *path, bool own,
                        bool forced, struct error *error)
{
    struct text *text = document_file_text(document);
    if (own) {
        document_tell(document, true);
        document_check_file(document);
    }
    struct file_write how = { .force = forced,
                              .expected = own && !forced ? &document->stamp : 0,
                              .rescue = editor->rescue };
    struct file_stamp stamp;
    bool good =
        file_write(path, text, (struct span){ 0, text_size(text) }, &document->form, &how, &stamp, error);
    text_free(text);
    if (good && own) {
        document->stamp = stamp;
        document->step_open = false;
        document->clean_step = document->step;
        document_tell(document, false);
        fill_note_written(editor, document);
    }
    return good;
}

bool editor_write(struct editor *editor, const char *path, bool forced)
{
    struct document *document = editor_document(editor);
    struct error error = { "" };
    if (!path && !document->path)
        return editor_error(editor, "no file name: write :w NAME");
    if (!path && (document->readonly || editor->options.readonly) && !forced)
        return editor_error(editor, "%s is read-only; :w! writes it all the same", document->path);
    bool own = !path || !document->path || !strcmp(path, document->path);
    if (path && !document->path) {
        document->path = memory_copy(path, strlen(path));
        own = true;
        document->stamp = (struct file_stamp){ 0 };
    }
    if (!write_whole(editor, document, path ? path : document->path, own, forced, &error))
        return editor_error(editor, "%s", error.text);
    if (!editor->message[0])
        editor_message(editor, "\"%s\" %zu lines, %zu bytes written", path ? path : document->path,
                       document_lines(document), text_size(document->text));
    return true;
}

static bool write_lines(struct editor *editor, const struct call *call, const char *path, bool append)
{
    struct error error = { "" };
    struct span span = line_span(editor, call->first, call->last);
    struct file_write how = { .append = append, .force = call->forced, .rescue = editor->rescue };
    const struct file_form *form = &editor_document(editor)->form;
    if (!file_write(path, editor_text(editor), span, form, &how, 0, &error))
        return editor_error(editor, "%s", error.text);
    return editor_message(editor, "\"%s\" %zu lines written", path, call->last - call->first + 1);
}

static bool line_write(struct editor *editor, const struct call *call)
{
    const char *text = call->argument;
    if (text[0] == '!')
        return write_to_program(editor, call, text + 1);
    bool append = text[0] == '>' && text[1] == '>';
    char *path = path_expand(editor, append ? skip_blanks(text + 2) : text);
    const char *own = editor_document(editor)->path;
    bool good;
    if (call->addresses || append)
        good = *path || own ? write_lines(editor, call, *path ? path : own, append)
                            : editor_error(editor, "no file name: write :w NAME");
    else
        good = editor_write(editor, *path ? path : 0, call->forced);
    free(path);
    return good;
}

static bool leave(struct editor *editor, int code)
{
    editor->quit = true;
    editor->exit_code = code;
    return true;
}

static bool has_changes(struct editor *editor)
{
    for (size_t i = 0; i < editor->document_count; i++)
        if (document_is_modified(editor->documents[i])) {
            const char *path = editor->documents[i]->path;
            editor_error(editor, "%s has changes; :w writes them, :q! drops them",
                         path ? path : "a text without a name");
            return true;
        }
    return false;
}

/* Holes are kept for the next opening; who leaves without a word about them is told all the same. */
static bool has_holes(struct editor *editor)
{
    for (size_t i = 0; i < editor->document_count; i++)
        if (fill_hole_count(editor, editor->documents[i]))
            return !editor_error(editor,
                                 "there are open holes; :wq keeps them for the next time, :q! drops them");
    return false;
}

static bool quit(struct editor *editor, const struct call *call)
{
    if (!call->forced && (has_changes(editor) || has_holes(editor)))
        return false;
    editor->discarded = call->forced;
    return leave(editor, 0);
}

static bool quit_with_error(struct editor *editor, const struct call *call)
{
    (void)call;
    editor->discarded = true;
    return leave(editor, 1);
}

static bool write_quit(struct editor *editor, const struct call *call)
{
    return line_write(editor, call) && (call->forced || !has_changes(editor)) && leave(editor, 0);
}

static bool exit_editor(struct editor *editor, const struct call *call)
{
    if (document_is_modified(editor_document(editor)) && !line_write(editor, call))
        return false;
    return (call->forced || !has_changes(editor)) && leave(editor, 0);
}

static bool write_all(struct editor *editor, const struct call *call)
{
    size_t current = editor->current;
    bool good = true;
    for (size_t i = 0; i < editor->document_count && good; i++) {
        if (!document_is_modified(editor->documents[i]))
            continue;
        editor_show_document(editor, i);
        good = editor_write(editor, 0, call->forced);
    }
    if (good)
        editor_show_document(editor, current);
    return good;
}

static bool write_all_quit(struct editor *editor, const struct call *call)
{
    return write_all(editor, call) && leave(editor, 0);
}

/* ZZ and ZQ. Argument: write or drop. */
static bool close_editor(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    own.argument = "";
    own.forced = call->argument[0] == 'd';
    return own.forced ? quit(editor, &own) : exit_editor(editor, &own);
}

static bool edit(struct editor *editor, const struct call *call)
{
    struct error error = { "" };
    char *path = path_expand(editor, call->argument);
    bool good = true;
    if (!*path) {
        good = (call->forced || !document_is_modified(editor_document(editor)) ||
                editor_error(editor, "there are changes; :e! drops them")) &&
               (editor_reload(editor, &error) || editor_error(editor, "%s", error.text));
    } else {
        good = editor_open(editor, path, &error) || editor_error(editor, "%s", error.text);
    }
    free(path);
    return good;
}

static bool new_document(struct editor *editor, const struct call *call)
{
    (void)call;
    return editor_open(editor, 0, 0);
}

static bool step_document(struct editor *editor, size_t step)
{
    if (editor->document_count < 2)
        return editor_error(editor, "there is one document only");
    editor_show_document(editor, (editor->current + step) % editor->document_count);
    return true;
}

static bool next_document(struct editor *editor, const struct call *call)
{
    (void)call;
    return step_document(editor, 1);
}

static bool previous_document(struct editor *editor, const struct call *call)
{
    (void)call;
    return step_document(editor, editor->document_count - 1);
}

static bool other_document(struct editor *editor, const struct call *call)
{
    (void)call;
    if (editor->alternate >= editor->document_count || editor->alternate == editor->current)
        return editor_error(editor, "there is no other document");
    editor_show_document(editor, editor->alternate);
    return true;
}

static bool find_document(struct editor *editor, const char *text, size_t *index)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text == '#' && !text[1] && editor->alternate < editor->document_count) {
        *index = editor->alternate;
        return true;
    }
    if (*text && !*end) {
        *index = number - 1;
        return (number > 0 && number <= editor->document_count) ||
               editor_error(editor, "there is no document %lu", number);
    }
    for (size_t i = 0; *text && i < editor->document_count; i++)
        if (editor->documents[i]->path && strstr(editor->documents[i]->path, text)) {
            *index = i;
            return true;
        }
    *index = editor->current;
    return !*text || editor_error(editor, "no document is called %s", text);
}

static bool show_document(struct editor *editor, const struct call *call)
{
    size_t index;
    if (!find_document(editor, call->argument, &index))
        return false;
    editor_show_document(editor, index);
    return true;
}

static bool close_document(struct editor *editor, const struct call *call)
{
    size_t index;
    if (!find_document(editor, call->argument, &index))
        return false;
    struct document *document = editor->documents[index];
    if (!call->forced && document_is_modified(document))
        return editor_error(editor, "there are changes; :bd! drops them");
    if (editor->document_count == 1 && !editor_open(editor, 0, 0))
        return false;
    if (index == editor->current)
        editor_show_document(editor, index ? index - 1 : index + 1);
    editor_forget_document(editor, index);
    return true;
}

static bool list_documents(struct editor *editor, const struct call *call)
{
    (void)call;
    for (size_t i = 0; i < editor->document_count; i++) {
        const struct document *document = editor->documents[i];
        char mark = i == editor->current ? '%' : i == editor->alternate ? '#' : ' ';
        size_t line =
            place_line(document->text, i == editor->current ? editor->window.cursor : document->cursor) + 1;
        bytes_format(&editor->listing, "%3zu %c%c \"%s\" line %zu\n", i + 1, mark,
                     document_is_modified(document) ? '+' : ' ', document->path ? document->path : "no name",
                     line);
    }
    return true;
}

static bool file_name(struct editor *editor, const struct call *call)
{
    struct document *document = editor_document(editor);
    if (!*call->argument)
        return editor_run_command(editor, "show-place", "");
    char *path = path_expand(editor, call->argument);
    free(document->path);
    document->path = path;
    document->stamp = (struct file_stamp){ 0 };
    return true;
}

const struct command commands_line_buffer[] = {
    { "write",
      "writes the text or lines to its file or another; >>: behind it; !PROGRAM",
      COMMAND_LINE,
      LINE_WHOLE_DEFAULT | LINE_TAKES_BAR,
      { .act = line_write },
      1 },
    { "wq", "writes and quits", COMMAND_LINE, LINE_WHOLE_DEFAULT, { .act = write_quit }, 2 },
    { "xit", "writes changes and quits", COMMAND_LINE, LINE_WHOLE_DEFAULT, { .act = exit_editor }, 1 },
    { "exit", "writes changes and quits", COMMAND_LINE, LINE_WHOLE_DEFAULT, { .act = exit_editor }, 3 },
    { "wall", "writes all documents", COMMAND_LINE, LINE_NO_RANGE, { .act = write_all }, 2 },
    { "wqall", "writes all documents and quits", COMMAND_LINE, LINE_NO_RANGE, { .act = write_all_quit }, 3 },
    { "xall", "writes all documents and quits", COMMAND_LINE, LINE_NO_RANGE, { .act = write_all_quit }, 2 },
    { "quit", "quits; !: drops changes", COMMAND_LINE, LINE_NO_RANGE, { .act = quit }, 1 },
    { "qall", "quits; !: drops changes", COMMAND_LINE, LINE_NO_RANGE, { .act = quit }, 2 },
    { "cquit",
      "quits with an error, without writing",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = quit_with_error },
      2 },
    { "close-editor",
      "quits: `write` writes changes, `drop` drops them",
      COMMAND_ACTION,
      0,
      { .act = close_editor },
      0 },
    { "edit", "opens a file, or reads this one again", COMMAND_LINE, LINE_NO_RANGE, { .act = edit }, 1 },
    { "enew", "an empty document", COMMAND_LINE, LINE_NO_RANGE, { .act = new_document }, 3 },
    { "bnext", "the next document", COMMAND_LINE, LINE_NO_RANGE, { .act = next_document }, 2 },
    { "bprevious", "the document before", COMMAND_LINE, LINE_NO_RANGE, { .act = previous_document }, 2 },
    { "bNext", "the document before", COMMAND_LINE, LINE_NO_RANGE, { .act = previous_document }, 2 },
    { "buffer",
      "a document by its number or name",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = show_document },
      1 },
    { "bdelete",
      "closes a document; !: drops its changes",
      COMMAND_LINE,
      LINE_NO_RANGE,
      { .act = close_document },
      2 },
    { "ls", "lists the documents", COMMAND_LINE, LINE_NO_RANGE, { .act = list_documents }, 2 },
    { "buffers", "lists the documents", COMMAND_LINE, LINE_NO_RANGE, { .act = list_documents }, 7 },
    { "files", "lists the documents", COMMAND_LINE, LINE_NO_RANGE, { .act = list_documents }, 5 },
    { "file", "says or sets the name of the file", COMMAND_LINE, LINE_NO_RANGE, { .act = file_name }, 1 },
    { "other-document", "the document shown before", COMMAND_ACTION, 0, { .act = other_document }, 0 },
    { 0 },
};
