/* guide.h - what a classifier of noised vectors says about a text: one file guide/NAME.c, one `const struct
 * guide guide_NAME`.
 *
 * Labels stand in groups, of which a text, or each of its places, has one each:
 *
 *     content  food: not said | Italian | Chinese …   area: not said | riverside …      one of each, a text
 *     pos      pos: ADJ | ADP | ADV …                                                   one a place
 *
 * A classifier (classifier.h) gives a number for each label at each place; a guide makes a loss of them. */
#ifndef MODEL_DIFFUSION_GUIDE_H
#define MODEL_DIFFUSION_GUIDE_H

#include <stdbool.h>

struct label_group {
    char *name;
    char **values;    /* [count] */
    int count, first; /* its labels are the columns first … first + count - 1 */
};

struct labels {
    struct label_group *groups;
    int group_count, columns;
};
void labels_free(struct labels *labels);
/* -1 where there is none. */
int labels_group(const struct labels *labels, const char *name);
int group_value(const struct label_group *group, const char *value);

struct guide {
    const char *name, *help;
    double rate;   /* of the steps by which it steers */
    bool by_place; /* a label of the one group at each place; else one of each group for the text, and the
                      first of a group says that the text is silent about it */
    /* -log p(wanted) in nats, summed, and its gradient into slopes [places][labels->columns]. wanted: the
     * index of a value for each place, or for each group; -1: any. out: [places][columns], which may be
     * spoilt. */
    double (*loss)(const struct labels *labels, const int *wanted, float *out, int places, float *slopes);
};

/* Ended by NULL, in order of name (generated from the folder guide/). */
extern const struct guide *const guide_table[];

const struct guide *guide_find(const char *name);

#endif
