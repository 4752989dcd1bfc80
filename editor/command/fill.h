/* fill.h - holes and what fills them: masking a span, asking the engine, showing what it proposes, deciding
 * on it.
 *
 *     text --mask--> MASKED --fill--> WAITING --model is open--> FILLING --answer--> PROPOSED --accept-->
 * text ^                 |                          |                    |
 *                      `-----------------'-------- reject, cancel --'--------------------'
 *
 * A hole is a span of the text, and the text in it is the original: only the screen shows something else
 * there. So saving writes the original, rejecting has nothing to restore, and an edit before a hole moves it.
 * Accepting is one edit in one undo step. An edit inside a hole whose fill is running or proposed ends that
 * fill.
 *
 * The engine works on its own thread; fill_update brings over what it has done. Nothing here waits but
 * fill_wait. */
#ifndef EDITOR_COMMAND_FILL_H
#define EDITOR_COMMAND_FILL_H

#include "editor/command/editor.h"

enum hole_state { HOLE_MASKED, HOLE_WAITING, HOLE_FILLING, HOLE_PROPOSED };

/* How sure the model is of bytes [start, end) of a proposal. */
struct shade {
    size_t start, end;
    float probability; /* 0: undecided */
    bool pinned;
};

struct proposal {
    char *text; /* owned, ended by a 0 byte */
    size_t size;
    double logprob;
    struct shade *shades; /* owned, ascending; bytes in none of them were kept */
    size_t shade_count;
};

struct hole {
    struct document *document;
    struct span span; /* of the original text, as it lies now */
    enum hole_state state;
    struct proposal
        live; /* FILLING: as it stood after `step` of `steps`; its text is NULL before the first */
    int step, steps;
    struct proposal *alternatives; /* PROPOSED: owned, best first */
    size_t alternative_count, chosen;
    size_t word;     /* of the chosen alternative: where the list's word cursor stands */
    struct ask *ask; /* owned: what was asked last; NULL: nothing yet */
    bool follow;     /* the list opens by itself when the answer comes */
};

/* What a new editor is told before the first key; NULL and zero leave the defaults. */
struct fill_setup {
    const char *library; /* liblacuna.so */
    const char *model;
};
void fill_configure(struct editor *editor, const struct fill_setup *setup);
void fill_free(struct fill *fill);

/* A hole over a span of the current document. */
void fill_mask(struct editor *editor, struct span span);

/* Readable when fill_update has something to do; -1 while nothing was asked of the engine. */
int fill_descriptor(const struct editor *editor);
/* Brings over steps, answers and errors. True if the screen may look different now. */
bool fill_update(struct editor *editor);
/* Call before each key: one that is none of the list's takes the focus from it, and a list opens by itself
 * only where nobody typed since the fill was asked for. */
void fill_before_key(struct editor *editor, struct key key);
/* Whether a fill runs or waits for its model. */
bool fill_is_running(const struct editor *editor);
/* Whether a model is being opened on its thread. A program that ends meanwhile must not run exit handlers
 * (_exit). */
bool fill_is_loading(const struct editor *editor);
/* Blocks until every fill has ended: between the keys of a headless run and inside macros. */
void fill_wait(struct editor *editor);
/* Rejects every preview. */
void fill_reject_all(struct editor *editor);

/* Holes of a document, in order; NULL beyond the last. Borrowed until the next key or update. */
size_t fill_hole_count(const struct editor *editor, const struct document *document);
const struct hole *fill_hole_at(const struct editor *editor, const struct document *document, size_t index);
/* Call before a document is freed. */
void fill_forget(struct editor *editor, const struct document *document);
/* Call after a document was written: says that open holes were written as their original text. */
void fill_note_written(struct editor *editor, const struct document *document);

/* What the screen shows in place of the original; NULL: dots. */
const struct proposal *hole_shown(const struct hole *hole);
/* The word of the chosen proposal that the word cursor stands on. */
bool hole_word(const struct hole *hole, struct span *word);
/* The hole whose alternatives are listed; NULL: no list is open. */
const struct hole *fill_list_hole(const struct editor *editor);
/* Whether previews are tinted by confidence. */
bool fill_shows_confidence(const struct editor *editor);
/* The middle and the right end of the status line: "hole 1/2 · auto · formal ×2.0 · 8 steps", "default 38M";
 * while a fill of the shown document runs *step and *steps are set (else 0). */
void fill_status(const struct editor *editor, struct bytes *middle, struct bytes *right, int *step,
                 int *steps);
/* What completes the argument of a command, one a line: names of models or samplers; attributes, once the
 * model is open (it is opened for this). False: the command takes no such values. */
bool fill_complete(struct editor *editor, const char *command, struct bytes *out);

/* The rows: ended by a zero row. */
extern const struct command fill_commands[];

#endif
