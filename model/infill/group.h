/* group.h - holes that fit one context, filled jointly.
 *
 *     sides[0] | hole 0 | sides[1] | hole 1 | sides[2]      sides: text as pieces, without the bytes that
 * touch a hole positions run on; a hole keeps `room` positions whatever length is chosen, so what follows
 * does not move
 *
 * group_fill: window and context once; one look at wholly masked rooms gives the plan of each left seam and
 * the chances of each length; drafts of several lengths are denoised together (or searched, where a hole is a
 * few pieces long); the best by pseudo-log-likelihood come first. */
#ifndef MODEL_INFILL_GROUP_H
#define MODEL_INFILL_GROUP_H

#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/infill/lattice.h"
#include "model/infill/open.h"
#include "model/infill/wish.h"

/* Network rows in front of the text: the attribute slots, or, of a model without, its bos and the attributes
 * as text; a chat-tuned one has them as an instruction in its own format (chat.h). The unconditional branch
 * has <none>, or masks where the text or the whole prompt is, as LLaDA's has. */
struct front {
    int32_t *with, *without, *positions; /* [count] */
    int count;
    bool asked; /* anything but <none> */
};
bool front_new(struct front *front, const struct infill *infill, const struct ids *attributes,
               const char *preface, struct lacuna_error *error);
void front_free(struct front *front);

struct hole {
    struct seam seam;
    struct plans plans;
    struct rule rule;
    int room;       /* positions */
    int position;   /* of its first place */
    double *chance; /* [room + 1] of each canvas length (fixed pieces included); sums to 1 */
    int low, high;  /* canvas lengths that can be met */
};

/* One candidate for all holes of the group. The sequence comes first: hooks get it and mean the draft. */
struct draft {
    struct sequence sequence;
    int *starts;          /* [holes + 1] where each hole's canvas begins */
    uint8_t *kept;        /* [canvas] */
    struct effect *macro; /* [canvas] */
    int32_t *avoid;       /* [canvas] pieces not to choose, or NULL */
    double prior;         /* logarithm of the chance of its lengths */
    double rank;          /* what the order goes by; a logarithm of probability */
    int width;            /* how many fills a search that begins here may keep */
    char **fills;         /* [holes] ended by a 0 byte, once closed */
    int *tokens;          /* [holes] pieces that hold bytes of the fill */
};

struct drafts {
    struct draft **at;
    size_t count, room;
};

/* What an observer sees: every hole of the request, in order. */
struct board;
struct board *board_new(const struct infill_watch *watch, size_t hole_count);
void board_free(struct board *board);
/* Hole `index` reads like this canvas (undecided places as U+00B7); `touch` bytes of it are not shown. */
void board_set(struct board *board, size_t index, const struct pieces *pieces, const struct canvas *canvas,
               int start, int end, size_t touch);
/* What hole `index` reads now stays in front of what is set there next. */
void board_settle(struct board *board, size_t index);
void board_show(struct board *board, int step, int steps);

struct text_part {
    const char *at;
    size_t size;
};

struct group {
    const struct infill *infill;
    const struct wish *wish;
    const struct pieces *pieces;
    struct denoiser_session *session;
    const struct infill_watch *watch; /* never NULL */
    struct board *board;
    size_t first;   /* index of its first hole among all */
    size_t *owners; /* [hole_count] span of the request that each hole shows in; the caller's */
    struct hole *holes;
    int hole_count;
    struct ids *sides; /* [hole_count + 1] */
    struct front front;
    struct denoise denoise;
    struct vectors vectors;      /* of a process of vectors: its settings */
    struct workspace *workspace; /* shared by groups that run one after another */
    char **keep;                 /* words to place in this group; borrowed */
    size_t keep_count;
    uint64_t stream;           /* next stream of random numbers */
    struct drafts drafts;      /* best first */
    struct draft *opening;     /* what came of finding the lengths, finished; NULL: nothing */
    int steps;                 /* taken for the first draft */
    bool stopped;              /* the draft is not finished */
    struct text_part original; /* what is rewritten; nothing where a hole is filled */
};

/* sides.c: ids of the nearest text, cut so that all fits; false: LACUNA_TOO_LONG. Sets room and position of
 * the holes. */
bool group_window(struct group *group, struct lacuna_error *error);
/* Sets the session's context: all sides, less `near` pieces beside each hole. */
bool group_context(struct group *group, int near, struct lacuna_error *error);
/* How many pieces of side `index` lie within `near` of the hole on its left and on its right. */
void side_near(const struct group *group, int index, int near, int *behind_hole, int *before_hole);
/* Position of piece `at` of side `index`. */
int side_position(const struct group *group, int index, int at);

/* length.c: plans, rules and chances of length from one look; false: LACUNA_LENGTH, LACUNA_TOO_LONG, … */
bool group_lengths(struct group *group, struct lacuna_error *error);
bool rule_of_plan(struct group *group, struct hole *hole, int plan);

/* draft.c. lengths: canvas length of each hole. */
struct draft *draft_new(struct group *group, const int *lengths, double heat);
/* The open places hold noise. */
void draft_noise(const struct group *group, struct draft *draft);
struct draft *draft_copy(struct group *group, const struct draft *from);
void draft_free(struct draft *draft, int hole_count);
/* One more open place of hole `hole` in front of `place`; one place fewer. Positions are the caller's to set.
 */
void draft_insert(struct draft *draft, int hole_count, int hole, int place);
void draft_remove(struct draft *draft, int hole_count, int hole, int place);
struct stretch draft_stretch(const struct group *group, const struct draft *draft, int hole);
int draft_fixed(const struct group *group, int hole);
bool draft_possible(const struct group *group, const struct draft *draft);
double draft_score(const struct draft *draft);
/* Makes fills and tokens out of what is decided. */
void draft_close(const struct group *group, struct draft *draft);
bool draft_same(const struct draft *a, const struct draft *b, int hole_count);
/* Every promise of the contract, looked at in the closed draft's text. */
bool draft_keeps_promises(const struct group *group, const struct draft *draft);
void drafts_add(struct drafts *drafts, struct draft *draft);
void drafts_free(struct drafts *drafts, int hole_count);
/* Pointers to the drafts' sequences, malloc'd. */
struct sequence **drafts_sequences(const struct drafts *drafts);
/* Highest rank first; equal ones stay in order. */
void drafts_sort(struct drafts *drafts);
/* Frees those that say the same as an earlier one, or break a promise. */
void drafts_sift(struct group *group, struct drafts *drafts);
/* The hook of the denoising loop: the lattice decides. user: the group. */
void group_choose(void *user, const struct view *view, int32_t *tokens);
void group_observe(void *user, int step, int steps, struct sequence *const *sequences, int count);

/* keep.c: puts the group's words at their likeliest places; copies for the likeliest layouts, at most `most`.
 * Consumes `draft`. No layout: *out stays empty. */
bool group_keep(struct group *group, struct draft *draft, size_t most, struct drafts *out,
                struct lacuna_error *error);

/* beam.c: best-first from left to right, for few open places. Consumes `draft`; adds at most `width` drafts.
 */
bool group_beam(struct group *group, struct draft *draft, int width, struct drafts *out,
                struct lacuna_error *error);

/* rerank.c: sets rank by pseudo-log-likelihood of fill and neighbourhood, and sorts. */
bool group_rerank(struct group *group, struct drafts *drafts, struct lacuna_error *error);
/* vary.c: more drafts, each one piece away from one that is there, until there are `count` or no more exist.
 */
bool group_vary(struct group *group, struct drafts *drafts, size_t count, struct lacuna_error *error);

/* group.c: texts[hole_count + 1] around the holes (borrowed while the group lives). */
/* Front, seams, sides and the loop's parameters; group_fill begins with it. */
bool group_start(struct group *group, const struct text_part *texts, struct lacuna_error *error);
/* One hole that most likely takes a word or two: the best fills are searched for, not sampled. */
bool group_is_brief(const struct group *group);
bool group_fill(struct group *group, const struct text_part *texts, struct lacuna_error *error);
/* rewrite.c: part of the original's words is masked and filled again; one hole. */
bool group_rewrite(struct group *group, const struct text_part *texts, struct text_part original,
                   struct lacuna_error *error);
/* group.c: from drafts that were run to the best ones first. */
bool group_order(struct group *group, struct drafts *drafts, struct lacuna_error *error);
/* The leading draft as it stands, alone. */
void group_stop(struct group *group, struct drafts *drafts);
void group_free(struct group *group);

#endif
