/* rule.h - what the fill of one hole must be like, said in pieces.
 *
 *     canvas   [ fixed … | body …………………… ]      fixed: pieces that spell bytes of the left side alone
 *                          first  inner  last    which pieces may stand there; the first one begins with
 * `rest`
 *
 * A body piece may stand where the mask of its place is 1. The words of the body are between low and high. */
#ifndef MODEL_INFILL_RULE_H
#define MODEL_INFILL_RULE_H

#include "model/infill/seam.h"

struct effect_list {
    struct effect *at;
    int count;
};

struct rule {
    const struct pieces *pieces;
    struct seam seam;
    bool newlines;
    int words_low, words_high; /* high -1: no bound */
    int32_t *fixed;
    int fixed_count;
    const char *rest; /* in seam.left, or a blank that pieces of words have and the text does not */
    size_t rest_size;
    size_t strip;    /* bytes of the canvas that are not the fill's: fixed pieces and `rest` */
    const char *end; /* what the text has behind the last piece and pieces do not spell: "" or " " */
    uint8_t *first, *inner, *last; /* [pieces->count] */
    /* What the allowed pieces do to the word count, each once: by place, and for inner and last also behind a
     * kept word. */
    struct effect_list first_effects, inner_effects, last_effects, only_effects, inner_guarded, last_guarded;
};

/* The ways to begin a hole: k of the pieces of the touching text are fixed, the next piece begins with what
 * is left of it. */
struct plans {
    int32_t *ids; /* of the touching text */
    int count;    /* number of ids; plan k fixes k of them, k in 0…count */
};
bool plans_new(struct plans *plans, const struct pieces *pieces, const struct seam *seam,
               struct lacuna_error *error);
void plans_free(struct plans *plans);

/* false: no piece may begin a fill under this plan. */
bool rule_new(struct rule *rule, const struct pieces *pieces, const struct seam *seam,
              const struct plans *plans, int plan, bool newlines);
void rule_free(struct rule *rule);
/* The number of words asked for; call before anything is solved. */
void rule_words(struct rule *rule, int low, int high);

/* Bytes of a body piece that belong to the fill: at place 0 what follows `rest`. */
const char *rule_text(const struct rule *rule, int place, int32_t id, size_t *size);
struct effect rule_effect(const struct rule *rule, int place, int32_t id);
/* Behind a kept word only what does not go on with it. */
bool piece_is_guarded(const struct pieces *pieces, int32_t id);
bool rule_allows(const struct rule *rule, int place, int size, bool guarded, int32_t id);

#endif
