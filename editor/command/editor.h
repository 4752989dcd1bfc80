/* editor.h - the whole editor without a screen: documents, the window on the current one, mode, keys on their
 * way, registers, options, the prompt. Nothing here blocks: editor_key does what one key does and returns.
 *
 *     key -> editor_key -> keymap (mode) -> command row -> document_replace -> listeners
 *
 * The screen reads this structure and the functions below "for the screen"; it writes window.rows, columns
 * and top. */
#ifndef EDITOR_COMMAND_EDITOR_H
#define EDITOR_COMMAND_EDITOR_H

#include "editor/command/command.h"
#include "editor/command/document.h"
#include "editor/command/keymap.h"
#include "editor/command/option.h"
#include "editor/command/register.h"

/* While prompt.active the mode is the one that the prompt returns to. */
enum mode { MODE_NORMAL, MODE_INSERT, MODE_REPLACE, MODE_VISUAL };

struct window {
    struct document *document; /* borrowed from the editor */
    size_t cursor;             /* byte offset of the primary cursor */
    size_t anchor;             /* the other end of a selection */
    size_t wanted;             /* cell column that j and k aim at; END_COLUMN after $ */
    size_t top;                /* offset of the first line shown */
    size_t left;               /* first cell column shown without wrapping */
    size_t rows, columns;      /* set by the screen; 24 by 80 without one */
};

/* The command line, a search, or another question: `ask` in words or one character such as ':' before the
 * text. */
struct prompt {
    bool active;
    char kind;    /* ':' '/' '?' '=' '!' or 'a' for a question */
    char ask[64]; /* shown before the text */
    struct bytes text;
    size_t cursor;      /* byte offset in text */
    size_t history;     /* entries back from the newest; 0: the line being typed */
    struct bytes typed; /* that line */
    bool palette;       /* the commands that the text describes are listed */
    size_t chosen;      /* of them */
    /* Called with the finished text; `cancelled` with NULL text. NULL for the built-in kinds. */
    bool (*done)(struct editor *editor, void *user, const char *text);
    void *user;
};

/* Keys read so far of a command that is not whole yet. */
struct pending {
    enum { ARGUMENT_NONE, ARGUMENT_FRESH, ARGUMENT_TYPED } argument; /* C-u: digits are a count */
    struct key_list shown;    /* everything typed since the last whole command */
    struct key_list sequence; /* keys that are the prefix of a binding */
    size_t count;             /* 0: none */
    size_t operator_count;    /* count before the operator; 0: none */
    uint32_t reg;
    const struct command *operation; /* waits for a motion or an object */
    const char *operator_argument;
    struct key_list operator_keys;  /* how it was called: typed twice it takes lines */
    int forced;                     /* 0, or 'v' 'V' 'b' (block) between operator and motion */
    const struct binding *awaiting; /* waits for its character */
};

struct editor_inside; /* private to editor/command */

struct editor {
    struct document **documents; /* owned */
    size_t document_count, current;
    size_t alternate; /* the document of # */
    struct window window;
    struct keymap *keymap; /* owned */
    enum mode mode;
    enum shape shape;      /* of the selection in MODE_VISUAL */
    bool selecting_to_end; /* block selection after $ */
    const char *overlay;   /* a keymap mode whose keys come first; NULL: none. For lists and previews. */
    struct pending pending;
    struct prompt prompt;
    struct registers registers;
    struct options options;
    char message[512]; /* the message line; "" for none */
    bool message_is_error;
    struct bytes
        listing; /* longer output, line by line (:ls, :reg …); shown until the next key; size 0: none */
    struct {
        char *pattern; /* owned, vi notation; NULL: none */
        bool backward;
        bool highlight; /* off after :nohlsearch until the next search */
        char offset[32];
    } search;
    uint32_t recording; /* register that keys are recorded into; 0: none */
    size_t pointed;     /* the place in the text that the mouse points at; set before its keys come */
    bool quit;
    int exit_code;
    bool discarded;     /* quit without writing */
    const char *rescue; /* folder for safety copies of files written in place; NULL: none. Borrowed. */
    bool headless;
    bool failed;                     /* headless: ended by an error that leaves the file untouched */
    bool (*interrupted)(void *user); /* asked during long work; NULL: never */
    void *interrupted_user;
    void (*suspend)(void *user); /* ^Z; NULL: not possible */
    void *suspend_user;
    struct fill *fill; /* of fill.c; NULL: not begun */
    struct editor_inside *inside;
};

/* Options at their defaults, no document, no keymap. */
struct editor *editor_new(void);
void editor_free(struct editor *editor);
bool editor_use_keymap(struct editor *editor, const char *name, struct error *error);
/* Opens a file (NULL: an empty document) and shows it; one that is open already is shown. */
bool editor_open(struct editor *editor, const char *path, struct error *error);
void editor_show_document(struct editor *editor, size_t index);
/* Closes a document that is not shown. */
void editor_forget_document(struct editor *editor, size_t index);
/* Writes the current document; NULL: to its own file. Messages say how it went. */
bool editor_write(struct editor *editor, const char *path, bool forced);
/* Everything that one key does. */
void editor_key(struct editor *editor, struct key key);
/* Pasted bytes, as one insertion. */
void editor_paste(struct editor *editor, const char *bytes, size_t size);
/* Runs a line of the command line. */
bool editor_run_line(struct editor *editor, const char *line);
/* Runs a command by name, as a keymap would. */
bool editor_run_command(struct editor *editor, const char *name, const char *argument);
/* As Escape until nothing is pending: the end of a headless run. */
void editor_finish(struct editor *editor);

/* For commands. Each returns its verdict, so that `return editor_error(…)` reads well: true and false. */
bool editor_message(struct editor *editor, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool editor_error(struct editor *editor, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct document *editor_document(const struct editor *editor);
struct text *editor_text(const struct editor *editor);
/* document_replace on the current document. */
void editor_replace(struct editor *editor, struct span span, const char *bytes, size_t size);
/* Sets the cursor, kept on a character where the mode wants that, and the wanted column. */
void editor_set_cursor(struct editor *editor, size_t offset);
/* Ends the undo step: what follows is undone apart. */
void editor_close_step(struct editor *editor);
/* What a command works on: the selection (exact, also when called as '<,'>), else the range's lines, else
 * false. */
bool editor_call_region(struct editor *editor, const struct call *call, struct region *region);
void editor_end_selection(struct editor *editor);
/* Asks for a line of text. `done` gets NULL when it was cancelled. */
void editor_ask(struct editor *editor, const char *ask, bool (*done)(struct editor *, void *, const char *),
                void *user);

/* For the screen. */
const char *editor_mode_name(const struct editor *editor); /* "NORMAL", "VISUAL LINE", … */
/* The selection; false without one. */
bool editor_selection(const struct editor *editor, struct region *region);
/* The part of a region on the line that begins at `line`; false where there is none. Its line feed counts as
 * one byte. */
bool region_on_line(const struct editor *editor, const struct region *region, size_t line, struct span *span);
/* Keys typed of an unfinished command, spelled. */
void editor_pending(const struct editor *editor, struct bytes *out);
/* Matches of the search to highlight that begin within a span; returns how many, at most `limit`. */
size_t editor_highlights(struct editor *editor, struct span within, struct span *out, size_t limit);
/* Cell column of an offset in its line (tabs expanded), and back (the last character that begins at or before
 * it). */
size_t editor_column(const struct editor *editor, size_t offset);
size_t editor_offset_at(const struct editor *editor, size_t line_begin, size_t column);

#endif
