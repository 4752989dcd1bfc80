/* seam.h - how a fill joins what stands on both sides of its hole.
 *
 *     … down to the |quay and waited| an hour …        touch: the blank or word fragment that ends the left
 * side ^ this blank belongs to the canvas: the first pieces must begin with it, and it is stripped from the
 * fill
 *
 * So words in holes are cut into pieces as in running text. A fill also ends so that the right side may
 * follow: no doubled blank, no doubled sign or bracket, a blank where a word follows that the hole has not
 * cut. */
#ifndef MODEL_INFILL_SEAM_H
#define MODEL_INFILL_SEAM_H

#include "model/infill/pieces.h"

#include <stdbool.h>

/* Both sides are borrowed; what lies further than a few hundred bytes away is not looked at. */
struct seam {
    const char *left, *right;
    size_t left_size, right_size;
    size_t touch; /* bytes at the end of left that the first pieces must begin with */
};

struct seam seam_find(const char *left, size_t left_size, const char *right, size_t right_size);

/* May this character begin (end) a fill here? `strict` adds the rules of good manners to those of contract.
 */
bool seam_may_begin(const struct seam *seam, int32_t first, bool strict);
bool seam_may_end(const struct seam *seam, int32_t last, bool strict);
/* The right side begins with a word that the hole has not cut, so the fill has to end in a blank or an
 * opening sign. */
bool seam_needs_blank(const struct seam *seam);
/* Words of the fill, case folded, that repeat what stands just before or after it: the longest run on each
 * side, added. */
int seam_repeats(const struct seam *seam, const char *fill, size_t size);

#endif
