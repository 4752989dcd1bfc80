/* control.h - what samples are to be like, as "KEY=VALUE": by the guides of a model's folder where its
 * process is Gaussian, else by its attributes.
 *
 *     food=Italian           a slot that a guide or the attributes know, in their own words
 *     length=12              words
 *     pos=DET,NOUN,VERB      the part of speech of each token, which says how many there are
 *
 * A slot that both know is the guide's. */
#ifndef MODEL_INFILL_CONTROL_H
#define MODEL_INFILL_CONTROL_H

#include "model/base/buffer.h"
#include "model/diffusion/steering.h"
#include "model/infill/infill.h"

struct controls {
    const struct infill *infill; /* borrowed */
    struct classifier *classifiers[STEERS_MOST];
    int classifier_count;
    struct steering steering;
    struct buffer attribute; /* values for the attribute prompt, parted by commas */
    int words;               /* 0: as many as come */
    int tokens;              /* 0: as many as come */
};

/* Opens the guides that the model has. false: one of them is spoilt. controls_free is due in any case. */
bool controls_open(struct controls *controls, const struct infill *infill, struct lacuna_error *error);
void controls_free(struct controls *controls);
/* false: nothing here knows the key, or the key that value; error names the nearest one. */
bool controls_take(struct controls *controls, const char *control, struct lacuna_error *error);
/* What is asked can be met together. */
bool controls_agree(const struct controls *controls, struct lacuna_error *error);

#endif
