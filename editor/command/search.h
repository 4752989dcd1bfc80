/* search.h - matches of vi patterns in the text: shared by the search commands, the command line and the
 * screen. */
#ifndef EDITOR_COMMAND_SEARCH_H
#define EDITOR_COMMAND_SEARCH_H

#include "editor/command/editor_inside.h"
#include "editor/command/pattern.h"
#include "editor/text/search.h"

struct pattern {
    struct search *search; /* owned */
    bool crosses_lines;
    struct editor *editor; /* borrowed: what conditions ask */
    struct pattern_condition conditions[PATTERN_CONDITIONS];
};

/* The compiled pattern; "" is the last one used. Borrowed until the next call. NULL: a message was given. */
struct pattern *pattern_use(struct editor *editor, const char *pattern);
void pattern_free(struct pattern *pattern);

/* The first match that begins in [from, to] (to the text's end at most, without the place behind the last
 * line feed). */
bool pattern_forward(struct editor *editor, struct pattern *pattern, size_t from, size_t to,
                     struct match *match);
bool pattern_backward(struct editor *editor, struct pattern *pattern, size_t from, size_t to,
                      struct match *match);

/* The next match from *at on, around the ends if the options say so; *at goes there (`end`: to its last
 * character). */
bool search_step(struct editor *editor, struct pattern *pattern, size_t *at, bool backward, bool end,
                 struct match *match);

/* A search as it is typed behind / or ?: PATTERN[/OFFSET[;…]]. Moves *at; what it found is remembered. */
struct search_goal {
    bool linewise, inclusive;
};
bool search_run(struct editor *editor, const char *typed, bool backward, size_t count, size_t *at,
                struct search_goal *goal);

#endif
