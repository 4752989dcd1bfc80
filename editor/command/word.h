/* word.h - walks over words: runs of characters of one class. */
#ifndef EDITOR_COMMAND_WORD_H
#define EDITOR_COMMAND_WORD_H

#include "editor/text/text.h"

#include <stdbool.h>

struct walker {
    const struct text *text;
    size_t at;
    bool big; /* words are parted by blanks alone */
};

/* 0: blank or line feed. */
int class_here(const struct walker *walker);
/* Each goes `count` words and returns false where the text ended before. */
bool word_forward(struct walker *walker, size_t count, bool stops_at_end);
bool word_back(struct walker *walker, size_t count, bool stops);
/* `stops`: stays where it is if that is the end of a word; `empty_lines`: they end it too. */
bool word_end_forward(struct walker *walker, size_t count, bool stops, bool empty_lines);
bool word_end_back(struct walker *walker, size_t count, bool stops_at_begin);

#endif
