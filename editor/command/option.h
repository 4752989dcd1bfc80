/* option.h - settings by name, as `:set` reads and writes them. */
#ifndef EDITOR_COMMAND_OPTION_H
#define EDITOR_COMMAND_OPTION_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct options {
    bool autoindent, expandtab, ignorecase, smartcase, wrapscan, hlsearch, incsearch, number, relativenumber,
        list, wrap;
    bool startofline, gdefault, tildeop, shiftround, magic, joinspaces, readonly, cursorline;
    long shiftwidth, tabstop, softtabstop, textwidth, scroll, scrolloff;
    char whichwrap[32], nrformats[32], matchpairs[64], shell[128];
};

struct option {
    const char *name, *abbreviation;
    enum { OPTION_SWITCH, OPTION_NUMBER, OPTION_TEXT } kind;
    size_t offset, size; /* in struct options */
    long least, most;    /* NUMBER */
    const char *help;
};

/* Ended by a zero row. */
extern const struct option option_table[];

void options_reset(struct options *options);
/* One argument of `:set`: name, noname, invname, name!, name?, name=value, +=, -=, ^=. Appends to `shown`
 * what is asked for. */
bool option_set(struct options *options, const char *argument, size_t size, struct bytes *shown,
                struct error *error);

#endif
