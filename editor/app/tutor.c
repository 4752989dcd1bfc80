#include "editor/app/tutor.h"

#include "editor/app/paths.h"
#include "editor/command/fill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char opening[] = "⟦", closing[] = "⟧";
enum { MARK_SIZE = 3, SPANS = 16, LESSON_LIMIT = 1 << 16 };

static bool read_lesson(struct bytes *out, struct error *error)
{
    char *path = path_of_data("tutorial.txt");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) {
        fail(error, "%s: %s", path ? path : "tutorial.txt",
             path ? strerror(errno) : "not found beside the program; install lacuna again");
        free(path);
        return false;
    }
    bytes_reserve(out, LESSON_LIMIT);
    out->size = fread(out->data, 1, LESSON_LIMIT, file);
    out->data[out->size] = 0;
    fclose(file);
    free(path);
    return true;
}

/* Takes the marks out of the lesson and notes what they enclosed. */
static size_t take_spans(struct bytes *lesson, struct span *spans)
{
    size_t count = 0, out = 0;
    for (size_t at = 0; at < lesson->size;) {
        bool opens = strncmp(lesson->data + at, opening, MARK_SIZE) == 0;
        bool closes = strncmp(lesson->data + at, closing, MARK_SIZE) == 0;
        if (opens && count < SPANS)
            spans[count].start = out;
        if (closes && count < SPANS)
            spans[count++].end = out;
        if (opens || closes)
            at += MARK_SIZE;
        else
            lesson->data[out++] = lesson->data[at++];
    }
    lesson->size = out;
    return count;
}

bool tutor_open(struct editor *editor, struct error *error)
{
    struct bytes lesson = { 0 };
    struct span spans[SPANS] = { 0 };
    bool good = editor_open(editor, NULL, error) && read_lesson(&lesson, error);
    if (good) {
        size_t count = take_spans(&lesson, spans);
        editor_replace(editor, (struct span){ 0, text_size(editor_text(editor)) }, lesson.data, lesson.size);
        document_begin_history(editor_document(editor));
        editor_document(editor)->clean_step = 0;
        for (size_t i = 0; i < count; i++)
            fill_mask(editor, spans[i]);
        editor_set_cursor(editor, 0);
    }
    bytes_free(&lesson);
    return good;
}
