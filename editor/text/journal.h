/* journal.h - the recovery journal: every state of a text since its file was read or saved, so that SIGKILL
 * or a power cut costs a second of typing at most.
 *
 * A file per edited file in a folder of the user's, only ever appended to: what the text differs in from its
 * last noted state, each record with a checksum. The caller notes each new text, which costs nothing; a
 * thread of the journal writes the differences JOURNAL_DELAY_MS later and syncs them. The file is locked
 * while it is in use, names its owner, and is removed at the end, unless holes are open: they stay for the
 * next opening.
 *
 * Threads: one thread calls these functions; the journal's own thread only reads texts. */
#ifndef EDITOR_TEXT_JOURNAL_H
#define EDITOR_TEXT_JOURNAL_H

#include "editor/text/file.h"

enum { JOURNAL_DELAY_MS = 300 };

/* A masked span that is not filled yet; the file holds its original text. */
struct journal_hole {
    struct span span;
    char *note; /* owned: what the hole was asked for, in words of the caller's; never NULL */
};

enum journal_state {
    JOURNAL_NONE,    /* nothing, or nothing of use */
    JOURNAL_UNSAVED, /* an editor ended without saving: journal_recover */
    JOURNAL_HOLES,   /* the file was saved with open holes: journal_holes */
    JOURNAL_BUSY,    /* another editor has the file open */
};

/* What is there for a file before it is opened; *owner is the process of JOURNAL_BUSY. */
enum journal_state journal_look(const char *folder, const char *path, int *owner);

struct journal;

/* Begins a journal for a text as its file holds it. The folder is made where it is missing. Journals of
 * JOURNAL_UNSAVED and JOURNAL_BUSY are left alone, one of JOURNAL_HOLES is taken over. NULL with the reason:
 * edit without one. */
struct journal *journal_open(const char *folder, const char *path, struct text *text, struct error *error);
/* The text is this now. Cheap. */
void journal_note(struct journal *journal, struct text *text);
/* The holes are these now; copied. */
void journal_set_holes(struct journal *journal, const struct journal_hole *holes, size_t count);
/* Writes and syncs what was noted, now: before the process ends by a signal. False with the reason. */
bool journal_flush(struct journal *journal, struct error *error);
/* What the journal's thread could not write, once; false where all is well. */
bool journal_failed(struct journal *journal, struct error *error);
/* Around each save to the file: before, and after it succeeded. */
bool journal_saving(struct journal *journal, struct text *text, struct error *error);
bool journal_saved(struct journal *journal, struct text *text, struct error *error);
/* Ends it. `keep` leaves the file for journal_recover; otherwise only open holes are kept. NULL is fine. */
void journal_close(struct journal *journal, bool keep);

struct recovery {
    struct file file;           /* text owned: the file as it is now */
    struct text *text;          /* owned: with the edits of the journal */
    struct journal_hole *holes; /* owned */
    size_t hole_count;
    char *journal; /* owned: path of the journal; remove it once the text is safe */
};

/* The text that was lost, from the file and its journal. The journal stays. False with the reason: there is
 * none, or the file is not the one that it was written for. */
bool journal_recover(const char *folder, const char *path, struct recovery *recovery, struct error *error);
/* Holes kept for a file whose text is this; false where there are none or the file was changed since. */
bool journal_holes(const char *folder, const char *path, const struct text *text, struct journal_hole **holes,
                   size_t *count);
void recovery_free(struct recovery *recovery);
void journal_holes_free(struct journal_hole *holes, size_t count);

#endif
