#include "model/train/rows.h"

#include "model/base/memory.h"
#include "model/train/draw.h"
#include "model/train/holes.h"
#include "model/train/spoil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rows {
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
        .length = length, .uniform = 0.25, .spoilt = 0.2, .labelled = 0.5, .only = HOLE_ANY
    };
}

struct rows *rows_new(const struct corpus *corpus, struct row_recipe recipe)
{
    struct rows *rows = memory_new(1, sizeof *rows);
    size_t room = (size_t)recipe.length;
    rows->corpus = corpus;
    rows->recipe = recipe;
    rows->room = recipe.length;
    rows->row.ids = memory_new(room, sizeof *rows->row.ids);
    rows->row.wanted = memory_new(room, sizeof *rows->row.wanted);
    rows->row.positions = memory_new(room, sizeof *rows->row.positions);
    rows->row.kinds = memory_new(room, sizeof *rows->row.kinds);
    rows->row.weight = memory_new(room, sizeof *rows->row.weight);
    rows->spoilt = memory_new(room, sizeof *rows->spoilt);
    rows->order = memory_new(room, sizeof *rows->order);
    return rows;
}

void rows_free(struct rows *rows)
{
    if (!rows)
        return;
    free(rows->row.ids);
    free(rows->row.wanted);
    free(rows->row.positions);
    free(rows->row.kinds);
    free(rows->row.weight);
    free(rows->spoilt);
    free(rows->order);
    text_run_free(&rows->run);
    free(rows);
}

/* One more place; nothing when the row is full. */
static void put(struct rows *rows, int32_t id, int32_t wanted, enum kind kind, int position, bool spoilt)
{
    struct row *row = &rows->row;
    if (row->count == rows->room)
        return;
    int i = row->count++;
    row->ids[i] = id;
    row->wanted[i] = wanted;
    row->kinds[i] = (uint8_t)kind;
    row->positions[i] = position;
    row->weight[i] = 0.0f;
    rows->spoilt[i] = spoilt;
}

static void put_labels(struct rows *rows, const int32_t *labels, enum kind kind)
{
    rows->row.count = 0;
    for (int i = 0; i < ATTRIBUTE_SLOTS; i++)
        put(rows, labels ? labels[i] : TOKEN_NONE, labels ? labels[i] : TOKEN_NONE, kind, i, false);
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
static struct window choose_window(struct rows *rows, int size)
{
    const struct corpus *c = rows->corpus;
    uint64_t total = c->ends[c->document_count - 1];
    struct document d = c->documents[document_at(c, (uint64_t)draw_range(rows->random, 0, (int64_t)total))];
    int64_t first = d.start, end = d.end, latest = end - 3 * size / 4 > first ? end - 3 * size / 4 : first;
    int64_t start = draw_range(rows->random, first - size / 4, latest + 1);
    int64_t last = end - 16 > first ? end - 16 : first;
    start = start < first ? first : start > last ? last : start;
    if (draw_chance(rows->random, 0.5)) {
        int64_t sentence = corpus_sentence_at(c, (uint32_t)start);
        if (sentence >= 0 && c->sentences[sentence].start >= first)
            start = c->sentences[sentence].start;
    }
    int64_t count = end - start < size ? end - start : size;
    return (struct window){ (uint32_t)start, (int)count, c->tokens + start };
}

static void make_causal(struct rows *rows)
{
    struct window w = choose_window(rows, rows->recipe.length - ATTRIBUTE_SLOTS);
    put_labels(rows, NULL, KIND_CAUSAL);
    struct row *row = &rows->row;
    for (int i = 0; i < w.count; i++) {
        bool last = i + 1 == w.count;
        put(rows, w.tokens[i], last ? TOKEN_PAD : w.tokens[i + 1], KIND_CAUSAL, row->count, false);
        row->weight[row->count - 1] = last ? 0.0f : 1.0f / (float)(w.count - 1);
    }
}

static void make_uniform(struct rows *rows, const struct window *w, double share)
{
    int masked = 1 + (int)(share * w->count);
    put_labels(rows, NULL, KIND_ATTRIBUTE);
    for (int i = 0; i < w->count; i++) {
        rows->order[i] = rows->row.count;
        put(rows, w->tokens[i], w->tokens[i], KIND_CONTEXT, rows->row.count, false);
    }
    draw_shuffle(rows->random, rows->order, w->count);
    for (int i = 0; i < masked && i < w->count; i++) {
        int at = rows->order[i];
        rows->row.ids[at] = TOKEN_MASK;
        rows->row.kinds[at] = KIND_HOLE;
        rows->row.weight[at] = 1.0f / (float)masked;
    }
}

/* One to three of the labels that hold for the sentence of token `at`, or all <none>. */
static void choose_labels(struct rows *rows, uint32_t at, int32_t *labels)
{
    const struct corpus *c = rows->corpus;
    for (int i = 0; i < ATTRIBUTE_SLOTS; i++)
        labels[i] = TOKEN_NONE;
    if (!c->sentence_count || !draw_chance(rows->random, rows->recipe.labelled))
        return;
    int64_t sentence = corpus_sentence_at(c, at);
    uint64_t held = c->sentences[sentence < 0 ? 0 : sentence].labels;
    double weights[ATTRIBUTES_MAX];
    for (int i = 0; i < c->attribute_count; i++)
        weights[i] = held >> c->attributes[i].bit & 1 ? c->attributes[i].weight : 0.0;
    int count = (int)draw_range(rows->random, 1, ATTRIBUTE_SLOTS + 1);
    for (int i = 0; i < count; i++) {
        int chosen = draw_weighted(rows->random, weights, c->attribute_count);
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

static void put_text(struct rows *rows, double rate, int *position)
{
    spoil_text(rows->corpus, rows->random, rate, &rows->run);
    for (size_t i = 0; i < rows->run.out_count; i++)
        put(rows, rows->run.ids[i], rows->run.wanted[i], KIND_CONTEXT, (*position)++, rows->run.spoilt[i]);
    text_run_clear(&rows->run);
}

static void put_hole(struct rows *rows, const struct hole *hole, bool exact, int *position)
{
    for (int i = 0; i < (exact ? hole->size : hole->bucket); i++) {
        int32_t id = i < hole->size ? hole->body[i] : TOKEN_NULL;
        put(rows, id, id, KIND_HOLE, *position + i, false);
    }
    *position += hole->bucket;
}

/* Text and holes in turn; spans [count] receives the holes' places [start, end) in the row. */
static void put_all(struct rows *rows, const struct window *w, const struct layout *layout, int (*spans)[2])
{
    int at = layout->start, position = ATTRIBUTE_SLOTS;
    for (int n = 0; n <= layout->count; n++) {
        const struct hole *hole = n < layout->count ? &rows->holes[n] : NULL;
        for (int end = hole ? hole->start : layout->end; at < end; at++)
            text_run_add(&rows->run, w->tokens[at]);
        if (hole && hole->left >= 0)
            text_run_add(&rows->run, hole->left);
        put_text(rows, layout->spoil, &position);
        if (!hole)
            break;
        spans[n][0] = rows->row.count;
        put_hole(rows, hole, layout->exact, &position);
        spans[n][1] = rows->row.count;
        if (hole->right >= 0)
            text_run_add(&rows->run, hole->right);
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
static void mask_holes(struct rows *rows, double share, bool whole, int (*spans)[2], int count)
{
    struct row *row = &rows->row;
    int places = 0;
    for (int i = 0; i < row->count; i++)
        if (row->kinds[i] == KIND_HOLE)
            rows->order[places++] = i;
    draw_shuffle(rows->random, rows->order, places);
    double total = 0.0;
    int masked = whole ? places : 1 + (int)(share * places);
    for (int i = 0; i < masked && i < places; i++) {
        int at = rows->order[i];
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
static void weigh_spoilt(struct rows *rows)
{
    struct row *row = &rows->row;
    int clean = 0, spoilt = 0;
    for (int i = 0; i < row->count; i++) {
        spoilt += rows->spoilt[i];
        if (row->kinds[i] == KIND_CONTEXT && !rows->spoilt[i])
            rows->order[clean++] = i;
    }
    if (!spoilt)
        return;
    draw_shuffle(rows->random, rows->order, clean);
    clean = clean < spoilt ? clean : spoilt;
    float weight = 0.2f / (float)(spoilt + clean);
    for (int i = 0; i < clean; i++)
        row->weight[rows->order[i]] = weight;
    for (int i = 0; i < row->count; i++)
        if (rows->spoilt[i])
            row->weight[i] = weight;
}

/* Which part of the window fits beside the holes' tails, all holes that are kept included. */
static struct layout lay_out(struct rows *rows, const struct window *w, int count, bool exact)
{
    struct layout layout = { .count = count, .exact = exact };
    int size = w->count;
    for (int i = 0; i < count && !exact; i++)
        size -= rows->holes[i].bucket - rows->holes[i].size;
    const struct hole *holes = rows->holes;
    while (layout.count > 1 && holes[layout.count - 1].next - holes[0].start > size)
        layout.count--;
    int low = holes[layout.count - 1].next - size, high = w->count - size;
    low = low > 0 ? low : 0;
    high = high < holes[0].start ? high : holes[0].start;
    layout.start =
        low >= high || draw_chance(rows->random, 0.5) ? low : (int)draw_range(rows->random, low, high + 1);
    layout.end = layout.start + size;
    return layout;
}

static void make_holes(struct rows *rows, const struct window *w, int count, bool exact, double share)
{
    bool one_word = rows->recipe.only == HOLE_ONE_WORD;
    bool whole = one_word || (!exact && draw_chance(rows->random, 0.5));
    bool spoils = draw_chance(rows->random, rows->recipe.spoilt);
    double rate = 0.04 + 0.12 * random_uniform_double(rows->random);
    struct layout layout = lay_out(rows, w, count, exact);
    layout.spoil = spoils ? rate : 0.0;
    int32_t labels[ATTRIBUTE_SLOTS];
    int spans[HOLES_MAX][2];
    choose_labels(rows, w->start + (uint32_t)rows->holes[0].start, labels);
    put_labels(rows, labels, KIND_ATTRIBUTE);
    put_all(rows, w, &layout, spans);
    mask_holes(rows, share, whole, spans, layout.count);
    weigh_spoilt(rows);
}

const struct row *rows_make(struct rows *rows, struct random *random, double share)
{
    rows->random = random;
    if (rows->recipe.causal) {
        make_causal(rows);
        return &rows->row;
    }
    struct window w = choose_window(rows, rows->recipe.length - ATTRIBUTE_SLOTS);
    bool exact = rows->recipe.only != HOLE_ONE_WORD && draw_chance(random, 0.5);
    bool uniform = draw_chance(random, rows->recipe.uniform);
    int count = uniform ? 0 : holes_pick(rows->corpus, random, &w, rows->recipe.only, exact, rows->holes);
    if (count)
        make_holes(rows, &w, count, exact, share);
    else
        make_uniform(rows, &w, share);
    return &rows->row;
}

/* Multiplies the weights of each row as rows_fill says; `first` is the first of its losses. */
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

void rows_fill(struct rows *rows, uint64_t seed, uint64_t step, int count, double flat, struct batch *batch)
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
        batch_add_row(batch, rows_make(rows, &random, share));
    }
    free(shares);
    level(batch, first_row, first, count, flat);
}
