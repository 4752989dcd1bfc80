/* file.h - files into texts and back, byte for byte.
 *
 * In memory a text is UTF-8 with LF line ends where the file allows it; `struct file_form` says how it lies
 * on disk, and writing gives back the same form. What cannot be converted without loss (mixed line ends,
 * ill-formed UTF-16, bytes that are no UTF-8) is not converted: the text holds the bytes as they are. A
 * missing last line feed stays missing.
 *
 * A file of up to FILE_READ_LIMIT bytes is read; a larger one is mapped privately, which takes no time.
 * Another program may then cut it short: the missing part reads as zero bytes instead of ending the program,
 * and file_write refuses to write such a text (file_detach makes a mapped text independent of its file).
 *
 * A write leaves the old file or the new one, whole: see file_write. Every error names the file. */
#ifndef EDITOR_TEXT_FILE_H
#define EDITOR_TEXT_FILE_H

#include "editor/base/error.h"
#include "editor/text/stamp.h"
#include "editor/text/text.h"

enum { FILE_READ_LIMIT = 64 << 20 };

enum encoding {
    ENCODING_UTF8, /* and any other bytes, kept as they are */
    ENCODING_UTF16_LE,
    ENCODING_UTF16_BE,
    ENCODING_LATIN1, /* never detected, only asked for */
};

struct file_form {
    enum encoding encoding;
    bool byte_order_mark;
    bool carriage_returns; /* every line ends in CR LF on disk and in LF in the text */
};

struct file {
    struct text *text; /* owned */
    struct file_form form;
    struct file_stamp stamp; /* what the file was when it was read */
    bool read_only;          /* the user may not write it */
};

/* Reads a file. A name that does not exist gives an empty text and a stamp that says so. `asked` (NULL:
 * detect) is the form to read it in. Folders, FIFOs, sockets and devices are refused. */
bool file_read(const char *path, const struct file_form *asked, struct file *file, struct error *error);
/* Reads a descriptor to its end: standard input. `name` is for messages. */
bool file_read_descriptor(int descriptor, const char *name, struct file *file, struct error *error);

struct file_write {
    bool append; /* behind what the file holds */
    bool force;  /* also over a file that is read-only, by replacing it, where the folder allows it */
    const struct file_stamp *expected; /* refuse where the file is another by now; NULL: whatever is there */
    const char *rescue; /* folder for the safety copy where the file's own takes none; NULL: refuse then */
};

/* Writes a span of a text in a form and sets *stamp (NULL is fine) to the new file's. Symbolic links are
 * followed.
 *
 * A new file in the same folder is written, synced and renamed over the old one; permissions, owner, access
 * lists and extended attributes are kept. Where that cannot be (several links, a foreign owner, a folder that
 * takes no new file), a synced copy of the old file is made first, the space is reserved, and the file is
 * written in place; a failure puts the old bytes back, and where even that fails the message names the copy.
 */
bool file_write(const char *path, const struct text *text, struct span span, const struct file_form *form,
                const struct file_write *how, struct file_stamp *stamp, struct error *error);

enum file_state { FILE_SAME, FILE_TOUCHED, FILE_CHANGED, FILE_GONE, FILE_APPEARED };
/* Compares the file with a stamp and sets *now (NULL is fine) to its present one. FILE_TOUCHED: another time
 * or inode, the same size; the bytes may differ. */
enum file_state file_compare(const char *path, const struct file_stamp *stamp, struct file_stamp *now);
/* Whether a file holds exactly what file_write would write. */
bool file_holds(const char *path, const struct text *text, struct span span, const struct file_form *form);

/* Copies what a text still reads from mapped files into memory, so that no other program can change it; for a
 * helper thread. False where a file had been changed before: then the text may hold foreign bytes. */
bool file_detach(const struct text *text);

#endif
