/* record.h - the records of a journal. Private to the text core.
 *
 *     [ magic, kind, size, checksum ] [ payload of `size` bytes ]   again and again
 *
 * RECORD_BASE comes first. States are numbered: the base is 0, each edit makes the next. A record that is cut
 * off or damaged ends the journal: what stands before it counts. Numbers lie as this machine has them. */
#ifndef EDITOR_TEXT_RECORD_H
#define EDITOR_TEXT_RECORD_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"
#include "editor/text/text.h"

#include <stdint.h>

enum record_kind {
    RECORD_BASE = 1, /* struct record_base, then the path of the file */
    RECORD_EDIT,     /* count, then count of struct record_change, then the inserted bytes of all */
    RECORD_GOTO,     /* the number of an earlier state */
    RECORD_HOLES,    /* count, then for each start, end, size of the note, note */
    RECORD_SAVING,   /* the number of a state, its size and fingerprint: the file may hold it by now */
};

struct record_base {
    uint64_t owner, size, fingerprint;
};

struct record_change {
    uint64_t start, removed, inserted;
};

/* A record in memory; the payload is borrowed from the block that was read. */
struct record {
    enum record_kind kind;
    const char *payload;
    size_t size;
};

/* The next record of a block at *offset, which moves behind it; false at its end or where it is damaged. */
bool record_next(const char *block, size_t size, size_t *offset, struct record *record);
/* Takes a number from the front of a payload; false where it is too short. */
bool record_number(struct record *record, uint64_t *number);

void record_put_number(struct bytes *payload, uint64_t number);
/* Appends a record to a file: the payload, then spans of a text. False with errno; the file may then have a
 * part. */
bool record_write(int descriptor, enum record_kind kind, const struct bytes *payload, const struct text *text,
                  const struct span *spans, size_t count);
/* Tells texts apart: the size and samples of the bytes, all of them in a short text. */
uint64_t text_fingerprint(const struct text *text);

#endif
