/* open.h - what the files of this room know of an open model beyond infill.h. */
#ifndef MODEL_INFILL_OPEN_H
#define MODEL_INFILL_OPEN_H

#include "model/infill/attribute.h"
#include "model/infill/chat.h"
#include "model/infill/climb.h"
#include "model/infill/infill.h"
#include "model/infill/pieces.h"

enum { BUCKETS_MOST = 16 };

/* Sizes of canvas that a model was trained with; a model of another make has the same by default. */
struct buckets {
    int size[BUCKETS_MOST]; /* ascending */
    double weight[BUCKETS_MOST];
    int count;
};

const struct attributes *infill_attributes(const struct infill *infill);
const struct pieces *infill_pieces(const struct infill *infill);
const struct buckets *infill_buckets(const struct infill *infill);
/* How sure the network is of holes by their length: config.json "length_bias" [a, b, c, d, e], else what was
 * published. */
const struct length_bias *infill_bias(const struct infill *infill);
/* How a chat-tuned model is asked; NULL: it is none. */
const struct chat *infill_chat(const struct infill *infill);
/* Rows in front of the text: attribute slots of the model. */
int infill_slots(const struct infill *infill);

#endif
