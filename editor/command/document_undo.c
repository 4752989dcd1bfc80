#include "editor/command/document.h"
#include "editor/command/place.h"

/* Where the cursor goes after undo or redo: to the topmost line that changed, or to where it stood before the
 * step if that is one of its lines. Lines count from 0; as in vi, `top` is the line above a change. */
struct landing {
    size_t top;   /* the line; (size_t)-1: nothing yet */
    size_t first; /* the first line that changed */
    bool remembered;
};

static void land(struct landing *landing, const struct edit *edit, bool undo, size_t cursor_line)
{
    size_t fed = undo ? edit->line_feeds_removed : edit->line_feeds_added;
    size_t gone = undo ? edit->line_feeds_added : edit->line_feeds_removed;
    bool lines_only = (fed == 0) != (gone == 0) && edit->removed * edit->inserted == 0;
    size_t size = lines_only ? fed : fed + 1;
    if (landing->top != (size_t)-1 && edit->line >= landing->top)
        return;
    landing->first = edit->line;
    landing->remembered = cursor_line + 1 >= edit->line && cursor_line <= edit->line + size;
    landing->top = landing->remembered ? cursor_line : edit->line;
}

static struct edit edit_inverse(const struct edit *edit)
{
    return (struct edit){ edit->at,   edit->inserted,         edit->removed,
                          edit->line, edit->line_feeds_added, edit->line_feeds_removed };
}

static size_t landing_offset(const struct document *document, const struct step *step,
                             const struct text *before_step, const struct landing *landing)
{
    const struct text *text = document->text;
    size_t remembered = place_line(before_step, step->cursor);
    size_t column = step->cursor - place_line_begin(before_step, remembered);
    size_t line = landing->top == (size_t)-1 ? remembered : landing->top;
    if (line > 0 && remembered + 1 == line)
        line--;
    if (line >= place_lines(text))
        line = place_lines(text) - 1;
    size_t begin = place_line_begin(text, line), end = place_end(text, begin);
    if (line != remembered)
        return place_nonblank(text, begin);
    return begin + column <= end ? place_snap(text, begin + column) : end;
}

static void apply_marks(struct document *document, const struct step *step, bool undo)
{
    for (int i = 0; i < MARK_COUNT && undo && step->marks; i++)
        if (step->marks[i].set && i < 26)
            document->marks[i] = step->marks[i];
}

/* Goes over one step, which is the present one (undo) or a child of it. */
static size_t cross_step(struct document *document, size_t index, bool undo)
{
    struct step *step = &document->steps[index];
    const struct text *before_step = document->steps[step->parent].text;
    struct text *before = document->text;
    struct landing landing = { .top = (size_t)-1 };
    size_t cursor_line = place_line(before_step, step->cursor);
    document->text = text_keep(undo ? document->steps[step->parent].text : step->text);
    document->step = undo ? step->parent : index;
    for (size_t i = 0; i < step->edit_count; i++) {
        const struct edit *edit = &step->edits[undo ? step->edit_count - 1 - i : i];
        land(&landing, edit, undo, cursor_line);
        document_moved(document, before, undo ? edit_inverse(edit) : *edit);
    }
    apply_marks(document, step, undo);
    text_free(before);
    if (landing.top != (size_t)-1)
        document_set_mark(document, '[', place_line_begin(document->text, landing.first));
    size_t cursor = landing_offset(document, step, before_step, &landing);
    for (struct document_listener *listener = document->listeners; listener; listener = listener->next)
        if (listener->crossed)
            listener->crossed(listener->user, document, index, undo);
    return cursor;
}

bool document_undo(struct document *document, size_t *cursor)
{
    document->step_open = false;
    if (document->step == 0)
        return false;
    *cursor = cross_step(document, document->step, true);
    return true;
}

bool document_redo(struct document *document, size_t *cursor)
{
    document->step_open = false;
    size_t next = document->steps[document->step].newest;
    if (next == 0)
        return false;
    *cursor = cross_step(document, next, false);
    return true;
}

/* Whether `ancestor` lies on the way from a step to the root. */
static bool is_ancestor(const struct document *document, size_t ancestor, size_t step)
{
    while (step > ancestor)
        step = document->steps[step].parent;
    return step == ancestor;
}

bool document_go(struct document *document, size_t target, size_t *cursor)
{
    document->step_open = false;
    if (target >= document->step_count || target == document->step)
        return false;
    while (!is_ancestor(document, document->step, target))
        document_undo(document, cursor);
    while (document->step != target) {
        size_t child = target;
        while (document->steps[child].parent != document->step)
            child = document->steps[child].parent;
        document->steps[document->step].newest = child;
        document_redo(document, cursor);
    }
    return true;
}
