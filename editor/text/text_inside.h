/* text_inside.h - what a text is made of; for the files of the text core alone. */
#ifndef EDITOR_TEXT_TEXT_INSIDE_H
#define EDITOR_TEXT_TEXT_INSIDE_H

#include "editor/text/text.h"
#include "editor/text/tree.h"

struct text {
    atomic_uint owners;
    struct node *root;      /* owned; NULL where the text is empty */
    struct buffer *growing; /* owned; takes the next small insertion; NULL until there was one */
};

/* Takes both over. */
struct text *text_from_tree(struct node *root, struct buffer *growing);
/* A text of all the bytes in a fixed buffer, taken over. */
struct text *text_from_buffer(struct buffer *buffer);

#endif
