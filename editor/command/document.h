/* document.h - one text being edited: its bytes, its undo tree, its marks, its file. All edits go through
 * document_replace.
 *
 * The text is empty or ends with a line feed while it is edited; a file that lacks the last line feed is
 * remembered by `lacks_final_feed` and written without it. An empty text is one empty line. */
#ifndef EDITOR_COMMAND_DOCUMENT_H
#define EDITOR_COMMAND_DOCUMENT_H

#include "editor/base/error.h"
#include "editor/text/file.h"
#include "editor/text/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct edit {
    size_t at, removed, inserted;                      /* bytes */
    size_t line, line_feeds_removed, line_feeds_added; /* the line of `at`, from 0 */
};

/* Told after every edit, undo and redo: `before` is the text as it was (borrowed for the call). */
struct document;
struct document_listener {
    void (*edited)(void *user, struct document *document, const struct text *before, struct edit edit);
    /* After an undo or redo went over one step; may be NULL. */
    void (*crossed)(void *user, struct document *document, size_t step, bool undo);
    void (*saving)(void *user, struct document *document); /* before its own file is written; may be NULL */
    void (*saved)(void *user, struct document *document);  /* after that went well; may be NULL */
    void *user;
    struct document_listener *next;
};

/* A mark is a line and a byte column: vi's marks stay in their column while their line is edited. */
struct mark {
    bool set;
    size_t line, column;
};
enum { MARK_COUNT = 64 };

/* One state of the text. The tree: every step knows the one it came from; redo follows `newest`. */
struct step {
    size_t parent;      /* index of the step that it changed */
    size_t newest;      /* the child that redo goes to; 0: none */
    struct text *text;  /* owned: the state after the step */
    struct edit *edits; /* owned, in order; typing on grows the last one */
    size_t edit_count, edit_capacity;
    size_t cursor;      /* before the step */
    struct mark *marks; /* owned: a copy [MARK_COUNT] from before the step; NULL: none were set */
    time_t time;
};

/* What U brings back: a line as it was before the latest changes to it. */
struct line_undo {
    bool set;
    size_t line, column;
    char *bytes; /* owned */
    size_t size;
};

struct document {
    struct text *text;
    char *path;              /* owned; NULL: none */
    struct file_form form;   /* how it lies on disk */
    struct file_stamp stamp; /* the file as it was read or written last */
    bool lacks_final_feed, readonly;
    struct step *steps; /* owned; steps[0] is the text as it was opened */
    size_t step_count, step_capacity;
    size_t step;        /* the present state */
    bool step_open;     /* edits join the present step */
    size_t step_cursor; /* where the next step begins */
    size_t clean_step;  /* the state that the file holds; NEVER_CLEAN: none does */
    struct mark marks[MARK_COUNT];
    struct mark *changes; /* owned: places of edits, oldest first: g; g, */
    size_t change_count, change_index;
    struct line_undo line_undo;
    struct document_listener *listeners; /* borrowed */
    size_t cursor, top;                  /* of the window while the document is not shown */
    uint64_t version;                    /* grows with every edit, undo and redo */
};
#define NEVER_CLEAN ((size_t)-1)
enum { CHANGES_KEPT = 100, STEPS_KEPT = 100000 };

/* An empty document; `path` may be NULL. */
struct document *document_new(const char *path);
/* A document of a file's text, which it takes over. */
struct document *document_from_text(struct text *text, const char *path);
void document_free(struct document *document);
bool document_is_modified(const struct document *document);
/* The text as the file is to hold it: one more owner. */
struct text *document_file_text(const struct document *document);

/* The one edit: the span (clipped) reads `bytes` afterwards. Records history, moves marks, tells listeners.
 */
void document_replace(struct document *document, struct span span, const char *bytes, size_t size);
/* The span reads what `from` holds in `source`; shares pieces. */
void document_splice(struct document *document, struct span span, const struct text *from,
                     struct span source);
/* What the document reads now is its text as it was opened: nothing before it can be undone. */
void document_begin_history(struct document *document);
/* An empty text becomes one empty line. */
void document_ensure_line(struct document *document);

/* The next edit begins a new undo step that returns to `cursor`; document_close_step ends it. */
void document_close_step(struct document *document, size_t cursor);
/* Where the next step returns to, if none is open. */
void document_begin_at(struct document *document, size_t cursor);
/* One step back or forward; *cursor is where the edit was. False at the end. */
bool document_undo(struct document *document, size_t *cursor);
bool document_redo(struct document *document, size_t *cursor);
/* Any state by its number: steps are numbered from 1 in the order of time, 0 is the opened text. */
bool document_go(struct document *document, size_t step, size_t *cursor);

/* Tells the listeners that the document's own file is about to be written, or was. */
void document_tell(struct document *document, bool saving);
void document_listen(struct document *document, struct document_listener *listener);
void document_unlisten(struct document *document, struct document_listener *listener);

/* For undo: marks and listeners follow an edit that was made already. */
void document_moved(struct document *document, const struct text *before, struct edit edit);

/* Lines of the text: at least 1. */
size_t document_lines(const struct document *document);

/* Mark by its name (a-z, ' [ ] < > ^ . "); NULL for other names. A-Z belong to the editor. */
struct mark *document_mark(struct document *document, uint32_t name);
void document_set_mark(struct document *document, uint32_t name, size_t offset);
struct mark document_mark_at(const struct document *document, size_t offset);
size_t document_mark_place(const struct document *document, const struct mark *mark);
/* Where a mark is; false where it is not set or its line is gone. */
bool document_mark_offset(struct document *document, uint32_t name, size_t *offset);

#endif
