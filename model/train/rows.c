#include "model/train/rows.h"

#include "model/base/memory.h"
#include "model/network/pair.h"
#include "model/train/draw.h"
#include "model/train/holes.h"
#include "model/train/pair_row.h"
#include "model/train/spoil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct row_maker {
    const struct corpus *corpus;
    struct row_recipe recipe;
    struct random *random; /* of the row under way */
    struct row row;
    bool *spoilt;        /* [room] places that hold a misspelling */
    int32_t *order;      /* [room] scratch */
    struct text_run run; /* scratch */
    struct hole holes[HOLES_MAX];
    int room;
};

struct row_recipe row_recipe_default(int length)
{
    return (struct row_recipe){
        .length = length, .uniform = 0.25, .spoilt = 0.2, .labelled = 0.5, .whole = 0.1, .only = HOLE_ANY
    };
}

struct row_maker *row_maker_new(const struct corpus *corpus, struct row_recipe recipe)
{
    struct row_maker *maker = memory_new(1, sizeof *maker);
    int length = corpus->pair_begin ? PAIR_ROWS * corpus->pair_begin : recipe.length;
    size_t room = (size_t)length;
    maker->corpus = corpus;
    maker->recipe = recipe;
    maker->room = length;
    maker->row.ids = memory_new(room, sizeof *maker->row.ids);
    maker->row.wanted = memory_new(room, sizeof *maker->row.wanted);
    maker->row.positions = memory_new(room, sizeof *maker->row.positions);
    maker->row.kinds = memory_new(room, sizeof *maker->row.kinds);
    maker->row.weight = memory_new(room, sizeof *maker->row.weight);
    maker->spoilt = memory_new(room, sizeof *maker->spoilt);
    maker->order = memory_new(room, sizeof *maker->order);
    return maker;
}

void row_maker_free(struct row_maker *maker)
{
    if (!maker)
        return;
    free(maker->row.ids);
    free(maker->row.wanted);
    free(maker->row.positions);
    free(maker->row.kinds);
    free(maker->row.weight);
    free(maker->spoilt);
    free(maker->order);
    text_run_free(&maker->run);
    free(maker);
}

int row_maker_rows(const struct row_maker *maker, int places)
{
    const struct corpus *corpus = maker->corpus;
    int rows = corpus->pair_begin ? (int)(places / (PAIR_ROWS * (corpus->pair_mean + PAIR_SLOTS)))
                                  : places / maker->recipe.length;
    return rows > 0 ? rows : 1;
}

/* One more place; nothing when the row is full. */
static void put(struct row_maker *maker, int32_t id, int32_t wanted, enum kind kind, int position,
                bool spoilt)
{
    struct row *row = &maker->row;
    if (row->count == maker->room)
        return;
    int i = row->count++;
    row->ids[i] = id;
    row->wanted[i] = wanted;
    row->kinds[i] = (uint8_t)kind;
    row->positions[i] = position;
    row->weight[i] = 0.0f;
    maker->spoilt[i] = spoilt;
}

static void put_labels(struct row_maker *maker, const int32_t *labels, enum kind kind)
{
    maker->row.count = 0;
    for (int i = 0; i < ATTRIBUTE_SLOTS; i++)
        put(maker, labels ? labels[i] : TOKEN_NONE, labels ? labels[i] : TOKEN_NONE, kind, i, false);
}

static size_t document_at(const struct corpus *c, uint64_t at)
{
    size_t low = 0, high = c->document_count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->ends[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Up to `size` tokens of one document; half of the windows begin with a sentence. */
static struct window choose_window(struct row_maker *maker, int size)
{
    const struct corpus *c = maker->corpus;
    uint64_t total = c->ends[c->document_count - 1];
    struct document d = c->documents[document_at(c, (uint64_t)draw_range(maker->random, 0, (int64_t)total))];
    int64_t first = d.start, end = d.end, latest = end - 3 * size / 4 > first ? end - 3 * size / 4 : first;
    int64_t start = draw_range(maker->random, first - size / 4, latest + 1);
    int64_t last = end - 16 > first ? end - 16 : first;
    start = start < first ? first : start > last ? last : start;
    if (draw_chance(maker->random, 0.5)) {
        int64_t sentence = corpus_sentence_at(c, (uint32_t)start);
        if (sentence >= 0 && c->sentences[sentence].start >= first)
            start = c->sentences[sentence].start;
    }
    int64_t count = end - start < size ? end - start : size;
    return (struct window){ (uint32_t)start, (int)count, c->tokens + start };
}

static void make_causal(struct row_maker *maker)
{
    struct window w = choose_window(maker, maker->recipe.length - ATTRIBUTE_SLOTS);
    put_labels(maker, NULL, KIND_CAUSAL);
    struct row *row = &maker->row;
    for (int i = 0; i < w.count; i++) {
        bool last = i + 1 == w.count;
        put(maker, w.tokens[i], last ? TOKEN_PAD : w.tokens[i + 1], KIND_CAUSAL, row->count, false);
        row->weight[row->count - 1] = last ? 0.0f : 1.0f / (float)(w.count - 1);
    }
}

static void make_uniform(struct row_maker *maker, const struct window *w, double share)
{
    int masked = 1 + (int)(share * w->count);
    put_labels(maker, NULL, KIND_ATTRIBUTE);
    for (int i = 0; i < w->count; i++) {
        maker->order[i] = maker->row.count;
        put(maker, w->tokens[i], w->tokens[i], KIND_CONTEXT, maker->row.count, false);
    }
    draw_shuffle(maker->random, maker->order, w->count);
    for (int i = 0; i < masked && i < w->count; i++) {
        int at = maker->order[i];
        maker->row.ids[at] = TOKEN_MASK;
        maker->row.kinds[at] = KIND_HOLE;
        maker->row.weight[at] = 1.0f / (float)masked;
    }
}

/* Times near 0 and 1 are left to the schedule's ends. */
static const double TIME_LEAST = 1e-3;

/* The piece at sigma: what is drawn from the process's transition, by one number. */
static int32_t noised_piece(const struct row_noise *noise, struct random *random, int32_t piece, double sigma)
{
    if (random_uniform_double(random) < exp(-sigma))
        return piece;
    return noise->process->moves ? (int32_t)random_below(random, (uint32_t)noise->noise.vocabulary)
                                 : noise->noise.mask;
}

static void make_noised(struct row_maker *maker, const struct window *w, double share)
{
    const struct row_noise *noise = maker->recipe.noise;
    double t = TIME_LEAST + (1 - TIME_LEAST) * share, sigma = schedule_sigma(&noise->schedule, t);
    double rate = schedule_noise_rate(&noise->schedule, t);
    put_labels(maker, NULL, KIND_ATTRIBUTE);
    struct row *row = &maker->row;
    row->sigma = sigma;
    row->level = (int)(t * noise->levels) < noise->levels ? (int)(t * noise->levels) : noise->levels - 1;
    for (int i = 0; i < w->count; i++) {
        int32_t id = noised_piece(noise, maker->random, w->tokens[i], sigma);
        put(maker, id, w->tokens[i], KIND_HOLE, row->count, false);
        if (noise->process->moves || id == noise->noise.mask)
            row->weight[row->count - 1] = (float)(rate / w->count);
    }
}

/* One to three of the labels that hold for the sentence of token `at`, or all <none>. */
static void choose_labels(struct row_maker *maker, uint32_t at, int32_t *labels)
{
    const struct corpus *c = maker->corpus;
    for (int i = 0; i < ATTRIBUTE_SLOTS; i++)
        labels[i] = TOKEN_NONE;
    if (!c->sentence_count || !draw_chance(maker->random, maker->recipe.labelled))
        return;
    int64_t sentence = corpus_sentence_at(c, at);
    uint64_t held = c->sentences[sentence < 0 ? 0 : sentence].labels;
    double weights[ATTRIBUTES_MAX];
    for (int i = 0; i < c->attribute_count; i++)
        weights[i] = held >> c->attributes[i].bit & 1 ? c->attributes[i].weight : 0.0;
    int count = (int)draw_range(maker->random, 1, ATTRIBUTE_SLOTS + 1);
    for (int i = 0; i < count; i++) {
        int chosen = draw_weighted(maker->random, weights, c->attribute_count);
        if (chosen < 0)
            return;
        labels[i] = c->attributes[chosen].token;
        weights[chosen] = 0.0;
    }
}

/* How the text is laid out around the holes: what of the window is used, and how. */
struct layout {
    int start, end; /* of the window */
    int count;      /* holes kept */
    bool exact;     /* tails left out */
    double spoil;   /* share of misspelt words */
};

static void put_text(struct row_maker *maker, double rate, int *position)
{
    spoil_text(maker->corpus, maker->random, rate, &maker->run);
    for (size_t i = 0; i < maker->run.out_count; i++)
        put(maker, maker->run.ids[i], maker->run.wanted[i], KIND_CONTEXT, (*position)++,
            maker->run.spoilt[i]);
    text_run_clear(&maker->run);
}

static void put_hole(struct row_maker *maker, const struct hole *hole, bool exact, int *position)
{
    for (int i = 0; i < (exact ? hole->size : hole->bucket); i++) {
        int32_t id = i < hole->size ? hole->body[i] : TOKEN_NULL;
        put(maker, id, id, KIND_HOLE, *position + i, false);
    }
    *position += hole->bucket;
}

/* Text and holes in turn; spans [count] receives the holes' places [start, end) in the row. */
static void put_all(struct row_maker *maker, const struct window *w, const struct layout *layout,
                    int (*spans)[2])
{
    int at = layout->start, position = ATTRIBUTE_SLOTS;
    for (int n = 0; n <= layout->count; n++) {
        const struct hole *hole = n < layout->count ? &maker->holes[n] : NULL;
        for (int end = hole ? hole->start : layout->end; at < end; at++)
            text_run_add(&maker->run, w->tokens[at]);
        if (hole && hole->left >= 0)
            text_run_add(&maker->run, hole->left);
        put_text(maker, layout->spoil, &position);
        if (!hole)
            break;
        spans[n][0] = maker->row.count;
        put_hole(maker, hole, layout->exact, &position);
        spans[n][1] = maker->row.count;
        if (hole->right >= 0)
            text_run_add(&maker->run, hole->right);
        at = hole->next;
    }
}

static bool all_masked(const struct row *row, const int span[2])
{
    for (int i = span[0]; i < span[1]; i++)
        if (row->ids[i] != TOKEN_MASK)
            return false;
    return true;
}

/* Masks some of the hole places. Nulls weigh .1 besides pieces, except in a wholly masked hole, where the
 * length is learnt. */
static void mask_holes(struct row_maker *maker, double share, bool whole, int (*spans)[2], int count)
{
    struct row *row = &maker->row;
    int places = 0;
    for (int i = 0; i < row->count; i++)
        if (row->kinds[i] == KIND_HOLE)
            maker->order[places++] = i;
    draw_shuffle(maker->random, maker->order, places);
    double total = 0.0;
    int masked = whole ? places : 1 + (int)(share * places);
    for (int i = 0; i < masked && i < places; i++) {
        int at = maker->order[i];
        row->ids[at] = TOKEN_MASK;
        row->weight[at] = row->wanted[at] == TOKEN_NULL ? 0.1f : 1.0f;
        total += (double)row->weight[at];
    }
    for (int n = 0; n < count; n++)
        for (int i = spans[n][0]; i < spans[n][1] && all_masked(row, spans[n]); i++)
            row->weight[i] = 1.0f;
    for (int i = 0; i < row->count; i++)
        row->weight[i] = (float)((double)row->weight[i] / (total > 1.0 ? total : 1.0));
}

/* The originals of misspelt places, and of as many untouched ones, are asked for with a fifth of the row's
 * weight. */
static void weigh_spoilt(struct row_maker *maker)
{
    struct row *row = &maker->row;
    int clean = 0, spoilt = 0;
    for (int i = 0; i < row->count; i++) {
        spoilt += maker->spoilt[i];
        if (row->kinds[i] == KIND_CONTEXT && !maker->spoilt[i])
            maker->order[clean++] = i;
    }
    if (!spoilt)
        return;
    draw_shuffle(maker->random, maker->order, clean);
    clean = clean < spoilt ? clean : spoilt;
    float weight = 0.2f / (float)(spoilt + clean);
    for (int i = 0; i < clean; i++)
        row->weight[maker->order[i]] = weight;
    for (int i = 0; i < row->count; i++)
        if (maker->spoilt[i])
            row->weight[i] = weight;
}

/* Which part of the window fits beside the holes' tails, all holes that are kept included. */
static struct layout lay_out(struct row_maker *maker, const struct window *w, int count, bool exact)
{
    struct layout layout = { .count = count, .exact = exact };
    int size = w->count;
    for (int i = 0; i < count && !exact; i++)
        size -= maker->holes[i].bucket - maker->holes[i].size;
    const struct hole *holes = maker->holes;
    while (layout.count > 1 && holes[layout.count - 1].next - holes[0].start > size)
        layout.count--;
    int low = holes[layout.count - 1].next - size, high = w->count - size;
    low = low > 0 ? low : 0;
    high = high < holes[0].start ? high : holes[0].start;
    layout.start =
        low >= high || draw_chance(maker->random, 0.5) ? low : (int)draw_range(maker->random, low, high + 1);
    layout.end = layout.start + size;
    return layout;
}

static void make_holes(struct row_maker *maker, const struct window *w, int count, bool exact, double share)
{
    bool one_word = maker->recipe.only == HOLE_ONE_WORD;
    bool whole = one_word || (!exact && draw_chance(maker->random, 0.5));
    bool spoils = draw_chance(maker->random, maker->recipe.spoilt);
    double rate = 0.04 + 0.12 * random_uniform_double(maker->random);
    struct layout layout = lay_out(maker, w, count, exact);
    layout.spoil = spoils ? rate : 0.0;
    int32_t labels[ATTRIBUTE_SLOTS];
    int spans[HOLES_MAX][2];
    choose_labels(maker, w->start + (uint32_t)maker->holes[0].start, labels);
    put_labels(maker, labels, KIND_ATTRIBUTE);
    put_all(maker, w, &layout, spans);
    mask_holes(maker, share, whole, spans, layout.count);
    weigh_spoilt(maker);
}

const struct row *row_maker_make(struct row_maker *maker, struct random *random, double share)
{
    maker->random = random;
    if (maker->corpus->pair_begin) {
        pair_row_make(maker->corpus, random, share, maker->recipe.whole, &maker->row, maker->order);
        return &maker->row;
    }
    if (maker->recipe.causal) {
        make_causal(maker);
        return &maker->row;
    }
    struct window w = choose_window(maker, maker->recipe.length - ATTRIBUTE_SLOTS);
    if (maker->recipe.noise) {
        make_noised(maker, &w, share);
        return &maker->row;
    }
    bool exact = maker->recipe.only != HOLE_ONE_WORD && draw_chance(random, 0.5);
    bool uniform = draw_chance(random, maker->recipe.uniform);
    int count = uniform ? 0 : holes_pick(maker->corpus, random, &w, maker->recipe.only, exact, maker->holes);
    if (count)
        make_holes(maker, &w, count, exact, share);
    else
        make_uniform(maker, &w, share);
    return &maker->row;
}

/* Multiplies the weights of each row as row_maker_fill says; `first` is the first of its losses. */
static void level(struct batch *batch, int first_row, int first, int count, double flat)
{
    double sum = 0.0;
    int *losses = memory_new((size_t)count, sizeof *losses);
    for (int r = 0, i = first; r < count; r++) {
        for (; i < batch->chosen && batch->at[i] < batch->start[first_row + r + 1]; i++)
            losses[r]++;
        sum += pow(losses[r], flat);
    }
    for (int r = 0, i = first; r < count; r++)
        for (int k = 0; k < losses[r]; k++, i++)
            batch->weight[i] *= (float)(pow(losses[r], flat) / sum);
    free(losses);
}

void row_maker_fill(struct row_maker *maker, uint64_t seed, uint64_t step, int count, double flat,
                    struct batch *batch)
{
    int first_row = batch->row_count, first = batch->chosen;
    int32_t *shares = memory_new((size_t)count, sizeof *shares);
    struct random order = draw_stream(seed, DRAW_SHARES, step);
    for (int i = 0; i < count; i++)
        shares[i] = i;
    draw_shuffle(&order, shares, count);
    for (int i = 0; i < count; i++) {
        struct random random = draw_stream(seed, DRAW_ROW, step << 20 | (uint64_t)i);
        double share = (shares[i] + random_uniform_double(&random)) / count;
        batch_add_row(batch, row_maker_make(maker, &random, share));
    }
    free(shares);
    level(batch, first_row, first, count, flat);
}
