/* sampler.h - what a step lets out: one file sampler/NAME.c, one `const struct sampler sampler_NAME`.
 *
 * Two kinds. A sampler with `rank` reveals: it ranks what the network guesses at each open place, and the
 * highest ranks are decided. How many is the schedule's affair unless the sampler counts itself; `done` may
 * end a run early. A sampler with `weigh` follows the process backwards: for each open place it says how
 * likely each piece stands there after the step, noise included, and one is drawn. */
#ifndef MODEL_DIFFUSION_SAMPLER_H
#define MODEL_DIFFUSION_SAMPLER_H

#include "model/diffusion/logits.h"

struct reverse; /* process.h */

/* From which distribution a guess has its numbers. */
enum judged {
    JUDGED_PLAIN,  /* the conditional branch, as the network gives it */
    JUDGED_GUIDED, /* after guidance */
    JUDGED_DRAWN,  /* after guidance, temperature and limits: what the piece is drawn from */
};

/* How a piece is chosen at a temperature above 0. */
enum picking {
    PICK_GUMBEL, /* the best behind noise on all pieces */
    PICK_SUM,    /* by one number and the sums of the probabilities */
    PICK_BEST,   /* the best; the temperature changes the order of reveal alone */
};

/* Whose keys and values are kept from the first step of a block to its last, though they would change: of
 * what stands in front of the block; of all that is outside it. Approximate where every row sees every row;
 * a model whose context stands apart has no use for it. */
enum caching { CACHE_NOTHING, CACHE_PREFIX, CACHE_BOTH_SIDES };

/* What a request may set; zero: the sampler's own. */
struct sampler_settings {
    double threshold;       /* of probability, from which on a piece is sure; below 0: none */
    struct nucleus nucleus; /* which pieces may be drawn */
    int block_length;       /* places; a block is revealed before those behind it. 0: all is one block */
    double alg_temp;        /* of the choice of places by rank, drawn without putting back; 0: the best */
    int reveals;            /* places a step reveals; 0: by rule */
    double early_exit;      /* share of places that must be settled for the rest to be decided; 0: never */
};

/* What the network says about one open place; probabilities by sampler->judged. */
struct guess {
    int place;          /* in the canvas */
    int32_t token;      /* what would be put there */
    double probability; /* of it */
    double margin;      /* the best probability less the second best */
    double entropy;     /* of the whole distribution, nats */
    double uniform;     /* drawn for this place and step, [0, 1) */
    double shown;       /* probability of the token in the unguided conditional branch, without temperature */
};

struct sampler_step {
    const struct guess *guesses; /* [count], one a place that may be revealed, in order of place */
    int count;
    int total;       /* open places of the block when it began */
    int step, steps; /* of the block: 1…steps, or more where the sampler is patient */
    int scheduled;   /* how many the schedule would reveal */
    double reveal;   /* the chance that the schedule reveals one place in this step */
    const struct sampler_settings *settings;
};

struct sampler {
    const char *name, *help;
    double (*rank)(const struct guess *guess);
    /* NULL: step->scheduled; the last step reveals all that is left, unless the sampler is patient. */
    int (*count)(const struct sampler_step *step);
    bool (*done)(const struct sampler_step *step); /* NULL: never early; true: reveal all that is left now */
    enum judged judged;
    enum picking picking;
    enum caching caching;
    /* Who says when the last step is. Neither: it reveals all that is left. `exact`: no step reveals more
     * than it counts, what is left takes further steps. `patient`: nor does a block end before all in it is
     * revealed. */
    bool exact, patient;
    bool blind; /* ranks by `uniform` alone */
    struct sampler_settings settings;

    /* weights [vocabulary] of place reverse->places[k] after the step; any factor, and slightly below 0 is 0.
     */
    void (*weigh)(const struct reverse *reverse, int k, float *weights);
    /* The same for the step after the last one, which leaves no noise; NULL: the most probable x0. */
    void (*clean)(const struct reverse *reverse, int k, float *weights);
    bool masked;   /* what is open must be masks */
    bool scores;   /* weigh and clean read reverse->scores */
    double end;    /* the time that the steps end at */
    bool vectors;  /* goes with processes of vectors, which move on their own */
    bool straight; /* of processes of vectors: adds no noise on the way */
    bool reuses;   /* rows of a canvas that did not change are as good as new, where no time is told */
};

/* Ended by NULL, in order of name (generated from the folder sampler/). */
extern const struct sampler *const sampler_table[];

const struct sampler *sampler_find(const char *name);

#endif
