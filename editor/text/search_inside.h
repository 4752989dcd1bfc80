/* search_inside.h - what the files of the search share: windows on a text for the matcher; private to the
 * text core. */
#ifndef EDITOR_TEXT_SEARCH_INSIDE_H
#define EDITOR_TEXT_SEARCH_INSIDE_H

#include "editor/text/search.h"

struct window {
    const char *bytes; /* of [start, end): a piece, or the copy; borrowed from the text */
    size_t start, end; /* offsets into the text, between units */
    bool is_last;      /* end is the end of the text */
    size_t before;     /* bytes wanted before the place of the search: lookbehinds */
    struct bytes copy; /* owned */
};

/* Places the window so that it holds `before` bytes before `from` and `wanted` behind, as far as the text
 * does: a piece where one holds them, else a copy. A window that holds them already stays, a new one gets
 * `ahead` bytes. */
void window_place(struct window *window, const struct text *text, size_t from, size_t wanted, size_t ahead);
/* The next window_place may be for another text. */
void window_forget(struct window *window);
void window_free(struct window *window);

/* Call before searching another text, or another part of it. */
void search_begin(struct search *search);
/* search_forward in the text that the last one was in. */
enum search_result search_next(struct search *search, const struct text *text, size_t from, size_t to,
                               struct match *match, struct error *error);

#endif
