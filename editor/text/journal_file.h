/* journal_file.h - where journals lie and what one holds. Private to the text core. */
#ifndef EDITOR_TEXT_JOURNAL_FILE_H
#define EDITOR_TEXT_JOURNAL_FILE_H

#include "editor/text/journal.h"
#include "editor/text/record.h"

#include <time.h>

enum { JOURNAL_SLOTS = 9 };

/* The path of the journal in a slot (0 first) for a file, malloc'd: its last name and a hash of all of it,
 * links followed. NULL where the file can have none. *real (NULL is fine) becomes the file's own path. */
char *journal_path(const char *folder, const char *path, unsigned slot, char **real);

/* What a journal holds. */
struct summary {
    char *block; /* owned: the bytes of the journal */
    size_t size;
    struct timespec written;
    bool is_journal; /* begins with a whole base */
    struct record_base base;
    uint64_t states, current; /* of states made, and the one it ends in */
    bool saving;              /* the file may hold this state: */
    uint64_t saving_state, saving_size, saving_fingerprint;
    struct record holes; /* the last ones; size 0: none */
};

/* Reads an open journal; false where it cannot be read. */
bool summary_read(struct summary *summary, int descriptor);
/* The same from a block, taken over. */
void summary_of_block(struct summary *summary, char *block, size_t size);
void summary_free(struct summary *summary);
enum journal_state summary_state(const struct summary *summary);
/* The text in which the journal ends, from the base or from the state that was being saved; NULL where
 * neither is it. */
struct text *summary_replay(const struct summary *summary, struct text *base);
bool summary_holes(const struct summary *summary, struct journal_hole **holes, size_t *count);

#endif
