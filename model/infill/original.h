/* original.h - the text in a span as pieces and words, for the jobs that look at it: rewriting and
 * correcting. */
#ifndef MODEL_INFILL_ORIGINAL_H
#define MODEL_INFILL_ORIGINAL_H

#include "model/infill/group.h"

struct word_range {
    int start, end; /* places in the body */
    double order;   /* the lowest are masked first */
    bool sense;
};

struct original {
    struct ids ids;
    int fixed; /* pieces that spell the touching text alone */
    struct word_range *words;
    int word_count, maskable;
};

/* Starts the group (one hole) and sets its window, context and rule so that the canvas may hold the original.
 */
bool original_read(struct original *original, struct group *group, const struct text_part *texts,
                   struct text_part text, struct lacuna_error *error);
void original_free(struct original *original);
/* The original as a draft, everything decided. */
struct draft *original_draft(struct group *group, const struct original *original, double heat);
/* Masks a word of a draft. */
void original_mask(struct group *group, const struct original *original, struct draft *draft, int word);

#endif
