/* register.h - the named texts: "" "0-"9 "a-"z "- "_ ". ": "/ "% "# "* "+. */
#ifndef EDITOR_COMMAND_REGISTER_H
#define EDITOR_COMMAND_REGISTER_H

#include "editor/command/region.h"

#include <stdint.h>

enum { REGISTER_COUNT = 128 };

struct yank {
    char *bytes; /* owned, ended by a 0 byte; lines are ended by line feeds, the rows of a block separated by
                    them */
    size_t size;
    enum shape shape;
    size_t width; /* BLOCK: cells */
};

struct registers {
    struct yank yanks[REGISTER_COUNT]; /* by name; "" is a pointer to one of them */
    uint32_t unnamed;                  /* the name that "" stands for; 0: none yet */
    /* Told when "+ or "* is written, so that the terminal can pass it on; may be NULL. */
    void (*clipboard_written)(void *user, const char *bytes, size_t size);
    void *user;
};

bool register_name_is_valid(uint32_t name);
/* What the register holds; NULL where it is empty or no register. Borrowed until the next write. */
const struct yank *register_get(const struct registers *registers, uint32_t name);
/* Writes a register as it is: no rotation. Upper case appends. Copies the bytes. */
void register_set(struct registers *registers, uint32_t name, const char *bytes, size_t size,
                  enum shape shape, size_t width);
/* What a yank does: "0 or the named register; the unnamed one follows. */
void register_yank(struct registers *registers, uint32_t name, const struct yank *yank);
/* What a deletion does: "1 to "9 rotate, or "- for less than a line. `rotate`: rotate even then. */
void register_delete(struct registers *registers, uint32_t name, const struct yank *yank, bool rotate);
void registers_free(struct registers *registers);

#endif
