#include "model/train/validation.h"

#include "model/base/memory.h"
#include "model/train/draw.h"

#include <math.h>
#include <stdlib.h>

enum { BITS = 0, PARTS = 6, BATCH_ROWS = 32, WORD_BATCHES = 5 };
static const char *const part_names[PARTS] = { "bpb", "words", "phrase", "sentence", "sentences", "word" };

struct validation {
    const struct corpus *corpus;
    const struct scores *scores;
    struct batch parts[PARTS]; /* uniform rows, then one kind of hole each */
};

/* Sums over rows. */
struct tally {
    double loss, total;
    long hits, rows;
};

static void fill(struct batch *batch, struct row_maker *maker, uint64_t seed, int batches)
{
    for (int b = 0; b < batches; b++) {
        int32_t shares[BATCH_ROWS];
        struct random order = draw_stream(seed, DRAW_SHARES, (uint64_t)b);
        for (int i = 0; i < BATCH_ROWS; i++)
            shares[i] = i;
        draw_shuffle(&order, shares, BATCH_ROWS);
        for (int i = 0; i < BATCH_ROWS; i++) {
            struct random random = draw_stream(seed, DRAW_ROW, (uint64_t)(b * BATCH_ROWS + i));
            double share = (shares[i] + random_uniform_double(&random)) / BATCH_ROWS;
            batch_add_row(batch, row_maker_make(maker, &random, share));
        }
    }
}

/* Scores and pairs have a bound alone. */
static int parts_of(const struct validation *v)
{
    return v->scores || v->corpus->pair_begin ? 1 : PARTS;
}

struct validation *validation_new(const struct corpus *corpus, int row_count, int length,
                                  const struct row_noise *noise, const struct scores *scores)
{
    struct validation *v = memory_new(1, sizeof *v);
    v->corpus = corpus;
    v->scores = scores;
    int batches = row_count / 64 > 1 ? row_count / 64 : 1;
    for (int part = 0; part < parts_of(v); part++) {
        struct row_recipe recipe = { .length = length,
                                     .noise = noise,
                                     .uniform = part == BITS ? 1.0 : 0.0,
                                     .only = part == BITS ? HOLE_ANY : (enum hole_kind)(part - 1) };
        bool word = recipe.only == HOLE_ONE_WORD;
        struct row_maker *maker = row_maker_new(corpus, recipe);
        int count = part == BITS ? 2 * batches : word && batches < WORD_BATCHES ? WORD_BATCHES : batches;
        fill(&v->parts[part], maker, part == BITS ? 1 : 2, count);
        row_maker_free(maker);
    }
    return v;
}

void validation_free(struct validation *v)
{
    if (!v)
        return;
    for (int part = 0; part < PARTS; part++)
        batch_free(&v->parts[part]);
    free(v);
}

static size_t bytes_of(const struct corpus *c, int32_t id)
{
    size_t size;
    return tokenizer_piece(c->tokenizer, id, &size) ? size : 0;
}

/* Losses of a row, the first of which is number `first`. */
static int chosen_of(const struct batch *b, int row, int first)
{
    int past = first;
    while (past < b->chosen && b->at[past] < b->start[row + 1])
        past++;
    return past - first;
}

/* Per row: places times the mean loss over the masked ones, in bits, against the bytes of the text; of a
 * pair, every piece of the target is masked once. */
static void count_bits(const struct corpus *c, const struct batch *b, const float *losses, bool moves,
                       struct tally *tally)
{
    for (int r = 0, n = 0; r < b->row_count; r++) {
        double places = c->pair_begin ? chosen_of(b, r, n) : b->start[r + 1] - b->start[r] - ATTRIBUTE_SLOTS;
        for (int i = b->start[r]; i < b->start[r + 1] && !c->pair_begin; i++)
            tally->total += moves || b->ids[i] == TOKEN_MASK ? 0.0 : (double)bytes_of(c, b->ids[i]);
        for (; n < b->chosen && b->at[n] < b->start[r + 1]; n++) {
            tally->loss += (double)losses[n] * (double)b->weight[n] * places / log(2.0);
            tally->total += (double)bytes_of(c, b->wanted[n]);
        }
    }
}

static void count_holes(const struct batch *b, const float *losses, const int32_t *best, struct tally *tally)
{
    for (int r = 0, n = 0; r < b->row_count; r++) {
        bool hit = true;
        for (; n < b->chosen && b->at[n] < b->start[r + 1]; n++)
            if (b->wanted[n] != TOKEN_NULL) {
                tally->loss += (double)losses[n];
                tally->total += 1.0;
                hit = hit && best[n] == b->wanted[n];
            }
        tally->hits += hit;
        tally->rows++;
    }
}

static struct tally run_part(const struct validation *v, int part, struct graph *graph, const float *weights,
                             int places)
{
    const struct batch *whole = &v->parts[part];
    struct batch some = { 0 };
    struct tally tally = { 0 };
    float *losses = memory_new((size_t)whole->chosen, sizeof *losses);
    int32_t *best = memory_new((size_t)whole->chosen, sizeof *best);
    for (int first = 0, end; first < whole->row_count; first = end) {
        for (end = first + 1; end < whole->row_count && whole->start[end + 1] - whole->start[first] <= places;
             end++)
            ;
        batch_copy(&some, whole, first, end - first);
        graph_run(graph, &some,
                  &(struct pass){ .weights = weights,
                                  .scores = v->scores,
                                  .losses = losses,
                                  .best = part == BITS ? NULL : best });
        if (part == BITS)
            count_bits(v->corpus, &some, losses, v->scores && v->scores->process->moves, &tally);
        else
            count_holes(&some, losses, best, &tally);
    }
    batch_free(&some);
    free(losses);
    free(best);
    return tally;
}

struct verdict validation_run(const struct validation *v, struct graph *graph, const float *weights,
                              int places)
{
    struct verdict verdict = { .bound_alone = parts_of(v) == 1 };
    for (int part = 0; part < parts_of(v); part++) {
        struct tally tally = run_part(v, part, graph, weights, places);
        double loss = tally.loss / (tally.total > 1.0 ? tally.total : 1.0);
        if (part == BITS)
            verdict.bits_per_byte = loss;
        else
            verdict.hole_loss[part - 1] = loss;
        if (part - 1 == HOLE_ONE_WORD)
            verdict.word_exact = (double)tally.hits / (double)tally.rows;
    }
    return verdict;
}

static json_t *rounded(double value)
{
    return json_real(round(value * 1e4) / 1e4);
}

json_t *verdict_json(const struct verdict *verdict)
{
    json_t *out = json_object();
    json_object_set_new(out, part_names[BITS], rounded(verdict->bits_per_byte));
    if (verdict->bound_alone)
        return out;
    for (int part = 1; part < PARTS; part++)
        json_object_set_new(out, part_names[part], rounded(verdict->hole_loss[part - 1]));
    json_object_set_new(out, "word_exact", rounded(verdict->word_exact));
    return out;
}
