/* prepare_pairs.h - files of "source TAB target" lines into a prepared folder of pairs (corpus.h).
 *
 *     file:attribute -> lines -> " source", " target" -> pieces; some pairs are kept for valid
 *
 * A blank goes in front of both, so that their first words are cut into pieces as the others are. The
 * vocabulary is learnt from the pairs; each attribute is a token of it. */
#ifndef MODEL_TRAIN_PREPARE_PAIRS_H
#define MODEL_TRAIN_PREPARE_PAIRS_H

#include "model/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* A file whose targets all have one attribute; a file that is named twice counts twice. */
struct pair_file {
    const char *path, *attribute;
};

struct pair_preparation {
    const struct pair_file *files; /* [file_count] */
    size_t file_count;
    int vocabulary; /* pieces at most */
    int begin;      /* where targets begin (network/pair.h); longer lines are left out */
    const char *folder;
};
/* What came of it. */
struct pair_counts {
    uint64_t pairs, left_out, tokens; /* of the train part; tokens: places */
};
bool prepare_pairs(const struct pair_preparation *preparation, struct pair_counts *counts,
                   struct lacuna_error *error);

#endif
