#include "model/infill/group.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BEAM_PIECES = 3, DRAFTS_LEAST = 4, LONG_PIECES = 10 };
/* Temperature of drafts beside the first of a length. */
static const double OTHER_HEAT = 0.7;

/* ---- what is to be drafted */

struct lengths {
    int *at; /* [count][hole_count] canvas lengths */
    size_t count;
};

static int likeliest(const struct hole *hole)
{
    int best = hole->low;
    for (int size = hole->low; size <= hole->high; size++)
        if (hole->chance[size] > hole->chance[best])
            best = size;
    return best;
}

/* The length at quantile u of the chances. */
static int length_at(const struct hole *hole, double u)
{
    double sum = 0;
    for (int size = hole->low; size <= hole->high; size++) {
        sum += hole->chance[size];
        if (sum > u)
            return size;
    }
    return hole->high;
}

bool group_is_brief(const struct group *group)
{
    const struct hole *hole = &group->holes[0];
    double chance = 0;
    for (int size = hole->low; hole->chance && size <= hole->high; size++)
        if (size <= draft_fixed(group, 0) + BEAM_PIECES)
            chance += hole->chance[size];
    return group->hole_count == 1 && chance >= 0.5;
}

/* What the leading draft has: the likeliest length of a word, the middle one of a text. */
static int typical(const struct group *group, const struct hole *hole)
{
    return group_is_brief(group) ? likeliest(hole) : length_at(hole, 0.5);
}

static void add_lengths(struct group *group, struct lengths *lengths, const double *quantile,
                        struct random *random)
{
    lengths->at =
        memory_resize(lengths->at, (lengths->count + 1) * (size_t)group->hole_count, sizeof *lengths->at);
    int *row = lengths->at + lengths->count++ * (size_t)group->hole_count;
    for (int h = 0; h < group->hole_count; h++) {
        const struct hole *hole = &group->holes[h];
        row[h] = random     ? length_at(hole, random_uniform_double(random))
                 : quantile ? length_at(hole, *quantile)
                            : typical(group, hole);
    }
}

/* How many drafts: several where they are cheap or alternatives are asked for. */
static size_t draft_count(const struct group *group)
{
    const struct wish *wish = group->wish;
    if (group->wish->sample)
        return 1;
    size_t wanted = 2 * (size_t)wish->count > DRAFTS_LEAST ? 2 * (size_t)wish->count : DRAFTS_LEAST;
    int pieces = 0;
    for (int h = 0; h < group->hole_count; h++)
        pieces += typical(group, &group->holes[h]);
    return pieces > LONG_PIECES ? (size_t)wish->count + 1 : wanted;
}

/* The likeliest length first, then lengths over the whole distribution: evenly for one hole, drawn for
 * several. */
static struct lengths plan_lengths(struct group *group)
{
    struct lengths lengths = { 0 };
    struct random random = random_new(group->wish->seed, group->stream++);
    size_t count = draft_count(group);
    if (group->wish->sample) {
        add_lengths(group, &lengths, NULL, &random);
        return lengths;
    }
    add_lengths(group, &lengths, NULL, NULL);
    for (size_t k = 0; k + 1 < count; k++) {
        double quantile = ((double)k + 0.5) / (double)(count - 1);
        add_lengths(group, &lengths, &quantile, group->hole_count > 1 && k ? &random : NULL);
    }
    return lengths;
}

static bool same_row(const struct lengths *lengths, size_t a, size_t b, int holes)
{
    return memcmp(lengths->at + a * (size_t)holes, lengths->at + b * (size_t)holes,
                  (size_t)holes * sizeof(int)) == 0;
}

/* ---- drafts of one length */

struct work {
    struct drafts beams, runs, done;
    bool beam_first; /* the leading draft is searched, not denoised */
};

/* So few pieces that all can be searched, one after another; vectors come all at once. */
static bool is_short(const struct group *group, const int *row)
{
    const struct wish *wish = group->wish;
    return !group->denoise.vectors && group->hole_count == 1 && wish->temperature == 0 && !wish->sample &&
           !wish->sampler_named && row[0] - draft_fixed(group, 0) <= BEAM_PIECES;
}

static bool start_drafts(struct group *group, const int *row, size_t copies, struct work *work,
                         struct lacuna_error *error)
{
    struct drafts laid = { 0 };
    double heat = group->denoise.vectors ? 0 : group->wish->temperature;
    bool beam = is_short(group, row);
    if (!group_keep(group, draft_new(group, row, heat), beam ? 1 : copies, &laid, error)) {
        drafts_free(&laid, group->hole_count);
        return false;
    }
    size_t layouts = laid.count;
    for (size_t k = layouts; layouts && !beam && k < copies; k++) {
        struct draft *copy = draft_copy(group, laid.at[k % layouts]);
        if (!group->denoise.vectors)
            copy->sequence.heat = heat > OTHER_HEAT ? heat : OTHER_HEAT;
        drafts_add(&laid, copy);
    }
    if (!work->beams.count && !work->runs.count)
        work->beam_first = beam;
    for (size_t i = 0; i < laid.count; i++)
        laid.at[i]->width = group_is_brief(group) ? group->wish->count + 2 : (int)copies;
    for (size_t i = 0; i < laid.count; i++)
        drafts_add(beam ? &work->beams : &work->runs, laid.at[i]);
    free(laid.at);
    return true;
}

/* Where kept words fit into none of the planned lengths: every other length, the likeliest first. */
static bool start_anywhere(struct group *group, struct work *work, struct lacuna_error *error)
{
    int *row = memory_new((size_t)group->hole_count, sizeof *row);
    bool fine = true;
    for (int h = 0; h < group->hole_count; h++)
        row[h] = likeliest(&group->holes[h]);
    for (int h = 0; h < group->hole_count && fine && !work->beams.count && !work->runs.count; h++) {
        const struct hole *hole = &group->holes[h];
        for (int size = hole->low; size <= hole->high && fine && !work->beams.count && !work->runs.count;
             size++) {
            if (!hole->chance[size])
                continue;
            row[h] = size;
            fine = start_drafts(group, row, 2, work, error);
        }
        row[h] = hole->high;
    }
    free(row);
    if (fine && !work->beams.count && !work->runs.count)
        return fail(error, LACUNA_KEEP, "the kept words do not fit into the hole%s at the length asked for",
                    group->hole_count > 1 ? "s" : "");
    return fine;
}

static bool start_all(struct group *group, struct work *work, struct lacuna_error *error)
{
    struct lengths lengths = plan_lengths(group);
    bool fine = true;
    for (size_t i = 0; i < lengths.count && fine; i++) {
        size_t copies = 1, earlier = 0;
        for (; earlier < i && !same_row(&lengths, i, earlier, group->hole_count); earlier++)
            ;
        for (size_t k = i + 1; k < lengths.count; k++)
            copies += same_row(&lengths, i, k, group->hole_count);
        if (earlier == i)
            fine = start_drafts(group, lengths.at + i * (size_t)group->hole_count, copies, work, error);
    }
    free(lengths.at);
    return fine && (work->beams.count || work->runs.count || start_anywhere(group, work, error));
}

/* ---- from drafts to an order */

static bool stopped(const struct group *group)
{
    return group->watch->stop && atomic_load(group->watch->stop);
}

static bool run_beams(struct group *group, struct work *work, struct lacuna_error *error)
{
    bool fine = true;
    void (*observe)(void *, int, int, struct sequence *const *, int) = group->denoise.observe;
    for (size_t i = 0; i < work->beams.count; i++) {
        struct draft *draft = work->beams.at[i];
        if (!fine) {
            draft_free(draft, group->hole_count);
            continue;
        }
        group->denoise.observe = i == 0 && work->beam_first ? observe : NULL;
        fine = group_beam(group, draft, draft->width, &work->done, error);
    }
    work->beams.count = 0;
    group->denoise.observe = observe;
    return fine;
}

static bool run_all(struct group *group, struct work *work, struct lacuna_error *error)
{
    if (!run_beams(group, work, error))
        return false;
    struct sequence **sequences = drafts_sequences(&work->runs);
    struct denoise denoise = group->denoise;
    if (work->beam_first)
        denoise.observe = NULL;
    bool fine = denoise_run(&denoise, sequences, (int)work->runs.count, error);
    free(sequences);
    for (size_t i = 0; i < work->runs.count; i++)
        drafts_add(&work->done, work->runs.at[i]);
    work->runs.count = 0;
    return fine;
}

void group_stop(struct group *group, struct drafts *drafts)
{
    draft_close(group, drafts->at[0]);
    drafts_add(&group->drafts, drafts->at[0]);
    for (size_t i = 1; i < drafts->count; i++)
        draft_free(drafts->at[i], group->hole_count);
    drafts->count = 0;
    group->stopped = true;
}

static int by_score(const void *a, const void *b)
{
    double x = draft_score(*(struct draft *const *)a), y = draft_score(*(struct draft *const *)b);
    return (x < y) - (x > y);
}

/* Only the better ones are worth the network's time. */
static void prune(struct group *group, struct drafts *drafts)
{
    size_t most = 2 * (size_t)group->wish->count + 2;
    qsort(drafts->at, drafts->count, sizeof *drafts->at, by_score);
    for (; drafts->count > most; drafts->count--)
        draft_free(drafts->at[drafts->count - 1], group->hole_count);
}

bool group_order(struct group *group, struct drafts *drafts, struct lacuna_error *error)
{
    size_t count = (size_t)group->wish->count;
    drafts_sift(group, drafts);
    if (!drafts->count)
        return fail(error, group->keep_count ? LACUNA_KEEP : LACUNA_LENGTH,
                    "no fill was found that keeps what was asked");
    prune(group, drafts);
    if (drafts->count > 1 && !group_rerank(group, drafts, error))
        return false;
    if (drafts->count < count &&
        (!group_context(group, 0, error) || !group_vary(group, drafts, count, error)))
        return false;
    for (; drafts->count > count; drafts->count--)
        draft_free(drafts->at[drafts->count - 1], group->hole_count);
    return true;
}

/* ---- the group */

enum { BYTES_A_PIECE = 12 };

/* The far end of a long side is of no use: cut it at a blank, so that what stays is cut into pieces as in the
 * whole text. */
static struct text_part near_part(struct text_part part, size_t most, bool keep_end)
{
    if (part.size <= most)
        return part;
    size_t at = keep_end ? part.size - most : most;
    size_t limit = keep_end ? part.size : 0;
    for (int looked = 0; looked < 64 && at != limit && part.at[at] != ' ' && part.at[at] != '\n'; looked++)
        at += keep_end ? 1 : (size_t)-1;
    while (at < part.size && ((unsigned char)part.at[at] & 0xC0) == 0x80)
        at++;
    return keep_end ? (struct text_part){ part.at + at, part.size - at } : (struct text_part){ part.at, at };
}

static bool read_sides(struct group *group, const struct text_part *texts, struct lacuna_error *error)
{
    size_t most = (size_t)infill_framing(group->infill)->context_length * BYTES_A_PIECE;
    bool fine = true;
    for (int s = 0; s <= group->hole_count && fine; s++) {
        struct text_part part = texts[s];
        if (s < group->hole_count) {
            struct hole *hole = &group->holes[s];
            hole->seam = seam_find(part.at, part.size, texts[s + 1].at, texts[s + 1].size);
            fine = plans_new(&hole->plans, group->pieces, &hole->seam, error);
            part.size -= hole->seam.touch;
        }
        if (s == 0 || s == group->hole_count)
            part = near_part(part, most, s == 0);
        fine = fine &&
               tokenizer_encode(group->pieces->tokenizer, part.at, part.size, false, &group->sides[s], error);
    }
    return fine;
}

/* Settings of a process of vectors: DDPM where each step is to be drawn, else DDIM without noise. */
static bool set_vectors(struct group *group, struct lacuna_error *error)
{
    const struct rounding *rounding = denoiser_rounding(infill_denoiser(group->infill));
    if (!rounding)
        return true;
    if (!vectors_prepare(&group->vectors, infill_framing(group->infill), rounding, group->wish->steps, error))
        return false;
    group->vectors.ddim = group->wish->sampler != sampler_find("ancestral");
    group->vectors.rounds = true;
    group->vectors.steering = group->wish->steering;
    group->denoise.vectors = &group->vectors;
    group->denoise.steps = group->vectors.steps;
    return true;
}

static void set_denoise(struct group *group)
{
    const struct wish *wish = group->wish;
    const struct front *front = &group->front;
    struct denoise *denoise = &group->denoise;
    *denoise = denoise_of(infill_framing(group->infill));
    denoise->session = group->session;
    denoise->sampler = wish->sampler;
    denoise->settings = wish->settings;
    denoise->guidance = (struct guidance){ .condition = { .with = front->with,
                                                          .without = front->without,
                                                          .positions = front->positions,
                                                          .count = front->count },
                                           .scale = wish->guidance,
                                           .floor = guidance_floor,
                                           .active = front->asked && wish->guidance != 1 };
    denoise->steps = wish->steps;
    denoise->workspace = group->workspace;
    denoise->user = group;
    denoise->choose = group_choose;
    denoise->observe = group_observe;
    denoise->cancel = group->watch->cancel;
    denoise->stop = group->watch->stop;
}

bool group_start(struct group *group, const struct text_part *texts, struct lacuna_error *error)
{
    group->pieces = infill_pieces(group->infill);
    group->holes = memory_new((size_t)group->hole_count, sizeof *group->holes);
    group->sides = memory_new((size_t)group->hole_count + 1, sizeof *group->sides);
    if (!front_new(&group->front, group->infill, &group->wish->attributes, group->wish->preface, error) ||
        !read_sides(group, texts, error))
        return false;
    set_denoise(group);
    return set_vectors(group, error);
}

bool group_fill(struct group *group, const struct text_part *texts, struct lacuna_error *error)
{
    if (!group_start(group, texts, error) || !group_lengths(group, error))
        return false;
    struct work work = { 0 };
    bool enough = group->opening && (group->wish->count == 1 || stopped(group));
    if (group->opening)
        drafts_add(&work.done, group->opening);
    group->opening = NULL;
    bool fine = enough || (start_all(group, &work, error) && run_all(group, &work, error));
    if (fine && stopped(group))
        group_stop(group, &work.done);
    else if (fine)
        fine = group_order(group, &work.done, error);
    if (fine && !group->stopped) {
        group->drafts = work.done;
        work.done = (struct drafts){ 0 };
    }
    if (fine)
        group->steps = group->drafts.at[0]->sequence.steps;
    drafts_free(&work.beams, group->hole_count);
    drafts_free(&work.runs, group->hole_count);
    drafts_free(&work.done, group->hole_count);
    return fine;
}

void group_free(struct group *group)
{
    vectors_free(&group->vectors);
    drafts_free(&group->drafts, group->hole_count);
    draft_free(group->opening, group->hole_count);
    for (int h = 0; group->holes && h < group->hole_count; h++) {
        rule_free(&group->holes[h].rule);
        plans_free(&group->holes[h].plans);
        free(group->holes[h].chance);
    }
    for (int s = 0; group->sides && s <= group->hole_count; s++)
        ids_free(&group->sides[s]);
    free(group->holes);
    free(group->sides);
    front_free(&group->front);
}
