/* search.h - finding and replacing: literal text and PCRE2 patterns over a text, across its pieces, without
 * copying it.
 *
 * Matching goes through windows: a piece itself where it is long enough, else a copy of some bytes around a
 * border. A match that reaches the end of a window is tried again in a larger one. Bytes that are no UTF-8
 * match nothing but each other in a literal search. A pattern that needs too much work ends the search with
 * an error instead of hanging. */
#ifndef EDITOR_TEXT_SEARCH_H
#define EDITOR_TEXT_SEARCH_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"
#include "editor/text/text.h"

enum search_option {
    SEARCH_LITERAL = 1,     /* the pattern is plain text */
    SEARCH_IGNORE_CASE = 2, /* by Unicode's simple case folding */
    SEARCH_DOT_ALL = 4,     /* . matches a line feed too */
    SEARCH_ANCHORED = 8,    /* a match must begin where the search does */
};

enum { SEARCH_GROUPS = 20 };

struct match {
    size_t count;                      /* groups in use, the whole match included: at least 1 */
    struct span groups[SEARCH_GROUPS]; /* start is (size_t)-1 where a group took no part */
};

enum search_result {
    SEARCH_NONE,
    SEARCH_FOUND,
    SEARCH_STOPPED /* interrupted, or too much work: *error says which */
};

struct search; /* a compiled pattern; used by one thread at a time */

/* NULL with the reason and the place in the pattern. ^ and $ match at every line. */
struct search *search_new(const char *pattern, size_t size, unsigned options, struct error *error);
void search_free(struct search *search);
/* Asked some fifty times a second during a long search, which stops when it answers true; NULL: never. */
void search_set_interrupt(struct search *search, bool (*interrupted)(void *user), void *user);

/* Asked wherever a pattern holds (?Cn), n from 1: whether a match may go on at that offset of the text. */
void search_set_condition(struct search *search, bool (*holds)(void *user, unsigned number, size_t offset),
                          void *user);

/* The first match that begins in [from, to]; it may end beyond. What lies before `from` is seen by ^, \b and
 * lookbehinds. */
enum search_result search_forward(struct search *search, const struct text *text, size_t from, size_t to,
                                  struct match *match, struct error *error);
/* The last match that begins in [from, to). */
enum search_result search_backward(struct search *search, const struct text *text, size_t from, size_t to,
                                   struct match *match, struct error *error);
/* How many matches begin in [from, to], none overlapping another. */
enum search_result search_count(struct search *search, const struct text *text, size_t from, size_t to,
                                size_t *count, struct error *error);

/* Appends what replaces one match; false leaves that match as it is. */
typedef bool search_expand(void *user, const struct text *text, const struct match *match, struct bytes *out);
/* Replaces every match that begins in [from, to], or only the first in each line, and sets *changed to the
 * new text, the caller's, and *count to the number of replacements. */
enum search_result search_replace(struct search *search, const struct text *text, size_t from, size_t to,
                                  bool once_per_line, search_expand *expand, void *user,
                                  struct text **changed, size_t *count, struct error *error);

#endif
